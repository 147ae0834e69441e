// Shapes that the norms share.
#include "core/norm/support.hpp"

#include <cstring>

#include "core/message.hpp"
#include "core/sharing.hpp"

namespace unitvar::core {

std::vector<std::int64_t> Rows::outer_kept() const
{
    std::vector<std::int64_t> result(outer.begin(), outer.end());
    result.resize(outer.size() + shape.size(), 1);
    return result;
}

Rows rows_of(const Operand &x, std::int32_t normalized_ndim)
{
    const auto ndim = static_cast<std::int64_t>(x.shape.size());
    if (normalized_ndim < 1 || normalized_ndim > ndim) {
        invalid_value("normalized_ndim", std::int64_t{normalized_ndim},
                      ndim == 0 ? "an x of at least 1 dimension" : "1 to " + text(ndim) + ", the dimensions of x");
    }
    const auto outer = static_cast<std::size_t>(ndim - normalized_ndim);
    Rows rows;
    rows.outer = x.shape.first(outer);
    rows.shape = x.shape.subspan(outer);
    if (x.elements != 0) {
        for (const std::int64_t length : rows.outer) {
            rows.count *= static_cast<std::size_t>(length);
        }
        rows.length = x.elements / rows.count;
    }
    return rows;
}

Images images_of(const Operand &x, std::size_t least, std::size_t most)
{
    const std::size_t ndim = x.shape.size();
    if (ndim < least || ndim > most) {
        const std::string expected = most == SIZE_MAX ? "at least " + text(std::uint64_t{least})
                                                      : text(std::uint64_t{least}) + " to " + text(std::uint64_t{most});
        invalid_value("ndim of x", std::uint64_t{ndim}, expected + " dimensions");
    }
    Images images;
    images.count = x.length(0);
    images.channels = x.length(1);
    if (x.elements != 0) {
        images.positions = x.elements / images.count / images.channels;
    }
    images.channels_last = x.format == Format::channels_last;
    return images;
}

void require_channels(const Operand &operand, std::size_t channels)
{
    const std::int64_t shape[1] = {static_cast<std::int64_t>(channels)};
    require_shape(operand, shape);
}

void require_groups(const Images &images, std::int64_t groups)
{
    if (groups < 1 || images.channels % static_cast<std::size_t>(groups) != 0) {
        invalid_value("groups", groups, "a divisor of the " + text(std::uint64_t{images.channels}) + " channels of x");
    }
}

void require_two_values(const Operand &x, std::size_t values)
{
    if (values == 1 && x.elements != 0) {
        invalid("shape of x", text(x.shape), "more than 1 value for each channel to take statistics of");
    }
}

Images instances_of(const Operand &x)
{
    if (x.shape.size() != 2) {
        return images_of(x, 2, SIZE_MAX);
    }
    Images images;
    images.channels = x.length(0);
    images.positions = x.elements == 0 ? 1 : x.length(1);
    return images;
}

StoreMode store_mode(const Operand &x, const Operand &y) noexcept
{
    return x.data != y.data && y.bytes() >= streaming_result_bytes && y.format == Format::row_major
               ? StoreMode::streaming
               : StoreMode::cached;
}

const unsigned char *filled(Bytes &storage, const Operand &x, std::size_t n, double value)
{
    storage = allocate_bytes(n * x.element_bytes);
    Operand array = x;
    array.data = storage.get();
    for (std::size_t i = 0; i < n; ++i) {
        array.set(i, value);
    }
    return storage.get();
}

} // namespace unitvar::core
