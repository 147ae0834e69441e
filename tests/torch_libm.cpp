// unitvar_torch_libm [--stride N]: are the library's expf, logf and erff, which PyTorch's trunc_normal_ is made of, the
// C library's own on every N-th number (default 61; 1 is exhaustive) of the ranges that inverse error functions need?
// Only glibc 2.28 to 2.40 on x86-64 with fma is the reference: elsewhere it exits with 77. It compiles the header
// with the portable registers, whose bits every other table repeats.

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "kernels/torch_libm.hpp"
#include "support/reference_libm.hpp"

namespace {

using namespace unitvar;
using Floats = Pack<F32, 1>;

// All numbers of the same sign between two, which need not be in order.
template <class Own, class Reference>
bool same(const char *name, float from, float to, std::uint32_t stride, const Own &own, const Reference &reference)
{
    const auto a = std::bit_cast<std::uint32_t>(from);
    const auto b = std::bit_cast<std::uint32_t>(to);
    const std::uint32_t first = a < b ? a : b;
    const std::uint32_t last = a < b ? b : a;
    std::uint64_t seen = 0;
    std::uint64_t different = 0;
    for (std::uint64_t bits = first; bits < last; bits += std::uint64_t{stride} * Floats::lanes) {
        float x[Floats::lanes];
        float value[Floats::lanes];
        for (std::size_t i = 0; i < Floats::lanes; ++i) {
            const std::uint64_t at = bits + i * stride;
            x[i] = std::bit_cast<float>(static_cast<std::uint32_t>(at < last ? at : last));
        }
        store(value, own(load<Floats>(x)));
        for (std::size_t i = 0; i < Floats::lanes; ++i) {
            const volatile float opaque = x[i]; // what a compiler knows it computes itself, correctly rounded
            const float expected = reference(opaque);
            ++seen;
            if (std::memcmp(&expected, &value[i], sizeof(float)) != 0 && different++ < 3) {
                std::printf("%s(%a) is %a, the C library's %a\n", name, static_cast<double>(x[i]),
                            static_cast<double>(value[i]), static_cast<double>(expected));
            }
        }
    }
    std::printf("%-5s %a to %a: %llu of %llu differ\n", name, static_cast<double>(from), static_cast<double>(to),
                static_cast<unsigned long long>(different), static_cast<unsigned long long>(seen));
    return different == 0;
}

} // namespace

int main(int argc, char **argv)
{
    const auto stride =
        argc == 3 && std::strcmp(argv[1], "--stride") == 0 ? static_cast<std::uint32_t>(std::atoi(argv[2])) : 61U;
    if (!support::has_reference_glibc(28, 40) || stride == 0) {
        std::puts("not the reference's C library and processor");
        return 77;
    }
    const auto exp = [](const Floats &x) { return libm_exp(x); };
    const auto log = [](const Floats &x) { return libm_log(x); };
    const auto expf_of = [](float x) { return std::exp(x); };
    bool good = same("expf", -0x1p-30F, -64.0F, stride, exp, expf_of);
    good = same("expf", 0x1p-30F, 2.0F, stride, exp, expf_of) && good;
    good = same("logf", 0x1p-25F, 0.5F, stride, log, [](float x) { return std::log(x); }) && good;
    const auto erff_of = [](float x) { return std::erf(x); };
    good = same(
               "erff", 0x1p-60F, 0x1.affffep-1F, stride, [](const Floats &x) { return libm_erf_below_0_84(x); },
               erff_of) &&
           good;
    good = same(
               "erff", 0x1.bp-1F, 0x1.3ffffep0F, stride, [](const Floats &x) { return libm_erf_below_1_25(x); },
               erff_of) &&
           good;
    good = same(
               "erff", 1.25F, 0x1.7ffffep2F, stride, [](const Floats &x) { return libm_erf_below_6(x); }, erff_of) &&
           good;
    return good ? 0 : 1;
}
