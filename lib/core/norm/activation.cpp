// Activations and their gradients: elementwise over the memory, whatever the layout, in pieces that fit the cache.
#include <algorithm>
#include <cstring>
#include <optional>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/gradients.hpp"
#include "core/norm/staging.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/sharing.hpp"
#include "unitvar/activation.hpp"

namespace unitvar {
namespace {

using core::Access;
using core::Tensor;

constexpr std::size_t piece = std::size_t{1} << 14U;

// work(first, n) on pieces of elements.
template <class Work> void for_pieces(std::size_t elements, const Work &work) noexcept
{
    const std::size_t pieces = (elements + piece - 1) / piece;
    core::parallel_for(pieces, core::grain_of(piece), [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            work(i * piece, std::min(piece, elements - i * piece));
        }
    });
}

double rounded_slope(double slope, DType dtype)
{
    core::require_finite("negative_slope", slope);
    const double rounded = dtype == DType::f32 ? static_cast<double>(static_cast<float>(slope)) : slope;
    if (rounded - rounded != 0) {
        core::invalid_value("negative_slope", slope, "a finite number of x's element type");
    }
    return rounded;
}

// What elementwise functions check: tensors of one shape and layout, of which the last, written one may be exactly
// another.
void check_elementwise(std::initializer_list<const Tensor *> tensors)
{
    const Tensor &first = **tensors.begin();
    const Tensor &target = **(tensors.end() - 1);
    core::require_kind(tensors);
    for (const Tensor *tensor : tensors) {
        core::require_like(*tensor, first);
    }
    core::require_own_memory(tensors, target, tensors);
    core::require_environment();
}

// How the slopes of prelu repeat over memory: each for `run` elements, then the next, in turns.
class Slopes {
public:
    Slopes(core::Scratch &scratch, const Tensor &x, const Tensor &weight)
        : x_(x), weight_(weight), scratch_(scratch), count_(weight.elements()), run_(run_of(x, weight))
    {
        if (x.elements() != 0 && run_ < worth_a_call) {
            const std::size_t turn = run_ * count_;
            turns_ = scratch.add<unsigned char>(turn * (std::min<std::size_t>(piece, x.elements()) / turn + 1) *
                                                x.element_bytes());
        }
    }
    // Throws InvalidArgument for another number of slopes than 1 or the channels of x.
    static void check(const Tensor &x, const Tensor &weight)
    {
        if (x.ndim() == 0) {
            core::invalid("ndim of x", "0", "at least 1");
        }
        const std::size_t channels = x.ndim() == 1 ? 1 : x.length(1);
        if (weight.ndim() > 1 || (weight.elements() != 1 && weight.elements() != channels)) {
            core::invalid("shape of weight", core::text(weight.shape()),
                          "(1) or the " + core::text(std::uint64_t{channels}) + " channels of x");
        }
    }

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::size_t run() const noexcept { return run_; }

    // Calls whole(first, n, slope) for pieces of one slope, where slopes have runs that are worth a call, and else
    // each(first, n, slopes) with a slope for each element.
    template <class Whole, class Each> void for_each(const Whole &whole, const Each &each) const noexcept
    {
        if (turns_.size() == 0) {
            for_pieces(x_.elements(), [&](std::size_t first, std::size_t n) {
                for (std::size_t i = first; i < first + n;) {
                    const std::size_t run = std::min(first + n, (i / run_ + 1) * run_) - i;
                    whole(i, run, core::value_at(weight_, i / run_ % count_));
                    i += run;
                }
            });
            return;
        }
        const unsigned char *const slopes = write_turns();
        const std::size_t length = turns_.size() / x_.element_bytes();
        const std::size_t pieces = (x_.elements() + length - 1) / length;
        core::parallel_for(pieces, core::grain_of(length), [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                each(i * length, std::min(length, x_.elements() - i * length), slopes);
            }
        });
    }

private:
    static constexpr std::size_t worth_a_call = 64;

    [[nodiscard]] static std::size_t run_of(const Tensor &x, const Tensor &weight) noexcept
    {
        if (weight.elements() == 1) {
            return x.elements();
        }
        std::size_t run = 1;
        for (std::size_t d = 2; x.format() == core::MemoryFormat::row_major && d < x.ndim(); ++d) {
            run *= x.length(d);
        }
        return run;
    }

    // The slopes of one turn, repeated until they are long enough.
    [[nodiscard]] const unsigned char *write_turns() const noexcept
    {
        unsigned char *const slopes = scratch_.data(turns_);
        const std::size_t bytes = x_.element_bytes();
        std::size_t filled = 0;
        for (std::size_t c = 0; c < count_; ++c) {
            for (std::size_t i = 0; i < run_; ++i, filled += bytes) {
                std::memcpy(slopes + filled, weight_.data() + c * bytes, bytes);
            }
        }
        while (filled < turns_.size()) {
            const std::size_t more = std::min(filled, turns_.size() - filled);
            std::memcpy(slopes + filled, slopes, more);
            filled += more;
        }
        return slopes;
    }

    const Tensor &x_;
    const Tensor &weight_;
    const core::Scratch &scratch_;
    std::size_t count_;
    std::size_t run_;
    core::Scratch::Buffer<unsigned char> turns_; // of short runs
};

const core::ActivationKernels &kernels_for(const Tensor &x)
{
    return *core::norm_kernels(x.dtype()).activation;
}

} // namespace

void relu(const TensorView &x_view, const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    check_elementwise({&x, &y});
    const core::ActivationKernels &kernels = kernels_for(x);
    for_pieces(x.elements(), [&](std::size_t first, std::size_t n) {
        const std::size_t at = first * x.element_bytes();
        kernels.relu(x.data() + at, y.data() + at, n);
    });
}

