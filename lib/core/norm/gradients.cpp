// What the backward passes share.
#include "core/norm/gradients.hpp"

#include <algorithm>
#include <cmath>

#include "core/layout.hpp"

namespace unitvar::core {

GradientOutputs::GradientOutputs(const NormGradients &gradients)
    : x("grad_x", gradients.x, Access::write), weight("grad_weight", gradients.weight, Access::write),
      bias("grad_bias", gradients.bias, Access::write)
{
}

void GradientOutputs::require_channels(std::size_t channels) const
{
    core::require_channels(weight, channels);
    core::require_channels(bias, channels);
}

void GradientOutputs::clear() const noexcept
{
    constexpr double zero = 0; // of any type
    for (const Tensor *sums : {&weight, &bias}) {
        if (sums->elements() == 0) {
            continue;
        }
        const Layout layout(*sums); // of rows there may be several dimensions, with any strides
        for (std::uint64_t i = 0; i < layout.elements(); ++i) {
            layout.scatter(&zero, i, 1);
        }
    }
}

GradientSums gradient_sums(const GradientKernels &kernels, const unsigned char *g, const unsigned char *x,
                           const Runs &runs, double mean, const unsigned char *weight,
                           std::size_t element_bytes) noexcept
{
    const Chunks chunks(runs);
    const std::size_t weight_bytes = element_bytes == sizeof(double) ? sizeof(double) : sizeof(float);
    GradientSums sums{0, 0};
    for (std::size_t i = 0; i < chunks.count(); ++i) {
        const Chunk chunk = chunks[i];
        const std::size_t at = chunk.offset * element_bytes;
        const GradientSums part = kernels.sums(g + at, x + at, chunk.runs, mean,
                                               weight == nullptr ? nullptr : weight + chunk.offset * weight_bytes);
        sums.gradient += part.gradient;
        sums.product += part.product;
    }
    return sums;
}

GradientAffine gradient_affine(const Normalization &norm, double w, const GradientSums &sums, double m) noexcept
{
    const auto &[mean, rstd] = norm;
    const double product = sums.product / m;
    const double offset = -rstd * (sums.gradient / m);
    // f64 data far from 1: rstd^3 would leave double's range, although its product with d does not.
    constexpr int most = 300;
    const int exponent = std::isnormal(rstd) ? std::ilogb(rstd) : 0;
    if (exponent < -most || exponent > most) {
        const double prescale = std::ldexp(1.0, std::min(exponent, 1022));
        return {mean, w * rstd, -(rstd * product) * rstd * (rstd / prescale), offset, prescale};
    }
    return {mean, w * rstd, -rstd * rstd * rstd * product, offset};
}

} // namespace unitvar::core
