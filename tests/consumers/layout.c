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
#define STATUS(name)                                                                                                   \
    {                                                                                                                  \
        unitvar_status_from_name, "UNITVAR_" #name, UNITVAR_##name                                                     \
    }
#define KIND(name, constant)                                                                                           \
    {                                                                                                                  \
        unitvar_initializer_from_name, name, UNITVAR_INIT_##constant                                                   \
    }
static const struct constant constants[] = {
    STATUS(OK),
    STATUS(INVALID_ARGUMENT),
    STATUS(UNSUPPORTED),
    STATUS(OUT_OF_MEMORY),
    STATUS(CORRUPT_STATE),
    STATUS(STREAM_EXHAUSTED),
    STATUS(INTERNAL),
    {unitvar_engine_from_name, "pcg32", UNITVAR_PCG32},
    {unitvar_engine_from_name, "philox4x32", UNITVAR_PHILOX4X32},
    {unitvar_engine_from_name, "torch_mt19937", UNITVAR_TORCH_MT19937},
    {unitvar_engine_from_name, "ars4x32", UNITVAR_ARS4X32},
    {unitvar_fan_mode_from_name, "fan_in", UNITVAR_FAN_IN},
    {unitvar_fan_mode_from_name, "fan_out", UNITVAR_FAN_OUT},
    {unitvar_fan_mode_from_name, "fan_avg", UNITVAR_FAN_AVG},
    {unitvar_nonlinearity_from_name, "linear", UNITVAR_LINEAR},
    {unitvar_nonlinearity_from_name, "conv3d", UNITVAR_LINEAR},
    {unitvar_nonlinearity_from_name, "conv_transpose1d", UNITVAR_LINEAR},
    {unitvar_nonlinearity_from_name, "sigmoid", UNITVAR_SIGMOID},
    {unitvar_nonlinearity_from_name, "tanh", UNITVAR_TANH},
    {unitvar_nonlinearity_from_name, "relu", UNITVAR_RELU},
    {unitvar_nonlinearity_from_name, "leaky_relu", UNITVAR_LEAKY_RELU},
    {unitvar_nonlinearity_from_name, "selu", UNITVAR_SELU},
    {unitvar_distribution_from_name, "uniform", UNITVAR_UNIFORM},
    {unitvar_distribution_from_name, "normal", UNITVAR_NORMAL},
    {unitvar_distribution_from_name, "truncated_normal", UNITVAR_TRUNCATED_NORMAL},
    KIND("constant", CONSTANT),
    KIND("zeros", ZEROS),
    KIND("ones", ONES),
    KIND("eye", EYE),
    KIND("dirac", DIRAC),
    KIND("uniform", UNIFORM),
    KIND("normal", NORMAL),
    KIND("trunc_normal", TRUNC_NORMAL),
    KIND("xavier_uniform", XAVIER_UNIFORM),
    KIND("xavier_normal", XAVIER_NORMAL),
    KIND("kaiming_uniform", KAIMING_UNIFORM),
    KIND("kaiming_normal", KAIMING_NORMAL),
    KIND("orthogonal", ORTHOGONAL),
    KIND("delta_orthogonal", DELTA_ORTHOGONAL),
    KIND("sparse", SPARSE),
    KIND("variance_scaling", VARIANCE_SCALING),
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
