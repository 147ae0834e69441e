// All draws from philox4x32.
#include "kernels/fill.hpp"
#include "kernels/philox4x32.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {

constinit const core::FillRow fill_philox4x32 =
    fill_row<Philox4x32>(&gather_philox4x32<false>, &gather_philox4x32<true>);

} // namespace unitvar::UNITVAR_ISA
