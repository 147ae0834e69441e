/* The structs and constants of unitvar.h are DLPack's, byte for byte, and the constants are what the look-up functions
 * say. The sizes are those of every 64-bit platform: a change of any is a change of the ABI. */
#include <stddef.h>
#include <stdio.h>

#include <dlpack/dlpack.h>
#include <unitvar.h>

#define SAME_MEMBER(ours, member, theirs, member_of_theirs)                                                            \
    _Static_assert(offsetof(ours, member) == offsetof(theirs, member_of_theirs) &&                                     \
                       sizeof(((ours *)0)->member) == sizeof(((theirs *)0)->member_of_theirs),                         \
                   #ours "." #member " differs from " #theirs)
SAME_MEMBER(unitvar_tensor, data, DLTensor, data);
SAME_MEMBER(unitvar_tensor, device, DLTensor, device);
SAME_MEMBER(unitvar_tensor, ndim, DLTensor, ndim);
SAME_MEMBER(unitvar_tensor, dtype, DLTensor, dtype);
SAME_MEMBER(unitvar_tensor, shape, DLTensor, shape);
SAME_MEMBER(unitvar_tensor, strides, DLTensor, strides);
SAME_MEMBER(unitvar_tensor, byte_offset, DLTensor, byte_offset);
_Static_assert(sizeof(unitvar_tensor) == sizeof(DLTensor), "unitvar_tensor is DLTensor");
SAME_MEMBER(unitvar_dtype, code, DLDataType, code);
SAME_MEMBER(unitvar_dtype, bits, DLDataType, bits);
SAME_MEMBER(unitvar_dtype, lanes, DLDataType, lanes);
_Static_assert(sizeof(unitvar_dtype) == sizeof(DLDataType), "unitvar_dtype is DLDataType");
SAME_MEMBER(unitvar_device, device_type, DLDevice, device_type);
SAME_MEMBER(unitvar_device, device_id, DLDevice, device_id);
_Static_assert(sizeof(unitvar_device) == sizeof(DLDevice), "unitvar_device is DLDevice");
_Static_assert(kDLCPU == 1 && kDLInt == 0 && kDLFloat == 2 && kDLBfloat == 4, "the documented codes are DLPack's");

#define AT(type, member, offset) _Static_assert(offsetof(type, member) == (offset), #type "." #member)
AT(unitvar_tensor, data, 0);
AT(unitvar_tensor, device, 8);
AT(unitvar_tensor, ndim, 16);
AT(unitvar_tensor, dtype, 20);
AT(unitvar_tensor, shape, 24);
AT(unitvar_tensor, strides, 32);
AT(unitvar_tensor, byte_offset, 40);
AT(unitvar_initializer, struct_size, 0);
AT(unitvar_initializer, kind, 4);
AT(unitvar_initializer, fan_mode, 8);
AT(unitvar_initializer, nonlinearity, 12);
AT(unitvar_initializer, distribution, 16);
AT(unitvar_initializer, reserved, 20);
AT(unitvar_initializer, groups, 24);
AT(unitvar_initializer, p, 32);
AT(unitvar_draw, struct_size, 0);
AT(unitvar_draw, kind, 4);
AT(unitvar_draw, dtype, 8);
AT(unitvar_draw, reserved, 12);
AT(unitvar_draw, p, 16);
AT(unitvar_draw, k, 48);
_Static_assert(sizeof(unitvar_draw) == 64, "size of unitvar_draw");
AT(unitvar_moments, count, 0);
AT(unitvar_moments, mean, 8);
AT(unitvar_moments, m2, 16);
AT(unitvar_wide_moments, count, 0);
AT(unitvar_wide_moments, mean, 8);
AT(unitvar_wide_moments, mean_low, 16);
AT(unitvar_wide_moments, m2, 24);
AT(unitvar_wide_moments, prescale, 32);
AT(unitvar_batch_gradient_sums, count, 0);
AT(unitvar_batch_gradient_sums, gradient, 8);
AT(unitvar_batch_gradient_sums, product, 16);
_Static_assert(sizeof(unitvar_wide_moments) == 40 && sizeof(unitvar_batch_gradient_sums) == 24, "sizes");
_Static_assert(sizeof(unitvar_tensor) == 48 && sizeof(unitvar_initializer) == 64 && sizeof(unitvar_moments) == 24,
               "sizes of structs");

typedef int32_t look_up(const char *name, int32_t *out);
struct constant {
    look_up *from_name;
    const char *name;
    int32_t value;
};
static const struct constant constants[] = {
    /* from unitvar.h by cmake/bindings.py: constants */
    {unitvar_status_from_name, "UNITVAR_OK", UNITVAR_OK},
    {unitvar_status_from_name, "UNITVAR_INVALID_ARGUMENT", UNITVAR_INVALID_ARGUMENT},
    {unitvar_status_from_name, "UNITVAR_UNSUPPORTED", UNITVAR_UNSUPPORTED},
    {unitvar_status_from_name, "UNITVAR_OUT_OF_MEMORY", UNITVAR_OUT_OF_MEMORY},
    {unitvar_status_from_name, "UNITVAR_CORRUPT_STATE", UNITVAR_CORRUPT_STATE},
    {unitvar_status_from_name, "UNITVAR_STREAM_EXHAUSTED", UNITVAR_STREAM_EXHAUSTED},
    {unitvar_status_from_name, "UNITVAR_INTERNAL", UNITVAR_INTERNAL},
    {unitvar_engine_from_name, "pcg32", UNITVAR_PCG32},
    {unitvar_engine_from_name, "philox4x32", UNITVAR_PHILOX4X32},
    {unitvar_engine_from_name, "torch_mt19937", UNITVAR_TORCH_MT19937},
    {unitvar_engine_from_name, "ars4x32", UNITVAR_ARS4X32},
    {unitvar_fan_mode_from_name, "fan_in", UNITVAR_FAN_IN},
    {unitvar_fan_mode_from_name, "fan_out", UNITVAR_FAN_OUT},
    {unitvar_fan_mode_from_name, "fan_avg", UNITVAR_FAN_AVG},
    {unitvar_fan_mode_from_name, "fan_geo_avg", UNITVAR_FAN_GEO_AVG},
    {unitvar_nonlinearity_from_name, "linear", UNITVAR_LINEAR},
    {unitvar_nonlinearity_from_name, "sigmoid", UNITVAR_SIGMOID},
    {unitvar_nonlinearity_from_name, "tanh", UNITVAR_TANH},
    {unitvar_nonlinearity_from_name, "relu", UNITVAR_RELU},
    {unitvar_nonlinearity_from_name, "leaky_relu", UNITVAR_LEAKY_RELU},
    {unitvar_nonlinearity_from_name, "selu", UNITVAR_SELU},
    {unitvar_nonlinearity_from_name, "gelu", UNITVAR_GELU},
    {unitvar_nonlinearity_from_name, "silu", UNITVAR_SILU},
    {unitvar_nonlinearity_from_name, "elu", UNITVAR_ELU},
    {unitvar_nonlinearity_from_name, "softplus", UNITVAR_SOFTPLUS},
    {unitvar_nonlinearity_from_name, "mish", UNITVAR_MISH},
    {unitvar_nonlinearity_from_name, "gain", UNITVAR_GAIN},
    {unitvar_distribution_from_name, "uniform", UNITVAR_UNIFORM},
    {unitvar_distribution_from_name, "normal", UNITVAR_NORMAL},
    {unitvar_distribution_from_name, "truncated_normal", UNITVAR_TRUNCATED_NORMAL},
    {unitvar_weight_layout_from_name, "out_in_k", UNITVAR_OUT_IN_K},
    {unitvar_weight_layout_from_name, "k_in_out", UNITVAR_K_IN_OUT},
    {unitvar_weight_layout_from_name, "in_out_k", UNITVAR_IN_OUT_K},
    {unitvar_initializer_from_name, "constant", UNITVAR_INIT_CONSTANT},
    {unitvar_initializer_from_name, "zeros", UNITVAR_INIT_ZEROS},
    {unitvar_initializer_from_name, "ones", UNITVAR_INIT_ONES},
    {unitvar_initializer_from_name, "eye", UNITVAR_INIT_EYE},
    {unitvar_initializer_from_name, "dirac", UNITVAR_INIT_DIRAC},
    {unitvar_initializer_from_name, "uniform", UNITVAR_INIT_UNIFORM},
    {unitvar_initializer_from_name, "normal", UNITVAR_INIT_NORMAL},
    {unitvar_initializer_from_name, "trunc_normal", UNITVAR_INIT_TRUNC_NORMAL},
    {unitvar_initializer_from_name, "xavier_uniform", UNITVAR_INIT_XAVIER_UNIFORM},
    {unitvar_initializer_from_name, "xavier_normal", UNITVAR_INIT_XAVIER_NORMAL},
    {unitvar_initializer_from_name, "kaiming_uniform", UNITVAR_INIT_KAIMING_UNIFORM},
    {unitvar_initializer_from_name, "kaiming_normal", UNITVAR_INIT_KAIMING_NORMAL},
    {unitvar_initializer_from_name, "orthogonal", UNITVAR_INIT_ORTHOGONAL},
    {unitvar_initializer_from_name, "delta_orthogonal", UNITVAR_INIT_DELTA_ORTHOGONAL},
    {unitvar_initializer_from_name, "sparse", UNITVAR_INIT_SPARSE},
    {unitvar_initializer_from_name, "variance_scaling", UNITVAR_INIT_VARIANCE_SCALING},
    {unitvar_initializer_from_name, "variance_scaling_fans", UNITVAR_INIT_VARIANCE_SCALING_FANS},
    {unitvar_initializer_from_name, "orthogonal_axis", UNITVAR_INIT_ORTHOGONAL_AXIS},
    {unitvar_initializer_from_name, "delta_orthogonal_layout", UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT},
    {unitvar_initializer_from_name, "glorot_uniform", UNITVAR_INIT_GLOROT_UNIFORM},
    {unitvar_initializer_from_name, "glorot_normal", UNITVAR_INIT_GLOROT_NORMAL},
    {unitvar_initializer_from_name, "he_uniform", UNITVAR_INIT_HE_UNIFORM},
    {unitvar_initializer_from_name, "he_normal", UNITVAR_INIT_HE_NORMAL},
    {unitvar_initializer_from_name, "lecun_uniform", UNITVAR_INIT_LECUN_UNIFORM},
    {unitvar_initializer_from_name, "lecun_normal", UNITVAR_INIT_LECUN_NORMAL},
    {unitvar_initializer_from_name, "identity", UNITVAR_INIT_IDENTITY},
    {unitvar_draw_from_name, "bits", UNITVAR_DRAW_BITS},
    {unitvar_draw_from_name, "uniform", UNITVAR_DRAW_UNIFORM},
    {unitvar_draw_from_name, "normal", UNITVAR_DRAW_NORMAL},
    {unitvar_draw_from_name, "normal_icdf", UNITVAR_DRAW_NORMAL_ICDF},
    {unitvar_draw_from_name, "trunc_normal", UNITVAR_DRAW_TRUNC_NORMAL},
    {unitvar_draw_from_name, "exponential", UNITVAR_DRAW_EXPONENTIAL},
    {unitvar_draw_from_name, "laplace", UNITVAR_DRAW_LAPLACE},
    {unitvar_draw_from_name, "logistic", UNITVAR_DRAW_LOGISTIC},
    {unitvar_draw_from_name, "gumbel", UNITVAR_DRAW_GUMBEL},
    {unitvar_draw_from_name, "cauchy", UNITVAR_DRAW_CAUCHY},
    {unitvar_draw_from_name, "weibull", UNITVAR_DRAW_WEIBULL},
    {unitvar_draw_from_name, "log_normal", UNITVAR_DRAW_LOG_NORMAL},
    {unitvar_draw_from_name, "rayleigh", UNITVAR_DRAW_RAYLEIGH},
    {unitvar_draw_from_name, "integers", UNITVAR_DRAW_INTEGERS},
    {unitvar_draw_from_name, "bernoulli", UNITVAR_DRAW_BERNOULLI},
    {unitvar_draw_from_name, "bernoulli_bits", UNITVAR_DRAW_BERNOULLI_BITS},
    /* end */
    {unitvar_nonlinearity_from_name, "conv3d", UNITVAR_LINEAR},
    {unitvar_nonlinearity_from_name, "conv_transpose1d", UNITVAR_LINEAR},
};
enum { constant_count = sizeof constants / sizeof constants[0] };

int main(void)
{
    int failures = 0;
    for (int i = 0; i < constant_count; i++) {
        int32_t value = -1;
        if (constants[i].from_name(constants[i].name, &value) != UNITVAR_OK || value != constants[i].value) {
            printf("FAIL %s is %d, and %d in the header\n", constants[i].name, (int)value, (int)constants[i].value);
            failures++;
        }
    }
    printf("%d constants, %d failures\n", (int)constant_count, failures);
    return failures != 0;
}
