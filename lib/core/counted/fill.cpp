// Draws into memory.
#include "core/counted/fill.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/engine.hpp"
#include "core/message.hpp"
#include "core/runtime.hpp"
#include "core/tensor.hpp"
#include "core/write.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {

Fill::Fill(const Generator &generator, DrawIndex draw, const DrawParameters &parameters, std::uint64_t n,
           std::uint64_t blocks_ahead)
    : generator_(generator), draw_(draw), parameters_(parameters), n_(n),
      blocks_(n / row(draw).elements_per_block() + (n % row(draw).elements_per_block() != 0 ? 1 : 0)),
      blocks_ahead_(blocks_ahead), kernels_(&kernels())
{
    if (n > most_bytes / row(draw).element_bytes) {
        invalid_value("n", n, "at most " + text(most_bytes / row(draw).element_bytes) + " elements");
    }
    require_blocks(generator, blocks_ahead, blocks_);
}

void Fill::write(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept
{
    auto *out = static_cast<unsigned char *>(target);
    const std::size_t bytes = row(draw_).element_bytes;
    const std::size_t skipped = first % elements_per_block();
    if (skipped != 0) {
        std::array<std::uint32_t, words_per_block> block;
        const std::size_t part = std::min(count, elements_per_block() - skipped);
        write_aligned(block.data(), first - skipped, skipped + part, StoreMode::cached);
        std::memcpy(out, reinterpret_cast<unsigned char *>(block.data()) + skipped * bytes, part * bytes);
        out += part * bytes;
        first += part;
        count -= part;
    }
    if (count != 0) {
        write_aligned(out, first, count, mode);
    }
}

void Fill::write_aligned(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept
{
    const EngineState state = GeneratorAccess::engine_state(generator_, blocks_ahead_ + first / elements_per_block());
    const EngineIndex engine = GeneratorAccess::row(generator_).counted->index;
    const FillRow &fill_row = *kernels_->fill[static_cast<std::size_t>(engine)];
    fill_row.draw[static_cast<std::size_t>(draw_)](state, parameters_, target, count, mode);
}

void Fill::write_all(void *target) const
{
    const std::size_t element_bytes = row(draw_).element_bytes;
    const StoreMode mode = store_mode_of(n_ * element_bytes);
    write_elements(target, 0, n_, element_bytes,
                   [&](void *part, std::uint64_t first, std::size_t count) { write(part, first, count, mode); });
}

void require_blocks(const Generator &generator, std::uint64_t blocks_ahead, std::uint64_t blocks)
{
    const std::uint64_t left = generator.block_count() - generator.tell();
    if (blocks > left || blocks_ahead > left - blocks) {
        throw StreamExhausted(text(blocks_ahead + blocks) + " blocks are needed and " + text(left) +
                              " are left in the stream");
    }
}

void Fill::advance(Generator &generator) const noexcept
{
    GeneratorAccess::advance(generator, blocks_ahead_ + blocks_);
}

} // namespace unitvar::core
