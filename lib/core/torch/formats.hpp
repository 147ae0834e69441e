// The element types as the samplers of engine 3 need them, so that each sampler is written once for all. An element of a
// format is stored as Stored and computed in Value.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/half.hpp"
#include "core/kernel_table.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::core {

template <class T> struct PlainFormat {
    using Stored = T;
    using Value = T;
    [[nodiscard]] static constexpr T round(T x) noexcept { return x; }
    [[nodiscard]] static constexpr T widen(T x) noexcept { return x; }
    [[nodiscard]] static constexpr T rounded(T x) noexcept { return x; }
};
using F32 = PlainFormat<float>;
using F64 = PlainFormat<double>;

struct Bf16 {
    using Stored = std::uint16_t;
    using Value = float;
    static constexpr int bits = 8; // of the significand
    [[nodiscard]] static constexpr std::uint16_t round(float x) noexcept { return round_to_bf16(x); }
    [[nodiscard]] static constexpr float widen(std::uint16_t x) noexcept { return widen_bf16(x); }
    [[nodiscard]] static constexpr float rounded(float x) noexcept { return widen(round(x)); }
    [[nodiscard]] static RoundKernel kernel(const KernelTable &table) noexcept { return table.round_to_bf16; }
};

struct F16 {
    using Stored = std::uint16_t;
    using Value = float;
    static constexpr int bits = 11;
    [[nodiscard]] static constexpr std::uint16_t round(float x) noexcept { return round_to_f16(x); }
    [[nodiscard]] static constexpr float widen(std::uint16_t x) noexcept { return widen_f16(x); }
    [[nodiscard]] static constexpr float rounded(float x) noexcept { return widen(round(x)); }
    [[nodiscard]] static RoundKernel kernel(const KernelTable &table) noexcept { return table.round_to_f16; }
};

// Calls use(Format{}) for a type of floating point.
template <class Use> decltype(auto) with_format(DType dtype, const Use &use)
{
    switch (dtype) {
    case DType::f32:
        return use(F32{});
    case DType::f64:
        return use(F64{});
    case DType::bf16:
        return use(Bf16{});
    default:
        return use(F16{});
    }
}

// Integers take what x86 makes of a number: of one that the register, of 32 bits at least, does not hold, its least.
template <class T> struct Integer {
    using Stored = T;
    using Value = double;
    [[nodiscard]] static constexpr T round(double x) noexcept
    {
        using Register = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
        constexpr double end = sizeof(T) == 8 ? 0x1p63 : 0x1p31;
        return static_cast<T>(x > -end - 1 && x < end ? static_cast<Register>(x)
                                                      : std::numeric_limits<Register>::min());
    }
};
template <> constexpr bool Integer<bool>::round(double x) noexcept
{
    return x != 0;
}

// The same for any type.
template <class Use> decltype(auto) with_number(DType dtype, const Use &use)
{
    switch (dtype) {
    case DType::i8:
        return use(Integer<std::int8_t>{});
    case DType::i16:
        return use(Integer<std::int16_t>{});
    case DType::i32:
        return use(Integer<std::int32_t>{});
    case DType::i64:
        return use(Integer<std::int64_t>{});
    case DType::u8:
        return use(Integer<std::uint8_t>{});
    case DType::boolean:
        return use(Integer<bool>{});
    default:
        return with_format(dtype, use);
    }
}

} // namespace unitvar::core
