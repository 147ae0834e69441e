// local_response_norm and its gradient, a strip of positions with all its channels at a time.
#include <algorithm>
#include <cmath>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/geometry.hpp"
#include "core/norm/staging.hpp"
#include "core/parallel.hpp"
#include "core/sharing.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::Access;
using core::Tensor;

struct Response {
    double alpha;
    double beta;
    double k;
};

// PyTorch's, of a size that is checked later.
ChannelWindow window_of(std::int64_t size) noexcept
{
    return size < 1 ? ChannelWindow{0, 0, size} : ChannelWindow{size / 2, (size - 1) / 2, size};
}

core::ResponseWindow checked(const ChannelWindow &channels, const Response &r, const core::Images &images)
{
    if (channels.size < 1) {
        core::invalid_value("size", channels.size, "at least 1");
    }
    if (channels.before < 0) {
        core::invalid_value("before", channels.before, "at least 0");
    }
    if (channels.after < 0) {
        core::invalid_value("after", channels.after, "at least 0");
    }
    core::require_finite("alpha", r.alpha);
    core::require_finite("beta", r.beta);
    core::require_finite("k", r.k);
    // What is beyond the channels adds nothing.
    const std::size_t others = std::max<std::size_t>(images.channels, 1) - 1;
    const auto elements = static_cast<double>(channels.size);
    const double factor = r.alpha / elements;
    const double factor_low = std::abs(factor) < 0x1p-900 ? 0 : std::fma(-factor, elements, r.alpha) / elements;
    return {std::min(static_cast<std::size_t>(channels.before), others),
            std::min(static_cast<std::size_t>(channels.after), others),
            r.k,
            factor,
            factor_low,
            r.beta};
}

// run(element offset, width, workspace) for each strip; rows: that a workspace has.
template <class Run>
void for_strips(const core::Images &images, std::size_t rows, std::size_t element_bytes, const Run &run)
{
    const std::size_t strips = (images.positions + core::response_strip - 1) / core::response_strip;
    const std::size_t count = images.count * strips;
    const std::size_t slots = core::slots_for(count, core::grain_of(images.channels * core::response_strip));
    const std::size_t buffer = rows * core::response_strip;
    core::Scratch scratch;
    const auto workspace = scratch.add<double>(slots * buffer);
    scratch.allocate();
    core::parallel_slots(slots, count, [&](std::size_t slot, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const std::size_t first = i % strips * core::response_strip;
            run((i / strips * images.image() + first) * element_bytes,
                std::min(core::response_strip, images.positions - first), scratch.data(workspace) + slot * buffer);
        }
    });
}

} // namespace

void local_response_norm(const TensorView &x, std::int64_t size, double alpha, double beta, double k,
                         const TensorView &y)
{
    local_response_norm(x, window_of(size), alpha, beta, k, y);
}

void local_response_norm(const TensorView &x_view, const ChannelWindow &channels, double alpha, double beta, double k,
                         const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    const std::initializer_list<const Tensor *> tensors = {&x, &y};
    core::require_kind(tensors);
    const core::Images images = core::images_of(x, 3, SIZE_MAX, core::MemoryFormat::row_major);
    const core::ResponseWindow window = checked(channels, {alpha, beta, k}, images);
    core::require_like(y, x);
    core::require_own_memory(tensors, y, {&x});
    const core::NormKernels &kernels = core::norm_kernels(x.dtype());
    if (x.elements() == 0) {
        return;
    }
    core::Operands operands;
    const Tensor &from = operands.input(x);
    const unsigned char *const source = from.data();
    unsigned char *const target = operands.output(y, core::MemoryFormat::row_major, &from).data();
    for_strips(images, images.channels + window.before + window.after, x.element_bytes(),
               [&](std::size_t at, std::size_t width, double *workspace) {
                   kernels.local_response(source + at, target + at, images.channels, images.positions, width, window,
                                          workspace);
               });
    operands.write_back();
}

void local_response_norm_backward(const TensorView &grad_y, const TensorView &x, std::int64_t size, double alpha,
                                  double beta, double k, const TensorView &grad_x)
{
    local_response_norm_backward(grad_y, x, window_of(size), alpha, beta, k, grad_x);
}

void local_response_norm_backward(const TensorView &grad_y_view, const TensorView &x_view,
                                  const ChannelWindow &channels, double alpha, double beta, double k,
                                  const TensorView &grad_x_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor grad_y("grad_y", grad_y_view, Access::read);
    const Tensor x("x", x_view, Access::read);
    const Tensor grad_x("grad_x", grad_x_view, Access::write);
    const std::initializer_list<const Tensor *> tensors = {&grad_y, &x, &grad_x};
    core::require_kind(tensors);
    const core::Images images = core::images_of(x, 3, SIZE_MAX, core::MemoryFormat::row_major);
    const core::ResponseWindow window = checked(channels, {alpha, beta, k}, images);
    core::require_like(grad_y, x);
    core::require_like(grad_x, x);
    core::require_own_memory(tensors, grad_x, {&grad_y, &x});
    const core::NormKernels &kernels = core::norm_kernels(x.dtype());
    if (x.elements() == 0) {
        return;
    }
    core::Operands operands;
    const Tensor &gradient = operands.input(grad_y);
    const unsigned char *const source = operands.input(x).data();
    unsigned char *const target = operands.output(grad_x, core::MemoryFormat::row_major, &gradient).data();
    for_strips(images, 3 * (images.channels + window.before + window.after), x.element_bytes(),
               [&](std::size_t at, std::size_t width, double *workspace) {
                   kernels.local_response_gradient(gradient.data() + at, source + at, target + at, images.channels,
                                                   images.positions, width, window, workspace);
               });
    operands.write_back();
}

} // namespace unitvar
