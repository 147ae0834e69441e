// Elements written to where they follow one another: shared by threads, and past the caches where they do not fit them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/kernel_table.hpp"
#include "core/parallel.hpp"

namespace unitvar::core {

// A multiple of every block, and of what a cache holds easily.
inline constexpr std::size_t piece_elements = 4096;

// A thread starts for no less output than this, some 50 microseconds of work.
inline constexpr std::size_t bytes_per_thread = std::size_t{1} << 20U;

// Larger targets go past the caches: `unitvar_bench --benchmark_filter=store` shows where it begins to pay.
[[nodiscard]] constexpr StoreMode store_mode_of(std::uint64_t bytes) noexcept
{
    constexpr std::uint64_t streaming_bytes = std::uint64_t{8} << 20U;
    return bytes >= streaming_bytes ? StoreMode::streaming : StoreMode::cached;
}

// Calls write(target, first, count) for all elements first to first + count - 1, in one part or in one for each thread.
// Parts begin where pieces of the whole do, so that no block is computed twice.
template <class Write>
void write_elements(void *target, std::uint64_t first, std::size_t count, std::size_t element_bytes, const Write &write)
{
    auto *const out = static_cast<unsigned char *>(target);
    if (count * element_bytes < 2 * bytes_per_thread) {
        write(out, first, count);
        return;
    }
    const std::uint64_t first_piece = first / piece_elements;
    const std::uint64_t pieces = (first + count - 1) / piece_elements - first_piece + 1;
    parallel_for(pieces, bytes_per_thread / (piece_elements * element_bytes), [&](std::size_t begin, std::size_t end) {
        const std::uint64_t from = std::max(first, (first_piece + begin) * piece_elements);
        const std::uint64_t to = std::min(first + count, (first_piece + end) * piece_elements);
        write(out + (from - first) * element_bytes, from, static_cast<std::size_t>(to - from));
    });
}

} // namespace unitvar::core
