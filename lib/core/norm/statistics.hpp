// Moments of many sets of elements at once, in parallel, each with the bits that it would have alone.
#pragma once

#include <cstddef>
#include <vector>

#include "core/kernel_table.hpp"
#include "core/norm/chunk_moments.hpp"
#include "core/parallel.hpp"
#include "core/sharing.hpp"
#include "unitvar/runtime.hpp"

namespace unitvar::core {

[[nodiscard]] ChunkMoments runs_moments(const MomentKernels &kernels, const unsigned char *x, const Runs &runs,
                                        std::size_t element_bytes) noexcept;

// Whether count sets are enough for all threads, so that one thread can do all of a set while it is in its cache.
[[nodiscard]] inline bool enough_for_threads(std::size_t count) noexcept
{
    return count >= 8 * static_cast<std::size_t>(num_threads());
}

// result[u]: of the runs at x + offset(u) elements.
template <class Offset>
void all_moments(const MomentKernels &kernels, const unsigned char *x, std::size_t count, const Runs &runs,
                 std::size_t element_bytes, const Offset &offset, ChunkMoments *result)
{
    const Chunks chunks(runs);
    const std::size_t pieces = chunks.count();
    if (pieces == 1 || enough_for_threads(count)) {
        parallel_for(count, grain_of(runs.length * runs.count), [&](std::size_t begin, std::size_t end) {
            for (std::size_t u = begin; u < end; ++u) {
                result[u] = runs_moments(kernels, x + offset(u) * element_bytes, runs, element_bytes);
            }
        });
        return;
    }
    std::vector<ChunkMoments> parts(count * pieces);
    parallel_for(parts.size(), grain_of(moments_chunk), [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const Chunk chunk = chunks[i % pieces];
            parts[i] = kernels.moments(x + (offset(i / pieces) + chunk.offset) * element_bytes, chunk.runs);
        }
    });
    for (std::size_t u = 0; u < count; ++u) {
        result[u] = parts[u * pieces];
        for (std::size_t i = 1; i < pieces; ++i) {
            append(result[u], parts[u * pieces + i]);
        }
    }
}

// Of every column of a matrix.
void column_moments(const MomentKernels &kernels, const unsigned char *x, std::size_t rows, std::size_t row_stride,
                    std::size_t columns, std::size_t element_bytes, ChunkMoments *result);

} // namespace unitvar::core
