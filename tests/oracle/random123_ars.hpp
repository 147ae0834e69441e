// ARS by Random123, which has it for compilers and processors with AES-NI alone: a unit of its own is compiled for those.
#ifndef UNITVAR_TESTS_ORACLE_RANDOM123_ARS_HPP
#define UNITVAR_TESTS_ORACLE_RANDOM123_ARS_HPP

#include "ars.hpp"

namespace oracle {

// False where it cannot be had.
bool has_random123_ars();
ArsBlock random123_ars4x32(const ArsBlock &counter, const ArsBlock &key, unsigned rounds);

} // namespace oracle

#endif
