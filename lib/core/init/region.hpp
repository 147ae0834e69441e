// The part of a tensor that is written: all of it, or a rectangular slice of a larger one.
#pragma once

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

protected:
    ElementSource() = default;
    ElementSource(const ElementSource &) = default;
    ElementSource &operator=(const ElementSource &) = default;
    ~ElementSource() = default;
};

// Writes the elements of the region into the layout, on several threads where that pays.
void write_region(const ElementSource &source, const Layout &layout, const Region &region) noexcept;

} // namespace unitvar::core
