// Section 7 of unitvar.h: gains, fans and initialisers.
#include "unitvar/init.hpp"

#include <algorithm>
#include <span>
#include <string>

#include "core/message.hpp"
#include "core/tensor.hpp"
#include "guard.hpp"

using unitvar::FanMode;
using unitvar::Nonlinearity;
using unitvar::capi::generator;
using unitvar::capi::generator_or_none;
using unitvar::capi::guard;
using unitvar::capi::require;
using unitvar::capi::tensor_shape;
using unitvar::capi::tensor_view;

namespace {

// No version's structure will be larger: a number that was never set must not be taken for a length.
constexpr std::uint64_t most_initializer_bytes = 256;

void check_size(const unitvar_initializer *init)
{
    require(init, "init");
    if (init->struct_size < sizeof(unitvar_initializer) || init->struct_size > most_initializer_bytes) {
        unitvar::core::invalid_value("init->struct_size", std::uint64_t{init->struct_size},
                                     unitvar::core::text(std::uint64_t{sizeof(unitvar_initializer)}) +
                                         ", the size of unitvar_initializer, or up to " +
                                         unitvar::core::text(most_initializer_bytes) + " of a later version");
    }
}

unitvar::Initializer initializer(const unitvar_initializer *init)
{
    check_size(init);
    const auto *bytes = reinterpret_cast<const unsigned char *>(init);
    for (std::size_t i = sizeof(unitvar_initializer); i < init->struct_size; ++i) {
        if (bytes[i] != 0) {
            unitvar::core::invalid_value("init->struct_size", std::uint64_t{init->struct_size},
                                         unitvar::core::text(std::uint64_t{sizeof(unitvar_initializer)}) +
                                             ", or zeros behind what this version knows");
        }
    }
    if (init->reserved != 0) {
        unitvar::core::invalid_value("init->reserved", std::int64_t{init->reserved}, "0");
    }
    unitvar::Initializer result;
    result.kind = static_cast<unitvar::InitKind>(init->kind);
    result.fan_mode = static_cast<FanMode>(init->fan_mode);
    result.nonlinearity = static_cast<Nonlinearity>(init->nonlinearity);
    result.distribution = static_cast<unitvar::Distribution>(init->distribution);
    result.groups = init->groups;
    std::ranges::copy(init->p, result.p.begin());
    return result;
}

// The axes of a list that may be missing where it is empty.
std::span<const std::int32_t> axis_list(const char *name, const int32_t *axes, int32_t count)
{
    if (count < 0 || count > static_cast<std::int32_t>(unitvar::core::most_dimensions)) {
        unitvar::core::invalid_value("num_" + std::string(name), std::int64_t{count},
                                     "0 to " + unitvar::core::text(std::uint64_t{unitvar::core::most_dimensions}));
    }
    if (count != 0) {
        require(axes, name);
    }
    return {axes, static_cast<std::size_t>(count)};
}

} // namespace

