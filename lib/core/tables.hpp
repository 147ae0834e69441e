// The tables as this processor runs them: a row's own (cmake/isa.cmake), with the fills of ars4x32 that the processor's
// AES instructions allow.
#pragma once

#include "core/isa_rows.hpp"

namespace unitvar::core {

// The table of an instruction set with other fills of ars4x32.
[[nodiscard]] KernelTable with_fills(const KernelTable &table, const FillRow &ars4x32) noexcept;

// The table of a row, which this build and processor have. The same object at every call.
[[nodiscard]] const KernelTable &table_here(const IsaRow &row) noexcept;

} // namespace unitvar::core
