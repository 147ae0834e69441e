// PyTorch's block form of the normal distribution in f32, as its AVX2 build computes it: Box and Muller on uniforms of
// 24 bits, u1 in the first and u2 in the second half of each block of 16, with the polynomials of the Cephes library
// (Moshier, logf, sinf and cosf) and each contraction to fma that the build contains.
#include <type_traits>

#include "kernels/torch_store.hpp"
#include "kernels/torch_units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

// Highest power last.
inline constexpr float log_polynomial[] = {3.3333331174e-1F,  -2.4999993993e-1F, 2.0000714765e-1F,
                                           -1.6668057665e-1F, 1.4249322787e-1F,  -1.2420140846e-1F,
                                           1.1676998740e-1F,  -1.1514610310e-1F, 7.0376836292e-2F};
inline constexpr float cos_polynomial[] = {4.166664568298827e-2F, -1.388731625493765e-3F, 2.443315711809948e-5F};
inline constexpr float sin_polynomial[] = {-1.6666654611e-1F, 8.3321608736e-3F, -1.9515295891e-4F};

// Of 2^-24 to 1, all that 1 - u can be.
template <class F> UNITVAR_INLINE F cephes_log(const F &x)
{
    const auto bits = bits_of(x);
    using U = std::remove_const_t<decltype(bits)>;
    const auto mantissa = (bits & broadcast<U>(0x007FFFFF)) | broadcast<U>(0x3F000000);
    const auto below = mantissa - broadcast<U>(0x3F3504F3); // negative below sqrt(1/2)
    const F m = float_of(mantissa);
    const F exponent = signed_to_float(shift_right<23>(bits) - broadcast<U>(126));
    const F e = select_bit<31>(below, exponent - broadcast<F>(1), exponent);
    const F reduced = m - broadcast<F>(1);
    const F f = select_bit<31>(below, reduced + m, reduced);
    const F z = f * f;
    F p = horner(f, log_polynomial) * f;
    p = fma(p, z, e * broadcast<F>(-2.12194440e-4F));
    p = fma(z, broadcast<F>(-0.5F), p);
    return fma(e, broadcast<F>(0.693359375F), f + p);
}

template <class F> struct Angle {
    F cos;
    F sin;
};

// Of x >= 0.
template <class F> UNITVAR_INLINE Angle<F> cephes_cos_sin(F x)
{
    // The octant, rounded up to an even one.
    const auto octant = truncated(x * broadcast<F>(1.27323954473516F));
    using U = std::remove_const_t<decltype(octant)>;
    const auto j = (octant + broadcast<U>(1)) & broadcast<U>(0xFFFFFFFE);
    const F y = signed_to_float(j);
    x = fma(y, broadcast<F>(-0.78515625F), x);
    x = fma(y, broadcast<F>(-2.4187564849853515625e-4F), x);
    x = fma(y, broadcast<F>(-3.77489497744594108e-8F), x);
    const F z = x * x;
    F c = horner(z, cos_polynomial) * z;
    c = fma(c, z, z * broadcast<F>(-0.5F)) + broadcast<F>(1);
    const F s = fma(horner(z, sin_polynomial) * z, x, x);
    // Bit 1 of j exchanges them; the signs are bit 2 of j for the sine, and of j + 2 for the cosine.
    return {flip_sign(select_bit<1>(j, s, c), shift_left<29>(j + broadcast<U>(2))),
            flip_sign(select_bit<1>(j, c, s), shift_left<29>(j))};
}

// Two packs hold the first and the second halves of blocks of 16.
using Blocks = F32x<64>;
using Half = F32x<32>;

template <bool Second, class R> UNITVAR_INLINE auto half_of(const Pack<R, Blocks::registers> &blocks)
{
    return generate<Half::registers>([&](std::size_t k) UNITVAR_INLINE_LAMBDA {
        if constexpr (R::size == 16) {
            return Second ? second_halves(blocks.reg[2 * k], blocks.reg[2 * k + 1])
                          : first_halves(blocks.reg[2 * k], blocks.reg[2 * k + 1]);
        } else {
            constexpr std::size_t registers = 8 / R::size;
            return blocks.reg[k / registers * 2 * registers + k % registers + (Second ? registers : 0)];
        }
    });
}

template <class R>
UNITVAR_INLINE auto blocks_of(const Pack<R, Half::registers> &first, const Pack<R, Half::registers> &second)
{
    return generate<Blocks::registers>([&](std::size_t k) UNITVAR_INLINE_LAMBDA {
        if constexpr (R::size == 16) {
            return k % 2 == 0 ? first_halves(first.reg[k / 2], second.reg[k / 2])
                              : second_halves(first.reg[k / 2], second.reg[k / 2]);
        } else {
            constexpr std::size_t registers = 8 / R::size;
            const std::size_t half = k / (2 * registers) * registers + k % registers;
            return k / registers % 2 == 0 ? first.reg[half] : second.reg[half];
        }
    });
}

} // namespace

void torch_normal_f32(const std::uint32_t *words, double mean, double std, void *target, std::size_t n,
                      core::StoreMode mode)
{
    const auto location = broadcast<Half>(static_cast<float>(mean));
    const auto scale = broadcast<Half>(static_cast<float>(std));
    using W = U32x<64>;
    store_elements<Blocks>(target, n, mode, [&](std::size_t i) UNITVAR_INLINE_LAMBDA {
        const auto bits = load<W>(words + i) & broadcast<W>(0xFFFFFF);
        const Blocks u = signed_to_float(bits) * broadcast<Blocks>(0x1p-24F);
        const Half radius = sqrt(cephes_log(broadcast<Half>(1) - half_of<false>(u)) * broadcast<Half>(-2));
        const auto angle = cephes_cos_sin(half_of<true>(u) * broadcast<Half>(6.283185307179586F));
        return blocks_of(fma(radius * angle.cos, scale, location), fma(radius * angle.sin, scale, location));
    });
}

} // namespace unitvar::UNITVAR_ISA
