// Dispatch and thread count: chosen at first use from the environment and the processor, changed by set_isa and
// set_num_threads. An unusable environment variable is not guessed around: calls that compute throw until the
// setting is made.
#include "unitvar/runtime.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>

#include "core/cpu.hpp"
#include "core/message.hpp"
#include "core/processors.hpp"
#include "core/runtime.hpp"
#include "core/tables.hpp"
#include "unitvar/error.hpp"

namespace unitvar {
namespace {

using core::KernelTable;

const KernelTable *best_table() noexcept
{
    for (const core::IsaRow &row : core::isa_rows) {
        if (row.table != nullptr && core::cpu_has(row.features)) {
            return &core::table_here(row);
        }
    }
    return nullptr; // never: the scalar row needs no feature
}

// Throws InvalidArgument or Unsupported; source is what the message calls the name.
const KernelTable *find_table(std::string_view name, std::string_view source)
{
    if (name == "auto") {
        return best_table();
    }
    for (const core::IsaRow &row : core::isa_rows) {
        if (row.name == name) {
            if (row.table == nullptr) {
                throw Unsupported(core::message(source, core::quoted(name), "an instruction set that this build has"));
            }
            if (!core::cpu_has(row.features)) {
                throw Unsupported(
                    core::message(source, core::quoted(name), "an instruction set that this processor has"));
            }
            return &core::table_here(row);
        }
    }
    core::invalid(source, core::quoted(name), core::isa_names);
}

// 0 stands for every usable processor.
std::int32_t checked_threads(std::int64_t n, std::string_view source)
{
    if (n < 0 || n > core::most_threads) {
        core::invalid_value(source, n, "0 to " + core::text(std::int64_t{core::most_threads}));
    }
    return static_cast<std::int32_t>(n);
}

constexpr std::string_view isa_variable = "UNITVAR_ISA";
constexpr std::string_view threads_variable = "UNITVAR_NUM_THREADS";

// Unset and empty are alike.
std::optional<std::string_view> environment(std::string_view name) noexcept
{
    const char *value = std::getenv(name.data());
    if (value == nullptr || *value == '\0') {
        return std::nullopt;
    }
    return value;
}

const KernelTable *table_from_environment()
{
    const auto name = environment(isa_variable);
    return name ? find_table(*name, isa_variable) : best_table();
}

std::int32_t threads_from_environment()
{
    const auto value = environment(threads_variable);
    if (!value) {
        return 0;
    }
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), n);
    if (error != std::errc{} || end != value->data() + value->size()) {
        core::invalid(threads_variable, core::quoted(*value), "0 to " + core::text(std::int64_t{core::most_threads}));
    }
    return checked_threads(n, threads_variable);
}

// Every thread that races computes the same value.
template <class T> T exchanged(std::atomic<T> &setting, T before, T value) noexcept
{
    return setting.compare_exchange_strong(before, value, std::memory_order_relaxed) ? value : before;
}

// Null until first use or a successful set.
constinit std::atomic<const KernelTable *> active_table{nullptr};

const KernelTable &table_setting()
{
    const KernelTable *const table = active_table.load(std::memory_order_relaxed);
    return table != nullptr ? *table : *exchanged<const KernelTable *>(active_table, nullptr, table_from_environment());
}

// The number of threads; unset until first use or a successful set; 0 until the processors are counted, which waits for
// the first call that is large enough for more than one thread.
constexpr std::int32_t unset = -1;
constinit std::atomic<std::int32_t> active_threads{unset};

std::int32_t threads_setting()
{
    const std::int32_t n = active_threads.load(std::memory_order_relaxed);
    return n != unset ? n : exchanged(active_threads, unset, threads_from_environment());
}

} // namespace

const KernelTable &core::kernels()
{
    const KernelTable &table = table_setting();
    static_cast<void>(threads_setting());
    return table;
}

void core::require_environment()
{
    static_cast<void>(kernels());
}

const char *isa() noexcept
{
    try {
        return table_setting().name;
    } catch (...) {
        return "none";
    }
}

void set_isa(std::string_view name)
{
    active_table.store(find_table(name, "name"), std::memory_order_relaxed);
}

std::int32_t num_threads() noexcept
{
    try {
        const std::int32_t n = threads_setting();
        return n != 0 ? n : exchanged(active_threads, 0, std::min(core::usable_processors(), core::most_threads));
    } catch (...) {
        return 1;
    }
}

void set_num_threads(std::int32_t n)
{
    active_threads.store(checked_threads(n, "n"), std::memory_order_relaxed);
}

std::uint32_t version() noexcept
{
    return UNITVAR_VERSION_MAJOR * 10000 + UNITVAR_VERSION_MINOR * 100 + UNITVAR_VERSION_PATCH;
}

const char *version_string() noexcept
{
    return UNITVAR_VERSION_STRING;
}

std::uint32_t stream_version() noexcept
{
    return 2;
}

} // namespace unitvar
