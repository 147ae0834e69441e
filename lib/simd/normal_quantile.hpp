// The quantile of the normal distribution, z = Phi^-1(p), from q = p - 1/2 and d, the lesser of p and 1 - p.
//
// Near the median z = q (c + R(q^2)), beyond it |z| = t + S(1 / (t + k) - h) with t = sqrt(-2 ln d); both polynomials
// are minimax for the relative error of z, on d >= 0.15 and on 2^-33 <= d <= 0.15 (f32). q and d each keep their
// relative precision, so z has it at the median and in both tails. The polynomials are small corrections of a first
// term that is monotone: their rounding is below the step from one argument to the next, and z never decreases
// where p increases.
// Maximum error over all inputs: tests/accuracy_quantile.cpp.
//
// Port budget for a register of f32: 6 for q and d, 11 for the centre, 31 for the tail, 4 to choose between them. Whether
// any lane is in the tail is not worth asking: a rational centre of degrees 5 and 5 reaches 2^-24 up to d = 2^-7 only,
// and then one group of 32 in five would have to do both.
#pragma once

#include "error_bound.hpp"
#include "log.hpp"
#include "pack.hpp"

namespace unitvar {
namespace {

// Remez exchange, coefficients rounded one by one: relative error 2^-26.6 and 2^-27.6. Bounds are over |z|.
inline constexpr float quantile_slope_f32 = 0x1.5ep1F;
inline constexpr float quantile_centre_f32[] = {-0x1.d26cdep-3F, 0x1.4ffd4p1F,    0x1.71b0dap2F,
                                                0x1.eb88f8p3F,   0x1.d88e18p5F,   -0x1.b61c5cp6F,
                                                0x1.ca1582p11F,  -0x1.2e6e34p14F, 0x1.0c9c02p16F};
inline constexpr ErrorBound quantile_centre_f32_bound{0, 1.036433, 0x1.3fp-27};
inline constexpr float quantile_tail_f32[] = {-0x1.490378p-1F, -0x1.dd77a2p1F, -0x1.dc28p1F,   -0x1.ed7d08p3F,
                                              -0x1.081d48p4F,  -0x1.07d68p7F,  -0x1.850416p5F, -0x1.ef21fcp10F};
inline constexpr ErrorBound quantile_tail_f32_bound{1.036433, 6.338, 0x1.56p-28};

// Remez exchange, coefficients rounded: relative error 2^-56, 2^-54.2 (1.95 <= t <= 11.3) and 2^-53.9 (5.4 <= t <= 40).
inline constexpr double quantile_slope_f64 = 0x1.5ep1;
inline constexpr double quantile_centre_f64[] = {
    -0x1.d26ce009d8fa7p-3,  0x1.4ffddeaa22ed1p+1,  0x1.71713082b7534p+2,   0x1.f55d0d9526081p+3,
    0x1.784944d6565a4p+5,   0x1.2ba9aa134d848p+7,  0x1.f021a73e657abp+8,   0x1.a8b67cf842634p+10,
    0x1.553d6f3ce70adp+12,  0x1.119febed7c9e0p+15, -0x1.2543a0ca931c4p+18, 0x1.dd5f591ddb961p+22,
    -0x1.bd0590c1e26c0p+26, 0x1.51b374cecc764p+30, -0x1.825599bd9d2ffp+33, 0x1.4df61dd0ac0fep+36,
    -0x1.a3e6de362b09ap+38, 0x1.6d37b2402f5d9p+40, -0x1.8998113cb5344p+41, 0x1.93b290296490fp+41};
inline constexpr ErrorBound quantile_centre_f64_bound{0, 1.036433, 0x1.e4p-57};
inline constexpr double quantile_tail_f64[] = {
    -0x1.1caad4ca70308p-1,  -0x1.41c07d64a9578p+2,  -0x1.964c77572156bp+3,  -0x1.0c53c686b8ddep+6,
    -0x1.d0a499bb90ca8p+7,  -0x1.64a5e783a5bccp+10, -0x1.54f0ba9baf0f1p+12, -0x1.2fc8c35ee2679p+15,
    -0x1.1d144154f1ed7p+17, -0x1.20ef6cfb21073p+20, -0x1.eaad8be04f6acp+21, -0x1.2987a81b0326ep+25,
    -0x1.a0249de44cf78p+26, -0x1.477f2c19d9391p+30, -0x1.46fef93459bffp+31, -0x1.7b24089d9cfcep+35,
    -0x1.6180ffea8fb2ap+34, -0x1.0657baa0e760cp+41, -0x1.a40b15cf3f1e6p+41, -0x1.1c2e4636166f6p+45,
    0x1.142b4967b7652p+49,  -0x1.0cab861e12086p+53};
inline constexpr ErrorBound quantile_tail_f64_bound{1.036433, 11.0018, 0x1.bcp-55};
inline constexpr double quantile_far_tail_f64[] = {
    -0x1.30b4d6516af9ep-2,  -0x1.10ca016ffc896p+3,  -0x1.79e833a7a5a32p+6,  -0x1.751c4fdde5811p+10,
    -0x1.4de1a5a2e9f98p+14, -0x1.5780928b862e6p+18, -0x1.4646e6a4ee455p+22, -0x1.580976a40459ap+26,
    -0x1.5049d83063028p+30, -0x1.6ae2d8faec705p+34, -0x1.69e2c412c068fp+38, -0x1.8f90d3b8b9bdep+42,
    -0x1.94e650200604dp+46, -0x1.cec572acf48eap+50, -0x1.d766c30b54fb6p+54, -0x1.eb9299d82dcb5p+58,
    -0x1.e682d6610b9ddp+62, -0x1.b63328e48b885p+67, -0x1.2114e2dd33aadp+72, -0x1.16b70e3fcddd7p+75,
    0x1.665dc143fcb49p+78};
inline constexpr ErrorBound quantile_far_tail_f64_bound{4.9057, 39.8847, 0x1.0cp-54};

// -2 ln(x / 2^Scale) of normal x, whatever its sign.
template <int Scale, std::size_t K> UNITVAR_INLINE Pack<F32, K> minus_two_log(const Pack<F32, K> &x)
{
    using F = Pack<F32, K>;
    using U = Pack<U32, K>;
    const U bits = bits_of(x);
    const F mantissa = float_of((bits & broadcast<U>(0x007FFFFF)) | broadcast<U>(0x3F000000));
    const F exponent = signed_to_float(shift_right<24>(shift_left<1>(bits))) - broadcast<F>(Scale + 126);
    const F f = mantissa - broadcast<F>(1);
    const F linear = fma(exponent, broadcast<F>(-0x1.62e43p0F), f * broadcast<F>(-2.0F));
    return fma(f * f, horner(f, log_polynomial_f32), linear);
}

// |z| from t = sqrt(-2 ln d).
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> normal_tail(const Pack<F32, K> &t)
{
    using F = Pack<F32, K>;
    return t + horner(broadcast<F>(1) / (t + broadcast<F>(2.25F)) - broadcast<F>(0.171875F), quantile_tail_f32);
}

// d is the distance to the nearer end of (0, 1), times 2^Scale; its sign does not matter.
template <int Scale, std::size_t K>
UNITVAR_INLINE Pack<F32, K> normal_quantile(const Pack<F32, K> &q, const Pack<F32, K> &d)
{
    using F = Pack<F32, K>;
    const F square = q * q;
    const F centre = fma(q, broadcast<F>(quantile_slope_f32), q * horner(square, quantile_centre_f32));
    const F tail = normal_tail(sqrt(minus_two_log<Scale>(d)));
    return select_less(square, broadcast<F>(0.1225F), centre, flip_sign(tail, bits_of(q)));
}

// The same in fewer operations and not monotone (Giles 2011): z = q P(w), w = -ln(4 d (1 - d)) <= 5, which is all but
// 2^-8 of the distribution; the tails beyond are left out where no lane is in them. d may be the distance to
// either end.
// Absolute error 2^-24.6 of -ln(1 + f) / f on [-1/2, 0] times f; relative error 2^-26.2 of P(w), in w - 2.74.
inline constexpr float short_log_polynomial_f32[] = {-0x1.ffff38p-1F, 0x1.002fcap-1F, -0x1.4d99a8p-2F, 0x1.4c9d94p-2F,
                                                     0x1.9e4e12p-3F,  0x1.62614cp+0F, 0x1.d9af22p+0F,  0x1.9533ecp+0F};
inline constexpr ErrorBound short_log_polynomial_f32_bound{-0.5, 0, 0x1.4fp-25};
inline constexpr float quantile_log_f32[] = {0x1.1a6b8p+2F,   0x1.61fbfp-1F,    -0x1.cfa24p-7F,   -0x1.8457b8p-9F,
                                             0x1.36e8cp-11F,  -0x1.bc24c6p-16F, -0x1.f7ec0ep-18F, 0x1.75f246p-20F,
                                             0x1.a233aap-27F, -0x1.ab2a64p-26F};
inline constexpr ErrorBound quantile_log_f32_bound{0, 2.9317, 0x1.b1p-27};

template <std::size_t K>
UNITVAR_INLINE Pack<F32, K> normal_quantile_by_log(const Pack<F32, K> &q, const Pack<F32, K> &d)
{
    using F = Pack<F32, K>;
    using U = Pack<U32, K>;
    const U bits = bits_of(d * (broadcast<F>(1) - d));
    const F mantissa = float_of((bits & broadcast<U>(0x007FFFFF)) | broadcast<U>(0x3F000000));
    const F exponent = signed_to_float(shift_right<23>(bits)) - broadcast<F>(126 - 2);
    const F f = mantissa - broadcast<F>(1);
    const F constant = fma(exponent, broadcast<F>(-0x1.62e43p-1F), broadcast<F>(-2.7392578125F));
    const F z = q * horner_by_parity(fma(f, horner_by_parity(f, short_log_polynomial_f32), constant), quantile_log_f32);
    const F far = broadcast<F>(0x1.bap-10F); // w = 5
    if (!any_less(d, far)) {
        return z;
    }
    return select_less(d, far, flip_sign(normal_tail(sqrt(minus_two_log<0>(d))), bits_of(q)), z);
}

template <int Scale, std::size_t K> UNITVAR_INLINE Pack<F64, K> minus_two_log(const Pack<F64, K> &x)
{
    using F = Pack<F64, K>;
    using U = Pack<U64, K>;
    const U bits = bits_of(x);
    const F mantissa = float_of((bits & broadcast<U>(0x000FFFFFFFFFFFFF)) | broadcast<U>(0x3FE0000000000000));
    const F exponent = float_of(shift_right<53>(shift_left<1>(bits)) | broadcast<U>(0x4330000000000000)) -
                       broadcast<F>(0x1p52 + Scale + 1022);
    return fma(exponent, broadcast<F>(-0x1.62e42fefa39efp0), minus_two_log_of(mantissa - broadcast<F>(1)));
}

// |z| from t = sqrt(-2 ln d).
template <std::size_t K> UNITVAR_INLINE Pack<F64, K> normal_tail(const Pack<F64, K> &t)
{
    using F = Pack<F64, K>;
    return t + horner(broadcast<F>(1) / (t + broadcast<F>(3.5)) - broadcast<F>(0.125), quantile_tail_f64);
}
template <std::size_t K> UNITVAR_INLINE Pack<F64, K> normal_far_tail(const Pack<F64, K> &t)
{
    using F = Pack<F64, K>;
    return t + horner(broadcast<F>(1) / (t + broadcast<F>(10)) - broadcast<F>(0.046875), quantile_far_tail_f64);
}

// The quantile where d >= 0.15, else tail with the sign of q.
template <std::size_t K> UNITVAR_INLINE Pack<F64, K> join_quantile(const Pack<F64, K> &q, const Pack<F64, K> &tail)
{
    using F = Pack<F64, K>;
    const F square = q * q;
    const F centre = fma(q, broadcast<F>(quantile_slope_f64), q * horner(square, quantile_centre_f64));
    return select_less(square, broadcast<F>(0.1225), centre, flip_sign(tail, bits_of(q)));
}

template <int Scale, std::size_t K>
UNITVAR_INLINE Pack<F64, K> normal_quantile(const Pack<F64, K> &q, const Pack<F64, K> &d)
{
    return join_quantile(q, normal_tail(sqrt(minus_two_log<Scale>(d))));
}

} // namespace
} // namespace unitvar
