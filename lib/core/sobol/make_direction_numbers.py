#!/usr/bin/env python3
"""make_direction_numbers.py FILE: prints direction_numbers.hpp from Joe and Kuo's file of direction numbers.

FILE is new-joe-kuo-6.21201, which S. Joe and F. Y. Kuo give beside "Constructing Sobol sequences with better
two-dimensional projections", SIAM J. Sci. Comput. 30 (2008): a line for each dimension from the second on, with its
number, the degree s of a primitive polynomial, its inner coefficients a, and the numbers m_1 to m_s.
"""
import sys

DIMENSIONS = 1111  # all polynomials of degree 13 and less

if len(sys.argv) != 2:
    sys.exit(__doc__)
bits = []
with open(sys.argv[1]) as file:
    next(file)
    for line in file:
        dimension, degree, inner, *numbers = map(int, line.split())
        if dimension > DIMENSIONS:
            break
        assert len(numbers) == degree <= 13
        polynomial = 1 << degree | inner << 1 | 1
        bits += [polynomial >> i & 1 for i in range(14)]
        for i, m in enumerate(numbers):
            assert m % 2 == 1 and m < 2 << i
            bits += [m >> 1 + k & 1 for k in range(i)]
assert dimension > DIMENSIONS
words = [sum(bit << i for i, bit in enumerate(bits[at:at + 64])) for at in range(0, len(bits), 64)]
print(f"""// Joe and Kuo's direction numbers for {DIMENSIONS} dimensions, "Constructing Sobol sequences with better two-dimensional
// projections", SIAM J. Sci. Comput. 30 (2008), as make_direction_numbers.py packs their file new-joe-kuo-6.21201: for
// each dimension from the second on the 14 bits of its primitive polynomial, the constant term first, then of each m_i the
// i - 1 bits above its last, which is 1; the lowest bit of a word comes first.
#pragma once

#include <cstddef>
#include <cstdint>

namespace unitvar::core {{

inline constexpr std::size_t sobol_dimensions = {DIMENSIONS};
inline constexpr std::size_t polynomial_bits = 14;

// clang-format off
inline constexpr std::uint64_t direction_numbers[] = {{""")
for at in range(0, len(words), 5):
    print("    " + " ".join(f"0x{word:016X}," for word in words[at:at + 5]))
print("""};
// clang-format on

} // namespace unitvar::core""")
