// Compiled with AES-NI where the compiler is for x86-64 (tests/CMakeLists.txt); called where the processor has it.
#include "oracle/random123_ars.hpp"

#if defined(__AES__)
#include <Random123/ars.h>
#endif

namespace oracle {

#if defined(__AES__)

bool has_random123_ars()
{
    return __builtin_cpu_supports("aes") != 0;
}

ArsBlock random123_ars4x32(const ArsBlock &counter, const ArsBlock &key, unsigned rounds)
{
    const ars4x32_ctr_t c = {{counter[0], counter[1], counter[2], counter[3]}};
    const ars4x32_key_t k = {{key[0], key[1], key[2], key[3]}};
    const ars4x32_ctr_t output = ars4x32_R(rounds, c, k);
    return {output.v[0], output.v[1], output.v[2], output.v[3]};
}

#else

bool has_random123_ars()
{
    return false;
}

ArsBlock random123_ars4x32(const ArsBlock & /*counter*/, const ArsBlock & /*key*/, unsigned /*rounds*/)
{
    return {};
}

#endif

} // namespace oracle
