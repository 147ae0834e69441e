// Checks of tensors.
#include "core/tensor.hpp"

#include <algorithm>
#include <string>

#include "core/message.hpp"
#include "core/overlap.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {
namespace {

std::string of(std::string_view what, const char *name)
{
    std::string result(what);
    result.append(" of ").append(name);
    return result;
}

} // namespace

const char *name_of(DType dtype) noexcept
{
    switch (dtype) {
    case DType::f32:
        return "f32";
    case DType::f64:
        return "f64";
    case DType::bf16:
        return "bf16";
    case DType::f16:
        return "f16";
    case DType::i8:
        return "i8";
    case DType::i16:
        return "i16";
    case DType::i32:
        return "i32";
    case DType::i64:
        return "i64";
    case DType::u8:
        return "u8";
    case DType::boolean:
        return "bool";
    }
    return "unknown";
}

const char *name_of(MemoryFormat format) noexcept
{
    switch (format) {
    case MemoryFormat::row_major:
        return "row-major";
    case MemoryFormat::channels_last:
        return "channels-last";
    case MemoryFormat::strided:
        return "strided";
    }
    return "unknown";
}

Tensor::Tensor(const char *name, const TensorView &view, Access access, Numbers numbers)
    : name_(name), data_(static_cast<unsigned char *>(view.data)), shape_(view.shape), strides_(view.strides),
      dtype_(view.dtype), access_(access), present_(true)
{
    if (numbers == Numbers::floating && !is_floating(dtype_)) {
        throw Unsupported(message(of("dtype", name_), name_of(dtype_), "f32, f64, bf16 or f16"));
    }
    check_shape();
    if (elements_ == 0) {
        return;
    }
    check_strides();
    if (format_ == MemoryFormat::strided && access == Access::write) {
        check_overlap();
    }
    if (data_ == nullptr) {
        invalid(of("data", name_), "NULL", "the address of " + text(elements_) + " elements");
    }
}

Tensor::Tensor(const char *name, const TensorView *view, Access access) : name_(name), access_(access)
{
    if (view != nullptr) {
        *this = Tensor(name, *view, access);
    }
}

std::int64_t Tensor::stride(std::size_t dimension) const noexcept
{
    if (elements_ == 0) {
        return 0;
    }
    if (!strides_.empty()) {
        return shape_[dimension] == 1 ? 0 : strides_[dimension];
    }
    std::int64_t step = 1;
    for (std::size_t d = shape_.size(); --d > dimension;) {
        step *= shape_[d];
    }
    return step;
}

void Tensor::check_shape()
{
    const std::size_t ndim = shape_.size();
    if (ndim > most_dimensions) {
        invalid_value(of("ndim", name_), std::uint64_t{ndim}, "0 to " + text(std::uint64_t{most_dimensions}));
    }
    if (!strides_.empty() && strides_.size() != ndim) {
        invalid_value(of("the number of strides", name_), std::uint64_t{strides_.size()},
                      text(std::uint64_t{ndim}) + ", one for each dimension");
    }
    bool empty = false;
    bool too_many = false;
    std::uint64_t elements = 1;
    for (std::size_t d = 0; d < ndim; ++d) {
        if (shape_[d] < 0) {
            invalid_value(of(indexed("shape", d), name_), shape_[d], "a length >= 0");
        }
        empty = empty || shape_[d] == 0;
        too_many = __builtin_mul_overflow(elements, static_cast<std::uint64_t>(shape_[d]), &elements) || too_many;
    }
    if (empty) {
        return;
    }
    if (too_many || elements > most_bytes / element_bytes()) {
        invalid(of("shape", name_), text(shape_),
                "a tensor of fewer than 2^63 bytes, at " + text(std::uint64_t{element_bytes()}) + " for each element");
    }
    elements_ = elements;
}

