// The fill kernel: an engine's words through a draw into memory, one step of the engine after another. A tail is a
// whole step computed into a stack buffer and copied, never a second formula.
#pragma once

#include "core/kernel_table.hpp"
#include "kernels/draw.hpp"
#include "kernels/units.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

inline constexpr std::size_t line_bytes = 64;

// How far ahead lines are asked for before they are written, which spares waiting for them.
inline constexpr std::size_t prefetch_bytes = 4096;

// Draws that are quick enough to wait for memory go past the caches; others lose by it, and so do stores of whole lines
// (core/store_mode.hpp has the figures).
template <core::DrawIndex Index>
inline constexpr bool streams = has_streaming_stores && sizeof(U32) < line_bytes &&
                                (Index == core::DrawIndex::bits_u32 || Index == core::DrawIndex::bits_u64 ||
                                 Index == core::DrawIndex::uniform_f32 || Index == core::DrawIndex::uniform_f64);

// Writes whole steps of an engine. Not inlined: a tail comes here too, and each copy of a kernel costs compile time.
// Engine and draw are copied so that no store can be thought to change them.
template <class Engine, core::DrawIndex Index>
UNITVAR_CALLED void write_steps(Engine &from, const core::DrawParameters &parameters, unsigned char *out,
                                std::size_t steps, core::StoreMode mode)
{
    constexpr std::size_t group_bytes =
        core::row(Index).elements_per_block() / 2 * sizeof(typename Draw<Index>::Element);
    constexpr std::size_t step_bytes = Engine::groups * group_bytes;
    Engine engine = from;
    const Draw<Index> draw(parameters);
    U32x<32> words[Engine::groups];

    if (streams<Index> && mode == core::StoreMode::streaming &&
        reinterpret_cast<std::uintptr_t>(out) % line_bytes == 0) {
        for (; steps != 0; --steps) {
            engine.next(words);
#pragma GCC unroll 1
            for (std::size_t g = 0; g < Engine::groups; ++g, out += group_bytes) {
                stream(out, draw(words[g]));
            }
        }
        stream_fence();
    }
    // Streaming stores want whole lines, and assembling those in a buffer costs more than it saves.
    const std::size_t unfetched = mode == core::StoreMode::cached ? steps : prefetch_bytes / step_bytes;
    for (; steps != 0; --steps) {
        if (steps > unfetched) {
            for (std::size_t i = 0; i < step_bytes; i += line_bytes) {
                __builtin_prefetch(out + prefetch_bytes + i, 1);
            }
        }
        engine.next(words);
#pragma GCC unroll 1
        for (std::size_t g = 0; g < Engine::groups; ++g, out += group_bytes) {
            store(out, draw(words[g]));
        }
    }
    from = engine;
}

// Words of whole steps, which the draws of an engine share.
template <class Engine> UNITVAR_CALLED void write_words(Engine &from, std::uint32_t *out, std::size_t steps)
{
    Engine engine = from;
    U32x<32> words[Engine::groups];
    for (; steps != 0; --steps) {
        engine.next(words);
        for (std::size_t g = 0; g < Engine::groups; ++g, out += core::words_per_block / 2) {
            store(out, words[g]);
        }
    }
    from = engine;
}

// Whole steps by way of a buffer of words in the first cache level.
template <class Engine, core::DrawIndex Index>
void write_steps_from_memory(Engine &engine, const core::DrawParameters &parameters, unsigned char *out,
                             std::size_t steps)
{
    constexpr std::size_t step_words = Engine::groups * core::words_per_block / 2;
    constexpr std::size_t step_bytes =
        step_words / core::row(Index).words_per_element * sizeof(typename Draw<Index>::Element);
    constexpr std::size_t steps_at_once = 2048 / step_words;
    alignas(line_bytes) std::uint32_t words[steps_at_once * step_words];
    while (steps != 0) {
        const std::size_t n = steps < steps_at_once ? steps : steps_at_once;
        write_words(engine, words, n);
        UNITVAR_ISA::transform.draw[static_cast<std::size_t>(Index)](words, parameters, out, n * Engine::groups);
        out += n * step_bytes;
        steps -= n;
    }
}

