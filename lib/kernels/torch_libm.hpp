// expf, logf and erff of glibc 2.28 to 2.40 on x86-64 with fma, operation by operation, so that every bit is
// theirs: PyTorch's erfinv is built on them. expf and logf are table-driven in double (Szabolcs Nagy's, from Arm's
// optimized routines); erff is fdlibm's rational approximations (Sun Microsystems, 1993) in single precision, without
// fma. tests/torch_libm.cpp compares them with the C library.
#pragma once

#include <type_traits>

#include "simd/pack.hpp"

namespace unitvar {
namespace {

// 2^(i/32), correctly rounded.
alignas(64) inline constexpr double exp_table[32] = {
    0x1p0,
    0x1.059b0d3158574p0,
    0x1.0b5586cf9890fp0,
    0x1.11301d0125b51p0,
    0x1.172b83c7d517bp0,
    0x1.1d4873168b9aap0,
    0x1.2387a6e756238p0,
    0x1.29e9df51fdee1p0,
    0x1.306fe0a31b715p0,
    0x1.371a7373aa9cbp0,
    0x1.3dea64c123422p0,
    0x1.44e086061892dp0,
    0x1.4bfdad5362a27p0,
    0x1.5342b569d4f82p0,
    0x1.5ab07dd485429p0,
    0x1.6247eb03a5585p0,
    0x1.6a09e667f3bcdp0,
    0x1.71f75e8ec5f74p0,
    0x1.7a11473eb0187p0,
    0x1.82589994cce13p0,
    0x1.8ace5422aa0dbp0,
    0x1.93737b0cdc5e5p0,
    0x1.9c49182a3f09p0,
    0x1.a5503b23e255dp0,
    0x1.ae89f995ad3adp0,
    0x1.b7f76f2fb5e47p0,
    0x1.c199bdd85529cp0,
    0x1.cb720dcef9069p0,
    0x1.d5818dcfba487p0,
    0x1.dfc97337b9b5fp0,
    0x1.ea4afa2a490dap0,
    0x1.f50765b6e454p0,
};

// Of |x| < 80.
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> libm_exp(const Pack<F32, K> &narrow_x)
{
    using F = Pack<F64, 2 * K>;
    using U = Pack<U64, 2 * K>;
    const F x = to_f64(narrow_x);
    const auto shift = broadcast<F>(0x1.8p52);
    const auto inverse_step = broadcast<F>(0x1.71547652b82fep5); // 32 / ln 2
    const F shifted = fma(inverse_step, x, shift);
    const U k = bits_of(shifted);
    const F r = fma(inverse_step, x, broadcast<F>(0) - (shifted - shift));
    // 2^(k/32): the integer part goes to the exponent.
    const F s = float_of(bits_of(look_up(exp_table, k)) + shift_left<52>(shift_right<5>(k)));
    const F cubic = fma(r, broadcast<F>(0x1.c6af84b912394p-20), broadcast<F>(0x1.ebfce50fac4f3p-13));
    const F linear = fma(r, broadcast<F>(0x1.62e42ff0c52d6p-6), broadcast<F>(1));
    return to_f32(fma(cubic, r * r, linear) * s);
}

// Near the inverses of the midpoints of 16 parts of [0.699, 1.398), and minus their logarithms.
alignas(64) inline constexpr double log_table_inverse[16] = {
    0x1.661ec79f8f3bep0,  0x1.571ed4aaf883dp0, 0x1.49539f0f010bp0,   0x1.3c995b0b80385p0,  0x1.30d190c8864a5p0,
    0x1.25e227b0b8eap0,   0x1.1bb4a4a1a343fp0, 0x1.12358f08ae5bap0,  0x1.0953f419900a7p0,  0x1p0,
    0x1.e608cfd9a47acp-1, 0x1.ca4b31f026aap-1, 0x1.b2036576afce6p-1, 0x1.9c2d163a1aa2dp-1, 0x1.886e6037841edp-1,
    0x1.767dcf5534862p-1,
};
alignas(64) inline constexpr double log_table[16] = {
    -0x1.57bf7808caadep-2, -0x1.2bef0a7c06ddbp-2, -0x1.01eae7f513a67p-2, -0x1.b31d8a68224e9p-3, -0x1.6574f0ac07758p-3,
    -0x1.1aa2bc79c81p-3,   -0x1.a4e76ce8c0e5ep-4, -0x1.1973c5a611cccp-4, -0x1.252f438e10c1ep-5, 0x0p0,
    0x1.aa5aa5df25984p-5,  0x1.c5e53aa362eb4p-4,  0x1.526e57720db08p-3,  0x1.bc2860d22477p-3,   0x1.1058bc8a07ee1p-2,
    0x1.4043057b6ee09p-2,
};

// Of a normal x > 0 other than 1.
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> libm_log(const Pack<F32, K> &x)
{
    using F = Pack<F64, 2 * K>;
    using U = Pack<U64, 2 * K>;
    const U bits = bits_of(to_f64(x));
    const U offset = bits - broadcast<U>(0x3FE6600000000000);
    const U exponent = offset & broadcast<U>(0xFFF0000000000000);
    const F z = float_of(bits - exponent);
    const F e = signed_to_float(exponent) * broadcast<F>(0x1p-52);
    const U part = shift_right<48>(offset);
    const F r = fma(z, look_up(log_table_inverse, part), broadcast<F>(-1));
    const F sum = fma(e, broadcast<F>(0x1.62e42fefa39efp-1), look_up(log_table, part)) + r;
    const F square = r * r;
    const F linear = fma(broadcast<F>(0x1.5575b0be00b6ap-2), r, broadcast<F>(-0x1.ffffef20a4123p-2));
    return to_f32(fma(fma(broadcast<F>(-0x1.00ea348b88334p-2), square, linear), square, sum));
}

// c[0] + x (c[1] + x (... c[N-1])), every operation rounded.
template <class R, std::size_t K, std::size_t N>
UNITVAR_INLINE Pack<R, K> unfused_horner(const Pack<R, K> &x, const typename R::value_type (&c)[N])
{
    auto sum = broadcast<Pack<R, K>>(c[N - 1]);
    for (std::size_t i = N - 1; i-- > 0;) {
        sum = sum * x + broadcast<Pack<R, K>>(c[i]);
    }
    return sum;
}

inline constexpr float erf_pp[] = {1.2837916613e-01F, -3.2504209876e-01F, -2.8481749818e-02F, -5.7702702470e-03F,
                                   -2.3763017452e-05F};
inline constexpr float erf_qq[] = {
    1.0F, 3.9791721106e-01F, 6.5022252500e-02F, 5.0813062117e-03F, 1.3249473704e-04F, -3.9602282413e-06F};
inline constexpr float erf_pa[] = {-2.3621185683e-03F, 4.1485610604e-01F, -3.7220788002e-01F, 3.1834661961e-01F,
                                   -1.1089469492e-01F, 3.5478305072e-02F, -2.1663755178e-03F};
inline constexpr float erf_qa[] = {1.0F,
                                   1.0642088205e-01F,
                                   5.4039794207e-01F,
                                   7.1828655899e-02F,
                                   1.2617121637e-01F,
                                   1.3637083583e-02F,
                                   1.1984500103e-02F};
inline constexpr float erf_ra[] = {-9.8649440333e-03F, -6.9385856390e-01F, -1.0558626175e+01F, -6.2375331879e+01F,
                                   -1.6239666748e+02F, -1.8460508728e+02F, -8.1287437439e+01F, -9.8143291473e+00F};
inline constexpr float erf_sa[] = {1.0F,
                                   1.9651271820e+01F,
                                   1.3765776062e+02F,
                                   4.3456588745e+02F,
                                   6.4538726807e+02F,
                                   4.2900814819e+02F,
                                   1.0863500214e+02F,
                                   6.5702495575e+00F,
                                   -6.0424413532e-02F};
inline constexpr float erf_rb[] = {-9.8649431020e-03F, -7.9928326607e-01F, -1.7757955551e+01F, -1.6063638306e+02F,
                                   -6.3756646729e+02F, -1.0250950928e+03F, -4.8351919556e+02F};
inline constexpr float erf_sb[] = {1.0F,
                                   3.0338060379e+01F,
                                   3.2579251099e+02F,
                                   1.5367296143e+03F,
                                   3.1998581543e+03F,
                                   2.5530502930e+03F,
                                   4.7452853394e+02F,
                                   -2.2440952301e+01F};

// Of 2^-60 <= x < 0.84375, and 0.
template <class F> UNITVAR_INLINE F libm_erf_below_0_84(const F &x)
{
    const F z = x * x;
    return x + x * (unfused_horner(z, erf_pp) / unfused_horner(z, erf_qq));
}

// Of 0.84375 <= x < 1.25.
template <class F> UNITVAR_INLINE F libm_erf_below_1_25(const F &x)
{
    const F s = x - broadcast<F>(1);
    return broadcast<F>(8.4506291151e-01F) + unfused_horner(s, erf_pa) / unfused_horner(s, erf_qa);
}

// Of 1.25 <= x < 6.
template <class F> UNITVAR_INLINE F libm_erf_below_6(const F &x)
{
    const F s = broadcast<F>(1) / (x * x);
    const auto edge = broadcast<F>(0x1.6db6dcp1F); // 1 / 0.35
    const F numerator = select_less(x, edge, unfused_horner(s, erf_ra), unfused_horner(s, erf_rb));
    const F denominator = select_less(x, edge, unfused_horner(s, erf_sa), unfused_horner(s, erf_sb));
    const auto bits = bits_of(x);
    using U = std::remove_const_t<decltype(bits)>;
    const F z = float_of(bits & broadcast<U>(0xFFFFF000));
    const F minus_z = broadcast<F>(0) - z;
    const F product =
        libm_exp(minus_z * z - broadcast<F>(0.5625F)) * libm_exp((z - x) * (z + x) + numerator / denominator);
    return broadcast<F>(1) - product / x;
}

} // namespace
} // namespace unitvar
