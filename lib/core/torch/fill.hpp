// PyTorch's CPU samplers on engine 3, as its AVX2 builds of versions 1.13 to 2.x compute them: words become elements in
// the order of memory, one after the other. Arguments are the caller's to check.
#pragma once

#include <cstdint>

#include "core/layout.hpp"
#include "core/torch/engine.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::core {

struct TorchSource {
    TorchEngine &engine;
    const TorchKernels &kernels;
};

// Elements in the order in which they are filled.
struct TorchTarget {
    DType dtype;
    std::uint64_t count;
    bool row_major;                  // contiguous, the last index fastest: what the block form of normal asks for
    void *data;                      // of the first, where they follow one another
    const Layout *strided = nullptr; // else where they are
};

// n words, or n pairs of words, the first of which is the upper half.
void torch_fill_u32(const TorchSource &source, void *target, std::uint64_t n) noexcept;
void torch_fill_u64(const TorchSource &source, void *target, std::uint64_t n) noexcept;

// uniform_(low, high).
void torch_fill_uniform(const TorchSource &source, const TorchTarget &target, double low, double high) noexcept;
// normal_(mean, std).
void torch_fill_normal(const TorchSource &source, const TorchTarget &target, double mean, double std) noexcept;
// nn.init.trunc_normal_(mean, std, a, b); not for f16.
void torch_fill_trunc_normal(const TorchSource &source, const TorchTarget &target, double mean, double std, double a,
                             double b) noexcept;
// randperm(n) as int64, at any address.
void torch_fill_permutation(const TorchSource &source, void *target, std::uint64_t n) noexcept;

} // namespace unitvar::core
