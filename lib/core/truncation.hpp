// A normal distribution between two bounds, as the kernels of trunc_normal take it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/kernel_table.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::core {

// Parameters of trunc_normal, rounded as core/parameters.hpp says; the result refers to the truncation. Throws
// InvalidArgument, with the names mean, std, a and b.
[[nodiscard]] DrawParameters trunc_normal_parameters(DType dtype, double mean, double std, double a, double b,
                                                     Truncation &truncation);

} // namespace unitvar::core
