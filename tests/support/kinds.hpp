// Every kind of initialiser, found by asking the library for names, so that a new kind joins the tests that go through
// all of them by itself: with its defaults, and with the further parameters below where the kind is known here.
// Shapes are offered, and those are taken that a kind accepts.
#ifndef UNITVAR_TESTS_SUPPORT_KINDS_HPP
#define UNITVAR_TESTS_SUPPORT_KINDS_HPP

#include "capi.hpp"
#include "scale.hpp"
#include "tensors.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace support {

struct NamedDtype {
    std::string name;
    unitvar_dtype dtype;
};

inline const std::vector<NamedDtype> &dtypes()
{
    static const std::vector<NamedDtype> list{
        {"f32", f32_dtype}, {"f64", f64_dtype}, {"bf16", bf16_dtype}, {"f16", f16_dtype}};
    return list;
}

struct InitializerCase {
    std::string name; // of the kind, and what is special
    unitvar_initializer init;
    bool draws; // needs a generator
};

inline unitvar_initializer default_initializer(std::int32_t kind)
{
    unitvar_initializer init{};
    init.struct_size = sizeof(init);
    require_ok(unitvar_initializer_defaults(&init, kind));
    return init;
}

inline const std::vector<Lengths> &offered_shapes()
{
    static const std::vector<Lengths> list = [] {
        std::vector<Lengths> shapes{
            {},           {1},          {300},           {1, 1},          {12, 18},          {65, 129},
            {129, 64},    {9, 1},       {1, 9},          {6, 4, 5},       {9, 3, 1},         {33, 7, 5},
            {6, 4, 3, 5}, {3, 1, 4, 2}, {6, 3, 2, 3, 4}, {3, 3, 1, 4, 5}, {3, 2, 2, 1, 2, 3}};
        if (quick())
            std::erase_if(shapes, [](const Lengths &shape) { return element_count(shape) > 400; });
        return shapes;
    }();
    return list;
}

inline bool accepts(const unitvar_initializer &init, unitvar_dtype dtype, const Lengths &shape)
{
    Tensor tensor(dtype, shape);
    const Generator g(UNITVAR_PCG32, 1);
    return unitvar_init(g, &init, tensor.view()) == UNITVAR_OK;
}

inline std::vector<Lengths> accepted_shapes(const unitvar_initializer &init)
{
    std::vector<Lengths> accepted;
    for (const Lengths &shape : offered_shapes())
        if (accepts(init, f32_dtype, shape))
            accepted.push_back(shape);
    if (accepted.empty())
        FAIL("no offered shape suits kind ", init.kind);
    return accepted;
}

inline bool draws(const unitvar_initializer &init)
{
    Tensor tensor(f32_dtype, accepted_shapes(init).front());
    return unitvar_init(nullptr, &init, tensor.view()) != UNITVAR_OK;
}

// The kind's own function, with the parameters of the initialiser.
inline std::int32_t call_function(const unitvar_initializer &init, unitvar_generator *g, unitvar_tensor *t)
{
    const double *const p = init.p;
    switch (init.kind) {
    // from unitvar.h by cmake/bindings.py: calls
    case UNITVAR_INIT_CONSTANT:
        return unitvar_init_constant(t, p[0]);
    case UNITVAR_INIT_ZEROS:
        return unitvar_init_zeros(t);
    case UNITVAR_INIT_ONES:
        return unitvar_init_ones(t);
    case UNITVAR_INIT_EYE:
        return unitvar_init_eye(t);
    case UNITVAR_INIT_DIRAC:
        return unitvar_init_dirac(t, init.groups);
    case UNITVAR_INIT_UNIFORM:
        return unitvar_init_uniform(g, t, p[0], p[1]);
    case UNITVAR_INIT_NORMAL:
        return unitvar_init_normal(g, t, p[0], p[1]);
    case UNITVAR_INIT_TRUNC_NORMAL:
        return unitvar_init_trunc_normal(g, t, p[0], p[1], p[2], p[3]);
    case UNITVAR_INIT_XAVIER_UNIFORM:
        return unitvar_init_xavier_uniform(g, t, p[0]);
    case UNITVAR_INIT_XAVIER_NORMAL:
        return unitvar_init_xavier_normal(g, t, p[0]);
    case UNITVAR_INIT_KAIMING_UNIFORM:
        return unitvar_init_kaiming_uniform(g, t, p[0], init.fan_mode, init.nonlinearity);
    case UNITVAR_INIT_KAIMING_NORMAL:
        return unitvar_init_kaiming_normal(g, t, p[0], init.fan_mode, init.nonlinearity);
    case UNITVAR_INIT_ORTHOGONAL:
        return unitvar_init_orthogonal(g, t, p[0]);
    case UNITVAR_INIT_DELTA_ORTHOGONAL:
        return unitvar_init_delta_orthogonal(g, t, p[0]);
    case UNITVAR_INIT_SPARSE:
        return unitvar_init_sparse(g, t, p[0], p[1]);
    case UNITVAR_INIT_VARIANCE_SCALING:
        return unitvar_init_variance_scaling(g, t, p[0], init.fan_mode, init.distribution);
    case UNITVAR_INIT_VARIANCE_SCALING_FANS:
        return unitvar_init_variance_scaling_fans(g, t, p[0], p[1], p[2], init.fan_mode, init.distribution);
    case UNITVAR_INIT_ORTHOGONAL_AXIS:
        return unitvar_init_orthogonal_axis(g, t, p[0], static_cast<std::int32_t>(p[1]));
    case UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT:
        return unitvar_init_delta_orthogonal_layout(g, t, p[0], static_cast<std::int32_t>(p[1]));
    case UNITVAR_INIT_GLOROT_UNIFORM:
        return unitvar_init_glorot_uniform(g, t, static_cast<std::int32_t>(p[0]));
    case UNITVAR_INIT_GLOROT_NORMAL:
        return unitvar_init_glorot_normal(g, t, static_cast<std::int32_t>(p[0]));
    case UNITVAR_INIT_HE_UNIFORM:
        return unitvar_init_he_uniform(g, t, static_cast<std::int32_t>(p[0]));
    case UNITVAR_INIT_HE_NORMAL:
        return unitvar_init_he_normal(g, t, static_cast<std::int32_t>(p[0]));
    case UNITVAR_INIT_LECUN_UNIFORM:
        return unitvar_init_lecun_uniform(g, t, static_cast<std::int32_t>(p[0]));
    case UNITVAR_INIT_LECUN_NORMAL:
        return unitvar_init_lecun_normal(g, t, static_cast<std::int32_t>(p[0]));
    case UNITVAR_INIT_IDENTITY:
        return unitvar_init_identity(t, p[0]);
    // end
    default:
        FAIL("kind ", init.kind, " has a function that is not listed here");
        return UNITVAR_INTERNAL;
    }
}

