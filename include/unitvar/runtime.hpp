// The library's version, the instruction set in use and the number of threads: the only global state.
#pragma once

#include <cstdint>
#include <string_view>

namespace unitvar {

// major * 10000 + minor * 100 + patch, and "major.minor.patch".
[[nodiscard]] std::uint32_t version() noexcept;
[[nodiscard]] const char *version_string() noexcept;
// Rises when any bit of a sampler or an initialiser changes for the same arguments, and only then.
[[nodiscard]] std::uint32_t stream_version() noexcept;

// "avx512", "avx2", "neon" or "scalar"; "none" while UNITVAR_ISA holds a name that cannot be used here.
[[nodiscard]] const char *isa() noexcept;
// Forces one; "auto" for the best. Throws InvalidArgument for an unknown name and Unsupported where this build or
// processor does not have it.
void set_isa(std::string_view name);

// The most threads that one call may use, at least 1.
[[nodiscard]] std::int32_t num_threads() noexcept;
// 1 to 1024, or 0 for every processor that the process may run on: those in the affinity of any of its threads, at most
// as many as the CPU quota of its control groups buys, rounded up. Throws InvalidArgument.
void set_num_threads(std::int32_t n);

} // namespace unitvar
