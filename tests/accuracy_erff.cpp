// unitvar_accuracy_erff [--stride N]: is the erff that trunc_normal of PyTorch on glibc 2.41 and later is made of
// correctly rounded on every N-th number (default 7; 1 is exhaustive, and a minute) of 2^-60 to 4, and 1 from there on?
// The reference is the C library's erf in double where an error of 2^-48 does not change how it rounds, and MPFR's with
// 200 bits elsewhere and at some numbers of every run, so the hard cases are among them.
#include "kernels/torch_libm.hpp"

#include <mpfr.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

using namespace unitvar;
using Floats = Pack<F32, 4>;

float rounded_by_mpfr(float x)
{
    mpfr_t value;
    mpfr_init2(value, 200);
    mpfr_set_flt(value, x, MPFR_RNDN);
    mpfr_erf(value, value, MPFR_RNDN);
    const float result = mpfr_get_flt(value, MPFR_RNDN);
    mpfr_clear(value);
    return result;
}

} // namespace

int main(int argc, char **argv)
{
    const auto stride =
        argc == 3 && std::strcmp(argv[1], "--stride") == 0 ? static_cast<std::uint32_t>(std::atoi(argv[2])) : 7U;
    if (stride == 0) {
        std::puts("usage: unitvar_accuracy_erff [--stride N]");
        return 2;
    }
    constexpr auto first = std::bit_cast<std::uint32_t>(0x1p-60F);
    constexpr auto last = std::bit_cast<std::uint32_t>(16.0F);
    std::uint64_t seen = 0;
    std::uint64_t hard = 0;
    std::uint64_t wrong = 0;
    for (std::uint64_t bits = first; bits <= last; bits += std::uint64_t{stride} * Floats::lanes) {
        alignas(64) float x[Floats::lanes];
        alignas(64) float value[Floats::lanes];
        for (std::size_t i = 0; i < Floats::lanes; ++i) {
            const std::uint64_t at = bits + i * stride;
            x[i] = std::bit_cast<float>(static_cast<std::uint32_t>(at < last ? at : last));
        }
        store(value, libm_erf_rounded(load<Floats>(x)));
        for (std::size_t i = 0; i < Floats::lanes; ++i) {
            const double y = std::erf(static_cast<double>(x[i]));
            auto expected = static_cast<float>(y * (1 - 0x1p-48));
            const bool close = expected != static_cast<float>(y * (1 + 0x1p-48));
            if (close || seen % 1000003 == 0) {
                expected = rounded_by_mpfr(x[i]);
            }
            hard += close ? 1 : 0;
            ++seen;
            if (value[i] != expected && wrong++ < 3) {
                std::printf("erff(%a) is %a, correctly rounded %a\n", static_cast<double>(x[i]),
                            static_cast<double>(value[i]), static_cast<double>(expected));
            }
        }
    }
    std::printf("erff: %llu of %llu are not correctly rounded; %llu hard cases\n",
                static_cast<unsigned long long>(wrong), static_cast<unsigned long long>(seen),
                static_cast<unsigned long long>(hard));
    return wrong == 0 && hard != 0 ? 0 : 1;
}
