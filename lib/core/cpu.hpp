// What the processor and the operating system support, by CPUID and XGETBV on x86-64 and HWCAP on AArch64.
#pragma once

#include <string_view>

namespace unitvar::core {

// True where every feature of a comma-separated list is there; the empty list is. Names are those of cmake/isa.cmake.
[[nodiscard]] bool cpu_has(std::string_view list) noexcept;

} // namespace unitvar::core
