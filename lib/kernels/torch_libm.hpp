// expf, logf and erff of glibc 2.28 to 2.40 on x86-64 with fma, operation by operation, so that every bit is
// theirs: PyTorch's erfinv is built on them. From 2.41 on erff is correctly rounded, which any way of rounding correctly
// equals; expf and logf have the same values for the arguments here. expf and logf are table-driven in double (Szabolcs Nagy's, from Arm's
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

// erf(x) / x on each of 32 parts of [0, 4), a polynomial of the distance from its middle: interpolation at the Chebyshev
// nodes by mpmath, within 2^-59 of the quotient. Coefficient j of every part together.
alignas(64) inline constexpr double erf_ratio_0[32] = {
    0x1.207d480e90658p+0, 0x1.1d83ecffec36fp+0, 0x1.17bb29ab32832p+0, 0x1.0f7259a881829p+0, 0x1.0515eb269a871p+0,
    0x1.f2491cd5626b3p-1, 0x1.d847134d58a6dp-1, 0x1.bd27934b60faap-1, 0x1.a1d1f0b2ba7a6p-1, 0x1.8706c60af01edp-1,
    0x1.6d59d74762b16p-1, 0x1.5531863598db9p-1, 0x1.3ecaa33f522dbp-1, 0x1.2a3f118acbfb6p-1, 0x1.178db8056a966p-1,
    0x1.06a27a216b354p-1, 0x1.eebaa9dc6cd65p-2, 0x1.d33047af9ce21p-2, 0x1.ba55cfa330079p-2, 0x1.a3dd53a96f827p-2,
    0x1.8f7e69cb48b27p-2, 0x1.7cf7e11a19cd7p-2, 0x1.6c10437d90960p-2, 0x1.5c959926d21e4p-2, 0x1.4e5cc53a497bbp-2,
    0x1.4140b7597ed16p-2, 0x1.352196dd4fe7fp-2, 0x1.29e3fbdbb73dcp-2, 0x1.1f703f011c050p-2, 0x1.15b1e29e85db8p-2,
    0x1.0c9713c1472b5p-2, 0x1.04104093ef2dap-2};
alignas(64) inline constexpr double erf_ratio_1[32] = {
    -0x1.8040819270b37p-5, -0x1.1ad8fe728fb15p-3, -0x1.c6311653d5c49p-3, -0x1.2cd344a4bc547p-2, -0x1.679e55f14d0ebp-2,
    -0x1.91ec1ea8ff372p-2, -0x1.aba0a874056a2p-2, -0x1.b5e332cde440cp-2, -0x1.b2cde860256f0p-2, -0x1.a50d493f643d5p-2,
    -0x1.8f809e64ed9a2p-2, -0x1.74e92cb5468d9p-2, -0x1.57b0546a60746p-2, -0x1.39c6f88e49115p-2, -0x1.1c9bc3dc64e3ep-2,
    -0x1.0122e0dbb901bp-2, -0x1.cfd13eabffa6cp-3, -0x1.a251dc2d25e85p-3, -0x1.79cddb828abc2p-3, -0x1.56032d5d0baafp-3,
    -0x1.3688045b3f668p-3, -0x1.1ae2393dd1e54p-3, -0x1.02968c04ffb99p-3, -0x1.da62fc0d548f9p-4, -0x1.b49738c74c90ap-4,
    -0x1.9315ad7b4b376p-4, -0x1.75443daee65bap-4, -0x1.5aa059668488ap-4, -0x1.42bbe2c4d7a5bp-4, -0x1.2d3a0d84fbc13p-4,
    -0x1.19cc851f857c8p-4, -0x1.0830f66ef043ep-4};
