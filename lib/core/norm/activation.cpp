// Activations and their gradients: elementwise over the memory, whatever the layout, in pieces that fit the cache.
#include <algorithm>
#include <vector>

#include "core/message.hpp"
#include "core/norm/statistics.hpp"
#include "core/norm/support.hpp"
#include "unitvar/activation.hpp"

namespace unitvar {
namespace {

using core::Operand;

constexpr std::size_t piece = std::size_t{1} << 14U;

// work(first, n) on pieces of elements.
template <class Work> void for_pieces(std::size_t elements, const Work &work)
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

// How the slopes of prelu repeat over memory: each for `run` elements, then the next, in turns.
struct Slopes {
    std::size_t count;
    std::size_t run;

    Slopes(const Operand &x, const Operand &weight)
    {
        if (x.shape.empty()) {
            core::invalid("ndim of x", "0", "at least 1");
        }
        const std::size_t channels = x.shape.size() == 1 ? 1 : x.length(1);
        if (weight.shape.size() > 1 || (weight.elements != 1 && weight.elements != channels)) {
            core::invalid("shape of weight", core::text(weight.shape),
                          "(1) or the " + core::text(std::uint64_t{channels}) + " channels of x");
        }
        count = weight.elements;
        run = 1;
        if (x.format == core::Format::row_major) {
            for (std::size_t d = 2; d < x.shape.size(); ++d) {
                run *= x.length(d);
            }
        }
        if (count == 1) {
            run = x.elements;
        }
    }
    [[nodiscard]] std::size_t channel(std::size_t i) const noexcept { return i / run % count; }
};

// Calls whole(first, n, channel) for pieces of one slope, where slopes have runs that are worth a call, and else
// each(first, n, slopes) with a slope for each element.
template <class Whole, class Each>
void for_slopes(const Operand &x, const Operand &weight, const Slopes &slopes, const Whole &whole, const Each &each)
{
    constexpr std::size_t worth_a_call = 64;
    if (slopes.run >= worth_a_call) {
        for_pieces(x.elements, [&](std::size_t first, std::size_t n) {
            for (std::size_t i = first; i < first + n;) {
                const std::size_t run = std::min(first + n, (i / slopes.run + 1) * slopes.run) - i;
                whole(i, run, slopes.channel(i));
                i += run;
            }
        });
        return;
    }
    // One turn, repeated until it is long enough.
    const std::size_t turn = slopes.run * slopes.count;
    const std::size_t length = turn * (piece / turn + 1);
    const core::Bytes bytes = core::allocate_bytes(length * x.element_bytes);
    Operand array = weight;
    array.data = bytes.get();
    for (std::size_t i = 0; i < length; ++i) {
        array.set(i, weight.at(slopes.channel(i)));
    }
    const std::size_t pieces = (x.elements + length - 1) / length;
    core::parallel_for(pieces, core::grain_of(length), [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            each(i * length, std::min(length, x.elements - i * length), bytes.get());
        }
    });
}

} // namespace

void relu(const TensorView &x_view, const TensorView &y_view)
{
    core::Operands operands;
    const Operand &x = operands.input("x", x_view);
    const Operand &y = operands.output("y", y_view);
    core::require_like(y, x);
    operands.check_aliases(y, {&x});
    const core::ActivationKernels &kernels = *operands.kernels().activation;
    for_pieces(x.elements, [&](std::size_t first, std::size_t n) {
        const std::size_t at = first * x.element_bytes;
        kernels.relu(x.data + at, y.data + at, n);
    });
}

void leaky_relu(const TensorView &x_view, double negative_slope, const TensorView &y_view)
{
    core::Operands operands;
    const Operand &x = operands.input("x", x_view);
    const Operand &y = operands.output("y", y_view);
    core::require_like(y, x);
    const double slope = rounded_slope(negative_slope, x.dtype);
    operands.check_aliases(y, {&x});
    const core::ActivationKernels &kernels = *operands.kernels().activation;
    for_pieces(x.elements, [&](std::size_t first, std::size_t n) {
        const std::size_t at = first * x.element_bytes;
        kernels.leaky_relu(x.data + at, y.data + at, n, slope);
    });
}

