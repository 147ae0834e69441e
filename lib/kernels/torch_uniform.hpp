// PyTorch's uniforms of 53 bits, of which each takes two words, the first as the upper half.
#pragma once

#include "simd/pack.hpp"

namespace unitvar {
namespace {

// On [0, 1), of 2 F::lanes words.
template <class F> UNITVAR_INLINE F unit_of_53_bits(const std::uint32_t *words)
{
    using U = U64x<F::lanes>;
    const U pair = as_u64(load<U32x<2 * F::lanes>>(words));
    const auto bits = (shift_left<32>(pair) | shift_right<32>(pair)) & broadcast<U>(0x1FFFFFFFFFFFFF);
    return signed_to_float(bits) * broadcast<F>(0x1p-53);
}

} // namespace
} // namespace unitvar
