// Moments along axes, normalisation layers and their gradients. capi/include/unitvar.h, section 9, gives formulas,
// shapes and errors.
//
// A null pointer stands for an absent tensor. x, y and their gradients have one element type; weights, biases and
// statistics may be f32 where that has 16 bits. Each has strides of its own. All arguments are checked before the first
// byte is written: InvalidArgument for what does not fit. y may be exactly x; no other memory may be shared.
// With an activation y is what that function of activation.hpp makes of it in place, to the bit, in one pass.
#pragma once

#include <cstdint>
#include <span>

#include "unitvar/init.hpp"
#include "unitvar/moments.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar {

// No axes: all.
void mean_var(const TensorView &x, std::span<const std::int32_t> axes, double correction, const TensorView *mean,
              const TensorView *var);

// linear: none; relu, leaky_relu. InvalidArgument for the other nonlinearities.
struct Activation {
    Nonlinearity nonlinearity = Nonlinearity::linear;
    double negative_slope = 0.01; // of leaky_relu
};

void layer_norm(const TensorView &x, std::int32_t normalized_ndim, const TensorView *weight, const TensorView *bias,
                double eps, const TensorView &y, const TensorView *mean = nullptr, const TensorView *rstd = nullptr,
                const Activation &activation = {});
void rms_norm(const TensorView &x, std::int32_t normalized_ndim, const TensorView *weight, double eps,
              const TensorView &y, const TensorView *rstd = nullptr, const Activation &activation = {});
// Of x + residual rounded to the element type, which sum gets; sum and y may be x and residual, each another one.
void layer_norm_residual(const TensorView &x, const TensorView &residual, std::int32_t normalized_ndim,
                         const TensorView *weight, const TensorView *bias, double eps, const TensorView *sum,
                         const TensorView &y, const TensorView *mean = nullptr, const TensorView *rstd = nullptr);
void rms_norm_residual(const TensorView &x, const TensorView &residual, std::int32_t normalized_ndim,
                       const TensorView *weight, double eps, const TensorView *sum, const TensorView &y,
                       const TensorView *rstd = nullptr);
// Along any axes, null: all. weight and bias have the lengths of those dimensions in the order of x.
void layer_norm_axes(const TensorView &x, std::span<const std::int32_t> axes, const TensorView *weight,
                     const TensorView *bias, double eps, const TensorView &y, const TensorView *mean = nullptr,
                     const TensorView *rstd = nullptr);
void rms_norm_axes(const TensorView &x, std::span<const std::int32_t> axes, const TensorView *weight, double eps,
                   const TensorView &y, const TensorView *rstd = nullptr);
// With statistics that are given: nothing is reduced.
void layer_norm_given(const TensorView &x, std::int32_t normalized_ndim, const TensorView &mean, const TensorView &rstd,
                      const TensorView *weight, const TensorView *bias, const TensorView &y);
void group_norm(const TensorView &x, std::int64_t groups, const TensorView *weight, const TensorView *bias, double eps,
                const TensorView &y, const TensorView *mean = nullptr, const TensorView *rstd = nullptr,
                const Activation &activation = {});

// What a layer keeps from batch to batch; all absent: nothing is kept.
struct RunningStatistics {
    const TensorView *mean = nullptr;
    const TensorView *var = nullptr;
    std::int64_t *num_batches_tracked = nullptr;
    double momentum = 0.1; // NaN: the average of all batches
};

void batch_norm(const TensorView &x, const TensorView *weight, const TensorView *bias, const RunningStatistics &running,
                bool training, double eps, const TensorView &y, const TensorView *save_mean = nullptr,
                const TensorView *save_rstd = nullptr, const Activation &activation = {});
// Of a batch that lies in several places: moments gets those of each channel of a part x; the norm of a part from the
// moments of all parts, part after part, which are merged in that order. A part may have no images.
void batch_moments(const TensorView &x, std::span<WideMoments> moments);
void batch_norm_given(const TensorView &x, const TensorView *weight, const TensorView *bias,
                      std::span<const WideMoments> moments, const RunningStatistics &running, double eps,
                      const TensorView &y, const TensorView *save_mean = nullptr, const TensorView *save_rstd = nullptr,
                      const Activation &activation = {});
