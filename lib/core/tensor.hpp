// One tensor argument of a call, checked: number of dimensions, lengths, strides, bytes and memory of its own are
// established here once, and every function that takes tensors asks this type from then on. It owns nothing, keeps the
// view's shape and strides, and allocates only to say what is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/overlap.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::core {

// The most bytes that one object can have, and the most dimensions of a tensor.
inline constexpr std::uint64_t most_bytes = PTRDIFF_MAX;
inline constexpr std::size_t most_dimensions = 64;

[[nodiscard]] constexpr bool is_floating(DType dtype) noexcept
{
    return dtype <= DType::f16;
}
[[nodiscard]] const char *name_of(DType dtype) noexcept;

// What a call does with the elements. Those that are written may not share memory with one another.
enum class Access : std::uint8_t { read, write };

// Which element types a call takes.
enum class Numbers : std::uint8_t { floating, all };

// How elements lie in memory; the stride of a dimension of length 1 does not matter.
enum class MemoryFormat : std::uint8_t {
    row_major,     // side by side, the last index fastest
    channels_last, // (N, C, ...) side by side, the channels fastest, and not row-major as well
    strided,
};
[[nodiscard]] const char *name_of(MemoryFormat format) noexcept;

class Tensor {
public:
    // name is the argument's and must outlive the tensor. Throws InvalidArgument for more than most_dimensions,
    // negative lengths, strides that are not one for each, elements beyond most_bytes, null data of a tensor that has
    // elements, and under Access::write elements that share memory; Unsupported where that cannot be decided, and for
    // types that are not taken.
    Tensor(const char *name, const TensorView &view, Access access, Numbers numbers = Numbers::floating);
    // Absent where the view is null: nothing but name(), present() and access() may be asked then, and elements(),
    // which is 0.
    Tensor(const char *name, const TensorView *view, Access access);

    [[nodiscard]] const char *name() const noexcept { return name_; }
    [[nodiscard]] bool present() const noexcept { return present_; }
    [[nodiscard]] Access access() const noexcept { return access_; }
    [[nodiscard]] DType dtype() const noexcept { return dtype_; }
    [[nodiscard]] std::size_t element_bytes() const noexcept { return unitvar::element_bytes(dtype_); }
    [[nodiscard]] MemoryFormat format() const noexcept { return format_; }

    [[nodiscard]] std::size_t ndim() const noexcept { return shape_.size(); }
    [[nodiscard]] std::span<const std::int64_t> shape() const noexcept { return shape_; }
    [[nodiscard]] std::size_t length(std::size_t dimension) const noexcept
    {
        return static_cast<std::size_t>(shape_[dimension]);
    }
    // As the view has them: none where they are row-major.
    [[nodiscard]] std::span<const std::int64_t> strides() const noexcept { return strides_; }
    // In elements. Where the view has no strides the row-major one, which takes a product to say; where it has, 0 for a
    // length of 1. 0 without elements. There strides and lengths may be any, and their products would leave their range.
    [[nodiscard]] std::int64_t stride(std::size_t dimension) const noexcept;

    [[nodiscard]] std::uint64_t elements() const noexcept { return elements_; }
    // Of all elements; of the memory from the first to the last they may be fewer.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return elements_ * element_bytes(); }

    // The element with all indices 0.
    [[nodiscard]] unsigned char *data() const noexcept { return data_; }
    // The memory that the elements span: the address of the first byte and the one past the last.
    [[nodiscard]] std::uintptr_t begin_address() const noexcept { return begin_; }
    [[nodiscard]] std::uintptr_t end_address() const noexcept { return end_; }

private:
    void check_shape();
    void check_strides();
    void check_overlap() const;

    const char *name_;
    unsigned char *data_ = nullptr;
    std::span<const std::int64_t> shape_;
    std::span<const std::int64_t> strides_; // empty: row-major
    std::uint64_t elements_ = 0;
    std::uintptr_t begin_ = 0;
    std::uintptr_t end_ = 0;
    DType dtype_ = DType::f32;
    MemoryFormat format_ = MemoryFormat::row_major;
    Access access_;
    bool present_ = false;
};

// Whether the memory that two tensors span has bytes in common.
[[nodiscard]] bool share_memory(const Tensor &a, const Tensor &b) noexcept;
// Whether two tensors have an element with bytes in common, which the memory that they span leaves open where strides
// leave gaps: Overlap::undecided only for strides made for the purpose.
[[nodiscard]] Overlap common_elements(const Tensor &a, const Tensor &b) noexcept;
// Whether each index is at the same address in both.
[[nodiscard]] bool same_memory(const Tensor &a, const Tensor &b) noexcept;

} // namespace unitvar::core
