// An activation of what a norm writes: in pieces, each of which is still in the first cache when the activation takes it.
// The bits are those of the two functions one after the other.
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/norm/arguments.hpp"
#include "unitvar/norm.hpp"

namespace unitvar::core {

// As functions with slopes take them: finite, and rounded to the element type or, for those of 16 bits, to f32. Throws
// InvalidArgument.
[[nodiscard]] double rounded_slope(double slope, DType dtype);

class Activated {
public:
    // Throws InvalidArgument for a nonlinearity that is none of the activations, and for its slope.
    Activated(const Activation &activation, DType dtype);

    // write(first, count, target, mode) gives elements first to first + count - 1 of n to target; what is there, or its
    // activation, is in y in the end. A piece begins at a multiple of half_block elements and, but for a shorter n, has
    // as many: kernels that look at blocks see the same ones.
    template <class Write> void run(unsigned char *y, std::size_t n, StoreMode mode, const Write &write) const noexcept
    {
        if (!kernels_) {
            write(std::size_t{0}, n, y, mode);
        } else if (mode == StoreMode::streaming) {
            // Past the caches, from a buffer that stays in them.
            alignas(64) unsigned char buffer[2 * piece_bytes];
            for_pieces(n, piece_bytes / element_bytes_, [&](std::size_t first, std::size_t count) {
                write(first, count, static_cast<unsigned char *>(buffer), StoreMode::cached);
                apply(buffer, y + first * element_bytes_, {count, 1, 0}, mode);
            });
            kernels_->fence();
        } else {
            for_pieces(n, piece_bytes / element_bytes_, [&](std::size_t first, std::size_t count) {
                unsigned char *const target = y + first * element_bytes_;
                write(first, count, target, mode);
                apply(target, target, {count, 1, 0}, mode);
            });
        }
    }

    // The same of runs: write(first, runs) gives as many from run `first` on to y. Where they are long or go past the caches
    // each is taken alone, write_run(i, first, count, target, mode).
    template <class Write, class WriteRun>
    void run_runs(unsigned char *y, const Runs &runs, StoreMode mode, const Write &write,
                  const WriteRun &write_run) const noexcept
    {
        if (!kernels_) {
            write(std::size_t{0}, runs);
            return;
        }
        const std::size_t bytes = runs.length * element_bytes_;
        const std::size_t at_once = mode == StoreMode::streaming ? 1 : std::max<std::size_t>(1, piece_bytes / bytes);
        for (std::size_t i = 0; i < runs.count; i += at_once) {
            unsigned char *const target = y + i * runs.stride * element_bytes_;
            if (at_once == 1) {
                run(target, runs.length, mode,
                    [&](std::size_t first, std::size_t count, unsigned char *to, StoreMode how) {
                        write_run(i, first, count, to, how);
                    });
                continue;
            }
            const Runs some{runs.length, std::min(at_once, runs.count - i), runs.stride};
            write(i, some);
            apply(target, target, some, mode);
        }
    }

    // The same of a matrix without gaps: write(first, count) gives rows to y.
    template <class Write>
    void run_rows(unsigned char *y, std::size_t rows, std::size_t columns, const Write &write) const noexcept
    {
        if (!kernels_) {
            write(std::size_t{0}, rows);
            return;
        }
        const std::size_t bytes = columns * element_bytes_;
        for_pieces(rows, bytes < matrix_bytes ? matrix_bytes / bytes : 1, [&](std::size_t first, std::size_t count) {
            write(first, count);
            unsigned char *const target = y + first * bytes;
            apply(target, target, {count * columns, 1, 0}, StoreMode::cached);
        });
    }

private:
    static constexpr std::size_t piece_bytes = std::size_t{1} << 12U;  // two of them on the stack
    static constexpr std::size_t matrix_bytes = std::size_t{1} << 16U; // whose kernels prepare their columns each time

    // Of `piece` to 2 piece - 1 but for a shorter n.
    template <class Work> static void for_pieces(std::size_t n, std::size_t piece, const Work &work) noexcept
    {
        for (std::size_t first = 0; first < n;) {
            const std::size_t count = n - first < 2 * piece ? n - first : piece;
            work(first, count);
            first += count;
        }
    }
    void apply(const unsigned char *x, unsigned char *y, const Runs &runs, StoreMode mode) const noexcept;

    const ActivationKernels *kernels_ = nullptr; // null: y stays as it is
    bool leaky_ = false;
    double slope_ = 0;
    std::size_t element_bytes_;
};

} // namespace unitvar::core
