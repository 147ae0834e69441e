// The words of the counted engines from other people's code: pcg-cpp for pcg32, Random123 for philox4x32, and for
// ars4x32 the naive rounds of ars.hpp, which a test holds to be Random123's. Word k of the
// result is word 64 * block + k of the stream, in the order that the header fixes. Philox can also be run
// backwards, which finds the counter that gives any four words wanted.
#ifndef UNITVAR_TESTS_ORACLE_WORDS_HPP
#define UNITVAR_TESTS_ORACLE_WORDS_HPP

#include <Random123/philox.h>
#include <pcg_random.hpp>
#include <unitvar.h>

#include "ars.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace oracle {

// The finaliser of SplitMix64 (Steele, Lea and Flood 2014; constants of Stafford's variant 13).
inline std::uint64_t mix(std::uint64_t z)
{
    z ^= z >> 30;
    z *= 0xBF58476D1CE4E5B9u;
    z ^= z >> 27;
    z *= 0x94D049BB133111EBu;
    z ^= z >> 31;
    return z;
}

inline std::vector<std::uint32_t> pcg32_words(std::uint64_t seed, std::uint64_t stream, std::uint64_t block,
                                              std::size_t n)
{
    pcg32 generator(mix(seed), mix(stream + 0x9E3779B97F4A7C15u));
    generator.advance(64 * block);
    std::vector<std::uint32_t> words(n);
    for (std::uint32_t &word : words)
        word = generator();
    return words;
}

using PhiloxBlock = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

inline std::uint32_t low_half(std::uint64_t x)
{
    return static_cast<std::uint32_t>(x);
}
inline std::uint32_t high_half(std::uint64_t x)
{
    return static_cast<std::uint32_t>(x >> 32);
}
inline std::uint64_t joined(std::uint32_t low, std::uint32_t high)
{
    return low | std::uint64_t{high} << 32;
}

inline PhiloxBlock philox4x32_10(const PhiloxBlock &counter, const PhiloxKey &key)
{
    const philox4x32_ctr_t c = {{counter[0], counter[1], counter[2], counter[3]}};
    const philox4x32_key_t k = {{key[0], key[1]}};
    const philox4x32_ctr_t output = philox4x32_R(10, c, k);
    return {output.v[0], output.v[1], output.v[2], output.v[3]};
}

inline std::vector<std::uint32_t> philox4x32_words(std::uint64_t seed, std::uint64_t stream, std::uint64_t block,
                                                   std::size_t n)
{
    const PhiloxKey key{low_half(seed), high_half(seed)};
    std::vector<std::uint32_t> words((n + 63) / 64 * 64);
    for (std::size_t b = 0; b < words.size() / 64; ++b)
        for (std::size_t l = 0; l < 16; ++l) {
            const std::uint64_t c = 16 * (block + b) + l;
            const PhiloxBlock output =
                philox4x32_10({low_half(c), high_half(c), low_half(stream), high_half(stream)}, key);
            for (std::size_t r = 0; r < 4; ++r)
                words[64 * b + 16 * r + l] = output[r];
        }
    words.resize(n);
    return words;
}

inline std::vector<std::uint32_t> ars4x32_words(std::uint64_t seed, std::uint64_t stream, std::uint64_t block,
                                                std::size_t n)
{
    const ArsBlock key{low_half(seed), high_half(seed), 0, 0};
    std::vector<std::uint32_t> words;
    for (std::uint64_t b = block; words.size() < n; ++b)
        for (std::uint64_t l = 0; l < 16; ++l) {
            const std::uint64_t c = b + (l << 60);
            const ArsBlock output = ars4x32({low_half(c), high_half(c), low_half(stream), high_half(stream)}, key, 7);
            words.insert(words.end(), output.begin(), output.end());
        }
    words.resize(n);
    return words;
}

inline std::vector<std::uint32_t> words(std::int32_t engine, std::uint64_t seed, std::uint64_t stream,
                                        std::uint64_t block, std::size_t n)
{
    switch (engine) {
    case UNITVAR_PCG32:
        return pcg32_words(seed, stream, block, n);
    case UNITVAR_PHILOX4X32:
        return philox4x32_words(seed, stream, block, n);
    default:
        return ars4x32_words(seed, stream, block, n);
    }
}

inline std::vector<std::uint64_t> words64(std::int32_t engine, std::uint64_t seed, std::uint64_t stream,
                                          std::uint64_t block, std::size_t n)
{
    const std::vector<std::uint32_t> halves = words(engine, seed, stream, block, 2 * n);
    std::vector<std::uint64_t> result(n);
    for (std::size_t i = 0; i < n; ++i)
        result[i] = joined(halves[2 * i], halves[2 * i + 1]);
    return result;
}

// x with multiplier * x = 1 modulo 2^32, for odd multipliers: each step doubles the correct bits.
inline std::uint32_t inverse_modulo_2_32(std::uint32_t multiplier)
{
    std::uint32_t x = multiplier;
    for (int step = 0; step < 5; ++step)
        x *= 2u - multiplier * x;
    return x;
}

// The counter whose output is the given one. A round maps (x0, x1, x2, x3) to
// (hi(M1 x2) ^ x1 ^ k0, lo(M1 x2), hi(M0 x0) ^ x3 ^ k1, lo(M0 x0)); this undoes ten of them.
inline PhiloxBlock philox4x32_10_inverse(const PhiloxBlock &output, const PhiloxKey &key)
{
    const std::uint32_t multiplier0 = 0xD2511F53u;
    const std::uint32_t multiplier1 = 0xCD9E8D57u;
    PhiloxBlock y = output;
    for (std::uint32_t round = 10; round-- > 0;) {
        const std::uint32_t key0 = key[0] + round * 0x9E3779B9u;
        const std::uint32_t key1 = key[1] + round * 0xBB67AE85u;
        const std::uint32_t x0 = y[3] * inverse_modulo_2_32(multiplier0);
        const std::uint32_t x2 = y[1] * inverse_modulo_2_32(multiplier1);
        const std::uint32_t x1 = y[0] ^ high_half(std::uint64_t{multiplier1} * x2) ^ key0;
        const std::uint32_t x3 = y[2] ^ high_half(std::uint64_t{multiplier0} * x0) ^ key1;
        y = {x0, x1, x2, x3};
    }
    return y;
}

} // namespace oracle

#endif
