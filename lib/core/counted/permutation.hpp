// Random permutations from the words of a counted engine.
#pragma once

#include <cstdint>
#include <span>

#include "unitvar/generator.hpp"

namespace unitvar::core {

// As unitvar/sample.hpp says of permutation().
void counted_permutation(Generator &generator, std::span<std::int64_t> target);

} // namespace unitvar::core
