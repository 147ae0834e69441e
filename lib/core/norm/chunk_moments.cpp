// Merging moments.
#include "core/norm/chunk_moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace unitvar::core {
namespace {

void rescale(ChunkMoments &m, double prescale) noexcept
{
    const double factor = prescale / m.prescale;
    m.mean *= factor;
    m.mean_low *= factor;
    m.m2 = m.m2 * factor * factor;
    m.prescale = prescale;
}

// Whether m can be taken times tiny_prescale: what is merged with it then has squares that the other scale would lose.
bool is_tiny(const ChunkMoments &m) noexcept
{
    return m.prescale == tiny_prescale || (m.prescale == 1 && std::abs(m.mean) < 0x1p-400 && m.m2 < 0x1p-800);
}

// The scale of the larger data: what the smaller lose there is below an ulp of the result.
double common_prescale(const ChunkMoments &a, const ChunkMoments &b) noexcept
{
    return a.prescale == b.prescale   ? a.prescale
           : is_tiny(a) && is_tiny(b) ? tiny_prescale
                                      : std::min({a.prescale, b.prescale, 1.0});
}

// Of one scale. The difference of two means that are much larger than it is keeps its precision by the means' low
// parts, and the sum's rounding goes into a low part again (Knuth's two-sum).
ChunkMoments merged(const ChunkMoments &a, const ChunkMoments &b) noexcept
{
    const double count = a.count + b.count;
    const double weight = b.count / count;
    const double delta = (b.mean - a.mean) + (b.mean_low - a.mean_low);
    const double step = delta * weight;
    const double mean = a.mean + step;
    if (!std::isfinite(mean)) {
        // Infinities of one sign stay one; the deviations are undefined.
        return {count, a.mean + b.mean, 0, std::numeric_limits<double>::quiet_NaN(), a.prescale};
    }
    const double part = mean - a.mean;
    const double low = a.mean_low + ((a.mean - (mean - part)) + (step - part));
    return {count, mean, low, a.m2 + (b.m2 + delta * delta * (a.count * weight)), a.prescale};
}

// The prescale with which the squares of a merge are in range, where those of its parts were.
double better_prescale(const ChunkMoments &a, const ChunkMoments &b, double m2) noexcept
{
    if (std::isfinite(m2)) {
        const bool vanished = m2 < least_squares && (a.mean != b.mean || a.mean_low != b.mean_low);
        return vanished && is_tiny(a) && is_tiny(b) ? tiny_prescale : a.prescale;
    }
    const bool finite = std::isfinite(a.mean) && std::isfinite(b.mean) && std::isfinite(a.m2) && std::isfinite(b.m2);
    return !finite ? a.prescale : a.prescale == tiny_prescale ? 1 : huge_prescale;
}

} // namespace

void append(ChunkMoments &into, const ChunkMoments &other) noexcept
{
    if (other.count == 0) {
        return;
    }
    if (into.count == 0) {
        into = other;
        return;
    }
    ChunkMoments added = other;
    const auto take_at = [&](double prescale) {
        rescale(into, prescale);
        rescale(added, prescale);
    };
    if (into.prescale != added.prescale) [[unlikely]] {
        take_at(common_prescale(into, added));
    }
    ChunkMoments result = merged(into, added);
    if (!(result.m2 >= least_squares && std::isfinite(result.m2))) [[unlikely]] {
        // Once: moments of data are in range then, and for others, of a caller's making, no scale may be right.
        const double prescale = better_prescale(into, added, result.m2);
        if (prescale != into.prescale) {
            take_at(prescale);
            result = merged(into, added);
        }
    }
    into = result;
}

void append(ChunkSquares &into, const ChunkSquares &other) noexcept
{
    if (other.sum == 0) {
        return;
    }
    if (into.sum == 0) {
        into = other;
        return;
    }
    const auto at = [](const ChunkSquares &squares, double prescale) {
        const double factor = prescale / squares.prescale;
        return squares.sum * factor * factor;
    };
    double prescale = std::min(into.prescale, other.prescale);
    const bool finite = std::isfinite(into.sum) && std::isfinite(other.sum);
    double sum = at(into, prescale) + at(other, prescale);
    if (finite && !std::isfinite(sum)) {
        prescale = huge_prescale;
        sum = at(into, prescale) + at(other, prescale);
    }
    into = {sum, prescale};
}

double mean_of(const ChunkMoments &m) noexcept
{
    return (m.mean + m.mean_low) / m.prescale;
}

double variance_of(const ChunkMoments &m, double divisor) noexcept
{
    return m.m2 / divisor / m.prescale / m.prescale;
}

Affine affine_of(const ChunkMoments &m, double scale, double bias) noexcept
{
    return {m.mean / m.prescale, m.mean_low / m.prescale, scale, bias};
}

double reciprocal_root(double square, double eps, double prescale) noexcept
{
    // The square of tiny data is below 2^-700.
    return prescale == tiny_prescale && eps > 0x1p-600 ? 1 / std::sqrt(eps)
                                                       : prescale / std::sqrt(square + eps * prescale * prescale);
}

} // namespace unitvar::core
