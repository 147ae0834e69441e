// Moments of runs and of columns.
#include "core/norm/statistics.hpp"

namespace unitvar::core {
namespace {

constexpr std::size_t columns_at_once = 512; // of one task: a few kilobytes of a row
constexpr std::size_t fewest_columns = 64;

} // namespace

ChunkMoments runs_moments(const MomentKernels &kernels, const unsigned char *x, const Runs &runs,
                          std::size_t element_bytes) noexcept
{
    const Chunks chunks(runs);
    ChunkMoments result = kernels.moments(x, chunks[0].runs);
    for (std::size_t i = 1; i < chunks.count(); ++i) {
        const Chunk chunk = chunks[i];
        append(result, kernels.moments(x + chunk.offset * element_bytes, chunk.runs));
    }
    return result;
}

void column_moments(const MomentKernels &kernels, const unsigned char *x, std::size_t rows, std::size_t row_stride,
                    std::size_t columns, std::size_t element_bytes, ChunkMoments *result)
{
    const std::size_t pieces = (rows + moments_chunk - 1) / moments_chunk;
    // Columns do not depend on one another: how they are shared out changes no bit.
    std::size_t width = columns_at_once;
    while (width > fewest_columns && !enough_for_threads(pieces * (columns / width))) {
        width /= 2;
    }
    const std::size_t strips = (columns + width - 1) / width;
    std::vector<ChunkMoments> parts(pieces > 1 ? pieces * columns : 0);
    ChunkMoments *const target = pieces > 1 ? parts.data() : result;
    parallel_for(pieces * strips, grain_of(std::min(rows, moments_chunk) * std::min(width, columns)),
                 [&](std::size_t begin, std::size_t end) {
                     for (std::size_t i = begin; i < end; ++i) {
                         const std::size_t row = i / strips * moments_chunk;
                         const std::size_t column = i % strips * width;
                         kernels.column_moments(
                             x + (row * row_stride + column) * element_bytes, std::min(moments_chunk, rows - row),
                             row_stride, std::min(width, columns - column), target + i / strips * columns + column);
                     }
                 });
    if (pieces == 1) {
        return;
    }
    for (std::size_t c = 0; c < columns; ++c) {
        result[c] = parts[c];
        for (std::size_t p = 1; p < pieces; ++p) {
            append(result[c], parts[p * columns + c]);
        }
    }
}

} // namespace unitvar::core
