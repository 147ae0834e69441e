// A matrix in strips (core/kernel_table.hpp) and the Householder reflectors that build orthogonal ones: what Stewart's
// method and the QR factorisation share.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

#include "core/kernel_table.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/sharing.hpp"

namespace unitvar::core {

[[nodiscard]] constexpr std::size_t multiple(std::size_t n, std::size_t of) noexcept
{
    return (n + of - 1) / of * of;
}

struct AlignedDelete {
    void operator()(void *p) const noexcept { ::operator delete (p, std::align_val_t{64}); }
};
template <class T> using AlignedArray = std::unique_ptr<T[], AlignedDelete>;

// rows * columns elements, not initialised. Throws std::bad_alloc.
template <class T> [[nodiscard]] AlignedArray<T> allocate(std::size_t rows, std::size_t columns)
{
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(rows, columns, &bytes) || __builtin_mul_overflow(bytes, sizeof(T), &bytes)) {
        throw std::bad_alloc();
    }
    return AlignedArray<T>(static_cast<T *>(::operator new (bytes, std::align_val_t{64})));
}

template <class T> [[nodiscard]] const ReflectorKernels &reflector_kernels()
{
    return std::is_same_v<T, float> ? *kernels().reflectors_f32 : *kernels().reflectors_f64;
}

// Reflectors first to first + count - 1, over rows first to m - 1 of the matrix that they are applied to.
template <class T> struct ReflectorPanel {
    std::size_t first = 0;
    std::size_t count = 0;
    AlignedArray<T> v;
    AlignedArray<T> minus_t;
    std::array<T, panel_width> sign{}; // reflector k takes its vector to sign[k] e_1
};

// Makes x the vector v of the reflection that takes it to sign |x| e_1; returns v^T v for v as rounded.
template <class T>
[[nodiscard]] double make_reflector(const ReflectorKernels &kernels, T *x, std::size_t length, T &sign) noexcept
{
    double square = kernels.sum_of_squares(x, length);
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

// m rows and n columns, m >= n >= 1.
template <class T> class StripMatrix {
public:
    // Throws what kernels() throws; allocates nothing.
    StripMatrix(std::size_t m, std::size_t n)
        : kernels_(reflector_kernels<T>()), m_(m), n_(n), strip_elements_(multiple(m, panel_group) * width())
    {
    }
    // Allocates its elements, not initialised. Throws std::bad_alloc.
    void reserve() { strips_ = allocate<T>(padded_rows(), multiple(n_, width())); }

    [[nodiscard]] const ReflectorKernels &kernels() const noexcept { return kernels_; }
    [[nodiscard]] std::size_t rows() const noexcept { return m_; }
    [[nodiscard]] std::size_t columns() const noexcept { return n_; }
    [[nodiscard]] std::size_t padded_rows() const noexcept { return multiple(m_, panel_group); }
    [[nodiscard]] std::size_t width() const noexcept { return kernels_.strip_width; } // of a strip
    [[nodiscard]] std::size_t strips() const noexcept { return (n_ - 1) / width() + 1; }
    [[nodiscard]] std::size_t bytes() const noexcept { return strips() * strip_elements_ * sizeof(T); }

    [[nodiscard]] T *at(std::size_t row, std::size_t column) const noexcept
    {
        return strips_.get() + column / width() * strip_elements_ + row * width() + column % width();
    }

    // Q of a panel's reflectors and those after it: Q is there already for the columns after the panel, below rows that
    // are still to become zero.
    void grow(const ReflectorPanel<T> &panel) const noexcept
    {
        const std::size_t first = panel.first;
        const std::size_t count = panel.count;
        const std::size_t rows = m_ - first;
        const std::size_t first_strip = first / width();
        const std::size_t grain = grain_of(share_operations, rows * count * width());
        parallel_for(strips() - first_strip, grain, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                const std::size_t column = (first_strip + i) * width();
                T *const strip = at(first, column);
                if (column >= first + panel_width) {
                    std::memset(strip, 0, count * width() * sizeof(T));
                    kernels_.apply(panel.v.get(), panel.minus_t.get(), rows, count, count, rows, strip);
                    continue;
                }
                std::memset(strip, 0, (padded_rows() - first) * width() * sizeof(T));
                for (std::size_t j = column - first; j < std::min(column - first + width(), count); ++j) {
                    *at(first + j, first + j) = panel.sign[j];
                }
                kernels_.apply(panel.v.get(), panel.minus_t.get(), rows, count, 0, count, strip);
            }
        });
    }

private:
    const ReflectorKernels &kernels_;
    std::size_t m_;
    std::size_t n_;
    std::size_t strip_elements_;
    AlignedArray<T> strips_;
};

} // namespace unitvar::core
