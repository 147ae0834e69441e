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
using F64 = xsimd::batch<double, xsimd::avx512bw>;
using U64 = xsimd::batch<std::uint64_t, xsimd::avx512bw>;

inline constexpr bool has_multiply_u64 = true; // vpmullq
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

// f64 rounded to f32, to nearest even: eight of them, and two registers in one.
UNITVAR_INLINE void store_narrowed(void *target, F64 a)
{
    const __m256 narrow = _mm512_cvtpd_ps(a);
    __builtin_memcpy(target, &narrow, sizeof(narrow));
}
UNITVAR_INLINE F32 narrow(F64 lower, F64 upper)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(lower)), _mm512_cvtpd_ps(upper), 1);
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

// x < y ? x : y, which is what the instruction does for zeros and NaN.
UNITVAR_INLINE F32 minimum(F32 x, F32 y)
{
    return _mm512_min_ps(x, y);
}
UNITVAR_INLINE F64 minimum(F64 x, F64 y)
{
    return _mm512_min_pd(x, y);
}
UNITVAR_INLINE F64 if_less(F64 x, F64 y, F64 a, F64 b)
{
    return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(x, y, _CMP_LT_OQ), b, a);
}
UNITVAR_INLINE F32 if_less(F32 x, F32 y, F32 a, F32 b)
{
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, y, _CMP_LT_OQ), b, a);
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
    return _mm512_mask_blend_ps(_mm512_test_epi32_mask(w, _mm512_set1_epi32(1 << Bit)), b, a);
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

} // namespace
} // namespace unitvar
