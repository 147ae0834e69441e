// Keeps "a strided tensor gets the same logical values as a row-major one": transposed, padded, reversed, interleaved
// and misaligned tensors, with nothing written between their elements. Which strides are accepted is decided by
// listing every element's address; random small layouts compare the library with that list.
#include "support/capi.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"
#include "support/tensors.hpp"

#include <pcg_random.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using support::check_fails;
using support::Engine;
using support::f32_dtype;
using support::f64_dtype;
using support::Generator;
using support::Lengths;
using support::require_ok;
using support::Tensor;

namespace {

struct Layout {
    std::string name;
    Lengths shape;
    Lengths strides;
};

const std::vector<Layout> layouts{
    {"row-major", {3, 5}, {5, 1}},
    {"transposed", {3, 5}, {1, 3}},
    {"padded rows", {4, 5}, {8, 1}},
    {"padded elements", {4, 5}, {10, 2}},
    {"reversed rows", {4, 5}, {-5, 1}},
    {"reversed columns", {4, 5}, {5, -1}},
    {"reversed both", {4, 5}, {-5, -1}},
    {"reversed and transposed and padded", {4, 5}, {-2, 9}},
    {"one dimension with steps", {100}, {3}},
    {"one dimension reversed", {100}, {-1}},
    {"interleaved", {3, 2}, {2, 3}},
    {"interleaved, three by four", {4, 3}, {3, 4}},
    {"interleaved, one of them reversed", {4, 3}, {3, -4}},
    {"interleaved coprime", {5, 7}, {7, 5}},
    {"channels last", {2, 3, 4, 5}, {60, 1, 15, 3}},
    {"a length of 1 with stride 0", {4, 1, 5}, {5, 0, 1}},
    {"a length of 1 with any stride", {1, 4, 1, 5}, {-77, 5, 4711, 1}},
    {"a length of 1 with the largest stride", {1, 6}, {std::numeric_limits<std::int64_t>::max(), 1}},
    {"a length of 1 with the smallest stride", {6, 1}, {1, std::numeric_limits<std::int64_t>::min()}},
    {"only lengths of 1", {1, 1}, {0, 0}},
    {"long rows with gaps", {3, 1000}, {1003, 1}},
    {"long columns", {1000, 3}, {1, 1001}},
    {"blocks of columns", {70, 2, 33}, {66, 33, 1}},
    {"large and permuted", {31, 17, 23}, {17, 1, 17 * 31}},
    {"no elements with stride 0", {4, 0}, {0, 0}},
};

using Initialize = std::int32_t (*)(unitvar_generator *, unitvar_tensor *);

struct Initializer {
    std::string name;
    Initialize initialize;
};

const std::vector<Initializer> initializers{
    {"constant", [](unitvar_generator *, unitvar_tensor *t) { return unitvar_init_constant(t, -2.5); }},
    {"zeros", [](unitvar_generator *, unitvar_tensor *t) { return unitvar_init_zeros(t); }},
    {"ones", [](unitvar_generator *, unitvar_tensor *t) { return unitvar_init_ones(t); }},
    {"uniform", [](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_uniform(g, t, -0.37, 1.9); }},
    {"normal", [](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_normal(g, t, 1.5, 0.02); }},
    {"trunc_normal",
     [](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_trunc_normal(g, t, 1.5, 0.02, 1.47, 1.6); }},
};

void check_layout(const Engine &engine, const Initializer &initializer, unitvar_dtype dtype, const Lengths &shape,
                  const Lengths &strides, std::size_t misalignment)
{
    Tensor contiguous(dtype, shape);
    const Generator expected_position(engine, 6, 28, 496);
    require_ok(initializer.initialize(expected_position, contiguous.view()));
    Tensor strided(dtype, shape, strides, misalignment);
    const Generator g(engine, 6, 28, 496);
    require_ok(initializer.initialize(g, strided.view()));
    const bool equal = strided.logical_bytes() == contiguous.logical_bytes();
    CAPTURE(initializer.name);
    CAPTURE(engine.name);
    CAPTURE(misalignment);
    CHECK(equal);
    CHECK(strided.untouched_between_elements());
    CHECK(g.tell() == expected_position.tell());
}

std::string text(const Lengths &list)
{
    std::string result;
    for (const std::int64_t x : list)
        result += std::to_string(x) + " ";
    return result;
}

} // namespace

TEST_CASE("a strided tensor gets the logical values of a row-major one")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Layout &layout : layouts) {
            CAPTURE(isa);
            CAPTURE(layout.name);
            for (const Initializer &initializer : initializers)
                for (const Engine &engine : support::engines())
                    for (const std::size_t misalignment : {0u, 1u, 4u}) {
                        check_layout(engine, initializer, f32_dtype, layout.shape, layout.strides, misalignment);
                        check_layout(engine, initializer, f64_dtype, layout.shape, layout.strides, misalignment);
                    }
        }
    }
}

