// What the backward passes share.
#pragma once

#include <cstddef>

#include "core/norm/geometry.hpp"
#include "core/norm/statistics.hpp"
#include "unitvar/norm.hpp"

namespace unitvar::core {

// Where the gradients of x, weight and bias go.
struct GradientOutputs {
    Tensor x;
    Tensor weight;
    Tensor bias;

    explicit GradientOutputs(const NormGradients &gradients);
    void require_channels(std::size_t channels) const;
    // Of no elements: zeros for weight and bias.
    void clear() const noexcept;
};

// Over any number of runs, a chunk at a time. weight: one for each element of a run, or null.
[[nodiscard]] GradientSums gradient_sums(const GradientKernels &kernels, const unsigned char *g, const unsigned char *x,
                                         const Runs &runs, double mean, const unsigned char *weight,
                                         std::size_t element_bytes) noexcept;

struct Normalization {
    double mean;
    double rstd;
};
// The coefficients of the gradient of x where its weight is w, from sums over the m elements that share statistics:
// w rstd g - rstd sum(g) / m - d rstd^3 sum(g d) / m.
[[nodiscard]] GradientAffine gradient_affine(const Normalization &norm, double w, const GradientSums &sums,
                                             double m) noexcept;

// A vector of values as doubles.
class Widened {
public:
    Widened(Scratch &scratch, const Tensor &tensor)
        : kernels_(norm_kernels(tensor.dtype())), scratch_(scratch), tensor_(tensor),
          values_(scratch.add<double>(tensor.elements()))
    {
    }
    void read() const noexcept
    {
        if (tensor_.elements() != 0) {
            kernels_.convert->widen(tensor_.data(), data(), tensor_.elements());
        }
    }
    [[nodiscard]] double *data() const noexcept { return scratch_.data(values_); }

private:
    const NormKernels &kernels_;
    const Scratch &scratch_;
    const Tensor &tensor_;
    Scratch::Buffer<double> values_;
};

} // namespace unitvar::core
