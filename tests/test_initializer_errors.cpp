// Keeps the errors of the initialisers: a malformed tensor or parameter gives the documented status and an
// explanation with its name and value, and neither a byte of the tensor nor the position of the generator changes.
// Every initialiser is tried with every malformed tensor.
#include "support/capi.hpp"
#include "support/tensors.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using support::check_fails;
using support::Engine;
using support::f32_dtype;
using support::f64_dtype;
using support::Generator;
using support::Lengths;
using support::Tensor;

namespace {

const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Initializer {
    std::string name;
    std::function<std::int32_t(unitvar_generator *, unitvar_tensor *)> initialize;
    bool draws;
    bool needs_fans;
};

const std::vector<Initializer> &initializers()
{
    using Generator = unitvar_generator;
    using View = unitvar_tensor;
    static const std::vector<Initializer> list{
        {"constant", [](Generator *, View *t) { return unitvar_init_constant(t, 1.0); }, false, false},
        {"zeros", [](Generator *, View *t) { return unitvar_init_zeros(t); }, false, false},
        {"ones", [](Generator *, View *t) { return unitvar_init_ones(t); }, false, false},
        {"uniform", [](Generator *g, View *t) { return unitvar_init_uniform(g, t, 0.0, 1.0); }, true, false},
        {"normal", [](Generator *g, View *t) { return unitvar_init_normal(g, t, 0.0, 1.0); }, true, false},
        {"trunc_normal", [](Generator *g, View *t) { return unitvar_init_trunc_normal(g, t, 0.0, 1.0, -2.0, 2.0); },
         true, false},
        {"xavier_uniform", [](Generator *g, View *t) { return unitvar_init_xavier_uniform(g, t, 1.0); }, true, true},
        {"xavier_normal", [](Generator *g, View *t) { return unitvar_init_xavier_normal(g, t, 1.0); }, true, true},
        {"kaiming_uniform",
         [](Generator *g, View *t) {
             return unitvar_init_kaiming_uniform(g, t, 0.0, UNITVAR_FAN_IN, UNITVAR_LEAKY_RELU);
         },
         true, true},
        {"kaiming_normal",
         [](Generator *g, View *t) {
             return unitvar_init_kaiming_normal(g, t, 0.0, UNITVAR_FAN_IN, UNITVAR_LEAKY_RELU);
         },
         true, true},
    };
    return list;
}

// What is wrong with the tensor, and what the explanation has to mention.
struct Malformed {
    std::string name;
    std::function<void(unitvar_tensor &, Lengths &shape)> spoil;
    std::int32_t status;
    std::string word;
    std::string value;
};

const std::int64_t two_to_31 = std::int64_t{1} << 31;
const std::int64_t two_to_60 = std::int64_t{1} << 60;

const std::vector<Malformed> &malformed_tensors()
{
    using View = unitvar_tensor;
    const std::int32_t invalid = UNITVAR_INVALID_ARGUMENT;
    const std::int32_t unsupported = UNITVAR_UNSUPPORTED;
    static const std::vector<Malformed> list{
        {"negative ndim", [](View &t, Lengths &) { t.ndim = -1; }, invalid, "ndim", "-1"},
        {"65 dimensions", [](View &t, Lengths &) { t.ndim = 65; }, invalid, "ndim", "65"},
        {"smallest ndim", [](View &t, Lengths &) { t.ndim = std::numeric_limits<std::int32_t>::min(); }, invalid,
         "ndim", "-2147483648"},
        {"no shape", [](View &t, Lengths &) { t.shape = nullptr; }, invalid, "shape", "NULL"},
        {"negative length", [](View &, Lengths &shape) { shape[1] = -3; }, invalid, "shape", "-3"},
        {"negative length beside 0",
         [](View &, Lengths &shape) {
             shape = {0, -3};
         },
         invalid, "shape", "-3"},
        {"2^64 elements",
         [](View &, Lengths &shape) {
             shape = {two_to_31 * 2, two_to_31 * 2};
         },
         invalid, "shape", "4294967296"},
        {"2^63 elements",
         [](View &, Lengths &shape) {
             shape = {two_to_31 * 2, two_to_31};
         },
         invalid, "shape", "4294967296"},
        {"2^63 bytes",
         [](View &t, Lengths &shape) {
             shape = {two_to_60, 1};
             t.dtype = f64_dtype;
         },
         invalid, "shape", "1152921504606846976"},
        {"2 lanes", [](View &t, Lengths &) { t.dtype.lanes = 2; }, invalid, "lanes", "2"},
        {"0 lanes", [](View &t, Lengths &) { t.dtype.lanes = 0; }, invalid, "lanes", "0"},
        {"f8",
         [](View &t, Lengths &) {
             t.dtype = {2, 8, 1};
         },
         unsupported, "dtype", "8"},
        {"a bf32",
         [](View &t, Lengths &) {
             t.dtype = {4, 32, 1};
         },
         unsupported, "dtype", "4"},
        {"f128",
         [](View &t, Lengths &) {
             t.dtype = {2, 128, 1};
         },
         unsupported, "dtype", "128"},
        {"i32",
         [](View &t, Lengths &) {
             t.dtype = {0, 32, 1};
         },
         unsupported, "dtype", "0"},
        {"unknown dtype",
         [](View &t, Lengths &) {
             t.dtype = {99, 32, 1};
         },
         unsupported, "dtype", "99"},
        {"a GPU",
         [](View &t, Lengths &) {
             t.device = {2, 0};
         },
         unsupported, "device_type", "2"},
        {"no device",
         [](View &t, Lengths &) {
             t.device = {0, 0};
         },
         unsupported, "device_type", "0"},
        {"no data", [](View &t, Lengths &) { t.data = nullptr; }, invalid, "data", "NULL"},
    };
    return list;
}

void check_parameter(const std::string &name, const std::string &value,
                     const std::function<std::int32_t(unitvar_generator *, unitvar_tensor *)> &initialize,
                     unitvar_dtype dtype)
{
    for (const Engine &engine : support::engines()) {
        CAPTURE(dtype.bits);
        Tensor tensor(dtype, {3, 5});
        const Generator g(engine, 1, 0, 5);
        check_fails(initialize(g, tensor.view()), UNITVAR_INVALID_ARGUMENT, {name, value});
        CHECK(tensor.untouched());
        CHECK(g.tell() == 5);
    }
}

// For f32 and f64.
void check_parameter(const std::string &name, const std::string &value,
                     const std::function<std::int32_t(unitvar_generator *, unitvar_tensor *)> &initialize)
{
    check_parameter(name, value, initialize, f32_dtype);
    check_parameter(name, value, initialize, f64_dtype);
}

} // namespace

