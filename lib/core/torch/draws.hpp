// PyTorch's other draws on engine 3: each takes a uniform of 53 bits from two words, but log_normal_ a normal in the
// scalar form, and integers one word or two. Elements come in the order of memory, whatever the layout. Arguments are the
// caller's to check.
#pragma once

#include <cstdint>

#include "core/torch/fill.hpp"

namespace unitvar::core {

// random_() and random_(from, to).
void torch_fill_random(const TorchSource &source, const TorchTarget &target) noexcept;
void torch_fill_randint(const TorchSource &source, const TorchTarget &target, std::int64_t from,
                        std::uint64_t range) noexcept;
// The bounds that a type has of its own for random_(from, to), which moves those that would round out of the interval.
struct TorchRange {
    std::int64_t from;
    std::int64_t to;
};
[[nodiscard]] TorchRange torch_range(DType dtype, TorchRange range) noexcept;

void torch_fill_bernoulli(const TorchSource &source, const TorchTarget &target, double p) noexcept;
void torch_fill_exponential(const TorchSource &source, const TorchTarget &target, double lambda) noexcept;
void torch_fill_log_normal(const TorchSource &source, const TorchTarget &target, double mean, double std) noexcept;
void torch_fill_cauchy(const TorchSource &source, const TorchTarget &target, double median, double sigma) noexcept;
void torch_fill_geometric(const TorchSource &source, const TorchTarget &target, double p) noexcept;

} // namespace unitvar::core
