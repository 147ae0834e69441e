// Regions: long runs go straight into contiguous tensors, short ones and strided tensors piece by piece.
#include "core/init/region.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "core/sharing.hpp"
#include "core/store_mode.hpp"
#include "core/write.hpp"

namespace unitvar::core {
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

void Region::indices(std::uint64_t first, std::span<std::uint64_t> target) const noexcept
{
    std::uint64_t row = first / run_elements_;
    std::uint64_t begin = run_begin(row);
    // The digits of the row, counted up run by run; columns count up in a register.
    std::array<std::uint64_t, most_dimensions> digit;
    for (std::size_t d = 0; d < rank_; ++d) {
        digit[d] = row % dimension_[d].length;
        row /= dimension_[d].length;
    }
    const bool columns = run_elements_ == 1 && rank_ != 0;
    const Dimension inner = columns ? dimension_[0] : Dimension{run_elements_, 1};
    std::uint64_t skipped = columns ? digit[0] : first % run_elements_;
    begin -= columns ? digit[0] * inner.step : 0;
    for (std::size_t i = 0;;) {
        const std::size_t n = std::min<std::uint64_t>(target.size() - i, inner.length - skipped);
        std::uint64_t index = begin + skipped * inner.step;
        for (const std::size_t end = i + n; i < end; ++i, index += inner.step) {
            target[i] = index;
        }
        if (i == target.size()) {
            return;
        }
        skipped = 0;
        for (std::size_t d = columns ? 1 : 0; d < rank_; ++d) {
            begin += dimension_[d].step;
            if (++digit[d] < dimension_[d].length) {
                break;
            }
            begin -= dimension_[d].length * dimension_[d].step;
            digit[d] = 0;
        }
    }
}

void ElementSource::write_runs(void *target, const Region &region, std::uint64_t first, std::size_t count,
                               std::size_t element_bytes) const noexcept
{
    auto *out = static_cast<unsigned char *>(target);
    region.each_run(first, count, [&](std::uint64_t begin, std::size_t n) {
        write(out, begin, n, StoreMode::cached);
        out += n * element_bytes;
    });
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
        std::array<double, piece_elements / 2> buffer; // of a stack that may have 64 KiB
        const std::size_t at_once = layout.contiguous() ? piece_elements : buffer.size();
        const std::uint64_t last = std::min<std::uint64_t>(end * piece_elements, elements);
        for (std::uint64_t first = begin * piece_elements; first < last; first += at_once) {
            const std::size_t count = std::min<std::uint64_t>(at_once, last - first);
            if (layout.contiguous()) {
                source.write_runs(layout.data() + first * element_bytes, region, first, count, element_bytes);
                continue;
            }
            source.write_runs(buffer.data(), region, first, count, element_bytes);
            layout.scatter(buffer.data(), first, count);
        }
    });
}

} // namespace unitvar::core
