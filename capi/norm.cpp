// Section 9 of unitvar.h: moments along axes and normalisation layers.
#include "unitvar/norm.hpp"

#include <algorithm>
#include <vector>

#include "core/message.hpp"
#include "core/norm/arguments.hpp"
#include "guard.hpp"
#include "moments.hpp"

using unitvar::Activation;
using unitvar::BatchGradientSums;
using unitvar::ChannelWindow;
using unitvar::NormGradients;
using unitvar::RunningStatistics;
using unitvar::WideMoments;
using unitvar::capi::buffer;
using unitvar::capi::guard;
using unitvar::capi::OptionalTensor;
using unitvar::capi::require;
using unitvar::capi::tensor_view;

namespace {

unitvar::SwitchLogits switch_logits(const double *mean, const double *var)
{
    require(mean, "mean_logits");
    require(var, "var_logits");
    return {{mean[0], mean[1], mean[2]}, {var[0], var[1], var[2]}};
}

std::span<const std::int32_t> axes_of(const std::int32_t *axes, std::int32_t naxes)
{
    if (axes != nullptr && naxes < 0) {
        unitvar::core::invalid_value("naxes", std::int64_t{naxes}, "at least 0");
    }
    return {axes, axes == nullptr ? 0 : static_cast<std::size_t>(naxes)};
}

using unitvar::capi::of;
BatchGradientSums of(const unitvar_batch_gradient_sums &s)
{
    return {s.count, s.gradient, s.product};
}
unitvar_batch_gradient_sums of(const BatchGradientSums &s)
{
    return {s.count, s.gradient, s.product};
}

Activation activation_of(std::int32_t nonlinearity, double negative_slope)
{
    return {static_cast<unitvar::Nonlinearity>(nonlinearity), negative_slope};
}

template <class T> void require_array(std::size_t n)
{
    if (n > unitvar::core::most_bytes / sizeof(T)) {
        unitvar::core::invalid_value("n", std::uint64_t{n}, "an array that fits the address space");
    }
}

// An array of the caller's as the core has it.
template <class T> auto values(const T *data, std::size_t n, const char *name)
{
    require_array<T>(n);
    std::vector<decltype(of(*data))> result;
    for (const T &value : buffer(data, n, name)) {
        result.push_back(of(value));
    }
    return result;
}

// What fill() puts into an array with a value for each channel of x goes to the caller's. Without channels fill() refuses x.
template <class T, class Fill>
void give(T *data, std::size_t n, const char *name, const unitvar::TensorView &x, const Fill &fill)
{
    require_array<T>(n);
    const std::span<T> target = buffer(data, n, name);
    const std::size_t channels =
        x.shape.size() < 2 ? 0 : static_cast<std::size_t>(std::max<std::int64_t>(x.shape[1], 0));
    if (x.shape.size() >= 2) {
        unitvar::core::require_length("n", n, channels);
    }
    std::vector<decltype(of(*data))> result(channels);
    fill(result);
    for (std::size_t i = 0; i < channels; ++i) {
        target[i] = of(result[i]);
    }
}

} // namespace

