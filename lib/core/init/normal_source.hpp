// Normal elements for initialisers that change them afterwards.
#pragma once

#include "core/fill.hpp"

namespace unitvar::core {

// n normals of the dtype from the generator's position on.
[[nodiscard]] Fill normal_fill(const Generator &generator, DType dtype, double mean, double std, std::uint64_t n);

} // namespace unitvar::core
