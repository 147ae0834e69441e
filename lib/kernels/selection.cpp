// Choosing elements by keys, for the sparse initialiser.
//
// Port budget with AVX-512: a pass of count_below is a load and a comparison for 16 keys, and an addition of a
// population count; zero_marked a load, a masked move and a store for each 64 bytes.
#include "kernels/units.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

constexpr std::size_t word_bits = 64;

UNITVAR_INLINE std::uint64_t marks(const std::uint32_t *keys, U32 limit)
{
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < word_bits; i += U32::size) {
        word |= less_bits(load_register<U32>(keys + i), limit) << i;
    }
    return word;
}

// Not the built-in function, which becomes a library call where there is no such instruction.
UNITVAR_INLINE std::size_t population(std::uint64_t word)
{
    word -= word >> 1U & 0x5555555555555555U;
    word = (word & 0x3333333333333333U) + (word >> 2U & 0x3333333333333333U);
    word = (word + (word >> 4U)) & 0x0F0F0F0F0F0F0F0FU;
    return word * 0x0101010101010101U >> 56U;
}

std::size_t count_below(const std::uint32_t *keys, std::size_t n, std::uint32_t limit)
{
    const U32 bound(limit);
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; i += word_bits) {
        count += population(marks(keys + i, bound));
    }
    return count;
}

void mark_below(const std::uint32_t *keys, std::size_t n, std::uint32_t limit, std::uint64_t *bits)
{
    const U32 bound(limit);
    for (std::size_t i = 0; i < n; i += word_bits) {
        bits[i / word_bits] = marks(keys + i, bound);
    }
}

template <class Register>
void zero_marked(void *elements, std::size_t groups, const std::uint64_t *bits, std::size_t stride)
{
    auto *out = static_cast<typename Register::value_type *>(elements);
    for (std::size_t g = 0; g < groups; ++g, out += word_bits) {
        const std::uint64_t word = bits[g * stride];
        if (word == 0) {
            continue;
        }
        for (std::size_t i = 0; i < word_bits; i += Register::size) {
            store_register(out + i, zero_where(load_register<Register>(out + i), word >> i));
        }
    }
}

} // namespace

namespace UNITVAR_ISA {

constinit const core::SelectionKernels selection = {
    &count_below, &mark_below, {&zero_marked<U16>, &zero_marked<U32>, &zero_marked<U64>}};

} // namespace UNITVAR_ISA
} // namespace unitvar