extern "C" {

int32_t unitvar_mean_var(const unitvar_tensor *x, const int32_t *axes, int32_t naxes, double correction,
                         unitvar_tensor *mean, unitvar_tensor *var)
{
    return guard([&] {
        unitvar::mean_var(tensor_view(x, "x"), axes_of(axes, naxes), correction, OptionalTensor(mean, "mean"),
                          OptionalTensor(var, "var"));
    });
}

int32_t unitvar_layer_norm(const unitvar_tensor *x, int32_t normalized_ndim, const unitvar_tensor *weight,
                           const unitvar_tensor *bias, double eps, unitvar_tensor *y, unitvar_tensor *mean,
                           unitvar_tensor *rstd)
{
    return unitvar_layer_norm_activation(x, normalized_ndim, weight, bias, eps, UNITVAR_LINEAR, 0, y, mean, rstd);
}

int32_t unitvar_layer_norm_activation(const unitvar_tensor *x, int32_t normalized_ndim, const unitvar_tensor *weight,
                                      const unitvar_tensor *bias, double eps, int32_t nonlinearity,
                                      double negative_slope, unitvar_tensor *y, unitvar_tensor *mean,
                                      unitvar_tensor *rstd)
{
    return guard([&] {
        unitvar::layer_norm(tensor_view(x, "x"), normalized_ndim, OptionalTensor(weight, "weight"),
                            OptionalTensor(bias, "bias"), eps, tensor_view(y, "y"), OptionalTensor(mean, "mean"),
                            OptionalTensor(rstd, "rstd"), activation_of(nonlinearity, negative_slope));
    });
}

int32_t unitvar_rms_norm(const unitvar_tensor *x, int32_t normalized_ndim, const unitvar_tensor *weight, double eps,
                         unitvar_tensor *y, unitvar_tensor *rstd)
{
    return unitvar_rms_norm_activation(x, normalized_ndim, weight, eps, UNITVAR_LINEAR, 0, y, rstd);
}

int32_t unitvar_rms_norm_activation(const unitvar_tensor *x, int32_t normalized_ndim, const unitvar_tensor *weight,
                                    double eps, int32_t nonlinearity, double negative_slope, unitvar_tensor *y,
                                    unitvar_tensor *rstd)
{
    return guard([&] {
        unitvar::rms_norm(tensor_view(x, "x"), normalized_ndim, OptionalTensor(weight, "weight"), eps,
                          tensor_view(y, "y"), OptionalTensor(rstd, "rstd"),
                          activation_of(nonlinearity, negative_slope));
    });
}

int32_t unitvar_layer_norm_residual(const unitvar_tensor *x, const unitvar_tensor *residual, int32_t normalized_ndim,
                                    const unitvar_tensor *weight, const unitvar_tensor *bias, double eps,
                                    unitvar_tensor *sum, unitvar_tensor *y, unitvar_tensor *mean, unitvar_tensor *rstd)
{
    return guard([&] {
        unitvar::layer_norm_residual(tensor_view(x, "x"), tensor_view(residual, "residual"), normalized_ndim,
                                     OptionalTensor(weight, "weight"), OptionalTensor(bias, "bias"), eps,
                                     OptionalTensor(sum, "sum"), tensor_view(y, "y"), OptionalTensor(mean, "mean"),
                                     OptionalTensor(rstd, "rstd"));
    });
}

int32_t unitvar_rms_norm_residual(const unitvar_tensor *x, const unitvar_tensor *residual, int32_t normalized_ndim,
                                  const unitvar_tensor *weight, double eps, unitvar_tensor *sum, unitvar_tensor *y,
                                  unitvar_tensor *rstd)
{
    return guard([&] {
        unitvar::rms_norm_residual(tensor_view(x, "x"), tensor_view(residual, "residual"), normalized_ndim,
                                   OptionalTensor(weight, "weight"), eps, OptionalTensor(sum, "sum"),
                                   tensor_view(y, "y"), OptionalTensor(rstd, "rstd"));
    });
}

int32_t unitvar_layer_norm_axes(const unitvar_tensor *x, const int32_t *axes, int32_t naxes,
                                const unitvar_tensor *weight, const unitvar_tensor *bias, double eps, unitvar_tensor *y,
                                unitvar_tensor *mean, unitvar_tensor *rstd)
{
    return guard([&] {
        unitvar::layer_norm_axes(tensor_view(x, "x"), axes_of(axes, naxes), OptionalTensor(weight, "weight"),
                                 OptionalTensor(bias, "bias"), eps, tensor_view(y, "y"), OptionalTensor(mean, "mean"),
                                 OptionalTensor(rstd, "rstd"));
    });
}

int32_t unitvar_rms_norm_axes(const unitvar_tensor *x, const int32_t *axes, int32_t naxes, const unitvar_tensor *weight,
                              double eps, unitvar_tensor *y, unitvar_tensor *rstd)
{
    return guard([&] {
        unitvar::rms_norm_axes(tensor_view(x, "x"), axes_of(axes, naxes), OptionalTensor(weight, "weight"), eps,
                               tensor_view(y, "y"), OptionalTensor(rstd, "rstd"));
    });
}

int32_t unitvar_layer_norm_given(const unitvar_tensor *x, int32_t normalized_ndim, const unitvar_tensor *mean,
                                 const unitvar_tensor *rstd, const unitvar_tensor *weight, const unitvar_tensor *bias,
                                 unitvar_tensor *y)
{
    return guard([&] {
        unitvar::layer_norm_given(tensor_view(x, "x"), normalized_ndim, tensor_view(mean, "mean"),
                                  tensor_view(rstd, "rstd"), OptionalTensor(weight, "weight"),
                                  OptionalTensor(bias, "bias"), tensor_view(y, "y"));
    });
}

int32_t unitvar_group_norm(const unitvar_tensor *x, int64_t groups, const unitvar_tensor *weight,
                           const unitvar_tensor *bias, double eps, unitvar_tensor *y, unitvar_tensor *mean,
                           unitvar_tensor *rstd)
{
    return unitvar_group_norm_activation(x, groups, weight, bias, eps, UNITVAR_LINEAR, 0, y, mean, rstd);
}

int32_t unitvar_group_norm_activation(const unitvar_tensor *x, int64_t groups, const unitvar_tensor *weight,
                                      const unitvar_tensor *bias, double eps, int32_t nonlinearity,
                                      double negative_slope, unitvar_tensor *y, unitvar_tensor *mean,
                                      unitvar_tensor *rstd)
{
    return guard([&] {
        unitvar::group_norm(tensor_view(x, "x"), groups, OptionalTensor(weight, "weight"), OptionalTensor(bias, "bias"),
                            eps, tensor_view(y, "y"), OptionalTensor(mean, "mean"), OptionalTensor(rstd, "rstd"),
                            activation_of(nonlinearity, negative_slope));
    });
}

int32_t unitvar_batch_norm(const unitvar_tensor *x, const unitvar_tensor *weight, const unitvar_tensor *bias,
                           unitvar_tensor *running_mean, unitvar_tensor *running_var, int64_t *num_batches_tracked,
                           int32_t training, double momentum, double eps, unitvar_tensor *y, unitvar_tensor *save_mean,
                           unitvar_tensor *save_rstd)
{
    return unitvar_batch_norm_activation(x, weight, bias, running_mean, running_var, num_batches_tracked, training,
                                         momentum, eps, UNITVAR_LINEAR, 0, y, save_mean, save_rstd);
}

int32_t unitvar_batch_norm_activation(const unitvar_tensor *x, const unitvar_tensor *weight, const unitvar_tensor *bias,
                                      unitvar_tensor *running_mean, unitvar_tensor *running_var,
                                      int64_t *num_batches_tracked, int32_t training, double momentum, double eps,
                                      int32_t nonlinearity, double negative_slope, unitvar_tensor *y,
                                      unitvar_tensor *save_mean, unitvar_tensor *save_rstd)
{
    return guard([&] {
        const OptionalTensor kept_mean(running_mean, "running_mean");
        const OptionalTensor kept_var(running_var, "running_var");
        unitvar::batch_norm(tensor_view(x, "x"), OptionalTensor(weight, "weight"), OptionalTensor(bias, "bias"),
                            RunningStatistics{kept_mean, kept_var, num_batches_tracked, momentum}, training != 0, eps,
                            tensor_view(y, "y"), OptionalTensor(save_mean, "save_mean"),
                            OptionalTensor(save_rstd, "save_rstd"), activation_of(nonlinearity, negative_slope));
    });
}

int32_t unitvar_batch_moments(const unitvar_tensor *x, unitvar_wide_moments *moments, size_t n)
{
    return guard([&] {
        const unitvar::TensorView view = tensor_view(x, "x");
        give(moments, n, "moments", view, [&](std::span<WideMoments> result) { unitvar::batch_moments(view, result); });
    });
}

int32_t unitvar_batch_norm_given(const unitvar_tensor *x, const unitvar_tensor *weight, const unitvar_tensor *bias,
                                 const unitvar_wide_moments *moments, size_t n, unitvar_tensor *running_mean,
                                 unitvar_tensor *running_var, int64_t *num_batches_tracked, double momentum, double eps,
                                 unitvar_tensor *y, unitvar_tensor *save_mean, unitvar_tensor *save_rstd)
{
    return unitvar_batch_norm_given_activation(x, weight, bias, moments, n, running_mean, running_var,
                                               num_batches_tracked, momentum, eps, UNITVAR_LINEAR, 0, y, save_mean,
                                               save_rstd);
}

int32_t unitvar_batch_norm_given_activation(const unitvar_tensor *x, const unitvar_tensor *weight,
                                            const unitvar_tensor *bias, const unitvar_wide_moments *moments, size_t n,
                                            unitvar_tensor *running_mean, unitvar_tensor *running_var,
                                            int64_t *num_batches_tracked, double momentum, double eps,
                                            int32_t nonlinearity, double negative_slope, unitvar_tensor *y,
                                            unitvar_tensor *save_mean, unitvar_tensor *save_rstd)
{
    return guard([&] {
        const OptionalTensor kept_mean(running_mean, "running_mean");
        const OptionalTensor kept_var(running_var, "running_var");
        unitvar::batch_norm_given(tensor_view(x, "x"), OptionalTensor(weight, "weight"), OptionalTensor(bias, "bias"),
                                  values(moments, n, "moments"),
                                  RunningStatistics{kept_mean, kept_var, num_batches_tracked, momentum}, eps,
                                  tensor_view(y, "y"), OptionalTensor(save_mean, "save_mean"),
                                  OptionalTensor(save_rstd, "save_rstd"), activation_of(nonlinearity, negative_slope));
    });
}

int32_t unitvar_instance_norm(const unitvar_tensor *x, const unitvar_tensor *weight, const unitvar_tensor *bias,
                              unitvar_tensor *running_mean, unitvar_tensor *running_var, int32_t use_input_stats,
                              double momentum, double eps, unitvar_tensor *y)
{
    return unitvar_instance_norm_activation(x, weight, bias, running_mean, running_var, use_input_stats, momentum, eps,
                                            UNITVAR_LINEAR, 0, y);
}

int32_t unitvar_instance_norm_activation(const unitvar_tensor *x, const unitvar_tensor *weight,
                                         const unitvar_tensor *bias, unitvar_tensor *running_mean,
                                         unitvar_tensor *running_var, int32_t use_input_stats, double momentum,
                                         double eps, int32_t nonlinearity, double negative_slope, unitvar_tensor *y)
{
    return guard([&] {
        const OptionalTensor kept_mean(running_mean, "running_mean");
        const OptionalTensor kept_var(running_var, "running_var");
        unitvar::instance_norm(tensor_view(x, "x"), OptionalTensor(weight, "weight"), OptionalTensor(bias, "bias"),
                               RunningStatistics{kept_mean, kept_var, nullptr, momentum}, use_input_stats != 0, eps,
                               tensor_view(y, "y"), activation_of(nonlinearity, negative_slope));
    });
}

int32_t unitvar_switchable_norm(const unitvar_tensor *x, const unitvar_tensor *weight, const unitvar_tensor *bias,
                                const double *mean_logits, const double *var_logits, unitvar_tensor *running_mean,
                                unitvar_tensor *running_var, int32_t training, double momentum, double eps,
                                unitvar_tensor *y)
{
    return guard([&] {
        const OptionalTensor kept_mean(running_mean, "running_mean");
        const OptionalTensor kept_var(running_var, "running_var");
        unitvar::switchable_norm(tensor_view(x, "x"), OptionalTensor(weight, "weight"), OptionalTensor(bias, "bias"),
                                 switch_logits(mean_logits, var_logits),
                                 RunningStatistics{kept_mean, kept_var, nullptr, momentum}, training != 0, eps,
                                 tensor_view(y, "y"));
    });
}

int32_t unitvar_local_response_norm(const unitvar_tensor *x, int64_t size, double alpha, double beta, double k,
                                    unitvar_tensor *y)
{
    return guard([&] { unitvar::local_response_norm(tensor_view(x, "x"), size, alpha, beta, k, tensor_view(y, "y")); });
}

int32_t unitvar_local_response_norm_window(const unitvar_tensor *x, int64_t before, int64_t after, int64_t size,
                                           double alpha, double beta, double k, unitvar_tensor *y)
{
    return guard([&] {
        unitvar::local_response_norm(tensor_view(x, "x"), ChannelWindow{before, after, size}, alpha, beta, k,
                                     tensor_view(y, "y"));
    });
}

int32_t unitvar_layer_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, int32_t normalized_ndim,
                                    const unitvar_tensor *mean, const unitvar_tensor *rstd,
                                    const unitvar_tensor *weight, unitvar_tensor *grad_x, unitvar_tensor *grad_weight,
                                    unitvar_tensor *grad_bias)
{
    return guard([&] {
        const OptionalTensor for_x(grad_x, "grad_x");
        const OptionalTensor for_weight(grad_weight, "grad_weight");
        const OptionalTensor for_bias(grad_bias, "grad_bias");
        unitvar::layer_norm_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), normalized_ndim,
                                     tensor_view(mean, "mean"), tensor_view(rstd, "rstd"),
                                     OptionalTensor(weight, "weight"), NormGradients{for_x, for_weight, for_bias});
    });
}

