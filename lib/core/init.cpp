// The entry points of all initialisers: checks, the plan from the registry, its run.
#include "unitvar/init.hpp"

#include <memory>
#include <string>

#include "core/floating_point.hpp"
#include "core/init/plan.hpp"
#include "core/init/registry.hpp"
#include "core/layout.hpp"
#include "core/message.hpp"
#include "core/runtime.hpp"
#include "core/tensor.hpp"

namespace unitvar {
namespace {

// The elements of a whole tensor of this shape, which must fit into 2^63 - 1 bytes.
std::uint64_t count_elements(std::span<const std::int64_t> shape, std::size_t element_bytes)
{
    std::int64_t elements = 1;
    bool empty = false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] < 0) {
            core::invalid_value(core::indexed("global_shape", i), shape[i], "a length >= 0");
        }
        empty = empty || shape[i] == 0;
    }
    const auto most = static_cast<std::int64_t>(core::most_bytes / element_bytes);
    for (std::size_t i = 0; i < shape.size() && !empty; ++i) {
        if (__builtin_mul_overflow(elements, shape[i], &elements) || elements > most) {
            core::invalid_value(core::indexed("global_shape", i), shape[i],
                                "a shape of at most " + core::text(most) + " elements");
        }
    }
    return empty ? 0 : static_cast<std::uint64_t>(elements);
}

void check_slice(std::span<const std::int64_t> shape, std::span<const std::int64_t> global_shape,
                 std::span<const std::int64_t> offset)
{
    const std::uint64_t ndim = shape.size();
    if (global_shape.size() != ndim) {
        core::invalid_value("the number of lengths in global_shape", std::uint64_t{global_shape.size()},
                            core::text(ndim) + ", as in the local tensor");
    }
    if (offset.size() != ndim) {
        core::invalid_value("the number of offsets", std::uint64_t{offset.size()},
                            core::text(ndim) + ", as in the local tensor");
    }
    for (std::size_t i = 0; i < ndim; ++i) {
        if (shape[i] > global_shape[i]) {
            core::invalid_value(core::indexed("shape", i), shape[i],
                                "at most " + core::text(global_shape[i]) + ", as in global_shape");
        }
        if (offset[i] < 0 || offset[i] > global_shape[i] - shape[i]) {
            core::invalid_value(core::indexed("offset", i), offset[i],
                                "0 to " + core::text(global_shape[i] - shape[i]) + ", where a slice of " +
                                    core::text(shape[i]) + " fits into " + core::text(global_shape[i]));
        }
    }
}

Initializer with(InitKind kind, std::array<double, 4> p)
{
    Initializer initializer;
    initializer.kind = kind;
    initializer.p = p;
    return initializer;
}

} // namespace

void initialize(Generator *generator, const Initializer &initializer, const TensorView &tensor)
{
    const core::DefaultFloatingPoint environment;
    core::InitCall call("t", tensor, initializer);
    core::make_plan(call.plan(), call.request(generator, initializer));
    core::require_environment();
    call.reserve();
    call.run();
}

void initialize_shard(Generator *generator, const Initializer &initializer, const TensorView &local,
                      std::span<const std::int64_t> global_shape, std::span<const std::int64_t> offset)
{
    const core::DefaultFloatingPoint environment;
    const core::OrderedView ordered("local", local, initializer);
    const core::Tensor tensor("local", ordered.view(), core::Access::write);
    const core::Layout layout(tensor);
    const std::uint64_t elements = count_elements(global_shape, tensor.element_bytes());
    check_slice(local.shape, global_shape, offset);
    std::unique_ptr<core::Reordered> room_for_shape;
    std::unique_ptr<core::Reordered> room_for_offset;
    const std::span<const std::int64_t> whole = ordered.ordered(global_shape, room_for_shape);
    const std::span<const std::int64_t> begin = ordered.ordered(offset, room_for_offset);
    core::PlanSlot plan;
    core::make_plan(plan, {initializer, local.dtype, whole, elements, generator, begin, tensor.shape()});
    core::require_environment();
    if (elements == 0) {
        return;
    }
    const core::Output output{tensor, layout, core::Region(tensor.shape(), whole, begin), false};
    plan->reserve(output);
    plan->run(output);
}

// from unitvar.h by cmake/bindings.py: initialisers

void init_constant(const TensorView &tensor, double value)
{
    initialize(nullptr, with(InitKind::constant, {value}), tensor);
}

void init_zeros(const TensorView &tensor)
{
    initialize(nullptr, with(InitKind::zeros, {}), tensor);
}

void init_ones(const TensorView &tensor)
{
    initialize(nullptr, with(InitKind::ones, {}), tensor);
}

void init_eye(const TensorView &tensor)
{
    initialize(nullptr, with(InitKind::eye, {}), tensor);
}

void init_dirac(const TensorView &tensor, std::int64_t groups)
{
    Initializer initializer = with(InitKind::dirac, {});
    initializer.groups = groups;
    initialize(nullptr, initializer, tensor);
}

