// Copies between layouts, for the paths that have no kernel of their own.
#pragma once

#include <cstddef>
#include <memory>

#include "core/norm/operand.hpp"

namespace unitvar::core {

// target[c][r] = source[r][c] for blocks of block_bytes. count matrices follow one another.
void transpose(const unsigned char *source, unsigned char *target, std::size_t count, std::size_t rows,
               std::size_t columns, std::size_t block_bytes);

using Bytes = std::unique_ptr<unsigned char[]>;
[[nodiscard]] Bytes allocate_bytes(std::size_t count);

// The elements of an operand in row-major order: its own memory, or a copy where it is channels-last.
class RowMajor {
public:
    explicit RowMajor(const Operand &operand);
    // Copies the elements in, or what was computed back.
    void read() const;
    void write() const;
    [[nodiscard]] unsigned char *data() const noexcept { return copy_ ? copy_.get() : operand_.data; }

private:
    const Operand &operand_;
    Bytes copy_;
    std::size_t batch_ = 1;
    std::size_t channels_ = 1;
    std::size_t positions_ = 1;
};

// An array of turns, each of `count` channels of `run` elements, with the elements of a channel side by side: the array
// itself where they are, else a copy.
class ChannelRows {
public:
    // Takes the operand's elements, or leaves them undefined for results.
    enum class Content { copied, undefined };
    ChannelRows(const Operand &operand, std::size_t count, std::size_t run, Content content = Content::copied);
    void write() const;
    [[nodiscard]] std::size_t length() const noexcept { return length_; }
    [[nodiscard]] unsigned char *row(std::size_t channel) const noexcept
    {
        return (copy_ ? copy_.get() : operand_.data) + channel * length_ * operand_.element_bytes;
    }

private:
    const Operand &operand_;
    std::size_t count_;
    std::size_t run_;
    std::size_t length_;
    Bytes copy_;
};

} // namespace unitvar::core