alignas(64) inline constexpr double erf_ratio_2[32] = {
    -0x1.7e739c123b38dp-2, -0x1.6948b59e1ed08p-2, -0x1.41400aa98dcc7p-2, -0x1.0a93372169c4fp-2, -0x1.957878b9a0fc9p-3,
    -0x1.0f45417015e53p-3, -0x1.1b3025f199336p-4, -0x1.96b5901088ca1p-7, 0x1.1c894cf7a1373p-5,  0x1.22109ef1df631p-4,
    0x1.881c8071ff9c1p-4,  0x1.c45ac904ef166p-4,  0x1.dd90d7f64aaefp-4,  0x1.dbcb2d65fcfdbp-4,  0x1.c71582b015fe3p-4,
    0x1.a697248a69712p-4,  0x1.8017a093cadb0p-4,  0x1.57dbbf3401be5p-4,  0x1.30c0b91fe8319p-4,  0x1.0c7a53b881ef0p-4,
    0x1.d7ba3645992bap-5,  0x1.9e4a21ddd0abep-5,  0x1.6c6096b38a503p-5,  0x1.4155556a5b782p-5,  0x1.1c56e8a8cf58bp-5,
    0x1.f91ddc13f7d9dp-6,  0x1.c26b6e8f404c6p-6,  0x1.9335e7434708dp-6,  0x1.6a4f9f68b08cap-6,  0x1.46bb41dd53205p-6,
    0x1.27a61c24ee961p-6,  0x1.0c61a08508632p-6};
alignas(64) inline constexpr double erf_ratio_3[32] = {
    0x1.cc0a14abcf483p-6,  0x1.4c6796aabb434p-4,  0x1.01021d91ad67ap-3,  0x1.413fd544e8e44p-3,  0x1.6262c6c4b0bd1p-3,
    0x1.646158e0dd8c1p-3,  0x1.4b33a830dd3b8p-3,  0x1.1daad1cca2fc6p-3,  0x1.c7e5e9ff12601p-4,  0x1.4c36917ee467ap-4,
    0x1.abb88a77c306ep-5,  0x1.ba112c4008f9fp-6,  0x1.b93e7c53b8c5bp-8,  -0x1.0b4f2281711f0p-7, -0x1.27598af958c0ap-6,
    -0x1.838d20612c459p-6, -0x1.aa2cb3921784ap-6, -0x1.ab1a34aba8660p-6, -0x1.942d308aa499dp-6, -0x1.704381c1101a9p-6,
    -0x1.472104264d5f9p-6, -0x1.1dce885505e54p-6, -0x1.ee6404fba488fp-7, -0x1.a95c139325dfep-7, -0x1.6d581fa42f238p-7,
    -0x1.3a0bd7e30dc27p-7, -0x1.0e9d22fe058a4p-7, -0x1.d3fe08f9f1794p-8, -0x1.964941ef944f7p-8, -0x1.6233ee176fed1p-8,
    -0x1.3619c126bc93ep-8, -0x1.109b4df2e15e8p-8};
alignas(64) inline constexpr double erf_ratio_4[32] = {
    0x1.c7c2503d656fcp-4,  0x1.95f90c67b43dap-4,  0x1.3a9bb97cf76a1p-4,  0x1.8889e2954278bp-5,  0x1.1354bdb719d35p-6,
    -0x1.9134a59cc77f1p-7, -0x1.25424f0bd3827p-5, -0x1.a83203f09664bp-5, -0x1.e864931a03123p-5, -0x1.ebf106cea9bf1p-5,
    -0x1.c067e3cee562cp-5, -0x1.76c72ff9eecc6p-5, -0x1.1fc543a44a6c3p-5, -0x1.92506b2b7c385p-6, -0x1.f1bb50d0aaf2fp-7,
    -0x1.f56875deb0139p-8, -0x1.1403e620b3259p-9, 0x1.a25a885df8c5cp-10, 0x1.ef7389e986587p-9,  0x1.3c94b3a04f6e7p-8,
    0x1.4ef1f8e29d59dp-8,  0x1.426e4a5b19671p-8,  0x1.2593e9b2a86dcp-8,  0x1.022d18d558463p-8,  0x1.bc5df606f104ep-9,
    0x1.799525eeab7c1p-9,  0x1.3ec3580afd0e4p-9,  0x1.0c882216d28c6p-9,  0x1.c4c8fb77af06dp-10, 0x1.7ebca45c32280p-10,
    0x1.44b9c2d99803bp-10, 0x1.14adb609e3248p-10};
