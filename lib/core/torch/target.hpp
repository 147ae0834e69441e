// Where samplers and initialisers of engine 3 draw from and to, and the checks that both share. All checks throw
// InvalidArgument.
#pragma once

#include "core/layout.hpp"
#include "core/parameters.hpp"
#include "core/tensor.hpp"
#include "core/torch/fill.hpp"
#include "unitvar/generator.hpp"

namespace unitvar::core {

// The words of a generator of engine 3. Throws what kernels() throws.
[[nodiscard]] TorchSource torch_source(const Generator &generator);

// Parameters of what is written in this type. trunc_normal of f16 is Unsupported in releases that have none.
void torch_check_uniform(DType dtype, double low, double high, ParameterNames names);
void torch_check_normal(DType dtype, double mean, double std, ParameterNames names);
void torch_check_trunc_normal(const Generator &generator, DType dtype, const TorchTruncNormal &parameters);

// A tensor as a target: its elements in the order of their addresses.
class TorchTensor {
public:
    explicit TorchTensor(const Tensor &tensor) noexcept;
    TorchTensor(const TorchTensor &) = delete;
    TorchTensor &operator=(const TorchTensor &) = delete;
    [[nodiscard]] const TorchTarget &target() const noexcept { return target_; }

private:
    Layout layout_; // target_ points to it
    TorchTarget target_;
};

} // namespace unitvar::core
