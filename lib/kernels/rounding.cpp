// f32 rounded to 16 bits, for what is computed in f32 as a whole (orthogonal matrices); fills round as they go.
#include "kernels/units.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

template <class Round> void round_all(const float *source, std::uint16_t *target, std::size_t n, Round round)
{
    constexpr std::size_t lanes = 32;
    std::size_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        store(target + i, round(load<F32x<lanes>>(source + i)));
    }
    if (i != n) {
        float in[lanes] = {};
        std::uint16_t out[lanes];
        __builtin_memcpy(in, source + i, (n - i) * sizeof(float));
        store(out, round(load<F32x<lanes>>(in)));
        __builtin_memcpy(target + i, out, (n - i) * sizeof(std::uint16_t));
    }
}

} // namespace

namespace UNITVAR_ISA {

void round_to_bf16(const float *source, std::uint16_t *target, std::size_t n)
{
    round_all(source, target, n, [](const F32x<32> &x) UNITVAR_INLINE_LAMBDA { return to_bf16(x); });
}

void round_to_f16(const float *source, std::uint16_t *target, std::size_t n)
{
    round_all(source, target, n, [](const F32x<32> &x) UNITVAR_INLINE_LAMBDA { return to_f16(x); });
}

} // namespace UNITVAR_ISA
} // namespace unitvar
