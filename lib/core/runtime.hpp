// The process-wide settings that the rest of the core reads.
#pragma once

#include <cstdint>

#include "core/kernel_table.hpp"

namespace unitvar::core {

inline constexpr std::int32_t most_threads = 1024;

// The kernels in use. Throws what an unusable UNITVAR_ISA or UNITVAR_NUM_THREADS deserves.
[[nodiscard]] const KernelTable &kernels();
// The same check for what computes without kernels.
void require_environment();

} // namespace unitvar::core
