// torch.nn.init.trunc_normal_ of PyTorch 2.12 and later on engine 3: draws of the whole tensor, again and again, of which
// only the elements take part that no earlier draw has settled. Of normals that are to lie in the bounds, where at least
// 30 % do; else of uniforms between the bounds, each accepted by the density.
#pragma once

#include <cstdint>

#include "core/torch/fill.hpp"

namespace unitvar::core {

// Whether uniforms are drawn, one bit an element of working memory being needed.
[[nodiscard]] bool torch_draws_uniforms(const TorchTruncNormal &parameters) noexcept;

// Roughly how many of the elements a draw settles, as the type and the release hold the parameters; 0 where one of them
// is no longer a number.
[[nodiscard]] double torch_accepted(const TorchRules &rules, DType dtype, const TorchTruncNormal &parameters) noexcept;

// pending: a bit for each element, of uniforms.
void torch_fill_by_rejection(const TorchSource &source, const TorchTarget &target, const TorchTruncNormal &parameters,
                             std::uint64_t *pending) noexcept;

} // namespace unitvar::core
