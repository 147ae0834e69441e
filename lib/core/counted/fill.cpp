// Draws into memory.
#include "core/counted/fill.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/engine.hpp"
#include "core/message.hpp"
#include "core/runtime.hpp"
#include "core/store_mode.hpp"
#include "core/tensor.hpp"
#include "core/write.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {
namespace {

constexpr std::size_t group_words = words_per_block / 2;

// Of pairs, each element of a group of half as many has two results, one in either half of the group: the one wanted is
// what bit 4 of the index of its word says.
template <class Element>
void choose_of_pairs(const unsigned char *results, const std::uint64_t *index, std::size_t words_per_element,
                     unsigned char *target, std::size_t count) noexcept
{
    const std::size_t half = group_words / 2 / words_per_element;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t group = i & ~(half - 1);
        const std::size_t upper = (index[i * words_per_element] & (group_words / 2)) != 0 ? half : 0;
        std::memcpy(target + i * sizeof(Element), results + (group + i + upper) * sizeof(Element), sizeof(Element));
    }
}

} // namespace

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
    const auto index = static_cast<std::size_t>(draw_);
    if (row(draw_).shared) {
        fill_row.shared(state, draw_, kernels_->transform->draw[index], parameters_, target, count);
    } else {
        fill_row.draw[index](state, parameters_, target, count, mode);
    }
}

void Fill::write_runs(void *target, const Region &region, std::uint64_t first, std::size_t count,
                      std::size_t element_bytes) const noexcept
{
    // Measured: longer runs repay a block each, a single one any.
    constexpr std::size_t most_words = 16;
    const std::uint64_t run = region.run_elements();
    if (run <= most_words / row(draw_).words_per_element && count > run) {
        gather(target, region, first, count);
    } else {
        ElementSource::write_runs(target, region, first, count, element_bytes);
    }
}

// From the words of the elements alone, which do not follow one another.
void Fill::gather(void *target, const Region &region, std::uint64_t first, std::size_t count) const noexcept
{
    // What arrays on the stack hold easily, of the draw with most words for an element.
    constexpr std::size_t part = 256;
    std::array<std::uint64_t, part> elements;
    std::array<std::uint64_t, 2 * part> indices;
    std::array<std::uint32_t, 4 * part> words;
    std::array<double, 2 * part> results;

    const DrawRow &draw = row(draw_);
    const EngineState state = GeneratorAccess::engine_state(generator_, blocks_ahead_);
    const EngineIndex engine = GeneratorAccess::row(generator_).counted->index;
    const FillRow &fill_row = *kernels_->fill[static_cast<std::size_t>(engine)];
    const TransformKernel transform = kernels_->transform->draw[static_cast<std::size_t>(draw_)];
    const std::size_t each = draw.words_per_element;
    const std::size_t group_elements = group_words / each / (draw.paired ? 2 : 1);
    auto *out = static_cast<unsigned char *>(target);
    const auto *from = reinterpret_cast<const unsigned char *>(results.data());
    while (count != 0) {
        const std::size_t n = std::min(count, part);
        const std::size_t groups = (n - 1) / group_elements + 1;
        region.indices(first, std::span(elements).first(n));
        std::fill(elements.begin() + n, elements.begin() + groups * group_elements, elements[n - 1]);
        std::uint64_t *index = elements.data();
        if (each == 2) {
            index = indices.data();
            for (std::size_t i = 0; i < groups * group_elements; ++i) {
                index[2 * i] = 2 * elements[i];
                index[2 * i + 1] = 2 * elements[i] + 1;
            }
        }
        (draw.paired ? fill_row.gather_pairs : fill_row.gather)(state, index, words.data(), groups);
        transform(words.data(), parameters_, results.data(), groups);
        if (!draw.paired) {
            std::memcpy(out, from, n * draw.element_bytes);
        } else if (draw.element_bytes == 2) {
            choose_of_pairs<std::uint16_t>(from, index, each, out, n);
        } else if (draw.element_bytes == 4) {
            choose_of_pairs<std::uint32_t>(from, index, each, out, n);
        } else {
            choose_of_pairs<std::uint64_t>(from, index, each, out, n);
        }
        out += n * draw.element_bytes;
        first += n;
        count -= n;
    }
}

void Fill::write_from(void *target, std::uint64_t first) const
{
    const std::size_t element_bytes = row(draw_).element_bytes;
    const StoreMode mode = store_mode_of((n_ - first) * element_bytes);
    write_elements(target, first, n_ - first, element_bytes,
                   [&](void *part, std::uint64_t begin, std::size_t count) { write(part, begin, count, mode); });
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