void prelu(const TensorView &x_view, const TensorView &weight_view, const TensorView &y_view)
{
    core::Operands operands;
    const Operand &x = operands.input("x", x_view);
    const Operand &weight = operands.input("weight", weight_view);
    const Operand &y = operands.output("y", y_view);
    const Slopes slopes(x, weight);
    core::require_like(y, x);
    operands.check_aliases(y, {&x});
    const core::ActivationKernels &kernels = *operands.kernels().activation;
    if (x.elements == 0) {
        return;
    }
    for_slopes(
        x, weight, slopes,
        [&](std::size_t first, std::size_t n, std::size_t channel) {
            const std::size_t at = first * x.element_bytes;
            kernels.leaky_relu(x.data + at, y.data + at, n, weight.at(channel));
        },
        [&](std::size_t first, std::size_t n, const unsigned char *each) {
            const std::size_t at = first * x.element_bytes;
            kernels.prelu(x.data + at, each, y.data + at, n);
        });
}

void relu_backward(const TensorView &grad_y_view, const TensorView &x_view, const TensorView &grad_x_view)
{
    core::Operands operands;
    const Operand &grad_y = operands.input("grad_y", grad_y_view);
    const Operand &x = operands.input("x", x_view);
    const Operand &grad_x = operands.output("grad_x", grad_x_view);
    core::require_like(x, grad_y);
    core::require_like(grad_x, grad_y);
    operands.check_aliases(grad_x, {&grad_y, &x});
    const core::ActivationKernels &kernels = *operands.kernels().activation;
    for_pieces(x.elements, [&](std::size_t first, std::size_t n) {
        const std::size_t at = first * x.element_bytes;
        kernels.relu_gradient(grad_y.data + at, x.data + at, grad_x.data + at, n);
    });
}

void leaky_relu_backward(const TensorView &grad_y_view, const TensorView &x_view, double negative_slope,
                         const TensorView &grad_x_view)
{
    core::Operands operands;
    const Operand &grad_y = operands.input("grad_y", grad_y_view);
    const Operand &x = operands.input("x", x_view);
    const Operand &grad_x = operands.output("grad_x", grad_x_view);
    core::require_like(x, grad_y);
    core::require_like(grad_x, grad_y);
    const double slope = rounded_slope(negative_slope, x.dtype);
    operands.check_aliases(grad_x, {&grad_y, &x});
    const core::ActivationKernels &kernels = *operands.kernels().activation;
    for_pieces(x.elements, [&](std::size_t first, std::size_t n) {
        const std::size_t at = first * x.element_bytes;
        kernels.leaky_relu_gradient(grad_y.data + at, x.data + at, grad_x.data + at, n, slope);
    });
}

void prelu_backward(const TensorView &grad_y_view, const TensorView &x_view, const TensorView &weight_view,
                    const TensorView *grad_x_view, const TensorView *grad_weight_view)
{
    core::Operands operands;
    const Operand &grad_y = operands.input("grad_y", grad_y_view);
    const Operand &x = operands.input("x", x_view);
    const Operand &weight = operands.input("weight", weight_view);
    const Operand &grad_x = operands.output("grad_x", grad_x_view);
    const Operand &grad_weight = operands.output("grad_weight", grad_weight_view);
    core::require_like(x, grad_y);
    core::require_like(grad_x, grad_y);
    const Slopes slopes(x, weight);
    core::require_shape(grad_weight, weight.shape);
    operands.check_aliases(grad_x, {&grad_y, &x});
    const core::ActivationKernels &kernels = *operands.kernels().activation;
    if (x.elements == 0) {
        for (std::size_t c = 0; c < grad_weight.elements; ++c) {
            grad_weight.set(c, 0);
        }
        return;
    }
    if (grad_weight.present) {
        // Channels side by side in rows of their own, in chunks of fixed length.
        const core::ChannelRows g(grad_y, slopes.count, slopes.run);
        const core::ChannelRows v(x, slopes.count, slopes.run);
        core::parallel_for(slopes.count, core::grain_of(v.length()), [&](std::size_t begin, std::size_t end) {
            for (std::size_t c = begin; c < end; ++c) {
                double sum = 0;
                for (std::size_t i = 0; i < v.length(); i += core::moments_chunk) {
                    sum += kernels.prelu_slope_gradient(g.row(c) + i * x.element_bytes, v.row(c) + i * x.element_bytes,
                                                        std::min(core::moments_chunk, v.length() - i));
                }
                grad_weight.set(c, sum);
            }
        });
    }
    if (!grad_x.present) {
        return;
    }
    for_slopes(
        x, weight, slopes,
        [&](std::size_t first, std::size_t n, std::size_t channel) {
            const std::size_t at = first * x.element_bytes;
            kernels.leaky_relu_gradient(grad_y.data + at, x.data + at, grad_x.data + at, n, weight.at(channel));
        },
        [&](std::size_t first, std::size_t n, const unsigned char *each) {
            const std::size_t at = first * x.element_bytes;
            kernels.prelu_gradient(grad_y.data + at, x.data + at, each, grad_x.data + at, n);
        });
}

} // namespace unitvar
