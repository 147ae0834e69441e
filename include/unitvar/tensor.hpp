// A view of somebody's tensor: address, element type, shape and strides. It owns nothing.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace unitvar {

// Integers are what PyTorch's draws of integers take (torch.hpp), everything else takes floating point.
enum class DType : std::uint8_t { f32, f64, bf16, f16, i8, i16, i32, i64, u8, boolean };

[[nodiscard]] constexpr std::size_t element_bytes(DType dtype) noexcept
{
    switch (dtype) {
    case DType::f64:
    case DType::i64:
        return 8;
    case DType::f32:
    case DType::i32:
        return 4;
    case DType::i8:
    case DType::u8:
    case DType::boolean:
        return 1;
    default:
        return 2;
    }
}

// The bits of 16-bit numbers, for languages without such types: bfloat16 has the exponent of f32 and 7 bits of
// fraction, float16 is IEEE 754's binary16.
struct bfloat16 {
    std::uint16_t bits;
};
struct float16 {
    std::uint16_t bits;
};

template <class T, class... Types>
concept OneOf = (std::same_as<T, Types> || ...);
template <class T>
concept TensorElement = OneOf<T, float, double, bfloat16, float16, std::int8_t, std::int16_t, std::int32_t,
                              std::int64_t, std::uint8_t, bool>;

template <TensorElement T>
inline constexpr DType dtype_of = std::same_as<T, float>          ? DType::f32
                                  : std::same_as<T, double>       ? DType::f64
                                  : std::same_as<T, bfloat16>     ? DType::bf16
                                  : std::same_as<T, float16>      ? DType::f16
                                  : std::same_as<T, bool>         ? DType::boolean
                                  : std::same_as<T, std::uint8_t> ? DType::u8
                                  : sizeof(T) == 1                ? DType::i8
                                  : sizeof(T) == 2                ? DType::i16
                                  : sizeof(T) == 4                ? DType::i32
                                                                  : DType::i64;

struct TensorView {
    void *data; // the element with all indices 0; may be null where the tensor has no elements
    DType dtype;
    std::span<const std::int64_t> shape;   // up to 64 lengths, each >= 0; empty: a scalar
    std::span<const std::int64_t> strides; // in elements, negative ones included; empty: row-major
};

// The view of a tensor of T. Shape and strides must outlive it.
template <TensorElement T>
[[nodiscard]] TensorView view(T *data, std::span<const std::int64_t> shape,
                              std::span<const std::int64_t> strides = {}) noexcept
{
    return {data, dtype_of<T>, shape, strides};
}

} // namespace unitvar
