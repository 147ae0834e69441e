// Blocked Householder.
#include "core/torch/qr.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/parallel.hpp"
#include "core/sharing.hpp"

namespace unitvar::core {

void PositiveQr::reserve()
{
    const std::size_t m = matrix_.rows();
    const std::size_t n = matrix_.columns();
    matrix_.reserve();
    workspace_ = allocate<double>(std::max(m, panel_width * panel_width), 1);
    panels_.reserve((n - 1) / panel_width + 1);
    for (std::size_t first = 0; first < n; first += panel_width) {
        panels_.push_back({first,
                           std::min(panel_width, n - first),
                           allocate<double>(matrix_.padded_rows() - first, panel_width),
                           allocate<double>(panel_width, panel_width),
                           {}});
    }
}

void PositiveQr::clear() noexcept
{
    std::memset(matrix_.at(0, 0), 0, matrix_.bytes());
}

void PositiveQr::factor() noexcept
{
    for (Panel &panel : panels_) {
        find_reflectors(panel);
        apply_to_columns_after(panel);
    }
    for (; !panels_.empty(); panels_.pop_back()) {
        matrix_.grow(panels_.back());
    }
}

// One column after the other, each applied to the rest of the panel at once.
void PositiveQr::find_reflectors(Panel &panel) noexcept
{
    const std::size_t rows = matrix_.rows() - panel.first;
    const std::size_t count = panel.count;
    double *const v = panel.v.get();
    std::memset(v, 0, (matrix_.padded_rows() - panel.first) * panel_width * sizeof(double));
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t j = 0; j < count; ++j) {
            v[r * panel_width + j] = at(panel.first + r, panel.first + j);
        }
    }
    std::array<double, panel_width> squares{};
    for (std::size_t j = 0; j < count; ++j) {
        double *const x = workspace_.get(); // column j from the diagonal down
        for (std::size_t r = j; r < rows; ++r) {
            x[r - j] = v[r * panel_width + j];
        }
        squares[j] = make_reflector(matrix_.kernels(), x, rows - j, panel.sign[j]);

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
    matrix_.kernels().factor(v, rows, count, squares.data(), workspace_.get(), panel.minus_t.get());
}

void PositiveQr::apply_to_columns_after(const Panel &panel) const noexcept
{
    const std::size_t width = matrix_.width();
    const std::size_t rows = matrix_.rows() - panel.first;
    const std::size_t first_strip = (panel.first + panel_width) / width;
    if (first_strip >= matrix_.strips()) {
        return;
    }
    const std::size_t grain = grain_of(share_operations, rows * panel.count * width);
    parallel_for(matrix_.strips() - first_strip, grain, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            matrix_.kernels().apply_transposed(panel.v.get(), panel.minus_t.get(), rows, panel.count, 0, rows,
                                               matrix_.at(panel.first, (first_strip + i) * width));
        }
    });
}

} // namespace unitvar::core
