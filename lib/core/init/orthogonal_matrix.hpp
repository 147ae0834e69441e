// Random orthogonal matrices by Stewart's method: the product of Householder reflectors of normal vectors, applied in
// panels from the last to the first, so that the matrix grows from its lower right corner and a panel never meets the
// part that is still the identity: 4/3 n^3 operations for a square matrix, half of those of a QR factorisation.
//
// The matrix, tall, lies in strips of a few columns (core/kernel_table.hpp) that a panel is applied to one by one;
// threads share the strips.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>

#include "core/fill.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/sharing.hpp"

namespace unitvar::core {

constexpr std::size_t multiple(std::size_t n, std::size_t of)
{
    return (n + of - 1) / of * of;
}

struct AlignedDelete {
    void operator()(void *p) const noexcept { ::operator delete (p, std::align_val_t{64}); }
};
template <class T> using AlignedArray = std::unique_ptr<T[], AlignedDelete>;

// rows * columns elements, not initialised.
template <class T> AlignedArray<T> allocate(std::size_t rows, std::size_t columns)
{
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(rows, columns, &bytes) || __builtin_mul_overflow(bytes, sizeof(T), &bytes)) {
        throw std::bad_alloc();
    }
    return AlignedArray<T>(static_cast<T *>(::operator new (bytes, std::align_val_t{64})));
}

template <class T> const ReflectorKernels &reflector_kernels()
{
    return std::is_same_v<T, float> ? *kernels().reflectors_f32 : *kernels().reflectors_f64;
}

// The first n columns of a random m x m orthogonal matrix, m >= n.
template <class T> class OrthogonalMatrix {
public:
    OrthogonalMatrix(const Generator &generator, std::size_t m, std::size_t n)
        : kernels_(reflector_kernels<T>()), m_(m), n_(n),
          normals_(generator, std::is_same_v<T, float> ? DrawIndex::normal_f32 : DrawIndex::normal_f64,
                   normal_parameters(std::is_same_v<T, float> ? DType::f32 : DType::f64, 0, 1, {"mean", "std"}),
                   first_normal(n)),
          strip_elements_(multiple(m, panel_group) * kernels_.strip_width)
    {
    }

    // Computes the matrix. Throws std::bad_alloc.
    void form()
    {
        strips_ = allocate<T>(multiple(m_, panel_group), multiple(n_, kernels_.strip_width));
        panel_ = allocate<T>(multiple(m_, panel_group), panel_width);
        drawn_ = allocate<T>(std::min(first_normal(n_), panel_width * m_) + words_per_block, 1);
        factor_ = allocate<T>(panel_width, panel_width);
        workspace_ = allocate<double>(panel_width, panel_width);
        for (std::size_t end = n_; end != 0;) {
            const std::size_t first = (end - 1) / panel_width * panel_width;
            draw_panel(first, end - first);
            apply_panel(first, end - first);
            end = first;
        }
        panel_.reset();
        drawn_.reset();
    }

    void advance(Generator &generator) const noexcept { normals_.advance(generator); }

    // scale times elements first to first + count - 1 of the matrix, or of its transpose, in row-major order.
    void read(bool transposed, T scale, std::size_t first, std::size_t count, T *target) const noexcept
    {
        const std::size_t width = kernels_.strip_width;
        const std::size_t columns = transposed ? m_ : n_;
        std::size_t row = first / columns;
        std::size_t column = first % columns;
        while (count != 0) {
            // A run within a row of the result; without the transposition also within a strip.
            const std::size_t left =
                transposed ? columns - column : std::min(columns, (column / width + 1) * width) - column;
            const std::size_t run = std::min(left, count);
            const T *source = transposed ? at(column, row) : at(row, column);
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
    // Where the normals of reflector k begin: after vectors of lengths m, m - 1, ..., m - k + 1.
    [[nodiscard]] std::size_t first_normal(std::size_t k) const noexcept
    {
        return k * m_ - (k % 2 == 0 ? k / 2 * (k - 1) : (k - 1) / 2 * k);
    }
    [[nodiscard]] T *at(std::size_t row, std::size_t column) const noexcept
    {
        const std::size_t width = kernels_.strip_width;
        return strips_.get() + column / width * strip_elements_ + row * width + column % width;
    }

    // Panel and factor of reflectors first to first + count - 1, over rows first to m - 1.
    void draw_panel(std::size_t first, std::size_t count) noexcept
    {
        const std::size_t rows = m_ - first;
        const std::size_t begin = first_normal(first);
        const std::size_t aligned = begin / normals_.elements_per_block() * normals_.elements_per_block();
        normals_.write(drawn_.get(), aligned, first_normal(first + count) - aligned, StoreMode::cached);

        std::array<T *, panel_width> vector{};
        std::array<double, panel_width> squares{};
        T *x = drawn_.get() + (begin - aligned);
        for (std::size_t j = 0; j < count; ++j) {
            vector[j] = x;
            squares[j] = make_reflector(x, rows - j, sign_[j]);
            x += rows - j;
        }
        for (std::size_t r = 0; r < multiple(rows, panel_group); r += panel_group) {
            for (std::size_t j = 0; j < panel_width; ++j) {
                T *column = panel_.get() + r * panel_width + j;
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
        kernels_.factor(panel_.get(), rows, count, squares.data(), workspace_.get(), factor_.get());
    }

    // Makes x the vector v of the reflection that takes it to sign |x| e_1; returns v^T v for v as rounded.
    [[nodiscard]] double make_reflector(T *x, std::size_t length, T &sign) const noexcept
    {
        double square = kernels_.sum_of_squares(x, length);
        // On the line only the sign counts, and the result is exact for length 1. The zero vector is as good as e_1.
        if (length == 1 || square == 0) {
            x[0] = x[0] >= 0 ? T(1) : T(-1);
            square = 1;
        }
        const double head = x[0];
        sign = head >= 0 ? T(-1) : T(1);
        x[0] = static_cast<T>(head - static_cast<double>(sign) * std::sqrt(square));
        return square - head * head + static_cast<double>(x[0]) * static_cast<double>(x[0]);
    }

    void apply_panel(std::size_t first, std::size_t count)
    {
        const std::size_t width = kernels_.strip_width;
        const std::size_t rows = m_ - first;
        const std::size_t padded_rows = multiple(m_, panel_group) - first;
        const std::size_t first_strip = first / width;
        const std::size_t strip_count = (n_ - 1) / width + 1 - first_strip;
        const std::size_t grain = grain_of(share_operations, rows * count * width);
        parallel_for(strip_count, grain, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                const std::size_t column = (first_strip + i) * width;
                T *strip = at(first, column);
                if (column >= first + panel_width) { // the corner that is there already, below rows of zeros
                    std::memset(strip, 0, count * width * sizeof(T));
                    kernels_.apply(panel_.get(), factor_.get(), rows, count, count, rows, strip);
                    continue;
                }
                std::memset(strip, 0, padded_rows * width * sizeof(T));
                for (std::size_t j = column - first; j < std::min(column - first + width, count); ++j) {
                    *at(first + j, first + j) = sign_[j];
                }
                kernels_.apply(panel_.get(), factor_.get(), rows, count, 0, count, strip);
            }
        });
    }

    const ReflectorKernels &kernels_;
    std::size_t m_;
    std::size_t n_;
    Fill normals_;
    std::size_t strip_elements_;
    AlignedArray<T> strips_;
    AlignedArray<T> panel_;
    AlignedArray<T> drawn_;
    AlignedArray<T> factor_;
    AlignedArray<double> workspace_;
    std::array<T, panel_width> sign_{};
};

} // namespace unitvar::core
