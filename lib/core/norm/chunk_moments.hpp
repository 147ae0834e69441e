// Chunks: how statistics over any number of elements are cut into pieces of at most moments_chunk elements, and the
// rule that puts the pieces together, in order.
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/kernel_table.hpp"
#include "core/norm/kernels.hpp"

namespace unitvar::core {

// Appends the elements of other. Chan, Golub and LeVeque's rule (1979).
void append(ChunkMoments &into, const ChunkMoments &other) noexcept;
void append(ChunkSquares &into, const ChunkSquares &other) noexcept;

// Of the data without their prescale: the mean, and m2 / divisor, which may be infinite where that is not.
[[nodiscard]] double mean_of(const ChunkMoments &m) noexcept;
[[nodiscard]] double variance_of(const ChunkMoments &m, double divisor) noexcept;

// (x - mean) scale + bias of the data without their prescale.
[[nodiscard]] Affine affine_of(const ChunkMoments &m, double scale, double bias) noexcept;

// 1 / sqrt(v + eps), v being square / prescale^2: of data without their prescale.
[[nodiscard]] double reciprocal_root(double square, double eps, double prescale) noexcept;

// A part of a set of runs: the offset of its first element, and its runs.
struct Chunk {
    std::size_t offset;
    Runs runs;
};

// Runs in chunks: pieces of a long run, or as many whole runs as fit. No run is empty and there is at least one.
class Chunks {
public:
    explicit Chunks(const Runs &runs) noexcept
        : runs_(runs), pieces_((runs.length + moments_chunk - 1) / moments_chunk),
          together_(pieces_ > 1 ? 1 : moments_chunk / runs.length)
    {
    }
    [[nodiscard]] std::size_t count() const noexcept
    {
        return pieces_ > 1 ? pieces_ * runs_.count : (runs_.count + together_ - 1) / together_;
    }
    [[nodiscard]] Chunk operator[](std::size_t i) const noexcept
    {
        if (pieces_ > 1) {
            const std::size_t first = i % pieces_ * moments_chunk;
            return {i / pieces_ * runs_.stride + first, {std::min(moments_chunk, runs_.length - first), 1, 0}};
        }
        const std::size_t first = i * together_;
        return {first * runs_.stride, {runs_.length, std::min(together_, runs_.count - first), runs_.stride}};
    }

private:
    Runs runs_;
    std::size_t pieces_;   // of one run
    std::size_t together_; // runs in one chunk
};

} // namespace unitvar::core
