// Local response normalisation wherever its result is a number of the element type, and every exponent: the sum of
// squares, k + a S and its logarithm in two doubles each, and with exponents of their own, so that neither a range nor
// the exponent's size costs digits. For what the direct path of response_norm.cpp leaves: some 20 times its operations.
//
// Sums are as T. J. Dekker's and Knuth's: a + b = high + low exactly. Errors: S and k + a S below 2^-100, log2 below
// 2^-59 of the largest term, so that beta up to 64 adds less than half an ulp; the power adds 2 ulp, the product one
// half.
#pragma once

#include "kernels/norm_lanes.hpp"
#include "simd/power.hpp"

namespace unitvar {
namespace {

struct DoubleWide {
    Wide high;
    Wide low;
};

UNITVAR_INLINE DoubleWide exact_sum(const Wide &a, const Wide &b)
{
    const Wide high = a + b;
    const Wide part = high - a;
    return {high, (a - (high - part)) + (b - part)};
}
UNITVAR_INLINE DoubleWide exact_product(const Wide &a, const Wide &b)
{
    const Wide high = a * b;
    return {high, fma(a, b, broadcast<Wide>(0.0) - high)};
}
UNITVAR_INLINE Wide magnitude(const Wide &a)
{
    const auto zero = broadcast<Wide>(0.0);
    return select_less(a, zero, zero - a, a);
}
// Of positive normal numbers.
UNITVAR_INLINE Wide exponent_of(const Wide &a)
{
    return float_of(shift_right<52>(bits_of(a)) | broadcast<Pack<U64, Wide::registers>>(0x4330000000000000)) -
           broadcast<Wide>(0x1p52 + 1023);
}
UNITVAR_INLINE Wide nearest_integer(const Wide &a)
{
    const auto round = broadcast<Wide>(0x1.8p52);
    return (a + round) - round;
}
// 2^n for integers -1022 <= n <= 1023.
UNITVAR_INLINE Wide two_to(const Wide &n)
{
    return power_of_two(n + broadcast<Wide>(0x1.8p52));
}
UNITVAR_INLINE Wide at_least(const Wide &a, double least)
{
    const auto bound = broadcast<Wide>(least);
    return select_less(a, bound, bound, a);
}
UNITVAR_INLINE Wide at_most(const Wide &a, double most)
{
    return minimum(a, broadcast<Wide>(most));
}

// value = mantissa 2^exponent, 1 <= |mantissa| < 2; of zero an exponent below all others.
struct Split {
    double mantissa;
    double exponent;
};
inline Split split(double value)
{
    if (value == 0) {
        return {0, -8000};
    }
    const double scale = value < 0x1p-900 && value > -0x1p-900 ? 0x1p200 : 1;
    const double scaled = value * scale;
    std::uint64_t bits = 0;
    __builtin_memcpy(&bits, &scaled, sizeof(bits));
    const double exponent = static_cast<double>(bits >> 52U & 0x7FFU) - 1023 - (scale == 1 ? 0 : 200);
    bits = (bits & 0x800FFFFFFFFFFFFFU) | 0x3FF0000000000000U;
    double mantissa = 0;
    __builtin_memcpy(&mantissa, &bits, sizeof(mantissa));
    return {mantissa, exponent};
}

class PreciseResponse {
public:
    explicit PreciseResponse(const core::ResponseWindow &window)
        : window_(window), k_(split(window.k)), factor_(split(window.factor)),
          factor_low_(window.factor_low == 0 ? 0 : window.factor_low * (factor_.mantissa / window.factor)),
          beta_(window.beta)
    {
        const double magnitude = beta_ < 0 ? -beta_ : beta_;
        integer_ = magnitude >= 0x1p53 || static_cast<double>(static_cast<std::int64_t>(magnitude)) == magnitude;
        odd_ = integer_ && magnitude < 0x1p53 && static_cast<std::int64_t>(magnitude) % 2 != 0;
    }

