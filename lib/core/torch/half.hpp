// bf16 and f16 as bits, one value at a time: PyTorch's samplers of these types round after every operation.
#pragma once

#include <bit>
#include <cstdint>

namespace unitvar::core {

// Rounded to nearest even; NaN stays NaN.
[[nodiscard]] constexpr std::uint16_t to_bf16(float x) noexcept
{
    const auto bits = std::bit_cast<std::uint32_t>(x);
    if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
        return 0x7FC0;
    }
    return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

[[nodiscard]] constexpr float from_bf16(std::uint16_t x) noexcept
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16U);
}

[[nodiscard]] constexpr std::uint16_t to_f16(float x) noexcept
{
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t sign = (bits >> 16U) & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    if (magnitude > 0x7F800000U) {
        return 0x7E00;
    }
    if (magnitude >= 0x47800000U) { // 2^16 and more
        return static_cast<std::uint16_t>(sign | 0x7C00U);
    }
    if (magnitude < 0x38800000U) { // below 2^-14: the sum's last place is 2^-24, and the addition rounds
        const float sum = std::bit_cast<float>(magnitude) + 0.5F;
        return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(sum) - 0x3F000000U));
    }
    const std::uint32_t rounded = magnitude + 0xFFFU + ((magnitude >> 13U) & 1U);
    return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000U) >> 13U));
}

[[nodiscard]] constexpr float from_f16(std::uint16_t x) noexcept
{
    const std::uint32_t sign = (x & 0x8000U) << 16U;
    const std::uint32_t magnitude = x & 0x7FFFU;
    if (magnitude >= 0x7C00U) {
        return std::bit_cast<float>(sign | 0x7F800000U | (magnitude & 0x3FFU) << 13U);
    }
    if (magnitude < 0x400U) {
        const float value = static_cast<float>(magnitude) * 0x1p-24F;
        return sign != 0 ? -value : value;
    }
    return std::bit_cast<float>(sign | ((magnitude << 13U) + 0x38000000U));
}

} // namespace unitvar::core
