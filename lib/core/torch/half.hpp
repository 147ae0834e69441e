// bf16 and f16 bits as f32: PyTorch's samplers of these types round after every operation.
#pragma once

#include <bit>
#include <cstdint>

#include "core/half.hpp"

namespace unitvar::core {

[[nodiscard]] constexpr float widen_bf16(std::uint16_t x) noexcept
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16U);
}

[[nodiscard]] constexpr float widen_f16(std::uint16_t x) noexcept
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
