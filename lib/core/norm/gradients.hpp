// What the backward passes of the norms share: their outputs, and sums of gradients over runs in a fixed order.
#pragma once

#include "core/norm/chunk_moments.hpp"
#include "core/norm/operand.hpp"
#include "core/norm/support.hpp"
#include "unitvar/norm.hpp"

namespace unitvar::core {

struct GradientOutputs {
    const Operand &x;
    const Operand &weight;
    const Operand &bias;

    // Adds them to the operands, as grad_x, grad_weight and grad_bias.
    GradientOutputs(Operands &operands, const NormGradients &gradients);
    // Throws InvalidArgument unless weight and bias have a value for each channel, or are absent.
    void require_channels(std::size_t channels) const;
    // Weight's and bias' sums over no elements.
    void clear() const noexcept;
};

// weight: one for each element of a single run, or null.
[[nodiscard]] GradientSums gradient_sums(const GradientKernels &kernels, const unsigned char *g, const unsigned char *x,
                                         const Runs &runs, double mean, const unsigned char *weight,
                                         std::size_t element_bytes) noexcept;

} // namespace unitvar::core