int32_t unitvar_rms_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, int32_t normalized_ndim,
                                  const unitvar_tensor *rstd, const unitvar_tensor *weight, unitvar_tensor *grad_x,
                                  unitvar_tensor *grad_weight)
{
    return guard([&] {
        const OptionalTensor for_x(grad_x, "grad_x");
        const OptionalTensor for_weight(grad_weight, "grad_weight");
        unitvar::rms_norm_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), normalized_ndim,
                                   tensor_view(rstd, "rstd"), OptionalTensor(weight, "weight"),
                                   NormGradients{for_x, for_weight, nullptr});
    });
}

int32_t unitvar_layer_norm_axes_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, const int32_t *axes,
                                         int32_t naxes, const unitvar_tensor *mean, const unitvar_tensor *rstd,
                                         const unitvar_tensor *weight, unitvar_tensor *grad_x,
                                         unitvar_tensor *grad_weight, unitvar_tensor *grad_bias)
{
    return guard([&] {
        const OptionalTensor for_x(grad_x, "grad_x");
        const OptionalTensor for_weight(grad_weight, "grad_weight");
        const OptionalTensor for_bias(grad_bias, "grad_bias");
        unitvar::layer_norm_axes_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), axes_of(axes, naxes),
                                          tensor_view(mean, "mean"), tensor_view(rstd, "rstd"),
                                          OptionalTensor(weight, "weight"), NormGradients{for_x, for_weight, for_bias});
    });
}

