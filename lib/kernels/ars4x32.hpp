// Words of ARS with 7 rounds (Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011), 64
// at a time: block b is the outputs of the 16 counters (b + l 2^60, stream), one after another. AES mixes the four
// words of an output, so they stay side by side and nothing is transposed.
//
// The counters of a block differ in one byte, and blocks nearby in two others. A round carries each byte into one
// column, that of l into another than those of the lower 16 bits of b; the next round adds up what columns contribute.
// So after two rounds lane l is lane 0 plus (exclusive or) what is the same for 2^16 blocks: the lanes share two rounds
// of seven.
//
// Seven rounds, not the five that were published as enough: at the price of five, and one report has a slight failure
// of BigCrush for five.
//
// Port budget for 64 words: for each register one exclusive or and 5 AES instructions, and once per block 2 of those
// and 5 to begin.
//   VAES, 512 bits: 4 registers: 24 + 7 operations.      VAES, 256 bits: 8 registers: 48 + 7.
//   AES-NI: 16 registers: 96 + 6, and 8 (AVX2) or 12 (AVX-512) to join them.
//   Arm: 16 registers: 5 AESE, with the first exclusive or, 4 AESMC (many fuse the two) and the last key: 160 + 10.
//   portable: 16 states of 80 table look-ups, and 32 more.
#pragma once

#include "core/kernel_table.hpp"
#include "simd/pack.hpp"

#include UNITVAR_AES_HEADER

namespace unitvar {
namespace {

inline constexpr std::size_t ars4x32_lanes = 16;

// The difference of each lane's counter from lane 0's: l in the highest bits of b.
struct Ars4x32Lanes {
    alignas(64) std::uint32_t word[4 * ars4x32_lanes]{};
    constexpr Ars4x32Lanes()
    {
        for (std::uint32_t l = 0; l < ars4x32_lanes; ++l) {
            word[4 * l + 1] = l << 28U;
        }
    }
};
inline constexpr Ars4x32Lanes ars4x32_table;

class Ars4x32 {
public:
    UNITVAR_INLINE explicit Ars4x32(const core::EngineState &engine)
        : block(engine.position), key(engine.key), stream(engine.stream)
    {
        for (std::uint64_t i = 0; i < rounds; ++i) {
            round_key[i] = aes_spread(key + (i + 1) * 0x9E3779B97F4A7C15U, (i + 1) * 0xBB67AE8584CAA73BU);
        }
        take_differences();
    }

    // Groups of 32 words that one step makes: a block.
    static constexpr std::size_t groups = 2;
    // Without AES instructions a word costs so much that its way through memory does not count.
    static constexpr bool draws_from_memory = aes_is_long;

    UNITVAR_INLINE void next(U32x<32> (&words)[groups])
    {
        if constexpr (aes_is_long) {
            make_called(words);
        } else {
            make(words);
        }
    }

    // The outputs of 16 counters, of any block and lane: (position, stream), lanes counting in the highest bits.
    UNITVAR_INLINE void outputs(const std::uint64_t (&position)[ars4x32_lanes], std::uint32_t *words) const
    {
        alignas(64) std::uint32_t counter[4 * ars4x32_lanes];
        for (std::size_t i = 0; i < ars4x32_lanes; ++i) {
            counter[4 * i] = static_cast<std::uint32_t>(position[i] ^ key);
            counter[4 * i + 1] = static_cast<std::uint32_t>((position[i] ^ key) >> 32U);
            counter[4 * i + 2] = static_cast<std::uint32_t>(stream);
            counter[4 * i + 3] = static_cast<std::uint32_t>(stream >> 32U);
        }
        const AesState none = aes_spread(0, 0);
        AesState x[states];
        for (std::size_t i = 0; i < states; ++i) {
            x[i] = aes_begin(two_rounds(aes_load(counter + 4 * aes_states * i)), none);
        }
        for (std::size_t r = 2; r < rounds - 2; ++r) {
            for (AesState &one : x) {
                one = aes_go_on(one, round_key[r]);
            }
        }
        for (AesState &one : x) {
            one = aes_end(one, round_key[rounds - 2], round_key[rounds - 1]);
        }
        for (std::size_t k = 0; k < states / per_register; ++k) {
            store_register(words + k * U32::size, aes_register(x + k * per_register));
        }
    }
    [[nodiscard]] UNITVAR_INLINE std::uint64_t position(std::uint64_t index) const
    {
        return (block + index / core::words_per_block) ^ (index / 4 % ars4x32_lanes << 60U);
    }

private:
    static constexpr std::size_t rounds = 7;
    static constexpr std::size_t states = ars4x32_lanes / aes_states;
    static constexpr std::size_t per_register = U32::size / 4 / aes_states;

