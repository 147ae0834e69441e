// Moments that callers keep and merge, as those of a chunk and back.
#pragma once

#include <cmath>

#include "core/message.hpp"
#include "core/norm/chunk_moments.hpp"
#include "unitvar/moments.hpp"

namespace unitvar::core {

// Throw InvalidArgument for a count that is negative, infinite or NaN, or for another prescale than those there are.
inline void require_count(const char *name, double count)
{
    if (!(count >= 0) || std::isinf(count)) {
        invalid_value(name, count, "a finite number >= 0");
    }
}
inline void require_valid(const char *name, const WideMoments &m)
{
    require_count(name, m.count);
    if (m.count != 0 && m.prescale != 1 && m.prescale != tiny_prescale && m.prescale != huge_prescale) {
        invalid_value("prescale", m.prescale, "1, 2^600 or 2^-600");
    }
}

[[nodiscard]] inline ChunkMoments chunk_moments_of(const WideMoments &m) noexcept
{
    return {m.count, m.mean, m.mean_low, m.m2, m.count == 0 ? 1 : m.prescale};
}

// The mean is rounded well by itself: what it lacks is below half an ulp.
[[nodiscard]] inline WideMoments wide_moments_of(const ChunkMoments &m) noexcept
{
    if (m.count == 0) {
        return {};
    }
    const double mean = m.mean + m.mean_low;
    const double low = m.mean_low - (mean - m.mean);
    return {m.count, mean, std::isfinite(low) ? low : 0, m.m2, m.prescale};
}

} // namespace unitvar::core
