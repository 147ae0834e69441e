// Words of pcg32 by leapfrog, 32 at a time: word j of the generator is the output of s_j = A_j s + G_j c, where s is
// its state, so the interleaved lanes are the scalar sequence itself.
//
// The output XSH-RR of a state is rotr32(low32((s ^ s >> 18) >> 27), s >> 59). Even words stay in the low and odd
// words in the high halves of 64-bit lanes, so one blend puts them in order and nothing is shuffled.
//
// Port budget for 32 words:
//   with a 64-bit multiplier (AVX-512): 4 multiplications, 4 additions and 11 more for each 16 words: 30 operations.
//   without (AVX2, NEON): the 32-bit cross products of eight words share a register, and s itself is never formed;
//   what the output needs of it is. 22 operations for each 8 words: 88, against 120 for the form above on AVX2.
#pragma once

#include "core/kernel_table.hpp"
#include "core/pcg32_constants.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

inline constexpr std::size_t pcg32_lanes = 32;

struct Pcg32Lanes {
    alignas(64) std::uint64_t even_power[pcg32_lanes / 2]{};
    alignas(64) std::uint64_t even_sum[pcg32_lanes / 2]{};
    alignas(64) std::uint64_t odd_power[pcg32_lanes / 2]{};
    alignas(64) std::uint64_t odd_sum[pcg32_lanes / 2]{};
    alignas(64) std::uint32_t power_low[pcg32_lanes]{};
    alignas(64) std::uint32_t power_high[pcg32_lanes]{};

    constexpr Pcg32Lanes()
    {
        for (std::size_t i = 0; i < pcg32_lanes; ++i) {
            const core::Pcg32Step step = core::pcg32_step(i);
            (i % 2 == 0 ? even_power : odd_power)[i / 2] = step.power;
            (i % 2 == 0 ? even_sum : odd_sum)[i / 2] = step.sum;
            power_low[i] = static_cast<std::uint32_t>(step.power);
            power_high[i] = static_cast<std::uint32_t>(step.power >> 32U);
        }
    }
};
inline constexpr Pcg32Lanes pcg32_table;
inline constexpr core::Pcg32Step pcg32_leap = core::pcg32_step(pcg32_lanes);

// Wide is U64, a parameter so that only tables with the operations of this form instantiate it.
template <class Wide> class Pcg32Leapfrog {
public:
    UNITVAR_INLINE explicit Pcg32Leapfrog(const core::EngineState &engine)
        : leap(broadcast<States>(pcg32_leap.power)), leap_sum(broadcast<States>(pcg32_leap.sum * engine.key)),
          even(first(pcg32_table.even_power, pcg32_table.even_sum, engine)),
          odd(first(pcg32_table.odd_power, pcg32_table.odd_sum, engine))
    {
    }

    // Groups of 32 words that one step makes.
    static constexpr std::size_t groups = 1;

    UNITVAR_INLINE void next(U32x<32> (&words)[groups])
    {
        const States x = even;
        const States y = odd;
        even = multiply(x, leap) + leap_sum;
        odd = multiply(y, leap) + leap_sum;
        // As pcg32_words, which costs the portable table a quarter of its speed when it is called from here.
        const auto value = interleave(shift_right<27>(x ^ shift_right<18>(x)), shift_left<5>(y ^ shift_right<18>(y)));
        const auto count = interleave(shift_right<59>(x), shift_right<27>(y));
        words[0] = map([](U32 v, U32 n) UNITVAR_INLINE_LAMBDA { return rotate_right(v, n); }, value, count);
    }

private:
    using States = Logical<Wide, pcg32_lanes / 2>;

    UNITVAR_INLINE static States multiply(const States &a, const States &b)
    {
        return map([](Wide p, Wide q) UNITVAR_INLINE_LAMBDA { return multiply_u64(p, q); }, a, b);
    }
    UNITVAR_INLINE static U32x<pcg32_lanes> interleave(const States &low, const States &high)
    {
        return map([](Wide p, Wide q) UNITVAR_INLINE_LAMBDA { return even_odd(p, q); }, low, high);
    }
    UNITVAR_INLINE static States first(const std::uint64_t *power, const std::uint64_t *sum,
                                       const core::EngineState &engine)
    {
        return multiply(load<States>(power), broadcast<States>(engine.position)) +
               multiply(load<States>(sum), broadcast<States>(engine.key));
    }

    States leap;
    States leap_sum;
    States even;
    States odd;
};

