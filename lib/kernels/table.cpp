// The one symbol that leaves this instruction set's units.
#include "core/norm/kernels.hpp"
#include "kernels/units.hpp"

#define UNITVAR_CONCATENATE(a, b) a##b
#define UNITVAR_TABLE_NAME(isa) UNITVAR_CONCATENATE(unitvar_kernels_, isa)
#define UNITVAR_STRING(isa) UNITVAR_STRING_OF(isa)
#define UNITVAR_STRING_OF(isa) #isa
#define UNITVAR_FILL_ROW(engine) &fill_##engine,

extern "C" const unitvar::core::KernelTable UNITVAR_TABLE_NAME(UNITVAR_ISA);

using namespace unitvar::UNITVAR_ISA;

namespace {

#define UNITVAR_NORMS(type, products)                                                                                  \
    constinit const unitvar::core::NormKernels norms_##type = {                                                        \
        &moment_kernels_##type,   &affine_kernels_##type,          &convert_kernels_##type,                            \
        &gradient_kernels_##type, &activation_kernels_##type,      &product_kernels_##products,                        \
        &local_response_##type,   &local_response_gradient_##type, &dropout_##type};
UNITVAR_NORMS(f32, f32)
UNITVAR_NORMS(f64, f64)
UNITVAR_NORMS(bf16, f32)
UNITVAR_NORMS(f16, f32)

} // namespace

constinit const unitvar::core::KernelTable UNITVAR_TABLE_NAME(UNITVAR_ISA) = {
    UNITVAR_STRING(UNITVAR_ISA),
    {UNITVAR_COUNTED_ENGINES(UNITVAR_FILL_ROW)},
    &transform,
    &moments_f32,
    &moments_f64,
    &reflectors_f32,
    &reflectors_f64,
    &round_to_bf16,
    &round_to_f16,
    &selection,
    &torch,
    &norms_f32,
    &norms_f64,
    &norms_bf16,
    &norms_f16,
};
