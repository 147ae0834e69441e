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

// Streams blocks to a target that is not aligned to lines: whole lines go out by way of a buffer, whose first line
// keeps what the round before left of the line that is not yet full. Writes a multiple of staged_bytes.
class UnalignedStream {
public:
    static constexpr std::size_t staged_bytes = 4096;

    UNITVAR_INLINE explicit UnalignedStream(unsigned char *target)
        : line(target - reinterpret_cast<std::uintptr_t>(target) % line_bytes),
          offset(reinterpret_cast<std::uintptr_t>(target) % line_bytes)
    {
    }

    // Where the next staged_bytes go.
    UNITVAR_INLINE unsigned char *stage() { return buffer + line_bytes; }

    UNITVAR_INLINE void flush()
    {
        const unsigned char *source = buffer + line_bytes - offset;
        std::size_t i = 0;
        if (first) { // the line begins with bytes of somebody else's
            __builtin_memcpy(line + offset, buffer + line_bytes, line_bytes - offset);
            first = false;
            i = line_bytes;
        }
        for (; i < staged_bytes; i += line_bytes) {
            stream(line + i, load<U32x<16>>(source + i));
        }
        line += staged_bytes;
        store(buffer, load<U32x<16>>(buffer + staged_bytes));
    }

    UNITVAR_INLINE void finish() { __builtin_memcpy(line, buffer + line_bytes - offset, first ? 0 : offset); }

private:
    alignas(line_bytes) unsigned char buffer[line_bytes + staged_bytes];
    unsigned char *line;
    std::size_t offset;
    bool first = true;
};

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
        } else {
            constexpr std::size_t staged_blocks = UnalignedStream::staged_bytes / block_bytes;
            UnalignedStream lines(out);
            for (; blocks >= staged_blocks; blocks -= staged_blocks, out += UnalignedStream::staged_bytes) {
                for (std::size_t b = 0; b < staged_blocks; ++b) {
                    store(lines.stage() + b * block_bytes, draw(engine.next()));
                    store(lines.stage() + b * block_bytes + group_bytes, draw(engine.next()));
                }
                lines.flush();
            }
            lines.finish();
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
