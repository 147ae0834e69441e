// Moments of every set of a reduction. Sets are recognised as runs (the innermost dimension is reduced) or as columns
// (it is kept), and every other one is gathered into chunks first.
#pragma once

#include <cstddef>
#include <optional>

#include "core/norm/reduction.hpp"
#include "core/norm/statistics.hpp"

namespace unitvar::core {

class ReductionMoments {
public:
    // x: the first element of the reduction, which has elements both kept and reduced.
    ReductionMoments(Scratch &scratch, const MomentKernels &kernels, const Reduction &reduction, const unsigned char *x,
                     std::size_t element_bytes);

    // done(position, moments) for every set, from any thread.
    template <class Done> void run(const Done &done) const noexcept
    {
        const auto position = [this](std::size_t i) { return reduction_.kept.at(i); };
        const auto offset = [&](std::size_t i) { return static_cast<std::size_t>(position(i).x); };
        if (runs_) {
            runs_->run(x_, offset, [&](std::size_t u, const ChunkMoments &moments) { done(position(u), moments); });
            return;
        }
        // Sets side by side, a tile of which begins here.
        const auto done_tile = [&](const Tiles::Tile &tile, const ChunkMoments *moments) {
            Position at = position(tile.group * columns_ + tile.column);
            for (std::size_t i = 0; i < tile.count; ++i) {
                done(at, moments[i]);
                at.mean += column_step_.mean;
                at.var += column_step_.var;
            }
        };
        if (column_moments_) {
            column_moments_->run(
                x_, [&](std::size_t group) { return offset(group * columns_); }, done_tile);
            return;
        }
        gathered_->run(
            [&](std::size_t slot, const Tiles::Tile &tile, std::size_t i, ChunkMoments *target) {
                gather(slot, x_ + offset(tile.group * columns_ + tile.column) * element_bytes_, tile.count, i, target);
            },
            done_tile);
    }

private:
    static constexpr std::size_t gathered_columns = 8; // sets side by side that are gathered together

    // The moments of chunk `chunk` of `sets` neighbouring sets, the first of which begins at source.
    void gather(std::size_t slot, const unsigned char *source, std::size_t sets, std::size_t chunk,
                ChunkMoments *target) const noexcept;
    // Elements between the buffers of two sets: no multiple of what a cache way spans, on which all would fall.
    [[nodiscard]] std::size_t set_stride() const noexcept
    {
        return std::min(moments_chunk, reduction_.reduced.elements()) + 16;
    }
    void copy_runs(const unsigned char *source, std::size_t sets, std::size_t first, std::size_t n,
                   unsigned char *target) const noexcept;
    template <class Word>
    void copy_columns(const unsigned char *source, std::size_t sets, std::size_t first, std::size_t n,
                      unsigned char *target) const noexcept;

    const Scratch &scratch_;
    const MomentKernels &kernels_;
    const Reduction &reduction_;
    const unsigned char *x_;
    std::size_t element_bytes_;
    std::size_t columns_ = 1; // sets side by side
    Position column_step_;
    ReductionDimensions outer_reduced_; // of what is gathered
    std::optional<RunMoments> runs_;
    std::optional<ColumnMoments> column_moments_;
    std::optional<ChunkedSums<ChunkMoments, gathered_columns>> gathered_;
    Scratch::Buffer<unsigned char> buffers_; // of each slot
};

} // namespace unitvar::core
