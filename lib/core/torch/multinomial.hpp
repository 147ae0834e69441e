// torch.multinomial on engine 3: with replacement a search in the cumulative sums, without it the largest of
// weight / exponential, which is also how later releases draw a single sample. Arguments are the caller's to check.
#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.hpp"
#include "core/torch/fill.hpp"

namespace unitvar::core {

// Weights of one row or of several, and how many categories are drawn of each.
struct TorchMultinomial {
    const Tensor &weights; // one dimension, the categories, or two
    std::uint64_t samples;
    bool replacement;
    [[nodiscard]] std::uint64_t rows() const noexcept { return weights.ndim() == 2 ? weights.length(0) : 1; }
    [[nodiscard]] std::uint64_t categories() const noexcept { return weights.length(weights.ndim() - 1); }
};

// Row-major. Throws std::bad_alloc, with the generator where it was, and InvalidArgument for weights that are negative or
// not finite, or all 0.
[[nodiscard]] std::vector<std::int64_t> torch_multinomial(const TorchSource &source, const TorchMultinomial &call);

} // namespace unitvar::core
