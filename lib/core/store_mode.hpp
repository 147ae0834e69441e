// How draws are stored, by their size: the choice and the figures that it comes from stand here and in
// lib/kernels/fill.hpp. `unitvar_stores` (bench/) prints such figures for a machine.
//
// ns per f32, one thread, Zen 3 with AVX2:
//                         8 MiB                          64 MiB                         256 MiB
//                         cached prefetched streaming    cached prefetched streaming    cached prefetched streaming
//   uniform, ars4x32      0.224  0.193      0.222        0.318  0.287      0.258        0.306  0.279      0.256
//   uniform, pcg32        0.405  0.405      0.395        0.349  0.335      0.357        0.361  0.354      0.386
//   normal, ars4x32       0.723  0.715      0.707        0.643  0.643      0.702        0.703  0.654      0.728
// Asking for lines ahead never loses. Streaming gains where a draw waits for memory and loses where it does not. On
// Zen 5 with AVX-512, whose stores are whole lines, streaming alone takes 0.190 and plain stores 0.175: there it is not
// used.
#pragma once

#include <cstdint>

#include "core/kernel_table.hpp"

namespace unitvar::core {

inline constexpr std::uint64_t prefetched_bytes = std::uint64_t{8} << 20U;
inline constexpr std::uint64_t streaming_bytes = std::uint64_t{32} << 20U;

// For draws of that many bytes in all, whatever part of them a thread writes.
[[nodiscard]] constexpr StoreMode store_mode_of(std::uint64_t bytes) noexcept
{
    return bytes >= streaming_bytes    ? StoreMode::streaming
           : bytes >= prefetched_bytes ? StoreMode::prefetched
                                       : StoreMode::cached;
}

} // namespace unitvar::core
