// Tensor layouts.
#include "core/layout.hpp"

#include <algorithm>
#include <cstring>

namespace unitvar::core {

Layout::Layout(const Tensor &tensor, Traversal order) noexcept
    : data_(tensor.data()), element_bytes_(tensor.element_bytes()), elements_(tensor.elements())
{
    if (elements_ == 0) {
        return;
    }
    if (tensor.format() == MemoryFormat::row_major ||
        (tensor.format() == MemoryFormat::channels_last && order == Traversal::addresses)) {
        dimension_[0] = {static_cast<std::int64_t>(elements_), 1};
        rank_ = elements_ == 1 ? 0 : 1;
        return;
    }
    for (std::size_t d = 0; d < tensor.ndim(); ++d) {
        if (tensor.length(d) != 1) {
            dimension_[rank_++] = {tensor.shape()[d], tensor.stride(d)};
        }
    }
    if (order == Traversal::addresses) {
        arrange_by_address();
    }
    merge();
}

void Layout::arrange_by_address() noexcept
{
    for (std::size_t d = 0; d < rank_; ++d) {
        const auto [length, stride] = dimension_[d];
        if (stride < 0) {
            data_ += (length - 1) * stride * static_cast<std::int64_t>(element_bytes_);
            dimension_[d].stride = -stride;
        }
    }
    // No two strides are equal: their elements would share memory.
    std::sort(dimension_, dimension_ + rank_,
              [](const Dimension &a, const Dimension &b) { return a.stride > b.stride; });
}

void Layout::merge() noexcept
{
    std::size_t kept = 0;
    for (std::size_t d = 0; d < rank_; ++d) {
        const Dimension inner = dimension_[d];
        if (kept != 0) {
            Dimension &outer = dimension_[kept - 1];
            std::int64_t turn = 0;
            if (!__builtin_mul_overflow(inner.length, inner.stride, &turn) && outer.stride == turn) {
                outer = {outer.length * inner.length, inner.stride};
                continue;
            }
        }
        dimension_[kept++] = inner;
    }
    rank_ = kept;
}

template <class Buffer, class Move>
void Layout::for_each_run(Buffer *buffer, std::uint64_t first, std::size_t count, const Move &move) const noexcept
{
    if (contiguous()) {
        move(data_ + first * element_bytes_, 1, buffer, count);
        return;
    }
    std::int64_t index[most_dimensions];
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
        move(data_ + offset * bytes, inner.stride, buffer, run);
        buffer += run * element_bytes_;
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

namespace {

// count elements from one place to another, bytes from one to the next of each.
void copy_elements(unsigned char *target, std::int64_t target_step, const unsigned char *source,
                   std::int64_t source_step, std::size_t count, std::size_t element_bytes) noexcept
{
    if (target_step == source_step) {
        std::memcpy(target, source, count * element_bytes);
        return;
    }
    const auto copy = [&]<std::size_t Bytes>() {
#pragma GCC unroll 4 // or the time depends on where the loop lies
        for (; count != 0; --count, target += target_step, source += source_step) {
            std::memcpy(target, source, Bytes);
        }
    };
    if (element_bytes == 1) {
        copy.template operator()<1>();
    } else if (element_bytes == 2) {
        copy.template operator()<2>();
    } else if (element_bytes == 4) {
        copy.template operator()<4>();
    } else {
        copy.template operator()<8>();
    }
}

} // namespace

void Layout::scatter(const void *values, std::uint64_t first, std::size_t count) const noexcept
{
    const auto bytes = static_cast<std::int64_t>(element_bytes_);
    for_each_run(static_cast<const unsigned char *>(values), first, count,
                 [&](unsigned char *elements, std::int64_t stride, const unsigned char *source, std::size_t run) {
                     copy_elements(elements, stride * bytes, source, bytes, run, element_bytes_);
                 });
}

void Layout::gather(void *values, std::uint64_t first, std::size_t count) const noexcept
{
    const auto bytes = static_cast<std::int64_t>(element_bytes_);
    for_each_run(static_cast<unsigned char *>(values), first, count,
                 [&](const unsigned char *elements, std::int64_t stride, unsigned char *target, std::size_t run) {
                     copy_elements(target, bytes, elements, stride * bytes, run, element_bytes_);
                 });
}

} // namespace unitvar::core