int32_t unitvar_rms_norm_axes_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, const int32_t *axes,
                                       int32_t naxes, const unitvar_tensor *rstd, const unitvar_tensor *weight,
                                       unitvar_tensor *grad_x, unitvar_tensor *grad_weight)
{
    return guard([&] {
        const OptionalTensor for_x(grad_x, "grad_x");
        const OptionalTensor for_weight(grad_weight, "grad_weight");
        unitvar::rms_norm_axes_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), axes_of(axes, naxes),
                                        tensor_view(rstd, "rstd"), OptionalTensor(weight, "weight"),
                                        NormGradients{for_x, for_weight, nullptr});
    });
}

int32_t unitvar_group_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, int64_t groups,
                                    const unitvar_tensor *mean, const unitvar_tensor *rstd,
                                    const unitvar_tensor *weight, unitvar_tensor *grad_x, unitvar_tensor *grad_weight,
                                    unitvar_tensor *grad_bias)
{
    return guard([&] {
        const OptionalTensor for_x(grad_x, "grad_x");
        const OptionalTensor for_weight(grad_weight, "grad_weight");
        const OptionalTensor for_bias(grad_bias, "grad_bias");
        unitvar::group_norm_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), groups,
                                     tensor_view(mean, "mean"), tensor_view(rstd, "rstd"),
                                     OptionalTensor(weight, "weight"), NormGradients{for_x, for_weight, for_bias});
    });
}

