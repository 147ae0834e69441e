// Activations and their gradients: elementwise over the memory, whatever the layout, in pieces that fit the cache.
#include <algorithm>
#include <cstring>
#include <optional>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/activated.hpp"
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

// work(first, n) on pieces of elements, and done() after the last that a thread takes at a time.
template <class Work, class Done> void for_pieces(std::size_t elements, const Work &work, const Done &done) noexcept
{
    const std::size_t pieces = (elements + piece - 1) / piece;
    core::parallel_for(pieces, core::grain_of(piece), [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            work(i * piece, std::min(piece, elements - i * piece));
        }
        done();
    });
}
template <class Work> void for_pieces(std::size_t elements, const Work &work) noexcept
{
    for_pieces(elements, work, [] {});
}

// What elementwise functions check: tensors of one shape, of which the last, written one may be exactly another.
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

const core::ActivationKernels &kernels_for(const Tensor &x)
{
    return *core::norm_kernels(x.dtype()).activation;
}

// work(x, y, n, mode) over all elements in the order of memory.
template <class Work> void elementwise(const Tensor &x, const Tensor &y, const Work &work)
{
    core::Operands operands;
    const core::MemoryFormat format = core::working_format({&x, &y});
    const Tensor &source = operands.input(x, format);
    const Tensor &target = operands.output(y, format, &source);
    const core::StoreMode mode = core::store_mode(source, target);
    for_pieces(
        x.elements(),
        [&](std::size_t first, std::size_t n) {
            const std::size_t at = first * x.element_bytes();
            work(source.data() + at, target.data() + at, n, mode);
        },
        kernels_for(x).fence);
    operands.write_back();
}
// work(gradient, x, y, n)
template <class Work>
void elementwise_gradient(const Tensor &grad_y, const Tensor &x, const Tensor &grad_x, const Work &work)
{
    core::Operands operands;
    const core::MemoryFormat format = core::working_format({&x, &grad_y, &grad_x});
    const Tensor &source = operands.input(x, format);
    const Tensor &gradient = operands.input(grad_y, format);
    const Tensor &target = operands.output(grad_x, format, &gradient);
    for_pieces(x.elements(), [&](std::size_t first, std::size_t n) {
        const std::size_t at = first * x.element_bytes();
        work(gradient.data() + at, source.data() + at, target.data() + at, n);
    });
    operands.write_back();
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
                                                weight.element_bytes());
        }
    }
    // Throws InvalidArgument for another number of slopes than 1 or the channels of x.
    static void check(const Tensor &x, const Tensor &weight)
    {
        const std::size_t channels = x.ndim() < 2 ? 1 : x.length(1);
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
        const std::size_t length = turns_.size() / weight_.element_bytes();
        const std::size_t pieces = (x_.elements() + length - 1) / length;
        core::parallel_for(pieces, core::grain_of(length), [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                each(i * length, std::min<std::size_t>(length, x_.elements() - i * length), slopes);
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
        const std::size_t bytes = weight_.element_bytes();
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

} // namespace

void relu(const TensorView &x_view, const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    check_elementwise({&x, &y});
    const core::ActivationKernels &kernels = kernels_for(x);
    elementwise(x, y, [&](const unsigned char *from, unsigned char *to, std::size_t n, core::StoreMode mode) {
        kernels.relu(from, to, {n, 1, 0}, mode);
    });
}

void leaky_relu(const TensorView &x_view, double negative_slope, const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    check_elementwise({&x, &y});
    const double slope = core::rounded_slope(negative_slope, x.dtype());
    const core::ActivationKernels &kernels = kernels_for(x);
    elementwise(x, y, [&](const unsigned char *from, unsigned char *to, std::size_t n, core::StoreMode mode) {
        kernels.leaky_relu(from, to, {n, 1, 0}, slope, mode);
    });
}

void prelu(const TensorView &x_view, const TensorView &weight_view, const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x_in("x", x_view, Access::read);
    const Tensor weight_in("weight", weight_view, Access::read);
    const Tensor y_out("y", y_view, Access::write);
    const std::initializer_list<const Tensor *> tensors = {&x_in, &weight_in, &y_out};
    core::require_kind({&x_in, &y_out});
    core::require_parameter_kind(x_in, {&weight_in});
    Slopes::check(x_in, weight_in);
    core::require_like(y_out, x_in);
    core::require_own_memory(tensors, y_out, {&x_in});
    const core::ActivationKernels &kernels = kernels_for(x_in);
    core::Operands operands;
    const core::MemoryFormat format = core::working_format({&x_in, &y_out});
    const Tensor &x = operands.input(x_in, format);
    const Tensor &weight = operands.parameter(weight_in, x_in);
    const Tensor &y = operands.output(y_out, format, &x);
    core::Scratch scratch;
    const Slopes slopes(scratch, x, weight);
    scratch.allocate();
    slopes.for_each(
        [&](std::size_t first, std::size_t n, double slope) {
            const std::size_t at = first * x.element_bytes();
            kernels.leaky_relu(x.data() + at, y.data() + at, {n, 1, 0}, slope, core::StoreMode::cached);
        },
        [&](std::size_t first, std::size_t n, const unsigned char *each) {
            const std::size_t at = first * x.element_bytes();
            kernels.prelu(x.data() + at, each, y.data() + at, n);
        });
    operands.write_back();
}

void relu_backward(const TensorView &grad_y_view, const TensorView &x_view, const TensorView &grad_x_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor grad_y("grad_y", grad_y_view, Access::read);
    const Tensor x("x", x_view, Access::read);
    const Tensor grad_x("grad_x", grad_x_view, Access::write);
    check_elementwise({&grad_y, &x, &grad_x});
    const core::ActivationKernels &kernels = kernels_for(x);
    elementwise_gradient(grad_y, x, grad_x, kernels.relu_gradient);
}

void leaky_relu_backward(const TensorView &grad_y_view, const TensorView &x_view, double negative_slope,
                         const TensorView &grad_x_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor grad_y("grad_y", grad_y_view, Access::read);
    const Tensor x("x", x_view, Access::read);
    const Tensor grad_x("grad_x", grad_x_view, Access::write);
    check_elementwise({&grad_y, &x, &grad_x});
    const double slope = core::rounded_slope(negative_slope, x.dtype());
    const core::ActivationKernels &kernels = kernels_for(x);
    elementwise_gradient(grad_y, x, grad_x,
                         [&](const unsigned char *gradient, const unsigned char *from, unsigned char *to,
                             std::size_t n) { kernels.leaky_relu_gradient(gradient, from, to, n, slope); });
}

void prelu_backward(const TensorView &grad_y_view, const TensorView &x_view, const TensorView &weight_view,
                    const TensorView *grad_x_view, const TensorView *grad_weight_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor given_grad_y("grad_y", grad_y_view, Access::read);
    const Tensor given_x("x", x_view, Access::read);
    const Tensor given_weight("weight", weight_view, Access::read);
    const Tensor given_grad_x("grad_x", grad_x_view, Access::write);
    const Tensor given_grad_weight("grad_weight", grad_weight_view, Access::write);
    const std::initializer_list<const Tensor *> tensors = {&given_grad_y, &given_x, &given_weight, &given_grad_x,
                                                           &given_grad_weight};
    core::require_kind({&given_grad_y, &given_x, &given_grad_x});
    core::require_parameter_kind(given_x, {&given_weight, &given_grad_weight});
    core::require_like(given_x, given_grad_y);
    core::require_like(given_grad_x, given_grad_y);
    Slopes::check(given_x, given_weight);
    core::require_shape(given_grad_weight, given_weight.shape());
    core::require_own_memory(tensors, given_grad_x, {&given_grad_y, &given_x});
    const core::ActivationKernels &kernels = kernels_for(given_x);
    core::Operands operands;
    const core::MemoryFormat format = core::working_format({&given_x, &given_grad_y, &given_grad_x});
    const Tensor &x = operands.input(given_x, format);
    const Tensor &grad_y = operands.input(given_grad_y, format);
    const Tensor &weight = operands.parameter(given_weight, given_x);
    const Tensor &grad_x = operands.output(given_grad_x, format, &grad_y);
    const Tensor &grad_weight = given_grad_weight;
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
    operands.write_back();
}

} // namespace unitvar
