// How much work the suite does. UNITVAR_TEST_QUICK=1 divides the sample counts of statistical and million-element
// tests by 20, which makes them bearable under an emulator; every bound that depends on a count is computed from
// the count that was really used.
#ifndef UNITVAR_TESTS_SUPPORT_SCALE_HPP
#define UNITVAR_TESTS_SUPPORT_SCALE_HPP

#include <unitvar.h>

#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace support {

inline bool quick()
{
    const char *const value = std::getenv("UNITVAR_TEST_QUICK");
    return value != nullptr && std::string_view(value) != "" && std::string_view(value) != "0";
}

// Whether work that does not depend on the instruction set should be left to faster ones: the portable kernels take
// some twenty times as long.
inline bool slow()
{
    return quick() || std::string_view(unitvar_isa()) == "scalar";
}

inline std::size_t scaled(std::size_t n)
{
    return quick() ? n / 20 : n;
}

} // namespace support

#endif
