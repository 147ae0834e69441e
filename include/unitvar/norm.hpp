// Moments along axes, normalisation layers and their gradients. capi/include/unitvar.h, section 9, gives formulas,
// shapes and errors.
//
// A null pointer stands for an absent tensor. x, y and their gradients have one element type; weights, biases and
// statistics may be f32 where that has 16 bits. Each has strides of its own. All arguments are checked before the first
// byte is written: InvalidArgument for what does not fit. y may be exactly x; no other memory may be shared.
#pragma once

#include <cstdint>
#include <span>

#include "unitvar/tensor.hpp"

namespace unitvar {

// No axes: all.
void mean_var(const TensorView &x, std::span<const std::int32_t> axes, double correction, const TensorView *mean,
              const TensorView *var);

void layer_norm(const TensorView &x, std::int32_t normalized_ndim, const TensorView *weight, const TensorView *bias,
                double eps, const TensorView &y, const TensorView *mean = nullptr, const TensorView *rstd = nullptr);
void rms_norm(const TensorView &x, std::int32_t normalized_ndim, const TensorView *weight, double eps,
              const TensorView &y, const TensorView *rstd = nullptr);
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
void group_norm(const TensorView &x, std::int64_t groups, const TensorView *weight, const TensorView *bias, double eps,
                const TensorView &y, const TensorView *mean = nullptr, const TensorView *rstd = nullptr);

// What a layer keeps from batch to batch; all absent: nothing is kept.
struct RunningStatistics {
    const TensorView *mean = nullptr;
    const TensorView *var = nullptr;
    std::int64_t *num_batches_tracked = nullptr;
    double momentum = 0.1; // NaN: the average of all batches
};

void batch_norm(const TensorView &x, const TensorView *weight, const TensorView *bias, const RunningStatistics &running,
                bool training, double eps, const TensorView &y, const TensorView *save_mean = nullptr,
                const TensorView *save_rstd = nullptr);
void instance_norm(const TensorView &x, const TensorView *weight, const TensorView *bias,
                   const RunningStatistics &running, bool use_input_stats, double eps, const TensorView &y);

// Logits of the weights of instance, layer and batch statistics.
struct SwitchLogits {
    double mean[3];
    double var[3];
};
void switchable_norm(const TensorView &x, const TensorView *weight, const TensorView *bias, const SwitchLogits &logits,
                     const RunningStatistics &running, bool training, double eps, const TensorView &y);

void local_response_norm(const TensorView &x, std::int64_t size, double alpha, double beta, double k,
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
void group_norm_backward(const TensorView &grad_y, const TensorView &x, std::int64_t groups, const TensorView &mean,
                         const TensorView &rstd, const TensorView *weight, const NormGradients &gradients);
void batch_norm_backward(const TensorView &grad_y, const TensorView &x, const TensorView &mean, const TensorView &rstd,
                         const TensorView *weight, bool training, const NormGradients &gradients);
void instance_norm_backward(const TensorView &grad_y, const TensorView &x, const TensorView *weight,
                            const TensorView *running_mean, const TensorView *running_var, bool use_input_stats,
                            double eps, const NormGradients &gradients);

} // namespace unitvar
