// The normal distribution in double, for parameters that are computed once per call. No libm: its bits differ from
// machine to machine, and these decide bits. Relative errors are below 2^-48 (tests/accuracy_trunc_normal.cpp).
#pragma once

namespace unitvar::core {

[[nodiscard]] double exponential(double x) noexcept; // e^x for x <= 0
[[nodiscard]] double logarithm(double x) noexcept;   // ln x for normal x > 0
[[nodiscard]] double normal_density(double x) noexcept;
// (1 - Phi(x)) / density(x) for x >= 0.
[[nodiscard]] double mills_ratio(double x) noexcept;
// 1 - Phi(x).
[[nodiscard]] double normal_upper_tail(double x) noexcept;
// Phi(x) - 1/2.
[[nodiscard]] double normal_central(double x) noexcept;

} // namespace unitvar::core
