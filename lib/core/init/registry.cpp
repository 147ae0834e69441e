// All initialisers.
#include "core/init/registry.hpp"

#include <algorithm>
#include <string>

#include "core/engine.hpp"
#include "core/init/kinds.hpp"
#include "core/message.hpp"

namespace unitvar {
namespace core {
namespace {

// PyTorch's defaults; Keras' for variance_scaling; the example of PyTorch's documentation for sparse.
constexpr std::array<InitRow, 16> rows{{
    {InitKind::constant, "constant", false, &make_constant, {0}},
    {InitKind::zeros, "zeros", false, &make_zeros, {}},
    {InitKind::ones, "ones", false, &make_ones, {}},
    {InitKind::eye, "eye", false, &make_eye, {}},
    {InitKind::dirac, "dirac", false, &make_dirac, {}},
    {InitKind::uniform, "uniform", true, &make_uniform, {0, 1}},
    {InitKind::normal, "normal", true, &make_normal, {0, 1}},
    {InitKind::trunc_normal, "trunc_normal", true, &make_trunc_normal, {0, 1, -2, 2}},
    {InitKind::xavier_uniform, "xavier_uniform", true, &make_xavier_uniform, {1}},
    {InitKind::xavier_normal, "xavier_normal", true, &make_xavier_normal, {1}},
    {InitKind::kaiming_uniform, "kaiming_uniform", true, &make_kaiming_uniform, {0}},
    {InitKind::kaiming_normal, "kaiming_normal", true, &make_kaiming_normal, {0}},
    {InitKind::orthogonal, "orthogonal", true, &make_orthogonal, {1}},
    {InitKind::delta_orthogonal, "delta_orthogonal", true, &make_delta_orthogonal, {1}},
    {InitKind::sparse, "sparse", true, &make_sparse, {0.1, 0.01}},
    {InitKind::variance_scaling, "variance_scaling", true, &make_variance_scaling, {1}},
}};

} // namespace

const InitRow &init_row(InitKind kind)
{
    const auto *row = std::ranges::find(rows, kind, &InitRow::kind);
    if (row == rows.end()) {
        invalid_value("kind", static_cast<std::int64_t>(kind), "1 (constant) to 16 (variance_scaling)");
    }
    return *row;
}

void make_plan(PlanSlot &slot, const InitRequest &request)
{
    const InitRow &row = init_row(request.initializer.kind);
    if (row.draws && request.generator == nullptr) {
        invalid("g", "NULL", "a generator, which " + std::string(row.name) + " draws from");
    }
    if (row.draws) {
        const EngineRow &engine = GeneratorAccess::row(*request.generator);
        if (std::ranges::find(engine.sources->without, row.kind) != engine.sources->without.end()) {
            refuse_draw(engine, row.name);
        }
    }
    row.make(slot, request);
}

} // namespace core

Initializer default_initializer(InitKind kind)
{
    Initializer initializer;
    initializer.kind = kind;
    initializer.p = core::init_row(kind).defaults;
    return initializer;
}

std::string_view name_of(InitKind kind) noexcept
{
    const auto *row = std::ranges::find(core::rows, kind, &core::InitRow::kind);
    return row == core::rows.end() ? std::string_view{} : row->name;
}

InitKind kind_from_name(std::string_view name)
{
    std::string expected = "one of";
    for (const core::InitRow &row : core::rows) {
        if (row.name == name) {
            return row.kind;
        }
        expected.append(" ").append(row.name);
    }
    core::invalid("name", core::quoted(name), expected);
}

} // namespace unitvar
