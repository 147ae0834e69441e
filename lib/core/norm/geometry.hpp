// How the norms see a tensor: as rows, or as images, channels and positions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/norm/arguments.hpp"

namespace unitvar::core {

// The last dimensions are a row, the others count rows.
struct Rows {
    std::size_t count = 1;
    std::size_t length = 1;
    std::span<const std::int64_t> outer;
    std::span<const std::int64_t> shape; // of a row
};
// Throws InvalidArgument where normalized_ndim is not 1 to ndim.
[[nodiscard]] Rows rows_of(const Tensor &x, std::int32_t normalized_ndim);
// Throws InvalidArgument unless there is one element for each row, of the outer dimensions' shape or of that with a 1
// for each dimension of a row.
void require_row_statistics(const Tensor &tensor, const Rows &rows);

// (images, channels, positions...), in memory with the positions or the channels innermost.
struct Images {
    std::size_t count = 1;
    std::size_t channels = 1;
    std::size_t positions = 1;
    bool channels_last = false;

    // The elements of one.
    [[nodiscard]] std::size_t image() const noexcept { return channels * positions; }
    // Whether the positions of a channel are runs that are worth a call each; else channels are columns of a matrix.
    [[nodiscard]] bool has_runs() const noexcept { return !channels_last && positions >= 16; }
};
// Throws InvalidArgument where ndim is not least to most.
// format: that the call computes in.
[[nodiscard]] Images images_of(const Tensor &x, std::size_t least, std::size_t most, MemoryFormat format);
// (images, channels, positions...), or of one image (channels, positions).
[[nodiscard]] Images instances_of(const Tensor &x, MemoryFormat format);

// Throws InvalidArgument unless groups is positive and divides the channels.
void require_groups(const Images &images, std::int64_t groups);
// As in PyTorch: statistics of one value are refused. values: that each channel has.
void require_two_values(const Tensor &x, std::size_t values);

// Results that do not fit the caches are stored past them; not where they replace what was read.
[[nodiscard]] StoreMode store_mode(const Tensor &x, const Tensor &y) noexcept;

} // namespace unitvar::core
