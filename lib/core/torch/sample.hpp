// Samplers and initialisers of engine 3 with their checks; lib/core/sample.cpp and init.cpp hand over to them. All
// throw InvalidArgument for parameters, and Unsupported, before the first byte is written.
#pragma once

#include <cstdint>

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

void torch_uniform(Generator &generator, const TorchTarget &target, double low, double high, ParameterNames names);
void torch_normal(Generator &generator, const TorchTarget &target, double mean, double std, ParameterNames names);
void torch_trunc_normal(Generator &generator, const TorchTarget &target, double mean, double std, double a, double b);

// A tensor as a target: its elements in the order of their addresses.
class TorchTensor {
public:
    // Throws what Layout throws.
    explicit TorchTensor(const TensorView &tensor);
    [[nodiscard]] const TorchTarget &target() const noexcept { return target_; }

private:
    [[nodiscard]] Layout in_order(const TensorView &tensor);

    Layout row_major_;
    Layout order_;
    TorchTarget target_;
};

} // namespace unitvar::core
