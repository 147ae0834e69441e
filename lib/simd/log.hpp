// Radius of Box and Muller, sqrt(-2 ln u), and -2 ln for the quantiles. Maximum errors: tests/accuracy.cpp.
//
// f32: u = P 2^-32, P = p | 1. The signed conversion v of P is exact in the leading bits at both ends of (0, 1): v > 0 is
// u below one half, m 2^-n with m in [1/2, 1), and v < 0 is u = 1 + v 2^-32, so that radii near 0 keep their relative
// precision too. Either way -2 ln u = n 2 ln 2 + f Q(f), f in [-1/2, 0] being m - 1 or v 2^-32. Where n > 0 the sum is at
// least 2 ln 2, and 2 ln 2 rounded has a relative error of 2^-28.
// Port budget for a register: or, conversion, mantissa (AVX-512: getmant, others 2), scale, subtraction, blend, n 2 ln 2
// (AVX-512: shift, permute; others 4), 9 fma, square root: 18 and 21.
//
// f64: u = ((p >> 12) + 1/2) 2^-52, made by or-ing mantissa bits. u = m 2^-n with m in [sqrt(1/2), sqrt 2), f = m - 1 is
// exact, and n = 0 near u = 1.
// Port budget: 3 for u, 4 for n, 2 for m, 2 additions, quotient, square, 7 fma, product, fma, square root: 23.
#pragma once

#include "error_bound.hpp"
#include "pack.hpp"

