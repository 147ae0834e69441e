// Checks of the arguments of norms, activations and products, all made before anything is written: element types,
// layouts, shapes and memory of one's own. Absent tensors pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>

#include "core/half.hpp"
#include "core/kernel_table.hpp"
#include "core/norm/kernels.hpp"
#include "core/tensor.hpp"

namespace unitvar::core {

// Throws InvalidArgument where one has another dtype than the first.
void require_kind(std::initializer_list<const Tensor *> tensors);
// The same of weights, biases and their gradients, which may also be f32 where x is of 16 bits.
void require_parameter_kind(const Tensor &x, std::initializer_list<const Tensor *> parameters);
// The same of statistics, which may also be f64: what rounding a mean loses is much where it is far from 0.
void require_statistics_kind(const Tensor &x, std::initializer_list<const Tensor *> statistics);

// Throws InvalidArgument where one that is written shares memory with another. Only targets may be the very memory of a
// source, each of another one.
void require_own_memory(std::initializer_list<const Tensor *> tensors, std::initializer_list<const Tensor *> targets,
                        std::initializer_list<const Tensor *> sources);
inline void require_own_memory(std::initializer_list<const Tensor *> tensors, const Tensor &target,
                               std::initializer_list<const Tensor *> sources)
{
    require_own_memory(tensors, {&target}, sources);
}

// Throw InvalidArgument for another shape.
void require_shape(const Tensor &tensor, std::span<const std::int64_t> shape);
// A vector of one value for each channel.
void require_channels(const Tensor &tensor, std::size_t channels);
void require_like(const Tensor &tensor, const Tensor &other);
// name: of the number of elements of an array with one for each channel.
void require_length(const char *name, std::size_t length, std::size_t channels);
// The same of one or more such arrays.
void require_multiple(const char *name, std::size_t length, std::size_t channels);

// Finite and not negative in f64 or, for the other element types, in f32, to which it is rounded.
[[nodiscard]] double rounded_eps(double eps, DType dtype);

// Throws what kernels() throws.
[[nodiscard]] const NormKernels &norm_kernels(DType dtype);

// What weights, biases and slopes are for kernels of an element type.
[[nodiscard]] constexpr DType parameter_type(DType dtype) noexcept
{
    return dtype == DType::f64 ? DType::f64 : DType::f32;
}

// Element i of a vector, or in memory of a dense tensor.
[[nodiscard]] inline unsigned char *element_at(const Tensor &tensor, std::size_t i) noexcept
{
    const std::int64_t step = tensor.format() == MemoryFormat::strided ? tensor.stride(0) : 1;
    return tensor.data() + static_cast<std::int64_t>(i) * step * static_cast<std::int64_t>(tensor.element_bytes());
}
[[nodiscard]] inline double value_at(const Tensor &tensor, std::size_t i) noexcept
{
    const unsigned char *const at = element_at(tensor, i);
    if (tensor.dtype() == DType::f64) {
        double value;
        std::memcpy(&value, at, sizeof(value));
        return value;
    }
    if (tensor.dtype() == DType::f32) {
        float value;
        std::memcpy(&value, at, sizeof(value));
        return static_cast<double>(value);
    }
    std::uint16_t bits;
    std::memcpy(&bits, at, sizeof(bits));
    return static_cast<double>(tensor.dtype() == DType::bf16 ? widen_bf16(bits) : widen_f16(bits));
}
// What stands for an absent weight or bias.
[[nodiscard]] inline double value_or(const Tensor &tensor, std::size_t i, double otherwise) noexcept
{
    return tensor.present() ? value_at(tensor, i) : otherwise;
}
// Rounded to the element type, once.
inline void store_value(DType dtype, unsigned char *at, double value) noexcept
{
    if (dtype == DType::f64) {
        std::memcpy(at, &value, sizeof(value));
    } else if (dtype == DType::f32) {
        const auto narrow = static_cast<float>(value);
        std::memcpy(at, &narrow, sizeof(narrow));
    } else {
        const float odd = round_to_odd(value);
        const std::uint16_t bits = dtype == DType::bf16 ? round_to_bf16(odd) : round_to_f16(odd);
        std::memcpy(at, &bits, sizeof(bits));
    }
}
// Nothing where the tensor is absent.
inline void set_value(const Tensor &tensor, std::size_t i, double value) noexcept
{
    if (tensor.present()) {
        store_value(tensor.dtype(), element_at(tensor, i), value);
    }
}

} // namespace unitvar::core
