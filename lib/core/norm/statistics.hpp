// Moments and other sums over many sets of elements at once, each set in chunks that are merged in order. Threads share tiles of sets
// where there are enough, so that one can go on with a tile while it is in its cache, and else all chunks. Neither the
// tiles nor the threads change a bit.
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/kernel_table.hpp"
#include "core/norm/chunk_moments.hpp"
#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "core/sharing.hpp"
#include "unitvar/runtime.hpp"

namespace unitvar::core {

// Whether count tasks keep all threads busy.
[[nodiscard]] inline bool enough_for_threads(std::size_t count) noexcept
{
    const auto threads = static_cast<std::size_t>(num_threads());
    return threads == 1 || count >= 8 * threads;
}

// `groups` of `columns` sets side by side, of which a task takes up to `width`.
struct Tiles {
    std::size_t groups;
    std::size_t columns;
    std::size_t width;

    struct Tile {
        std::size_t group;
        std::size_t column; // the first of `count`
        std::size_t count;
    };
    [[nodiscard]] std::size_t strips() const noexcept { return (columns + width - 1) / width; }
    [[nodiscard]] std::size_t count() const noexcept { return groups * strips(); }
    [[nodiscard]] Tile operator[](std::size_t i) const noexcept
    {
        const std::size_t column = i % strips() * width;
        return {i / strips(), column, std::min(width, columns - column)};
    }
};

// Sums over many sets, each in chunks: a Part is the sum over one, and append(Part &, const Part &) adds the next.
template <class Part, std::size_t most_width> class ChunkedSums {
public:
    // elements: of one chunk of one set.
    ChunkedSums(Scratch &scratch, const Tiles &tiles, std::size_t chunks, std::size_t elements)
        : tiles_(tiles), chunks_(chunks), elements_(elements), whole_(chunks == 1 || enough_for_threads(tiles.count())),
          slots_(slots_for(items(), grain())), scratch_(scratch),
          parts_(scratch.add<Part>(whole_ ? slots_ * room() : tiles.groups * tiles.columns * chunks))
    {
    }

    // Whether a thread does all chunks of a tile, one after the other.
    [[nodiscard]] bool whole() const noexcept { return whole_; }

    // For buffers: no two threads are in one slot at a time.
    [[nodiscard]] std::size_t slots() const noexcept { return slots_; }

    // chunk(slot, tile, i, target) puts the sums of chunk i over the tile's sets into target[0 ...]; done(tile, sums)
    // takes the results. Both are called from any thread.
    template <class ChunkWork, class Done> void run(const ChunkWork &chunk, const Done &done) const noexcept
    {
        if (whole_) {
            run_tiles(chunk, done);
        } else {
            run_chunks(chunk, done);
        }
    }

private:
    // What threads share.
    [[nodiscard]] std::size_t items() const noexcept { return tiles_.count() * (whole_ ? 1 : chunks_); }
    [[nodiscard]] std::size_t grain() const noexcept
    {
        return grain_of((whole_ ? chunks_ : 1) * elements_ * std::min(tiles_.width, tiles_.columns));
    }

    // The sums of a tile, and of the next chunk of it, are on the stack where that is little, else here.
    static constexpr bool on_stack = most_width <= 16;
    [[nodiscard]] std::size_t width() const noexcept { return std::min(tiles_.width, tiles_.columns); }
    [[nodiscard]] std::size_t room() const noexcept { return on_stack ? 0 : width() * (chunks_ == 1 ? 1 : 2); }

    template <class ChunkWork, class Done> void run_tiles(const ChunkWork &chunk, const Done &done) const noexcept
    {
        parallel_slots(slots_, items(), [&](std::size_t slot, std::size_t begin, std::size_t end) {
            Part small[on_stack ? 2 * most_width : 1];
            Part *const result = on_stack ? small : scratch_.data(parts_) + slot * room();
            Part *const part = result + (on_stack ? most_width : width());
            for (std::size_t t = begin; t < end; ++t) {
                const Tiles::Tile tile = tiles_[t];
                chunk(slot, tile, 0, result);
                for (std::size_t i = 1; i < chunks_; ++i) {
                    chunk(slot, tile, i, part);
                    for (std::size_t s = 0; s < tile.count; ++s) {
                        append(result[s], part[s]);
                    }
                }
                done(tile, static_cast<const Part *>(result));
            }
        });
    }

    template <class ChunkWork, class Done> void run_chunks(const ChunkWork &chunk, const Done &done) const noexcept
    {
        Part *const parts = scratch_.data(parts_);
        // Chunk i of all sets, then chunk i + 1.
        const std::size_t sets = tiles_.groups * tiles_.columns;
        const std::size_t count = tiles_.count();
        const auto part = [&](const Tiles::Tile &tile, std::size_t i) {
            return parts + i * sets + tile.group * tiles_.columns + tile.column;
        };
        parallel_slots(slots_, items(), [&](std::size_t slot, std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                const Tiles::Tile tile = tiles_[i % count];
                chunk(slot, tile, i / count, part(tile, i / count));
            }
        });
        for (std::size_t t = 0; t < count; ++t) {
            const Tiles::Tile tile = tiles_[t];
            Part *const result = part(tile, 0);
            for (std::size_t i = 1; i < chunks_; ++i) {
                for (std::size_t s = 0; s < tile.count; ++s) {
                    append(result[s], part(tile, i)[s]);
                }
            }
            done(tile, static_cast<const Part *>(result));
        }
    }

