// Rows and images.
#include "core/norm/geometry.hpp"

#include <algorithm>
#include <string>

#include "core/message.hpp"
#include "core/sharing.hpp"

namespace unitvar::core {

Rows rows_of(const Tensor &x, std::int32_t normalized_ndim)
{
    const auto ndim = static_cast<std::int64_t>(x.ndim());
    if (normalized_ndim < 1 || normalized_ndim > ndim) {
        invalid_value("normalized_ndim", std::int64_t{normalized_ndim},
                      ndim == 0 ? "an x of at least 1 dimension" : "1 to " + text(ndim) + ", the dimensions of x");
    }
    const auto outer = static_cast<std::size_t>(ndim - normalized_ndim);
    Rows rows;
    rows.outer = x.shape().first(outer);
    rows.shape = x.shape().subspan(outer);
    if (x.elements() != 0) {
        for (const std::int64_t length : rows.outer) {
            rows.count *= static_cast<std::size_t>(length);
        }
        rows.length = x.elements() / rows.count;
    }
    return rows;
}

void require_row_statistics(const Tensor &tensor, const Rows &rows)
{
    if (!tensor.present()) {
        return;
    }
    const std::span<const std::int64_t> shape = tensor.shape();
    const std::size_t outer = rows.outer.size();
    const std::size_t kept = outer + rows.shape.size();
    const bool fits = (shape.size() == outer || shape.size() == kept) &&
                      std::ranges::equal(shape.first(outer), rows.outer) &&
                      std::ranges::all_of(shape.subspan(outer), [](std::int64_t length) { return length == 1; });
    if (!fits) {
        std::string ones = text(rows.outer);
        ones.pop_back();
        for (std::size_t d = outer; d < kept; ++d) {
            ones += d == 0 ? "1" : ", 1";
        }
        invalid(std::string("shape of ") + tensor.name(), text(shape), text(rows.outer) + " or " + ones + ")");
    }
}

Images images_of(const Tensor &x, std::size_t least, std::size_t most, MemoryFormat format)
{
    if (x.ndim() < least || x.ndim() > most) {
        const std::string expected = most == SIZE_MAX ? "at least " + text(std::uint64_t{least})
                                                      : text(std::uint64_t{least}) + " to " + text(std::uint64_t{most});
        invalid_value("ndim of x", std::uint64_t{x.ndim()}, expected + " dimensions");
    }
    Images images;
    images.count = x.length(0);
    images.channels = x.length(1);
    if (x.elements() != 0) {
        images.positions = x.elements() / images.count / images.channels;
    }
    images.channels_last = format == MemoryFormat::channels_last;
    return images;
}

Images instances_of(const Tensor &x, MemoryFormat format)
{
    if (x.ndim() != 2) {
        return images_of(x, 2, SIZE_MAX, format);
    }
    Images images;
    images.channels = x.length(0);
    images.positions = x.elements() == 0 ? 1 : x.length(1);
    return images;
}

void require_groups(const Images &images, std::int64_t groups)
{
    if (groups < 1 || images.channels % static_cast<std::size_t>(groups) != 0) {
        invalid_value("groups", groups, "a divisor of the " + text(std::uint64_t{images.channels}) + " channels of x");
    }
}

void require_two_values(const Tensor &x, std::size_t values)
{
    if (values == 1 && x.elements() != 0) {
        invalid("shape of x", text(x.shape()), "more than 1 value for each channel to take statistics of");
    }
}

StoreMode store_mode(const Tensor &x, const Tensor &y) noexcept
{
    return x.data() != y.data() && y.bytes() >= streaming_result_bytes && y.format() == MemoryFormat::row_major
               ? StoreMode::streaming
               : StoreMode::cached;
}

} // namespace unitvar::core
