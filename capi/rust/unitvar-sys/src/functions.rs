//! Every function of `unitvar.h`, once: as declarations to link with, as a table of pointers for programs that load the
//! library themselves, and as a list of names.
use crate::{
    unitvar_batch_gradient_sums, unitvar_draw, unitvar_generator, unitvar_initializer, unitvar_moments, unitvar_tensor,
    unitvar_wide_moments,
};
use std::ffi::{c_void, CStr};
use std::os::raw::c_char;

macro_rules! functions {
    ($(fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        extern "C" {
            $(pub fn $name($($argument: $type),*) $(-> $result)?;)*
        }

        /// The names of all functions.
        pub const FUNCTIONS: &[&str] = &[$(stringify!($name)),*];

        /// The functions of a library that the program loads itself.
        pub struct Functions {
            $(pub $name: unsafe extern "C" fn($($argument: $type),*) $(-> $result)?,)*
        }

        impl Functions {
            /// Looks all of them up, for example by dlsym; the error is the first name that `find` gives NULL for.
            ///
            /// # Safety
            /// `find` gives the addresses of these functions of libunitvar, and they are called no longer than the
            /// library is loaded.
            pub unsafe fn look_up(mut find: impl FnMut(&CStr) -> *mut c_void) -> Result<Self, &'static str> {
                Ok(Functions {
                    $($name: {
                        let name = CStr::from_bytes_with_nul_unchecked(concat!(stringify!($name), "\0").as_bytes());
                        let address = find(name);
                        if address.is_null() {
                            return Err(stringify!($name));
                        }
                        std::mem::transmute::<
                            *mut c_void,
                            unsafe extern "C" fn($($argument: $type),*) $(-> $result)?,
                        >(address)
                    },)*
                })
            }
        }
    };
}

