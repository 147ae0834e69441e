/* Every function of unitvar.h as cgo calls it.
 *
 * Tensors come by value: no Go pointer that is passed leads to further Go pointers, and C keeps none after the call. A
 * failure brings its message along, since a goroutine may be on another thread by the time it asks for the last error.
 */
#include <stdlib.h>
#include <string.h>
#include <unitvar.h>

typedef struct {
    int32_t status;
    char *message; /* to be freed; NULL for success */
} outcome;

static inline outcome outcome_of(int32_t status)
{
    outcome o = {status, status == UNITVAR_OK ? NULL : strdup(unitvar_last_error())};
    return o;
}

#define SHIM(name, parameters, arguments)                                                                              \
    static inline outcome go_##name parameters                                                                         \
    {                                                                                                                  \
        return outcome_of(unitvar_##name arguments);                                                                   \
    }

typedef unitvar_generator generator;

/* A tensor by value; ndim -1 stands for NULL. data has a type without pointers, so that cgo need not search the object
 * that it lies in. */
typedef struct {
    uint8_t *data;
    int64_t *shape;
    int64_t *strides;
    uint64_t byte_offset;
    int32_t ndim;
    unitvar_dtype dtype;
} tensor;
#define T(t)                                                                                                           \
    ((t).ndim < 0 ? NULL                                                                                               \
                  : &(unitvar_tensor){(t).data, {1, 0}, (t).ndim, (t).dtype, (t).shape, (t).strides, (t).byte_offset})

/* from unitvar.h by cmake/bindings.py: shims */
SHIM(set_isa, (const char *name), (name))
SHIM(set_num_threads, (int32_t n), (n))
SHIM(engine_from_name, (const char *name, int32_t *out), (name, out))
SHIM(nonlinearity_from_name, (const char *name, int32_t *out), (name, out))
SHIM(fan_mode_from_name, (const char *name, int32_t *out), (name, out))
SHIM(distribution_from_name, (const char *name, int32_t *out), (name, out))
SHIM(weight_layout_from_name, (const char *name, int32_t *out), (name, out))
SHIM(initializer_from_name, (const char *name, int32_t *out), (name, out))
SHIM(draw_from_name, (const char *name, int32_t *out), (name, out))
SHIM(status_from_name, (const char *name, int32_t *out), (name, out))

SHIM(generator_create, (int32_t engine, uint64_t seed, uint64_t stream, generator **out), (engine, seed, stream, out))
SHIM(generator_create_torch, (uint64_t seed, int32_t release, int32_t libm, generator **out),
     (seed, release, libm, out))
SHIM(generator_clone, (const generator *g, generator **out), (g, out))
SHIM(generator_fork, (const generator *g, const char *name, generator **out), (g, name, out))
SHIM(generator_seek, (generator * g, uint64_t block), (g, block))
SHIM(generator_tell, (const generator *g, uint64_t *block), (g, block))
SHIM(generator_save, (const generator *g, void *buf, size_t capacity, size_t *size), (g, buf, capacity, size))
SHIM(generator_load, (const void *buf, size_t size, generator **out), (buf, size, out))
SHIM(generator_save_torch, (const generator *g, void *buf, size_t capacity, size_t *size), (g, buf, capacity, size))
SHIM(generator_load_torch, (const void *buf, size_t size, int32_t release, int32_t libm, generator **out),
     (buf, size, release, libm, out))

SHIM(bits_u32, (generator * g, uint32_t *dst, size_t n), (g, dst, n))
SHIM(bits_u64, (generator * g, uint64_t *dst, size_t n), (g, dst, n))
SHIM(uniform_f32, (generator * g, float *dst, size_t n, double low, double high), (g, dst, n, low, high))
SHIM(uniform_f64, (generator * g, double *dst, size_t n, double low, double high), (g, dst, n, low, high))
SHIM(normal_f32, (generator * g, float *dst, size_t n, double mean, double std), (g, dst, n, mean, std))
SHIM(normal_f64, (generator * g, double *dst, size_t n, double mean, double std), (g, dst, n, mean, std))
SHIM(normal_icdf_f32, (generator * g, float *dst, size_t n, double mean, double std), (g, dst, n, mean, std))
SHIM(normal_icdf_f64, (generator * g, double *dst, size_t n, double mean, double std), (g, dst, n, mean, std))
SHIM(trunc_normal_f32, (generator * g, float *dst, size_t n, double mean, double std, double a, double b),
     (g, dst, n, mean, std, a, b))
SHIM(trunc_normal_f64, (generator * g, double *dst, size_t n, double mean, double std, double a, double b),
     (g, dst, n, mean, std, a, b))
SHIM(permutation_i64, (generator * g, int64_t *dst, size_t n), (g, dst, n))
SHIM(choice_i64, (generator * g, int64_t *dst, size_t n, uint64_t population), (g, dst, n, population))
SHIM(sobol_f32, (const generator *g, float *dst, size_t points, size_t dimensions, uint64_t first),
     (g, dst, points, dimensions, first))
SHIM(sobol_f64, (const generator *g, double *dst, size_t points, size_t dimensions, uint64_t first),
     (g, dst, points, dimensions, first))
SHIM(sobol_normal_f32,
     (const generator *g, float *dst, size_t points, size_t dimensions, uint64_t first, double mean, double std),
     (g, dst, points, dimensions, first, mean, std))
SHIM(sobol_normal_f64,
     (const generator *g, double *dst, size_t points, size_t dimensions, uint64_t first, double mean, double std),
     (g, dst, points, dimensions, first, mean, std))
SHIM(exponential_f32, (generator * g, float *dst, size_t n, double scale), (g, dst, n, scale))
SHIM(exponential_f64, (generator * g, double *dst, size_t n, double scale), (g, dst, n, scale))
SHIM(laplace_f32, (generator * g, float *dst, size_t n, double location, double scale), (g, dst, n, location, scale))
SHIM(laplace_f64, (generator * g, double *dst, size_t n, double location, double scale), (g, dst, n, location, scale))
SHIM(logistic_f32, (generator * g, float *dst, size_t n, double location, double scale), (g, dst, n, location, scale))
SHIM(logistic_f64, (generator * g, double *dst, size_t n, double location, double scale), (g, dst, n, location, scale))
SHIM(gumbel_f32, (generator * g, float *dst, size_t n, double location, double scale), (g, dst, n, location, scale))
SHIM(gumbel_f64, (generator * g, double *dst, size_t n, double location, double scale), (g, dst, n, location, scale))
SHIM(cauchy_f32, (generator * g, float *dst, size_t n, double location, double scale), (g, dst, n, location, scale))
SHIM(cauchy_f64, (generator * g, double *dst, size_t n, double location, double scale), (g, dst, n, location, scale))
SHIM(weibull_f32, (generator * g, float *dst, size_t n, double shape, double scale), (g, dst, n, shape, scale))
SHIM(weibull_f64, (generator * g, double *dst, size_t n, double shape, double scale), (g, dst, n, shape, scale))
SHIM(rayleigh_f32, (generator * g, float *dst, size_t n, double scale), (g, dst, n, scale))
SHIM(rayleigh_f64, (generator * g, double *dst, size_t n, double scale), (g, dst, n, scale))
SHIM(log_normal_f32, (generator * g, float *dst, size_t n, double mean, double std), (g, dst, n, mean, std))
SHIM(log_normal_f64, (generator * g, double *dst, size_t n, double mean, double std), (g, dst, n, mean, std))
SHIM(integers_i32, (generator * g, int32_t *dst, size_t n, int64_t low, int64_t high), (g, dst, n, low, high))
SHIM(integers_i64, (generator * g, int64_t *dst, size_t n, int64_t low, int64_t high), (g, dst, n, low, high))
SHIM(bernoulli_u8, (generator * g, uint8_t *dst, size_t n, double p), (g, dst, n, p))
SHIM(bernoulli_bits, (generator * g, uint8_t *dst, size_t n, double p), (g, dst, n, p))
SHIM(uniform_bf16, (generator * g, uint16_t *dst, size_t n, double low, double high), (g, dst, n, low, high))
SHIM(uniform_f16, (generator * g, uint16_t *dst, size_t n, double low, double high), (g, dst, n, low, high))
SHIM(normal_bf16, (generator * g, uint16_t *dst, size_t n, double mean, double std), (g, dst, n, mean, std))
SHIM(normal_f16, (generator * g, uint16_t *dst, size_t n, double mean, double std), (g, dst, n, mean, std))
SHIM(trunc_normal_bf16, (generator * g, uint16_t *dst, size_t n, double mean, double std, double a, double b),
     (g, dst, n, mean, std, a, b))
SHIM(trunc_normal_f16, (generator * g, uint16_t *dst, size_t n, double mean, double std, double a, double b),
     (g, dst, n, mean, std, a, b))
SHIM(draw_defaults, (unitvar_draw * draw, int32_t kind), (draw, kind))
SHIM(sample, (generator * g, const unitvar_draw *draw, void *dst, size_t n), (g, draw, dst, n))
SHIM(sample_at, (const generator *g, const unitvar_draw *draw, uint64_t first, void *dst, size_t n),
     (g, draw, first, dst, n))

SHIM(calculate_gain, (int32_t nonlinearity, double param, double *gain), (nonlinearity, param, gain))
SHIM(calculate_fans, (tensor t, int64_t *fan_in, int64_t *fan_out), (T(t), fan_in, fan_out))
SHIM(calculate_fans_layout, (tensor t, int32_t layout, int64_t groups, int64_t *fan_in, int64_t *fan_out),
     (T(t), layout, groups, fan_in, fan_out))
SHIM(calculate_fans_axes,
     (tensor t, const int32_t *in_axes, int32_t num_in_axes, const int32_t *out_axes, int32_t num_out_axes,
      const int32_t *batch_axes, int32_t num_batch_axes, int64_t *fan_in, int64_t *fan_out),
     (T(t), in_axes, num_in_axes, out_axes, num_out_axes, batch_axes, num_batch_axes, fan_in, fan_out))
SHIM(init_constant, (tensor t, double value), (T(t), value))
SHIM(init_zeros, (tensor t), (T(t)))
SHIM(init_ones, (tensor t), (T(t)))
SHIM(init_values, (tensor t, tensor values), (T(t), T(values)))
SHIM(init_eye, (tensor t), (T(t)))
SHIM(init_dirac, (tensor t, int64_t groups), (T(t), groups))
SHIM(init_uniform, (generator * g, tensor t, double a, double b), (g, T(t), a, b))
SHIM(init_normal, (generator * g, tensor t, double mean, double std), (g, T(t), mean, std))
SHIM(init_trunc_normal, (generator * g, tensor t, double mean, double std, double a, double b),
     (g, T(t), mean, std, a, b))
SHIM(init_xavier_uniform, (generator * g, tensor t, double gain), (g, T(t), gain))
SHIM(init_xavier_normal, (generator * g, tensor t, double gain), (g, T(t), gain))
SHIM(init_kaiming_uniform, (generator * g, tensor t, double a, int32_t fan_mode, int32_t nonlinearity),
     (g, T(t), a, fan_mode, nonlinearity))
SHIM(init_kaiming_normal, (generator * g, tensor t, double a, int32_t fan_mode, int32_t nonlinearity),
     (g, T(t), a, fan_mode, nonlinearity))
SHIM(init_orthogonal, (generator * g, tensor t, double gain), (g, T(t), gain))
SHIM(init_delta_orthogonal, (generator * g, tensor t, double gain), (g, T(t), gain))
SHIM(init_sparse, (generator * g, tensor t, double sparsity, double std), (g, T(t), sparsity, std))
SHIM(init_variance_scaling, (generator * g, tensor t, double scale, int32_t fan_mode, int32_t distribution),
     (g, T(t), scale, fan_mode, distribution))
SHIM(init_variance_scaling_fans,
     (generator * g, tensor t, double scale, double fan_in, double fan_out, int32_t fan_mode, int32_t distribution),
     (g, T(t), scale, fan_in, fan_out, fan_mode, distribution))
SHIM(init_orthogonal_axis, (generator * g, tensor t, double gain, int32_t axis), (g, T(t), gain, axis))
SHIM(init_delta_orthogonal_layout, (generator * g, tensor t, double gain, int32_t layout), (g, T(t), gain, layout))
SHIM(init_glorot_uniform, (generator * g, tensor t, int32_t layout), (g, T(t), layout))
SHIM(init_glorot_normal, (generator * g, tensor t, int32_t layout), (g, T(t), layout))
SHIM(init_he_uniform, (generator * g, tensor t, int32_t layout), (g, T(t), layout))
SHIM(init_he_normal, (generator * g, tensor t, int32_t layout), (g, T(t), layout))
SHIM(init_lecun_uniform, (generator * g, tensor t, int32_t layout), (g, T(t), layout))
SHIM(init_lecun_normal, (generator * g, tensor t, int32_t layout), (g, T(t), layout))
SHIM(init_identity, (tensor t, double gain), (T(t), gain))
SHIM(initializer_defaults, (unitvar_initializer * init, int32_t kind), (init, kind))
SHIM(init, (generator * g, const unitvar_initializer *init, tensor t), (g, init, T(t)))
SHIM(init_shard,
     (generator * g, const unitvar_initializer *init, tensor local, const int64_t *global_shape, const int64_t *offset),
     (g, init, T(local), global_shape, offset))
SHIM(torch_linear_reset, (generator * g, tensor weight, tensor bias), (g, T(weight), T(bias)))
SHIM(torch_conv_reset, (generator * g, tensor weight, tensor bias), (g, T(weight), T(bias)))
SHIM(torch_embedding_reset, (generator * g, tensor weight), (g, T(weight)))
SHIM(torch_random, (generator * g, tensor t), (g, T(t)))
SHIM(torch_randint, (generator * g, tensor t, int64_t low, int64_t high), (g, T(t), low, high))
SHIM(torch_bernoulli, (generator * g, tensor t, double p), (g, T(t), p))
SHIM(torch_geometric, (generator * g, tensor t, double p), (g, T(t), p))
SHIM(torch_exponential, (generator * g, tensor t, double lambda), (g, T(t), lambda))
SHIM(torch_log_normal, (generator * g, tensor t, double mean, double std), (g, T(t), mean, std))
SHIM(torch_cauchy, (generator * g, tensor t, double median, double sigma), (g, T(t), median, sigma))
SHIM(torch_multinomial, (generator * g, tensor weights, int32_t replacement, tensor samples),
     (g, T(weights), replacement, T(samples)))

SHIM(moments_update_f32, (unitvar_moments * m, const float *x, size_t n), (m, x, n))
SHIM(moments_update_f64, (unitvar_moments * m, const double *x, size_t n), (m, x, n))
SHIM(moments_update, (unitvar_moments * m, tensor x), (m, T(x)))
SHIM(moments_merge, (unitvar_moments * into, const unitvar_moments *other), (into, other))
SHIM(moments_variance, (const unitvar_moments *m, double correction, double *out), (m, correction, out))
SHIM(wide_moments_update_f32, (unitvar_wide_moments * m, const float *x, size_t n), (m, x, n))
SHIM(wide_moments_update_f64, (unitvar_wide_moments * m, const double *x, size_t n), (m, x, n))
SHIM(wide_moments_update, (unitvar_wide_moments * m, tensor x), (m, T(x)))
SHIM(wide_moments_merge, (unitvar_wide_moments * into, const unitvar_wide_moments *other), (into, other))
SHIM(wide_moments_mean, (const unitvar_wide_moments *m, double *out), (m, out))
SHIM(wide_moments_variance, (const unitvar_wide_moments *m, double correction, double *out), (m, correction, out))

SHIM(mean_var, (tensor x, const int32_t *axes, int32_t naxes, double correction, tensor mean, tensor var),
     (T(x), axes, naxes, correction, T(mean), T(var)))
SHIM(layer_norm,
     (tensor x, int32_t normalized_ndim, tensor weight, tensor bias, double eps, tensor y, tensor mean, tensor rstd),
     (T(x), normalized_ndim, T(weight), T(bias), eps, T(y), T(mean), T(rstd)))
SHIM(rms_norm, (tensor x, int32_t normalized_ndim, tensor weight, double eps, tensor y, tensor rstd),
     (T(x), normalized_ndim, T(weight), eps, T(y), T(rstd)))
SHIM(layer_norm_residual,
     (tensor x, tensor residual, int32_t normalized_ndim, tensor weight, tensor bias, double eps, tensor sum, tensor y,
      tensor mean, tensor rstd),
     (T(x), T(residual), normalized_ndim, T(weight), T(bias), eps, T(sum), T(y), T(mean), T(rstd)))
SHIM(rms_norm_residual,
     (tensor x, tensor residual, int32_t normalized_ndim, tensor weight, double eps, tensor sum, tensor y, tensor rstd),
     (T(x), T(residual), normalized_ndim, T(weight), eps, T(sum), T(y), T(rstd)))
SHIM(layer_norm_axes,
     (tensor x, const int32_t *axes, int32_t naxes, tensor weight, tensor bias, double eps, tensor y, tensor mean,
      tensor rstd),
     (T(x), axes, naxes, T(weight), T(bias), eps, T(y), T(mean), T(rstd)))
SHIM(rms_norm_axes, (tensor x, const int32_t *axes, int32_t naxes, tensor weight, double eps, tensor y, tensor rstd),
     (T(x), axes, naxes, T(weight), eps, T(y), T(rstd)))
SHIM(layer_norm_given,
     (tensor x, int32_t normalized_ndim, tensor mean, tensor rstd, tensor weight, tensor bias, tensor y),
     (T(x), normalized_ndim, T(mean), T(rstd), T(weight), T(bias), T(y)))
SHIM(group_norm, (tensor x, int64_t groups, tensor weight, tensor bias, double eps, tensor y, tensor mean, tensor rstd),
     (T(x), groups, T(weight), T(bias), eps, T(y), T(mean), T(rstd)))
SHIM(batch_norm,
     (tensor x, tensor weight, tensor bias, tensor running_mean, tensor running_var, int64_t *num_batches_tracked,
      int32_t training, double momentum, double eps, tensor y, tensor save_mean, tensor save_rstd),
     (T(x), T(weight), T(bias), T(running_mean), T(running_var), num_batches_tracked, training, momentum, eps, T(y),
      T(save_mean), T(save_rstd)))
SHIM(batch_moments, (tensor x, unitvar_wide_moments *moments, size_t n), (T(x), moments, n))
SHIM(batch_norm_given,
     (tensor x, tensor weight, tensor bias, const unitvar_wide_moments *moments, size_t n, tensor running_mean,
      tensor running_var, int64_t *num_batches_tracked, double momentum, double eps, tensor y, tensor save_mean,
      tensor save_rstd),
     (T(x), T(weight), T(bias), moments, n, T(running_mean), T(running_var), num_batches_tracked, momentum, eps, T(y),
      T(save_mean), T(save_rstd)))
SHIM(instance_norm,
     (tensor x, tensor weight, tensor bias, tensor running_mean, tensor running_var, int32_t use_input_stats,
      double momentum, double eps, tensor y),
     (T(x), T(weight), T(bias), T(running_mean), T(running_var), use_input_stats, momentum, eps, T(y)))
SHIM(switchable_norm,
     (tensor x, tensor weight, tensor bias, const double *mean_logits, const double *var_logits, tensor running_mean,
      tensor running_var, int32_t training, double momentum, double eps, tensor y),
     (T(x), T(weight), T(bias), mean_logits, var_logits, T(running_mean), T(running_var), training, momentum, eps,
      T(y)))
SHIM(local_response_norm, (tensor x, int64_t size, double alpha, double beta, double k, tensor y),
     (T(x), size, alpha, beta, k, T(y)))
SHIM(local_response_norm_window,
     (tensor x, int64_t before, int64_t after, int64_t size, double alpha, double beta, double k, tensor y),
     (T(x), before, after, size, alpha, beta, k, T(y)))
SHIM(layer_norm_backward,
     (tensor grad_y, tensor x, int32_t normalized_ndim, tensor mean, tensor rstd, tensor weight, tensor grad_x,
      tensor grad_weight, tensor grad_bias),
     (T(grad_y), T(x), normalized_ndim, T(mean), T(rstd), T(weight), T(grad_x), T(grad_weight), T(grad_bias)))
SHIM(rms_norm_backward,
     (tensor grad_y, tensor x, int32_t normalized_ndim, tensor rstd, tensor weight, tensor grad_x, tensor grad_weight),
     (T(grad_y), T(x), normalized_ndim, T(rstd), T(weight), T(grad_x), T(grad_weight)))
SHIM(layer_norm_axes_backward,
     (tensor grad_y, tensor x, const int32_t *axes, int32_t naxes, tensor mean, tensor rstd, tensor weight,
      tensor grad_x, tensor grad_weight, tensor grad_bias),
     (T(grad_y), T(x), axes, naxes, T(mean), T(rstd), T(weight), T(grad_x), T(grad_weight), T(grad_bias)))
SHIM(rms_norm_axes_backward,
     (tensor grad_y, tensor x, const int32_t *axes, int32_t naxes, tensor rstd, tensor weight, tensor grad_x,
      tensor grad_weight),
     (T(grad_y), T(x), axes, naxes, T(rstd), T(weight), T(grad_x), T(grad_weight)))
SHIM(group_norm_backward,
     (tensor grad_y, tensor x, int64_t groups, tensor mean, tensor rstd, tensor weight, tensor grad_x,
      tensor grad_weight, tensor grad_bias),
     (T(grad_y), T(x), groups, T(mean), T(rstd), T(weight), T(grad_x), T(grad_weight), T(grad_bias)))
SHIM(batch_norm_backward,
     (tensor grad_y, tensor x, tensor mean, tensor rstd, tensor weight, int32_t training, tensor grad_x,
      tensor grad_weight, tensor grad_bias),
     (T(grad_y), T(x), T(mean), T(rstd), T(weight), training, T(grad_x), T(grad_weight), T(grad_bias)))
SHIM(batch_norm_backward_sums, (tensor grad_y, tensor x, tensor mean, unitvar_batch_gradient_sums *sums, size_t n),
     (T(grad_y), T(x), T(mean), sums, n))
SHIM(batch_norm_backward_given,
     (tensor grad_y, tensor x, tensor mean, tensor rstd, tensor weight, const unitvar_batch_gradient_sums *sums,
      size_t n, tensor grad_x, tensor grad_weight, tensor grad_bias),
     (T(grad_y), T(x), T(mean), T(rstd), T(weight), sums, n, T(grad_x), T(grad_weight), T(grad_bias)))
SHIM(instance_norm_backward,
     (tensor grad_y, tensor x, tensor weight, tensor running_mean, tensor running_var, int32_t use_input_stats,
      double eps, tensor grad_x, tensor grad_weight, tensor grad_bias),
     (T(grad_y), T(x), T(weight), T(running_mean), T(running_var), use_input_stats, eps, T(grad_x), T(grad_weight),
      T(grad_bias)))
SHIM(switchable_norm_backward,
     (tensor grad_y, tensor x, tensor weight, const double *mean_logits, const double *var_logits, tensor running_mean,
      tensor running_var, int32_t training, double eps, tensor grad_x, tensor grad_weight, tensor grad_bias,
      double *grad_mean_logits, double *grad_var_logits),
     (T(grad_y), T(x), T(weight), mean_logits, var_logits, T(running_mean), T(running_var), training, eps, T(grad_x),
      T(grad_weight), T(grad_bias), grad_mean_logits, grad_var_logits))
SHIM(local_response_norm_backward,
     (tensor grad_y, tensor x, int64_t size, double alpha, double beta, double k, tensor grad_x),
     (T(grad_y), T(x), size, alpha, beta, k, T(grad_x)))
SHIM(local_response_norm_window_backward,
     (tensor grad_y, tensor x, int64_t before, int64_t after, int64_t size, double alpha, double beta, double k,
      tensor grad_x),
     (T(grad_y), T(x), before, after, size, alpha, beta, k, T(grad_x)))

SHIM(relu, (tensor x, tensor y), (T(x), T(y)))
SHIM(leaky_relu, (tensor x, double negative_slope, tensor y), (T(x), negative_slope, T(y)))
SHIM(prelu, (tensor x, tensor weight, tensor y), (T(x), T(weight), T(y)))
SHIM(linear, (tensor x, tensor weight, tensor bias, tensor y), (T(x), T(weight), T(bias), T(y)))
SHIM(dropout, (generator * g, tensor x, double p, tensor y), (g, T(x), p, T(y)))
SHIM(layer_norm_activation,
     (tensor x, int32_t normalized_ndim, tensor weight, tensor bias, double eps, int32_t nonlinearity,
      double negative_slope, tensor y, tensor mean, tensor rstd),
     (T(x), normalized_ndim, T(weight), T(bias), eps, nonlinearity, negative_slope, T(y), T(mean), T(rstd)))
SHIM(rms_norm_activation,
     (tensor x, int32_t normalized_ndim, tensor weight, double eps, int32_t nonlinearity, double negative_slope,
      tensor y, tensor rstd),
     (T(x), normalized_ndim, T(weight), eps, nonlinearity, negative_slope, T(y), T(rstd)))
SHIM(group_norm_activation,
     (tensor x, int64_t groups, tensor weight, tensor bias, double eps, int32_t nonlinearity, double negative_slope,
      tensor y, tensor mean, tensor rstd),
     (T(x), groups, T(weight), T(bias), eps, nonlinearity, negative_slope, T(y), T(mean), T(rstd)))
SHIM(batch_norm_activation,
     (tensor x, tensor weight, tensor bias, tensor running_mean, tensor running_var, int64_t *num_batches_tracked,
      int32_t training, double momentum, double eps, int32_t nonlinearity, double negative_slope, tensor y,
      tensor save_mean, tensor save_rstd),
     (T(x), T(weight), T(bias), T(running_mean), T(running_var), num_batches_tracked, training, momentum, eps,
      nonlinearity, negative_slope, T(y), T(save_mean), T(save_rstd)))
SHIM(batch_norm_given_activation,
     (tensor x, tensor weight, tensor bias, const unitvar_wide_moments *moments, size_t n, tensor running_mean,
      tensor running_var, int64_t *num_batches_tracked, double momentum, double eps, int32_t nonlinearity,
      double negative_slope, tensor y, tensor save_mean, tensor save_rstd),
     (T(x), T(weight), T(bias), moments, n, T(running_mean), T(running_var), num_batches_tracked, momentum, eps,
      nonlinearity, negative_slope, T(y), T(save_mean), T(save_rstd)))
SHIM(instance_norm_activation,
     (tensor x, tensor weight, tensor bias, tensor running_mean, tensor running_var, int32_t use_input_stats,
      double momentum, double eps, int32_t nonlinearity, double negative_slope, tensor y),
     (T(x), T(weight), T(bias), T(running_mean), T(running_var), use_input_stats, momentum, eps, nonlinearity,
      negative_slope, T(y)))
SHIM(relu_backward, (tensor grad_y, tensor x, tensor grad_x), (T(grad_y), T(x), T(grad_x)))
SHIM(leaky_relu_backward, (tensor grad_y, tensor x, double negative_slope, tensor grad_x),
     (T(grad_y), T(x), negative_slope, T(grad_x)))
SHIM(prelu_backward, (tensor grad_y, tensor x, tensor weight, tensor grad_x, tensor grad_weight),
     (T(grad_y), T(x), T(weight), T(grad_x), T(grad_weight)))
SHIM(linear_backward, (tensor grad_y, tensor x, tensor weight, tensor grad_x, tensor grad_weight, tensor grad_bias),
     (T(grad_y), T(x), T(weight), T(grad_x), T(grad_weight), T(grad_bias)))
/* end */
