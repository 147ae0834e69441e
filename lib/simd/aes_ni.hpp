// AES rounds by AES-NI, one state at a time. The words are those of aes_tables.hpp.
#pragma once

#include <immintrin.h>

#include "native.hpp"

namespace unitvar {
namespace {

using AesState = __m128i;
inline constexpr std::size_t aes_states = 1;
inline constexpr bool aes_is_long = false;

UNITVAR_INLINE AesState aes_spread(std::uint64_t low, std::uint64_t high)
{
    return _mm_set_epi64x(static_cast<std::int64_t>(high), static_cast<std::int64_t>(low));
}
UNITVAR_INLINE AesState aes_load(const std::uint32_t *source)
{
    return _mm_loadu_si128(reinterpret_cast<const __m128i *>(source));
}
UNITVAR_INLINE AesState aes_xor(AesState a, AesState b)
{
    return _mm_xor_si128(a, b);
}
UNITVAR_INLINE AesState aes_round(AesState a, AesState key)
{
    return _mm_aesenc_si128(a, key);
}
UNITVAR_INLINE AesState aes_begin(AesState a, AesState b)
{
    return aes_xor(a, b);
}
UNITVAR_INLINE AesState aes_go_on(AesState a, AesState key)
{
    return aes_round(a, key);
}
UNITVAR_INLINE AesState aes_end(AesState a, AesState key, AesState last)
{
    return _mm_aesenclast_si128(aes_round(a, key), last);
}

UNITVAR_INLINE U32 aes_register(const AesState *states)
{
    const __m256i lower = _mm256_set_m128i(states[1], states[0]);
#if defined(__AVX512F__)
    return U32(_mm512_inserti64x4(_mm512_castsi256_si512(lower), _mm256_set_m128i(states[3], states[2]), 1));
#else
    return U32(lower);
#endif
}

} // namespace
} // namespace unitvar
