// Parameters of distributions: checked, and rounded to the type that elements are computed in, which is f32 for 16 bits.
#pragma once

#include <string_view>

#include "core/kernel_table.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::core {

// What the caller calls the two parameters of a distribution, for messages.
struct ParameterNames {
    std::string_view first;
    std::string_view second;
};

// They must be finite in the element type. Throw InvalidArgument.
[[nodiscard]] DrawParameters uniform_parameters(DType dtype, double low, double high, ParameterNames names);
[[nodiscard]] DrawParameters normal_parameters(DType dtype, double mean, double std, ParameterNames names);

// Whether a number of f32 is still finite when it is rounded to the type.
[[nodiscard]] bool finite_in(DType dtype, float value) noexcept;

// The value that computing begins with, as above.
[[nodiscard]] double rounded_parameter(DType dtype, std::string_view name, double value);

} // namespace unitvar::core
