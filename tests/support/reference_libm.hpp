// Is this machine's C library the one whose double and single functions PyTorch's reference calls? On x86-64 glibc takes
// its forms with fma where the processor has it, and their last bits are others without.
#ifndef UNITVAR_TESTS_SUPPORT_REFERENCE_LIBM_HPP
#define UNITVAR_TESTS_SUPPORT_REFERENCE_LIBM_HPP

#include <cstdio>
#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

namespace support {

inline bool has_reference_libm()
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("fma") != 0;
#else
    return false;
#endif
}

#if defined(__GLIBC__)
// The same, of a glibc 2.first to 2.last.
inline bool has_reference_glibc(int first, int last)
{
    int major = 0;
    int minor = 0;
    return std::sscanf(gnu_get_libc_version(), "%d.%d", &major, &minor) == 2 && major == 2 && minor >= first &&
           minor <= last && has_reference_libm();
}
#endif

} // namespace support

#endif
