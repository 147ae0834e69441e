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

namespace {

// The greatest number of the element type below high, or low where both are one number in it: what keeps rounding from
// reaching the bound that does not belong to the interval. In 16 bits it also is the greatest number of f32 that
// rounding to the type may be given, because a number above it rounds to it or to the bound.
double greatest_below(DType dtype, double low, double high) noexcept
{
    const auto below_16 = [low, high](auto narrow, auto widen) {
        const std::uint16_t first = narrow(static_cast<float>(low));
        const std::uint16_t last = narrow(static_cast<float>(high));
        return static_cast<double>(widen(widen(first) < widen(last) ? next_below_16(last) : first));
    };
    switch (dtype) {
    case DType::bf16:
        return below_16(round_to_bf16, widen_bf16);
    case DType::f16:
        return below_16(round_to_f16, widen_f16);
    case DType::f32:
        return low < high ? std::nextafter(static_cast<float>(high), -std::numeric_limits<float>::infinity()) : low;
    default:
        break;
    }
    return low < high ? std::nextafter(high, -std::numeric_limits<double>::infinity()) : low;
}

} // namespace

DrawParameters uniform_parameters(DType dtype, double low, double high, ParameterNames names)
{
    const double first = rounded_parameter(dtype, names.first, low);
    const double second = rounded_parameter(dtype, names.second, high);
    if (first > second) {
        throw InvalidArgument(std::string(names.first) + " is " + text(low) + " and " + std::string(names.second) +
                              " is " + text(high) + "; expected " + std::string(names.first) +
                              " <= " + std::string(names.second));
    }
    const double width = dtype == DType::f64 ? second - first : static_cast<float>(second) - static_cast<float>(first);
    if (!std::isfinite(width)) {
        throw InvalidArgument(std::string(names.second) + " - " + std::string(names.first) + " is " + text(high) +
                              " - " + text(low) + "; expected a difference within the range of the element type");
    }
    return {first, width, greatest_below(dtype, first, second)};
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
