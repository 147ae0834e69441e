// Section 10 of unitvar.h: activations, dropout and the linear layer.
#include "unitvar/activation.hpp"
#include "unitvar/dropout.hpp"

#include "guard.hpp"

using unitvar::NormGradients;
using unitvar::capi::generator;
using unitvar::capi::guard;
using unitvar::capi::OptionalTensor;
using unitvar::capi::tensor_view;

extern "C" {

int32_t unitvar_relu(const unitvar_tensor *x, unitvar_tensor *y)
{
    return guard([&] { unitvar::relu(tensor_view(x, "x"), tensor_view(y, "y")); });
}

int32_t unitvar_leaky_relu(const unitvar_tensor *x, double negative_slope, unitvar_tensor *y)
{
    return guard([&] { unitvar::leaky_relu(tensor_view(x, "x"), negative_slope, tensor_view(y, "y")); });
}

int32_t unitvar_prelu(const unitvar_tensor *x, const unitvar_tensor *weight, unitvar_tensor *y)
{
    return guard([&] { unitvar::prelu(tensor_view(x, "x"), tensor_view(weight, "weight"), tensor_view(y, "y")); });
}

int32_t unitvar_linear(const unitvar_tensor *x, const unitvar_tensor *weight, const unitvar_tensor *bias,
                       unitvar_tensor *y)
{
    return guard([&] {
        unitvar::linear(tensor_view(x, "x"), tensor_view(weight, "weight"), OptionalTensor(bias, "bias"),
                        tensor_view(y, "y"));
    });
}

int32_t unitvar_dropout(unitvar_generator *g, const unitvar_tensor *x, double p, unitvar_tensor *y)
{
    return guard([&] { unitvar::dropout(generator(g), tensor_view(x, "x"), p, tensor_view(y, "y")); });
}

int32_t unitvar_relu_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, unitvar_tensor *grad_x)
{
    return guard([&] {
        unitvar::relu_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), tensor_view(grad_x, "grad_x"));
    });
}

int32_t unitvar_leaky_relu_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, double negative_slope,
                                    unitvar_tensor *grad_x)
{
    return guard([&] {
        unitvar::leaky_relu_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), negative_slope,
                                     tensor_view(grad_x, "grad_x"));
    });
}

int32_t unitvar_prelu_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, const unitvar_tensor *weight,
                               unitvar_tensor *grad_x, unitvar_tensor *grad_weight)
{
    return guard([&] {
        unitvar::prelu_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), tensor_view(weight, "weight"),
                                OptionalTensor(grad_x, "grad_x"), OptionalTensor(grad_weight, "grad_weight"));
    });
}

int32_t unitvar_linear_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, const unitvar_tensor *weight,
                                unitvar_tensor *grad_x, unitvar_tensor *grad_weight, unitvar_tensor *grad_bias)
{
    return guard([&] {
        const OptionalTensor for_x(grad_x, "grad_x");
        const OptionalTensor for_weight(grad_weight, "grad_weight");
        const OptionalTensor for_bias(grad_bias, "grad_bias");
        unitvar::linear_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), tensor_view(weight, "weight"),
                                 NormGradients{for_x, for_weight, for_bias});
    });
}

} // extern "C"