template <class Engine> inline constexpr bool dear_words = false;
template <class Engine>
requires Engine::draws_from_memory inline constexpr bool dear_words<Engine> = true;

// Whole steps, the best way.
template <class Engine, core::DrawIndex Index>
UNITVAR_INLINE void write_whole_steps(Engine &engine, const core::DrawParameters &parameters, unsigned char *out,
                                      std::size_t steps, core::StoreMode mode)
{
    if constexpr (draws_from_memory || dear_words<Engine>) {
        write_steps_from_memory<Engine, Index>(engine, parameters, out, steps);
    } else {
        write_steps<Engine, Index>(engine, parameters, out, steps, mode);
    }
}

// Draws that engines share: words of whole steps into a buffer in the first cache level, and the draw from there.
template <class Engine>
void fill_shared(const core::EngineState &state, core::DrawIndex index, core::TransformKernel draw,
                 const core::DrawParameters &parameters, void *target, std::size_t n)
{
    constexpr std::size_t group_words = core::words_per_block / 2;
    constexpr std::size_t most_words = 2048;
    constexpr std::size_t step_words = Engine::groups * group_words;
    static_assert(most_words % step_words == 0);
    const core::DrawRow &row = core::row(index);
    const std::size_t group = row.elements_per_block() / 2;
    const std::size_t most = most_words / group_words * group;
    alignas(line_bytes) std::uint32_t words[most_words];
    auto *out = static_cast<unsigned char *>(target);
    Engine engine(state);
    while (n != 0) {
        const std::size_t count = n < most ? n : most;
        const std::size_t groups = count / group;
        const std::size_t rest = count % group;
        write_words(engine, words, ((groups + (rest != 0 ? 1 : 0)) * group_words + step_words - 1) / step_words);
        draw(words, parameters, out, groups);
        out += groups * group * row.element_bytes;
        if (rest != 0) {
            alignas(64) unsigned char buffer[group_words * sizeof(std::uint64_t)];
            draw(words + groups * group_words, parameters, buffer, 1);
            __builtin_memcpy(out, buffer, rest * row.element_bytes);
        }
        n -= count;
    }
}

template <class Engine, core::DrawIndex Index>
void fill(const core::EngineState &state, const core::DrawParameters &parameters, void *target, std::size_t n,
          core::StoreMode mode)
{
    using Element = typename Draw<Index>::Element;
    constexpr std::size_t step = core::row(Index).elements_per_block() / 2 * Engine::groups;
    Engine engine(state);
    auto *out = static_cast<unsigned char *>(target);
    const std::size_t steps = n / step;
    const std::size_t rest_bytes = n % step * sizeof(Element);
    if (steps != 0) {
        write_whole_steps<Engine, Index>(engine, parameters, out, steps, mode);
    }
    if (rest_bytes != 0) {
        alignas(64) unsigned char buffer[step * sizeof(Element)];
        write_whole_steps<Engine, Index>(engine, parameters, buffer, 1, core::StoreMode::cached);
        __builtin_memcpy(out + steps * sizeof(buffer), buffer, rest_bytes);
    }
}

template <class Engine, core::DrawIndex Index> consteval core::FillKernel fill_or_none()
{
    if constexpr (core::row(Index).shared) {
        return nullptr;
    } else {
        return &fill<Engine, Index>;
    }
}

template <class Engine, std::size_t... Index>
consteval core::FillRow fill_row(core::GatherKernel gather, core::GatherKernel gather_pairs,
                                 std::index_sequence<Index...> /*draws*/)
{
    return {
        {fill_or_none<Engine, static_cast<core::DrawIndex>(Index)>()...}, &fill_shared<Engine>, gather, gather_pairs};
}
// One kernel for every draw that is not shared, one for those that are, and the words alone at any indices.
template <class Engine> consteval core::FillRow fill_row(core::GatherKernel gather, core::GatherKernel gather_pairs)
{
    return fill_row<Engine>(gather, gather_pairs, std::make_index_sequence<core::draw_count>{});
}

} // namespace
} // namespace unitvar
