// Copies between layouts.
#include "core/norm/staging.hpp"

#include <algorithm>
#include <cstring>

namespace unitvar::core {
namespace {

constexpr std::size_t tile = 16; // its lines of source and target stay in the first cache level

template <std::size_t Bytes>
void transpose_blocks(const unsigned char *source, unsigned char *target, std::size_t rows, std::size_t columns,
                      std::size_t bytes)
{
    const std::size_t size = Bytes == 0 ? bytes : Bytes;
    for (std::size_t r0 = 0; r0 < rows; r0 += tile) {
        for (std::size_t c0 = 0; c0 < columns; c0 += tile) {
            for (std::size_t c = c0; c < std::min(columns, c0 + tile); ++c) {
                for (std::size_t r = r0; r < std::min(rows, r0 + tile); ++r) {
                    std::memcpy(target + (c * rows + r) * size, source + (r * columns + c) * size, size);
                }
            }
        }
    }
}

} // namespace

void transpose(const unsigned char *source, unsigned char *target, std::size_t count, std::size_t rows,
               std::size_t columns, std::size_t block_bytes)
{
    for (std::size_t i = 0; i < count; ++i) {
        if (block_bytes == 4) {
            transpose_blocks<4>(source, target, rows, columns, 4);
        } else if (block_bytes == 8) {
            transpose_blocks<8>(source, target, rows, columns, 8);
        } else {
            transpose_blocks<0>(source, target, rows, columns, block_bytes);
        }
        source += rows * columns * block_bytes;
        target += rows * columns * block_bytes;
    }
}

Bytes allocate_bytes(std::size_t count)
{
    return std::make_unique_for_overwrite<unsigned char[]>(count);
}

RowMajor::RowMajor(const Operand &operand) : operand_(operand)
{
    if (operand.format == Format::row_major || !operand.present) {
        return;
    }
    batch_ = operand.length(0);
    channels_ = operand.length(1);
    for (std::size_t d = 2; d < operand.shape.size(); ++d) {
        positions_ *= operand.length(d);
    }
    copy_ = allocate_bytes(operand.bytes());
}

void RowMajor::read() const
{
    if (copy_) {
        transpose(operand_.data, copy_.get(), batch_, positions_, channels_, operand_.element_bytes);
    }
}

void RowMajor::write() const
{
    if (copy_) {
        transpose(copy_.get(), operand_.data, batch_, channels_, positions_, operand_.element_bytes);
    }
}

ChannelRows::ChannelRows(const Operand &operand, std::size_t count, std::size_t run, Content content)
    : operand_(operand), count_(count), run_(run), length_(operand.elements / count)
{
    if (!operand.present || count == 1 || length_ == run) {
        return;
    }
    copy_ = allocate_bytes(operand.bytes());
    if (content == Content::copied) {
        transpose(operand.data, copy_.get(), 1, length_ / run, count, run * operand.element_bytes);
    }
}

void ChannelRows::write() const
{
    if (copy_) {
        transpose(copy_.get(), operand_.data, 1, count_, length_ / run_, run_ * operand_.element_bytes);
    }
}

} // namespace unitvar::core
