// Copies between layouts.
#include "core/norm/staging.hpp"

#include <algorithm>
#include <cstring>

#include "core/layout.hpp"
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
            if (matrices.block_bytes == 2) {
                transpose_rows<2>(from, to, first, matrices);
            } else if (matrices.block_bytes == 4) {
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
    in_memory_ = {images, static_cast<std::size_t>(tensor.elements() / images / channels), channels,
                  tensor.element_bytes()};
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

MemoryFormat working_format(std::initializer_list<const Tensor *> tensors) noexcept
{
    for (const Tensor *tensor : tensors) {
        if (tensor->present() && tensor->format() != MemoryFormat::strided) {
            return tensor->format();
        }
    }
    return MemoryFormat::row_major;
}

namespace {

// A view with the channels last in shape, whose row-major order is the channels-last one of the tensor.
class ChannelsLast {
public:
    explicit ChannelsLast(const Tensor &tensor) noexcept : name_(tensor.name()), data_(tensor.data())
    {
        dtype_ = tensor.dtype();
        ndim_ = tensor.ndim();
        for (std::size_t d = 0; d < ndim_; ++d) {
            const std::size_t from = d == 0 ? 0 : d + 1 == ndim_ ? 1 : d + 1;
            shape_[d] = tensor.shape()[from];
            strides_[d] = tensor.stride(from);
        }
    }
    [[nodiscard]] Tensor tensor() const
    {
        return {name_, TensorView{data_, dtype_, {shape_, ndim_}, {strides_, ndim_}}, Access::read};
    }

private:
    const char *name_;
    unsigned char *data_;
    DType dtype_;
    std::size_t ndim_;
    std::int64_t shape_[most_dimensions];
    std::int64_t strides_[most_dimensions];
};

constexpr std::size_t piece = std::size_t{1} << 13U; // elements that a thread copies at a time

// Between a tensor and a row-major copy of it; move(layout, element, first, count).
template <class Move> void for_pieces(const Tensor &tensor, unsigned char *copy, const Move &move) noexcept
{
    const Layout layout(tensor);
    const std::size_t elements = tensor.elements();
    const std::size_t bytes = tensor.element_bytes();
    parallel_for((elements + piece - 1) / piece, grain_of(piece), [&](std::size_t begin, std::size_t end) {
        const std::size_t first = begin * piece;
        move(layout, copy + first * bytes, first, std::min(elements, end * piece) - first);
    });
}
template <class Move>
void for_pieces(const Tensor &tensor, MemoryFormat format, unsigned char *copy, const Move &move) noexcept
{
    if (format == MemoryFormat::channels_last) {
        for_pieces(ChannelsLast(tensor).tensor(), copy, move);
    } else {
        for_pieces(tensor, copy, move);
    }
}

Matrices images_in_memory(const Tensor &tensor) noexcept
{
    const std::size_t images = tensor.length(0);
    const std::size_t channels = tensor.length(1);
    return {images, static_cast<std::size_t>(tensor.elements() / images / channels), channels, tensor.element_bytes()};
}

void gather(const Tensor &tensor, MemoryFormat format, unsigned char *copy) noexcept
{
    if (tensor.format() == MemoryFormat::channels_last && format == MemoryFormat::row_major) {
        transpose(tensor.data(), copy, images_in_memory(tensor));
        return;
    }
    for_pieces(tensor, format, copy, [](const Layout &layout, unsigned char *at, std::size_t first, std::size_t count) {
        layout.gather(at, first, count);
    });
}

void scatter(const unsigned char *copy, MemoryFormat format, const Tensor &tensor) noexcept
{
    if (tensor.format() == MemoryFormat::channels_last && format == MemoryFormat::row_major) {
        transpose(copy, tensor.data(), transposed(images_in_memory(tensor)));
        return;
    }
    for_pieces(tensor, format, const_cast<unsigned char *>(copy),
               [](const Layout &layout, const unsigned char *at, std::size_t first, std::size_t count) {
                   layout.scatter(at, first, count);
               });
}

bool is_in(const Tensor &tensor, MemoryFormat format) noexcept
{
    return !tensor.present() || tensor.elements() == 0 || tensor.format() == format;
}

bool has_contiguous_rows(const Tensor &tensor, const Rows &rows) noexcept
{
    std::int64_t step = 1;
    for (std::size_t d = tensor.ndim(); d-- > rows.outer.size();) {
        if (tensor.length(d) != 1 && tensor.stride(d) != step) {
            return false;
        }
        step *= tensor.shape()[d];
    }
    return true;
}

} // namespace

Operands::Copy &Operands::add(const Tensor &tensor, MemoryFormat format, DType dtype, unsigned char *memory)
{
    Copy &copy = copy_[count_];
    copy.original = &tensor;
    if (memory == nullptr) {
        const std::size_t bytes = tensor.elements() * unitvar::element_bytes(dtype);
        copy.memory.reset(static_cast<std::byte *>(::operator new (bytes, std::align_val_t{line})));
        memory = reinterpret_cast<unsigned char *>(copy.memory.get());
    }
    TensorView view{memory, dtype, tensor.shape(), {}};
    if (format == MemoryFormat::channels_last) {
        std::int64_t step = tensor.shape()[1];
        copy.strides[1] = 1;
        for (std::size_t d = tensor.ndim(); d-- > 0;) {
            if (d != 1) {
                copy.strides[d] = step;
                step *= tensor.shape()[d];
            }
        }
        view.strides = {copy.strides, tensor.ndim()};
    }
    copy.tensor.emplace(tensor.name(), view, tensor.access());
    ++count_;
    return copy;
}

const Tensor &Operands::input(const Tensor &tensor, MemoryFormat format)
{
    if (is_in(tensor, format)) {
        return tensor;
    }
    const Tensor &copy = *add(tensor, format, tensor.dtype(), nullptr).tensor;
    gather(tensor, format, copy.data());
    return copy;
}

const Tensor &Operands::output(const Tensor &tensor, MemoryFormat format, const Tensor *in_place_of)
{
    if (is_in(tensor, format)) {
        return tensor;
    }
    unsigned char *memory = nullptr;
    for (std::size_t i = 0; i < count_; ++i) {
        if (&*copy_[i].tensor == in_place_of) {
            memory = in_place_of->data();
        }
    }
    return *add(tensor, format, tensor.dtype(), memory).tensor;
}

const Tensor &Operands::parameter(const Tensor &tensor, const Tensor &x)
{
    const Tensor &dense = input(tensor);
    const DType dtype = parameter_type(x.dtype());
    if (!dense.present() || dense.elements() == 0 || dense.dtype() == dtype) {
        return dense;
    }
    const Tensor &copy = *add(dense, MemoryFormat::row_major, dtype, nullptr).tensor;
    for (std::size_t i = 0; i < dense.elements(); ++i) {
        set_value(copy, i, value_at(dense, i));
    }
    return copy;
}

const Tensor &Operands::input_rows(const Tensor &tensor, const Rows &rows)
{
    return !tensor.present() || has_contiguous_rows(tensor, rows) ? tensor : input(tensor);
}

const Tensor &Operands::output_rows(const Tensor &tensor, const Rows &rows, const Tensor *in_place_of)
{
    return !tensor.present() || has_contiguous_rows(tensor, rows)
               ? tensor
               : output(tensor, MemoryFormat::row_major, in_place_of);
}

void Operands::write_back() const noexcept
{
    for (std::size_t i = 0; i < count_; ++i) {
        const Copy &copy = copy_[i];
        if (copy.tensor->access() == Access::write) {
            scatter(copy.tensor->data(), copy.tensor->format(), *copy.original);
        }
    }
}

bool RowBlocks::serve(std::initializer_list<const Tensor *> tensors, const Rows &rows) noexcept
{
    const auto is_gathered = [&](const Tensor *tensor) {
        return tensor->present() && !has_contiguous_rows(*tensor, rows);
    };
    return std::ranges::any_of(tensors, is_gathered) && enough_for_threads(blocks(rows));
}

RowPlaces::RowPlaces(const Tensor &tensor, const Rows &rows) noexcept
    : data_(tensor.present() ? tensor.data() : nullptr)
{
    if (!tensor.present()) {
        return;
    }
    const auto bytes = static_cast<std::int64_t>(tensor.element_bytes());
    for (std::size_t d = 0; d < rows.outer.size(); ++d) {
        const Dimension inner{tensor.length(d), tensor.stride(d) * bytes};
        if (inner.length == 1) {
            continue;
        }
        Dimension *const outer = rank_ == 0 ? nullptr : dimension_ + rank_ - 1;
        if (outer != nullptr && outer->step == static_cast<std::int64_t>(inner.length) * inner.step) {
            *outer = {outer->length * inner.length, inner.step};
        } else {
            dimension_[rank_++] = inner;
        }
    }
}

unsigned char *RowPlaces::operator[](std::size_t row) const noexcept
{
    std::int64_t offset = 0;
    for (std::size_t d = rank_; d-- > 1;) {
        offset += static_cast<std::int64_t>(row % dimension_[d].length) * dimension_[d].step;
        row /= dimension_[d].length;
    }
    return data_ + (rank_ == 0 ? 0 : offset + static_cast<std::int64_t>(row) * dimension_[0].step);
}

} // namespace unitvar::core