void instance_norm(const TensorView &x, const TensorView *weight, const TensorView *bias,
                   const RunningStatistics &running, bool use_input_stats, double eps, const TensorView &y,
                   const Activation &activation = {});

// Logits of the weights of instance, layer and batch statistics.
struct SwitchLogits {
    double mean[3];
    double var[3];
};
void switchable_norm(const TensorView &x, const TensorView *weight, const TensorView *bias, const SwitchLogits &logits,
                     const RunningStatistics &running, bool training, double eps, const TensorView &y);

void local_response_norm(const TensorView &x, std::int64_t size, double alpha, double beta, double k,
                         const TensorView &y);
// Channels c - before to c + after; their sum is divided by size.
struct ChannelWindow {
    std::int64_t before;
    std::int64_t after;
    std::int64_t size;
};
void local_response_norm(const TensorView &x, const ChannelWindow &window, double alpha, double beta, double k,
                         const TensorView &y);

// Gradients with respect to x, weight and bias; absent ones are not computed. grad_x may be exactly grad_y.
struct NormGradients {
    const TensorView *x = nullptr;
    const TensorView *weight = nullptr;
    const TensorView *bias = nullptr;
};
void layer_norm_backward(const TensorView &grad_y, const TensorView &x, std::int32_t normalized_ndim,
                         const TensorView &mean, const TensorView &rstd, const TensorView *weight,
                         const NormGradients &gradients);
void rms_norm_backward(const TensorView &grad_y, const TensorView &x, std::int32_t normalized_ndim,
                       const TensorView &rstd, const TensorView *weight, const NormGradients &gradients);
void layer_norm_axes_backward(const TensorView &grad_y, const TensorView &x, std::span<const std::int32_t> axes,
                              const TensorView &mean, const TensorView &rstd, const TensorView *weight,
                              const NormGradients &gradients);
void rms_norm_axes_backward(const TensorView &grad_y, const TensorView &x, std::span<const std::int32_t> axes,
                            const TensorView &rstd, const TensorView *weight, const NormGradients &gradients);
void group_norm_backward(const TensorView &grad_y, const TensorView &x, std::int64_t groups, const TensorView &mean,
                         const TensorView &rstd, const TensorView *weight, const NormGradients &gradients);
void batch_norm_backward(const TensorView &grad_y, const TensorView &x, const TensorView &mean, const TensorView &rstd,
                         const TensorView *weight, bool training, const NormGradients &gradients);
// What the gradients of a channel of batch_norm need of a part of the batch. Those of two parts are added one by one.
struct BatchGradientSums {
    double count = 0;
    double gradient = 0; // sum of grad_y
    double product = 0;  // sum of grad_y (x - mean)
};
// sums gets those of each channel of a part; the gradients of a part from those of all parts, part after part, which are
// added in that order. gradients.weight and bias are over all of them.
void batch_norm_backward_sums(const TensorView &grad_y, const TensorView &x, const TensorView &mean,
                              std::span<BatchGradientSums> sums);
void batch_norm_backward_given(const TensorView &grad_y, const TensorView &x, const TensorView &mean,
                               const TensorView &rstd, const TensorView *weight,
                               std::span<const BatchGradientSums> sums, const NormGradients &gradients);
void instance_norm_backward(const TensorView &grad_y, const TensorView &x, const TensorView *weight,
                            const TensorView *running_mean, const TensorView *running_var, bool use_input_stats,
                            double eps, const NormGradients &gradients);
// grad_logits, where it is not null, gets those of the logits.
void switchable_norm_backward(const TensorView &grad_y, const TensorView &x, const TensorView *weight,
                              const SwitchLogits &logits, const TensorView *running_mean, const TensorView *running_var,
                              bool training, double eps, const NormGradients &gradients,
                              SwitchLogits *grad_logits = nullptr);
void local_response_norm_backward(const TensorView &grad_y, const TensorView &x, std::int64_t size, double alpha,
                                  double beta, double k, const TensorView &grad_x);
void local_response_norm_backward(const TensorView &grad_y, const TensorView &x, const ChannelWindow &window,
                                  double alpha, double beta, double k, const TensorView &grad_x);

} // namespace unitvar
