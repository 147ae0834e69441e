// What norms of rows share: weights and biases prepared once a call for the kernels, and rows cut into pieces for threads.
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/norm/geometry.hpp"
#include "core/norm/statistics.hpp"
#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "core/sharing.hpp"
#include "core/store_mode.hpp"
#include "core/tensor.hpp"

namespace unitvar::core {

// work(row, first, n) for all rows, in pieces that are worth a thread.
template <class Work> void for_row_pieces(const Rows &rows, const Work &work) noexcept
{
    constexpr std::size_t piece = std::size_t{1} << 16U;
    const std::size_t pieces = (rows.length + piece - 1) / piece;
    parallel_for(rows.count * pieces, grain_of(std::min(piece, rows.length)), [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const std::size_t first = i % pieces * piece;
            work(i / pieces, first, std::min(piece, rows.length - first));
        }
    });
}

// Weights and biases as the kernels of rows take them: beside elements of 16 bits in an order of theirs; beside others
// where they lie, or as doubles where many rows share the conversion and the first cache level holds them.
class RowParameters {
public:
    RowParameters(Scratch &scratch, const NormKernels &kernels, const Tensor &weight, const Tensor &bias,
                  const Rows &rows)
        : scratch_(scratch), kernels_(*kernels.affine), weight_(weight), bias_(bias), length_(rows.length),
          ordered_(kernels_.order_parameters != nullptr),
          widened_(!ordered_ && rows.count >= fewest_rows && rows.length <= most_doubles),
          weights_(buffer(scratch, weight)), biases_(buffer(scratch, bias))
    {
    }

    void prepare() const noexcept
    {
        prepare(weight_, weights_);
        prepare(bias_, biases_);
    }

    // n elements of a row from `first` on, a multiple of a block, which are at x and y.
    void apply(const unsigned char *x, unsigned char *y, std::size_t first, std::size_t n, const Affine &affine,
               StoreMode mode) const noexcept
    {
        if (!weight_.present() && !bias_.present()) {
            kernels_.runs(x, y, {n, 1, 0}, affine, mode);
        } else if (widened_) {
            kernels_.row_of_doubles(x, y, n, affine, prepared<double>(weights_, first),
                                    prepared<double>(biases_, first), mode);
        } else if (ordered_) {
            kernels_.row(x, y, n, affine, prepared<float>(weights_, first), prepared<float>(biases_, first), mode);
        } else {
            kernels_.row(x, y, n, affine, from(weight_, first), from(bias_, first), mode);
        }
    }

private:
    static constexpr std::size_t fewest_rows = 8;
    static constexpr std::size_t most_doubles = 2048;
    using Buffer = Scratch::Buffer<std::byte>;

    [[nodiscard]] Buffer buffer(Scratch &scratch, const Tensor &tensor) const
    {
        constexpr std::size_t block = half_block;
        const std::size_t bytes = ordered_   ? (length_ + block - 1) / block * block * sizeof(float)
                                  : widened_ ? length_ * sizeof(double)
                                             : 0;
        return scratch.add<std::byte>(tensor.present() ? bytes : 0);
    }

    void prepare(const Tensor &tensor, const Buffer &buffer) const noexcept
    {
        if (buffer.size() == 0) {
            return;
        }
        if (ordered_) {
            kernels_.order_parameters(tensor.data(), tensor.dtype() != DType::f32,
                                      reinterpret_cast<float *>(scratch_.data(buffer)), length_);
        } else {
            norm_kernels(tensor.dtype())
                .convert->widen(tensor.data(), reinterpret_cast<double *>(scratch_.data(buffer)), length_);
        }
    }

    template <class T> [[nodiscard]] const T *prepared(const Buffer &buffer, std::size_t first) const noexcept
    {
        return buffer.size() == 0 ? nullptr : reinterpret_cast<const T *>(scratch_.data(buffer)) + first;
    }
    [[nodiscard]] static const unsigned char *from(const Tensor &tensor, std::size_t first) noexcept
    {
        return tensor.present() ? tensor.data() + first * tensor.element_bytes() : nullptr;
    }

    const Scratch &scratch_;
    const AffineKernels &kernels_;
    const Tensor &weight_;
    const Tensor &bias_;
    std::size_t length_;
    bool ordered_;
    bool widened_;
    Buffer weights_;
    Buffer biases_;
};

} // namespace unitvar::core
