// All draws from pcg32.
#include "kernels/fill.hpp"
#include "kernels/pcg32.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {

constinit const core::FillRow fill_pcg32 = fill_row<Pcg32>(&gather_pcg32<false>, &gather_pcg32<true>);

} // namespace unitvar::UNITVAR_ISA