extern "C" {

int32_t unitvar_calculate_gain(int32_t nonlinearity, double param, double *gain)
{
    return guard([&] {
        require(gain, "gain");
        *gain = unitvar::calculate_gain(static_cast<Nonlinearity>(nonlinearity), param);
    });
}

int32_t unitvar_calculate_fans(const unitvar_tensor *t, int64_t *fan_in, int64_t *fan_out)
{
    return guard([&] {
        require(fan_in, "fan_in");
        require(fan_out, "fan_out");
        const unitvar::Fans fans = unitvar::calculate_fans(tensor_shape(t));
        *fan_in = fans.in;
        *fan_out = fans.out;
    });
}

int32_t unitvar_calculate_fans_layout(const unitvar_tensor *t, int32_t layout, int64_t groups, int64_t *fan_in,
                                      int64_t *fan_out)
{
    return guard([&] {
        require(fan_in, "fan_in");
        require(fan_out, "fan_out");
        const unitvar::Fans fans =
            unitvar::calculate_fans(tensor_shape(t), static_cast<unitvar::WeightLayout>(layout), groups);
        *fan_in = fans.in;
        *fan_out = fans.out;
    });
}

int32_t unitvar_calculate_fans_axes(const unitvar_tensor *t, const int32_t *in_axes, int32_t num_in_axes,
                                    const int32_t *out_axes, int32_t num_out_axes, const int32_t *batch_axes,
                                    int32_t num_batch_axes, int64_t *fan_in, int64_t *fan_out)
{
    return guard([&] {
        require(fan_in, "fan_in");
        require(fan_out, "fan_out");
        const unitvar::Fans fans = unitvar::calculate_fans(tensor_shape(t), axis_list("in_axes", in_axes, num_in_axes),
                                                           axis_list("out_axes", out_axes, num_out_axes),
                                                           axis_list("batch_axes", batch_axes, num_batch_axes));
        *fan_in = fans.in;
        *fan_out = fans.out;
    });
}

int32_t unitvar_init_values(unitvar_tensor *t, const unitvar_tensor *values)
{
    return guard([&] { unitvar::init_values(tensor_view(t), tensor_view(values, "values")); });
}

// from unitvar.h by cmake/bindings.py: initialisers

int32_t unitvar_init_constant(unitvar_tensor *t, double value)
{
    return guard([&] { unitvar::init_constant(tensor_view(t), value); });
}

int32_t unitvar_init_zeros(unitvar_tensor *t)
{
    return guard([&] { unitvar::init_zeros(tensor_view(t)); });
}

int32_t unitvar_init_ones(unitvar_tensor *t)
{
    return guard([&] { unitvar::init_ones(tensor_view(t)); });
}

int32_t unitvar_init_eye(unitvar_tensor *t)
{
    return guard([&] { unitvar::init_eye(tensor_view(t)); });
}

int32_t unitvar_init_dirac(unitvar_tensor *t, int64_t groups)
{
    return guard([&] { unitvar::init_dirac(tensor_view(t), groups); });
}

int32_t unitvar_init_uniform(unitvar_generator *g, unitvar_tensor *t, double a, double b)
{
    return guard([&] { unitvar::init_uniform(generator(g), tensor_view(t), a, b); });
}

int32_t unitvar_init_normal(unitvar_generator *g, unitvar_tensor *t, double mean, double std)
{
    return guard([&] { unitvar::init_normal(generator(g), tensor_view(t), mean, std); });
}

int32_t unitvar_init_trunc_normal(unitvar_generator *g, unitvar_tensor *t, double mean, double std, double a, double b)
{
    return guard([&] { unitvar::init_trunc_normal(generator(g), tensor_view(t), mean, std, a, b); });
}

int32_t unitvar_init_xavier_uniform(unitvar_generator *g, unitvar_tensor *t, double gain)
{
    return guard([&] { unitvar::init_xavier_uniform(generator(g), tensor_view(t), gain); });
}

int32_t unitvar_init_xavier_normal(unitvar_generator *g, unitvar_tensor *t, double gain)
{
    return guard([&] { unitvar::init_xavier_normal(generator(g), tensor_view(t), gain); });
}

int32_t unitvar_init_kaiming_uniform(unitvar_generator *g, unitvar_tensor *t, double a, int32_t fan_mode,
                                     int32_t nonlinearity)
{
    return guard([&] {
        unitvar::init_kaiming_uniform(generator(g), tensor_view(t), a, static_cast<unitvar::FanMode>(fan_mode),
                                      static_cast<unitvar::Nonlinearity>(nonlinearity));
    });
}

int32_t unitvar_init_kaiming_normal(unitvar_generator *g, unitvar_tensor *t, double a, int32_t fan_mode,
                                    int32_t nonlinearity)
{
    return guard([&] {
        unitvar::init_kaiming_normal(generator(g), tensor_view(t), a, static_cast<unitvar::FanMode>(fan_mode),
                                     static_cast<unitvar::Nonlinearity>(nonlinearity));
    });
}

int32_t unitvar_init_orthogonal(unitvar_generator *g, unitvar_tensor *t, double gain)
{
    return guard([&] { unitvar::init_orthogonal(generator(g), tensor_view(t), gain); });
}

int32_t unitvar_init_delta_orthogonal(unitvar_generator *g, unitvar_tensor *t, double gain)
{
    return guard([&] { unitvar::init_delta_orthogonal(generator(g), tensor_view(t), gain); });
}

int32_t unitvar_init_sparse(unitvar_generator *g, unitvar_tensor *t, double sparsity, double std)
{
    return guard([&] { unitvar::init_sparse(generator(g), tensor_view(t), sparsity, std); });
}

int32_t unitvar_init_variance_scaling(unitvar_generator *g, unitvar_tensor *t, double scale, int32_t fan_mode,
                                      int32_t distribution)
{
    return guard([&] {
        unitvar::init_variance_scaling(generator(g), tensor_view(t), scale, static_cast<unitvar::FanMode>(fan_mode),
                                       static_cast<unitvar::Distribution>(distribution));
    });
}

int32_t unitvar_init_variance_scaling_fans(unitvar_generator *g, unitvar_tensor *t, double scale, double fan_in,
                                           double fan_out, int32_t fan_mode, int32_t distribution)
{
    return guard([&] {
        unitvar::init_variance_scaling_fans(generator(g), tensor_view(t), scale, fan_in, fan_out,
                                            static_cast<unitvar::FanMode>(fan_mode),
                                            static_cast<unitvar::Distribution>(distribution));
    });
}

int32_t unitvar_init_orthogonal_axis(unitvar_generator *g, unitvar_tensor *t, double gain, int32_t axis)
{
    return guard([&] { unitvar::init_orthogonal_axis(generator(g), tensor_view(t), gain, axis); });
}

int32_t unitvar_init_delta_orthogonal_layout(unitvar_generator *g, unitvar_tensor *t, double gain, int32_t layout)
{
    return guard([&] {
        unitvar::init_delta_orthogonal_layout(generator(g), tensor_view(t), gain,
                                              static_cast<unitvar::WeightLayout>(layout));
    });
}

int32_t unitvar_init_glorot_uniform(unitvar_generator *g, unitvar_tensor *t, int32_t layout)
{
    return guard([&] {
        unitvar::init_glorot_uniform(generator(g), tensor_view(t), static_cast<unitvar::WeightLayout>(layout));
    });
}

int32_t unitvar_init_glorot_normal(unitvar_generator *g, unitvar_tensor *t, int32_t layout)
{
    return guard(
        [&] { unitvar::init_glorot_normal(generator(g), tensor_view(t), static_cast<unitvar::WeightLayout>(layout)); });
}

int32_t unitvar_init_he_uniform(unitvar_generator *g, unitvar_tensor *t, int32_t layout)
{
    return guard(
        [&] { unitvar::init_he_uniform(generator(g), tensor_view(t), static_cast<unitvar::WeightLayout>(layout)); });
}

int32_t unitvar_init_he_normal(unitvar_generator *g, unitvar_tensor *t, int32_t layout)
{
    return guard(
        [&] { unitvar::init_he_normal(generator(g), tensor_view(t), static_cast<unitvar::WeightLayout>(layout)); });
}

int32_t unitvar_init_lecun_uniform(unitvar_generator *g, unitvar_tensor *t, int32_t layout)
{
    return guard(
        [&] { unitvar::init_lecun_uniform(generator(g), tensor_view(t), static_cast<unitvar::WeightLayout>(layout)); });
}

int32_t unitvar_init_lecun_normal(unitvar_generator *g, unitvar_tensor *t, int32_t layout)
{
    return guard(
        [&] { unitvar::init_lecun_normal(generator(g), tensor_view(t), static_cast<unitvar::WeightLayout>(layout)); });
}

int32_t unitvar_init_identity(unitvar_tensor *t, double gain)
{
    return guard([&] { unitvar::init_identity(tensor_view(t), gain); });
}
// end

const char *unitvar_initializer_name(int32_t kind)
{
    // Names are literals, so they end with a 0.
    return unitvar::name_of(static_cast<unitvar::InitKind>(kind)).data();
}

int32_t unitvar_initializer_from_name(const char *name, int32_t *out)
{
    return guard([&] {
        require(name, "name");
        require(out, "out");
        *out = static_cast<int32_t>(unitvar::kind_from_name(name));
    });
}

int32_t unitvar_initializer_defaults(unitvar_initializer *init, int32_t kind)
{
    return guard([&] {
        check_size(init);
        const auto defaults = unitvar::default_initializer(static_cast<unitvar::InitKind>(kind));
        init->kind = kind;
        init->fan_mode = static_cast<int32_t>(defaults.fan_mode);
        init->nonlinearity = static_cast<int32_t>(defaults.nonlinearity);
        init->distribution = static_cast<int32_t>(defaults.distribution);
        init->reserved = 0;
        init->groups = defaults.groups;
        std::ranges::copy(defaults.p, init->p);
    });
}

int32_t unitvar_init(unitvar_generator *g, const unitvar_initializer *init, unitvar_tensor *t)
{
    return guard([&] { unitvar::initialize(generator_or_none(g).get(), initializer(init), tensor_view(t)); });
}

int32_t unitvar_init_shard(unitvar_generator *g, const unitvar_initializer *init, unitvar_tensor *local,
                           const int64_t *global_shape, const int64_t *offset)
{
    return guard([&] {
        const unitvar::TensorView view = tensor_view(local, "local");
        if (!view.shape.empty()) {
            require(global_shape, "global_shape");
            require(offset, "offset");
        }
        unitvar::initialize_shard(generator_or_none(g).get(), initializer(init), view,
                                  {global_shape, view.shape.size()}, {offset, view.shape.size()});
    });
}

} // extern "C"
