// The entry points of all initialisers: checks, the source of elements from the registry, and its region.
#include "unitvar/init.hpp"

#include <string>

#include "core/fill.hpp"
#include "core/init/region.hpp"
#include "core/init/registry.hpp"
#include "core/layout.hpp"
#include "core/message.hpp"
#include "core/runtime.hpp"
#include "core/tensor.hpp"
#include "core/torch/sample.hpp"

namespace unitvar {
namespace {

core::SourcePointer make_source(const core::InitRequest &request)
{
    const core::InitRow &row = core::init_row(request.initializer.kind);
    if (row.draws && request.generator == nullptr) {
        core::invalid("g", "NULL", "a generator, which " + std::string(row.name) + " draws from");
    }
    return row.make(request);
}

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
    const core::Layout layout(core::Tensor("t", tensor, core::Access::write));
    const core::SourcePointer source =
        make_source({initializer, tensor.dtype, tensor.shape, layout.elements(), generator, {}, {}});
    core::require_environment();
    if (layout.elements() == 0) {
        return;
    }
    if (source->write_whole(tensor)) {
        return;
    }
    source->prepare();
    core::write_region(*source, layout, core::Region(layout.elements()));
    source->advance();
}

void initialize_shard(Generator *generator, const Initializer &initializer, const TensorView &local,
                      std::span<const std::int64_t> global_shape, std::span<const std::int64_t> offset)
{
    const core::Layout layout(core::Tensor("local", local, core::Access::write));
    const std::uint64_t elements = count_elements(global_shape, layout.element_bytes());
    check_slice(local.shape, global_shape, offset);
    const core::SourcePointer source =
        make_source({initializer, local.dtype, global_shape, elements, generator, offset, local.shape});
    core::require_environment();
    if (elements == 0) {
        return;
    }
    // Engine 3 moves on only by drawing.
    if (layout.elements() != 0 || (generator != nullptr && core::is_torch(*generator))) {
        source->prepare();
    }
    if (layout.elements() != 0) {
        core::write_region(*source, layout, core::Region(local.shape, global_shape, offset));
    }
    source->advance();
}

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

} // namespace unitvar
