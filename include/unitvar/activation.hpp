// Activations, the linear layer and their gradients. capi/include/unitvar.h, section 10, gives formulas, shapes and
// errors. Conventions as in norm.hpp.
#pragma once

#include "unitvar/norm.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar {

void relu(const TensorView &x, const TensorView &y);
void leaky_relu(const TensorView &x, double negative_slope, const TensorView &y);
void prelu(const TensorView &x, const TensorView &weight, const TensorView &y);
void linear(const TensorView &x, const TensorView &weight, const TensorView *bias, const TensorView &y);

void relu_backward(const TensorView &grad_y, const TensorView &x, const TensorView &grad_x);
void leaky_relu_backward(const TensorView &grad_y, const TensorView &x, double negative_slope,
                         const TensorView &grad_x);
void prelu_backward(const TensorView &grad_y, const TensorView &x, const TensorView &weight, const TensorView *grad_x,
                    const TensorView *grad_weight);
void linear_backward(const TensorView &grad_y, const TensorView &x, const TensorView &weight,
                     const NormGradients &gradients);

} // namespace unitvar
