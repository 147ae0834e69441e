// Moments of one chunk, in double for f32 and f64 data: a pass for the mean, and a pass over the same bytes, now in
// cache, for the deviations. 32 logical accumulators, lane i taking elements i, i + 32, ..., merged by halving.
//
// The second pass also sums the deviations themselves, which removes what rounding left in the mean (Chan, Golub and
// LeVeque, "Algorithms for Computing the Sample Variance", 1983, equation 1.7).
//
// Port budget for 32 f32 with AVX-512: 4 conversions and 4 additions, then 4 conversions, 4 subtractions, 4
// additions and 4 fma: 24 operations for 128 bytes.
#include "kernels/chunk_range.hpp"
#include "kernels/lane_sums.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

inline constexpr std::size_t lanes = sum_lanes;
using Accumulators = LaneSums;

struct Deviations {
    Accumulators sum;
    Accumulators squares;
    UNITVAR_INLINE void add(const Accumulators &d)
    {
        sum = sum + d;
        squares = fma(d, d, squares);
    }
};

template <class Element, class Scale>
core::ChunkMoments moments_of(const unsigned char *bytes, std::size_t n, const Scale &scale)
{
    alignas(64) static constexpr double lane_index[lanes] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                                             11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                                             22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
    const std::size_t whole = n / lanes * lanes;
    const std::size_t rest = n - whole;
    alignas(64) Element tail[lanes] = {};
    __builtin_memcpy(tail, bytes + whole * sizeof(Element), rest * sizeof(Element));
    const auto at = [&](const void *elements)
                        UNITVAR_INLINE_LAMBDA { return scale(load_as_f64<Accumulators, Element>(elements)); };

    const auto zero = broadcast<Accumulators>(0.0);
    Accumulators sum = at(tail);
    for (std::size_t i = 0; i < whole; i += lanes) {
        sum = sum + at(bytes + i * sizeof(Element));
    }
    const auto count = static_cast<double>(n);
    const double mean = merge_lanes(sum) / count;

    const auto center = broadcast<Accumulators>(mean);
    Deviations deviations{zero, zero};
    deviations.add(select_less(load<Accumulators>(lane_index), broadcast<Accumulators>(static_cast<double>(rest)),
                               at(tail) - center, zero));
    for (std::size_t i = 0; i < whole; i += lanes) {
        deviations.add(at(bytes + i * sizeof(Element)) - center);
    }
    const double sum_of_deviations = merge_lanes(deviations.sum);
    const double squares = merge_lanes(deviations.squares);
    const double mean_low = sum_of_deviations / count;
    const double m2 = squares - sum_of_deviations * mean_low;
    // Infinite data have an infinite or undefined mean, about which there are no deviations.
    return {count, mean, mean_low - mean_low == 0 ? mean_low : 0, m2 < 0 ? 0 : m2};
}

template <class Element> core::ChunkMoments moments(const void *source, std::size_t n)
{
    const auto *bytes = static_cast<const unsigned char *>(source);
    const core::ChunkMoments m = moments_of<Element>(bytes, n, Unscaled{});
    if constexpr (sizeof(Element) == sizeof(double)) {
        return within_range(m, [&](double prescale) { return moments_of<Element>(bytes, n, Prescaled{prescale}); });
    } else {
        return m;
    }
}

} // namespace

core::ChunkMoments moments_f32(const void *source, std::size_t n)
{
    return moments<float>(source, n);
}

core::ChunkMoments moments_f64(const void *source, std::size_t n)
{
    return moments<double>(source, n);
}

} // namespace unitvar::UNITVAR_ISA