functions! {
    // from unitvar.h by cmake/bindings.py: functions
    fn unitvar_version() -> u32;
    fn unitvar_version_string() -> *const c_char;
    fn unitvar_stream_version() -> u32;
    fn unitvar_status_name(status: i32) -> *const c_char;
    fn unitvar_last_error() -> *const c_char;
    fn unitvar_isa() -> *const c_char;
    fn unitvar_set_isa(name: *const c_char) -> i32;
    fn unitvar_set_num_threads(n: i32) -> i32;
    fn unitvar_num_threads() -> i32;
    fn unitvar_engine_from_name(name: *const c_char, out: *mut i32) -> i32;
    fn unitvar_nonlinearity_from_name(name: *const c_char, out: *mut i32) -> i32;
    fn unitvar_fan_mode_from_name(name: *const c_char, out: *mut i32) -> i32;
    fn unitvar_distribution_from_name(name: *const c_char, out: *mut i32) -> i32;
    fn unitvar_weight_layout_from_name(name: *const c_char, out: *mut i32) -> i32;
    fn unitvar_initializer_from_name(name: *const c_char, out: *mut i32) -> i32;
    fn unitvar_draw_from_name(name: *const c_char, out: *mut i32) -> i32;
    fn unitvar_status_from_name(name: *const c_char, out: *mut i32) -> i32;
    fn unitvar_initializer_name(kind: i32) -> *const c_char;
    fn unitvar_draw_name(kind: i32) -> *const c_char;
    fn unitvar_generator_create(engine: i32, seed: u64, stream: u64, out: *mut *mut unitvar_generator) -> i32;
    fn unitvar_generator_create_torch(seed: u64, release: i32, libm: i32, out: *mut *mut unitvar_generator) -> i32;
    fn unitvar_generator_destroy(g: *mut unitvar_generator);
    fn unitvar_generator_clone(g: *const unitvar_generator, out: *mut *mut unitvar_generator) -> i32;
    fn unitvar_generator_fork(g: *const unitvar_generator, name: *const c_char, out: *mut *mut unitvar_generator) -> i32;
    fn unitvar_generator_seek(g: *mut unitvar_generator, block: u64) -> i32;
    fn unitvar_generator_tell(g: *const unitvar_generator, block: *mut u64) -> i32;
    fn unitvar_generator_save(g: *const unitvar_generator, buf: *mut c_void, capacity: usize, size: *mut usize) -> i32;
    fn unitvar_generator_load(buf: *const c_void, size: usize, out: *mut *mut unitvar_generator) -> i32;
    fn unitvar_generator_save_torch(g: *const unitvar_generator, buf: *mut c_void, capacity: usize, size: *mut usize) -> i32;
    fn unitvar_generator_load_torch(buf: *const c_void, size: usize, release: i32, libm: i32, out: *mut *mut unitvar_generator) -> i32;
    fn unitvar_bits_u32(g: *mut unitvar_generator, dst: *mut u32, n: usize) -> i32;
    fn unitvar_bits_u64(g: *mut unitvar_generator, dst: *mut u64, n: usize) -> i32;
    fn unitvar_uniform_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, low: f64, high: f64) -> i32;
    fn unitvar_uniform_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, low: f64, high: f64) -> i32;
    fn unitvar_normal_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, mean: f64, std: f64) -> i32;
    fn unitvar_normal_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, mean: f64, std: f64) -> i32;
    fn unitvar_normal_icdf_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, mean: f64, std: f64) -> i32;
    fn unitvar_normal_icdf_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, mean: f64, std: f64) -> i32;
    fn unitvar_trunc_normal_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, mean: f64, std: f64, a: f64, b: f64) -> i32;
    fn unitvar_trunc_normal_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, mean: f64, std: f64, a: f64, b: f64) -> i32;
    fn unitvar_permutation_i64(g: *mut unitvar_generator, dst: *mut i64, n: usize) -> i32;
    fn unitvar_choice_i64(g: *mut unitvar_generator, dst: *mut i64, n: usize, population: u64) -> i32;
    fn unitvar_sobol_f32(g: *const unitvar_generator, dst: *mut f32, points: usize, dimensions: usize, first: u64) -> i32;
    fn unitvar_sobol_f64(g: *const unitvar_generator, dst: *mut f64, points: usize, dimensions: usize, first: u64) -> i32;
    fn unitvar_sobol_normal_f32(g: *const unitvar_generator, dst: *mut f32, points: usize, dimensions: usize, first: u64, mean: f64, std: f64) -> i32;
    fn unitvar_sobol_normal_f64(g: *const unitvar_generator, dst: *mut f64, points: usize, dimensions: usize, first: u64, mean: f64, std: f64) -> i32;
    fn unitvar_exponential_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, scale: f64) -> i32;
    fn unitvar_exponential_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, scale: f64) -> i32;
    fn unitvar_laplace_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, location: f64, scale: f64) -> i32;
    fn unitvar_laplace_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, location: f64, scale: f64) -> i32;
    fn unitvar_logistic_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, location: f64, scale: f64) -> i32;
    fn unitvar_logistic_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, location: f64, scale: f64) -> i32;
    fn unitvar_gumbel_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, location: f64, scale: f64) -> i32;
    fn unitvar_gumbel_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, location: f64, scale: f64) -> i32;
    fn unitvar_cauchy_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, location: f64, scale: f64) -> i32;
    fn unitvar_cauchy_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, location: f64, scale: f64) -> i32;
    fn unitvar_weibull_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, shape: f64, scale: f64) -> i32;
    fn unitvar_weibull_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, shape: f64, scale: f64) -> i32;
    fn unitvar_rayleigh_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, scale: f64) -> i32;
    fn unitvar_rayleigh_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, scale: f64) -> i32;
    fn unitvar_log_normal_f32(g: *mut unitvar_generator, dst: *mut f32, n: usize, mean: f64, std: f64) -> i32;
    fn unitvar_log_normal_f64(g: *mut unitvar_generator, dst: *mut f64, n: usize, mean: f64, std: f64) -> i32;
    fn unitvar_integers_i32(g: *mut unitvar_generator, dst: *mut i32, n: usize, low: i64, high: i64) -> i32;
    fn unitvar_integers_i64(g: *mut unitvar_generator, dst: *mut i64, n: usize, low: i64, high: i64) -> i32;
    fn unitvar_bernoulli_u8(g: *mut unitvar_generator, dst: *mut u8, n: usize, p: f64) -> i32;
    fn unitvar_bernoulli_bits(g: *mut unitvar_generator, dst: *mut u8, n: usize, p: f64) -> i32;
    fn unitvar_uniform_bf16(g: *mut unitvar_generator, dst: *mut u16, n: usize, low: f64, high: f64) -> i32;
    fn unitvar_uniform_f16(g: *mut unitvar_generator, dst: *mut u16, n: usize, low: f64, high: f64) -> i32;
    fn unitvar_normal_bf16(g: *mut unitvar_generator, dst: *mut u16, n: usize, mean: f64, std: f64) -> i32;
    fn unitvar_normal_f16(g: *mut unitvar_generator, dst: *mut u16, n: usize, mean: f64, std: f64) -> i32;
    fn unitvar_trunc_normal_bf16(g: *mut unitvar_generator, dst: *mut u16, n: usize, mean: f64, std: f64, a: f64, b: f64) -> i32;
    fn unitvar_trunc_normal_f16(g: *mut unitvar_generator, dst: *mut u16, n: usize, mean: f64, std: f64, a: f64, b: f64) -> i32;
    fn unitvar_draw_defaults(draw: *mut unitvar_draw, kind: i32) -> i32;
    fn unitvar_sample(g: *mut unitvar_generator, draw: *const unitvar_draw, dst: *mut c_void, n: usize) -> i32;
    fn unitvar_sample_at(g: *const unitvar_generator, draw: *const unitvar_draw, first: u64, dst: *mut c_void, n: usize) -> i32;
    fn unitvar_calculate_gain(nonlinearity: i32, param: f64, gain: *mut f64) -> i32;
    fn unitvar_calculate_fans(t: *const unitvar_tensor, fan_in: *mut i64, fan_out: *mut i64) -> i32;
    fn unitvar_calculate_fans_layout(t: *const unitvar_tensor, layout: i32, groups: i64, fan_in: *mut i64, fan_out: *mut i64) -> i32;
    fn unitvar_calculate_fans_axes(t: *const unitvar_tensor, in_axes: *const i32, num_in_axes: i32, out_axes: *const i32, num_out_axes: i32, batch_axes: *const i32, num_batch_axes: i32, fan_in: *mut i64, fan_out: *mut i64) -> i32;
    fn unitvar_init_constant(t: *mut unitvar_tensor, value: f64) -> i32;
    fn unitvar_init_zeros(t: *mut unitvar_tensor) -> i32;
    fn unitvar_init_ones(t: *mut unitvar_tensor) -> i32;
    fn unitvar_init_values(t: *mut unitvar_tensor, values: *const unitvar_tensor) -> i32;
    fn unitvar_init_eye(t: *mut unitvar_tensor) -> i32;
    fn unitvar_init_dirac(t: *mut unitvar_tensor, groups: i64) -> i32;
    fn unitvar_init_uniform(g: *mut unitvar_generator, t: *mut unitvar_tensor, a: f64, b: f64) -> i32;
    fn unitvar_init_normal(g: *mut unitvar_generator, t: *mut unitvar_tensor, mean: f64, std: f64) -> i32;
    fn unitvar_init_trunc_normal(g: *mut unitvar_generator, t: *mut unitvar_tensor, mean: f64, std: f64, a: f64, b: f64) -> i32;
    fn unitvar_init_xavier_uniform(g: *mut unitvar_generator, t: *mut unitvar_tensor, gain: f64) -> i32;
    fn unitvar_init_xavier_normal(g: *mut unitvar_generator, t: *mut unitvar_tensor, gain: f64) -> i32;
    fn unitvar_init_kaiming_uniform(g: *mut unitvar_generator, t: *mut unitvar_tensor, a: f64, fan_mode: i32, nonlinearity: i32) -> i32;
    fn unitvar_init_kaiming_normal(g: *mut unitvar_generator, t: *mut unitvar_tensor, a: f64, fan_mode: i32, nonlinearity: i32) -> i32;
    fn unitvar_init_orthogonal(g: *mut unitvar_generator, t: *mut unitvar_tensor, gain: f64) -> i32;
    fn unitvar_init_delta_orthogonal(g: *mut unitvar_generator, t: *mut unitvar_tensor, gain: f64) -> i32;
    fn unitvar_init_sparse(g: *mut unitvar_generator, t: *mut unitvar_tensor, sparsity: f64, std: f64) -> i32;
    fn unitvar_init_variance_scaling(g: *mut unitvar_generator, t: *mut unitvar_tensor, scale: f64, fan_mode: i32, distribution: i32) -> i32;
    fn unitvar_init_variance_scaling_fans(g: *mut unitvar_generator, t: *mut unitvar_tensor, scale: f64, fan_in: f64, fan_out: f64, fan_mode: i32, distribution: i32) -> i32;
    fn unitvar_init_orthogonal_axis(g: *mut unitvar_generator, t: *mut unitvar_tensor, gain: f64, axis: i32) -> i32;
    fn unitvar_init_delta_orthogonal_layout(g: *mut unitvar_generator, t: *mut unitvar_tensor, gain: f64, layout: i32) -> i32;
    fn unitvar_init_glorot_uniform(g: *mut unitvar_generator, t: *mut unitvar_tensor, layout: i32) -> i32;
    fn unitvar_init_glorot_normal(g: *mut unitvar_generator, t: *mut unitvar_tensor, layout: i32) -> i32;
    fn unitvar_init_he_uniform(g: *mut unitvar_generator, t: *mut unitvar_tensor, layout: i32) -> i32;
    fn unitvar_init_he_normal(g: *mut unitvar_generator, t: *mut unitvar_tensor, layout: i32) -> i32;
    fn unitvar_init_lecun_uniform(g: *mut unitvar_generator, t: *mut unitvar_tensor, layout: i32) -> i32;
    fn unitvar_init_lecun_normal(g: *mut unitvar_generator, t: *mut unitvar_tensor, layout: i32) -> i32;
    fn unitvar_init_identity(t: *mut unitvar_tensor, gain: f64) -> i32;
    fn unitvar_initializer_defaults(init: *mut unitvar_initializer, kind: i32) -> i32;
    fn unitvar_init(g: *mut unitvar_generator, init: *const unitvar_initializer, t: *mut unitvar_tensor) -> i32;
    fn unitvar_init_shard(g: *mut unitvar_generator, init: *const unitvar_initializer, local: *mut unitvar_tensor, global_shape: *const i64, offset: *const i64) -> i32;
    fn unitvar_torch_linear_reset(g: *mut unitvar_generator, weight: *mut unitvar_tensor, bias: *mut unitvar_tensor) -> i32;
    fn unitvar_torch_conv_reset(g: *mut unitvar_generator, weight: *mut unitvar_tensor, bias: *mut unitvar_tensor) -> i32;
    fn unitvar_torch_embedding_reset(g: *mut unitvar_generator, weight: *mut unitvar_tensor) -> i32;
    fn unitvar_torch_random(g: *mut unitvar_generator, t: *mut unitvar_tensor) -> i32;
    fn unitvar_torch_randint(g: *mut unitvar_generator, t: *mut unitvar_tensor, low: i64, high: i64) -> i32;
    fn unitvar_torch_bernoulli(g: *mut unitvar_generator, t: *mut unitvar_tensor, p: f64) -> i32;
    fn unitvar_torch_geometric(g: *mut unitvar_generator, t: *mut unitvar_tensor, p: f64) -> i32;
    fn unitvar_torch_exponential(g: *mut unitvar_generator, t: *mut unitvar_tensor, lambda: f64) -> i32;
    fn unitvar_torch_log_normal(g: *mut unitvar_generator, t: *mut unitvar_tensor, mean: f64, std: f64) -> i32;
    fn unitvar_torch_cauchy(g: *mut unitvar_generator, t: *mut unitvar_tensor, median: f64, sigma: f64) -> i32;
    fn unitvar_torch_multinomial(g: *mut unitvar_generator, weights: *const unitvar_tensor, replacement: i32, samples: *mut unitvar_tensor) -> i32;
    fn unitvar_moments_update_f32(m: *mut unitvar_moments, x: *const f32, n: usize) -> i32;
    fn unitvar_moments_update_f64(m: *mut unitvar_moments, x: *const f64, n: usize) -> i32;
    fn unitvar_moments_update(m: *mut unitvar_moments, x: *const unitvar_tensor) -> i32;
    fn unitvar_moments_merge(into: *mut unitvar_moments, other: *const unitvar_moments) -> i32;
    fn unitvar_moments_variance(m: *const unitvar_moments, correction: f64, out: *mut f64) -> i32;
    fn unitvar_wide_moments_update_f32(m: *mut unitvar_wide_moments, x: *const f32, n: usize) -> i32;
    fn unitvar_wide_moments_update_f64(m: *mut unitvar_wide_moments, x: *const f64, n: usize) -> i32;
    fn unitvar_wide_moments_update(m: *mut unitvar_wide_moments, x: *const unitvar_tensor) -> i32;
    fn unitvar_wide_moments_merge(into: *mut unitvar_wide_moments, other: *const unitvar_wide_moments) -> i32;
    fn unitvar_wide_moments_mean(m: *const unitvar_wide_moments, out: *mut f64) -> i32;
    fn unitvar_wide_moments_variance(m: *const unitvar_wide_moments, correction: f64, out: *mut f64) -> i32;
    fn unitvar_mean_var(x: *const unitvar_tensor, axes: *const i32, naxes: i32, correction: f64, mean: *mut unitvar_tensor, var: *mut unitvar_tensor) -> i32;
    fn unitvar_layer_norm(x: *const unitvar_tensor, normalized_ndim: i32, weight: *const unitvar_tensor, bias: *const unitvar_tensor, eps: f64, y: *mut unitvar_tensor, mean: *mut unitvar_tensor, rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_rms_norm(x: *const unitvar_tensor, normalized_ndim: i32, weight: *const unitvar_tensor, eps: f64, y: *mut unitvar_tensor, rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_layer_norm_residual(x: *const unitvar_tensor, residual: *const unitvar_tensor, normalized_ndim: i32, weight: *const unitvar_tensor, bias: *const unitvar_tensor, eps: f64, sum: *mut unitvar_tensor, y: *mut unitvar_tensor, mean: *mut unitvar_tensor, rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_rms_norm_residual(x: *const unitvar_tensor, residual: *const unitvar_tensor, normalized_ndim: i32, weight: *const unitvar_tensor, eps: f64, sum: *mut unitvar_tensor, y: *mut unitvar_tensor, rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_layer_norm_axes(x: *const unitvar_tensor, axes: *const i32, naxes: i32, weight: *const unitvar_tensor, bias: *const unitvar_tensor, eps: f64, y: *mut unitvar_tensor, mean: *mut unitvar_tensor, rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_rms_norm_axes(x: *const unitvar_tensor, axes: *const i32, naxes: i32, weight: *const unitvar_tensor, eps: f64, y: *mut unitvar_tensor, rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_layer_norm_given(x: *const unitvar_tensor, normalized_ndim: i32, mean: *const unitvar_tensor, rstd: *const unitvar_tensor, weight: *const unitvar_tensor, bias: *const unitvar_tensor, y: *mut unitvar_tensor) -> i32;
    fn unitvar_group_norm(x: *const unitvar_tensor, groups: i64, weight: *const unitvar_tensor, bias: *const unitvar_tensor, eps: f64, y: *mut unitvar_tensor, mean: *mut unitvar_tensor, rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_batch_norm(x: *const unitvar_tensor, weight: *const unitvar_tensor, bias: *const unitvar_tensor, running_mean: *mut unitvar_tensor, running_var: *mut unitvar_tensor, num_batches_tracked: *mut i64, training: i32, momentum: f64, eps: f64, y: *mut unitvar_tensor, save_mean: *mut unitvar_tensor, save_rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_batch_moments(x: *const unitvar_tensor, moments: *mut unitvar_wide_moments, n: usize) -> i32;
    fn unitvar_batch_norm_given(x: *const unitvar_tensor, weight: *const unitvar_tensor, bias: *const unitvar_tensor, moments: *const unitvar_wide_moments, n: usize, running_mean: *mut unitvar_tensor, running_var: *mut unitvar_tensor, num_batches_tracked: *mut i64, momentum: f64, eps: f64, y: *mut unitvar_tensor, save_mean: *mut unitvar_tensor, save_rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_instance_norm(x: *const unitvar_tensor, weight: *const unitvar_tensor, bias: *const unitvar_tensor, running_mean: *mut unitvar_tensor, running_var: *mut unitvar_tensor, use_input_stats: i32, momentum: f64, eps: f64, y: *mut unitvar_tensor) -> i32;
    fn unitvar_switchable_norm(x: *const unitvar_tensor, weight: *const unitvar_tensor, bias: *const unitvar_tensor, mean_logits: *const f64, var_logits: *const f64, running_mean: *mut unitvar_tensor, running_var: *mut unitvar_tensor, training: i32, momentum: f64, eps: f64, y: *mut unitvar_tensor) -> i32;
    fn unitvar_local_response_norm(x: *const unitvar_tensor, size: i64, alpha: f64, beta: f64, k: f64, y: *mut unitvar_tensor) -> i32;
    fn unitvar_local_response_norm_window(x: *const unitvar_tensor, before: i64, after: i64, size: i64, alpha: f64, beta: f64, k: f64, y: *mut unitvar_tensor) -> i32;
    fn unitvar_layer_norm_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, normalized_ndim: i32, mean: *const unitvar_tensor, rstd: *const unitvar_tensor, weight: *const unitvar_tensor, grad_x: *mut unitvar_tensor, grad_weight: *mut unitvar_tensor, grad_bias: *mut unitvar_tensor) -> i32;
    fn unitvar_rms_norm_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, normalized_ndim: i32, rstd: *const unitvar_tensor, weight: *const unitvar_tensor, grad_x: *mut unitvar_tensor, grad_weight: *mut unitvar_tensor) -> i32;
    fn unitvar_layer_norm_axes_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, axes: *const i32, naxes: i32, mean: *const unitvar_tensor, rstd: *const unitvar_tensor, weight: *const unitvar_tensor, grad_x: *mut unitvar_tensor, grad_weight: *mut unitvar_tensor, grad_bias: *mut unitvar_tensor) -> i32;
    fn unitvar_rms_norm_axes_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, axes: *const i32, naxes: i32, rstd: *const unitvar_tensor, weight: *const unitvar_tensor, grad_x: *mut unitvar_tensor, grad_weight: *mut unitvar_tensor) -> i32;
    fn unitvar_group_norm_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, groups: i64, mean: *const unitvar_tensor, rstd: *const unitvar_tensor, weight: *const unitvar_tensor, grad_x: *mut unitvar_tensor, grad_weight: *mut unitvar_tensor, grad_bias: *mut unitvar_tensor) -> i32;
    fn unitvar_batch_norm_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, mean: *const unitvar_tensor, rstd: *const unitvar_tensor, weight: *const unitvar_tensor, training: i32, grad_x: *mut unitvar_tensor, grad_weight: *mut unitvar_tensor, grad_bias: *mut unitvar_tensor) -> i32;
    fn unitvar_batch_norm_backward_sums(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, mean: *const unitvar_tensor, sums: *mut unitvar_batch_gradient_sums, n: usize) -> i32;
    fn unitvar_batch_norm_backward_given(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, mean: *const unitvar_tensor, rstd: *const unitvar_tensor, weight: *const unitvar_tensor, sums: *const unitvar_batch_gradient_sums, n: usize, grad_x: *mut unitvar_tensor, grad_weight: *mut unitvar_tensor, grad_bias: *mut unitvar_tensor) -> i32;
    fn unitvar_instance_norm_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, weight: *const unitvar_tensor, running_mean: *const unitvar_tensor, running_var: *const unitvar_tensor, use_input_stats: i32, eps: f64, grad_x: *mut unitvar_tensor, grad_weight: *mut unitvar_tensor, grad_bias: *mut unitvar_tensor) -> i32;
    fn unitvar_switchable_norm_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, weight: *const unitvar_tensor, mean_logits: *const f64, var_logits: *const f64, running_mean: *const unitvar_tensor, running_var: *const unitvar_tensor, training: i32, eps: f64, grad_x: *mut unitvar_tensor, grad_weight: *mut unitvar_tensor, grad_bias: *mut unitvar_tensor, grad_mean_logits: *mut f64, grad_var_logits: *mut f64) -> i32;
    fn unitvar_local_response_norm_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, size: i64, alpha: f64, beta: f64, k: f64, grad_x: *mut unitvar_tensor) -> i32;
    fn unitvar_local_response_norm_window_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, before: i64, after: i64, size: i64, alpha: f64, beta: f64, k: f64, grad_x: *mut unitvar_tensor) -> i32;
    fn unitvar_relu(x: *const unitvar_tensor, y: *mut unitvar_tensor) -> i32;
    fn unitvar_leaky_relu(x: *const unitvar_tensor, negative_slope: f64, y: *mut unitvar_tensor) -> i32;
    fn unitvar_prelu(x: *const unitvar_tensor, weight: *const unitvar_tensor, y: *mut unitvar_tensor) -> i32;
    fn unitvar_linear(x: *const unitvar_tensor, weight: *const unitvar_tensor, bias: *const unitvar_tensor, y: *mut unitvar_tensor) -> i32;
    fn unitvar_dropout(g: *mut unitvar_generator, x: *const unitvar_tensor, p: f64, y: *mut unitvar_tensor) -> i32;
    fn unitvar_layer_norm_activation(x: *const unitvar_tensor, normalized_ndim: i32, weight: *const unitvar_tensor, bias: *const unitvar_tensor, eps: f64, nonlinearity: i32, negative_slope: f64, y: *mut unitvar_tensor, mean: *mut unitvar_tensor, rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_rms_norm_activation(x: *const unitvar_tensor, normalized_ndim: i32, weight: *const unitvar_tensor, eps: f64, nonlinearity: i32, negative_slope: f64, y: *mut unitvar_tensor, rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_group_norm_activation(x: *const unitvar_tensor, groups: i64, weight: *const unitvar_tensor, bias: *const unitvar_tensor, eps: f64, nonlinearity: i32, negative_slope: f64, y: *mut unitvar_tensor, mean: *mut unitvar_tensor, rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_batch_norm_activation(x: *const unitvar_tensor, weight: *const unitvar_tensor, bias: *const unitvar_tensor, running_mean: *mut unitvar_tensor, running_var: *mut unitvar_tensor, num_batches_tracked: *mut i64, training: i32, momentum: f64, eps: f64, nonlinearity: i32, negative_slope: f64, y: *mut unitvar_tensor, save_mean: *mut unitvar_tensor, save_rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_batch_norm_given_activation(x: *const unitvar_tensor, weight: *const unitvar_tensor, bias: *const unitvar_tensor, moments: *const unitvar_wide_moments, n: usize, running_mean: *mut unitvar_tensor, running_var: *mut unitvar_tensor, num_batches_tracked: *mut i64, momentum: f64, eps: f64, nonlinearity: i32, negative_slope: f64, y: *mut unitvar_tensor, save_mean: *mut unitvar_tensor, save_rstd: *mut unitvar_tensor) -> i32;
    fn unitvar_instance_norm_activation(x: *const unitvar_tensor, weight: *const unitvar_tensor, bias: *const unitvar_tensor, running_mean: *mut unitvar_tensor, running_var: *mut unitvar_tensor, use_input_stats: i32, momentum: f64, eps: f64, nonlinearity: i32, negative_slope: f64, y: *mut unitvar_tensor) -> i32;
    fn unitvar_relu_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, grad_x: *mut unitvar_tensor) -> i32;
    fn unitvar_leaky_relu_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, negative_slope: f64, grad_x: *mut unitvar_tensor) -> i32;
    fn unitvar_prelu_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, weight: *const unitvar_tensor, grad_x: *mut unitvar_tensor, grad_weight: *mut unitvar_tensor) -> i32;
    fn unitvar_linear_backward(grad_y: *const unitvar_tensor, x: *const unitvar_tensor, weight: *const unitvar_tensor, grad_x: *mut unitvar_tensor, grad_weight: *mut unitvar_tensor, grad_bias: *mut unitvar_tensor) -> i32;
    // end
}
