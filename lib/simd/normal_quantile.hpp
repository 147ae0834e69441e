// The quantile of the normal distribution, z = Phi^-1(p), from q = p - 1/2 and d, the lesser of p and 1 - p.
//
// Near the median z = q (c + R(q^2)), beyond it |z| = t + S(1 / (t + k) - h) with t = sqrt(-2 ln d); both polynomials
// are minimax for the relative error of z, on d >= 0.15 and on 2^-33 <= d <= 0.15 (f32). q and d each keep their
// relative precision, so z has it at the median and in both tails. The polynomials are small corrections of a first
// term that is monotone: their rounding is below the step from one argument to the next, and z never decreases
// where p increases.
// Maximum error over all inputs: tests/accuracy_icdf.cpp.
#pragma once

#include "log.hpp"
#include "pack.hpp"

namespace unitvar {
namespace {

// Remez exchange, coefficients rounded one by one: relative error 2^-26.6 and 2^-27.6.
inline constexpr float quantile_slope_f32 = 0x1.5ep1F;
inline constexpr float quantile_centre_f32[] = {-0x1.d26cdep-3F, 0x1.4ffd4p1F,    0x1.71b0dap2F,
                                                0x1.eb88f8p3F,   0x1.d88e18p5F,   -0x1.b61c5cp6F,
                                                0x1.ca1582p11F,  -0x1.2e6e34p14F, 0x1.0c9c02p16F};
inline constexpr float quantile_tail_f32[] = {-0x1.490378p-1F, -0x1.dd77a2p1F, -0x1.dc28p1F,   -0x1.ed7d08p3F,
                                              -0x1.081d48p4F,  -0x1.07d68p7F,  -0x1.850416p5F, -0x1.ef21fcp10F};

// -2 ln(x / 2^Scale) of normal x, whatever its sign.
template <int Scale, std::size_t K> UNITVAR_INLINE Pack<F32, K> minus_two_log(const Pack<F32, K> &x)
{
    using F = Pack<F32, K>;
    using U = Pack<U32, K>;
    const U bits = bits_of(x);
    const F mantissa = float_of((bits & broadcast<U>(0x007FFFFF)) | broadcast<U>(0x3F000000));
    const F exponent = signed_to_float(shift_right<24>(shift_left<1>(bits))) - broadcast<F>(Scale + 126);
    const F f = mantissa - broadcast<F>(1);
    return fma(exponent, broadcast<F>(-0x1.62e43p0F), f * horner(f, log_polynomial_f32));
}

// d is the distance to the nearer end of (0, 1), times 2^Scale; its sign does not matter.
template <int Scale, std::size_t K>
UNITVAR_INLINE Pack<F32, K> normal_quantile(const Pack<F32, K> &q, const Pack<F32, K> &d)
{
    using F = Pack<F32, K>;
    const F square = q * q;
    const F centre = fma(q, broadcast<F>(quantile_slope_f32), q * horner(square, quantile_centre_f32));
    const F t = sqrt(minus_two_log<Scale>(d));
    const F r = broadcast<F>(1) / (t + broadcast<F>(2.25F)) - broadcast<F>(0.171875F);
    const F tail = t + horner(r, quantile_tail_f32);
    return select_less(square, broadcast<F>(0.1225F), centre, flip_sign(tail, bits_of(q)));
}

} // namespace
} // namespace unitvar
