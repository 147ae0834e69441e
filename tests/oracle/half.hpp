// bfloat16 and float16 from their definitions: sign, biased exponent, fraction. A number is rounded by looking for its
// two neighbours among all numbers of the format and comparing the distances, which are exact in double; where they are
// equal, the neighbour with the even pattern is meant. The number that would follow the largest stands for infinity.
#ifndef UNITVAR_TESTS_ORACLE_HALF_HPP
#define UNITVAR_TESTS_ORACLE_HALF_HPP

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>

namespace oracle {

struct HalfFormat {
    int exponent_bits;
    int fraction_bits; // exponent_bits + fraction_bits is 15
    int bias() const { return (1 << (exponent_bits - 1)) - 1; }
    std::uint16_t infinity() const { return static_cast<std::uint16_t>(((1 << exponent_bits) - 1) << fraction_bits); }
};

inline constexpr HalfFormat bf16{8, 7};
inline constexpr HalfFormat f16{5, 10};

// The magnitude of a pattern without sign, infinity taken as the next number.
inline double half_magnitude(const HalfFormat &format, int pattern)
{
    const int exponent = pattern >> format.fraction_bits;
    const int fraction = pattern & ((1 << format.fraction_bits) - 1);
    const int leading = exponent == 0 ? 0 : 1 << format.fraction_bits;
    return std::ldexp(leading + fraction, (exponent == 0 ? 1 : exponent) - format.bias() - format.fraction_bits);
}

inline double half_value(const HalfFormat &format, std::uint16_t bits)
{
    const int pattern = bits & 0x7FFF;
    double magnitude = half_magnitude(format, pattern);
    if (pattern == format.infinity())
        magnitude = std::numeric_limits<double>::infinity();
    if (pattern > format.infinity())
        magnitude = std::numeric_limits<double>::quiet_NaN();
    return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

// The greatest number below a finite one, found among all of the format.
inline double half_below(const HalfFormat &format, double x)
{
    double greatest = -std::numeric_limits<double>::infinity();
    for (int pattern = 0; pattern < format.infinity(); ++pattern)
        for (const double candidate : {half_magnitude(format, pattern), -half_magnitude(format, pattern)})
            if (candidate < x && candidate > greatest)
                greatest = candidate;
    return greatest;
}

// x is not NaN.
inline std::uint16_t round_to_half(const HalfFormat &format, double x)
{
    const double magnitude = std::fabs(x);
    int lower = 0;
    int upper = format.infinity();
    if (magnitude >= half_magnitude(format, upper))
        lower = upper;
    while (upper - lower > 1) {
        const int middle = (lower + upper) / 2;
        (half_magnitude(format, middle) <= magnitude ? lower : upper) = middle;
    }
    const double below = magnitude - half_magnitude(format, lower);
    const double above = half_magnitude(format, upper) - magnitude;
    const bool down = below < above || (below == above && lower % 2 == 0) || lower == upper;
    return static_cast<std::uint16_t>((down ? lower : upper) | (std::signbit(x) ? 0x8000 : 0));
}

} // namespace oracle

#endif
