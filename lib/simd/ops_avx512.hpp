// AVX-512 F, CD, DQ, BW and VL: 16 lanes of f32, 8 of f64. The registers are xsimd's avx512bw batches, the only
// 512-bit tag of xsimd 8.1 that compiles; fma, square root, conversions, selects and rotates are intrinsics because
// xsimd 8.1 lacks them or spells them as several instructions.
#pragma once

#include <immintrin.h>
#include <xsimd/xsimd.hpp>

namespace unitvar {
namespace {

using F32 = xsimd::batch<float, xsimd::avx512bw>;
using U32 = xsimd::batch<std::uint32_t, xsimd::avx512bw>;
using U16 = xsimd::batch<std::uint16_t, xsimd::avx512bw>;
using F64 = xsimd::batch<double, xsimd::avx512bw>;
using U64 = xsimd::batch<std::uint64_t, xsimd::avx512bw>;

inline constexpr bool has_multiply_u64 = true; // vpmullq
inline constexpr bool has_streaming_stores = true;
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
// Eight f32 as f64.
UNITVAR_INLINE F64 load_widened(const void *source)
{
    __m256 narrow;
    __builtin_memcpy(&narrow, source, sizeof(narrow));
    return _mm512_cvtps_pd(narrow);
}
// Eight bf16 and eight f16 as f64.
UNITVAR_INLINE F64 load_widened_bf16(const void *source)
{
    __m128i bits;
    __builtin_memcpy(&bits, source, sizeof(bits));
    return _mm512_cvtps_pd(_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16)));
}
UNITVAR_INLINE F64 load_widened_f16(const void *source)
{
    __m128i bits;
    __builtin_memcpy(&bits, source, sizeof(bits));
    return _mm512_cvtps_pd(_mm512_castps512_ps256(_mm512_cvtph_ps(_mm256_zextsi128_si256(bits))));
}
// Sixteen f16 as f32.
UNITVAR_INLINE F32 load_f16(const void *source)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256(static_cast<const __m256i *>(source)));
}
template <class R> UNITVAR_INLINE void stream_register(void *target, R a)
{
    __m512i bits;
    __builtin_memcpy(&bits, &a, sizeof(R));
    _mm512_stream_si512(static_cast<__m512i *>(target), bits);
}
UNITVAR_INLINE void stream_fence()
{
    _mm_sfence();
}

// As eight f32, rounded to nearest even.
UNITVAR_INLINE void store_narrowed(void *target, F64 a)
{
    const __m256 narrow = _mm512_cvtpd_ps(a);
    __builtin_memcpy(target, &narrow, sizeof(narrow));
}

UNITVAR_INLINE F32 fused(F32 a, F32 b, F32 c)
{
    return _mm512_fmadd_ps(a, b, c);
}
UNITVAR_INLINE F64 fused(F64 a, F64 b, F64 c)
{
    return _mm512_fmadd_pd(a, b, c);
}
UNITVAR_INLINE F32 square_root(F32 a)
{
    return _mm512_sqrt_ps(a);
}
UNITVAR_INLINE F64 square_root(F64 a)
{
    return _mm512_sqrt_pd(a);
}
UNITVAR_INLINE F32 divide(F32 a, F32 b)
{
    return _mm512_div_ps(a, b);
}
UNITVAR_INLINE F64 divide(F64 a, F64 b)
{
    return _mm512_div_pd(a, b);
}

UNITVAR_INLINE U32 to_bits(F32 a)
{
    return _mm512_castps_si512(a);
}
UNITVAR_INLINE U64 to_bits(F64 a)
{
    return _mm512_castpd_si512(a);
}
UNITVAR_INLINE F32 from_bits(U32 a)
{
    return _mm512_castsi512_ps(a);
}
UNITVAR_INLINE F64 from_bits(U64 a)
{
    return _mm512_castsi512_pd(a);
}
UNITVAR_INLINE U64 pairs(U32 a)
{
    return U64(static_cast<__m512i>(a));
}
UNITVAR_INLINE U32 halves(U64 a)
{
    return U32(static_cast<__m512i>(a));
}
UNITVAR_INLINE F32 convert_signed(U32 a)
{
    return _mm512_cvtepi32_ps(a);
}
UNITVAR_INLINE F64 convert_signed(U64 a)
{
    return _mm512_cvtepi64_pd(a);
}

UNITVAR_INLINE F64 convert_upper_53(U64 a)
{
    return convert_signed(U64(a >> 11));
}

// Signed 32-bit lanes as f64: the lower and the upper half; and back, rounded to f32.
UNITVAR_INLINE F64 widen_lower(U32 a)
{
    return _mm512_cvtepi32_pd(_mm512_castsi512_si256(a));
}
UNITVAR_INLINE F64 widen_upper(U32 a)
{
    return _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(a, 1));
}
UNITVAR_INLINE F32 narrow(F64 lower, F64 upper)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(lower)), _mm512_cvtpd_ps(upper), 1);
}