TEST_CASE("a malformed tensor is refused by every initialiser and nothing changes")
{
    for (const Malformed &malformed : malformed_tensors())
        for (const Initializer &initializer : initializers()) {
            CAPTURE(malformed.name);
            CAPTURE(initializer.name);
            Tensor tensor(f32_dtype, {3, 5});
            Lengths shape{3, 5};
            tensor.view()->shape = shape.data();
            malformed.spoil(*tensor.view(), shape);
            const Generator g(UNITVAR_PCG32, 1, 0, 5);
            check_fails(initializer.initialize(g, tensor.view()), malformed.status, {malformed.word, malformed.value});
            CHECK(tensor.untouched());
            CHECK(g.tell() == 5);
        }
}

TEST_CASE("calculate_fans refuses malformed shapes and fans that do not fit")
{
    std::vector<Malformed> list;
    for (const Malformed &malformed : malformed_tensors())
        if (malformed.word == "ndim" || malformed.value == "NULL" || malformed.value == "-3")
            list.push_back(malformed);
    std::erase_if(list, [](const Malformed &malformed) { return malformed.word == "data"; });
    list.push_back({"a fan of 2^64",
                    [](unitvar_tensor &t, Lengths &shape) {
                        shape = {1, two_to_31 * 2, two_to_31 * 2};
                        t.shape = shape.data();
                        t.ndim = 3;
                    },
                    UNITVAR_INVALID_ARGUMENT, "shape", "4294967296"});
    for (const Malformed &malformed : list) {
        CAPTURE(malformed.name);
        Tensor tensor(f32_dtype, {3, 5});
        Lengths shape{3, 5};
        tensor.view()->shape = shape.data();
        malformed.spoil(*tensor.view(), shape);
        std::int64_t fan_in = -77;
        std::int64_t fan_out = -77;
        check_fails(unitvar_calculate_fans(tensor.view(), &fan_in, &fan_out), malformed.status,
                    {malformed.word, malformed.value});
        CHECK(fan_in == -77);
        CHECK(fan_out == -77);
    }
}

TEST_CASE("a missing tensor or generator is refused by name")
{
    for (const Initializer &initializer : initializers()) {
        CAPTURE(initializer.name);
        Tensor tensor(f32_dtype, {3, 5});
        const Generator g(UNITVAR_PCG32, 1, 0, 5);
        check_fails(initializer.initialize(g, nullptr), UNITVAR_INVALID_ARGUMENT, {"t", "NULL"});
        if (!initializer.draws)
            continue;
        check_fails(initializer.initialize(nullptr, tensor.view()), UNITVAR_INVALID_ARGUMENT, {"g", "NULL"});
        CHECK(tensor.untouched());
        CHECK(g.tell() == 5);
    }
}