// One case for each kind, with its defaults.
inline const std::vector<InitializerCase> &kinds()
{
    static const std::vector<InitializerCase> list = [] {
        std::vector<InitializerCase> found;
        for (std::int32_t kind = 1; unitvar_initializer_name(kind) != nullptr; ++kind) {
            const unitvar_initializer init = default_initializer(kind);
            found.push_back({unitvar_initializer_name(kind), init, draws(init)});
        }
        return found;
    }();
    return list;
}

inline unitvar_initializer with(std::int32_t kind, const std::function<void(unitvar_initializer &)> &change)
{
    unitvar_initializer init = default_initializer(kind);
    change(init);
    return init;
}

inline unitvar_initializer with_numbers(std::int32_t kind, const std::vector<double> &p)
{
    return with(kind, [&](unitvar_initializer &init) { std::copy(p.begin(), p.end(), init.p); });
}

inline unitvar_initializer with_fans(std::int32_t kind, double p, std::int32_t fan_mode, std::int32_t nonlinearity,
                                     std::int32_t distribution)
{
    return with(kind, [=](unitvar_initializer &init) {
        init.p[0] = p;
        init.fan_mode = fan_mode;
        init.nonlinearity = nonlinearity;
        init.distribution = distribution;
    });
}

// All kinds with their defaults, and those known here with other parameters too.
inline const std::vector<InitializerCase> &initializer_cases()
{
    static const std::vector<InitializerCase> list = [] {
        std::vector<InitializerCase> cases = kinds();
        const auto add = [&](const std::string &what, const unitvar_initializer &init) {
            cases.push_back({unitvar_initializer_name(init.kind) + (" " + what), init, draws(init)});
        };
        const std::int32_t leaky = UNITVAR_LEAKY_RELU;
        add("-2.5", with_numbers(UNITVAR_INIT_CONSTANT, {-2.5}));
        add("in 3 groups", with(UNITVAR_INIT_DIRAC, [](unitvar_initializer &init) { init.groups = 3; }));
        add("[-0.37, 1.9)", with_numbers(UNITVAR_INIT_UNIFORM, {-0.37, 1.9}));
        add("(1.5, 0.02)", with_numbers(UNITVAR_INIT_NORMAL, {1.5, 0.02}));
        add("in a tail", with_numbers(UNITVAR_INIT_TRUNC_NORMAL, {0.5, 0.25, 2.5, 3.0}));
        add("gain 5/3", with_numbers(UNITVAR_INIT_XAVIER_UNIFORM, {5.0 / 3.0}));
        add("gain 0.1", with_numbers(UNITVAR_INIT_XAVIER_NORMAL, {0.1}));
        add("average", with_fans(UNITVAR_INIT_KAIMING_UNIFORM, 0.2, UNITVAR_FAN_AVG, leaky, 0));
        add("out", with_fans(UNITVAR_INIT_KAIMING_NORMAL, 0.0, UNITVAR_FAN_OUT, UNITVAR_TANH, 0));
        add("gain -1.5", with_numbers(UNITVAR_INIT_ORTHOGONAL, {-1.5}));
        add("gain 0.3", with_numbers(UNITVAR_INIT_DELTA_ORTHOGONAL, {0.3}));
        add("0.7", with_numbers(UNITVAR_INIT_SPARSE, {0.7, 2.0}));
        add("1.0", with_numbers(UNITVAR_INIT_SPARSE, {1.0, 2.0}));
        add("glorot_uniform", with_fans(UNITVAR_INIT_VARIANCE_SCALING, 1.0, UNITVAR_FAN_AVG, leaky, UNITVAR_UNIFORM));
        add("normal of fan_out", with_fans(UNITVAR_INIT_VARIANCE_SCALING, 3.0, UNITVAR_FAN_OUT, leaky, UNITVAR_NORMAL));
        add("geometric mean", with(UNITVAR_INIT_VARIANCE_SCALING_FANS, [](unitvar_initializer &init) {
                init.p[1] = 7;
                init.p[2] = 40.5;
                init.fan_mode = UNITVAR_FAN_GEO_AVG;
            }));
        add("in front", with_numbers(UNITVAR_INIT_ORTHOGONAL_AXIS, {0.5, 0}));
        add("second", with_numbers(UNITVAR_INIT_ORTHOGONAL_AXIS, {1, 1}));
        add("of JAX", with_numbers(UNITVAR_INIT_HE_NORMAL, {UNITVAR_K_IN_OUT}));
        add("transposed", with_numbers(UNITVAR_INIT_LECUN_UNIFORM, {UNITVAR_IN_OUT_K}));
        return cases;
    }();
    return list;
}

} // namespace support

#endif
