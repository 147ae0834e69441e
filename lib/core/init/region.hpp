// The part of a tensor that is written: all of it, or a rectangular slice of a larger one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/kernel_table.hpp"
#include "core/layout.hpp"

namespace unitvar::core {

// Runs of consecutive elements of the whole tensor, in the order of the local tensor's elements.
class Region {
public:
    // All of a tensor.
    explicit Region(std::uint64_t elements) noexcept;
    // A slice; the whole has fewer than 2^63 elements and the slice at least one.
    Region(std::span<const std::int64_t> shape, std::span<const std::int64_t> global_shape,
           std::span<const std::int64_t> offset) noexcept;

    [[nodiscard]] std::uint64_t run_elements() const noexcept { return run_elements_; }
    // Where run i begins in the whole tensor.
    [[nodiscard]] std::uint64_t run_begin(std::uint64_t i) const noexcept;
    // Where elements first, first + 1, ... of the region lie in the whole tensor; at least one of them.
    void indices(std::uint64_t first, std::span<std::uint64_t> target) const noexcept;
    // Calls visit(begin, n) for the runs, or parts of them, that elements first to first + count - 1 of the region are.
    template <class Visit> void each_run(std::uint64_t first, std::size_t count, const Visit &visit) const
    {
        std::uint64_t i = first / run_elements_;
        std::uint64_t skipped = first % run_elements_;
        for (; count != 0; ++i, skipped = 0) {
            const std::size_t n = std::min<std::uint64_t>(count, run_elements_ - skipped);
            visit(run_begin(i) + skipped, n);
            count -= n;
        }
    }

private:
    struct Dimension {
        std::uint64_t length;
        std::uint64_t step; // in the whole tensor
    };
    std::uint64_t run_elements_;
    std::uint64_t begin_ = 0;
    std::size_t rank_ = 0;
    std::array<Dimension, most_dimensions> dimension_; // of the runs
};

// Elements by their index in the whole tensor.
class ElementSource {
public:
    // Elements first to first + count - 1. From several threads at once.
    virtual void write(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept = 0;
    // Elements first to first + count - 1 of a region, side by side: run by run, where a source knows no better.
    virtual void write_runs(void *target, const Region &region, std::uint64_t first, std::size_t count,
                            std::size_t element_bytes) const noexcept;

protected:
    ElementSource() = default;
    ElementSource(const ElementSource &) = default;
    ElementSource &operator=(const ElementSource &) = default;
    ~ElementSource() = default;
};

// Writes the elements of the region into the layout, on several threads where that pays.
void write_region(const ElementSource &source, const Layout &layout, const Region &region) noexcept;

} // namespace unitvar::core
