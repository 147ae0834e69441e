// Copies between layouts, for the paths that have no kernel of their own: planned in the call's scratch, shared by all
// threads.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>

#include "core/norm/geometry.hpp"
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

// The layout that a call computes in: that of the first dense tensor, or row-major where none is.
[[nodiscard]] MemoryFormat working_format(std::initializer_list<const Tensor *> tensors) noexcept;

// The tensors of a call as its kernels take them: themselves where they lie so, else copies, of which those of outputs
// go to their places at the end. Throws std::bad_alloc, before anything but copies is written.
class Operands {
public:
    Operands() = default;
    Operands(const Operands &) = delete;
    Operands &operator=(const Operands &) = delete;
    ~Operands() = default;

    // format: row_major or channels_last.
    const Tensor &input(const Tensor &tensor, MemoryFormat format = MemoryFormat::row_major);
    // The copy of an input that was given before may be taken for its own: kernels then replace what they read.
    const Tensor &output(const Tensor &tensor, MemoryFormat format = MemoryFormat::row_major,
                         const Tensor *in_place_of = nullptr);
    // Row-major and of the element type that kernels take beside x.
    const Tensor &parameter(const Tensor &tensor, const Tensor &x);
    // x or y where each row is contiguous, which is all that the kernels of rows need, else as above.
    const Tensor &input_rows(const Tensor &tensor, const Rows &rows);
    const Tensor &output_rows(const Tensor &tensor, const Rows &rows, const Tensor *in_place_of);

    void write_back() const noexcept;

private:
    static constexpr std::size_t most = 12;
    static constexpr std::size_t line = 64;

    struct Release {
        void operator()(std::byte *memory) const noexcept { ::operator delete (memory, std::align_val_t{line}); }
    };
    struct Copy {
        const Tensor *original;
        std::optional<Tensor> tensor;
        std::unique_ptr<std::byte, Release> memory;
        std::int64_t strides[most_dimensions];
    };

    Copy &add(const Tensor &tensor, MemoryFormat format, DType dtype, unsigned char *memory);

    std::size_t count_ = 0;
    Copy copy_[most];
};

// Where the rows of a tensor begin.
class RowPlaces {
public:
    RowPlaces(const Tensor &tensor, const Rows &rows) noexcept;
    [[nodiscard]] unsigned char *operator[](std::size_t row) const noexcept;

private:
    struct Dimension {
        std::size_t length;
        std::int64_t step; // bytes
    };
    unsigned char *data_;
    std::size_t rank_ = 0;
    Dimension dimension_[most_dimensions];
};

} // namespace unitvar::core
