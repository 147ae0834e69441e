// local_response_norm, a strip of positions with all its channels at a time.
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

using core::Access;
using core::Tensor;

void local_response_norm(const TensorView &x_view, std::int64_t size, double alpha, double beta, double k,
                         const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    const std::initializer_list<const Tensor *> tensors = {&x, &y};
    core::require_kind(tensors);
    const core::Images images = core::images_of(x, 3, SIZE_MAX, core::MemoryFormat::row_major);
    if (size < 1) {
        core::invalid_value("size", size, "at least 1");
    }
    core::require_finite("alpha", alpha);
    core::require_finite("beta", beta);
    core::require_finite("k", k);
    core::require_like(y, x);
    core::require_own_memory(tensors, y, {&x});
    const core::NormKernels &kernels = core::norm_kernels(x.dtype());
    if (x.elements() == 0) {
        return;
    }
    // What is beyond the channels adds nothing.
    const std::size_t others = images.channels - 1;
    const auto elements = static_cast<double>(size);
    const double factor = alpha / elements;
    const double factor_low = std::abs(factor) < 0x1p-900 ? 0 : std::fma(-factor, elements, alpha) / elements;
    const core::ResponseWindow window{std::min(static_cast<std::size_t>(size / 2), others),
                                      std::min(static_cast<std::size_t>((size - 1) / 2), others),
                                      k,
                                      factor,
                                      factor_low,
                                      beta};
    const std::size_t rows = images.channels + window.before + window.after;
    const std::size_t strips = (images.positions + core::response_strip - 1) / core::response_strip;
    const std::size_t count = images.count * strips;
    const std::size_t slots = core::slots_for(count, core::grain_of(images.channels * core::response_strip));
    const std::size_t buffer = rows * core::response_strip;
    core::Operands operands;
    const Tensor &from = operands.input(x);
    const Tensor &to = operands.output(y, core::MemoryFormat::row_major, &from);
    core::Scratch scratch;
    const auto workspace = scratch.add<double>(slots * buffer);
    scratch.allocate();

    const unsigned char *const source = from.data();
    unsigned char *const target = to.data();
    core::parallel_slots(slots, count, [&](std::size_t slot, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const std::size_t first = i % strips * core::response_strip;
            const std::size_t at = (i / strips * images.image() + first) * x.element_bytes();
            kernels.local_response(source + at, target + at, images.channels, images.positions,
                                   std::min(core::response_strip, images.positions - first), window,
                                   scratch.data(workspace) + slot * buffer);
        }
    });
    operands.write_back();
}

} // namespace unitvar