    // The results of norm_lanes positions, whose values in the window begin at `values`, a strip apart: of x, aligned to
    // 64 bytes, which forward is the window's own value.
    void run(const double *values, const double *x, double *result) const
    {
        alignas(64) double sum[norm_lanes];
        alignas(64) double base[norm_lanes];
        const Base t = base_of(values);
        store(sum, t.squares);
        store(base, t.high);
        const bool rooted = beta_ == 0.5 || beta_ == 0.75 || beta_ == 1;
        store(result, rooted ? by_roots(load<Wide>(x), t) : by_logarithm(load<Wide>(x), t));
        for (std::size_t i = 0; i < norm_lanes; ++i) {
            const bool finite = sum[i] - sum[i] == 0 && x[i] - x[i] == 0;
            if (!finite || base[i] <= 0) {
                result[i] = finite && base[i] != 0 ? signed_result(result[i]) : special(x[i], sum[i], base[i]);
            }
        }
    }

private:
    // k + factor S = (high + low) 2^exponent, and S of scaled values.
    struct Base {
        Wide high;
        Wide low;
        Wide exponent;
        Wide squares;
    };

    [[nodiscard]] UNITVAR_INLINE Base base_of(const double *values) const
    {
        const std::size_t size = window_.before + window_.after + 1;
        const auto at = [&](std::size_t j)
                            UNITVAR_INLINE_LAMBDA { return load<Wide>(values + j * core::response_strip); };
        const auto zero = broadcast<Wide>(0.0);
        Wide largest = zero;
        for (std::size_t j = 0; j < size; ++j) {
            const Wide m = magnitude(at(j));
            largest = select_less(largest, m, m, largest);
        }
        // Scaled so that the largest square is between 2^-948 and 2^848: what then vanishes does not count.
        const auto small = broadcast<Wide>(0x1p-400);
        const auto large = broadcast<Wide>(0x1p400);
        const auto choose = [&](double if_small, double if_large, double otherwise) UNITVAR_INLINE_LAMBDA {
            return select_less(largest, small, broadcast<Wide>(if_small),
                               select_less(large, largest, broadcast<Wide>(if_large), broadcast<Wide>(otherwise)));
        };
        const Wide scale = choose(0x1p600, 0x1p-600, 1);
        DoubleWide s{zero, zero};
        for (std::size_t j = 0; j < size; ++j) {
            const Wide value = at(j) * scale;
            const DoubleWide square = exact_product(value, value);
            const DoubleWide sum = exact_sum(s.high, square.high);
            s = {sum.high, s.low + (sum.low + square.low)};
        }
        s = exact_sum(s.high, s.low);

        const Wide of_s = exponent_of(s.high);
        const Wide unscale = two_to(zero - of_s);
        const Wide s_exponent = of_s + choose(-1200, 1200, 0) + broadcast<Wide>(factor_.exponent);
        const auto k_exponent = broadcast<Wide>(k_.exponent);
        const Wide exponent = select_less(s_exponent, k_exponent, k_exponent, s_exponent);
        const auto align = [&](const Wide &e) UNITVAR_INLINE_LAMBDA { return two_to(at_least(e - exponent, -1000)); };
        const Wide to_s = align(s_exponent);
        const Wide mantissa = s.high * unscale;
        DoubleWide product = exact_product(mantissa, broadcast<Wide>(factor_.mantissa));
        product.low = product.low +
                      fma(mantissa, broadcast<Wide>(factor_low_), s.low * unscale * broadcast<Wide>(factor_.mantissa));
        DoubleWide t = exact_sum(product.high * to_s, broadcast<Wide>(k_.mantissa) * align(k_exponent));
        t = exact_sum(t.high, t.low + product.low * to_s);
        return {t.high, t.low, exponent, s.high};
    }

    struct Normalised {
        Wide mantissa; // 1 to 2
        Wide low;
        Wide exponent;
    };
    // Of |high + low|.
    [[nodiscard]] UNITVAR_INLINE static Normalised normalised(const Base &t)
    {
        const auto zero = broadcast<Wide>(0.0);
        const Wide high = magnitude(t.high);
        const Wide low = select_less(t.high, zero, zero - t.low, t.low);
        const Wide exponent = exponent_of(high);
        const Wide scale = two_to(zero - exponent);
        return {high * scale, low * scale, exponent + t.exponent};
    }

    // x q 2^n
    [[nodiscard]] UNITVAR_INLINE static Wide scaled(const Wide &x, const Wide &q, const Wide &n)
    {
        const auto zero = broadcast<Wide>(0.0);
        const Wide size = magnitude(x);
        const auto subnormal = broadcast<Wide>(0x1p-900);
        const Wide normal = size * select_less(size, subnormal, broadcast<Wide>(0x1p200), broadcast<Wide>(1.0));
        const Wide of_x = exponent_of(normal);
        const Wide mantissa = normal * two_to(zero - of_x);
        const Wide e = n + of_x - select_less(size, subnormal, broadcast<Wide>(200.0), zero);
        // In two steps, of which only the second rounds.
        const Wide bounded = at_most(at_least(e, -2000), 2000);
        const Wide half = nearest_integer(bounded * broadcast<Wide>(0.5));
        return flip_sign(mantissa * q * two_to(half) * two_to(bounded - half), bits_of(x));
    }

