// What an activation is, and its kernels on a piece.
#include "core/norm/activated.hpp"

#include "core/message.hpp"
#include "core/parameters.hpp"

namespace unitvar::core {

double rounded_slope(double slope, DType dtype)
{
    require_finite("negative_slope", slope);
    const double rounded = dtype == DType::f64 ? slope : static_cast<double>(static_cast<float>(slope));
    if (rounded - rounded != 0) {
        invalid_value("negative_slope", slope, "a finite number of x's element type");
    }
    return rounded;
}

Activated::Activated(const Activation &activation, DType dtype) : element_bytes_(unitvar::element_bytes(dtype))
{
    switch (activation.nonlinearity) {
    case Nonlinearity::linear:
        return;
    case Nonlinearity::relu:
        break;
    case Nonlinearity::leaky_relu:
        leaky_ = true;
        slope_ = rounded_slope(activation.negative_slope, dtype);
        break;
    default:
        invalid_value("nonlinearity", std::int64_t{static_cast<std::int32_t>(activation.nonlinearity)},
                      "linear, relu or leaky_relu");
    }
    kernels_ = norm_kernels(dtype).activation;
}

void Activated::apply(const unsigned char *x, unsigned char *y, const Runs &runs, StoreMode mode) const noexcept
{
    if (leaky_) {
        kernels_->leaky_relu(x, y, runs, slope_, mode);
    } else {
        kernels_->relu(x, y, runs, mode);
    }
}

} // namespace unitvar::core
