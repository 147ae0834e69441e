// Cosine and sine of q / 2^B turns for a B-bit integer q, B = 32 for f32 and 64 for f64.
//
// No range reduction is needed: shifting out the two top bits leaves, as a signed number x in [-1, 1), the distance
// to the nearest quarter turn in eighths of a turn, exactly; adding half a quarter turn leaves the number of that
// quarter turn in the top two bits. cos(x pi/4) = C(x^2) and sin(x pi/4) = x c + x S(x^2) with c = pi/4 rounded and
// S small, so that x c is rounded once, together with the sum. Sollya's fpminimax on [-1, 1].
// Maximum error over all inputs: tests/accuracy.cpp.
#pragma once

#include "pack.hpp"

namespace unitvar {
namespace {

// Relative errors of sine and cosine: 2^-28.1 and 2^-24.6 (f32), 2^-58.0 and 2^-53.8 (f64).
inline constexpr float sin_polynomial_f32[] = {-0x1.9e5eep-26F, -0x1.4abbbap-4F, 0x1.465edcp-9F, -0x1.2d9e5ap-15F};
inline constexpr float cos_polynomial_f32[] = {0x1p0F, -0x1.3bd39cp-2F, 0x1.03b068p-6F, -0x1.4e7de8p-12F};
inline constexpr double sin_polynomial_f64[] = {0x1.0361ce856c821p-55,  -0x1.4abbce625be41p-4, 0x1.466bc67758771p-9,
                                                -0x1.32d2cce2dbc1cp-15, 0x1.50782fcfe9cddp-22, -0x1.e300684df2caep-30,
                                                0x1.e3f04d5116526p-38};
inline constexpr double cos_polynomial_f64[] = {0x1p0,
                                                -0x1.3bd3cc9be459dp-2,
                                                0x1.03c1f081b0e01p-6,
                                                -0x1.55d3c7dc3b7f3p-12,
                                                0x1.e1f4fb8227887p-19,
                                                -0x1.a6c9c96ed088p-26,
                                                0x1.f3dca8531a01bp-34};

template <class F> struct CosSin {
    F cos;
    F sin;
};

// The octant's values put into place: the quarter turn's lower bit exchanges them, its upper bits are their signs.
template <int Bits, class F, class U> UNITVAR_INLINE CosSin<F> place_quadrant(const F &c, const F &s, const U &q)
{
    const U quarter = q + broadcast<U>(typename U::Lane{1} << (Bits - 3));
    const F cosine = select_bit<Bits - 2>(quarter, s, c);
    const F sine = select_bit<Bits - 2>(quarter, c, s);
    return {flip_sign(cosine, quarter + broadcast<U>(typename U::Lane{1} << (Bits - 2))), flip_sign(sine, quarter)};
}

template <std::size_t K> UNITVAR_INLINE CosSin<Pack<F32, K>> cos_sin_turns(const Pack<U32, K> &q)
{
    using F = Pack<F32, K>;
    const F x = signed_to_float(shift_left<2>(q)) * broadcast<F>(0x1p-31F);
    const F z = x * x;
    const F sine = fma(x, broadcast<F>(0x1.921fb6p-1F), x * horner(z, sin_polynomial_f32));
    return place_quadrant<32>(horner(z, cos_polynomial_f32), sine, q);
}

template <std::size_t K> UNITVAR_INLINE CosSin<Pack<F64, K>> cos_sin_turns(const Pack<U64, K> &q)
{
    using F = Pack<F64, K>;
    const F x = signed_to_float(shift_left<2>(q)) * broadcast<F>(0x1p-63);
    const F z = x * x;
    const F sine = fma(x, broadcast<F>(0x1.921fb54442d18p-1), x * horner(z, sin_polynomial_f64));
    return place_quadrant<64>(horner(z, cos_polynomial_f64), sine, q);
}

} // namespace
} // namespace unitvar
