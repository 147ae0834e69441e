// AVX2 with FMA and F16C: 8 lanes of f32, 4 of f64. The registers are xsimd's fma3<avx2> batches; selects on sign bits,
// conversions of 64-bit integers and rotates are intrinsics because xsimd 8.1 lacks them or takes many
// instructions.
#pragma once

#include <immintrin.h>
#include <xsimd/xsimd.hpp>

namespace unitvar {
namespace {

using F32 = xsimd::batch<float, xsimd::fma3<xsimd::avx2>>;
using U32 = xsimd::batch<std::uint32_t, xsimd::fma3<xsimd::avx2>>;
using U16 = xsimd::batch<std::uint16_t, xsimd::fma3<xsimd::avx2>>;
using F64 = xsimd::batch<double, xsimd::fma3<xsimd::avx2>>;
using U64 = xsimd::batch<std::uint64_t, xsimd::fma3<xsimd::avx2>>;

inline constexpr bool has_multiply_u64 = false;
inline constexpr bool has_streaming_stores = true;
inline constexpr bool draws_from_memory = false;
inline constexpr std::size_t vector_registers = 16;

// As an unaligned register: GCC 12 makes two halves of a 32-byte memcpy and waits for them to meet in memory.
template <class R> UNITVAR_INLINE R load_register(const void *source)
{
    typedef typename R::register_type Unaligned __attribute__((aligned(1), may_alias));
    return R(*static_cast<const Unaligned *>(source));
}
template <class R> UNITVAR_INLINE void store_register(void *target, R a)
{
    typedef typename R::register_type Unaligned __attribute__((aligned(1), may_alias));
    *static_cast<Unaligned *>(target) = a;
}
// Four f32 as f64.
UNITVAR_INLINE F64 load_widened(const void *source)
{
    __m128 narrow;
    __builtin_memcpy(&narrow, source, sizeof(narrow));
    return _mm256_cvtps_pd(narrow);
}
// Four bf16 and four f16 as f64.
UNITVAR_INLINE F64 load_widened_bf16(const void *source)
{
    const __m128i bits = _mm_cvtepu16_epi32(_mm_loadu_si64(source));
    return _mm256_cvtps_pd(_mm_castsi128_ps(_mm_slli_epi32(bits, 16)));
}
UNITVAR_INLINE F64 load_widened_f16(const void *source)
{
    return _mm256_cvtps_pd(_mm_cvtph_ps(_mm_loadu_si64(source)));
}
// Eight f16 as f32.
UNITVAR_INLINE F32 load_f16(const void *source)
{
    return _mm256_cvtph_ps(_mm_loadu_si128(static_cast<const __m128i *>(source)));
}
template <class R> UNITVAR_INLINE void stream_register(void *target, R a)
{
    __m256i bits;
    __builtin_memcpy(&bits, &a, sizeof(R));
    _mm256_stream_si256(static_cast<__m256i *>(target), bits);
}
UNITVAR_INLINE void stream_fence()
{
    _mm_sfence();
}

// As four f32, rounded to nearest even.
UNITVAR_INLINE void store_narrowed(void *target, F64 a)
{
    const __m128 narrow = _mm256_cvtpd_ps(a);
    __builtin_memcpy(target, &narrow, sizeof(narrow));
}

UNITVAR_INLINE F32 fused(F32 a, F32 b, F32 c)
{
    return _mm256_fmadd_ps(a, b, c);
}
UNITVAR_INLINE F64 fused(F64 a, F64 b, F64 c)
{
    return _mm256_fmadd_pd(a, b, c);
}
UNITVAR_INLINE F32 square_root(F32 a)
{
    return _mm256_sqrt_ps(a);
}
UNITVAR_INLINE F64 square_root(F64 a)
{
    return _mm256_sqrt_pd(a);
}
UNITVAR_INLINE F32 divide(F32 a, F32 b)
{
    return _mm256_div_ps(a, b);
}
UNITVAR_INLINE F64 divide(F64 a, F64 b)
{
    return _mm256_div_pd(a, b);
}

UNITVAR_INLINE U32 to_bits(F32 a)
{
    return _mm256_castps_si256(a);
}
UNITVAR_INLINE U64 to_bits(F64 a)
{
    return _mm256_castpd_si256(a);
}
UNITVAR_INLINE F32 from_bits(U32 a)
{
    return _mm256_castsi256_ps(a);
}
UNITVAR_INLINE F64 from_bits(U64 a)
{
    return _mm256_castsi256_pd(a);
}
UNITVAR_INLINE U64 pairs(U32 a)
{
    return U64(static_cast<__m256i>(a));
}
UNITVAR_INLINE U32 halves(U64 a)
{
    return U32(static_cast<__m256i>(a));
}
UNITVAR_INLINE F32 convert_signed(U32 a)
{
    return _mm256_cvtepi32_ps(a);
}
// The halves become the mantissas of two doubles: high is 2^84 + 2^32 (h + 2^31), low is 2^52 + l. Subtracting
// 2^84 + 2^63 + 2^52 from the first is exact, so the only rounding is that of the last addition.
UNITVAR_INLINE F64 convert_signed(U64 a)
{
    const __m256i high = _mm256_xor_si256(_mm256_srli_epi64(a, 32), _mm256_set1_epi64x(0x4530000080000000));
    const __m256i low = _mm256_blend_epi32(a, _mm256_set1_epi64x(0x4330000000000000), 0xAA);
    const __m256d shifted = _mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1.00000801p84));
    return _mm256_add_pd(shifted, _mm256_castsi256_pd(low));
}

