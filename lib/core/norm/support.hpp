// What the norms share: how a tensor divides into rows, or into images, channels and positions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/norm/operand.hpp"
#include "core/norm/staging.hpp"

namespace unitvar::core {

// The last dimensions are a row, the others count rows.
struct Rows {
    std::size_t count = 1;
    std::size_t length = 1;
    std::span<const std::int64_t> outer;
    std::span<const std::int64_t> shape; // of a row

    // outer with a 1 for each dimension of a row.
    [[nodiscard]] std::vector<std::int64_t> outer_kept() const;
};
// Throws InvalidArgument where normalized_ndim is not 1 to ndim.
[[nodiscard]] Rows rows_of(const Operand &x, std::int32_t normalized_ndim);

// (images, channels, positions...), in memory with the positions or the channels innermost.
struct Images {
    std::size_t count = 1;
    std::size_t channels = 1;
    std::size_t positions = 1;
    bool channels_last = false;

    // Elements between neighbouring positions and channels.
    [[nodiscard]] std::size_t image() const noexcept { return channels * positions; }
};
// Throws InvalidArgument where ndim is not least to most.
[[nodiscard]] Images images_of(const Operand &x, std::size_t least, std::size_t most);

// Throws InvalidArgument unless operand is a vector of one value for each channel, or absent.
void require_channels(const Operand &operand, std::size_t channels);

// Throws InvalidArgument unless groups is positive and divides the channels.
void require_groups(const Images &images, std::int64_t groups);
// As in PyTorch: statistics of one value are refused. values: that each channel has.
void require_two_values(const Operand &x, std::size_t values);
// (images, channels, positions...), or of one image (channels, positions).
[[nodiscard]] Images instances_of(const Operand &x);

// Results that do not fit the caches are stored past them; not where they replace what was read.
[[nodiscard]] StoreMode store_mode(const Operand &x, const Operand &y) noexcept;

// n elements of x's type, all value.
[[nodiscard]] const unsigned char *filled(Bytes &storage, const Operand &x, std::size_t n, double value);

// A value of weight or bias for a channel, or what stands for an absent one.
[[nodiscard]] inline double value_or(const Operand &operand, std::size_t i, double otherwise) noexcept
{
    return operand.present ? operand.at(i) : otherwise;
}

} // namespace unitvar::core
