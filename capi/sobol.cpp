// Section 5 of unitvar.h: Sobol's points.
#include "unitvar/sobol.hpp"

#include <cstdint>
#include <string>

#include "guard.hpp"
#include "unitvar/error.hpp"

using unitvar::capi::generator_or_none;
using unitvar::capi::guard;

namespace {

// The elements of points. Without dimensions there are none, which is refused behind the boundary.
template <class T> std::span<T> points_of(T *dst, std::size_t points, std::size_t dimensions)
{
    if (dimensions != 0 && points > PTRDIFF_MAX / sizeof(T) / dimensions) {
        throw unitvar::InvalidArgument("points is " + std::to_string(points) + " with dimensions " +
                                       std::to_string(dimensions) + "; expected elements that fit the address space");
    }
    return unitvar::capi::buffer(dst, points * dimensions, "dst");
}

} // namespace

extern "C" {

int32_t unitvar_sobol_f32(const unitvar_generator *g, float *dst, size_t points, size_t dimensions, uint64_t first)
{
    return guard(
        [&] { unitvar::sobol(generator_or_none(g).get(), points_of(dst, points, dimensions), dimensions, first); });
}

int32_t unitvar_sobol_f64(const unitvar_generator *g, double *dst, size_t points, size_t dimensions, uint64_t first)
{
    return guard(
        [&] { unitvar::sobol(generator_or_none(g).get(), points_of(dst, points, dimensions), dimensions, first); });
}

int32_t unitvar_sobol_normal_f32(const unitvar_generator *g, float *dst, size_t points, size_t dimensions,
                                 uint64_t first, double mean, double std)
{
    return guard([&] {
        unitvar::sobol_normal(generator_or_none(g).get(), points_of(dst, points, dimensions), dimensions, first, mean,
                              std);
    });
}

int32_t unitvar_sobol_normal_f64(const unitvar_generator *g, double *dst, size_t points, size_t dimensions,
                                 uint64_t first, double mean, double std)
{
    return guard([&] {
        unitvar::sobol_normal(generator_or_none(g).get(), points_of(dst, points, dimensions), dimensions, first, mean,
                              std);
    });
}

} // extern "C"
