// Copies between layouts, for the paths that have no kernel of their own: planned in the call's scratch, shared by all
// threads.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>

#include "core/layout.hpp"
#include "core/norm/geometry.hpp"
#include "core/norm/statistics.hpp"
#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "core/sharing.hpp"
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

// Rows that are no runs, in blocks that are gathered: a row, or as many as make moments_chunk elements, for each thread.
class RowBlocks {
public:
    // Whether a call that computes with rows takes them so: where one of the tensors has rows that are no runs, and threads
    // have blocks enough. Else there are few rows.
    [[nodiscard]] static bool serve(std::initializer_list<const Tensor *> tensors, const Rows &rows) noexcept;

    // buffers: of a block, for each thread.
    RowBlocks(Scratch &scratch, const Rows &rows, std::size_t element_bytes, std::size_t buffers)
        : scratch_(scratch), rows_(rows), bytes_(rows_at_once(rows) * rows.length * element_bytes), buffers_(buffers),
          slots_(slots_for(blocks(), grain())), memory_(scratch.add<unsigned char>(slots_ * buffers * bytes_))
    {
    }

    // work(first row, rows, buffers), of which each begins bytes() behind the one before.
    template <class Work> void run(const Work &work) const noexcept
    {
        const std::size_t at_once = rows_at_once(rows_);
        parallel_slots(slots_, blocks(), grain(), [&](std::size_t slot, std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                const std::size_t first = i * at_once;
                work(first, std::min(at_once, rows_.count - first), scratch_.data(memory_) + slot * buffers_ * bytes_);
            }
        });
    }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    [[nodiscard]] static std::size_t rows_at_once(const Rows &rows) noexcept
    {
        return std::clamp<std::size_t>(moments_chunk / rows.length, 1, rows.count);
    }
    [[nodiscard]] static std::size_t blocks(const Rows &rows) noexcept
    {
        const std::size_t at_once = rows_at_once(rows);
        return (rows.count + at_once - 1) / at_once;
    }
    [[nodiscard]] std::size_t blocks() const noexcept { return blocks(rows_); }
    [[nodiscard]] std::size_t grain() const noexcept { return grain_of(rows_at_once(rows_) * rows_.length); }

    const Scratch &scratch_;
    Rows rows_;
    std::size_t bytes_;
    std::size_t buffers_;
    std::size_t slots_;
    Scratch::Buffer<unsigned char> memory_;
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
