// Which dimension of a tensor is what, and views of tensors with their dimensions in another order: how initialisers that
// take an axis or a layout become those that take none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/tensor.hpp"
#include "unitvar/init.hpp"

namespace unitvar::core {

struct LayoutAxes {
    std::size_t out;
    std::size_t in;
};
// Of a weight of so many dimensions; with fewer than 2 they are none. Throws InvalidArgument for an unknown layout.
[[nodiscard]] LayoutAxes layout_axes(WeightLayout layout, std::size_t ndim);

// Negative ones count from the last. Throws InvalidArgument for one that is not there.
[[nodiscard]] std::size_t counted_axis(std::string_view name, std::int64_t axis, std::size_t ndim);

// The axis and the layout that a number of Initializer::p stands for. Throw InvalidArgument for those that are neither.
[[nodiscard]] std::size_t axis_of(double number, std::size_t ndim);
[[nodiscard]] WeightLayout layout_of(double number);

// Dimensions in the order in which an initialiser takes them: at i the number of the tensor's.
using DimensionOrder = std::array<std::size_t, most_dimensions>;

// The lengths, strides or indices of a tensor in that order. They own their numbers and none of the tensor's.
class Reordered {
public:
    Reordered(std::span<const std::int64_t> values, const DimensionOrder &order) noexcept : size_(values.size())
    {
        for (std::size_t i = 0; i < size_; ++i) {
            values_[i] = values[order[i]];
        }
    }
    [[nodiscard]] std::span<const std::int64_t> values() const noexcept { return {values_.data(), size_}; }

private:
    std::array<std::int64_t, most_dimensions> values_;
    std::size_t size_;
};

} // namespace unitvar::core
