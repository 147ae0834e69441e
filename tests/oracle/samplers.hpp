// uniform and normal straight from the formulas of unitvar.h, one element at a time. Uniforms are exact by
// definition, so they are computed in the type itself with std::fma; normals are computed in a wider type with the
// C library's functions and compared in units in the last place (ulp) of the sampler's type.
#ifndef UNITVAR_TESTS_ORACLE_SAMPLERS_HPP
#define UNITVAR_TESTS_ORACLE_SAMPLERS_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

namespace oracle {

// What the header promises of the distance between z and the formula, in ulp.
inline constexpr double promised_normal_error = 5.0;

template <std::floating_point T> T uniform_from_unit(T u, double low_argument, double high_argument)
{
    const T low = static_cast<T>(low_argument);
    const T high = static_cast<T>(high_argument);
    if (low == high)
        return low;
    const T x = std::fma(u, high - low, low);
    return x >= high ? std::nextafter(high, low) : x;
}

inline float uniform_f32(std::uint32_t w, double low, double high)
{
    return uniform_from_unit(std::ldexp(static_cast<float>(w >> 8), -24), low, high);
}

inline double uniform_f64(std::uint64_t w, double low, double high)
{
    return uniform_from_unit(std::ldexp(static_cast<double>(w >> 11), -53), low, high);
}

// sqrt(-2 ln u). Real holds u exactly: double for 32 bits, long double for 64.
template <std::floating_point Real, std::unsigned_integral Integer> Real radius(Integer p)
{
    Real u;
    if (sizeof(Integer) == 4)
        u = std::ldexp(static_cast<Real>(p | 1), -32);
    else
        u = std::ldexp(static_cast<Real>(static_cast<std::uint64_t>(p) >> 12) + Real{0.5}, -52);
    return std::sqrt(-2 * std::log(u));
}

template <std::floating_point Real> struct Point {
    Real x;
    Real y;
};

template <std::floating_point Real, std::unsigned_integral Integer> Point<Real> direction(Integer q)
{
    Real v;
    if (sizeof(Integer) == 4)
        v = std::ldexp(static_cast<Real>(static_cast<std::int32_t>(q)), -32);
    else
        v = std::ldexp(static_cast<Real>(static_cast<std::uint64_t>(q) >> 12), -52) - Real{0.5};
    Real c = std::cos(v * (std::numbers::pi_v<Real> / 2));
    const Real s = std::sin(v * (std::numbers::pi_v<Real> / 2));
    if (q % 2 == 1)
        c = -c;
    return q / 2 % 2 == 1 ? Point<Real>{s, c} : Point<Real>{c, s};
}

// z of every word given, in groups of 32 words of 32 bits: 32 f32 or 16 f64. The input is whole groups.
template <std::floating_point Real, std::unsigned_integral Integer>
std::vector<Real> standard_normals(const std::vector<Integer> &words)
{
    const std::size_t half = sizeof(Integer) == 4 ? 16 : 8;
    std::vector<Real> z(words.size());
    for (std::size_t group = 0; group + 2 * half <= words.size(); group += 2 * half)
        for (std::size_t j = group; j < group + half; ++j) {
            const Real r = radius<Real>(words[j]);
            const Point<Real> point = direction<Real>(words[j + half]);
            z[j] = r * point.x;
            z[j + half] = r * point.y;
        }
    return z;
}

// The distance between neighbours of x in T.
template <std::floating_point T, std::floating_point Real> Real unit_in_last_place(Real x)
{
    const int smallest = std::numeric_limits<T>::min_exponent - 1;
    const int exponent = x == 0 ? smallest : std::max(std::ilogb(x), smallest);
    return std::ldexp(Real{1}, exponent - (std::numeric_limits<T>::digits - 1));
}

// |got - exact| in ulp of T at the exact value; exact 0 must be met exactly.
template <std::floating_point T, std::floating_point Real> double error_in_ulp(T got, Real exact)
{
    if (!std::isfinite(got))
        return std::numeric_limits<double>::infinity();
    if (exact == 0)
        return got == 0 ? 0.0 : std::numeric_limits<double>::infinity();
    return static_cast<double>(std::abs(static_cast<Real>(got) - exact) / unit_in_last_place<T>(exact));
}

} // namespace oracle

#endif
