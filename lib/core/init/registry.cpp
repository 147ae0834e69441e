// All initialisers.
#include "core/init/registry.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>

#include "core/engine.hpp"
#include "core/init/kinds.hpp"
#include "core/message.hpp"

namespace unitvar {
namespace core {
namespace {

// PyTorch's defaults; Keras' for variance_scaling; the example of PyTorch's documentation for sparse; JAX's axis and
// layout of orthogonal ones.
constexpr InitRow rows[]{
    {InitKind::constant, "constant", Draws::nothing, &make_constant, {0}},
    {InitKind::zeros, "zeros", Draws::nothing, &make_zeros, {}},
    {InitKind::ones, "ones", Draws::nothing, &make_ones, {}},
    {InitKind::eye, "eye", Draws::nothing, &make_eye, {}},
    {InitKind::dirac, "dirac", Draws::nothing, &make_dirac, {}},
    {InitKind::uniform, "uniform", Draws::of_torch, &make_uniform, {0, 1}},
    {InitKind::normal, "normal", Draws::of_torch, &make_normal, {0, 1}},
    {InitKind::trunc_normal, "trunc_normal", Draws::of_torch, &make_trunc_normal, {0, 1, -2, 2}},
    {InitKind::xavier_uniform, "xavier_uniform", Draws::of_torch, &make_xavier_uniform, {1}},
    {InitKind::xavier_normal, "xavier_normal", Draws::of_torch, &make_xavier_normal, {1}},
    {InitKind::kaiming_uniform, "kaiming_uniform", Draws::of_torch, &make_kaiming_uniform, {0}},
    {InitKind::kaiming_normal, "kaiming_normal", Draws::of_torch, &make_kaiming_normal, {0}},
    {InitKind::orthogonal, "orthogonal", Draws::of_torch, &make_orthogonal, {1}},
    {InitKind::delta_orthogonal, "delta_orthogonal", Draws::of_others, &make_delta_orthogonal, {1}},
    {InitKind::sparse, "sparse", Draws::of_torch, &make_sparse, {0.1, 0.01}},
    {InitKind::variance_scaling, "variance_scaling", Draws::of_others, &make_variance_scaling, {1}},
    {InitKind::variance_scaling_fans,
     "variance_scaling_fans",
     Draws::of_others,
     &make_variance_scaling_fans,
     {1, 1, 1}},
    {InitKind::orthogonal_axis, "orthogonal_axis", Draws::of_others, &make_orthogonal_axis, {1, -1}, &axis_first},
    {InitKind::delta_orthogonal_layout,
     "delta_orthogonal_layout",
     Draws::of_others,
     &make_delta_orthogonal_layout,
     {1, 1},
     &out_in_first},
    {InitKind::glorot_uniform, "glorot_uniform", Draws::of_others, &make_glorot_uniform, {0}},
    {InitKind::glorot_normal, "glorot_normal", Draws::of_others, &make_glorot_normal, {0}},
    {InitKind::he_uniform, "he_uniform", Draws::of_others, &make_he_uniform, {0}},
    {InitKind::he_normal, "he_normal", Draws::of_others, &make_he_normal, {0}},
    {InitKind::lecun_uniform, "lecun_uniform", Draws::of_others, &make_lecun_uniform, {0}},
    {InitKind::lecun_normal, "lecun_normal", Draws::of_others, &make_lecun_normal, {0}},
    {InitKind::identity, "identity", Draws::nothing, &make_identity, {1}},
};

} // namespace

const InitRow &init_row(InitKind kind)
{
    const auto *row = std::ranges::find(rows, kind, &InitRow::kind);
    if (row == std::end(rows)) {
        const InitRow &last = std::end(rows)[-1];
        invalid_value("kind", static_cast<std::int64_t>(kind),
                      "1 (constant) to " + text(static_cast<std::int64_t>(last.kind)) + " (" + std::string(last.name) +
                          ")");
    }
    return *row;
}

OrderedView::OrderedView(const char *name, const TensorView &view, const Initializer &initializer) : view_(view)
{
    const OrderOf order = init_row(initializer.kind).order;
    if (order == nullptr) {
        return;
    }
    const Tensor tensor(name, view, Access::write);
    order_ = std::make_unique<DimensionOrder>(order(initializer, tensor.ndim()));
    shape_ = std::make_unique<Reordered>(view.shape, *order_);
    view_.shape = shape_->values();
    if (tensor.elements() == 0) {
        view_.strides = {}; // which nothing looks at
        return;
    }
    std::array<std::int64_t, most_dimensions> strides;
    for (std::size_t d = 0; d < tensor.ndim(); ++d) {
        strides[d] = tensor.stride(d);
    }
    strides_ = std::make_unique<Reordered>(std::span<const std::int64_t>{strides.data(), tensor.ndim()}, *order_);
    view_.strides = strides_->values();
}

std::span<const std::int64_t> OrderedView::ordered(std::span<const std::int64_t> values,
                                                   std::unique_ptr<Reordered> &room) const
{
    if (order_ == nullptr) {
        return values;
    }
    room = std::make_unique<Reordered>(values, *order_);
    return room->values();
}

void make_plan(PlanSlot &slot, const InitRequest &request)
{
    const InitRow &row = init_row(request.initializer.kind);
    if (row.draws != Draws::nothing && request.generator == nullptr) {
        invalid("g", "NULL", "a generator, which " + std::string(row.name) + " draws from");
    }
    if (row.draws == Draws::of_others) {
        const EngineRow &engine = GeneratorAccess::row(*request.generator);
        if (engine.sources->torch) {
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
    return row == std::end(core::rows) ? std::string_view{} : row->name;
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
