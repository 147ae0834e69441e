// Copies between layouts.
#include "core/norm/staging.hpp"

#include <algorithm>
#include <cstring>

#include "core/parallel.hpp"
#include "core/sharing.hpp"

namespace unitvar::core {
namespace {

constexpr std::size_t tile = 16; // its lines of source and target stay in the first cache level

// The first `tile` rows of a matrix.
template <std::size_t Bytes>
void transpose_rows(const unsigned char *source, unsigned char *target, std::size_t first, const Matrices &m)
{
    const std::size_t size = Bytes == 0 ? m.block_bytes : Bytes;
    const std::size_t last = std::min(m.rows, first + tile);
    for (std::size_t c0 = 0; c0 < m.columns; c0 += tile) {
        for (std::size_t c = c0; c < std::min(m.columns, c0 + tile); ++c) {
            for (std::size_t r = first; r < last; ++r) {
                std::memcpy(target + (c * m.rows + r) * size, source + (r * m.columns + c) * size, size);
            }
        }
    }
}

Matrices transposed(const Matrices &m) noexcept
{
    return {m.count, m.columns, m.rows, m.block_bytes};
}

} // namespace

void transpose(const unsigned char *source, unsigned char *target, const Matrices &matrices) noexcept
{
    const std::size_t strips = (matrices.rows + tile - 1) / tile;
    const std::size_t bytes = matrices.rows * matrices.columns * matrices.block_bytes;
    const std::size_t blocks = std::min(tile, matrices.rows) * matrices.columns;
    parallel_for(matrices.count * strips, grain_of(blocks), [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const unsigned char *from = source + i / strips * bytes;
            unsigned char *to = target + i / strips * bytes;
            const std::size_t first = i % strips * tile;
            if (matrices.block_bytes == 4) {
                transpose_rows<4>(from, to, first, matrices);
            } else if (matrices.block_bytes == 8) {
                transpose_rows<8>(from, to, first, matrices);
            } else {
                transpose_rows<0>(from, to, first, matrices);
            }
        }
    });
}

RowMajor::RowMajor(Scratch &scratch, const Tensor &tensor) : scratch_(scratch), tensor_(tensor)
{
    if (!tensor.present() || tensor.format() == MemoryFormat::row_major) {
        return;
    }
    copied_ = true;
    const std::size_t images = tensor.length(0);
    const std::size_t channels = tensor.length(1);
    in_memory_ = {images, tensor.elements() / images / channels, channels, tensor.element_bytes()};
    copy_ = scratch.add<unsigned char>(tensor.bytes());
}

void RowMajor::read() const noexcept
{
    if (copied_) {
        transpose(tensor_.data(), data(), in_memory_);
    }
}

void RowMajor::write_to(const Tensor &target) const noexcept
{
    if (copied_ && target.present()) {
        transpose(data(), target.data(), transposed(in_memory_));
    }
}

ChannelRows::ChannelRows(Scratch &scratch, const Tensor &tensor, std::size_t count, std::size_t run)
    : scratch_(scratch), tensor_(tensor), length_(tensor.elements() / count)
{
    if (!tensor.present() || count == 1 || length_ == run) {
        return;
    }
    copied_ = true;
    in_memory_ = {1, length_ / run, count, run * tensor.element_bytes()};
    copy_ = scratch.add<unsigned char>(tensor.bytes());
}

void ChannelRows::read() const noexcept
{
    if (copied_) {
        transpose(tensor_.data(), row(0), in_memory_);
    }
}

void ChannelRows::write_to(const Tensor &target) const noexcept
{
    if (copied_ && target.present()) {
        transpose(row(0), target.data(), transposed(in_memory_));
    }
}

} // namespace unitvar::core
