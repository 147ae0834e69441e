// Q of the QR factorisation of a tall matrix with R's diagonal made positive, which makes it unique: blocked
// Householder in double. Reflectors are found panel by panel and applied to the columns after them as I - V T^T V^T;
// then Q grows from its lower right corner as in Stewart's method (the panels and strips of core/kernel_table.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include "core/kernel_table.hpp"

namespace unitvar::core {

class PositiveQr {
public:
    // A matrix of m rows and n columns, m >= n >= 1, zeros. Throws std::bad_alloc.
    PositiveQr(const ReflectorKernels &kernels, std::size_t m, std::size_t n);

    [[nodiscard]] double &at(std::size_t row, std::size_t column) noexcept
    {
        return strips_[column / width_ * strip_elements_ + row * width_ + column % width_];
    }
    [[nodiscard]] double at(std::size_t row, std::size_t column) const noexcept
    {
        return strips_[column / width_ * strip_elements_ + row * width_ + column % width_];
    }

    // Replaces the matrix by the first n columns of Q. Throws std::bad_alloc.
    void factor();

private:
    struct AlignedDelete {
        void operator()(void *p) const noexcept { ::operator delete (p, std::align_val_t{64}); }
    };
    using Doubles = std::unique_ptr<double[], AlignedDelete>;
    struct Panel {
        std::size_t first;
        std::size_t count;
        Doubles v;
        Doubles minus_t;
        std::array<double, panel_width> sign; // of R's diagonal
    };

    [[nodiscard]] static Doubles allocate(std::size_t rows, std::size_t columns);
    void find_reflectors(Panel &panel, double *workspace);
    void apply_to_columns_after(const Panel &panel);
    void grow(const Panel &panel);

    const ReflectorKernels &kernels_;
    std::size_t m_;
    std::size_t n_;
    std::size_t width_;
    std::size_t padded_rows_;
    std::size_t strip_elements_;
    Doubles strips_;
    std::vector<Panel> panels_;
};

} // namespace unitvar::core
