// Section 7 of unitvar.h: PyTorch's layers.
#include "unitvar/torch.hpp"

#include "guard.hpp"

using unitvar::capi::generator;
using unitvar::capi::guard;
using unitvar::capi::number_view;
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

// A draw into a tensor.
template <class... Parameters>
int32_t draw(void (*function)(unitvar::Generator &, const unitvar::TensorView &, Parameters...), unitvar_generator *g,
             const unitvar_tensor *t, Parameters... parameters)
{
    return guard([&] {
        const auto source = generator(g);
        function(source, number_view(t), parameters...);
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

int32_t unitvar_torch_random(unitvar_generator *g, unitvar_tensor *t)
{
    return draw(&unitvar::torch_random, g, t);
}

int32_t unitvar_torch_randint(unitvar_generator *g, unitvar_tensor *t, int64_t low, int64_t high)
{
    return draw(&unitvar::torch_randint, g, t, low, high);
}

int32_t unitvar_torch_bernoulli(unitvar_generator *g, unitvar_tensor *t, double p)
{
    return draw(&unitvar::torch_bernoulli, g, t, p);
}

int32_t unitvar_torch_geometric(unitvar_generator *g, unitvar_tensor *t, double p)
{
    return draw(&unitvar::torch_geometric, g, t, p);
}

int32_t unitvar_torch_exponential(unitvar_generator *g, unitvar_tensor *t, double lambda)
{
    return draw(&unitvar::torch_exponential, g, t, lambda);
}

int32_t unitvar_torch_log_normal(unitvar_generator *g, unitvar_tensor *t, double mean, double std)
{
    return draw(&unitvar::torch_log_normal, g, t, mean, std);
}

int32_t unitvar_torch_cauchy(unitvar_generator *g, unitvar_tensor *t, double median, double sigma)
{
    return draw(&unitvar::torch_cauchy, g, t, median, sigma);
}

int32_t unitvar_torch_multinomial(unitvar_generator *g, const unitvar_tensor *weights, int32_t replacement,
                                  unitvar_tensor *samples)
{
    return guard([&] {
        const auto source = generator(g);
        unitvar::torch_multinomial(source, tensor_view(weights, "weights"), replacement != 0,
                                   number_view(samples, "samples"));
    });
}

} // extern "C"
