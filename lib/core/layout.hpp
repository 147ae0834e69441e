// Where the elements of a tensor lie: its dimensions, adjacent ones merged where one step of the outer is a whole turn
// of the inner, and copies of consecutive elements into their places and out of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/tensor.hpp"

namespace unitvar::core {

// The order that elements are counted in.
enum class Traversal : std::uint8_t {
    row_major,
    addresses, // ascending, as PyTorch's TensorIterator walks a tensor: dimensions by stride, negative ones turned round
};

class Layout {
public:
    // Of a tensor whose elements do not share memory, or which is only gathered from, in row-major order.
    explicit Layout(const Tensor &tensor, Traversal order = Traversal::row_major) noexcept;

    [[nodiscard]] std::uint64_t elements() const noexcept { return elements_; }
    // Whether element i is i elements behind the first.
    [[nodiscard]] bool contiguous() const noexcept { return rank_ == 0 || (rank_ == 1 && dimension_[0].stride == 1); }
    // The first element.
    [[nodiscard]] unsigned char *data() const noexcept { return data_; }
    [[nodiscard]] std::size_t element_bytes() const noexcept { return element_bytes_; }

    // Puts count values to elements first, first + 1, ...
    void scatter(const void *values, std::uint64_t first, std::size_t count) const noexcept;
    // And takes them from there.
    void gather(void *values, std::uint64_t first, std::size_t count) const noexcept;

private:
    // Calls move(first element, stride, buffer, count) for runs of elements of one stride.
    template <class Buffer, class Move>
    void for_each_run(Buffer *buffer, std::uint64_t first, std::size_t count, const Move &move) const noexcept;

    struct Dimension {
        std::int64_t length;
        std::int64_t stride; // elements
    };

    void arrange_by_address() noexcept;
    void merge() noexcept;

    unsigned char *data_;
    std::size_t element_bytes_;
    std::uint64_t elements_;
    std::size_t rank_ = 0; // of the merged dimensions, none of length 1; 0 for a tensor of at most 1 element
    Dimension dimension_[most_dimensions];
};

} // namespace unitvar::core
