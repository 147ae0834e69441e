// The registry of initialisers. To add one: a row of registry.cpp, its maker (kinds.hpp), and a function of its own in
// unitvar/init.hpp and unitvar.h. initialize() and what goes through it (shards, whole models, every dtype), names,
// defaults, and the tests that go through all kinds follow from the row.
#pragma once

#include <array>
#include <string_view>

#include "core/init/plan.hpp"

namespace unitvar::core {

struct InitRow {
    InitKind kind;
    std::string_view name;
    bool draws; // needs a generator
    void (*make)(PlanSlot &slot, const InitRequest &request);
    std::array<double, 4> defaults; // of Initializer::p
};

// Throws InvalidArgument for an unknown kind.
[[nodiscard]] const InitRow &init_row(InitKind kind);

// The plan of a request, in an empty slot, all arguments checked: those of the kind, and what the generator's engine has
// no initialiser for.
void make_plan(PlanSlot &slot, const InitRequest &request);

} // namespace unitvar::core
