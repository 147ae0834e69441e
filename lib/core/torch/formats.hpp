// The element types as the samplers of engine 3 need them, so that each sampler is written once for all. An element of a
// format is stored as Stored and computed in Value.
#pragma once

#include <cstdint>

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

// Calls use(Format{}).
template <class Use> decltype(auto) with_format(DType dtype, const Use &use)
{
    switch (dtype) {
    case DType::f32:
        return use(F32{});
    case DType::f64:
        return use(F64{});
    case DType::bf16:
        return use(Bf16{});
    case DType::f16:
        break;
    }
    return use(F16{});
}

} // namespace unitvar::core
