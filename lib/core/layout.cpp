// Tensor layouts.
#include "core/layout.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>

#include "core/fill.hpp"
#include "core/message.hpp"
#include "core/overlap.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {
std::size_t element_bytes(DType dtype) noexcept
{
    switch (dtype) {
    case DType::f64:
        return 8;
    case DType::f32:
        return 4;
    default:
        return 2;
    }
}

Layout::Layout(const TensorView &tensor)
    : data_(static_cast<unsigned char *>(tensor.data)), element_bytes_(core::element_bytes(tensor.dtype))
{
    const std::size_t ndim = tensor.shape.size();
    if (ndim > most_dimensions) {
        invalid_value("ndim", std::uint64_t{ndim}, "0 to " + text(std::uint64_t{most_dimensions}));
    }
    if (!tensor.strides.empty() && tensor.strides.size() != ndim) {
        invalid_value("the number of strides", std::uint64_t{tensor.strides.size()}, text(std::uint64_t{ndim}));
    }
    for (std::size_t i = 0; i < ndim; ++i) {
        if (tensor.shape[i] < 0) {
            invalid_value(indexed("shape", i), tensor.shape[i], "a length >= 0");
        }
    }
    if (std::ranges::find(tensor.shape, 0) != tensor.shape.end()) {
        elements_ = 0;
        return;
    }
    // From the last dimension on: a dimension joins the one after it where one step of it is a whole turn of that.
    std::int64_t row_major = 1;
    for (std::size_t i = ndim; i-- > 0;) {
        const std::int64_t length = tensor.shape[i];
        const std::int64_t stride = tensor.strides.empty() ? row_major : tensor.strides[i];
        if (__builtin_mul_overflow(row_major, length, &row_major)) {
            invalid_value(indexed("shape", i), length, "a shape of fewer than 2^63 elements");
        }
        if (length == 1) {
            continue;
        }
        std::int64_t turn = 0;
        if (rank_ != 0) {
            Dimension &inner = dimension_[rank_ - 1];
            if (!__builtin_mul_overflow(inner.length, inner.stride, &turn) && turn == stride) {
                inner.length *= length;
                continue;
            }
        }
        dimension_[rank_++] = {length, stride};
    }
    std::reverse(dimension_.begin(), dimension_.begin() + static_cast<std::ptrdiff_t>(rank_));
    elements_ = static_cast<std::uint64_t>(row_major);
    contiguous_ = rank_ == 0 || (rank_ == 1 && dimension_[0].stride == 1);
    check_bytes();
    if (!contiguous_) {
        check_overlap();
    }
    if (data_ == nullptr) {
        invalid("data", "NULL", "the address of " + text(elements_) + " elements");
    }
}

void Layout::check_bytes() const
{
    if (elements_ > most_bytes / element_bytes_) {
        invalid_value("the number of elements in shape", elements_,
                      "at most " + text(most_bytes / element_bytes_) + " of " + text(std::uint64_t{element_bytes_}) +
                          " bytes");
    }
    std::uint64_t reach = 1;
    for (const Dimension &d : dimensions()) {
        const std::uint64_t stride = d.stride < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(d.stride)
                                                  : static_cast<std::uint64_t>(d.stride);
        std::uint64_t step = 0;
        if (__builtin_mul_overflow(stride, static_cast<std::uint64_t>(d.length - 1), &step) ||
            __builtin_add_overflow(reach, step, &reach) || reach > most_bytes / element_bytes_) {
            invalid_value("a stride", d.stride, "strides that stay within 2^63 - 1 bytes");
        }
    }
}

void Layout::check_overlap() const
{
    std::array<OverlapDimension, most_dimensions> steps{};
    std::size_t count = 0;
    for (const Dimension &d : dimensions()) {
        steps[count++] = {d.length, d.stride < 0 ? -d.stride : d.stride};
    }
    switch (find_overlap({steps.data(), count})) {
    case Overlap::none:
        return;
    case Overlap::found: {
        std::string strides;
        for (const Dimension &d : dimensions()) {
            strides += (strides.empty() ? "" : ", ") + text(d.stride);
        }
        invalid("strides", "(" + strides + ")", "strides under which no two elements share memory");
    }
    case Overlap::undecided:
        throw Unsupported("strides are too irregular to show that no two elements share memory");
    }
}

void Layout::scatter(const void *values, std::uint64_t first, std::size_t count) const noexcept
{
    const auto *source = static_cast<const unsigned char *>(values);
    if (contiguous_) {
        std::memcpy(data_ + first * element_bytes_, source, count * element_bytes_);
        return;
    }
    std::array<std::int64_t, most_dimensions> index{};
    std::int64_t offset = 0;
    for (std::size_t d = rank_; d-- > 0;) {
        const auto length = static_cast<std::uint64_t>(dimension_[d].length);
        index[d] = static_cast<std::int64_t>(first % length);
        offset += index[d] * dimension_[d].stride;
        first /= length;
    }
    const Dimension inner = dimension_[rank_ - 1];
    const auto bytes = static_cast<std::int64_t>(element_bytes_);
    while (count != 0) {
        const auto left = static_cast<std::size_t>(inner.length - index[rank_ - 1]);
        const std::size_t run = std::min(left, count);
        unsigned char *target = data_ + offset * bytes;
        if (inner.stride == 1) {
            std::memcpy(target, source, run * element_bytes_);
        } else {
            for (std::size_t i = 0; i < run; ++i) {
                std::memcpy(target + static_cast<std::int64_t>(i) * inner.stride * bytes, source + i * element_bytes_,
                            element_bytes_);
            }
        }
        source += run * element_bytes_;
        count -= run;
        // On to the next row: the inner index returns to 0 and the outer ones count up.
        offset -= index[rank_ - 1] * inner.stride;
        index[rank_ - 1] = 0;
        for (std::size_t d = rank_ - 1; d-- > 0;) {
            offset += dimension_[d].stride;
            if (++index[d] < dimension_[d].length) {
                break;
            }
            offset -= dimension_[d].length * dimension_[d].stride;
            index[d] = 0;
        }
    }
}

} // namespace unitvar::core
