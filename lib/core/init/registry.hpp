// The registry of initialisers. To add one: a row of registry.cpp, its maker, and its function in unitvar.h.
// initialize() and what goes through it (shards, whole models, every dtype), names, defaults, the functions of all
// languages, and the tests that go through all kinds follow from these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/init/dimensions.hpp"
#include "core/init/plan.hpp"

namespace unitvar::core {

// Who has an initialiser: everybody, since it draws nothing, every engine, or all but PyTorch's.
enum class Draws : std::uint8_t { nothing, of_torch, of_others };

// The order of dimensions in which a kind takes a tensor.
using OrderOf = DimensionOrder (*)(const Initializer &initializer, std::size_t ndim);
[[nodiscard]] DimensionOrder axis_first(const Initializer &initializer, std::size_t ndim);
[[nodiscard]] DimensionOrder out_in_first(const Initializer &initializer, std::size_t ndim);

struct InitRow {
    InitKind kind;
    std::string_view name;
    Draws draws;
    void (*make)(PlanSlot &slot, const InitRequest &request);
    std::array<double, 4> defaults; // of Initializer::p
    OrderOf order = nullptr;        // none: the tensor's
};

// Throws InvalidArgument for an unknown kind.
[[nodiscard]] const InitRow &init_row(InitKind kind);

// The plan of a request, in an empty slot, all arguments checked: those of the kind, and what the generator's engine has
// no initialiser for.
void make_plan(PlanSlot &slot, const InitRequest &request);

} // namespace unitvar::core
