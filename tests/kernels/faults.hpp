// The checker checked: kernels that are wrong on purpose.
#ifndef UNITVAR_TESTS_KERNELS_FAULTS_HPP
#define UNITVAR_TESTS_KERNELS_FAULTS_HPP

#include "entries.hpp"

namespace checkkernels {

// Substitutes one faulty kernel after another in a copy of the table and tries its entry: each must be found, as what it
// is, and the copy without a fault must be found to be good. Prints what was not.
[[nodiscard]] bool all_faults_are_found(const Entries &entries, const KernelTable &table, const Options &options);

} // namespace checkkernels

#endif
