// Do two different indices of a strided array lie at the same address? That is a bounded linear Diophantine problem:
// a sum of d_k * stride_k = 0 with |d_k| < length_k, not all zero. Do two arrays have an address in common? That is
// another: a sum of i_k * stride_k with 0 <= i_k < length_k that is a given number.
#pragma once

#include <cstdint>
#include <span>

namespace unitvar::core {

struct OverlapDimension {
    std::int64_t length;      // at least 2
    std::int64_t stride;      // at least 0
    std::int64_t reach = 0;   // of this and the smaller strides together; find_overlap sets both
    std::int64_t divisor = 0; // their greatest common one
};

enum class Overlap { none, found, undecided };

// Exact; undecided only after a search of a million nodes, which takes strides made for the purpose. Sorts the span.
[[nodiscard]] Overlap find_overlap(std::span<OverlapDimension> dimensions) noexcept;

struct SumTerm {
    std::uint64_t stride;      // at least 1
    std::uint64_t most;        // the largest index, at least 1
    std::uint64_t reach = 0;   // of this and the smaller strides together; find_sum sets both
    std::uint64_t divisor = 0; // their greatest common one
};

// Exact, and undecided, as above. The greatest sum fits; sorts the span and merges terms in it.
[[nodiscard]] Overlap find_sum(std::span<SumTerm> terms, std::uint64_t sum) noexcept;

} // namespace unitvar::core
