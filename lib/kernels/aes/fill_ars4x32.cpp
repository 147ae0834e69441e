// All draws from ars4x32 by AES instructions, which the other kernels of an instruction set do without: a sealed object
// of its own for each unitvar_aes of cmake/isa.cmake, whose one symbol this is.
#include "kernels/ars4x32.hpp"
#include "kernels/fill.hpp"

extern "C" const unitvar::core::FillRow UNITVAR_AES_ROW;

constinit const unitvar::core::FillRow UNITVAR_AES_ROW =
    unitvar::fill_row<unitvar::Ars4x32>(&unitvar::gather_ars4x32<false>, &unitvar::gather_ars4x32<true>);
