// Fans and gains (capi/include/unitvar.h, section 7).
#include <cmath>
#include <string>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "unitvar/init.hpp"

namespace unitvar {

double calculate_gain(Nonlinearity nonlinearity, double param)
{
    const core::DefaultFloatingPoint environment;
    if (std::isinf(param)) {
        core::invalid_value("param", param, "a finite number, or NaN for the default slope of 0.01");
    }
    switch (nonlinearity) {
    case Nonlinearity::linear:
    case Nonlinearity::sigmoid:
        return 1;
    case Nonlinearity::tanh:
        return 5.0 / 3;
    case Nonlinearity::relu:
        return std::sqrt(2.0);
    case Nonlinearity::leaky_relu: {
        const double slope = std::isnan(param) ? 0.01 : param;
        return environment.computed(std::sqrt(2.0 / (1 + slope * slope)));
    }
    case Nonlinearity::selu:
        return 0.75;
    // from gains.py
    case Nonlinearity::gelu:
        return 1.5335304411955353;
    case Nonlinearity::silu:
        return 1.676532470331091;
    case Nonlinearity::elu:
        return 1.2451983007007066;
    case Nonlinearity::softplus:
        return 1.0418668355353018;
    case Nonlinearity::mish:
        return 1.486847581273208;
    // end
    case Nonlinearity::gain:
        if (!(param >= 0)) {
            core::invalid_value("param", param, "a gain >= 0");
        }
        return param;
    }
    core::invalid_value("nonlinearity", static_cast<std::int64_t>(nonlinearity), "0 (linear) to 11 (gain)");
}

Fans calculate_fans(std::span<const std::int64_t> shape)
{
    if (shape.size() < 2) {
        core::invalid_value("ndim", std::uint64_t{shape.size()}, "at least 2 dimensions to compute fans of");
    }
    std::int64_t receptive_field = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] < 0) {
            core::invalid_value(core::indexed("shape", i), shape[i], "a length >= 0");
        }
        if (i >= 2 && __builtin_mul_overflow(receptive_field, shape[i], &receptive_field)) {
            core::invalid_value(core::indexed("shape", i), shape[i], "fans below 2^63");
        }
    }
    Fans fans{};
    if (__builtin_mul_overflow(shape[1], receptive_field, &fans.in)) {
        core::invalid_value("shape[1]", shape[1], "fans below 2^63");
    }
    if (__builtin_mul_overflow(shape[0], receptive_field, &fans.out)) {
        core::invalid_value("shape[0]", shape[0], "fans below 2^63");
    }
    return fans;
}

} // namespace unitvar