int32_t unitvar_batch_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, const unitvar_tensor *mean,
                                    const unitvar_tensor *rstd, const unitvar_tensor *weight, int32_t training,
                                    unitvar_tensor *grad_x, unitvar_tensor *grad_weight, unitvar_tensor *grad_bias)
{
    return guard([&] {
        const OptionalTensor for_x(grad_x, "grad_x");
        const OptionalTensor for_weight(grad_weight, "grad_weight");
        const OptionalTensor for_bias(grad_bias, "grad_bias");
        unitvar::batch_norm_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), tensor_view(mean, "mean"),
                                     tensor_view(rstd, "rstd"), OptionalTensor(weight, "weight"), training != 0,
                                     NormGradients{for_x, for_weight, for_bias});
    });
}

int32_t unitvar_batch_norm_backward_sums(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                         const unitvar_tensor *mean, unitvar_batch_gradient_sums *sums, size_t n)
{
    return guard([&] {
        const unitvar::TensorView gradient = tensor_view(grad_y, "grad_y");
        const unitvar::TensorView source = tensor_view(x, "x");
        const unitvar::TensorView center = tensor_view(mean, "mean");
        give(sums, n, "sums", source, [&](std::span<BatchGradientSums> result) {
            unitvar::batch_norm_backward_sums(gradient, source, center, result);
        });
    });
}

