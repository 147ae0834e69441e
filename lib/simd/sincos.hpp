// Cosine and sine of q / 2^B turns for a B-bit integer q, B = 32 for f32 and 64 for f64.
//
// No range reduction is needed: shifting out the two top bits leaves, as a signed number x in [-1, 1), the distance
// to the nearest quarter turn in eighths of a turn, exactly; adding half a quarter turn leaves the number of that
// quarter turn in the top two bits. sin(x pi/4) = x S(x^2) and cos(x pi/4) = C(x^2) on [-1, 1], Sollya's fpminimax.
// Maximum error over all inputs: tests/accuracy.cpp.
#pragma once

#include "pack.hpp"

namespace unitvar {
namespace {

// Relative errors 2^-25.1 and 2^-30.8 (f32), 2^-54.5 and 2^-61.1 (f64).
inline constexpr float sin_polynomial_f32[] = {0x1.921fb6p-1F, -0x1.4abbecp-4F, 0x1.466b2p-9F, -0x1.2f5992p-15F};
inline constexpr float cos_polynomial_f32[] = {0x1p0F, -0x1.3bd3ccp-2F, 0x1.03c1b8p-6F, -0x1.55b7cep-12F,
                                               0x1.d684aap-19F};
inline constexpr double sin_polynomial_f64[] = {0x1.921fb54442d18p-1,   -0x1.4abbce625be09p-4, 0x1.466bc67754fffp-9,
                                                -0x1.32d2ccdfe9424p-15, 0x1.50782d5f14825p-22, -0x1.e2fe76fdffd2bp-30,
                                                0x1.e357ef99eb0bbp-38};
inline constexpr double cos_polynomial_f64[] = {0x1p0,
                                                -0x1.3bd3cc9be45dep-2,
                                                0x1.03c1f081b5a67p-6,
                                                -0x1.55d3c7e3c325bp-12,
                                                0x1.e1f5067b90b37p-19,
                                                -0x1.a6d1e7294bffap-26,
                                                0x1.f9c89ca1d5187p-34,
                                                -0x1.b167302e37198p-42};

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
    return place_quadrant<32>(horner(z, cos_polynomial_f32), x * horner(z, sin_polynomial_f32), q);
}

template <std::size_t K> UNITVAR_INLINE CosSin<Pack<F64, K>> cos_sin_turns(const Pack<U64, K> &q)
{
    using F = Pack<F64, K>;
    const F x = signed_to_float(shift_left<2>(q)) * broadcast<F>(0x1p-63);
    const F z = x * x;
    return place_quadrant<64>(horner(z, cos_polynomial_f64), x * horner(z, sin_polynomial_f64), q);
}

} // namespace
} // namespace unitvar
