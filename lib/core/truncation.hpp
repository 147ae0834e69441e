// A normal distribution between two bounds, as the kernels of trunc_normal take it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/kernel_table.hpp"

namespace unitvar::core {

// Parameters of trunc_normal, rounded to T, which is float or double; the result refers to the truncation. Throws
// InvalidArgument, with the names mean, std, a and b.
template <class T>
[[nodiscard]] DrawParameters trunc_normal_parameters(double mean, double std, double a, double b,
                                                     Truncation &truncation);

} // namespace unitvar::core
