// Elements written to where they follow one another: shared by threads, and past the caches where they do not fit them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/kernel_table.hpp"
#include "core/parallel.hpp"
#include "core/sharing.hpp"

namespace unitvar::core {

// A multiple of every block, and of what a cache holds easily.
inline constexpr std::size_t piece_elements = 4096;

// Calls write(target, first, count) for all elements first to first + count - 1, in one part or in one for each thread.
// Parts begin where pieces of the whole do, so that no block is computed twice.
template <class Write>
void write_elements(void *target, std::uint64_t first, std::size_t count, std::size_t element_bytes, const Write &write)
{
    auto *const out = static_cast<unsigned char *>(target);
    if (count * element_bytes < 2 * share_bytes) {
        write(out, first, count);
        return;
    }
    const std::uint64_t first_piece = first / piece_elements;
    const std::uint64_t pieces = (first + count - 1) / piece_elements - first_piece + 1;
    parallel_for(pieces, share_bytes / (piece_elements * element_bytes), [&](std::size_t begin, std::size_t end) {
        const std::uint64_t from = std::max(first, (first_piece + begin) * piece_elements);
        const std::uint64_t to = std::min(first + count, (first_piece + end) * piece_elements);
        write(out + (from - first) * element_bytes, from, static_cast<std::size_t>(to - from));
    });
}

} // namespace unitvar::core
