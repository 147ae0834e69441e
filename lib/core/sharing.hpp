// How much work one thread's share is: every such figure of the core stands here. How results are stored is in
// core/store_mode.hpp.
//
// A share is the least work that is worth giving to another thread. It is written in the unit in which a loop knows its
// work, and parallel.hpp cuts a loop into shares of at least that much.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/kernel_table.hpp"

namespace unitvar::core {

// Elements drawn or set, in bytes of output.
inline constexpr std::size_t share_bytes = std::size_t{1} << 17U;
// Elements of a tensor that are read, computed with a few operations each, and perhaps written, as norms do.
inline constexpr std::size_t share_elements = std::size_t{1} << 16U;
// Multiplications with an addition, of matrices in registers and caches.
inline constexpr std::size_t share_operations = std::size_t{1} << 18U;
// Keys drawn and looked at one by one, as selection and sorting do.
inline constexpr std::size_t share_keys = std::size_t{1} << 15U;

// How many items make a share, where each is `each` units of it: the grain of parallel_for.
[[nodiscard]] constexpr std::size_t grain_of(std::size_t share, std::size_t each) noexcept
{
    return share / std::max<std::size_t>(each, 1) + 1;
}
// The same for items of that many elements of a tensor.
[[nodiscard]] constexpr std::size_t grain_of(std::size_t elements_each) noexcept
{
    return grain_of(share_elements, elements_each);
}

// Results that are computed from a tensor which was just read go past the caches from here on.
inline constexpr std::uint64_t streaming_result_bytes = std::uint64_t{48} << 20U;

} // namespace unitvar::core