// The bits of f32 rounded to their upper halves, to nearest even; first those of a. Up goes what has more than a half
// below, or a half and an odd upper part: lower + odd > 0x8000.
UNITVAR_INLINE U16 round_to_upper(U32 a, U32 b)
{
    alignas(64) static constexpr std::uint16_t odd[32] = {1,  3,  5,  7,  9,  11, 13, 15, 17, 19, 21,
                                                          23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43,
                                                          45, 47, 49, 51, 53, 55, 57, 59, 61, 63};
    const __m512i one = _mm512_set1_epi16(1);
    const __m512i upper = _mm512_permutex2var_epi16(a, _mm512_load_si512(odd), b);
    const __m512i lower = _mm512_permutex2var_epi16(a, _mm512_sub_epi16(_mm512_load_si512(odd), one), b);
    const __m512i below = _mm512_adds_epu16(lower, _mm512_and_si512(upper, one));
    return _mm512_mask_add_epi16(upper, _mm512_cmpgt_epu16_mask(below, _mm512_set1_epi16(INT16_MIN)), upper, one);
}
UNITVAR_INLINE U16 round_even_odd(U32 even, U32 odd)
{
    constexpr __mmask32 odd_lanes = 0xAAAAAAAA;
    const __m512i one = _mm512_set1_epi16(1);
    const __m512i upper = _mm512_mask_mov_epi16(_mm512_srli_epi32(even, 16), odd_lanes, odd);
    const __m512i lower = _mm512_mask_mov_epi16(even, odd_lanes, _mm512_slli_epi32(odd, 16));
    const __m512i below = _mm512_adds_epu16(lower, _mm512_and_si512(upper, one));
    return _mm512_mask_add_epi16(upper, _mm512_cmpgt_epu16_mask(below, _mm512_set1_epi16(INT16_MIN)), upper, one);
}
UNITVAR_INLINE F32 load_even_bf16(const void *source)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_loadu_si512(source), 16));
}
UNITVAR_INLINE F32 load_odd_bf16(const void *source)
{
    return _mm512_castsi512_ps(_mm512_and_si512(_mm512_loadu_si512(source), _mm512_set1_epi32(-0x10000)));
}
UNITVAR_INLINE F32 even_of(F32 a, F32 b)
{
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    return _mm512_permutex2var_ps(a, even, b);
}
UNITVAR_INLINE F32 odd_of(F32 a, F32 b)
{
    const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    return _mm512_permutex2var_ps(a, odd, b);
}
// Rounded to f16, first those of a.
UNITVAR_INLINE U16 halve(F32 a, F32 b)
{
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT)),
                              _mm512_cvtps_ph(b, _MM_FROUND_TO_NEAREST_INT), 1);
}

// Bit i: is lane i of a below that of b?
UNITVAR_INLINE std::uint64_t less_bits(U32 a, U32 b)
{
    return _mm512_cmplt_epu32_mask(a, b);
}
UNITVAR_INLINE F32 if_below(U32 v, U32 w, F32 a, F32 b)
{
    return _mm512_mask_blend_ps(_mm512_cmplt_epu32_mask(v, w), b, a);
}
// Zeros in the lanes whose bits are set, counted from bit 0.
UNITVAR_INLINE U16 zero_where(U16 a, std::uint64_t bits)
{
    return _mm512_maskz_mov_epi16(static_cast<__mmask32>(~bits), a);
}
UNITVAR_INLINE U32 zero_where(U32 a, std::uint64_t bits)
{
    return _mm512_maskz_mov_epi32(static_cast<__mmask16>(~bits), a);
}
UNITVAR_INLINE U64 zero_where(U64 a, std::uint64_t bits)
{
    return _mm512_maskz_mov_epi64(static_cast<__mmask8>(~bits), a);
}

