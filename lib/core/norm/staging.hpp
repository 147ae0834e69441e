// Copies between layouts, for the paths that have no kernel of their own: planned in the call's scratch, shared by all
// threads.
#pragma once

#include <cstddef>

#include "core/scratch.hpp"
#include "core/tensor.hpp"

namespace unitvar::core {

// count matrices that follow one another, of blocks of block_bytes.
struct Matrices {
    std::size_t count;
    std::size_t rows;
    std::size_t columns;
    std::size_t block_bytes;
};
// target[c][r] = source[r][c].
void transpose(const unsigned char *source, unsigned char *target, const Matrices &matrices) noexcept;

// The elements of a dense tensor in row-major order: its own memory, or a copy where it is channels-last.
class RowMajor {
public:
    RowMajor(Scratch &scratch, const Tensor &tensor);
    // Copies the elements in.
    void read() const noexcept;
    // Copies what is there to a tensor of the same shape and layout. Nothing where there is no copy.
    void write_to(const Tensor &target) const noexcept;
    [[nodiscard]] bool copied() const noexcept { return copied_; }
    [[nodiscard]] unsigned char *data() const noexcept { return copied_ ? scratch_.data(copy_) : tensor_.data(); }

private:
    const Scratch &scratch_;
    const Tensor &tensor_;
    bool copied_ = false;
    Matrices in_memory_{};
    Scratch::Buffer<unsigned char> copy_;
};

// A tensor of turns in memory, each of `count` channels of `run` elements, with the elements of a channel side by side:
// its own memory where they are, else a copy.
class ChannelRows {
public:
    ChannelRows(Scratch &scratch, const Tensor &tensor, std::size_t count, std::size_t run);
    void read() const noexcept;
    void write_to(const Tensor &target) const noexcept;
    [[nodiscard]] bool copied() const noexcept { return copied_; }
    // The elements of a channel, and where they begin.
    [[nodiscard]] std::size_t length() const noexcept { return length_; }
    [[nodiscard]] unsigned char *row(std::size_t channel) const noexcept
    {
        return (copied_ ? scratch_.data(copy_) : tensor_.data()) + channel * length_ * tensor_.element_bytes();
    }

private:
    const Scratch &scratch_;
    const Tensor &tensor_;
    std::size_t length_;
    bool copied_ = false;
    Matrices in_memory_{};
    Scratch::Buffer<unsigned char> copy_;
};

} // namespace unitvar::core
