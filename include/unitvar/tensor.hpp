// A view of somebody's tensor: address, element type, shape and strides. It owns nothing.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

namespace unitvar {

enum class DType : std::uint8_t { f32, f64 };

template <class T>
concept TensorElement = std::same_as<T, float> || std::same_as<T, double>;

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
    return {data, std::same_as<T, float> ? DType::f32 : DType::f64, shape, strides};
}

} // namespace unitvar