alignas(64) inline constexpr double erf_ratio_5[32] = {
    -0x1.47cc420e766bdp-7,  -0x1.d0686f5dffe37p-6,  -0x1.58912c033accep-5,  -0x1.9311a5a1a9a9bp-5,
    -0x1.92fd6787d51d7p-5,  -0x1.5ee6043d455acp-5,  -0x1.05ff85d2d1951p-5,  -0x1.379108ed0de75p-6,
    -0x1.9aede826549c3p-8,  0x1.223febb147708p-8,   0x1.8999afcd2e665p-7,   0x1.095c445f6fe88p-6,
    0x1.1c123f60048bcp-6,   0x1.092fbb37f6dc1p-6,   0x1.be5c9b5d91faap-7,   0x1.56cbd46c6e70fp-7,
    0x1.e02ba3c0a028fp-8,   0x1.2e094ff7c3fd1p-8,   0x1.45b5f586a04a2p-9,   0x1.ff2ed0ced872cp-11,
    0x1.e75e86ceb6a54p-20,  -0x1.2263ae494e9a7p-11, -0x1.ab92808f4e11dp-11, -0x1.d23c27e4b82c0p-11,
    -0x1.c09348b52ce03p-11, -0x1.93798bebece73p-11, -0x1.5cdbab8dd07a0p-11, -0x1.26b2bbdf43217p-11,
    -0x1.eb86a76ebf7d3p-12, -0x1.977777f4df3bbp-12, -0x1.514d6a4ed4baep-12, -0x1.17a116045c7c3p-12};
alignas(64) inline constexpr double erf_ratio_6[32] = {
    -0x1.aedbb905b2c6bp-6,  -0x1.677accf87aa66p-6,  -0x1.d11c6322a05f3p-7,  -0x1.356d693d10076p-8,
    0x1.2aefa003536a8p-8,   0x1.8840df7be3d37p-7,   0x1.0d20ad2316f7ap-6,   0x1.20af4791aa42ep-6,
    0x1.0575840c8d51ep-6,   0x1.942fa13612468p-7,   0x1.007ae49301c4ap-7,   0x1.bfd076cdc5490p-9,
    -0x1.a168893704850p-13, -0x1.5e71e0376f3ecp-9,  -0x1.04cc3011d0027p-8,  -0x1.1a6d1b269d5ecp-8,
    -0x1.03b79a9dcee67p-8,  -0x1.a998dfacbdc57p-9,  -0x1.3c5365c823516p-9,  -0x1.abb3a5701bfa0p-10,
    -0x1.03c72b67392c0p-10, -0x1.0ffbe5e964654p-11, -0x1.a928a83bd30efp-13, -0x1.8b657cd21399fp-17,
    0x1.7747c3f558056p-14,  0x1.15c73b2dffa61p-13,  0x1.282f2cd5c1c9ap-13,  0x1.1578e5e470292p-13,
    0x1.e645d9e42be78p-14,  0x1.9a70c602d89d6p-14,  0x1.534fd55e458c7p-14,  0x1.1597585551eb0p-14};
alignas(64) inline constexpr double erf_ratio_7[32] = {
    0x1.53166a5e814f7p-9,   0x1.d6a55b6d687ffp-8,   0x1.4e3878bd6ae85p-7,   0x1.6afd3e19c5102p-7,
    0x1.41880951cb4c2p-7,   0x1.c51ecfb28561ep-8,   0x1.a518dfed70261p-9,   -0x1.a5d21393f2ad1p-12,
    -0x1.a601c2af6ca8cp-9,  -0x1.3df59ac409c6ap-8,  -0x1.58c812e4e967ap-8,  -0x1.331d9420e9e0ep-8,
    -0x1.cc7024e0d46bap-9,  -0x1.1882a25e51581p-9,  -0x1.cf3f2446cbc24p-11, 0x1.26f0e1399d30cp-14,
    0x1.5b13e15221c96p-11,  0x1.e57ad8ef734a3p-11,  0x1.f0ac19de05950p-11,  0x1.af828178c5700p-11,
    0x1.4dabf836c8f77p-11,  0x1.d344d00cdce7cp-12,  0x1.28b06df59ac0dp-12,  0x1.5064152714ba1p-13,
    0x1.4350a717cf2a0p-14,  0x1.afe6b880c4d4bp-16,  -0x1.58745253bf935p-19, -0x1.0aefeadb4120bp-16,
    -0x1.57155eece8e87p-16, -0x1.5596122680ca5p-16, -0x1.3167013516644p-16, -0x1.02579b04efdcbp-16};
