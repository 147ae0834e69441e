// Section 7 of unitvar.h: PyTorch's layers.
#include "unitvar/torch.hpp"

#include "guard.hpp"

using unitvar::capi::generator;
using unitvar::capi::guard;
using unitvar::capi::tensor_view;

namespace {

using Reset = void (*)(unitvar::Generator &, const unitvar::TensorView &, const unitvar::TensorView *);

int32_t reset(Reset function, unitvar_generator *g, const unitvar_tensor *weight, const unitvar_tensor *bias)
{
    return guard([&] {
        const auto source = generator(g);
        const unitvar::TensorView weight_view = tensor_view(weight, "weight");
        if (bias == nullptr) {
            function(source, weight_view, nullptr);
            return;
        }
        const unitvar::TensorView bias_view = tensor_view(bias, "bias");
        function(source, weight_view, &bias_view);
    });
}

} // namespace

extern "C" {

int32_t unitvar_torch_linear_reset(unitvar_generator *g, unitvar_tensor *weight, unitvar_tensor *bias)
{
    return reset(&unitvar::torch_linear_reset, g, weight, bias);
}

int32_t unitvar_torch_conv_reset(unitvar_generator *g, unitvar_tensor *weight, unitvar_tensor *bias)
{
    return reset(&unitvar::torch_conv_reset, g, weight, bias);
}

int32_t unitvar_torch_embedding_reset(unitvar_generator *g, unitvar_tensor *weight)
{
    return guard([&] {
        const auto source = generator(g);
        unitvar::torch_embedding_reset(source, tensor_view(weight, "weight"));
    });
}

} // extern "C"
