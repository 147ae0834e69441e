// Words of Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011), 64 at
// a time: output word r of the 16 counters 16b ... 16b+15 is words 16r ... 16r+15 of block b, so nothing is
// transposed.
//
// Every value lives in the low half of a 64-bit lane, even counters in one pack and odd ones in another; the high
// halves hold what the products leave there, which no operation ever carries down.
//
// Port budget for 64 words with AVX-512: 10 rounds of 2 products, 2 shifts and 2 three-input exclusive ors for each
// 8 counters, and 8 operations to interleave: 128 operations.
#pragma once

#include "core/kernel_table.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

class Philox4x32 {
public:
    using U = U64x<8>;
    // Of eight counters, in the low halves.
    struct Words {
        U w0, w1, w2, w3;
    };

    UNITVAR_INLINE explicit Philox4x32(const core::EngineState &engine)
        : counter(engine.position), key(engine.key), stream(engine.stream)
    {
    }

    // Groups of 32 words that one step makes: a block.
    static constexpr std::size_t groups = 2;

    UNITVAR_INLINE void next(U32x<32> (&words)[groups])
    {
        const Words even = of_block<0>();
        const Words odd = of_block<1>();
        counter += 16;
        words[0] = join(interleave(even.w0, odd.w0), interleave(even.w1, odd.w1));
        words[1] = join(interleave(even.w2, odd.w2), interleave(even.w3, odd.w3));
    }

    // From the counters of words of any index.
    UNITVAR_INLINE Words at(const U &index) const
    {
        const U own = broadcast<U>(counter) + shift_left<4>(shift_right<6>(index)) + (index & broadcast<U>(15));
        return rounds({own, shift_right<32>(own), broadcast<U>(stream & 0xFFFFFFFFU), broadcast<U>(stream >> 32U)});
    }

private:
    // Counters of block b end in 16b + l, l < 16, so adding l never carries into the high word.
    template <std::uint64_t Odd> UNITVAR_INLINE Words of_block() const
    {
        alignas(64) static constexpr std::uint64_t offsets[8] = {0 + Odd, 2 + Odd,  4 + Odd,  6 + Odd,
                                                                 8 + Odd, 10 + Odd, 12 + Odd, 14 + Odd};
        return rounds({load<U>(offsets) + broadcast<U>(counter & 0xFFFFFFFFU), broadcast<U>(counter >> 32U),
                       broadcast<U>(stream & 0xFFFFFFFFU), broadcast<U>(stream >> 32U)});
    }

    // Of counters, the four words of each in the low halves of its lanes.
    UNITVAR_INLINE Words rounds(Words x) const
    {
        const U multiplier0 = broadcast<U>(0xD2511F53U);
        const U multiplier1 = broadcast<U>(0xCD9E8D57U);
        std::uint64_t key0 = key & 0xFFFFFFFFU;
        std::uint64_t key1 = key >> 32U;
        for (int round = 0; round < 10; ++round) {
            const U product0 = multiply(x.w0, multiplier0);
            const U product1 = multiply(x.w2, multiplier1);
            x = {shift_right<32>(product1) ^ x.w1 ^ broadcast<U>(key0), product1,
                 shift_right<32>(product0) ^ x.w3 ^ broadcast<U>(key1), product0};
            key0 = (key0 + 0x9E3779B9U) & 0xFFFFFFFFU;
            key1 = (key1 + 0xBB67AE85U) & 0xFFFFFFFFU;
        }
        return x;
    }

    UNITVAR_INLINE static U multiply(const U &a, const U &b)
    {
        return map([](U64 p, U64 q) UNITVAR_INLINE_LAMBDA { return multiply_low_halves(p, q); }, a, b);
    }
    UNITVAR_INLINE static U32x<16> interleave(const U &even, const U &odd)
    {
        return map([](U64 p, U64 q) UNITVAR_INLINE_LAMBDA { return even_odd(p, U64(q << 32)); }, even, odd);
    }

    std::uint64_t counter;
    std::uint64_t key;
    std::uint64_t stream;
};

// Bits 4 and 5 of an index say which output word of its counter it is, so both words of a pair are of one counter.
template <bool Pairs>
void gather_philox4x32(const core::EngineState &engine, const std::uint64_t *index, std::uint32_t *words,
                       std::size_t groups)
{
    using U = Philox4x32::U;
    const Philox4x32 philox(engine);
    const auto put = [](const U &lanes, std::uint32_t *target) UNITVAR_INLINE_LAMBDA {
        alignas(64) std::uint64_t lane[U::lanes];
        store(lane, lanes);
        for (std::size_t i = 0; i < U::lanes; ++i) {
            target[i] = static_cast<std::uint32_t>(lane[i]);
        }
    };
    constexpr std::size_t half = 16;
    for (; groups != 0; --groups, words += 2 * half) {
        for (std::size_t i = 0; i < (Pairs ? half : 2 * half); i += U::lanes, index += U::lanes) {
            const auto at = load<U>(index);
            const Philox4x32::Words x = philox.at(at);
            const auto low = select_bit<5>(at, float_of(x.w2), float_of(x.w0));
            const auto high = select_bit<5>(at, float_of(x.w3), float_of(x.w1));
            if constexpr (Pairs) {
                put(bits_of(low), words + i);
                put(bits_of(high), words + half + i);
            } else {
                put(bits_of(select_bit<4>(at, high, low)), words + i);
            }
        }
    }
}

} // namespace
} // namespace unitvar
