// AES rounds by Arm's AESE and AESMC. The words are those of aes_tables.hpp.
//
// AESE adds a key before it substitutes, others add it after they mixed: begun and continued rounds leave their key to
// the next.
#pragma once

#include <arm_neon.h>

#include "native.hpp"

namespace unitvar {
namespace {

using AesState = uint8x16_t;
inline constexpr std::size_t aes_states = 1;
inline constexpr bool aes_is_long = false;

UNITVAR_INLINE AesState aes_spread(std::uint64_t low, std::uint64_t high)
{
    return vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(low), vcreate_u64(high)));
}
UNITVAR_INLINE AesState aes_load(const std::uint32_t *source)
{
    return vreinterpretq_u8_u32(vld1q_u32(source));
}
UNITVAR_INLINE AesState aes_xor(AesState a, AesState b)
{
    return veorq_u8(a, b);
}
UNITVAR_INLINE AesState aes_round(AesState a, AesState key)
{
    return veorq_u8(vaesmcq_u8(vaeseq_u8(a, vdupq_n_u8(0))), key);
}
UNITVAR_INLINE AesState aes_begin(AesState a, AesState b)
{
    return vaesmcq_u8(vaeseq_u8(b, a)); // b is used once: AESE writes over its first operand
}
UNITVAR_INLINE AesState aes_go_on(AesState a, AesState key)
{
    return vaesmcq_u8(vaeseq_u8(a, key));
}
UNITVAR_INLINE AesState aes_end(AesState a, AesState key, AesState last)
{
    return veorq_u8(vaeseq_u8(a, key), last);
}

UNITVAR_INLINE U32 aes_register(const AesState *states)
{
    return U32(vreinterpretq_u32_u8(states[0]));
}

} // namespace
} // namespace unitvar