TEST_CASE("initialisers with fans need two dimensions")
{
    for (const Lengths &shape : {Lengths{}, Lengths{7}})
        for (const Initializer &initializer : initializers()) {
            if (!initializer.needs_fans)
                continue;
            CAPTURE(initializer.name);
            Tensor tensor(f32_dtype, shape);
            const Generator g(UNITVAR_PCG32, 1, 0, 5);
            check_fails(initializer.initialize(g, tensor.view()), UNITVAR_INVALID_ARGUMENT,
                        {"ndim", std::to_string(shape.size())});
            CHECK(tensor.untouched());
            CHECK(g.tell() == 5);
        }
}

TEST_CASE("an exhausted stream leaves tensor and generator alone")
{
    for (const Engine &engine : support::engines())
        for (const Initializer &initializer : initializers()) {
            if (!initializer.draws)
                continue;
            CAPTURE(engine.name);
            CAPTURE(initializer.name);
            Tensor tensor(f32_dtype, {5, 13}, Lengths{1, 5});
            const Generator g(engine, 1, 0, engine.blocks - 1);
            check_fails(initializer.initialize(g, tensor.view()), UNITVAR_STREAM_EXHAUSTED, {});
            CHECK(tensor.untouched());
            CHECK(g.tell() == engine.blocks - 1);
        }
}

TEST_CASE("init_uniform refuses what uniform refuses")
{
    const auto uniform = [](double a, double b) {
        return [=](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_uniform(g, t, a, b); };
    };
    check_parameter("a", "nan", uniform(not_a_number, 1.0));
    check_parameter("b", "nan", uniform(0.0, not_a_number));
    check_parameter("a", "-inf", uniform(-infinity, 1.0));
    check_parameter("b", "inf", uniform(0.0, infinity));
    check_parameter("a", "2.5", uniform(2.5, 1.5));
    check_parameter("b", "1e+39", uniform(0.0, 1e39), f32_dtype);
}

TEST_CASE("init_normal refuses what normal refuses")
{
    const auto normal = [](double mean, double std) {
        return [=](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_normal(g, t, mean, std); };
    };
    check_parameter("mean", "nan", normal(not_a_number, 1.0));
    check_parameter("mean", "inf", normal(infinity, 1.0));
    check_parameter("std", "nan", normal(0.0, not_a_number));
    check_parameter("std", "inf", normal(0.0, infinity));
    check_parameter("std", "-1.5", normal(0.0, -1.5));
    check_parameter("mean", "1e+39", normal(1e39, 1.0), f32_dtype);
    check_parameter("std", "1e+39", normal(0.0, 1e39), f32_dtype);
}

TEST_CASE("xavier refuses a gain that is negative or not finite")
{
    for (const auto xavier : {unitvar_init_xavier_uniform, unitvar_init_xavier_normal}) {
        const auto with = [=](double gain) {
            return [=](unitvar_generator *g, unitvar_tensor *t) { return xavier(g, t, gain); };
        };
        check_parameter("gain", "nan", with(not_a_number));
        check_parameter("gain", "inf", with(infinity));
        check_parameter("gain", "-inf", with(-infinity));
        check_parameter("gain", "-1.5", with(-1.5));
        check_parameter("gain", "1e+40", with(1e40), f32_dtype);
    }
}

TEST_CASE("kaiming refuses an infinite slope and unknown fan modes and nonlinearities")
{
    for (const auto kaiming : {unitvar_init_kaiming_uniform, unitvar_init_kaiming_normal}) {
        const auto with = [=](double a, std::int32_t fan_mode, std::int32_t nonlinearity) {
            return [=](unitvar_generator *g, unitvar_tensor *t) { return kaiming(g, t, a, fan_mode, nonlinearity); };
        };
        check_parameter("a", "inf", with(infinity, UNITVAR_FAN_IN, UNITVAR_LEAKY_RELU));
        check_parameter("a", "-inf", with(-infinity, UNITVAR_FAN_IN, UNITVAR_LEAKY_RELU));
        for (const std::int32_t unknown : {-1, 3, 4711})
            check_parameter("fan_mode", std::to_string(unknown), with(0.0, unknown, UNITVAR_RELU));
        for (const std::int32_t unknown : {-1, 6, 4711})
            check_parameter("nonlinearity", std::to_string(unknown), with(0.0, UNITVAR_FAN_IN, unknown));
    }
}