// Of 2k + b with b the last of the 53 bits: 2^53 + 2k as mantissa bits, less 2^53 or 2^53 - 1, which is exact.
UNITVAR_INLINE F64 convert_upper_53(U64 a)
{
    const __m256i even = _mm256_or_si256(_mm256_srli_epi64(a, 12), _mm256_set1_epi64x(0x4340000000000000));
    const __m256d less = _mm256_blendv_pd(_mm256_set1_pd(0x1p53), _mm256_set1_pd(0x1p53 - 1),
                                          _mm256_castsi256_pd(_mm256_slli_epi64(a, 52)));
    return _mm256_sub_pd(_mm256_castsi256_pd(even), less);
}

// Signed 32-bit lanes as f64: the lower and the upper half; and back, rounded to f32.
UNITVAR_INLINE F64 widen_lower(U32 a)
{
    return _mm256_cvtepi32_pd(_mm256_castsi256_si128(a));
}
UNITVAR_INLINE F64 widen_upper(U32 a)
{
    return _mm256_cvtepi32_pd(_mm256_extracti128_si256(a, 1));
}
UNITVAR_INLINE F32 narrow(F64 lower, F64 upper)
{
    return _mm256_set_m128(_mm256_cvtpd_ps(upper), _mm256_cvtpd_ps(lower));
}

