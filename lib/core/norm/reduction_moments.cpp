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
    if (by_runs) {
        outer_reduced_ = reduced.outer();
    }
    const std::size_t width = std::min(columns_, gathered_columns);
    const std::size_t elements = reduced.elements();
    gathered_.emplace(scratch, Tiles{sets / columns_, columns_, width}, chunks_of(elements),
                      std::min(moments_chunk, elements));
    buffers_ =
        scratch.add<unsigned char>(gathered_->slots() * width * std::min(moments_chunk, elements) * element_bytes);
}

void ReductionMoments::gather(std::size_t slot, const unsigned char *source, std::size_t sets, std::size_t chunk,
                              ChunkMoments *target) const noexcept
{
    unsigned char *const buffer = scratch_.data(buffers_) + buffers_.size() / gathered_->slots() * slot;
    const std::size_t first = chunk * moments_chunk;
    const std::size_t n = std::min(moments_chunk, reduction_.reduced.elements() - first);
    if (reduction_.reduced.inner().step.x == 1) {
        copy_runs(source, first, n, buffer);
    } else if (element_bytes_ == sizeof(std::uint32_t)) {
        copy_columns<std::uint32_t>(source, sets, first, n, buffer);
    } else {
        copy_columns<std::uint64_t>(source, sets, first, n, buffer);
    }
    for (std::size_t s = 0; s < sets; ++s) {
        target[s] = kernels_.moments(buffer + s * n * element_bytes_, {n, 1, 0});
    }
}

// Elements first to first + n - 1 of one set.
void ReductionMoments::copy_runs(const unsigned char *source, std::size_t first, std::size_t n,
                                 unsigned char *target) const noexcept
{
    const auto length = static_cast<std::size_t>(reduction_.reduced.inner().length);
    ReductionWalk walk(outer_reduced_, first / length);
    for (std::size_t skipped = first % length; n != 0; skipped = 0, walk.next()) {
        const std::size_t run = std::min(n, length - skipped);
        const std::int64_t offset = walk.offset() + static_cast<std::int64_t>(skipped);
        std::memcpy(target, source + offset * static_cast<std::int64_t>(element_bytes_), run * element_bytes_);
        target += run * element_bytes_;
        n -= run;
    }
}

// Of `sets` neighbouring sets, n elements of the first, then n of the second, ...
template <class Word>
void ReductionMoments::copy_columns(const unsigned char *source, std::size_t sets, std::size_t first, std::size_t n,
                                    unsigned char *target) const noexcept
{
    ReductionWalk walk(reduction_.reduced, first);
    for (std::size_t i = 0; i < n; ++i, walk.next()) {
        const unsigned char *const from = source + walk.offset() * static_cast<std::int64_t>(sizeof(Word));
        for (std::size_t s = 0; s < sets; ++s) {
            std::memcpy(target + (s * n + i) * sizeof(Word), from + s * sizeof(Word), sizeof(Word));
        }
    }
}

} // namespace unitvar::core
