// The generator s' = a s + c of PCG-XSH-RR 64/32 (O'Neill, "PCG: A Family of Simple Fast Space-Efficient
// Statistically Good Algorithms", 2014), and its k-step forms: s_k = power(k) s + sum(k) c with
// power(k) = a^k and sum(k) = 1 + a + ... + a^(k-1), all modulo 2^64.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace unitvar::core {

inline constexpr std::uint64_t pcg32_multiplier = 6364136223846793005U;

struct Pcg32Step {
    std::uint64_t power;
    std::uint64_t sum;
};

// Two steps one after the other.
[[nodiscard]] constexpr Pcg32Step operator*(Pcg32Step first, Pcg32Step second) noexcept
{
    return {first.power * second.power, second.power * first.sum + second.sum};
}

// The step over k words, by repeated squaring.
[[nodiscard]] constexpr Pcg32Step pcg32_step(std::uint64_t k) noexcept
{
    Pcg32Step result{1, 0};
    for (Pcg32Step square{pcg32_multiplier, 1}; k != 0; k >>= 1U, square = square * square) {
        if ((k & 1U) != 0) {
            result = result * square;
        }
    }
    return result;
}

} // namespace unitvar::core
