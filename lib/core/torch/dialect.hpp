// Which PyTorch a generator of engine 3 follows: a release, and the C library whose float functions it called. What
// changed between releases is a table (dialect.cpp) of one row a change, and the samplers ask the rules that it makes,
// never the release.
#pragma once

#include <cstdint>

#include "unitvar/generator.hpp"

namespace unitvar::core {

struct TorchRules {
    bool log1p = false;               // scalar normals take log1p(-u), not log(1 - u)
    bool every_f16_operation = false; // f16 normals in blocks round every operation, as bf16's do
    bool f16_trunc_normal = false;    // trunc_normal_ has f16
    bool wide_scalars = false;        // 16-bit mul_ keeps its number in f32
    bool single_race = false;         // multinomial draws one sample as it draws without replacement
    bool wide_integers = false;       // random_(from, to) takes 64 bits from a range of 2^28 on, not of 2^32
    bool wide_permutation = false;    // randperm of many elements takes 64 bits for each
    bool op_math = false;             // 16-bit uniform_ and normal_ are computed in f32 and rounded once
    bool upper_becomes_lower = false; // a uniform equal to the upper bound becomes the lower one
    bool rejection = false;           // trunc_normal_ draws until the elements are in their bounds
    bool f32_blocks = false;          // 16-bit normals in blocks are those of f32, mean and std in f32 too
};

// A known release and C library, 0 replaced by the newest. Throws InvalidArgument.
[[nodiscard]] TorchDialect checked_dialect(TorchDialect dialect);

[[nodiscard]] TorchRules rules_of(TorchDialect dialect) noexcept;

// As a word of a saved state: 0 for that of the states saved before there were dialects.
[[nodiscard]] std::uint32_t dialect_word(TorchDialect dialect) noexcept;
// Throws InvalidArgument.
[[nodiscard]] TorchDialect dialect_of_word(std::uint32_t word);

} // namespace unitvar::core
