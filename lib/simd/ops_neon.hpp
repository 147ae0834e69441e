// NEON of AArch64: 4 lanes of f32, 2 of f64. The registers are xsimd's neon64 batches; square roots and quotients
// are the exact instructions, because xsimd (8.1 to 14) approximates them by Newton steps in f32, and bit casts
// are intrinsics because xsimd 8.1 calls them through function pointers.
#pragma once

#include <arm_neon.h>
#include <xsimd/xsimd.hpp>

namespace unitvar {
namespace {

using F32 = xsimd::batch<float, xsimd::neon64>;
using U32 = xsimd::batch<std::uint32_t, xsimd::neon64>;
using U16 = xsimd::batch<std::uint16_t, xsimd::neon64>;
using F64 = xsimd::batch<double, xsimd::neon64>;
using U64 = xsimd::batch<std::uint64_t, xsimd::neon64>;

inline constexpr bool has_multiply_u64 = false;
inline constexpr bool has_streaming_stores = false;
inline constexpr bool draws_from_memory = false;
inline constexpr std::size_t vector_registers = 32;

template <class R> UNITVAR_INLINE R load_register(const void *source)
{
    R result;
    __builtin_memcpy(&result, source, sizeof(R));
    return result;
}
template <class R> UNITVAR_INLINE void store_register(void *target, R a)
{
    __builtin_memcpy(target, &a, sizeof(R));
}
// Two f32 as f64.
UNITVAR_INLINE F64 load_widened(const void *source)
{
    float32x2_t narrow;
    __builtin_memcpy(&narrow, source, sizeof(narrow));
    return vcvt_f64_f32(narrow);
}
// Two bf16 and two f16 as f64.
UNITVAR_INLINE F64 load_widened_bf16(const void *source)
{
    std::uint32_t both;
    __builtin_memcpy(&both, source, sizeof(both));
    const uint32x2_t bits = vset_lane_u32(both & 0xFFFF0000U, vdup_n_u32(both << 16U), 1);
    return vcvt_f64_f32(vreinterpret_f32_u32(bits));
}
UNITVAR_INLINE F64 load_widened_f16(const void *source)
{
    std::uint32_t both;
    __builtin_memcpy(&both, source, sizeof(both));
    return vcvt_f64_f32(vget_low_f32(vcvt_f32_f16(vreinterpret_f16_u32(vdup_n_u32(both)))));
}
// Four f16 as f32.
UNITVAR_INLINE F32 load_f16(const void *source)
{
    uint16x4_t bits;
    __builtin_memcpy(&bits, source, sizeof(bits));
    return vcvt_f32_f16(vreinterpret_f16_u16(bits));
}
template <class R> UNITVAR_INLINE void stream_register(void *target, R a)
{
    store_register(target, a);
}
UNITVAR_INLINE void stream_fence() {}

// As two f32, rounded to nearest even.
UNITVAR_INLINE void store_narrowed(void *target, F64 a)
{
    const float32x2_t narrow = vcvt_f32_f64(a);
    __builtin_memcpy(target, &narrow, sizeof(narrow));
}

UNITVAR_INLINE F32 fused(F32 a, F32 b, F32 c)
{
    return vfmaq_f32(c, a, b);
}
UNITVAR_INLINE F64 fused(F64 a, F64 b, F64 c)
{
    return vfmaq_f64(c, a, b);
}
UNITVAR_INLINE F32 square_root(F32 a)
{
    return vsqrtq_f32(a);
}
UNITVAR_INLINE F64 square_root(F64 a)
{
    return vsqrtq_f64(a);
}
UNITVAR_INLINE F32 divide(F32 a, F32 b)
{
    return vdivq_f32(a, b);
}
UNITVAR_INLINE F64 divide(F64 a, F64 b)
{
    return vdivq_f64(a, b);
}

UNITVAR_INLINE U32 to_bits(F32 a)
{
    return vreinterpretq_u32_f32(a);
}
UNITVAR_INLINE U64 to_bits(F64 a)
{
    return vreinterpretq_u64_f64(a);
}
UNITVAR_INLINE F32 from_bits(U32 a)
{
    return vreinterpretq_f32_u32(a);
}
UNITVAR_INLINE F64 from_bits(U64 a)
{
    return vreinterpretq_f64_u64(a);
}
UNITVAR_INLINE U64 pairs(U32 a)
{
    return vreinterpretq_u64_u32(a);
}
UNITVAR_INLINE U32 halves(U64 a)
{
    return vreinterpretq_u32_u64(a);
}
UNITVAR_INLINE F32 convert_signed(U32 a)
{
    return vcvtq_f32_s32(vreinterpretq_s32_u32(a));
}
UNITVAR_INLINE F64 convert_signed(U64 a)
{
    return vcvtq_f64_s64(vreinterpretq_s64_u64(a));
}

UNITVAR_INLINE F64 convert_upper_53(U64 a)
{
    return convert_signed(U64(a >> 11));
}

// Signed 32-bit lanes as f64: the lower and the upper half; and back, rounded to f32.
UNITVAR_INLINE F64 widen_lower(U32 a)
{
    return vcvtq_f64_s64(vmovl_s32(vget_low_s32(vreinterpretq_s32_u32(a))));
}
UNITVAR_INLINE F64 widen_upper(U32 a)
{
    return vcvtq_f64_s64(vmovl_high_s32(vreinterpretq_s32_u32(a)));
}
UNITVAR_INLINE F32 narrow(F64 lower, F64 upper)
{
    return vcvt_high_f32_f64(vcvt_f32_f64(lower), upper);
}

// The bits of f32 rounded to their upper halves, to nearest even; first those of a. Up goes what has more than a half
// below, or a half and an odd upper part: lower + odd > 0x8000.
UNITVAR_INLINE U16 round_to_upper(U32 a, U32 b)
{
    const uint16x8_t upper = vuzp2q_u16(vreinterpretq_u16_u32(a), vreinterpretq_u16_u32(b));
    const uint16x8_t lower = vuzp1q_u16(vreinterpretq_u16_u32(a), vreinterpretq_u16_u32(b));
    const uint16x8_t below = vqaddq_u16(lower, vandq_u16(upper, vdupq_n_u16(1)));
    return vsubq_u16(upper, vcgtq_u16(below, vdupq_n_u16(0x8000)));
}
UNITVAR_INLINE U16 round_even_odd(U32 even, U32 odd)
{
    const uint16x8_t evens = vreinterpretq_u16_u32(even);
    const uint16x8_t odds = vreinterpretq_u16_u32(odd);
    const uint16x8_t upper = vtrn2q_u16(evens, odds);
    const uint16x8_t lower = vtrn1q_u16(evens, odds);
    const uint16x8_t below = vqaddq_u16(lower, vandq_u16(upper, vdupq_n_u16(1)));
    return vsubq_u16(upper, vcgtq_u16(below, vdupq_n_u16(0x8000)));
}
UNITVAR_INLINE F32 load_even_bf16(const void *source)
{
    uint32x4_t pairs;
    __builtin_memcpy(&pairs, source, sizeof(pairs));
    return vreinterpretq_f32_u32(vshlq_n_u32(pairs, 16));
}
UNITVAR_INLINE F32 load_odd_bf16(const void *source)
{
    uint32x4_t pairs;
    __builtin_memcpy(&pairs, source, sizeof(pairs));
    return vreinterpretq_f32_u32(vandq_u32(pairs, vdupq_n_u32(0xFFFF0000U)));
}
UNITVAR_INLINE F32 even_of(F32 a, F32 b)
{
    return vuzp1q_f32(a, b);
}
UNITVAR_INLINE F32 odd_of(F32 a, F32 b)
{
    return vuzp2q_f32(a, b);
}
// Rounded to f16, first those of a.
UNITVAR_INLINE U16 halve(F32 a, F32 b)
{
    return vreinterpretq_u16_f16(vcvt_high_f16_f32(vcvt_f16_f32(a), b));
}

// Bit i: is lane i of a below that of b?
UNITVAR_INLINE std::uint64_t less_bits(U32 a, U32 b)
{
    const uint32x4_t lane = {1, 2, 4, 8};
    return vaddvq_u32(vandq_u32(vcltq_u32(a, b), lane));
}
UNITVAR_INLINE F32 if_below(U32 v, U32 w, F32 a, F32 b)
{
    return vbslq_f32(vcltq_u32(v, w), a, b);
}
// Zeros in the lanes whose bits are set, counted from bit 0.
UNITVAR_INLINE U16 zero_where(U16 a, std::uint64_t bits)
{
    const uint16x8_t lane = {1, 2, 4, 8, 16, 32, 64, 128};
    return vbicq_u16(a, vtstq_u16(vdupq_n_u16(static_cast<std::uint16_t>(bits)), lane));
}
UNITVAR_INLINE U32 zero_where(U32 a, std::uint64_t bits)
{
    const uint32x4_t lane = {1, 2, 4, 8};
    return vbicq_u32(a, vtstq_u32(vdupq_n_u32(static_cast<std::uint32_t>(bits)), lane));
}
UNITVAR_INLINE U64 zero_where(U64 a, std::uint64_t bits)
{
    const uint64x2_t lane = {1, 2};
    return vbicq_u64(a, vtstq_u64(vdupq_n_u64(bits), lane));
}

// x < y ? x : y. vminq differs for zeros and NaN.
UNITVAR_INLINE F32 minimum(F32 x, F32 y)
{
    return vbslq_f32(vcltq_f32(x, y), x, y);
}
UNITVAR_INLINE F64 minimum(F64 x, F64 y)
{
    return vbslq_f64(vcltq_f64(x, y), x, y);
}
UNITVAR_INLINE bool any_lane_less(F32 x, F32 y)
{
    return vmaxvq_u32(vcltq_f32(x, y)) != 0;
}
UNITVAR_INLINE bool any_lane_less(F64 x, F64 y)
{
    return vmaxvq_u32(vreinterpretq_u32_u64(vcltq_f64(x, y))) != 0;
}
UNITVAR_INLINE F64 if_less(F64 x, F64 y, F64 a, F64 b)
{
    return vbslq_f64(vcltq_f64(x, y), a, b);
}
UNITVAR_INLINE F32 if_less(F32 x, F32 y, F32 a, F32 b)
{
    return vbslq_f32(vcltq_f32(x, y), a, b);
}
UNITVAR_INLINE F32 unless_nan(F32 x, F32 other)
{
    return vbslq_f32(vceqq_f32(x, x), x, other);
}
UNITVAR_INLINE F32 if_not_positive(F32 x, F32 a, F32 b)
{
    return vbslq_f32(vclezq_f32(x), a, b);
}
UNITVAR_INLINE F64 if_not_positive(F64 x, F64 a, F64 b)
{
    return vbslq_f64(vclezq_f64(x), a, b);
}
template <int Bit> UNITVAR_INLINE F32 if_bit(U32 w, F32 a, F32 b)
{
    return vbslq_f32(vtstq_u32(w, vdupq_n_u32(1U << Bit)), a, b);
}
template <int Bit> UNITVAR_INLINE F64 if_bit(U64 w, F64 a, F64 b)
{
    return vbslq_f64(vtstq_u64(w, vdupq_n_u64(1ULL << Bit)), a, b);
}
UNITVAR_INLINE F32 flip(F32 x, U32 w)
{
    return vreinterpretq_f32_u32(veorq_u32(vreinterpretq_u32_f32(x), vandq_u32(w, vdupq_n_u32(0x80000000U))));
}
UNITVAR_INLINE F64 flip(F64 x, U64 w)
{
    return vreinterpretq_f64_u64(veorq_u64(vreinterpretq_u64_f64(x), vandq_u64(w, vdupq_n_u64(1ULL << 63))));
}

// The 64-bit product of the low halves of each lane.
UNITVAR_INLINE U64 multiply_low_halves(U64 a, U64 b)
{
    return vmull_u32(vmovn_u64(a), vmovn_u64(b));
}
UNITVAR_INLINE U32 multiply_u32(U32 a, U32 b)
{
    return vmulq_u32(a, b);
}
// Even 32-bit lanes from a, odd ones from b.
UNITVAR_INLINE U32 even_odd(U64 a, U64 b)
{
    return vbslq_u32(vreinterpretq_u32_u64(vdupq_n_u64(0xFFFFFFFFULL)), vreinterpretq_u32_u64(a),
                     vreinterpretq_u32_u64(b));
}
// vshlq shifts right for negative counts; a left shift by 32 gives 0, so a count of 0 needs no case of its own.
UNITVAR_INLINE U32 rotate_right(U32 a, U32 count)
{
    const int32x4_t right = vnegq_s32(vreinterpretq_s32_u32(count));
    const int32x4_t left = vaddq_s32(vdupq_n_s32(32), right);
    return vorrq_u32(vshlq_u32(a, right), vshlq_u32(a, left));
}

UNITVAR_INLINE F32 half_mantissa(F32 x)
{
    return vbslq_f32(vdupq_n_u32(0x007FFFFF), x, vdupq_n_f32(0.5F));
}
// The sign above the exponent makes the saturating subtraction 0.
UNITVAR_INLINE F32 halvings_times_two_ln_2(F32 x)
{
    const uint32x4_t exponent = vshrq_n_u32(vreinterpretq_u32_f32(x), 23);
    return vmulq_f32(vcvtq_f32_u32(vqsubq_u32(vdupq_n_u32(127 + 31), exponent)), vdupq_n_f32(0x1.62e43p0F));
}

// f32 as integers, rounded towards zero; |a| < 2^31.
UNITVAR_INLINE U32 truncate(F32 a)
{
    return vreinterpretq_u32_s32(vcvtq_s32_f32(a));
}

// table[index mod N], N a power of two.
template <std::size_t N> UNITVAR_INLINE F64 look_up(const double *table, U64 index)
{
    std::uint64_t at[U64::size];
    double value[U64::size];
    store_register(at, index);
    for (std::size_t i = 0; i < U64::size; ++i) {
        value[i] = table[at[i] % N];
    }
    return load_register<F64>(value);
}

} // namespace
} // namespace unitvar
