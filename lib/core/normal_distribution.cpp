// The normal distribution in double.
#include "core/normal_distribution.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

namespace unitvar::core {
namespace {

constexpr double inverse_sqrt_two_pi = 0x1.9884533d43651p-2;

// Below it Mills' ratio comes from the series of Phi - 1/2, above from its continued fraction.
constexpr double series_limit = 1.25;

double power_of_two(int exponent) noexcept
{
    return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52U);
}

// (Phi(x) - 1/2) / density(x) = x + x^3 / 3 + x^5 / (3 * 5) + ...: all terms have one sign.
double central_series(double x) noexcept
{
    double term = x;
    double sum = x;
    for (int n = 3; n < 60; n += 2) {
        term *= x * x / n;
        sum += term;
    }
    return sum;
}

} // namespace

double exponential(double x) noexcept
{
    if (!(x > -745)) {
        return 0;
    }
    // x = k ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, the first with 32 bits.
    const int k = static_cast<int>(x * 0x1.71547652b82fep0 - 0.5);
    const double r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;
    double sum = 1;
    for (int n = 16; n > 0; --n) {
        sum = 1 + sum * r / n;
    }
    return sum * power_of_two(k / 2) * power_of_two(k - k / 2);
}

double logarithm(double x) noexcept
{
    const auto bits = std::bit_cast<std::uint64_t>(x);
    int exponent = static_cast<int>(bits >> 52U) - 1023;
    auto mantissa = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFU) | 0x3FF0000000000000U);
    if (mantissa > 0x1.6a09e667f3bcdp0) {
        mantissa /= 2;
        ++exponent;
    }
    // 2 atanh(s) = 2 (s + s^3 / 3 + s^5 / 5 + ...), |s| <= 0.172.
    const double s = (mantissa - 1) / (mantissa + 1);
    double sum = 0;
    for (int n = 25; n > 0; n -= 2) {
        sum = sum * (s * s) + 1.0 / n;
    }
    return exponent * 0x1.62e42fefa39efp-1 + 2 * s * sum;
}

double normal_density(double x) noexcept
{
    // The rounding of x^2 would cost |x|^2 / 2 ulp.
    const double square = x * x;
    if (!std::isfinite(square)) {
        return 0;
    }
    return inverse_sqrt_two_pi * exponential(-square / 2) * (1 - std::fma(x, x, -square) / 2);
}

double mills_ratio(double x) noexcept
{
    if (x < series_limit) {
        return 0.5 / normal_density(x) - central_series(x);
    }
    // 1 / (x + 1 / (x + 2 / (x + 3 / ...))): its error after n terms is about exp(-2 x sqrt(n)).
    double denominator = x;
    for (int n = 20 + static_cast<int>(360 / (x * x)); n > 0; --n) {
        denominator = x + n / denominator;
    }
    return 1 / denominator;
}

double normal_upper_tail(double x) noexcept
{
    return x < series_limit ? 0.5 - normal_central(x) : normal_density(x) * mills_ratio(x);
}

double normal_central(double x) noexcept
{
    if (x < 0) {
        return -normal_central(-x);
    }
    return x < series_limit ? normal_density(x) * central_series(x) : 0.5 - normal_upper_tail(x);
}

} // namespace unitvar::core
