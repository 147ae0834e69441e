// The registry of initialisers. To add one: a row here, and its maker (kinds.hpp). The C and C++ entry points, shards,
// every dtype, the tests that go through all kinds, and the benchmarks follow from the row.
#pragma once

#include <span>

#include "core/init/source.hpp"

namespace unitvar::core {

struct InitRow {
    InitKind kind;
    std::string_view name;
    bool draws; // needs a generator
    SourcePointer (*make)(const InitRequest &request);
    std::array<double, 4> defaults; // of Initializer::p
};

[[nodiscard]] std::span<const InitRow> init_rows() noexcept;
// Throws InvalidArgument for an unknown kind.
[[nodiscard]] const InitRow &init_row(InitKind kind);

} // namespace unitvar::core