// x < y ? x : y, which is what the instruction does for zeros and NaN.
UNITVAR_INLINE F32 minimum(F32 x, F32 y)
{
    return _mm512_min_ps(x, y);
}
UNITVAR_INLINE F64 minimum(F64 x, F64 y)
{
    return _mm512_min_pd(x, y);
}
UNITVAR_INLINE bool any_lane_less(F32 x, F32 y)
{
    return _mm512_cmp_ps_mask(x, y, _CMP_LT_OQ) != 0;
}
UNITVAR_INLINE bool any_lane_less(F64 x, F64 y)
{
    return _mm512_cmp_pd_mask(x, y, _CMP_LT_OQ) != 0;
}
UNITVAR_INLINE F64 if_less(F64 x, F64 y, F64 a, F64 b)
{
    return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(x, y, _CMP_LT_OQ), b, a);
}
UNITVAR_INLINE F32 if_less(F32 x, F32 y, F32 a, F32 b)
{
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, y, _CMP_LT_OQ), b, a);
}
UNITVAR_INLINE F32 unless_nan(F32 x, F32 other)
{
    return _mm512_mask_mov_ps(x, _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q), other);
}
UNITVAR_INLINE F32 if_not_positive(F32 x, F32 a, F32 b)
{
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LE_OQ), b, a);
}
UNITVAR_INLINE F64 if_not_positive(F64 x, F64 a, F64 b)
{
    return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(x, _mm512_setzero_pd(), _CMP_LE_OQ), b, a);
}
template <int Bit> UNITVAR_INLINE F32 if_bit(U32 w, F32 a, F32 b)
{
    if constexpr (Bit == 31) {
        return _mm512_mask_blend_ps(_mm512_movepi32_mask(w), b, a);
    } else {
        return _mm512_mask_blend_ps(_mm512_test_epi32_mask(w, _mm512_set1_epi32(1 << Bit)), b, a);
    }
}
template <int Bit> UNITVAR_INLINE F64 if_bit(U64 w, F64 a, F64 b)
{
    return _mm512_mask_blend_pd(_mm512_test_epi64_mask(w, _mm512_set1_epi64(1LL << Bit)), b, a);
}
// x ^ (w & sign) as one three-input operation: the table 0x78 is a ^ (b & c).
UNITVAR_INLINE F32 flip(F32 x, U32 w)
{
    return _mm512_castsi512_ps(
        _mm512_ternarylogic_epi32(_mm512_castps_si512(x), w, _mm512_set1_epi32(INT32_MIN), 0x78));
}
UNITVAR_INLINE F64 flip(F64 x, U64 w)
{
    return _mm512_castsi512_pd(
        _mm512_ternarylogic_epi64(_mm512_castpd_si512(x), w, _mm512_set1_epi64(INT64_MIN), 0x78));
}

// The 64-bit product of the low halves of each lane.
UNITVAR_INLINE U64 multiply_low_halves(U64 a, U64 b)
{
    return _mm512_mul_epu32(a, b);
}
UNITVAR_INLINE U64 multiply_u64(U64 a, U64 b)
{
    return _mm512_mullo_epi64(a, b);
}
// Even 32-bit lanes from a, odd ones from b.
UNITVAR_INLINE U32 even_odd(U64 a, U64 b)
{
    return _mm512_mask_blend_epi32(0xAAAA, a, b);
}
UNITVAR_INLINE U32 rotate_right(U32 a, U32 count)
{
    return _mm512_rorv_epi32(a, count);
}

UNITVAR_INLINE F32 half_mantissa(F32 x)
{
    return _mm512_getmant_ps(x, _MM_MANT_NORM_p5_1, _MM_MANT_SIGN_zero);
}
// A table in two registers: the low five bits of the exponents 127 to 158 are its index.
struct HalvingsTable {
    alignas(64) float product[32]{};

    constexpr HalvingsTable()
    {
        for (unsigned halvings = 0; halvings < 32; ++halvings) {
            product[(127 + 31 - halvings) % 32] = static_cast<float>(halvings) * 0x1.62e43p0F;
        }
    }
};
inline constexpr HalvingsTable halvings_table;
UNITVAR_INLINE F32 halvings_times_two_ln_2(F32 x)
{
    const __m512i bits = _mm512_castps_si512(x);
    return _mm512_maskz_permutex2var_ps(_knot_mask16(_mm512_movepi32_mask(bits)),
                                        _mm512_load_ps(halvings_table.product), _mm512_srli_epi32(bits, 23),
                                        _mm512_load_ps(halvings_table.product + 16));
}

// f32 as integers, rounded towards zero; |a| < 2^31.
UNITVAR_INLINE U32 truncate(F32 a)
{
    return _mm512_cvttps_epi32(a);
}
// The first (second) halves of two registers.
UNITVAR_INLINE F32 first_halves(F32 a, F32 b)
{
    return _mm512_shuffle_f32x4(a, b, 0x44);
}
UNITVAR_INLINE F32 second_halves(F32 a, F32 b)
{
    return _mm512_shuffle_f32x4(a, b, 0xEE);
}

// table[index mod N], N a power of two; the table is aligned to 64 bytes. Small ones fit registers.
template <std::size_t N> UNITVAR_INLINE F64 look_up(const double *table, U64 index)
{
    static_assert(N >= 16 && N % 16 == 0 && (N & (N - 1)) == 0);
    if constexpr (N > 32) {
        return _mm512_i64gather_pd(_mm512_and_si512(index, _mm512_set1_epi64(N - 1)), table, sizeof(double));
    } else {
        const __m512d low = _mm512_permutex2var_pd(_mm512_load_pd(table), index, _mm512_load_pd(table + 8));
        if constexpr (N == 16) {
            return low;
        } else {
            const __m512d high = _mm512_permutex2var_pd(_mm512_load_pd(table + 16), index, _mm512_load_pd(table + 24));
            return _mm512_mask_blend_pd(_mm512_test_epi64_mask(index, _mm512_set1_epi64(16)), low, high);
        }
    }
}

} // namespace
} // namespace unitvar
