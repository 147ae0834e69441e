// bf16 and f16 as bit patterns: rounding of f32 to nearest, ties to even, for single values. The portable kernels use
// it too, so it is the definition that vector instructions must equal.
#pragma once

#include <bit>
#include <cstdint>

namespace unitvar::core {

// NaN stays NaN, quiet.
[[nodiscard]] constexpr std::uint16_t round_to_bf16(float x) noexcept
{
    const auto bits = std::bit_cast<std::uint32_t>(x);
    if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
        return static_cast<std::uint16_t>(bits >> 16U | 0x40U);
    }
    return static_cast<std::uint16_t>((bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U);
}

[[nodiscard]] constexpr std::uint16_t round_to_f16(float x) noexcept
{
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t sign = bits >> 16U & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    std::uint32_t rounded = 0;
    if (magnitude > 0x7F800000U) {
        rounded = 0x7E00U | (magnitude >> 13U & 0x3FFU);
    } else if (magnitude >= 0x477FF000U) { // 65520 and more
        rounded = 0x7C00U;
    } else if (magnitude >= 0x38800000U) { // 2^-14 and more: normal in f16
        rounded = (magnitude - 0x38000000U + 0xFFFU + (magnitude >> 13U & 1U)) >> 13U;
    } else {
        // The sum with 1/2 has an ulp of 2^-24, that of subnormal f16: the addition rounds.
        rounded = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3F000000U;
    }
    return static_cast<std::uint16_t>(sign | rounded);
}

} // namespace unitvar::core
