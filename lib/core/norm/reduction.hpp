// The geometry of a reduction along axes: which dimensions are kept and which are reduced, sorted by stride and merged
// where one step of the outer is a whole turn of the inner, and where the results of each set go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/tensor.hpp"

namespace unitvar::core {

// Offsets in elements from the first of x, mean and var.
struct Position {
    std::int64_t x = 0;
    std::int64_t mean = 0;
    std::int64_t var = 0;
};

struct ReductionDimension {
    std::int64_t length;
    Position step; // none negative in x; mean and var stay where the dimension is reduced
};

class ReductionDimensions {
public:
    void add(const ReductionDimension &dimension) noexcept { item_[count_++] = dimension; }
    // Largest stride first, equal ones in their order; then merges. No length may be 0.
    void simplify() noexcept;

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] const ReductionDimension &operator[](std::size_t i) const noexcept { return item_[i]; }
    [[nodiscard]] const ReductionDimension &inner() const noexcept { return item_[count_ - 1]; }
    // All but the inner one.
    [[nodiscard]] ReductionDimensions outer() const noexcept;
    [[nodiscard]] std::size_t elements() const noexcept;
    // Of index i in row-major order.
    [[nodiscard]] Position at(std::size_t i) const noexcept;

private:
    std::size_t count_ = 0;
    ReductionDimension item_[most_dimensions];
};

// Goes through the offsets in x of consecutive indices.
class ReductionWalk {
public:
    ReductionWalk(const ReductionDimensions &dimensions, std::size_t first) noexcept;
    [[nodiscard]] std::int64_t offset() const noexcept { return offset_; }
    void next() noexcept;

private:
    const ReductionDimensions &dimensions_;
    std::int64_t offset_ = 0;
    std::int64_t index_[most_dimensions];
};

struct Reduction {
    ReductionDimensions kept;
    ReductionDimensions reduced;
    // Where all indices are 0, after dimensions with negative strides are walked from their other end.
    Position first;

    // reduced: one flag for each dimension of x. mean and var: of x's shape without those dimensions or with 1 in their
    // places, or absent.
    Reduction(const Tensor &x, std::span<const bool> is_reduced, const Tensor &mean, const Tensor &var) noexcept;
};

} // namespace unitvar::core
