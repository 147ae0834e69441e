// Section 5 of unitvar.h: samplers.
#include "unitvar/sample.hpp"

#include "guard.hpp"

using unitvar::capi::buffer;
using unitvar::capi::generator;
using unitvar::capi::guard;

extern "C" {

int32_t unitvar_bits_u32(unitvar_generator *g, uint32_t *dst, size_t n)
{
    return guard([&] { unitvar::bits(generator(g), buffer(dst, n, "dst")); });
}

int32_t unitvar_bits_u64(unitvar_generator *g, uint64_t *dst, size_t n)
{
    return guard([&] { unitvar::bits(generator(g), buffer(dst, n, "dst")); });
}

int32_t unitvar_uniform_f32(unitvar_generator *g, float *dst, size_t n, double low, double high)
{
    return guard([&] { unitvar::uniform(generator(g), buffer(dst, n, "dst"), low, high); });
}

int32_t unitvar_uniform_f64(unitvar_generator *g, double *dst, size_t n, double low, double high)
{
    return guard([&] { unitvar::uniform(generator(g), buffer(dst, n, "dst"), low, high); });
}

int32_t unitvar_normal_f32(unitvar_generator *g, float *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::normal(generator(g), buffer(dst, n, "dst"), mean, std); });
}

int32_t unitvar_normal_f64(unitvar_generator *g, double *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::normal(generator(g), buffer(dst, n, "dst"), mean, std); });
}

int32_t unitvar_normal_icdf_f32(unitvar_generator *g, float *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::normal_icdf(generator(g), buffer(dst, n, "dst"), mean, std); });
}

int32_t unitvar_normal_icdf_f64(unitvar_generator *g, double *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::normal_icdf(generator(g), buffer(dst, n, "dst"), mean, std); });
}

int32_t unitvar_permutation_i64(unitvar_generator *g, int64_t *dst, size_t n)
{
    return guard([&] { unitvar::permutation(generator(g), buffer(dst, n, "dst")); });
}

int32_t unitvar_trunc_normal_f32(unitvar_generator *g, float *dst, size_t n, double mean, double std, double a,
                                 double b)
{
    return guard([&] { unitvar::trunc_normal(generator(g), buffer(dst, n, "dst"), mean, std, a, b); });
}

int32_t unitvar_trunc_normal_f64(unitvar_generator *g, double *dst, size_t n, double mean, double std, double a,
                                 double b)
{
    return guard([&] { unitvar::trunc_normal(generator(g), buffer(dst, n, "dst"), mean, std, a, b); });
}

int32_t unitvar_choice_i64(unitvar_generator *g, int64_t *dst, size_t n, uint64_t population)
{
    return guard([&] { unitvar::choice(generator(g), buffer(dst, n, "dst"), population); });
}

} // extern "C"
