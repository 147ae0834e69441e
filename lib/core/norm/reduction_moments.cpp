// Moments of every set of a reduction.
#include "core/norm/reduction_moments.hpp"

#include <algorithm>
#include <cstring>

namespace unitvar::core {
namespace {

constexpr std::size_t fewest_columns = 8; // fewer are gathered

std::size_t chunks_of(std::size_t elements) noexcept
{
    return (elements + moments_chunk - 1) / moments_chunk;
}

} // namespace

ReductionMoments::ReductionMoments(Scratch &scratch, const MomentKernels &kernels, const Reduction &reduction,
                                   const unsigned char *x, std::size_t element_bytes)
    : scratch_(scratch), kernels_(kernels), reduction_(reduction), x_(x), element_bytes_(element_bytes)
{
    const ReductionDimensions &kept = reduction.kept;
    const ReductionDimensions &reduced = reduction.reduced;
    const std::size_t sets = kept.elements();
    // Sets of one element each are runs as well.
    if (reduced.count() == 0) {
        runs_.emplace(scratch, kernels, sets, Runs{1, 1, 0}, element_bytes);
        return;
    }
    const bool by_runs = reduced.inner().step.x == 1;
    if (by_runs && (reduced.count() == 1 || (reduced.count() == 2 && reduced[0].step.x > 0))) {
        const bool several = reduced.count() == 2;
        const Runs runs{static_cast<std::size_t>(reduced.inner().length),
                        several ? static_cast<std::size_t>(reduced[0].length) : 1,
                        several ? static_cast<std::size_t>(reduced[0].step.x) : 0};
        runs_.emplace(scratch, kernels, sets, runs, element_bytes);
        return;
    }
    if (kept.count() != 0 && kept.inner().step.x == 1 && !by_runs) {
        columns_ = static_cast<std::size_t>(kept.inner().length);
        column_step_ = kept.inner().step;
        if (columns_ >= fewest_columns && reduced.count() == 1 && reduced[0].step.x > 0) {
            column_moments_.emplace(scratch, kernels, sets / columns_,
                                    Matrix{static_cast<std::size_t>(reduced[0].length), columns_,
                                           static_cast<std::size_t>(reduced[0].step.x)},
                                    element_bytes);
            return;
        }
    }
    // Sets whose runs lie side by side are gathered together, so that memory is read in order.
    if (by_runs && kept.count() != 0) {
        columns_ = static_cast<std::size_t>(kept.inner().length);
        column_step_ = kept.inner().step;
    }
    outer_reduced_ = reduced.outer();
    const std::size_t width = std::min(columns_, gathered_columns);
    const std::size_t elements = reduced.elements();
    gathered_.emplace(scratch, Tiles{sets / columns_, columns_, width}, chunks_of(elements),
                      std::min(moments_chunk, elements));
    buffers_ = scratch.add<unsigned char>(gathered_->slots() * width * set_stride() * element_bytes);
}

void ReductionMoments::gather(std::size_t slot, const unsigned char *source, std::size_t sets, std::size_t chunk,
                              ChunkMoments *target) const noexcept
{
    unsigned char *const buffer = scratch_.data(buffers_) + buffers_.size() / gathered_->slots() * slot;
    const std::size_t first = chunk * moments_chunk;
    const std::size_t n = std::min(moments_chunk, reduction_.reduced.elements() - first);
    if (reduction_.reduced.inner().step.x == 1) {
        copy_runs(source, sets, first, n, buffer);
    } else if (element_bytes_ == sizeof(std::uint16_t)) {
        copy_columns<std::uint16_t>(source, sets, first, n, buffer);
    } else if (element_bytes_ == sizeof(std::uint32_t)) {
        copy_columns<std::uint32_t>(source, sets, first, n, buffer);
    } else {
        copy_columns<std::uint64_t>(source, sets, first, n, buffer);
    }
    for (std::size_t s = 0; s < sets; ++s) {
        target[s] = kernels_.moments(buffer + s * set_stride() * element_bytes_, {n, 1, 0});
    }
}

// Elements first to first + n - 1 of `sets` neighbouring sets, each to a buffer of its own, by runs. Those are too short
// for the processor to see where the next ones are.
void ReductionMoments::copy_runs(const unsigned char *source, std::size_t sets, std::size_t first, std::size_t n,
                                 unsigned char *target) const noexcept
{
    constexpr std::size_t runs_ahead = 6;
    constexpr std::size_t bytes_ahead = 512; // of each
    constexpr std::size_t line = 64;
    const auto bytes = static_cast<std::int64_t>(element_bytes_);
    const auto length = static_cast<std::size_t>(reduction_.reduced.inner().length);
    const std::int64_t between_sets = column_step_.x * bytes;
    const std::size_t bytes_of_set = set_stride() * element_bytes_;
    ReductionWalk walk(outer_reduced_, first / length);
    ReductionWalk ahead(outer_reduced_, first / length + (runs_ahead + sets - 1) / sets);
    for (std::size_t skipped = first % length; n != 0; skipped = 0, walk.next(), ahead.next()) {
        const std::size_t run = std::min(n, length - skipped);
        const unsigned char *from = source + (walk.offset() + static_cast<std::int64_t>(skipped)) * bytes;
        const unsigned char *next = source + ahead.offset() * bytes;
        for (std::size_t s = 0; s < sets; ++s, from += between_sets, next += between_sets) {
            for (std::size_t i = 0; i < std::min(length * element_bytes_, bytes_ahead); i += line) {
                __builtin_prefetch(next + i);
            }
            std::memcpy(target + s * bytes_of_set, from, run * element_bytes_);
        }
        target += run * element_bytes_;
        n -= run;
    }
}

// Elements first to first + n - 1 of `sets` neighbouring sets, each to a buffer of its own.
template <class Word>
void ReductionMoments::copy_columns(const unsigned char *source, std::size_t sets, std::size_t first, std::size_t n,
                                    unsigned char *target) const noexcept
{
    constexpr std::size_t side = gathered_columns;
    const auto bytes = static_cast<std::int64_t>(sizeof(Word));
    const auto length = static_cast<std::size_t>(reduction_.reduced.inner().length);
    const std::int64_t step = reduction_.reduced.inner().step.x * bytes;
    ReductionWalk walk(outer_reduced_, first / length);
    const auto to = [&](std::size_t set, std::size_t i) { return target + (set * set_stride() + i) * sizeof(Word); };
    std::size_t i = 0;
    for (std::size_t skipped = first % length; i != n; skipped = 0, walk.next()) {
        const std::size_t last = i + std::min(n - i, length - skipped);
        const unsigned char *from = source + walk.offset() * bytes + static_cast<std::int64_t>(skipped) * step;
        for (; sets == side && i + side <= last; i += side) {
            Word block[side][side];
            for (std::size_t r = 0; r < side; ++r, from += step) {
                std::memcpy(block[r], from, sizeof(block[r]));
            }
            for (std::size_t s = 0; s < side; ++s) {
                Word column[side];
                for (std::size_t r = 0; r < side; ++r) {
                    column[r] = block[r][s];
                }
                std::memcpy(to(s, i), column, sizeof(column));
            }
        }
        for (; i != last; ++i, from += step) {
            for (std::size_t s = 0; s < sets; ++s) {
                std::memcpy(to(s, i), from + s * sizeof(Word), sizeof(Word));
            }
        }
    }
}

} // namespace unitvar::core