// The bits of f32 rounded to their upper halves, to nearest even; first those of a.
UNITVAR_INLINE U16 round_to_upper(U32 a, U32 b)
{
    const auto rounded = [](__m256i x) {
        const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(x, 16), _mm256_set1_epi32(1));
        return _mm256_srli_epi32(_mm256_add_epi32(_mm256_add_epi32(x, odd), _mm256_set1_epi32(0x7FFF)), 16);
    };
    return _mm256_permute4x64_epi64(_mm256_packus_epi32(rounded(a), rounded(b)), 0xD8);
}
UNITVAR_INLINE U16 round_even_odd(U32 even, U32 odd)
{
    const __m256i upper = _mm256_blend_epi16(_mm256_srli_epi32(even, 16), odd, 0xAA);
    const __m256i lower = _mm256_blend_epi16(even, _mm256_slli_epi32(odd, 16), 0xAA);
    const __m256i one = _mm256_set1_epi16(1);
    // Saturation leaves more than 0x8000 above it.
    const __m256i below = _mm256_adds_epu16(lower, _mm256_and_si256(upper, one));
    const __m256i above = _mm256_subs_epu16(below, _mm256_set1_epi16(INT16_MIN));
    return _mm256_add_epi16(upper, _mm256_min_epu16(above, one));
}
UNITVAR_INLINE F32 load_even_bf16(const void *source)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_loadu_si256(static_cast<const __m256i *>(source)), 16));
}
UNITVAR_INLINE F32 load_odd_bf16(const void *source)
{
    const __m256i pairs = _mm256_loadu_si256(static_cast<const __m256i *>(source));
    return _mm256_castsi256_ps(_mm256_and_si256(pairs, _mm256_set1_epi32(-0x10000)));
}
UNITVAR_INLINE F32 even_of(F32 a, F32 b)
{
    const __m256d even = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0x88));
    return _mm256_castpd_ps(_mm256_permute4x64_pd(even, 0xD8));
}
UNITVAR_INLINE F32 odd_of(F32 a, F32 b)
{
    const __m256d odd = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0xDD));
    return _mm256_castpd_ps(_mm256_permute4x64_pd(odd, 0xD8));
}
// Rounded to f16, first those of a.
UNITVAR_INLINE U16 halve(F32 a, F32 b)
{
    return _mm256_set_m128i(_mm256_cvtps_ph(b, _MM_FROUND_TO_NEAREST_INT),
                            _mm256_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT));
}

// Bit i: is lane i of a below that of b?
UNITVAR_INLINE std::uint64_t less_bits(U32 a, U32 b)
{
    const __m256i top = _mm256_set1_epi32(INT32_MIN);
    const __m256i less = _mm256_cmpgt_epi32(_mm256_xor_si256(b, top), _mm256_xor_si256(a, top));
    return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(less)));
}
UNITVAR_INLINE F32 if_below(U32 v, U32 w, F32 a, F32 b)
{
    const __m256i top = _mm256_set1_epi32(INT32_MIN);
    const __m256i below = _mm256_cmpgt_epi32(_mm256_xor_si256(w, top), _mm256_xor_si256(v, top));
    return _mm256_blendv_ps(b, a, _mm256_castsi256_ps(below));
}
// Zeros in the lanes whose bits are set, counted from bit 0.
UNITVAR_INLINE U16 zero_where(U16 a, std::uint64_t bits)
{
    const __m256i lane =
        _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, INT16_MIN);
    const __m256i own = _mm256_and_si256(_mm256_set1_epi16(static_cast<std::int16_t>(bits)), lane);
    return _mm256_andnot_si256(_mm256_cmpeq_epi16(own, lane), a);
}
UNITVAR_INLINE U32 zero_where(U32 a, std::uint64_t bits)
{
    const __m256i lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i own = _mm256_and_si256(_mm256_set1_epi32(static_cast<std::int32_t>(bits)), lane);
    return _mm256_andnot_si256(_mm256_cmpeq_epi32(own, lane), a);
}
UNITVAR_INLINE U64 zero_where(U64 a, std::uint64_t bits)
{
    const __m256i lane = _mm256_setr_epi64x(1, 2, 4, 8);
    const __m256i own = _mm256_and_si256(_mm256_set1_epi64x(static_cast<std::int64_t>(bits)), lane);
    return _mm256_andnot_si256(_mm256_cmpeq_epi64(own, lane), a);
}

