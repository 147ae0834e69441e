// Direction of Box and Muller: a word q becomes a point of the unit circle.
//
// x, in quarter turns, |x| <= 1/2, is the signed value of q times 2^-32 (f32), and (q >> 12) 2^-52 - 1/2, by or-ing
// mantissa bits (f64). c = cos(x pi/2) = C(x^2) and s = sin(x pi/2) = x S(x^2). Bit 0 of q changes the sign of c, bit 1
// exchanges the two: with c, s these are the four quarters around x = 0. In f32 they are bits of x too, but of the 2^32
// angles each quarter has its own 2^30, which lie evenly. Sollya's fpminimax on x^2 in [0, 1/4].
// Port budget for a register: x (f32: conversion, product; f64: shift, or, subtraction), square, 6 fma (f64: 12), product,
// shift, exclusive or, bit 1 (AVX-512: test; others shift), 2 blends: 15 and 22.
// Maximum error over all inputs: tests/accuracy.cpp.
#pragma once

#include "error_bound.hpp"
#include "log.hpp"
#include "pack.hpp"

namespace unitvar {
namespace {

// Relative errors of sine and cosine: 2^-25.1 and 2^-24.4 (f32), 2^-54.5 and 2^-53.6 (f64); most of the sine's is that of
// pi/2 rounded.
inline constexpr float sin_polynomial_f32[] = {0x1.921fb6p0F, -0x1.4abbecp-1F, 0x1.466b2p-4F, -0x1.2f597ep-8F};
inline constexpr ErrorBound sin_polynomial_f32_bound{0, 0.25, 0x1.dfp-26};
inline constexpr float cos_polynomial_f32[] = {0x1p0F, -0x1.3bd3a2p0F, 0x1.03b18cp-2F, -0x1.4eb078p-6F};
inline constexpr ErrorBound cos_polynomial_f32_bound{0, 0.25, 0x1.8bp-25};
inline constexpr double sin_polynomial_f64[] = {0x1.921fb54442d18p0,   -0x1.4abbce625be09p-1, 0x1.466bc67754ffep-4,
                                                -0x1.32d2ccdfe922ap-8, 0x1.50782d5ee9c46p-13, -0x1.e2fe76ce1db14p-19,
                                                0x1.e357dc8eac7e2p-25};
inline constexpr ErrorBound sin_polynomial_f64_bound{0, 0.25, 0x1.68p-55};
inline constexpr double cos_polynomial_f64[] = {0x1p0,
                                                -0x1.3bd3cc9be45a5p0,
                                                0x1.03c1f081b14ep-2,
                                                -0x1.55d3c7dcb769fp-6,
                                                0x1.e1f4fbfcb4c53p-11,
                                                -0x1.a6ca009f76367p-16,
                                                0x1.f3ef2ff7dee9bp-22};
inline constexpr ErrorBound cos_polynomial_f64_bound{0, 0.25, 0x1.4bp-54};

template <class F> struct Direction {
    F first;
    F second;
};

template <class F, class U> UNITVAR_INLINE Direction<F> place_quarter(const F &c, const F &s, const U &q)
{
    constexpr int bits = 8 * sizeof(typename U::Lane);
    const F cosine = float_of(bits_of(c) ^ shift_left<bits - 1>(q));
    return {select_bit<1>(q, s, cosine), select_bit<1>(q, cosine, s)};
}

// Of x quarter turns, |x| <= 1/2.
template <std::size_t K> UNITVAR_INLINE Direction<Pack<F32, K>> cosine_and_sine(const Pack<F32, K> &x)
{
    const auto z = x * x;
    return {horner(z, cos_polynomial_f32), x * horner(z, sin_polynomial_f32)};
}
template <std::size_t K> UNITVAR_INLINE Direction<Pack<F64, K>> cosine_and_sine(const Pack<F64, K> &x)
{
    const auto z = x * x;
    return {horner(z, cos_polynomial_f64), x * horner(z, sin_polynomial_f64)};
}

template <std::size_t K> UNITVAR_INLINE Direction<Pack<F32, K>> box_muller_direction(const Pack<U32, K> &q)
{
    using F = Pack<F32, K>;
    const F x = signed_to_float(q) * broadcast<F>(0x1p-32F);
    const F z = x * x;
    return place_quarter(horner(z, cos_polynomial_f32), x * horner(z, sin_polynomial_f32), q);
}

template <std::size_t K> UNITVAR_INLINE Direction<Pack<F64, K>> box_muller_direction(const Pack<U64, K> &q)
{
    using F = Pack<F64, K>;
    const F x = unit_interval_f64(q) - broadcast<F>(1.5);
    const F z = x * x;
    return place_quarter(horner(z, cos_polynomial_f64), x * horner(z, sin_polynomial_f64), q);
}

} // namespace
} // namespace unitvar
