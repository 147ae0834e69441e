// Sums of squares of f64 data near the ends of double's range: where they overflowed, or are so small that single squares
// may have vanished, they are taken again of the data times a power of two. Which is decided by the sums alone, so that
// no table differs; data within the range cost a comparison for each chunk.
#pragma once

#include "core/kernel_table.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

// What the sums take elements as: as they are, or times a power of two.
struct Unscaled {
    template <class P> UNITVAR_INLINE P operator()(const P &x) const { return x; }
};
struct Prescaled {
    double prescale;
    template <class P> UNITVAR_INLINE P operator()(const P &x) const { return x * broadcast<P>(prescale); }
};

inline bool finite(double x)
{
    return x - x == 0;
}

inline bool squares_in_range(double sum)
{
    return sum >= core::least_squares && finite(sum);
}

// The moments m of a chunk, or again(prescale), those of its data times prescale. Data that are not constant have a
// deviation of an ulp of the largest, so that those whose mean is 2^-390 or more have m2 > 0 unless they are.
template <class Again> core::ChunkMoments within_range(const core::ChunkMoments &m, const Again &again)
{
    constexpr double constant = 0x1p-390;
    if (squares_in_range(m.m2) || (m.m2 == 0 && (m.mean >= constant || m.mean <= -constant))) {
        return m;
    }
    const bool tiny = m.m2 < core::least_squares;
    core::ChunkMoments scaled = again(tiny ? core::tiny_prescale : core::huge_prescale);
    if (tiny) {
        scaled.prescale = core::tiny_prescale;
        return scaled.m2 > 0 ? scaled : m; // zeros are zeros at any scale
    }
    // Infinite and undefined results do not scale.
    scaled.prescale = finite(scaled.m2) ? core::huge_prescale : 1;
    return scaled;
}

template <class Again> core::ChunkSquares within_range(double sum, const Again &again)
{
    if (squares_in_range(sum)) {
        return {sum};
    }
    const double prescale = sum < core::least_squares ? core::tiny_prescale : core::huge_prescale;
    const double scaled = again(prescale);
    return scaled > 0 && finite(scaled) ? core::ChunkSquares{scaled, prescale} : core::ChunkSquares{sum};
}

} // namespace
} // namespace unitvar
