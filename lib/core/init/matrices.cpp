// The initialisers of whole matrices: orthogonal, delta_orthogonal and sparse.
#include <cmath>

#include "core/init/dimensions.hpp"
#include "core/init/kinds.hpp"
#include "core/init/registry.hpp"
#include "core/message.hpp"

namespace unitvar::core {
void make_orthogonal(PlanSlot &slot, const InitRequest &request)
{
    if (request.shape.size() < 2) {
        invalid_value("ndim", std::uint64_t{request.shape.size()}, "at least 2 dimensions");
    }
    const double gain = rounded_parameter(request.dtype, "gain", request.initializer.p[0]);
    if (request.elements == 0) {
        make_zeros(slot, request);
        return;
    }
    sources_of(request).orthogonal(slot, request, static_cast<std::uint64_t>(request.shape[0]), gain);
}

void make_delta_orthogonal(PlanSlot &slot, const InitRequest &request)
{
    const std::span<const std::int64_t> shape = request.shape;
    if (shape.size() < 3 || shape.size() > 5) {
        invalid_value("ndim", std::uint64_t{shape.size()}, "3 to 5 dimensions");
    }
    const double gain = rounded_parameter(request.dtype, "gain", request.initializer.p[0]);
    if (shape[1] > shape[0]) {
        invalid_value("shape[1]", shape[1], "at most shape[0], " + text(shape[0]));
    }
    if (request.elements == 0) {
        make_zeros(slot, request);
        return;
    }
    sources_of(request).delta_orthogonal(slot, request, gain);
}

void make_sparse(PlanSlot &slot, const InitRequest &request)
{
    if (request.shape.size() != 2) {
        invalid_value("ndim", std::uint64_t{request.shape.size()}, "2 dimensions");
    }
    const double sparsity = request.initializer.p[0];
    if (!(sparsity >= 0 && sparsity <= 1)) {
        invalid_value("sparsity", sparsity, "a number from 0 to 1");
    }
    const auto zeros = static_cast<std::uint64_t>(std::ceil(sparsity * static_cast<double>(request.shape[0])));
    sources_of(request).sparse(slot, request, zeros, request.initializer.p[1]);
}

// The tensor comes with its dimensions in the order that these take (registry.cpp).
void make_orthogonal_axis(PlanSlot &slot, const InitRequest &request)
{
    make_orthogonal(slot, request);
}

void make_delta_orthogonal_layout(PlanSlot &slot, const InitRequest &request)
{
    make_delta_orthogonal(slot, request);
}

DimensionOrder axis_first(const Initializer &initializer, std::size_t ndim)
{
    DimensionOrder order{};
    if (ndim < 2) {
        return order; // refused by the maker
    }
    const std::size_t axis = axis_of(initializer.p[1], ndim);
    for (std::size_t d = 0, i = 1; d < ndim; ++d) {
        if (d != axis) {
            order[i++] = d;
        }
    }
    order[0] = axis;
    return order;
}

DimensionOrder out_in_first(const Initializer &initializer, std::size_t ndim)
{
    DimensionOrder order{};
    const WeightLayout layout = layout_of(initializer.p[1]);
    if (ndim < 2) {
        return order; // refused by the maker
    }
    const LayoutAxes axes = layout_axes(layout, ndim);
    for (std::size_t d = 0, i = 2; d < ndim; ++d) {
        if (d != axes.out && d != axes.in) {
            order[i++] = d;
        }
    }
    order[0] = axes.out;
    order[1] = axes.in;
    return order;
}

} // namespace unitvar::core