    [[nodiscard]] UNITVAR_INLINE Wide by_roots(const Wide &x, const Base &base) const
    {
        const Normalised t = normalised(base);
        const Wide fours = nearest_integer(t.exponent * broadcast<Wide>(0.25)) * broadcast<Wide>(4.0);
        const Wide value = t.mantissa * two_to(t.exponent - fours);
        const auto one = broadcast<Wide>(1.0);
        const Wide root = sqrt(value);
        const Wide power = beta_ == 1 ? one / value : beta_ == 0.5 ? one / root : one / (root * sqrt(root));
        return scaled(x, power, fours * broadcast<Wide>(-beta_));
    }

    [[nodiscard]] UNITVAR_INLINE Wide by_logarithm(const Wide &x, const Base &base) const
    {
        const auto zero = broadcast<Wide>(0.0);
        const auto one = broadcast<Wide>(1.0);
        const Normalised t = normalised(base);
        const auto root = broadcast<Wide>(0x1.6a09e667f3bcdp0);
        const auto half = broadcast<Wide>(0.5);
        const Wide scale = select_less(t.mantissa, root, one, half);
        const Wide m = t.mantissa * scale;
        const Wide e = t.exponent + select_less(t.mantissa, root, zero, one);
        // s = (m - 1) / (m + 1) in two parts; log2 m = 2 / ln 2 (s + s^3 / 3 + ...).
        const Wide difference = m - one;
        const DoubleWide sum = exact_sum(m, one);
        const Wide s = difference / sum.high;
        const Wide rest = fma(zero - s, sum.low, fma(zero - s, sum.high, difference));
        const Wide s_low = rest / sum.high;
        const Wide z = s * s;
        const auto two_over_ln2 = broadcast<Wide>(0x1.71547652b82fep1);
        const DoubleWide head = exact_product(s, two_over_ln2);
        const Wide of_low = t.low * scale * broadcast<Wide>(0x1.71547652b82fep0) / m;
        const Wide tail = head.low + fma(s_low, two_over_ln2, s * broadcast<Wide>(0x1.777d0ffda0d24p-55)) +
                          fma(s * z, horner(z, atanh_series), of_low);
        const auto minus_beta = broadcast<Wide>(-beta_);
        const DoubleWide whole = exact_product(e, minus_beta);
        const DoubleWide part = exact_product(head.high, minus_beta);
        const DoubleWide total = exact_sum(whole.high, part.high);
        const Wide high = at_most(at_least(total.high, -6000), 6000);
        const Wide n = nearest_integer(high);
        const Wide low = total.low + (whole.low + fma(tail, minus_beta, part.low));
        // Beyond the bounds nothing but the exponent counts.
        const Wide r = select_less(broadcast<Wide>(5999.0), magnitude(high), zero, (high - n) + low);
        return scaled(x, horner(r, exp2_series), n);
    }

    // Of a negative base, by the result of its magnitude.
    [[nodiscard]] double signed_result(double result) const
    {
        return !integer_ ? __builtin_nan("") : odd_ ? -result : result;
    }

    // x base^-beta where something is zero, infinite or NaN.
    [[nodiscard]] double special(double x, double sum, double base) const
    {
        if (sum - sum != 0) {
            base = window_.factor * sum;
        }
        if (base != base) {
            return base;
        }
        const double infinity = __builtin_inf();
        const bool vanishes = base == 0 ? beta_ < 0 : beta_ > 0;
        const double limit = beta_ == 0 ? 1 : vanishes ? 0 : infinity;
        if (base == 0) {
            return x * limit;
        }
        if (base - base != 0) {
            return x * (base < 0 && odd_ ? -limit : limit);
        }
        return base < 0 ? signed_result(x) : x;
    }

    const core::ResponseWindow &window_;
    Split k_;
    Split factor_;
    double factor_low_;
    double beta_;
    bool integer_ = false;
    bool odd_ = false;
};

} // namespace
} // namespace unitvar
