// Keeps the errors of the initialisers: a malformed tensor or parameter gives the documented status and an
// explanation with its name and value, and neither a byte of the tensor nor the position of the generator changes.
// Every kind of initialiser is tried with every malformed tensor.
#include "support/capi.hpp"
#include "support/kinds.hpp"
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
using support::InitializerCase;
using support::Lengths;
using support::Tensor;

namespace {

const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

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
             shape[0] = 0;
             shape[1] = -3;
         },
         invalid, "shape", "-3"},
        {"2^64 elements", [](View &, Lengths &shape) { shape[0] = shape[1] = two_to_31 * 2; }, invalid, "shape",
         "4294967296"},
        {"2^63 elements",
         [](View &, Lengths &shape) {
             shape[0] = two_to_31 * 2;
             shape[1] = two_to_31;
         },
         invalid, "shape", "4294967296"},
        {"2^63 bytes",
         [](View &t, Lengths &shape) {
             shape[0] = two_to_60;
             shape[1] = 1;
             t.dtype = f64_dtype;
         },
         invalid, "shape", "1152921504606846976"},
        {"an offset of 2^63", [](View &t, Lengths &) { t.byte_offset = std::uint64_t{1} << 63u; }, invalid,
         "byte_offset", "9223372036854775808"},
        {"an offset of 2^64 - 1", [](View &t, Lengths &) { t.byte_offset = ~std::uint64_t{0}; }, invalid, "byte_offset",
         "18446744073709551615"},
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

// A shape of the kind whose lengths behind the second are 1.
Lengths flat_shape(const InitializerCase &c)
{
    return support::accepts(c.init, f32_dtype, {6, 5}) ? Lengths{6, 5} : Lengths{6, 5, 1};
}

struct Way {
    std::string name;
    std::int32_t (*initialize)(const unitvar_initializer &init, unitvar_generator *g, unitvar_tensor *t);
};
const std::vector<Way> ways{
    {"function", support::call_function},
    {"unitvar_init", [](const unitvar_initializer &init, unitvar_generator *g,
                        unitvar_tensor *t) { return unitvar_init(g, &init, t); }},
};

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