// Narrow is U32, for the same reason.
template <class Narrow> class Pcg32Cross {
public:
    UNITVAR_INLINE explicit Pcg32Cross(const core::EngineState &engine)
        : state(engine.position), leap_sum(pcg32_leap.sum * engine.key)
    {
        for (std::size_t i = 0; i < pcg32_lanes / 2; ++i) {
            even_increment[i] = pcg32_table.even_sum[i] * engine.key;
            odd_increment[i] = pcg32_table.odd_sum[i] * engine.key;
        }
    }

    static constexpr std::size_t groups = 1;

    UNITVAR_INLINE void next(U32x<32> (&words)[groups])
    {
        const Narrow low(static_cast<std::uint32_t>(state));
        const Narrow high(static_cast<std::uint32_t>(state >> 32U));
        state = state * pcg32_leap.power + leap_sum;
        words[0] = generate<U32x<32>::registers>([&](std::size_t k) UNITVAR_INLINE_LAMBDA {
            const std::size_t word = k * Narrow::size;
            const std::size_t pair = k * U64::size;
            const Narrow cross = multiply_u32(load_register<Narrow>(pcg32_table.power_high + word), low) +
                                 multiply_u32(load_register<Narrow>(pcg32_table.power_low + word), high);
            const U64 even = multiply_low_halves(load_register<U64>(pcg32_table.even_power + pair), pairs(low)) +
                             load_register<U64>(even_increment + pair);
            const U64 odd = multiply_low_halves(load_register<U64>(pcg32_table.odd_power + pair), pairs(low)) +
                            load_register<U64>(odd_increment + pair);
            // s = product + cross 2^32, so s >> 27 and s >> 32 take cross shifted, carries lost alike.
            const Narrow middle = even_odd(U64(even >> 27), U64(odd << 5)) + Narrow(cross << 5);
            const Narrow top = even_odd(U64(even >> 32), odd) + cross;
            return rotate_right(middle ^ Narrow(top >> 13), Narrow(top >> 27));
        });
    }

private:
    std::uint64_t state;
    std::uint64_t leap_sum;
    alignas(64) std::uint64_t even_increment[pcg32_lanes / 2];
    alignas(64) std::uint64_t odd_increment[pcg32_lanes / 2];
};

using Pcg32 = std::conditional_t<has_multiply_u64, Pcg32Leapfrog<U64>, Pcg32Cross<U32>>;

// leap[k] is the step over 2^k words.
struct Pcg32Leaps {
    core::Pcg32Step leap[64]{};

    constexpr Pcg32Leaps()
    {
        leap[0] = core::pcg32_step(1);
        for (std::size_t k = 1; k < 64; ++k) {
            leap[k] = leap[k - 1] * leap[k - 1];
        }
    }
};
inline constexpr Pcg32Leaps pcg32_leaps;

// States before words of any index. Distances from one to the next are few and return: 1 within a run, and those between
// runs. Steps over them are kept.
class Pcg32Walk {
public:
    UNITVAR_INLINE Pcg32Walk(const core::EngineState &engine, std::uint64_t first)
        : state(engine.position), increment(engine.key), index(first), last{first, step_over(first)}
    {
        state = advanced(last.step);
    }

    UNITVAR_INLINE std::uint64_t to(std::uint64_t next)
    {
        const std::uint64_t distance = next - index;
        index = next;
        if (distance == 1) {
            return state = core::pcg32_multiplier * state + increment;
        }
        if (distance != last.distance) {
            last = found(distance);
        }
        return state = advanced(last.step);
    }

private:
    // The sum is multiplied by the increment.
    struct Known {
        std::uint64_t distance = 0;
        core::Pcg32Step step{1, 0};
    };
    static constexpr std::size_t most_known = 8;

