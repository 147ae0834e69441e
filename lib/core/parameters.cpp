// Checks of parameters.
#include "core/parameters.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "core/half.hpp"
#include "core/message.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {

bool finite_in(DType dtype, float value) noexcept
{
    constexpr std::uint16_t bf16_infinity = 0x7F80;
    constexpr std::uint16_t f16_infinity = 0x7C00;
    switch (dtype) {
    case DType::bf16:
        return (round_to_bf16(value) & bf16_infinity) != bf16_infinity;
    case DType::f16:
        return (round_to_f16(value) & f16_infinity) != f16_infinity;
    default:
        return std::isfinite(value);
    }
}

double rounded_parameter(DType dtype, std::string_view name, double value)
{
    require_finite(name, value);
    if (dtype == DType::f64) {
        return value;
    }
    const auto result = static_cast<float>(value);
    if (!finite_in(dtype, result)) {
        invalid_value(name, value, "a number within the range of the element type");
    }
    return result;
}

DrawParameters uniform_parameters(DType dtype, double low, double high, ParameterNames names)
{
    const double first = rounded_parameter(dtype, names.first, low);
    const double second = rounded_parameter(dtype, names.second, high);
    if (first > second) {
        throw InvalidArgument(std::string(names.first) + " is " + text(low) + " and " + std::string(names.second) +
                              " is " + text(high) + "; expected " + std::string(names.first) +
                              " <= " + std::string(names.second));
    }
    double width = second - first;
    double below = std::nextafter(second, -std::numeric_limits<double>::infinity());
    if (dtype != DType::f64) {
        width = static_cast<float>(second) - static_cast<float>(first);
        below = std::nextafter(static_cast<float>(second), -std::numeric_limits<float>::infinity());
    }
    if (!std::isfinite(width)) {
        throw InvalidArgument(std::string(names.second) + " - " + std::string(names.first) + " is " + text(high) +
                              " - " + text(low) + "; expected a difference within the range of the element type");
    }
    return {first, width, first < second ? below : first};
}

DrawParameters normal_parameters(DType dtype, double mean, double std, ParameterNames names)
{
    const double location = rounded_parameter(dtype, names.first, mean);
    if (std < 0) {
        invalid_value(names.second, std, "a number >= 0");
    }
    return {location, rounded_parameter(dtype, names.second, std), 0};
}

} // namespace unitvar::core
