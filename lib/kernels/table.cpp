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

constinit const unitvar::core::NormKernels norms_f32 = {
    &moment_kernels_f32,     &affine_kernels_f32,  &convert_kernels_f32, &gradient_kernels_f32,
    &activation_kernels_f32, &product_kernels_f32, &local_response_f32};
constinit const unitvar::core::NormKernels norms_f64 = {
    &moment_kernels_f64,     &affine_kernels_f64,  &convert_kernels_f64, &gradient_kernels_f64,
    &activation_kernels_f64, &product_kernels_f64, &local_response_f64};

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
};
