// The structures of moments in unitvar.h as the C++ API has them, and back.
#pragma once

#include "unitvar.h"
#include "unitvar/moments.hpp"

namespace unitvar::capi {

[[nodiscard]] inline Moments of(const unitvar_moments &m) noexcept
{
    return {m.count, m.mean, m.m2};
}
[[nodiscard]] inline unitvar_moments of(const Moments &m) noexcept
{
    return {m.count, m.mean, m.m2};
}
[[nodiscard]] inline WideMoments of(const unitvar_wide_moments &m) noexcept
{
    return {m.count, m.mean, m.mean_low, m.m2, m.prescale};
}
[[nodiscard]] inline unitvar_wide_moments of(const WideMoments &m) noexcept
{
    return {m.count, m.mean, m.mean_low, m.m2, m.prescale};
}

} // namespace unitvar::capi