namespace unitvar {
namespace {

// Without its first coefficient, -2; relative error 2^-25.3 of the whole.
inline constexpr float log_polynomial_f32[] = {0x1.fffeb8p-1F,  -0x1.55a49p-1F, 0x1.f2fa54p-2F, -0x1.0e4386p-1F,
                                               -0x1.741c46p-2F, -0x1.35bfbep1F, -0x1.a3ff3p1F,  -0x1.6a33a6p1F};
inline constexpr ErrorBound log_polynomial_f32_bound{-0.5, 0, 0x1.aap-26};

// 1 + (w >> 12) 2^-52: the mantissa is the word's upper bits.
template <std::size_t K> UNITVAR_INLINE Pack<F64, K> unit_interval_f64(const Pack<U64, K> &w)
{
    return float_of(shift_right<12>(w) | broadcast<Pack<U64, K>>(0x3FF0000000000000));
}

// (4 - 4 atanh(s) / s) / s^2 as a polynomial in s^2, s = f / (2 + f) in [-1/3, 0]; relative error 2^-54.1
// of 4 atanh(s) / s.
inline constexpr double atanh_polynomial_f64[] = {-0x1.5555555555959p0,  -0x1.99999998e81a9p-1, -0x1.2492497962842p-1,
                                                  -0x1.c71c4a06b3dafp-2, -0x1.74625998cce0ep-2, -0x1.3aa89e54bd4e5p-2,
                                                  -0x1.1643f3489c0dbp-2, -0x1.957523a42260cp-3, -0x1.6b772c7332396p-2};
inline constexpr ErrorBound atanh_polynomial_f64_bound{0, 0x1.c71c71c71c71cp-4, 0x1.d7p-55};

// -2 ln of v 2^-32, or of 1 + v 2^-32 where v < 0.
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> minus_two_log_of_fraction(const Pack<F32, K> &v)
{
    using F = Pack<F32, K>;
    using U = Pack<U32, K>;
    const U bits = bits_of(v);
    // v is never 0, so its exponent has 32 to spare.
    const F scaled = float_of(bits - broadcast<U>(32U << 23U));
    const F f = select_bit<31>(bits, scaled, half_mantissa(v) - broadcast<F>(1));
    const F q = fma(f, horner(f, log_polynomial_f32), broadcast<F>(-2));
    return fma(f, q, halvings_times_two_ln_2(v));
}

template <std::size_t K> UNITVAR_INLINE Pack<F32, K> box_muller_radius(const Pack<U32, K> &p)
{
    return sqrt(minus_two_log_of_fraction(signed_to_float(p | broadcast<Pack<U32, K>>(1))));
}

// -2 ln(1 + f) = -4 atanh(s) = -2 f + s (2 f + s^2 P(s^2)), f in [-1/2, 0]: a quotient is cheaper than ten more
// coefficients, and only its small factor feels its rounding.
template <std::size_t K> UNITVAR_INLINE Pack<F64, K> minus_two_log_of(const Pack<F64, K> &f)
{
    using F = Pack<F64, K>;
    const F twice = f + f;
    const F s = f / (f + broadcast<F>(2));
    const F z = s * s;
    return fma(s, fma(z, horner(z, atanh_polynomial_f64), twice), broadcast<F>(0) - twice);
}

// -2 ln of v 2^-64, or of 1 + v 2^-64 where v < 0. Error: tests/accuracy_distributions.cpp.
template <std::size_t K> UNITVAR_INLINE Pack<F64, K> minus_two_log_of_fraction(const Pack<F64, K> &v)
{
    using F = Pack<F64, K>;
    using U = Pack<U64, K>;
    const U bits = bits_of(v);
    const F half = float_of((bits & broadcast<U>(0x000FFFFFFFFFFFFF)) | broadcast<U>(0x3FE0000000000000));
    const F f = select_bit<63>(bits, v * broadcast<F>(0x1p-64), half - broadcast<F>(1));
    // 2^52 + x as bits: the exponent as a double without a conversion of integers. v = m 2^(64 - n), m in [1/2, 1).
    const F exponent = float_of(shift_right<52>(bits) | broadcast<U>(0x4330000000000000));
    const F n = select_bit<63>(bits, broadcast<F>(0), broadcast<F>(0x1p52 + 1022 + 64) - exponent);
    return fma(n, broadcast<F>(0x1.62e42fefa39efp0), minus_two_log_of(f));
}

// -4 atanh(s) / s as a polynomial in s^2, s = f / (2 + f), |s| <= 3 - 2 sqrt 2; relative error 2^-59.4.
inline constexpr double centred_atanh_polynomial_f64[] = {
    -0x1p2,
    -0x1.5555555555592p0,
    -0x1.999999997ff54p-1,
    -0x1.24924941dcbbcp-1,
    -0x1.c71c521883198p-2,
    -0x1.74663c0912c98p-2,
    -0x1.39a1ffbe6ecb3p-2,
    -0x1.2f02d85f22cf2p-2,
};
inline constexpr ErrorBound centred_atanh_polynomial_f64_bound{0, 0x1.e2p-6, 0x1.7ap-60};

template <std::size_t K> UNITVAR_INLINE Pack<F64, K> box_muller_radius(const Pack<U64, K> &p)
{
    using F = Pack<F64, K>;
    using U = Pack<U64, K>;
    const F u = unit_interval_f64(p) - broadcast<F>(1 - 0x1p-53);
    // The exponent of u / sqrt(1/2), plus 0x400; 2^52 + x as bits makes it a double without a conversion of integers.
    constexpr std::uint64_t sqrt_half = 0x3FE6A09E667F3BCD;
    const U bits = bits_of(u) + broadcast<U>(0x4000000000000000 - sqrt_half);
    const F n = broadcast<F>(0x1p52 + 0x400) - float_of(shift_right<52>(bits) | broadcast<U>(0x4330000000000000));
    const F m = float_of((bits & broadcast<U>(0x000FFFFFFFFFFFFF)) + broadcast<U>(sqrt_half));
    const F f = m - broadcast<F>(1);
    const F s = f / (m + broadcast<F>(1));
    return sqrt(fma(s, horner(s * s, centred_atanh_polynomial_f64), n * broadcast<F>(0x1.62e42fefa39efp0)));
}

} // namespace
} // namespace unitvar