void init_uniform(Generator &generator, const TensorView &tensor, double a, double b)
{
    initialize(&generator, with(InitKind::uniform, {a, b}), tensor);
}

void init_normal(Generator &generator, const TensorView &tensor, double mean, double std)
{
    initialize(&generator, with(InitKind::normal, {mean, std}), tensor);
}

void init_trunc_normal(Generator &generator, const TensorView &tensor, double mean, double std, double a, double b)
{
    initialize(&generator, with(InitKind::trunc_normal, {mean, std, a, b}), tensor);
}

void init_xavier_uniform(Generator &generator, const TensorView &tensor, double gain)
{
    initialize(&generator, with(InitKind::xavier_uniform, {gain}), tensor);
}

void init_xavier_normal(Generator &generator, const TensorView &tensor, double gain)
{
    initialize(&generator, with(InitKind::xavier_normal, {gain}), tensor);
}

void init_kaiming_uniform(Generator &generator, const TensorView &tensor, double a, FanMode fan_mode,
                          Nonlinearity nonlinearity)
{
    Initializer initializer = with(InitKind::kaiming_uniform, {a});
    initializer.fan_mode = fan_mode;
    initializer.nonlinearity = nonlinearity;
    initialize(&generator, initializer, tensor);
}

void init_kaiming_normal(Generator &generator, const TensorView &tensor, double a, FanMode fan_mode,
                         Nonlinearity nonlinearity)
{
    Initializer initializer = with(InitKind::kaiming_normal, {a});
    initializer.fan_mode = fan_mode;
    initializer.nonlinearity = nonlinearity;
    initialize(&generator, initializer, tensor);
}

void init_orthogonal(Generator &generator, const TensorView &tensor, double gain)
{
    initialize(&generator, with(InitKind::orthogonal, {gain}), tensor);
}

void init_delta_orthogonal(Generator &generator, const TensorView &tensor, double gain)
{
    initialize(&generator, with(InitKind::delta_orthogonal, {gain}), tensor);
}

void init_sparse(Generator &generator, const TensorView &tensor, double sparsity, double std)
{
    initialize(&generator, with(InitKind::sparse, {sparsity, std}), tensor);
}

void init_variance_scaling(Generator &generator, const TensorView &tensor, double scale, FanMode fan_mode,
                           Distribution distribution)
{
    Initializer initializer = with(InitKind::variance_scaling, {scale});
    initializer.fan_mode = fan_mode;
    initializer.distribution = distribution;
    initialize(&generator, initializer, tensor);
}

void init_variance_scaling_fans(Generator &generator, const TensorView &tensor, double scale, double fan_in,
                                double fan_out, FanMode fan_mode, Distribution distribution)
{
    Initializer initializer = with(InitKind::variance_scaling_fans, {scale, fan_in, fan_out});
    initializer.fan_mode = fan_mode;
    initializer.distribution = distribution;
    initialize(&generator, initializer, tensor);
}

void init_orthogonal_axis(Generator &generator, const TensorView &tensor, double gain, std::int32_t axis)
{
    initialize(&generator, with(InitKind::orthogonal_axis, {gain, static_cast<double>(axis)}), tensor);
}

void init_delta_orthogonal_layout(Generator &generator, const TensorView &tensor, double gain, WeightLayout layout)
{
    initialize(&generator, with(InitKind::delta_orthogonal_layout, {gain, static_cast<double>(layout)}), tensor);
}

void init_glorot_uniform(Generator &generator, const TensorView &tensor, WeightLayout layout)
{
    initialize(&generator, with(InitKind::glorot_uniform, {static_cast<double>(layout)}), tensor);
}

void init_glorot_normal(Generator &generator, const TensorView &tensor, WeightLayout layout)
{
    initialize(&generator, with(InitKind::glorot_normal, {static_cast<double>(layout)}), tensor);
}

void init_he_uniform(Generator &generator, const TensorView &tensor, WeightLayout layout)
{
    initialize(&generator, with(InitKind::he_uniform, {static_cast<double>(layout)}), tensor);
}

void init_he_normal(Generator &generator, const TensorView &tensor, WeightLayout layout)
{
    initialize(&generator, with(InitKind::he_normal, {static_cast<double>(layout)}), tensor);
}

void init_lecun_uniform(Generator &generator, const TensorView &tensor, WeightLayout layout)
{
    initialize(&generator, with(InitKind::lecun_uniform, {static_cast<double>(layout)}), tensor);
}

void init_lecun_normal(Generator &generator, const TensorView &tensor, WeightLayout layout)
{
    initialize(&generator, with(InitKind::lecun_normal, {static_cast<double>(layout)}), tensor);
}

void init_identity(const TensorView &tensor, double gain)
{
    initialize(nullptr, with(InitKind::identity, {gain}), tensor);
}
// end

} // namespace unitvar
