// bf16 and f16 as bit patterns: rounding of f32 to nearest, ties to even, for single values, and back. The portable
// kernels round by it too, so it is the definition that vector instructions must equal.
#pragma once

#include <bit>
#include <cstdint>

namespace unitvar::core {

// Elements of 16 bits, as types: what kernels are instantiated for.
struct Bf16Element {
    std::uint16_t bits;
};
struct F16Element {
    std::uint16_t bits;
};

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

// The f32 that rounds to 16 bits as a double does: cut off after f32's 24 bits, the last of which is then set where
// anything was lost, so that no tie is made or missed. (Boldo and Melquiond, "Emulation of FMA and correctly rounded
// sums: proved algorithms using rounding to odd", 2008.)
[[nodiscard]] constexpr float round_to_odd(double x) noexcept
{
    constexpr std::uint64_t dropped = (std::uint64_t{1} << 29U) - 1;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    return static_cast<float>(std::bit_cast<double>((bits | ((bits & dropped) + dropped)) & ~dropped));
}

// The next number of either format below a finite one; of the least, the infinity.
[[nodiscard]] constexpr std::uint16_t next_below_16(std::uint16_t x) noexcept
{
    if ((x & 0x7FFFU) == 0) {
        return 0x8001;
    }
    return static_cast<std::uint16_t>((x & 0x8000U) != 0 ? x + 1 : x - 1);
}

} // namespace unitvar::core