void Tensor::check_strides()
{
    const auto width = static_cast<std::int64_t>(element_bytes());
    std::int64_t low = 0; // the smallest and the largest offset, in elements
    std::int64_t high = static_cast<std::int64_t>(elements_) - 1;
    if (!strides_.empty()) {
        const std::size_t ndim = shape_.size();
        bool row_major = true;
        bool channels_last = ndim >= 3;
        bool too_far = false;
        std::int64_t row_major_step = 1;
        std::int64_t channels_last_step = channels_last ? shape_[1] : 1;
        high = 0;
        for (std::size_t d = ndim; d-- > 0;) {
            const std::int64_t length = shape_[d];
            const std::int64_t stride = strides_[d];
            const std::int64_t expected = d == 1 ? 1 : channels_last_step;
            row_major = row_major && (length == 1 || stride == row_major_step);
            channels_last = channels_last && (length == 1 || stride == expected);
            row_major_step *= length;
            channels_last_step *= d == 1 ? 1 : length;
            std::int64_t turn = 0;
            std::int64_t &end = stride < 0 ? low : high;
            too_far =
                __builtin_mul_overflow(stride, length - 1, &turn) || __builtin_add_overflow(end, turn, &end) || too_far;
        }
        std::int64_t reach = 0;
        if (too_far || __builtin_sub_overflow(high, low, &reach) ||
            reach >= static_cast<std::int64_t>(most_bytes) / width) {
            invalid(of("strides", name_), text(strides_), "strides that stay within 2^63 - 1 bytes");
        }
        format_ = row_major       ? MemoryFormat::row_major
                  : channels_last ? MemoryFormat::channels_last
                                  : MemoryFormat::strided;
    }
    const auto address = reinterpret_cast<std::uintptr_t>(data_);
    begin_ = address + static_cast<std::uintptr_t>(low * width);
    end_ = address + static_cast<std::uintptr_t>((high + 1) * width);
}

void Tensor::check_overlap() const
{
    OverlapDimension dimension[most_dimensions];
    std::size_t count = 0;
    for (std::size_t d = 0; d < shape_.size(); ++d) {
        if (shape_[d] != 1) {
            dimension[count++] = {shape_[d], strides_[d] < 0 ? -strides_[d] : strides_[d]};
        }
    }
    switch (find_overlap({dimension, count})) {
    case Overlap::none:
        return;
    case Overlap::found:
        invalid(of("strides", name_), text(strides_), "strides under which no two elements share memory");
    case Overlap::undecided:
        throw Unsupported(message(of("strides", name_), text(strides_),
                                  "strides that are regular enough to show that no two elements share memory"));
    }
}

bool share_memory(const Tensor &a, const Tensor &b) noexcept
{
    return a.begin_address() < b.end_address() && b.begin_address() < a.end_address();
}

// An element of a at byte x of it is one of b at byte y, in addresses counted up from a's first byte and down from b's
// last: a sum of steps of both, and of the bytes, that leads from one end of the two to the other.
Overlap common_elements(const Tensor &a, const Tensor &b) noexcept
{
    if (a.elements() == 0 || b.elements() == 0 || !share_memory(a, b)) {
        return Overlap::none;
    }
    SumTerm terms[2 * (most_dimensions + 1)];
    std::size_t count = 0;
    for (const Tensor *tensor : {&a, &b}) {
        if (tensor->end_address() - tensor->begin_address() == tensor->bytes()) {
            terms[count++] = {1, tensor->bytes() - 1};
            continue;
        }
        terms[count++] = {1, tensor->element_bytes() - 1};
        for (std::size_t d = 0; d < tensor->ndim(); ++d) {
            const std::int64_t stride = tensor->stride(d);
            if (tensor->length(d) != 1 && stride != 0) {
                terms[count++] = {static_cast<std::uint64_t>(stride < 0 ? -stride : stride) * tensor->element_bytes(),
                                  tensor->length(d) - 1};
            }
        }
    }
    return find_sum({terms, count}, b.end_address() - 1 - a.begin_address());
}

bool same_memory(const Tensor &a, const Tensor &b) noexcept
{
    if (a.data() != b.data() || a.dtype() != b.dtype() || !std::ranges::equal(a.shape(), b.shape())) {
        return false;
    }
    if (a.format() != MemoryFormat::strided || b.format() != MemoryFormat::strided) {
        return a.format() == b.format();
    }
    for (std::size_t d = 0; d < a.ndim(); ++d) {
        if (a.length(d) != 1 && a.stride(d) != b.stride(d)) {
            return false;
        }
    }
    return true;
}

} // namespace unitvar::core