void leaky_relu(const TensorView &x_view, double negative_slope, const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    check_elementwise({&x, &y});
    const double slope = rounded_slope(negative_slope, x.dtype());
    const core::ActivationKernels &kernels = kernels_for(x);
    for_pieces(x.elements(), [&](std::size_t first, std::size_t n) {
        const std::size_t at = first * x.element_bytes();
        kernels.leaky_relu(x.data() + at, y.data() + at, n, slope);
    });
}

void prelu(const TensorView &x_view, const TensorView &weight_view, const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor weight("weight", weight_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    const std::initializer_list<const Tensor *> tensors = {&x, &weight, &y};
    core::require_kind(tensors);
    Slopes::check(x, weight);
    core::require_like(y, x);
    core::require_own_memory(tensors, y, {&x});
    const core::ActivationKernels &kernels = kernels_for(x);
    core::Scratch scratch;
    const Slopes slopes(scratch, x, weight);
    scratch.allocate();
    slopes.for_each(
        [&](std::size_t first, std::size_t n, double slope) {
            const std::size_t at = first * x.element_bytes();
            kernels.leaky_relu(x.data() + at, y.data() + at, n, slope);
        },
        [&](std::size_t first, std::size_t n, const unsigned char *each) {
            const std::size_t at = first * x.element_bytes();
            kernels.prelu(x.data() + at, each, y.data() + at, n);
        });
}

void relu_backward(const TensorView &grad_y_view, const TensorView &x_view, const TensorView &grad_x_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor grad_y("grad_y", grad_y_view, Access::read);
    const Tensor x("x", x_view, Access::read);
    const Tensor grad_x("grad_x", grad_x_view, Access::write);
    check_elementwise({&grad_y, &x, &grad_x});
    const core::ActivationKernels &kernels = kernels_for(x);
    for_pieces(x.elements(), [&](std::size_t first, std::size_t n) {
        const std::size_t at = first * x.element_bytes();
        kernels.relu_gradient(grad_y.data() + at, x.data() + at, grad_x.data() + at, n);
    });
}

void leaky_relu_backward(const TensorView &grad_y_view, const TensorView &x_view, double negative_slope,
                         const TensorView &grad_x_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor grad_y("grad_y", grad_y_view, Access::read);
    const Tensor x("x", x_view, Access::read);
    const Tensor grad_x("grad_x", grad_x_view, Access::write);
    check_elementwise({&grad_y, &x, &grad_x});
    const double slope = rounded_slope(negative_slope, x.dtype());
    const core::ActivationKernels &kernels = kernels_for(x);
    for_pieces(x.elements(), [&](std::size_t first, std::size_t n) {
        const std::size_t at = first * x.element_bytes();
        kernels.leaky_relu_gradient(grad_y.data() + at, x.data() + at, grad_x.data() + at, n, slope);
    });
}

void prelu_backward(const TensorView &grad_y_view, const TensorView &x_view, const TensorView &weight_view,
                    const TensorView *grad_x_view, const TensorView *grad_weight_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor grad_y("grad_y", grad_y_view, Access::read);
    const Tensor x("x", x_view, Access::read);
    const Tensor weight("weight", weight_view, Access::read);
    const Tensor grad_x("grad_x", grad_x_view, Access::write);
    const Tensor grad_weight("grad_weight", grad_weight_view, Access::write);
    const std::initializer_list<const Tensor *> tensors = {&grad_y, &x, &weight, &grad_x, &grad_weight};
    core::require_kind(tensors);
    core::require_like(x, grad_y);
    core::require_like(grad_x, grad_y);
    Slopes::check(x, weight);
    core::require_shape(grad_weight, weight.shape());
    core::require_own_memory(tensors, grad_x, {&grad_y, &x});
    const core::ActivationKernels &kernels = kernels_for(x);
    if (x.elements() == 0) {
        for (std::size_t c = 0; c < grad_weight.elements(); ++c) {
            core::set_value(grad_weight, c, 0);
        }
        return;
    }
    // The gradient of a slope is summed over its elements side by side, in chunks of fixed length.
    core::Scratch scratch;
    const Slopes slopes(scratch, x, weight);
    std::optional<core::ChannelRows> g;
    std::optional<core::ChannelRows> v;
    if (grad_weight.present()) {
        g.emplace(scratch, grad_y, slopes.count(), slopes.run());
        v.emplace(scratch, x, slopes.count(), slopes.run());
    }
    scratch.allocate();
    if (grad_weight.present()) {
        g->read();
        v->read();
        core::parallel_for(slopes.count(), core::grain_of(v->length()), [&](std::size_t begin, std::size_t end) {
            for (std::size_t c = begin; c < end; ++c) {
                double sum = 0;
                for (std::size_t i = 0; i < v->length(); i += core::moments_chunk) {
                    sum += kernels.prelu_slope_gradient(g->row(c) + i * x.element_bytes(),
                                                        v->row(c) + i * x.element_bytes(),
                                                        std::min(core::moments_chunk, v->length() - i));
                }
                core::set_value(grad_weight, c, sum);
            }
        });
    }
    if (!grad_x.present()) {
        return;
    }
    slopes.for_each(
        [&](std::size_t first, std::size_t n, double slope) {
            const std::size_t at = first * x.element_bytes();
            kernels.leaky_relu_gradient(grad_y.data() + at, x.data() + at, grad_x.data() + at, n, slope);
        },
        [&](std::size_t first, std::size_t n, const unsigned char *each) {
            const std::size_t at = first * x.element_bytes();
            kernels.prelu_gradient(grad_y.data() + at, x.data() + at, each, grad_x.data() + at, n);
        });
}

} // namespace unitvar
