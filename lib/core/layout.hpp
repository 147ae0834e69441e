// Where the elements of a tensor lie: a checked shape and its strides, adjacent dimensions merged where they can be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "unitvar/tensor.hpp"

namespace unitvar::core {

inline constexpr std::size_t most_dimensions = 64;

[[nodiscard]] std::size_t element_bytes(DType dtype) noexcept;

class Layout {
public:
    // Throws InvalidArgument for negative lengths, a number of elements or bytes that is not below 2^63, elements that
    // share memory, or null data.
    explicit Layout(const TensorView &tensor);

    [[nodiscard]] std::uint64_t elements() const noexcept { return elements_; }
    [[nodiscard]] bool contiguous() const noexcept { return contiguous_; }
    [[nodiscard]] unsigned char *data() const noexcept { return data_; }
    [[nodiscard]] std::size_t element_bytes() const noexcept { return element_bytes_; }

    // Puts count values at logical indices first, first + 1, ... in row-major order.
    void scatter(const void *values, std::uint64_t first, std::size_t count) const noexcept;

private:
    struct Dimension {
        std::int64_t length;
        std::int64_t stride; // elements
    };

    void check_bytes() const;
    void check_overlap() const;
    [[nodiscard]] std::span<const Dimension> dimensions() const noexcept { return {dimension_.data(), rank_}; }

    unsigned char *data_;
    std::size_t element_bytes_;
    std::uint64_t elements_ = 1;
    bool contiguous_ = true;
    std::size_t rank_ = 0; // of the merged dimensions; lengths of 1 are dropped
    std::array<Dimension, most_dimensions> dimension_{};
};

} // namespace unitvar::core
