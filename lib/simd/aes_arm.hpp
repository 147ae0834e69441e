// AES rounds by Arm's AESE and AESMC. The words are those of aes_tables.hpp.
//
// AESE adds its key before it substitutes; with a key of zeros what is left is the round that others have, and
// compilers turn an exclusive or before it into that key.
#pragma once

#include <arm_neon.h>

#include "native.hpp"

namespace unitvar {
namespace {

using AesState = uint8x16_t;
inline constexpr std::size_t aes_states = 1;

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
UNITVAR_INLINE AesState aes_last_round(AesState a, AesState key)
{
    return veorq_u8(vaeseq_u8(a, vdupq_n_u8(0)), key);
}

UNITVAR_INLINE U32 aes_register(const AesState *states)
{
    return U32(vreinterpretq_u32_u8(states[0]));
}

} // namespace
} // namespace unitvar