TEST_CASE("a row-major tensor may have any address and any offset from its data")
{
    for (const std::size_t misalignment : support::byte_offsets)
        for (const std::uint64_t byte_offset : {0u, 1u, 4u, 13u, 64u}) {
            const Engine &engine = support::engines().front();
            Tensor expected(f32_dtype, {9, 15});
            require_ok(unitvar_init_normal(Generator(engine, 3), expected.view(), 0.0, 1.0));
            Tensor tensor(f32_dtype, {9, 15}, std::nullopt, misalignment);
            tensor.view()->data = static_cast<unsigned char *>(tensor.view()->data) - byte_offset;
            tensor.view()->byte_offset = byte_offset;
            require_ok(unitvar_init_normal(Generator(engine, 3), tensor.view(), 0.0, 1.0));
            CHECK(tensor.logical_bytes() == expected.logical_bytes());
            CHECK(tensor.untouched_between_elements());
        }
}

TEST_CASE("the variance-scaled initialisers take strided tensors")
{
    const Lengths shape{6, 7, 3};
    const Lengths strides{-1, 20, 7 * 20};
    for (const Initialize initialize :
         {Initialize{[](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_xavier_uniform(g, t, 1.5); }},
          Initialize{[](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_xavier_normal(g, t, 1.5); }},
          Initialize{[](unitvar_generator *g, unitvar_tensor *t) {
              return unitvar_init_kaiming_uniform(g, t, 0.1, UNITVAR_FAN_AVG, UNITVAR_LEAKY_RELU);
          }},
          Initialize{[](unitvar_generator *g, unitvar_tensor *t) {
              return unitvar_init_kaiming_normal(g, t, 0.1, UNITVAR_FAN_OUT, UNITVAR_TANH);
          }}}) {
        const Initializer initializer{"variance-scaled", initialize};
        for (const Engine &engine : support::engines()) {
            check_layout(engine, initializer, f32_dtype, shape, strides, 1);
            check_layout(engine, initializer, f64_dtype, shape, strides, 1);
        }
    }
}

TEST_CASE("a large strided tensor is the same with threads")
{
    const std::int64_t side = support::quick() ? 300 : 1500;
    Tensor contiguous(f32_dtype, {side, side});
    {
        const support::ForcedThreads one(1);
        require_ok(unitvar_init_normal(Generator(UNITVAR_PCG32, 3), contiguous.view(), 0.0, 1.0));
    }
    for (const std::int32_t threads : {1, 3, 4}) {
        const support::ForcedThreads forced(threads);
        Tensor transposed(f32_dtype, {side, side}, Lengths{1, side + 3});
        require_ok(unitvar_init_normal(Generator(UNITVAR_PCG32, 3), transposed.view(), 0.0, 1.0));
        CHECK(transposed.logical_bytes() == contiguous.logical_bytes());
        CHECK(transposed.untouched_between_elements());
    }
}

TEST_CASE("strides under which two elements share memory are refused and nothing is written")
{
    const std::vector<Layout> overlapping{
        {"broadcast rows", {2, 3}, {0, 1}},
        {"broadcast everything", {2, 3}, {0, 0}},
        {"diagonals", {2, 3}, {1, 1}},
        {"against each other", {2, 2}, {1, -1}},
        {"rows too close", {3, 5}, {4, 1}},
        {"interleaved until they meet", {5, 4}, {3, 4}},
        {"a window over a signal", {8, 3}, {1, 1}},
    };
    for (const Layout &layout : overlapping)
        for (const Initializer &initializer : initializers) {
            CAPTURE(layout.name);
            CAPTURE(initializer.name);
            Tensor tensor(f32_dtype, layout.shape, layout.strides);
            const Generator g(UNITVAR_PCG32, 1, 0, 5);
            check_fails(initializer.initialize(g, tensor.view()), UNITVAR_INVALID_ARGUMENT, {});
            CHECK(std::string(unitvar_last_error()).find("stride") != std::string::npos);
            CHECK(tensor.untouched());
            CHECK(g.tell() == 5);
        }
}

TEST_CASE("small random strides are accepted exactly when all elements are distinct")
{
    pcg32 choose(20240229, 7);
    std::size_t accepted = 0;
    std::size_t refused = 0;
    for (std::size_t trial = 0; trial < support::scaled(20000); ++trial) {
        Lengths shape(1 + choose(4));
        Lengths strides(shape.size());
        for (std::int64_t &length : shape)
            length = 1 + choose(4);
        for (std::int64_t &stride : strides)
            stride = static_cast<std::int64_t>(choose(41)) - 20;
        const bool overlap = support::overlaps(support::element_offsets(shape, strides));
        Tensor tensor(f32_dtype, shape, strides);
        const Generator g(UNITVAR_PCG32, 1, 0, 5);
        const std::int32_t status = unitvar_init_uniform(g, tensor.view(), 0.0, 1.0);
        const std::int32_t expected = overlap ? UNITVAR_INVALID_ARGUMENT : UNITVAR_OK;
        ++(overlap ? refused : accepted);
        if (status != expected)
            CHECK_MESSAGE(status == expected, "shape ", text(shape), "strides ", text(strides));
        if (overlap)
            CHECK(tensor.untouched());
        else
            CHECK(tensor.untouched_between_elements());
        CHECK(g.tell() == (overlap ? 5u : 5u + (tensor.elements() + 63) / 64));
    }
    CHECK(accepted > support::scaled(2000));
    CHECK(refused > support::scaled(2000));
}