alignas(64) inline constexpr double erf_ratio_8[32] = {
    0x1.4c0b25c5b911ep-8,   0x1.020ef13b08981p-8,   0x1.056e96d133f18p-9,   -0x1.f3d31e217f6bbp-13,
    -0x1.1fe86f3f00cc7p-9,  -0x1.c39f44bd716a5p-9,  -0x1.f113e146b8074p-9,  -0x1.b16a454ff2aadp-9,
    -0x1.27ea45d79ad08p-9,  -0x1.0666a724ffadep-10, 0x1.1f6bf2fc7b926p-13,  0x1.ed1ce23d478a6p-11,
    0x1.5d4951ac82810p-10,  0x1.634b228bbbb8bp-10,  0x1.26b232e82ed4bp-10,  0x1.9582978d6cfb4p-11,
    0x1.b526a15117165p-12,  0x1.0a81ee8f0414dp-13,  -0x1.16b0c931fd8bap-14, -0x1.5e06d3ab74a70p-13,
    -0x1.9aab90697e12bp-13, -0x1.7999f55180c17p-13, -0x1.2c70d4e89fea5p-13, -0x1.ac3adf4fe3d0ep-14,
    -0x1.1482bffb06626p-14, -0x1.423ce3e41fe40p-15, -0x1.4a2241c47bd49p-16, -0x1.109306cb449b6p-17,
    -0x1.c8be9321f342ep-20, 0x1.7ec6db6c6065ep-20,  0x1.621c8a1793a66p-19,  0x1.7e9c35e33aff8p-19};
alignas(64) inline constexpr double erf_ratio_9[32] = {
    -0x1.1446a4ad33651p-11, -0x1.7781d41641ae7p-10, -0x1.fd497e890fb87p-10, -0x1.fd08ec7d00b48p-10,
    -0x1.827ec54480e4cp-10, -0x1.784611b3078dbp-11, 0x1.7951cc67e23d1p-14,  0x1.8006143422413p-11,
    0x1.1acca70e31d45p-10,  0x1.220cad1f06e38p-10,  0x1.cfe50dcf77d7ep-11,  0x1.17493554a3a22p-11,
    0x1.6688535e89c5cp-13,  -0x1.d874469cceb34p-14, -0x1.239427a988f6ap-12, -0x1.5882793c93d94p-12,
    -0x1.350916c5cc60ep-12, -0x1.c5c28bb213fb4p-13, -0x1.0d3895b90a15fp-13, -0x1.c14b6fd58d498p-15,
    -0x1.fc3da5be6949fp-20, 0x1.bb42e728e098bp-16,  0x1.32add960c7823p-15,  0x1.27f5c4bb709c1p-15,
    0x1.de8be0d7dbb64p-16,  0x1.56351dff18022p-16,  0x1.b9a9d3551dd8fp-17,  0x1.01ec5f28acbf8p-17,
    0x1.0c85f0f84ba51p-18,  0x1.d85a68d73b8c6p-20,  0x1.1b3f769591817p-21,  -0x1.3539cb43a072cp-24};

// erff of glibc 2.41 and later, of x >= 0: erf in double within 2^-52.5, rounded, which tests/accuracy_erff.cpp finds
// correct for every x.
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> libm_erf_rounded(const Pack<F32, K> &narrow_x)
{
    using F = Pack<F64, 2 * K>;
    // From 3.92 on the result is 1, also of 4 less an ulp.
    constexpr float most = 0x1.fffffep1F;
    const auto end = broadcast<Pack<F32, K>>(most);
    const F x = to_f64(select_less(narrow_x, end, narrow_x, end));
    const auto shift = broadcast<F>(0x1.8p52);
    const F middle = x * broadcast<F>(8) - broadcast<F>(0.5);
    // To the nearest integer; where x is between two parts either of them will do.
    const F shifted = middle + shift;
    const auto part = bits_of(shifted);
    using U = std::remove_const_t<decltype(part)>;
    const U index = part & broadcast<U>(31);
    const F t = (middle - (shifted - shift)) * broadcast<F>(0.125);
    F q = look_up(erf_ratio_9, index);
    q = fma(q, t, look_up(erf_ratio_8, index));
    q = fma(q, t, look_up(erf_ratio_7, index));
    q = fma(q, t, look_up(erf_ratio_6, index));
    q = fma(q, t, look_up(erf_ratio_5, index));
    q = fma(q, t, look_up(erf_ratio_4, index));
    q = fma(q, t, look_up(erf_ratio_3, index));
    q = fma(q, t, look_up(erf_ratio_2, index));
    q = fma(q, t, look_up(erf_ratio_1, index));
    q = fma(q, t, look_up(erf_ratio_0, index));
    return to_f32(x * q);
}

} // namespace
} // namespace unitvar
