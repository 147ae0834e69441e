// The one symbol that leaves this instruction set's units.
#include "kernels/units.hpp"

#define UNITVAR_CONCATENATE(a, b) a##b
#define UNITVAR_TABLE_NAME(isa) UNITVAR_CONCATENATE(unitvar_kernels_, isa)
#define UNITVAR_STRING(isa) UNITVAR_STRING_OF(isa)
#define UNITVAR_STRING_OF(isa) #isa

extern "C" const unitvar::core::KernelTable UNITVAR_TABLE_NAME(UNITVAR_ISA);

using namespace unitvar::UNITVAR_ISA;

constinit const unitvar::core::KernelTable UNITVAR_TABLE_NAME(UNITVAR_ISA) = {
    UNITVAR_STRING(UNITVAR_ISA),
    {&fill_pcg32, &fill_philox4x32},
    &moments_f32,
    &moments_f64,
    &reflectors_f32,
    &reflectors_f64,
    &round_to_bf16,
    &round_to_f16,
    &selection,
    &torch,
};
