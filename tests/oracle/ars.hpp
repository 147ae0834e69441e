// ARS by the letter: the rounds of FIPS 197 byte by byte, the S-box from its definition as an inverse in GF(2^8), the
// keys of a Weyl sequence. Random123's own needs a compiler and a processor with AES-NI; where both are there, a test
// compares (random123_ars.hpp).
#ifndef UNITVAR_TESTS_ORACLE_ARS_HPP
#define UNITVAR_TESTS_ORACLE_ARS_HPP

#include <array>
#include <cstddef>
#include <cstdint>

namespace oracle {

using ArsBlock = std::array<std::uint32_t, 4>;
using AesBytes = std::array<std::uint8_t, 16>; // of row r and column c: 4c + r

// Modulo x^8 + x^4 + x^3 + x + 1.
inline std::uint8_t aes_product(unsigned a, unsigned b)
{
    unsigned product = 0;
    for (; b != 0; b >>= 1) {
        product ^= (b & 1) != 0 ? a : 0;
        a = (a << 1) ^ (a >= 0x80 ? 0x11Bu : 0);
    }
    return static_cast<std::uint8_t>(product);
}

inline std::array<std::uint8_t, 256> make_aes_box()
{
    std::array<std::uint8_t, 256> box{};
    for (unsigned x = 0; x < 256; ++x) {
        unsigned inverse = 0;
        for (unsigned y = 0; y < 256; ++y)
            if (aes_product(x, y) == 1)
                inverse = y;
        for (unsigned i = 0; i < 8; ++i) {
            unsigned bit = 0x63u >> i;
            for (const unsigned j : {0u, 4u, 5u, 6u, 7u})
                bit ^= inverse >> (i + j) % 8;
            box[x] = static_cast<std::uint8_t>(box[x] | (bit & 1) << i);
        }
    }
    return box;
}

inline AesBytes aes_round(const AesBytes &state, const AesBytes &key, bool mix)
{
    static const std::array<std::uint8_t, 256> box = make_aes_box();
    AesBytes moved{};
    for (std::size_t c = 0; c < 4; ++c)
        for (std::size_t r = 0; r < 4; ++r)
            moved[4 * c + r] = box[state[4 * ((c + r) % 4) + r]];
    AesBytes result{};
    for (std::size_t c = 0; c < 4; ++c)
        for (std::size_t r = 0; r < 4; ++r) {
            const auto at = [&](std::size_t row) { return moved[4 * c + row % 4]; };
            const int mixed = aes_product(at(r), 2) ^ aes_product(at(r + 1), 3) ^ at(r + 2) ^ at(r + 3);
            result[4 * c + r] = static_cast<std::uint8_t>((mix ? mixed : at(r)) ^ key[4 * c + r]);
        }
    return result;
}

inline AesBytes bytes_of(std::uint64_t low, std::uint64_t high)
{
    AesBytes bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::uint8_t>(low >> 8 * i);
        bytes[8 + i] = static_cast<std::uint8_t>(high >> 8 * i);
    }
    return bytes;
}

inline ArsBlock ars4x32(const ArsBlock &counter, const ArsBlock &key, unsigned rounds)
{
    std::uint64_t low = key[0] | std::uint64_t{key[1]} << 32;
    std::uint64_t high = key[2] | std::uint64_t{key[3]} << 32;
    AesBytes state = bytes_of((counter[0] | std::uint64_t{counter[1]} << 32) ^ low,
                              (counter[2] | std::uint64_t{counter[3]} << 32) ^ high);
    for (unsigned round = 1; round <= rounds; ++round) {
        low += 0x9E3779B97F4A7C15u;
        high += 0xBB67AE8584CAA73Bu;
        state = aes_round(state, bytes_of(low, high), round != rounds);
    }
    ArsBlock output{};
    for (std::size_t i = 0; i < 16; ++i)
        output[i / 4] |= std::uint32_t{state[i]} << 8 * (i % 4);
    return output;
}

} // namespace oracle

#endif