    UNITVAR_CALLED void make_called(U32x<32> (&words)[groups]) { make(words); }
    UNITVAR_INLINE void make(U32x<32> (&words)[groups])
    {
        const AesState shared = two_rounds(first());
        for (std::size_t g = 0; g < groups; ++g) {
            // Round by round, so that one hides the latency of another.
            AesState x[states / groups];
            for (std::size_t i = 0; i < states / groups; ++i) {
                x[i] = aes_begin(shared, difference[g * (states / groups) + i]);
            }
            for (std::size_t r = 2; r < rounds - 2; ++r) {
                for (AesState &one : x) {
                    one = aes_go_on(one, round_key[r]);
                }
            }
            for (AesState &one : x) {
                one = aes_end(one, round_key[rounds - 2], round_key[rounds - 1]);
            }
            words[g] = generate<U32x<32>::registers>(
                [&](std::size_t k) UNITVAR_INLINE_LAMBDA { return aes_register(x + k * per_register); });
        }
        ++block;
        if ((block & 0xFFFFU) == 0) {
            take_differences();
        }
    }

    // The state of lane 0, in all lanes, before the first round.
    UNITVAR_INLINE AesState first() const { return aes_spread(block ^ key, stream); }
    UNITVAR_INLINE AesState two_rounds(const AesState &x) const
    {
        return aes_round(aes_round(x, round_key[0]), round_key[1]);
    }
    UNITVAR_INLINE void take_differences()
    {
        const AesState lane0 = two_rounds(first());
        for (std::size_t i = 0; i < states; ++i) {
            const AesState offset = aes_load(ars4x32_table.word + 4 * aes_states * i);
            difference[i] = aes_xor(two_rounds(aes_xor(first(), offset)), lane0);
        }
    }

    std::uint64_t block;
    std::uint64_t key;
    std::uint64_t stream;
    AesState round_key[rounds];
    AesState difference[states];
};

// Words by their index in the stream; the words of a pair are of two lanes.
template <bool Pairs>
void gather_ars4x32(const core::EngineState &engine, const std::uint64_t *index, std::uint32_t *words,
                    std::size_t groups)
{
    constexpr std::size_t half = ars4x32_lanes;
    constexpr std::uint64_t other = 16; // the bit of an index in which a pair differs
    const Ars4x32 ars(engine);
    for (; groups != 0; --groups, words += 2 * half, index += Pairs ? half : 2 * half) {
        for (std::size_t h = 0; h < 2; ++h) {
            const std::uint64_t *const own = index + (Pairs ? 0 : h * half);
            std::uint64_t position[half];
            for (std::size_t i = 0; i < half; ++i) {
                position[i] = ars.position(!Pairs ? own[i] : h == 0 ? own[i] & ~other : own[i] | other);
            }
            alignas(64) std::uint32_t outputs[4 * half];
            ars.outputs(position, outputs);
            for (std::size_t i = 0; i < half; ++i) {
                words[h * half + i] = outputs[4 * i + own[i] % 4];
            }
        }
    }
}

} // namespace
} // namespace unitvar
