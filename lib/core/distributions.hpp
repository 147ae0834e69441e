// What the core knows of draws beside their kernels: for each row of UNITVAR_DRAWS the distribution and the type that
// users ask for, and its parameters, checked and rounded.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/draws.hpp"
#include "core/kernel_table.hpp"
#include "unitvar/sample.hpp"

namespace unitvar::core {

// The distribution's name, without the type of its elements.
[[nodiscard]] std::string_view distribution_name(DrawIndex draw) noexcept;

// The draw of a kind and an element type. Throws InvalidArgument where there is none.
[[nodiscard]] DrawIndex draw_index(DrawKind kind, ElementType type);

// With default parameters.
[[nodiscard]] Draw standard_draw(DrawIndex draw) noexcept;

// The parameters of a draw, rounded to the type that it computes in. The result may refer to the truncation. Throws
// InvalidArgument, with the names of the sampler's parameters.
[[nodiscard]] DrawParameters draw_parameters(DrawIndex draw, const Draw &values, Truncation &truncation);

// Of Bernoulli draws with a probability of [0, 1]: words below it are successes, all of them where it is 2^32.
[[nodiscard]] std::uint64_t successes_below(double p) noexcept;

} // namespace unitvar::core
