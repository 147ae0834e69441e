// Merging moments.
#include "core/norm/chunk_moments.hpp"

#include <cmath>
#include <limits>

namespace unitvar::core {

// The difference of two means that are much larger than it is keeps its precision by
// the means' low parts, and the sum's rounding goes into a low part again (Knuth's two-sum).
void append(ChunkMoments &into, const ChunkMoments &other) noexcept
{
    if (other.count == 0) {
        return;
    }
    if (into.count == 0) {
        into = other;
        return;
    }
    const double count = into.count + other.count;
    const double weight = other.count / count;
    const double delta = (other.mean - into.mean) + (other.mean_low - into.mean_low);
    const double step = delta * weight;
    const double mean = into.mean + step;
    if (!std::isfinite(mean)) {
        // Infinities of one sign stay one; the deviations are undefined.
        into = {count, into.mean + other.mean, 0, std::numeric_limits<double>::quiet_NaN()};
        return;
    }
    const double part = mean - into.mean;
    into.mean_low += (into.mean - (mean - part)) + (step - part);
    into.mean = mean;
    into.m2 += other.m2 + delta * delta * (into.count * weight);
    into.count = count;
}

} // namespace unitvar::core