// x < y ? x : y, which is what the instruction does for zeros and NaN.
UNITVAR_INLINE F32 minimum(F32 x, F32 y)
{
    return _mm256_min_ps(x, y);
}
UNITVAR_INLINE F64 minimum(F64 x, F64 y)
{
    return _mm256_min_pd(x, y);
}
UNITVAR_INLINE bool any_lane_less(F32 x, F32 y)
{
    return _mm256_movemask_ps(_mm256_cmp_ps(x, y, _CMP_LT_OQ)) != 0;
}
UNITVAR_INLINE bool any_lane_less(F64 x, F64 y)
{
    return _mm256_movemask_pd(_mm256_cmp_pd(x, y, _CMP_LT_OQ)) != 0;
}
UNITVAR_INLINE F64 if_less(F64 x, F64 y, F64 a, F64 b)
{
    return _mm256_blendv_pd(b, a, _mm256_cmp_pd(x, y, _CMP_LT_OQ));
}
UNITVAR_INLINE F32 if_less(F32 x, F32 y, F32 a, F32 b)
{
    return _mm256_blendv_ps(b, a, _mm256_cmp_ps(x, y, _CMP_LT_OQ));
}
UNITVAR_INLINE F32 unless_nan(F32 x, F32 other)
{
    return _mm256_blendv_ps(x, other, _mm256_cmp_ps(x, x, _CMP_UNORD_Q));
}
UNITVAR_INLINE F32 if_not_positive(F32 x, F32 a, F32 b)
{
    return _mm256_blendv_ps(b, a, _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_LE_OQ));
}
UNITVAR_INLINE F64 if_not_positive(F64 x, F64 a, F64 b)
{
    return _mm256_blendv_pd(b, a, _mm256_cmp_pd(x, _mm256_setzero_pd(), _CMP_LE_OQ));
}
template <int Bit> UNITVAR_INLINE F32 if_bit(U32 w, F32 a, F32 b)
{
    return _mm256_blendv_ps(b, a, _mm256_castsi256_ps(_mm256_slli_epi32(w, 31 - Bit)));
}
template <int Bit> UNITVAR_INLINE F64 if_bit(U64 w, F64 a, F64 b)
{
    return _mm256_blendv_pd(b, a, _mm256_castsi256_pd(_mm256_slli_epi64(w, 63 - Bit)));
}
UNITVAR_INLINE F32 flip(F32 x, U32 w)
{
    return _mm256_xor_ps(x, _mm256_and_ps(_mm256_castsi256_ps(w), _mm256_set1_ps(-0.0F)));
}
UNITVAR_INLINE F64 flip(F64 x, U64 w)
{
    return _mm256_xor_pd(x, _mm256_and_pd(_mm256_castsi256_pd(w), _mm256_set1_pd(-0.0)));
}

// The 64-bit product of the low halves of each lane.
UNITVAR_INLINE U64 multiply_low_halves(U64 a, U64 b)
{
    return _mm256_mul_epu32(a, b);
}
UNITVAR_INLINE U32 multiply_u32(U32 a, U32 b)
{
    return _mm256_mullo_epi32(a, b);
}
// Even 32-bit lanes from a, odd ones from b.
UNITVAR_INLINE U32 even_odd(U64 a, U64 b)
{
    return _mm256_blend_epi32(a, b, 0xAA);
}
// A shift by 32 or more gives 0, so a count of 0 needs no case of its own.
UNITVAR_INLINE U32 rotate_right(U32 a, U32 count)
{
    const __m256i left = _mm256_sllv_epi32(a, _mm256_sub_epi32(_mm256_set1_epi32(32), count));
    return _mm256_or_si256(_mm256_srlv_epi32(a, count), left);
}

UNITVAR_INLINE F32 half_mantissa(F32 x)
{
    const __m256 fraction = _mm256_and_ps(x, _mm256_castsi256_ps(_mm256_set1_epi32(0x007FFFFF)));
    return _mm256_or_ps(fraction, _mm256_set1_ps(0.5F));
}
// The sign above the exponent makes the saturating subtraction 0.
UNITVAR_INLINE F32 halvings_times_two_ln_2(F32 x)
{
    const __m256i exponent = _mm256_srli_epi32(_mm256_castps_si256(x), 23);
    const __m256i halvings = _mm256_subs_epu16(_mm256_set1_epi32(127 + 31), exponent);
    return _mm256_mul_ps(_mm256_cvtepi32_ps(halvings), _mm256_set1_ps(0x1.62e43p0F));
}

// f32 as integers, rounded towards zero; |a| < 2^31.
UNITVAR_INLINE U32 truncate(F32 a)
{
    return _mm256_cvttps_epi32(a);
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
