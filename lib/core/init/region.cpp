// Regions: long runs go straight into contiguous tensors, short ones and strided tensors piece by piece.
#include "core/init/region.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "core/sharing.hpp"
#include "core/write.hpp"

namespace unitvar::core {
namespace {

// Elements first to first + count - 1 of the region.
void write_piece(const ElementSource &source, const Region &region, unsigned char *target, std::uint64_t first,
                 std::size_t count, std::size_t element_bytes) noexcept
{
    const std::uint64_t run = region.run_elements();
    std::uint64_t i = first / run;
    std::uint64_t skipped = first % run;
    while (count != 0) {
        const std::size_t n = std::min<std::uint64_t>(count, run - skipped);
        source.write(target, region.run_begin(i) + skipped, n, StoreMode::cached);
        target += n * element_bytes;
        count -= n;
        ++i;
        skipped = 0;
    }
}

} // namespace

Region::Region(std::uint64_t elements) noexcept : run_elements_(elements) {}

Region::Region(std::span<const std::int64_t> shape, std::span<const std::int64_t> global_shape,
               std::span<const std::int64_t> offset) noexcept
    : run_elements_(1)
{
    std::uint64_t step = 1;
    bool whole = true; // all dimensions so far are complete
    for (std::size_t d = shape.size(); d-- > 0;) {
        const auto length = static_cast<std::uint64_t>(shape[d]);
        begin_ += static_cast<std::uint64_t>(offset[d]) * step;
        if (whole) {
            run_elements_ *= length;
        } else if (length != 1) {
            dimension_[rank_++] = {length, step};
        }
        whole = whole && shape[d] == global_shape[d];
        step *= static_cast<std::uint64_t>(global_shape[d]);
    }
}

std::uint64_t Region::run_begin(std::uint64_t i) const noexcept
{
    std::uint64_t begin = begin_;
    for (std::size_t d = 0; d < rank_; ++d) {
        begin += i % dimension_[d].length * dimension_[d].step;
        i /= dimension_[d].length;
    }
    return begin;
}

void write_region(const ElementSource &source, const Layout &layout, const Region &region) noexcept
{
    const std::size_t element_bytes = layout.element_bytes();
    const std::uint64_t elements = layout.elements();
    const std::uint64_t run = region.run_elements();
    // Runs that several threads share, or all there is. Shorter ones are shared out piece by piece.
    if (layout.contiguous() && (run == elements || run * element_bytes >= 2 * share_bytes)) {
        const StoreMode mode = store_mode_of(elements * element_bytes);
        for (std::uint64_t i = 0; i < elements / run; ++i) {
            write_elements(layout.data() + i * run * element_bytes, region.run_begin(i), run, element_bytes,
                           [&](void *target, std::uint64_t first, std::size_t count) {
                               source.write(target, first, count, mode);
                           });
        }
        return;
    }
    const std::uint64_t pieces = (elements - 1) / piece_elements + 1;
    const std::size_t grain = grain_of(share_bytes, piece_elements * element_bytes);
    parallel_for(pieces, grain, [&](std::size_t begin, std::size_t end) {
        std::array<double, piece_elements> buffer;
        for (std::size_t piece = begin; piece < end; ++piece) {
            const std::uint64_t first = piece * piece_elements;
            const std::size_t count = std::min<std::uint64_t>(piece_elements, elements - first);
            if (layout.contiguous()) {
                write_piece(source, region, layout.data() + first * element_bytes, first, count, element_bytes);
                continue;
            }
            auto *bytes = reinterpret_cast<unsigned char *>(buffer.data());
            write_piece(source, region, bytes, first, count, element_bytes);
            layout.scatter(bytes, first, count);
        }
    });
}

} // namespace unitvar::core
