// Checks of the arguments of norms, activations and products, all made before anything is written: element types,
// layouts, shapes and memory of one's own. Absent tensors pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>

#include "core/kernel_table.hpp"
#include "core/norm/kernels.hpp"
#include "core/tensor.hpp"

namespace unitvar::core {

// Throws Unsupported unless the element type is f32 or f64.
void require_float(const Tensor &tensor);
// Throws Unsupported unless all are f32 or f64, row-major or channels-last, and InvalidArgument where one has another
// dtype than the first.
void require_kind(std::initializer_list<const Tensor *> tensors);

// The same of statistics, which may also be f64 where x is f32: what rounding a mean loses is much where it is far from 0.
void require_statistics_kind(const Tensor &x, std::initializer_list<const Tensor *> statistics);

// Throws InvalidArgument where one that is written shares memory with another. Only target may be the very memory of a
// source.
void require_own_memory(std::initializer_list<const Tensor *> tensors, const Tensor &target,
                        std::initializer_list<const Tensor *> sources);

// Throw InvalidArgument for another shape and Unsupported for a layout that is not row-major.
void require_shape(const Tensor &tensor, std::span<const std::int64_t> shape);
// A vector of one value for each channel.
void require_channels(const Tensor &tensor, std::size_t channels);
void require_row_major(const Tensor &tensor);
// Throws InvalidArgument for another shape or layout than that of other.
void require_like(const Tensor &tensor, const Tensor &other);

// Finite and not negative in the element type, to which it is rounded.
[[nodiscard]] double rounded_eps(double eps, DType dtype);

// The kernels for f32 or f64. Throws what kernels() throws.
[[nodiscard]] const NormKernels &norm_kernels(DType dtype);

// Element i in memory of a dense tensor of f32 or f64.
[[nodiscard]] inline double value_at(const Tensor &tensor, std::size_t i) noexcept
{
    if (tensor.dtype() == DType::f32) {
        float value;
        std::memcpy(&value, tensor.data() + i * sizeof(value), sizeof(value));
        return static_cast<double>(value);
    }
    double value;
    std::memcpy(&value, tensor.data() + i * sizeof(value), sizeof(value));
    return value;
}
// What stands for an absent weight or bias.
[[nodiscard]] inline double value_or(const Tensor &tensor, std::size_t i, double otherwise) noexcept
{
    return tensor.present() ? value_at(tensor, i) : otherwise;
}
// Rounded to the element type.
inline void store_value(DType dtype, unsigned char *at, double value) noexcept
{
    if (dtype == DType::f32) {
        const auto narrow = static_cast<float>(value);
        std::memcpy(at, &narrow, sizeof(narrow));
    } else {
        std::memcpy(at, &value, sizeof(value));
    }
}
// Nothing where the tensor is absent.
inline void set_value(const Tensor &tensor, std::size_t i, double value) noexcept
{
    if (tensor.present()) {
        store_value(tensor.dtype(), tensor.data() + i * tensor.element_bytes(), value);
    }
}

} // namespace unitvar::core
