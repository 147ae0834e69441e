// The 16 lanes of double that statistics and normalised values are computed in, and how a run of n elements falls
// into them: whole blocks from the front, and for what is left the last 16 elements once more with the lanes that
// the blocks have seen masked out. So a run of 16 or more is read without a copy, and lane i of the last block
// depends on n alone. Shorter runs go through a buffer.
#pragma once

#include "core/kernel_table.hpp"
#include "core/norm/kernels.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

inline constexpr std::size_t norm_lanes = 16;
using Wide = F64x<norm_lanes>;

// Of weights, biases and slopes beside elements of type T: 16-bit ones are f32 by the time kernels see them.
template <class T> using Parameter = std::conditional_t<sizeof(T) == sizeof(std::uint16_t), float, T>;

alignas(64) inline constexpr double lane_numbers[norm_lanes] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// Adds lanes i and i + width for width 8, 4, 2, 1.
template <std::size_t K> UNITVAR_INLINE double merge_norm_lanes(const Pack<F64, K> &sums)
{
    if constexpr (K > 1) {
        return merge_norm_lanes(lower(sums) + upper(sums));
    } else {
        double lane[F64::size];
        store(lane, sums);
        for (std::size_t width = F64::size / 2; width != 0; width /= 2) {
            for (std::size_t i = 0; i < width; ++i) {
                lane[i] += lane[i + width];
            }
        }
        return lane[0];
    }
}

// Elements i to i + count - 1 of an array in the first lanes of a buffer, zeros in the others.
template <class T> struct ShortRun {
    alignas(64) T lane[norm_lanes] = {};
    ShortRun(const T *source, std::size_t count) { __builtin_memcpy(lane, source, count * sizeof(T)); }
};

// Lanes first to last - 1 of a block.
struct LaneRange {
    double first;
    double last;
};
UNITVAR_INLINE Wide keep_lanes(const LaneRange &range, const Wide &value)
{
    const auto zero = broadcast<Wide>(0.0);
    const auto lane = load<Wide>(lane_numbers);
    return select_less(lane, broadcast<Wide>(range.first), zero,
                       select_less(lane, broadcast<Wide>(range.last), value, zero));
}

} // namespace
} // namespace unitvar