int32_t unitvar_batch_norm_backward_given(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                          const unitvar_tensor *mean, const unitvar_tensor *rstd,
                                          const unitvar_tensor *weight, const unitvar_batch_gradient_sums *sums,
                                          size_t n, unitvar_tensor *grad_x, unitvar_tensor *grad_weight,
                                          unitvar_tensor *grad_bias)
{
    return guard([&] {
        const OptionalTensor for_x(grad_x, "grad_x");
        const OptionalTensor for_weight(grad_weight, "grad_weight");
        const OptionalTensor for_bias(grad_bias, "grad_bias");
        unitvar::batch_norm_backward_given(
            tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), tensor_view(mean, "mean"), tensor_view(rstd, "rstd"),
            OptionalTensor(weight, "weight"), values(sums, n, "sums"), NormGradients{for_x, for_weight, for_bias});
    });
}

int32_t unitvar_instance_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                       const unitvar_tensor *weight, const unitvar_tensor *running_mean,
                                       const unitvar_tensor *running_var, int32_t use_input_stats, double eps,
                                       unitvar_tensor *grad_x, unitvar_tensor *grad_weight, unitvar_tensor *grad_bias)
{
    return guard([&] {
        const OptionalTensor for_x(grad_x, "grad_x");
        const OptionalTensor for_weight(grad_weight, "grad_weight");
        const OptionalTensor for_bias(grad_bias, "grad_bias");
        unitvar::instance_norm_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"),
                                        OptionalTensor(weight, "weight"), OptionalTensor(running_mean, "running_mean"),
                                        OptionalTensor(running_var, "running_var"), use_input_stats != 0, eps,
                                        NormGradients{for_x, for_weight, for_bias});
    });
}

int32_t unitvar_switchable_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                         const unitvar_tensor *weight, const double *mean_logits,
                                         const double *var_logits, const unitvar_tensor *running_mean,
                                         const unitvar_tensor *running_var, int32_t training, double eps,
                                         unitvar_tensor *grad_x, unitvar_tensor *grad_weight, unitvar_tensor *grad_bias,
                                         double *grad_mean_logits, double *grad_var_logits)
{
    return guard([&] {
        const OptionalTensor for_x(grad_x, "grad_x");
        const OptionalTensor for_weight(grad_weight, "grad_weight");
        const OptionalTensor for_bias(grad_bias, "grad_bias");
        unitvar::SwitchLogits logits{};
        unitvar::switchable_norm_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"),
                                          OptionalTensor(weight, "weight"), switch_logits(mean_logits, var_logits),
                                          OptionalTensor(running_mean, "running_mean"),
                                          OptionalTensor(running_var, "running_var"), training != 0, eps,
                                          NormGradients{for_x, for_weight, for_bias}, &logits);
        if (grad_mean_logits != nullptr) {
            std::copy_n(logits.mean, 3, grad_mean_logits);
        }
        if (grad_var_logits != nullptr) {
            std::copy_n(logits.var, 3, grad_var_logits);
        }
    });
}

int32_t unitvar_local_response_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, int64_t size,
                                             double alpha, double beta, double k, unitvar_tensor *grad_x)
{
    return guard([&] {
        unitvar::local_response_norm_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"), size, alpha, beta, k,
                                              tensor_view(grad_x, "grad_x"));
    });
}

int32_t unitvar_local_response_norm_window_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                    int64_t before, int64_t after, int64_t size, double alpha,
                                                    double beta, double k, unitvar_tensor *grad_x)
{
    return guard([&] {
        unitvar::local_response_norm_backward(tensor_view(grad_y, "grad_y"), tensor_view(x, "x"),
                                              ChannelWindow{before, after, size}, alpha, beta, k,
                                              tensor_view(grad_x, "grad_x"));
    });
}

} // extern "C"
