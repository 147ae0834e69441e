// t^-beta in double, for local response normalisation.
//
// t = 2^e m with m in [sqrt(1/2), sqrt(2)), log2 m = (2 / ln 2) atanh(s) with s = (m - 1) / (m + 1), |s| < 0.1716, by
// the series of atanh to s^21 (what it leaves out is below 2^-58 of it). beta e is kept with its rounding error, so
// that large exponents cost no precision. 2^r for |r| <= 1/2 by the series of exp to the 13th power of r ln 2 (below
// 2^-55.8). Error: 4 ulp for an exact t; tests/test_response_norm.cpp.
#pragma once

#include "error_bound.hpp"
#include "pack.hpp"

namespace unitvar {
namespace {

// 2 / ln 2 / (2k + 1), k = 1 to 10; ln 2^k / k!, k = 0 to 13.
inline constexpr double atanh_series[] = {
    0x1.ec709dc3a03fdp-1, 0x1.2776c50ef9bfep-1, 0x1.a61762a7aded9p-2, 0x1.484b13d7c02a9p-2, 0x1.0c9a84994022dp-2,
    0x1.c68f568d3176p-3,  0x1.89f3b1694cffep-3, 0x1.5b9ac9b743f0dp-3, 0x1.3703c1f4d0ffep-3, 0x1.1964ec6fc9491p-3};
inline constexpr ErrorBound atanh_series_bound{0, 0.1716, 0x1.6p-60};
inline constexpr double exp2_series[] = {0x1p0,
                                         0x1.62e42fefa39efp-1,
                                         0x1.ebfbdff82c58fp-3,
                                         0x1.c6b08d704a0cp-5,
                                         0x1.3b2ab6fba4e77p-7,
                                         0x1.5d87fe78a6731p-10,
                                         0x1.430912f86c787p-13,
                                         0x1.ffcbfc588b0c7p-17,
                                         0x1.62c0223a5c824p-20,
                                         0x1.b5253d395e7c4p-24,
                                         0x1.e4cf5158b8ecap-28,
                                         0x1.e8cac7351bb25p-32,
                                         0x1.c3bd650fc2986p-36,
                                         0x1.816193166d0f9p-40};
inline constexpr ErrorBound exp2_series_bound{-0.5, 0.5, 0x1.1ap-56};

struct NegativePower {
    double beta;
    double at_zero;     // of t = 0
    double at_infinity; // of t = infinity
};

template <std::size_t K> UNITVAR_INLINE Pack<F64, K> power_of_two(const Pack<F64, K> &magic)
{
    using U = Pack<U64, K>;
    return float_of(shift_left<52>(bits_of(magic) + broadcast<U>(1023)));
}

template <std::size_t K> UNITVAR_INLINE Pack<F64, K> negative_power(const Pack<F64, K> &t, const NegativePower &power)
{
    using F = Pack<F64, K>;
    using U = Pack<U64, K>;
    const auto zero = broadcast<F>(0.0);
    const auto one = broadcast<F>(1.0);
    const auto smallest = broadcast<F>(0x1p-1022);
    const F normal = select_less(t, smallest, t * broadcast<F>(0x1p54), t);
    const F offset = select_less(t, smallest, broadcast<F>(0x1p52 + 1022 + 54), broadcast<F>(0x1p52 + 1022));
    const U bits = bits_of(normal);
    const F half = float_of((bits & broadcast<U>(0x000FFFFFFFFFFFFF)) | broadcast<U>(0x3FE0000000000000));
    // 2^52 + x as bits: the exponent as a double without a conversion of 64-bit integers.
    const F exponent = float_of(shift_right<52>(bits) | broadcast<U>(0x4330000000000000)) - offset;
    const auto root = broadcast<F>(0x1.6a09e667f3bcdp-1);
    const F m = select_less(half, root, half + half, half);
    const F e = select_less(half, root, exponent - one, exponent);
    const F s = (m - one) / (m + one);
    const F z = s * s;
    const F log2_m = fma(s * z, horner(z, atanh_series), s * broadcast<F>(0x1.71547652b82fep1));
    const auto minus_beta = broadcast<F>(-power.beta);
    const F high = minus_beta * e;
    const F low = fma(minus_beta, e, zero - high);
    const F rest = fma(minus_beta, log2_m, low);
    const auto round = broadcast<F>(0x1.8p52);
    const auto limit = broadcast<F>(1100.0);
    const F sum = high + rest;
    const F bounded = select_less(sum, zero - limit, zero - limit, select_less(limit, sum, limit, sum));
    const F n = (bounded + round) - round;
    const F r = select_less(sum, zero - limit, zero, select_less(limit, sum, zero, (high - n) + rest));
    const F n1 = fma(n, broadcast<F>(0.5), round);
    const F n2 = n - (n1 - round) + round;
    const F value = horner(r, exp2_series) * power_of_two(n1) * power_of_two(n2);
    const auto undefined = broadcast<F>(__builtin_nan(""));
    const F special = select_less(t, zero, undefined, t + broadcast<F>(power.at_zero));
    const F infinite = broadcast<F>(power.at_infinity);
    return select_less(zero, t, select_less(t, broadcast<F>(__builtin_inf()), value, infinite), special);
}

// t^(-3/4) in f32 for 2^-60 < t < 2^60, within 2 ulp. First y near t^(-1/4): a guess from the exponent's bits, off by
// 3.0% at most, and Householder's third-order step for y^-4 = t, y (1 + e/4 + 5/32 e^2) with e = 1 - t y^4, after which
// it is off by 2^-12. Then the same step for z = y^3 and z^-4 = t^3, in which the roundings of e count a quarter.
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> inverse_three_quarters(const Pack<F32, K> &t)
{
    using F = Pack<F32, K>;
    const auto one = broadcast<F>(1.0F);
    const auto step = [](const F &y, const F &e) UNITVAR_INLINE_LAMBDA {
        return fma(y * e, fma(e, broadcast<F>(0.15625F), broadcast<F>(0.25F)), y);
    };
    const auto minus = broadcast<F>(0.0F) - t;
    const F guess = float_of(broadcast<Pack<U32, K>>(0x4F581800) - shift_right<2>(bits_of(t)));
    const F square = guess * guess;
    const F y = step(guess, fma(minus, square * square, one));
    const F z = y * y * y;
    const F product = minus * z; // -t^(1/4)
    return step(z, fma(product * product * product, z, one));
}

} // namespace
} // namespace unitvar