    Tiles tiles_;
    std::size_t chunks_;
    std::size_t elements_;
    bool whole_;
    std::size_t slots_;
    const Scratch &scratch_;
    Scratch::Buffer<Part> parts_;
};

// Of `count` sets of runs.
class RunMoments {
public:
    RunMoments(Scratch &scratch, const MomentKernels &kernels, std::size_t count, const Runs &runs,
               std::size_t element_bytes)
        : kernels_(kernels), chunks_(runs), element_bytes_(element_bytes),
          moments_(scratch, {count, 1, 1}, chunks_.count(), std::min(moments_chunk, runs.length * runs.count))
    {
    }
    [[nodiscard]] bool whole() const noexcept { return moments_.whole(); }

    // Set u begins at x + offset(u) elements; done(u, moments).
    template <class Offset, class Done>
    void run(const unsigned char *x, const Offset &offset, const Done &done) const noexcept
    {
        moments_.run(
            [&](std::size_t, const Tiles::Tile &tile, std::size_t i, ChunkMoments *target) {
                const Chunk chunk = chunks_[i];
                *target = kernels_.moments(x + (offset(tile.group) + chunk.offset) * element_bytes_, chunk.runs);
            },
            [&](const Tiles::Tile &tile, const ChunkMoments *moments) { done(tile.group, *moments); });
    }

private:
    const MomentKernels &kernels_;
    Chunks chunks_;
    std::size_t element_bytes_;
    ChunkedSums<ChunkMoments, 1> moments_;
};

// A matrix: elements between the starts of its rows.
struct Matrix {
    std::size_t rows;
    std::size_t columns;
    std::size_t row_stride;
};

// Of the columns of `count` matrices of one shape.
class ColumnMoments {
public:
    static constexpr std::size_t most_columns = 512; // of one tile

    ColumnMoments(Scratch &scratch, const MomentKernels &kernels, std::size_t count, const Matrix &matrix,
                  std::size_t element_bytes)
        : kernels_(kernels), matrix_(matrix), element_bytes_(element_bytes),
          moments_(scratch, tiles_of(count, matrix), chunks_of(matrix), std::min(moments_chunk, matrix.rows))
    {
    }

    // Matrix m begins at x + offset(m) elements; done(tile, moments) takes those of the tile's columns of matrix
    // tile.group.
    template <class Offset, class Done>
    void run(const unsigned char *x, const Offset &offset, const Done &done) const noexcept
    {
        moments_.run(
            [&](std::size_t, const Tiles::Tile &tile, std::size_t i, ChunkMoments *target) {
                const std::size_t row = i * moments_chunk;
                kernels_.column_moments(
                    x + (offset(tile.group) + row * matrix_.row_stride + tile.column) * element_bytes_,
                    std::min(moments_chunk, matrix_.rows - row), matrix_.row_stride, tile.count, target);
            },
            done);
    }

private:
    [[nodiscard]] static std::size_t chunks_of(const Matrix &matrix) noexcept
    {
        return (matrix.rows + moments_chunk - 1) / moments_chunk;
    }
    // A few kilobytes of a row, fewer where threads would have nothing to do.
    [[nodiscard]] static Tiles tiles_of(std::size_t count, const Matrix &matrix) noexcept
    {
        constexpr std::size_t fewest_columns = 64;
        Tiles tiles{count, matrix.columns, most_columns};
        while (tiles.width > fewest_columns && !enough_for_threads(chunks_of(matrix) * tiles.count())) {
            tiles.width /= 2;
        }
        return tiles;
    }

    const MomentKernels &kernels_;
    Matrix matrix_;
    std::size_t element_bytes_;
    ChunkedSums<ChunkMoments, most_columns> moments_;
};

} // namespace unitvar::core
