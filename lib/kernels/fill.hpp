// The fill kernel: an engine's words through a draw into memory, block by block. A tail is a whole block computed
// into a stack buffer and copied, never a second formula.
#pragma once

#include "core/kernel_table.hpp"
#include "kernels/draw.hpp"
#include "kernels/units.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

inline constexpr std::size_t line_bytes = 64;

// How far ahead lines are asked for before they are written, which spares reading them first.
inline constexpr std::size_t prefetch_bytes = 4096;

template <class Engine, core::DrawIndex Index>
void fill(const core::EngineState &state, const core::DrawParameters &parameters, void *target, std::size_t n,
          core::StoreMode mode)
{
    using Element = typename Draw<Index>::Element;
    constexpr std::size_t group = core::row(Index).elements_per_block() / 2;
    constexpr std::size_t group_bytes = group * sizeof(Element);
    constexpr std::size_t block_bytes = 2 * group_bytes;
    Engine engine(state);
    const Draw<Index> draw(parameters);
    auto *out = static_cast<unsigned char *>(target);
    std::size_t blocks = n / (2 * group);
    const std::size_t rest_bytes = n % (2 * group) * sizeof(Element);

    if (mode == core::StoreMode::streaming) {
        if (reinterpret_cast<std::uintptr_t>(out) % line_bytes == 0) {
            for (; blocks != 0; --blocks, out += block_bytes) {
                stream(out, draw(engine.next()));
                stream(out + group_bytes, draw(engine.next()));
            }
            stream_fence();
        } else {
            // Streaming stores want whole lines, and assembling those in a buffer costs more than it saves.
            for (; blocks > prefetch_bytes / block_bytes; --blocks, out += block_bytes) {
                for (std::size_t i = 0; i < block_bytes; i += line_bytes) {
                    __builtin_prefetch(out + prefetch_bytes + i, 1);
                }
                store(out, draw(engine.next()));
                store(out + group_bytes, draw(engine.next()));
            }
        }
    }
    for (; blocks != 0; --blocks, out += block_bytes) {
        store(out, draw(engine.next()));
        store(out + group_bytes, draw(engine.next()));
    }
    if (rest_bytes != 0) {
        alignas(64) unsigned char buffer[block_bytes];
        store(buffer, draw(engine.next()));
        store(buffer + group_bytes, draw(engine.next()));
        __builtin_memcpy(out, buffer, rest_bytes);
    }
}

template <class Engine, std::size_t... Index> consteval core::FillRow fill_row(std::index_sequence<Index...> /*draws*/)
{
    return {{&fill<Engine, static_cast<core::DrawIndex>(Index)>...}};
}
// One kernel for every draw of the registry.
template <class Engine> consteval core::FillRow fill_row()
{
    return fill_row<Engine>(std::make_index_sequence<core::draw_count>{});
}

} // namespace
} // namespace unitvar
