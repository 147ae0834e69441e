// Samplers and initialisers of engine 3 with their checks; lib/core/sample.cpp and init.cpp hand over to them. All
// throw InvalidArgument for parameters, and Unsupported, before the first byte is written.
#pragma once

#include <cstdint>
#include <span>

#include "core/fill.hpp"
#include "core/torch/fill.hpp"
#include "unitvar/generator.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::core {

[[nodiscard]] inline bool is_torch(const Generator &generator) noexcept
{
    return generator.engine() == Engine::torch_mt19937;
}

// The words of a generator of engine 3. Throws what kernels() throws.
[[nodiscard]] TorchSource torch_source(Generator &generator);

// For what PyTorch has no counterpart of.
[[noreturn]] void torch_refuse(const char *what);

// Checks of parameters. What is written is of this type; 16-bit types have no trunc_normal of f16.
void torch_check_uniform(DType dtype, double low, double high, ParameterNames names);
void torch_check_normal(DType dtype, double mean, double std, ParameterNames names);
void torch_check_trunc_normal(DType dtype, double mean, double std, double a, double b);

// The samplers, checks included.
void torch_uniform(Generator &generator, const TorchTarget &target, double low, double high);
void torch_normal(Generator &generator, const TorchTarget &target, double mean, double std);
void torch_trunc_normal(Generator &generator, const TorchTarget &target, double mean, double std, double a, double b);

void torch_permutation(Generator &generator, std::span<std::int64_t> target);

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
