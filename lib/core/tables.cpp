// The tables as this processor runs them, put together at first use.
#include "core/tables.hpp"

#include <algorithm>

#include "core/cpu.hpp"

namespace unitvar::core {
namespace {

using Tables = std::array<KernelTable, isa_rows.size()>;

Tables tables_here() noexcept
{
    Tables tables{};
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const IsaRow &row = isa_rows[i];
        if (row.table == nullptr) {
            continue;
        }
        const auto *const best = std::ranges::find_if(aes_rows, [&](const AesRow &aes) {
            return aes.isa == row.name && aes.fills != nullptr && cpu_has(aes.features);
        });
        tables[i] = best == aes_rows.end() ? *row.table : with_fills(*row.table, *best->fills);
    }
    return tables;
}

} // namespace

KernelTable with_fills(const KernelTable &table, const FillRow &ars4x32) noexcept
{
    KernelTable result = table;
    result.fill[static_cast<std::size_t>(EngineIndex::ars4x32)] = &ars4x32;
    return result;
}

const KernelTable &table_here(const IsaRow &row) noexcept
{
    static const Tables tables = tables_here();
    return tables[static_cast<std::size_t>(&row - isa_rows.data())];
}

} // namespace unitvar::core