    [[nodiscard]] UNITVAR_INLINE std::uint64_t advanced(const core::Pcg32Step &step) const
    {
        return step.power * state + step.sum;
    }
    // Backwards too: the period is 2^64.
    [[nodiscard]] UNITVAR_CALLED core::Pcg32Step step_over(std::uint64_t words) const
    {
        core::Pcg32Step step{1, 0};
        for (; words != 0; words &= words - 1) {
            step = step * pcg32_leaps.leap[__builtin_ctzll(words)];
        }
        return {step.power, step.sum * increment};
    }
    [[nodiscard]] UNITVAR_CALLED Known found(std::uint64_t distance)
    {
        for (const Known &one : known) {
            if (one.distance == distance) {
                return one;
            }
        }
        oldest = (oldest + 1) % most_known;
        return known[oldest] = {distance, step_over(distance)};
    }

    std::uint64_t state;
    std::uint64_t increment;
    std::uint64_t index;
    Known last;
    std::size_t oldest = 0;
    Known known[most_known];
};

// The outputs of the states x of even words and y of odd ones.
template <std::size_t K> UNITVAR_INLINE U32x<pcg32_lanes> pcg32_words(const Pack<U64, K> &x, const Pack<U64, K> &y)
{
    const auto interleave = [](U64 p, U64 q) UNITVAR_INLINE_LAMBDA { return even_odd(p, q); };
    const auto value = map(interleave, shift_right<27>(x ^ shift_right<18>(x)), shift_left<5>(y ^ shift_right<18>(y)));
    const auto count = map(interleave, shift_right<59>(x), shift_right<27>(y));
    return map([](U32 v, U32 n) UNITVAR_INLINE_LAMBDA { return rotate_right(v, n); }, value, count);
}

template <bool Pairs>
void gather_pcg32(const core::EngineState &engine, const std::uint64_t *index, std::uint32_t *words, std::size_t groups)
{
    using States = U64x<pcg32_lanes / 2>;
    constexpr std::size_t half = pcg32_lanes / 2;
    // Multiplications are scalar, and far enough ahead of the loads that these need not wait for the stores.
    constexpr std::size_t batch = 8;
    alignas(64) std::uint64_t even[batch * half];
    alignas(64) std::uint64_t odd[batch * half];
    constexpr core::Pcg32Step forwards = core::pcg32_step(half);
    constexpr core::Pcg32Step backwards = core::pcg32_step(0 - std::uint64_t{half});
    const core::Pcg32Step over[2] = {{forwards.power, forwards.sum * engine.key},
                                     {backwards.power, backwards.sum * engine.key}};
    if (groups == 0) {
        return;
    }
    Pcg32Walk walk(engine, index[0]);
    while (groups != 0) {
        const std::size_t n = groups < batch ? groups : batch;
        for (std::size_t g = 0; g < n; ++g) {
            std::uint64_t *const even_of_group = even + g * half;
            std::uint64_t *const odd_of_group = odd + g * half;
            const auto pair = [&](std::uint64_t at, std::uint64_t *target) UNITVAR_INLINE_LAMBDA {
                const std::uint64_t own = walk.to(at);
                const bool is_upper = (at & half) != 0;
                const core::Pcg32Step &step = over[is_upper ? 1 : 0];
                const std::uint64_t other = step.power * own + step.sum;
                target[0] = is_upper ? other : own;
                target[half / 2] = is_upper ? own : other;
            };
            for (std::size_t i = 0; i < (Pairs ? half : pcg32_lanes); i += 2) {
                if constexpr (Pairs) {
                    pair(*index++, even_of_group + i / 2);
                    pair(*index++, odd_of_group + i / 2);
                } else {
                    even_of_group[i / 2] = walk.to(*index++);
                    odd_of_group[i / 2] = walk.to(*index++);
                }
            }
        }
        for (std::size_t g = 0; g < n; ++g, words += pcg32_lanes) {
            store(words, pcg32_words(load<States>(even + g * half), load<States>(odd + g * half)));
        }
        groups -= n;
    }
}

} // namespace
} // namespace unitvar
