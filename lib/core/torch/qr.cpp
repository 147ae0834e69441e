// Blocked Householder.
#include "core/torch/qr.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/parallel.hpp"
#include "core/sharing.hpp"

namespace unitvar::core {
namespace {

constexpr std::size_t multiple(std::size_t n, std::size_t of)
{
    return (n + of - 1) / of * of;
}

} // namespace

PositiveQr::Doubles PositiveQr::allocate(std::size_t rows, std::size_t columns)
{
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(rows, columns, &bytes) || __builtin_mul_overflow(bytes, sizeof(double), &bytes)) {
        throw std::bad_alloc();
    }
    Doubles doubles(static_cast<double *>(::operator new (bytes, std::align_val_t{64})));
    std::memset(doubles.get(), 0, bytes);
    return doubles;
}

PositiveQr::PositiveQr(const ReflectorKernels &kernels, std::size_t m, std::size_t n)
    : kernels_(kernels), m_(m), n_(n), width_(kernels.strip_width), padded_rows_(multiple(m, panel_group)),
      strip_elements_(padded_rows_ * width_), strips_(allocate(padded_rows_, multiple(n, width_)))
{
}

void PositiveQr::factor()
{
    const Doubles workspace = allocate(std::max(m_, panel_width * panel_width), 1);
    panels_.reserve((n_ - 1) / panel_width + 1);
    for (std::size_t first = 0; first < n_; first += panel_width) {
        panels_.push_back({first,
                           std::min(panel_width, n_ - first),
                           allocate(padded_rows_ - first, panel_width),
                           allocate(panel_width, panel_width),
                           {}});
        find_reflectors(panels_.back(), workspace.get());
        apply_to_columns_after(panels_.back());
    }
    for (; !panels_.empty(); panels_.pop_back()) {
        grow(panels_.back());
    }
}

// One column after the other, each applied to the rest of the panel at once.
void PositiveQr::find_reflectors(Panel &panel, double *workspace)
{
    const std::size_t rows = m_ - panel.first;
    const std::size_t count = panel.count;
    double *const v = panel.v.get();
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t j = 0; j < count; ++j) {
            v[r * panel_width + j] = at(panel.first + r, panel.first + j);
        }
    }
    std::array<double, panel_width> squares{};
    for (std::size_t j = 0; j < count; ++j) {
        double *const x = workspace; // column j from the diagonal down
        for (std::size_t r = j; r < rows; ++r) {
            x[r - j] = v[r * panel_width + j];
        }
        double square = kernels_.sum_of_squares(x, rows - j);
        // On the line only the sign counts, and the result is exact for length 1. The zero vector is as good as e_1.
        if (rows - j == 1 || square == 0) {
            x[0] = x[0] >= 0 ? 1 : -1;
            square = 1;
        }
        const double head = x[0];
        panel.sign[j] = head >= 0 ? -1 : 1;
        x[0] = head - panel.sign[j] * std::sqrt(square);
        squares[j] = square - head * head + x[0] * x[0];

        // The row vector 2 x^T A / x^T x, then A - x times it.
        alignas(64) std::array<double, panel_width> product{};
        for (std::size_t r = j; r < rows; ++r) {
            const double factor = x[r - j];
            const double *const row = v + r * panel_width;
            for (std::size_t k = j + 1; k < count; ++k) {
                product[k] += factor * row[k];
            }
        }
        for (std::size_t k = j + 1; k < count; ++k) {
            product[k] *= 2 / squares[j];
        }
        for (std::size_t r = j; r < rows; ++r) {
            const double factor = x[r - j];
            double *const row = v + r * panel_width;
            for (std::size_t k = j + 1; k < count; ++k) {
                row[k] -= factor * product[k];
            }
            row[j] = factor;
        }
        for (std::size_t r = 0; r < j; ++r) {
            v[r * panel_width + j] = 0;
        }
    }
    kernels_.factor(v, rows, count, squares.data(), workspace, panel.minus_t.get());
}

void PositiveQr::apply_to_columns_after(const Panel &panel)
{
    const std::size_t rows = m_ - panel.first;
    const std::size_t first_strip = (panel.first + panel_width) / width_;
    const std::size_t strips = multiple(n_, width_) / width_;
    if (first_strip >= strips) {
        return;
    }
    const std::size_t grain = grain_of(share_operations, rows * panel.count * width_);
    parallel_for(strips - first_strip, grain, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            kernels_.apply_transposed(panel.v.get(), panel.minus_t.get(), rows, panel.count, 0, rows,
                                      &at(panel.first, (first_strip + i) * width_));
        }
    });
}

// Q is there already for the columns after the panel, below rows that are still to become zero.
void PositiveQr::grow(const Panel &panel)
{
    const std::size_t rows = m_ - panel.first;
    const std::size_t first_strip = panel.first / width_;
    const std::size_t strips = multiple(n_, width_) / width_;
    const std::size_t grain = grain_of(share_operations, rows * panel.count * width_);
    parallel_for(strips - first_strip, grain, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const std::size_t column = (first_strip + i) * width_;
            double *const strip = &at(panel.first, column);
            if (column >= panel.first + panel_width) {
                std::memset(strip, 0, panel.count * width_ * sizeof(double));
                kernels_.apply(panel.v.get(), panel.minus_t.get(), rows, panel.count, panel.count, rows, strip);
                continue;
            }
            std::memset(strip, 0, (padded_rows_ - panel.first) * width_ * sizeof(double));
            for (std::size_t j = column - panel.first; j < std::min(column - panel.first + width_, panel.count); ++j) {
                at(panel.first + j, panel.first + j) = panel.sign[j];
            }
            kernels_.apply(panel.v.get(), panel.minus_t.get(), rows, panel.count, 0, panel.count, strip);
        }
    });
}

} // namespace unitvar::core
