// Section 8 of unitvar.h: moments.
#include "moments.hpp"

#include "guard.hpp"

using unitvar::capi::buffer;
using unitvar::capi::guard;
using unitvar::capi::of;
using unitvar::capi::require;

namespace {

template <class State> auto value_of(const State *m, const char *name)
{
    require(m, name);
    return of(*m);
}

template <class State, class T> int32_t update(State *m, const T *x, size_t n)
{
    return guard([&] {
        auto moments = value_of(m, "m");
        moments.update(buffer(x, n, "x"));
        *m = of(moments);
    });
}

template <class State> int32_t update(State *m, const unitvar_tensor *x)
{
    return guard([&] {
        auto moments = value_of(m, "m");
        moments.update(unitvar::capi::tensor_view(x, "x"));
        *m = of(moments);
    });
}

template <class State> int32_t merge(State *into, const State *other)
{
    return guard([&] {
        auto moments = value_of(into, "into");
        moments.merge(value_of(other, "other"));
        *into = of(moments);
    });
}

template <class State> int32_t variance(const State *m, double correction, double *out)
{
    return guard([&] {
        require(out, "out");
        *out = value_of(m, "m").variance(correction);
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

int32_t unitvar_moments_update(unitvar_moments *m, const unitvar_tensor *x)
{
    return update(m, x);
}

int32_t unitvar_moments_merge(unitvar_moments *into, const unitvar_moments *other)
{
    return merge(into, other);
}

int32_t unitvar_moments_variance(const unitvar_moments *m, double correction, double *out)
{
    return variance(m, correction, out);
}

int32_t unitvar_wide_moments_update_f32(unitvar_wide_moments *m, const float *x, size_t n)
{
    return update(m, x, n);
}

int32_t unitvar_wide_moments_update_f64(unitvar_wide_moments *m, const double *x, size_t n)
{
    return update(m, x, n);
}

int32_t unitvar_wide_moments_update(unitvar_wide_moments *m, const unitvar_tensor *x)
{
    return update(m, x);
}

int32_t unitvar_wide_moments_merge(unitvar_wide_moments *into, const unitvar_wide_moments *other)
{
    return merge(into, other);
}

int32_t unitvar_wide_moments_mean(const unitvar_wide_moments *m, double *out)
{
    return guard([&] {
        require(out, "out");
        *out = value_of(m, "m").average();
    });
}

int32_t unitvar_wide_moments_variance(const unitvar_wide_moments *m, double correction, double *out)
{
    return variance(m, correction, out);
}

} // extern "C"