TEST_CASE("a malformed tensor is refused by every kind and nothing changes")
{
    for (const Malformed &malformed : malformed_tensors())
        for (const InitializerCase &c : support::kinds())
            for (const Way &way : ways) {
                CAPTURE(malformed.name);
                CAPTURE(c.name);
                CAPTURE(way.name);
                Tensor tensor(f32_dtype, flat_shape(c));
                Lengths shape = flat_shape(c);
                tensor.view()->shape = shape.data();
                malformed.spoil(*tensor.view(), shape);
                const Generator g(UNITVAR_PCG32, 1, 0, 5);
                check_fails(way.initialize(c.init, g, tensor.view()), malformed.status,
                            {malformed.word, malformed.value});
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
    for (const InitializerCase &c : support::kinds())
        for (const Way &way : ways) {
            CAPTURE(c.name);
            CAPTURE(way.name);
            Tensor tensor(f32_dtype, flat_shape(c));
            const Generator g(UNITVAR_PCG32, 1, 0, 5);
            check_fails(way.initialize(c.init, g, nullptr), UNITVAR_INVALID_ARGUMENT, {"t", "NULL"});
            CHECK(g.tell() == 5);
            if (!c.draws)
                continue;
            check_fails(way.initialize(c.init, nullptr, tensor.view()), UNITVAR_INVALID_ARGUMENT, {"g", "NULL"});
            CHECK(tensor.untouched());
        }
}

TEST_CASE("a shape that does not suit the kind is refused by its dimensions or lengths")
{
    for (const InitializerCase &c : support::initializer_cases())
        for (const Lengths &shape : support::offered_shapes()) {
            if (support::accepts(c.init, f32_dtype, shape))
                continue;
            for (const support::NamedDtype &dtype : support::dtypes()) {
                CAPTURE(c.name);
                CAPTURE(shape.size());
                Tensor tensor(dtype.dtype, shape);
                const Generator g(UNITVAR_PCG32, 1, 0, 5);
                check_fails(unitvar_init(g, &c.init, tensor.view()), UNITVAR_INVALID_ARGUMENT, {});
                const std::string message = unitvar_last_error();
                const bool says_why = support::mentions(message, "ndim is " + std::to_string(shape.size())) ||
                                      message.find("shape[") != std::string::npos;
                CHECK(says_why);
                CHECK(tensor.untouched());
                CHECK(g.tell() == 5);
            }
        }
}

TEST_CASE("an exhausted stream leaves tensor and generator alone, for every kind and dtype")
{
    for (const Engine &engine : support::engines())
        for (const InitializerCase &c : support::kinds())
            for (const support::NamedDtype &dtype : support::dtypes()) {
                if (!c.draws)
                    continue;
                CAPTURE(engine.name);
                CAPTURE(c.name);
                CAPTURE(dtype.name);
                Lengths shape{13, 12};
                for (const Lengths &filters : {Lengths{13, 12, 3}, Lengths{3, 12, 13}})
                    if (!support::accepts(c.init, f32_dtype, shape))
                        shape = filters;
                Lengths reversed = support::row_major_strides(shape);
                for (std::int64_t &stride : reversed)
                    stride = -stride;
                Tensor tensor(dtype.dtype, shape, reversed);
                const Generator g(engine, 1, 0, engine.blocks - 1);
                check_fails(unitvar_init(g, &c.init, tensor.view()), UNITVAR_STREAM_EXHAUSTED, {});
                CHECK(tensor.untouched());
                CHECK(g.tell() == engine.blocks - 1);
            }
}

TEST_CASE("every kind leaves tensors without elements and the generator alone, but checks its parameters")
{
    const std::int64_t two_to_40 = std::int64_t{1} << 40;
    for (const InitializerCase &c : support::initializer_cases())
        for (const support::NamedDtype &dtype : support::dtypes()) {
            CAPTURE(c.name);
            CAPTURE(dtype.name);
            std::size_t accepted = 0;
            for (const Lengths &offered : support::accepted_shapes(c.init)) {
                if (offered.empty())
                    continue;
                for (const std::size_t at : {std::size_t{0}, offered.size() - 1}) {
                    for (const bool huge : {false, true}) {
                        Lengths shape = offered;
                        if (huge)
                            for (std::int64_t &length : shape)
                                length = two_to_40 / 9 * 9; // in 3 groups
                        shape[at] = 0;
                        if ((c.init.kind == UNITVAR_INIT_DELTA_ORTHOGONAL && at == 0) ||
                            (c.init.kind == UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT && at != 0))
                            continue; // more inputs than outputs
                        unitvar_tensor t{};
                        t.device = {1, 0};
                        t.dtype = dtype.dtype;
                        t.ndim = static_cast<std::int32_t>(shape.size());
                        t.shape = shape.data();
                        const Generator g(UNITVAR_PCG32, 1, 0, 5);
                        support::require_ok(unitvar_init(g, &c.init, &t));
                        CHECK(g.tell() == 5);
                        if (c.draws) {
                            unitvar_initializer wrong = c.init;
                            wrong.p[0] = infinity;
                            check_fails(unitvar_init(g, &wrong, &t), UNITVAR_INVALID_ARGUMENT, {"inf"});
                        }
                        ++accepted;
                    }
                }
            }
            CHECK(accepted > 0);
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
        for (const std::int32_t unknown : {-1, 4, 4711})
            check_parameter("fan_mode", std::to_string(unknown), with(0.0, unknown, UNITVAR_RELU));
        for (const std::int32_t unknown : {-1, 12, 4711})
            check_parameter("nonlinearity", std::to_string(unknown), with(0.0, UNITVAR_FAN_IN, unknown));
    }
}
