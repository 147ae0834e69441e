// All draws from ars4x32 on processors without AES instructions; aes/fill_ars4x32.cpp is for the others.
#define UNITVAR_AES_HEADER "simd/aes_tables.hpp"

#include "kernels/ars4x32.hpp"
#include "kernels/fill.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {

constinit const core::FillRow fill_ars4x32 = fill_row<Ars4x32>(&gather_ars4x32<false>, &gather_ars4x32<true>);

} // namespace unitvar::UNITVAR_ISA
