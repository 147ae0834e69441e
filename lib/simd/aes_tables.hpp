// AES rounds in portable C++: a round is four table look-ups for each column of a state (Daemen and Rijmen, "The Design
// of Rijndael", section 4.2). Not constant in time: this is a generator of random numbers, not a cipher.
//
// Every aes_*.hpp has the same words: AesState, a register of aes_states states of 128 bits; aes_is_long, whether
// rounds are too much code to repeat for every draw; aes_spread, aes_load, aes_xor; aes_round, which is what FIPS 197
// calls SubBytes, ShiftRows, MixColumns and AddRoundKey; aes_begin, aes_go_on and aes_end, which together are as many
// rounds as keys follow the first, the last without MixColumns; and aes_register, the register of the vocabulary that
// some states make.
#pragma once

#include <array>

#include "native.hpp"

namespace unitvar {
namespace {

struct AesState {
    std::uint32_t column[4];
};
inline constexpr std::size_t aes_states = 1;
inline constexpr bool aes_is_long = true;

// What the bytes of a row, once substituted, add to a column that is mixed.
struct AesTables {
    std::array<std::uint8_t, 256> box{};
    std::array<std::array<std::uint32_t, 256>, 4> row{};

    constexpr AesTables()
    {
        // p runs through the powers of 3, q through those of its inverse.
        unsigned p = 1;
        unsigned q = 1;
        do {
            p = (p ^ p << 1U ^ (p >> 7U) * 0x11BU) & 0xFFU;
            q ^= q << 1U;
            q ^= q << 2U;
            q = (q ^ q << 4U) & 0xFFU;
            q ^= (q >> 7U) * 0x09U;
            const unsigned twice = q * 0x101U; // rotations of q
            const unsigned rotated = twice >> 7U ^ twice >> 6U ^ twice >> 5U ^ twice >> 4U;
            box[p] = static_cast<std::uint8_t>(q ^ rotated ^ 0x63U);
        } while (p != 1);
        box[0] = 0x63;
        for (std::size_t x = 0; x < 256; ++x) {
            const std::uint32_t s = box[x];
            const std::uint32_t doubled = s << 1U ^ (s >> 7U) * 0x11BU;
            std::uint32_t mixed = doubled | s << 8U | s << 16U | (doubled ^ s) << 24U;
            for (auto &table : row) {
                table[x] = mixed;
                mixed = mixed << 8U | mixed >> 24U;
            }
        }
    }
};
inline constexpr AesTables aes_tables;

UNITVAR_INLINE AesState aes_spread(std::uint64_t low, std::uint64_t high)
{
    return {{static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(low >> 32U), static_cast<std::uint32_t>(high),
             static_cast<std::uint32_t>(high >> 32U)}};
}
UNITVAR_INLINE AesState aes_load(const std::uint32_t *source)
{
    AesState result;
    __builtin_memcpy(&result, source, sizeof(result));
    return result;
}
UNITVAR_INLINE AesState aes_xor(const AesState &a, const AesState &b)
{
    return {
        {a.column[0] ^ b.column[0], a.column[1] ^ b.column[1], a.column[2] ^ b.column[2], a.column[3] ^ b.column[3]}};
}

// The byte that ShiftRows moves into a row of a column.
UNITVAR_INLINE std::size_t aes_byte(const AesState &a, std::size_t column, std::size_t row)
{
    return a.column[(column + row) % 4] >> (8 * row) & 0xFFU;
}
UNITVAR_INLINE AesState aes_round(const AesState &a, const AesState &key)
{
    AesState result;
    for (std::size_t c = 0; c < 4; ++c) {
        result.column[c] = key.column[c] ^ aes_tables.row[0][aes_byte(a, c, 0)] ^ aes_tables.row[1][aes_byte(a, c, 1)] ^
                           aes_tables.row[2][aes_byte(a, c, 2)] ^ aes_tables.row[3][aes_byte(a, c, 3)];
    }
    return result;
}
UNITVAR_INLINE AesState aes_begin(const AesState &a, const AesState &b)
{
    return aes_xor(a, b);
}
UNITVAR_INLINE AesState aes_go_on(const AesState &a, const AesState &key)
{
    return aes_round(a, key);
}
UNITVAR_INLINE AesState aes_end(const AesState &a, const AesState &key, const AesState &last)
{
    const AesState b = aes_round(a, key);
    AesState result;
    for (std::size_t c = 0; c < 4; ++c) {
        const auto substituted = [&](std::size_t row) UNITVAR_INLINE_LAMBDA {
            return std::uint32_t{aes_tables.box[aes_byte(b, c, row)]} << (8 * row);
        };
        result.column[c] = last.column[c] ^ (substituted(0) | substituted(1) | substituted(2) | substituted(3));
    }
    return result;
}

UNITVAR_INLINE U32 aes_register(const AesState *states)
{
    alignas(64) AesState together[U32::size / 4];
    __builtin_memcpy(together, states, sizeof(together));
    return load_register<U32>(together);
}

} // namespace
} // namespace unitvar
