// Random orthogonal matrices by Stewart's method: the product of Householder reflectors of normal vectors, applied in
// panels from the last to the first, so that the matrix grows from its lower right corner and a panel never meets the
// part that is still the identity: 4/3 n^3 operations for a square matrix, half of those of a QR factorisation.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <type_traits>

#include "core/counted/fill.hpp"
#include "core/reflectors.hpp"

namespace unitvar::core {

// The first n columns of a random m x m orthogonal matrix, m >= n.
template <class T> class OrthogonalMatrix {
public:
    OrthogonalMatrix(const Generator &generator, std::size_t m, std::size_t n)
        : matrix_(m, n),
          normals_(generator, normal_draws[dtype], normal_parameters(dtype, 0, 1, {"mean", "std"}), first_normal(n))
    {
    }

    // Allocates what the rest needs. Throws std::bad_alloc.
    void reserve()
    {
        const std::size_t m = matrix_.rows();
        const std::size_t n = matrix_.columns();
        matrix_.reserve();
        work_ = std::make_unique<Work>();
        work_->panel.v = allocate<T>(matrix_.padded_rows(), panel_width);
        work_->panel.minus_t = allocate<T>(panel_width, panel_width);
        work_->drawn = allocate<T>(std::min(first_normal(n), panel_width * m) + words_per_block, 1);
        work_->factor = allocate<double>(panel_width, panel_width);
    }

    // Computes the matrix, with the memory of reserve().
    void form() noexcept
    {
        for (std::size_t end = matrix_.columns(); end != 0;) {
            const std::size_t first = (end - 1) / panel_width * panel_width;
            draw_panel(first, end - first);
            matrix_.grow(work_->panel);
            end = first;
        }
        work_.reset();
    }

    void advance(Generator &generator) const noexcept { normals_.advance(generator); }

    // scale times elements first to first + count - 1 of the matrix, or of its transpose, in row-major order.
    void read(bool transposed, T scale, std::size_t first, std::size_t count, T *target) const noexcept
    {
        const std::size_t width = matrix_.width();
        const std::size_t columns = transposed ? matrix_.rows() : matrix_.columns();
        std::size_t row = first / columns;
        std::size_t column = first % columns;
        while (count != 0) {
            // A run within a row of the result; without the transposition also within a strip.
            const std::size_t left =
                transposed ? columns - column : std::min(columns, (column / width + 1) * width) - column;
            const std::size_t run = std::min(left, count);
            const T *source = transposed ? matrix_.at(column, row) : matrix_.at(row, column);
            const std::size_t step = transposed ? width : 1;
            for (std::size_t i = 0; i < run; ++i) {
                target[i] = source[i * step] * scale;
            }
            target += run;
            count -= run;
            column += run;
            if (column == columns) {
                column = 0;
                ++row;
            }
        }
    }

private:
    static constexpr DType dtype = std::is_same_v<T, float> ? DType::f32 : DType::f64;

    struct Work {
        ReflectorPanel<T> panel;
        AlignedArray<T> drawn;
        AlignedArray<double> factor;
    };

    // Where the normals of reflector k begin: after vectors of lengths m, m - 1, ..., m - k + 1.
    [[nodiscard]] std::size_t first_normal(std::size_t k) const noexcept
    {
        return k * matrix_.rows() - (k % 2 == 0 ? k / 2 * (k - 1) : (k - 1) / 2 * k);
    }

    // Reflectors first to first + count - 1.
    void draw_panel(std::size_t first, std::size_t count) noexcept
    {
        ReflectorPanel<T> &panel = work_->panel;
        panel.first = first;
        panel.count = count;
        const std::size_t rows = matrix_.rows() - first;
        const std::size_t begin = first_normal(first);
        const std::size_t aligned = begin / normals_.elements_per_block() * normals_.elements_per_block();
        normals_.write(work_->drawn.get(), aligned, first_normal(first + count) - aligned, StoreMode::cached);

        std::array<T *, panel_width> vector{};
        std::array<double, panel_width> squares{};
        T *x = work_->drawn.get() + (begin - aligned);
        for (std::size_t j = 0; j < count; ++j) {
            vector[j] = x;
            squares[j] = make_reflector(matrix_.kernels(), x, rows - j, panel.sign[j]);
            x += rows - j;
        }
        for (std::size_t r = 0; r < multiple(rows, panel_group); r += panel_group) {
            for (std::size_t j = 0; j < panel_width; ++j) {
                T *column = panel.v.get() + r * panel_width + j;
                const std::size_t end = j < count ? std::clamp(rows, r, r + panel_group) - r : 0;
                const std::size_t start = j < count ? std::min(std::max(r, j) - r, end) : 0;
                for (std::size_t i = 0; i < start; ++i) {
                    column[i * panel_width] = 0;
                }
                for (std::size_t i = start; i < end; ++i) {
                    column[i * panel_width] = vector[j][r + i - j];
                }
                for (std::size_t i = end; i < panel_group; ++i) {
                    column[i * panel_width] = 0;
                }
            }
        }
        matrix_.kernels().factor(panel.v.get(), rows, count, squares.data(), work_->factor.get(), panel.minus_t.get());
    }

    StripMatrix<T> matrix_;
    Fill normals_;
    std::unique_ptr<Work> work_;
};

} // namespace unitvar::core
