// PyTorch's CPU samplers on engine 3, as the AVX2 build of the release that the engine follows computes them: words become elements in
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
    const KernelTable &table; // the kernels' own
};

// Elements in the order in which they are filled.
struct TorchTarget {
    DType dtype;
    std::uint64_t count;
    bool row_major;                  // contiguous, the last index fastest: what the block form of normal asks for
    void *data;                      // of the first, where they follow one another
    const Layout *strided = nullptr; // else where they are
    bool dense_row_major = true;     // whether this order is row-major: then a copy without gaps has the block form
};

// Elements that count as drawn, of a target in f64, f32, or 16 bits widened to f32; NaN is one.
struct TorchBounds {
    double low;
    double high;
};

// n words, or n pairs of words, the first of which is the upper half.
void torch_fill_u32(const TorchSource &source, void *target, std::uint64_t n) noexcept;
void torch_fill_u64(const TorchSource &source, void *target, std::uint64_t n) noexcept;

// uniform_(low, high).
void torch_fill_uniform(const TorchSource &source, const TorchTarget &target, double low, double high) noexcept;
// normal_(mean, std).
void torch_fill_normal(const TorchSource &source, const TorchTarget &target, double mean, double std) noexcept;
[[nodiscard]] bool torch_all_within(const TorchTarget &target, TorchBounds bounds) noexcept;
// Elements outside of their bounds become those of a new normal_(mean, std) of the whole, in the order of the target but
// without its gaps. Returns how many are outside still.
[[nodiscard]] std::uint64_t torch_redraw_normal(const TorchSource &source, const TorchTarget &target, double mean,
                                                double std, TorchBounds bounds) noexcept;

// nn.init.trunc_normal_(mean, std, a, b).
struct TorchTruncNormal {
    double mean;
    double std;
    double a;
    double b;
};
// The working memory that it needs for so many elements: 64-bit words.
[[nodiscard]] std::size_t torch_trunc_normal_memory(const TorchRules &rules, const TorchTruncNormal &parameters,
                                                    std::uint64_t elements);
void torch_fill_trunc_normal(const TorchSource &source, const TorchTarget &target, const TorchTruncNormal &parameters,
                             std::uint64_t *memory) noexcept;
// randperm(n) as int64, at any address.
void torch_fill_permutation(const TorchSource &source, void *target, std::uint64_t n) noexcept;

} // namespace unitvar::core
