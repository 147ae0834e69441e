// AES rounds by VAES, on registers of 512 or 256 bits. The words are those of aes_tables.hpp.
#pragma once

#include <immintrin.h>

#include "native.hpp"

namespace unitvar {
namespace {

inline constexpr std::size_t aes_states = U32::size / 4;
inline constexpr bool aes_is_long = false;

UNITVAR_INLINE __m128i aes_halves(std::uint64_t low, std::uint64_t high)
{
    return _mm_set_epi64x(static_cast<std::int64_t>(high), static_cast<std::int64_t>(low));
}

#if defined(__AVX512F__)

using AesState = __m512i;

UNITVAR_INLINE AesState aes_spread(std::uint64_t low, std::uint64_t high)
{
    return _mm512_broadcast_i32x4(aes_halves(low, high));
}
UNITVAR_INLINE AesState aes_load(const std::uint32_t *source)
{
    return _mm512_loadu_si512(source);
}
UNITVAR_INLINE AesState aes_xor(AesState a, AesState b)
{
    return _mm512_xor_si512(a, b);
}
UNITVAR_INLINE AesState aes_round(AesState a, AesState key)
{
    return _mm512_aesenc_epi128(a, key);
}
UNITVAR_INLINE AesState aes_end(AesState a, AesState key, AesState last)
{
    return _mm512_aesenclast_epi128(aes_round(a, key), last);
}

#else

using AesState = __m256i;

UNITVAR_INLINE AesState aes_spread(std::uint64_t low, std::uint64_t high)
{
    return _mm256_broadcastsi128_si256(aes_halves(low, high));
}
UNITVAR_INLINE AesState aes_load(const std::uint32_t *source)
{
    return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(source));
}
UNITVAR_INLINE AesState aes_xor(AesState a, AesState b)
{
    return _mm256_xor_si256(a, b);
}
UNITVAR_INLINE AesState aes_round(AesState a, AesState key)
{
    return _mm256_aesenc_epi128(a, key);
}
UNITVAR_INLINE AesState aes_end(AesState a, AesState key, AesState last)
{
    return _mm256_aesenclast_epi128(aes_round(a, key), last);
}

#endif

UNITVAR_INLINE AesState aes_begin(AesState a, AesState b)
{
    return aes_xor(a, b);
}
UNITVAR_INLINE AesState aes_go_on(AesState a, AesState key)
{
    return aes_round(a, key);
}

UNITVAR_INLINE U32 aes_register(const AesState *states)
{
    return U32(states[0]);
}

} // namespace
} // namespace unitvar
