// Q of the QR factorisation of a tall matrix with R's diagonal made positive, which makes it unique: blocked
// Householder in double. Reflectors are found panel by panel and applied to the columns after them as I - V T^T V^T;
// then Q grows from its lower right corner as in Stewart's method (core/reflectors.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "core/reflectors.hpp"

namespace unitvar::core {

class PositiveQr {
public:
    // A matrix of m rows and n columns, m >= n >= 1. Throws what kernels() throws; allocates nothing.
    PositiveQr(std::size_t m, std::size_t n) : matrix_(m, n) {}

    // Allocates all that the rest needs. Throws std::bad_alloc.
    void reserve();

    // Makes the matrix zero; elements may then be set.
    void clear() noexcept;
    [[nodiscard]] double &at(std::size_t row, std::size_t column) const noexcept { return *matrix_.at(row, column); }

    // Replaces the matrix by the first n columns of Q.
    void factor() noexcept;

private:
    using Panel = ReflectorPanel<double>;

    void find_reflectors(Panel &panel) noexcept;
    void apply_to_columns_after(const Panel &panel) const noexcept;

    StripMatrix<double> matrix_;
    std::vector<Panel> panels_;
    AlignedArray<double> workspace_;
};

} // namespace unitvar::core
