// The axes of a call: which dimensions of x they are, and views of tensors with those dimensions last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/tensor.hpp"

namespace unitvar::core {

// One flag for each dimension of x.
class Axes {
public:
    // No list: all. Throws InvalidArgument for an axis out of range or named twice.
    Axes(const Tensor &x, std::span<const std::int32_t> axes);
    [[nodiscard]] std::span<const bool> reduced() const noexcept { return {reduced_, ndim_}; }
    [[nodiscard]] std::size_t count() const noexcept;

    // Throws InvalidArgument where there is none.
    void require_some() const;
    // Throws InvalidArgument unless the result has x's shape without the axes, or with 1 in their places.
    void require_shape(const Tensor &x, const Tensor &result) const;

private:
    std::size_t ndim_;
    bool reduced_[most_dimensions];
};

// A view of a tensor of x's number of dimensions with the axes last, both parts in their order.
class AxesLast {
public:
    AxesLast(const Tensor &tensor, const Axes &axes) noexcept;
    [[nodiscard]] TensorView view() const noexcept { return {data_, dtype_, {shape_, ndim_}, {strides_, ndim_}}; }

private:
    void *data_;
    DType dtype_;
    std::size_t ndim_;
    std::int64_t shape_[most_dimensions];
    std::int64_t strides_[most_dimensions];
};

} // namespace unitvar::core
