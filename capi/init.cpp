// Section 7 of unitvar.h: gains, fans and initialisers.
#include "unitvar/init.hpp"

#include "guard.hpp"

using unitvar::FanMode;
using unitvar::Nonlinearity;
using unitvar::capi::generator;
using unitvar::capi::guard;
using unitvar::capi::require;
using unitvar::capi::tensor_shape;
using unitvar::capi::tensor_view;

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
        unitvar::init_kaiming_uniform(generator(g), tensor_view(t), a, static_cast<FanMode>(fan_mode),
                                      static_cast<Nonlinearity>(nonlinearity));
    });
}

int32_t unitvar_init_kaiming_normal(unitvar_generator *g, unitvar_tensor *t, double a, int32_t fan_mode,
                                    int32_t nonlinearity)
{
    return guard([&] {
        unitvar::init_kaiming_normal(generator(g), tensor_view(t), a, static_cast<FanMode>(fan_mode),
                                     static_cast<Nonlinearity>(nonlinearity));
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

} // extern "C"
