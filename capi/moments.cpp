// Section 8 of unitvar.h: moments.
#include "unitvar/moments.hpp"

#include "guard.hpp"

using unitvar::Moments;
using unitvar::capi::buffer;
using unitvar::capi::guard;
using unitvar::capi::require;

namespace {

Moments value_of(const unitvar_moments *m, const char *name)
{
    require(m, name);
    return {m->count, m->mean, m->m2};
}

template <class T> int32_t update(unitvar_moments *m, const T *x, size_t n)
{
    return guard([&] {
        Moments moments = value_of(m, "m");
        moments.update(buffer(x, n, "x"));
        *m = {moments.count, moments.mean, moments.m2};
    });
}

} // namespace

extern "C" {

int32_t unitvar_moments_update_f32(unitvar_moments *m, const float *x, size_t n)
{
    return update(m, x, n);
}

int32_t unitvar_moments_update_f64(unitvar_moments *m, const double *x, size_t n)
{
    return update(m, x, n);
}

int32_t unitvar_moments_merge(unitvar_moments *into, const unitvar_moments *other)
{
    return guard([&] {
        Moments moments = value_of(into, "into");
        moments.merge(value_of(other, "other"));
        *into = {moments.count, moments.mean, moments.m2};
    });
}

int32_t unitvar_moments_variance(const unitvar_moments *m, double correction, double *out)
{
    return guard([&] {
        require(out, "out");
        *out = value_of(m, "m").variance(correction);
    });
}

} // extern "C"
