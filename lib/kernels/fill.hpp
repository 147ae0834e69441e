// The fill kernel: an engine's words through a draw into memory, block by block. A tail is a whole block computed
// into a stack buffer and copied, never a second formula.
#pragma once

#include "core/kernel_table.hpp"
#include "kernels/draw.hpp"
#include "kernels/units.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

// Copies to any address, whole lines past the caches.
inline void stream_copy(unsigned char *target, const unsigned char *source, std::size_t bytes)
{
    const std::size_t misaligned = reinterpret_cast<std::uintptr_t>(target) % stream_alignment;
    const std::size_t head = misaligned == 0 ? 0 : stream_alignment - misaligned;
    __builtin_memcpy(target, source, head);
    std::size_t i = head;
    for (; i + sizeof(U32) <= bytes; i += sizeof(U32)) {
        stream_register(target + i, load_register<U32>(source + i));
    }
    __builtin_memcpy(target + i, source + i, bytes - i);
}

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
        if (reinterpret_cast<std::uintptr_t>(out) % stream_alignment == 0) {
            for (; blocks != 0; --blocks, out += block_bytes) {
                stream(out, draw(engine.next()));
                stream(out + group_bytes, draw(engine.next()));
            }
        } else {
            // Large enough that the two lines which a copy shares with its neighbours do not count.
            constexpr std::size_t staged = 64;
            alignas(64) unsigned char stage[staged * block_bytes];
            for (; blocks >= staged; blocks -= staged, out += sizeof(stage)) {
                for (std::size_t b = 0; b < staged; ++b) {
                    store(stage + b * block_bytes, draw(engine.next()));
                    store(stage + b * block_bytes + group_bytes, draw(engine.next()));
                }
                stream_copy(out, stage, sizeof(stage));
            }
        }
        stream_fence();
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