TEST_CASE("strides that reach beyond the address space are refused")
{
    const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    const std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
    for (Lengths strides : {Lengths{largest, 1}, Lengths{smallest, 1}, Lengths{largest / 2, 1}, Lengths{1, smallest},
                            Lengths{largest, largest}, Lengths{largest, smallest}}) {
        support::GuardedBuffer memory(64);
        Lengths shape{3, 3};
        unitvar_tensor t{};
        t.data = memory.data();
        t.device = {1, 0};
        t.dtype = f32_dtype;
        t.ndim = 2;
        t.shape = shape.data();
        t.strides = strides.data();
        const Generator g(UNITVAR_PCG32, 1, 0, 5);
        check_fails(unitvar_init_uniform(g, &t, 0.0, 1.0), UNITVAR_INVALID_ARGUMENT, {});
        check_fails(unitvar_init_zeros(&t), UNITVAR_INVALID_ARGUMENT, {});
        CHECK(memory.untouched());
        CHECK(g.tell() == 5);
    }
}

TEST_CASE("the stride of a dimension of length 1 may be any number and does not matter")
{
    constexpr std::int64_t strides[] = {INT64_MIN, -(std::int64_t{1} << 62), -1,       0,
                                        3,         std::int64_t{1} << 61,    INT64_MAX};
    for (const std::int64_t any : strides) {
        CAPTURE(any);
        for (const unitvar_dtype dtype : {f32_dtype, f64_dtype}) {
            const Engine &engine = support::engines().front();
            const auto made = [&](const Lengths &shape, const std::optional<Lengths> &step, const auto &fill) {
                Tensor t(dtype, shape, step);
                fill(t);
                return t.logical_bytes();
            };
            const auto same = [&](const Lengths &shape, const Lengths &step, const auto &fill) {
                CHECK(made(shape, step, fill) == made(shape, std::nullopt, fill));
            };
            const auto normal = [&](Tensor &t) {
                require_ok(unitvar_init_normal(Generator(engine, 3), t.view(), 0, 1));
            };
            const auto orthogonal = [&](Tensor &t) {
                require_ok(unitvar_init_orthogonal(Generator(engine, 3), t.view(), 1));
            };
            same({1, 5}, {any, 1}, normal);
            same({5, 1}, {2, any}, normal);
            same({1, 5}, {any, 3}, orthogonal);
            same({4, 1, 3}, {3, any, 1}, orthogonal);
            // x, weight and y each.
            same({4, 1}, {2, any}, [&](Tensor &y) {
                Tensor x(dtype, {4, 1}, Lengths{1, any});
                Tensor weight(dtype, {1, 1}, Lengths{any, any});
                normal(x);
                normal(weight);
                require_ok(unitvar_linear(x.view(), weight.view(), nullptr, y.view()));
                require_ok(unitvar_layer_norm(x.view(), 2, nullptr, nullptr, 1e-5, x.view(), nullptr, nullptr));
                require_ok(unitvar_relu(x.view(), y.view()));
                const std::int32_t axis = 1;
                require_ok(unitvar_mean_var(x.view(), &axis, 1, 0, y.view(), nullptr));
            });
        }
    }
}

TEST_CASE("gradients of weights are 0 where x has no elements, under any strides, and nothing else is written")
{
    for (const unitvar_dtype dtype : {f32_dtype, f64_dtype}) {
        Tensor x(dtype, {0, 3, 4});
        Tensor grad_x(dtype, {0, 3, 4});
        Tensor statistic(dtype, {0});
        for (const Lengths &strides : {Lengths{4, 1}, Lengths{9, 2}, Lengths{1, 3}, Lengths{-40, 7}}) {
            Tensor weight(dtype, {3, 4}, strides);
            Tensor bias(dtype, {3, 4}, strides);
            require_ok(unitvar_layer_norm_backward(x.view(), x.view(), 2, statistic.view(), statistic.view(), nullptr,
                                                   grad_x.view(), weight.view(), bias.view()));
            CHECK(weight.logical_values<std::uint8_t>() == std::vector<std::uint8_t>(12u * dtype.bits / 8));
            CHECK(bias.logical_values<std::uint8_t>() == std::vector<std::uint8_t>(12u * dtype.bits / 8));
            CHECK(weight.untouched_between_elements());
            CHECK(bias.untouched_between_elements());
        }
    }
}
