// Sums in 32 logical accumulators of double, lane i taking elements i, i + 32, ..., merged by halving.
#pragma once

#include "simd/pack.hpp"

namespace unitvar {
namespace {

inline constexpr std::size_t sum_lanes = 32;
using LaneSums = F64x<sum_lanes>;

inline double merge_lanes(const LaneSums &sums)
{
    alignas(64) double lane[sum_lanes];
    store(lane, sums);
    for (std::size_t width = sum_lanes / 2; width != 0; width /= 2) {
        for (std::size_t i = 0; i < width; ++i) {
            lane[i] += lane[i + width];
        }
    }
    return lane[0];
}

} // namespace
} // namespace unitvar
