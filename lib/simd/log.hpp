// Radius of Box and Muller: sqrt(-2 ln((p + 1) / 2^B)) of a B-bit integer p, B = 32 for f32 and 64 for f64.
//
// The signed conversion v of t = p + 1 is exact in the leading bits at both ends of (0, 1]: v > 0 means u = v / 2^B
// below one half, whose exponent is split off; v <= 0 means u = 1 + v / 2^B in [1/2, 1], where v / 2^B itself is
// f = u - 1, so that radii near 0 keep their relative precision too. Either way -2 ln u = -2 e ln 2 + f P(f) with
// f in [-1/2, 0], P(f) = -2 ln(1 + f) / f from Sollya's fpminimax (relative error on [-1/2, 0]) and e <= 0.
// -2 ln 2 rounded has an error of 2^-28 (f32) and 2^-54 (f64) relative, below that of the final fma.
// Maximum error over all inputs: tests/accuracy.cpp.
#pragma once

#include "pack.hpp"

namespace unitvar {
namespace {

// Without its first coefficient, -2; relative error 2^-25.3.
inline constexpr float log_polynomial_f32[] = {0x1.fffeb8p-1F,  -0x1.55a49p-1F, 0x1.f2fa54p-2F, -0x1.0e4386p-1F,
                                               -0x1.741c46p-2F, -0x1.35bfbep1F, -0x1.a3ff3p1F,  -0x1.6a33a6p1F};

// (4 - 4 atanh(s) / s) / s^2 as a polynomial in s^2, s = f / (2 + f) in [-1/3, 0]; relative error 2^-54.1.
inline constexpr double atanh_polynomial_f64[] = {-0x1.5555555555959p0,  -0x1.99999998e81a9p-1, -0x1.2492497962842p-1,
                                                  -0x1.c71c4a06b3dafp-2, -0x1.74625998cce0ep-2, -0x1.3aa89e54bd4e5p-2,
                                                  -0x1.1643f3489c0dbp-2, -0x1.957523a42260cp-3, -0x1.6b772c7332396p-2};

template <std::size_t K> UNITVAR_INLINE Pack<F32, K> box_muller_radius(const Pack<U32, K> &p)
{
    using F = Pack<F32, K>;
    using U = Pack<U32, K>;
    const F v = signed_to_float(p + broadcast<U>(1));
    const U bits = bits_of(v);
    const F mantissa = float_of((bits & broadcast<U>(0x007FFFFF)) | broadcast<U>(0x3F000000));
    const F exponent = signed_to_float(shift_right<23>(bits)) - broadcast<F>(32 + 126);
    const F f = select_not_positive(v, v * broadcast<F>(0x1p-32F), mantissa - broadcast<F>(1));
    const F e = select_not_positive(v, broadcast<F>(0), exponent);
    // The large terms meet first: what is added to them last is small, and so is its rounding.
    const F linear = fma(e, broadcast<F>(-0x1.62e43p0F), f * broadcast<F>(-2.0F));
    return sqrt(fma(f * f, horner(f, log_polynomial_f32), linear));
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

template <std::size_t K> UNITVAR_INLINE Pack<F64, K> box_muller_radius(const Pack<U64, K> &p)
{
    using F = Pack<F64, K>;
    using U = Pack<U64, K>;
    const F v = signed_to_float(p + broadcast<U>(1));
    const U bits = bits_of(v);
    const F mantissa = float_of((bits & broadcast<U>(0x000FFFFFFFFFFFFF)) | broadcast<U>(0x3FE0000000000000));
    // 2^52 + x as bits: the exponent as a double without a conversion of 64-bit integers.
    const F exponent =
        float_of(shift_right<52>(bits) | broadcast<U>(0x4330000000000000)) - broadcast<F>(0x1p52 + 64 + 1022);
    const F f = select_not_positive(v, v * broadcast<F>(0x1p-64), mantissa - broadcast<F>(1));
    const F e = select_not_positive(v, broadcast<F>(0), exponent);
    return sqrt(fma(e, broadcast<F>(-0x1.62e42fefa39efp0), minus_two_log_of(f)));
}

} // namespace
} // namespace unitvar
