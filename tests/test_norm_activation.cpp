// Keeps section 10's word on norms that are followed by an activation: the bits of the norm and of the activation of its
// result in place, in every dtype and layout, whatever the threads, and gradients from the sign of what they gave.
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"
#include "support/tensors.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using support::Lengths;
using support::require_ok;
using support::row_major_strides;
using support::Tensor;

namespace {

constexpr double eps = 1e-5;

struct Activation {
    std::string name;
    std::int32_t nonlinearity;
    double slope;
};
const std::vector<Activation> &activations()
{
    static const std::vector<Activation> list{{"none", UNITVAR_LINEAR, std::nan("")},
                                              {"relu", UNITVAR_RELU, std::nan("")},
                                              {"leaky_relu 0.3", UNITVAR_LEAKY_RELU, 0.3},
                                              {"leaky_relu -0.5", UNITVAR_LEAKY_RELU, -0.5}};
    return list;
}

void activate(const Activation &activation, unitvar_tensor *y)
{
    if (activation.nonlinearity == UNITVAR_RELU)
        require_ok(unitvar_relu(y, y));
    if (activation.nonlinearity == UNITVAR_LEAKY_RELU)
        require_ok(unitvar_leaky_relu(y, activation.slope, y));
}

void fill(Tensor &t, std::uint64_t seed, double mean, double deviation)
{
    const support::Generator g(UNITVAR_PCG32, seed);
    require_ok(unitvar_init_normal(g, t.view(), mean, deviation));
}
// Element i of the first dimension.
void set(Tensor &t, std::int64_t i, double value)
{
    unitvar_tensor one = *t.view();
    const std::int64_t step =
        one.strides == nullptr ? static_cast<std::int64_t>(t.elements()) / one.shape[0] : one.strides[0];
    one.byte_offset += static_cast<std::uint64_t>(i * step * (one.dtype.bits / 8));
    one.ndim = 0;
    require_ok(unitvar_init_constant(&one, value));
}

// What a norm takes beside x and y. Results of its own are compared too.
struct Parameters {
    Parameters(unitvar_dtype dtype, std::int64_t row, std::int64_t channels)
        : row_weight(dtype, {row}), row_bias(dtype, {row}), weight(dtype, {channels}), bias(dtype, {channels}),
          running_mean(dtype, {channels}), running_var(dtype, {channels}), first(dtype, {channels}),
          second(dtype, {channels})
    {
        fill(row_weight, 1, 1, 0.5);
        fill(row_bias, 2, 0, 0.5);
        fill(weight, 3, 1, 0.5);
        fill(bias, 4, 0, 0.5);
        // Products that underflow, to -0 as well, and a bias that takes most of an element away.
        const double least = dtype.bits == 64 ? 0x1p-1074 : dtype.code == 2 && dtype.bits == 16 ? 0x1p-24 : 0x1p-133;
        set(weight, 0, least);
        set(bias, 0, 0);
        set(row_weight, 0, least);
        set(row_bias, 0, 0);
        if (channels > 1)
            set(bias, 1, 1);
        fill(running_mean, 5, 0, 1);
        require_ok(unitvar_init_constant(running_var.view(), 2));
    }
    std::vector<unsigned char> results() const
    {
        std::vector<unsigned char> all;
        for (const Tensor *t : {&running_mean, &running_var, &first, &second}) {
            const std::vector<unsigned char> bytes = t->logical_bytes();
            all.insert(all.end(), bytes.begin(), bytes.end());
        }
        return all;
    }

    Tensor row_weight, row_bias, weight, bias, running_mean, running_var, first, second;
};

struct Norm {
    std::string name;
    std::function<std::int32_t(unitvar_tensor *, unitvar_tensor *, Parameters &)> plain;
    std::function<std::int32_t(unitvar_tensor *, unitvar_tensor *, Parameters &, const Activation &)> activated;
};

std::vector<unitvar_wide_moments> moments_of(const unitvar_tensor *x)
{
    std::vector<unitvar_wide_moments> moments(static_cast<std::size_t>(x->shape[1]));
    require_ok(unitvar_batch_moments(x, moments.data(), moments.size()));
    return moments;
}

std::vector<Norm> norms()
{
    using T = unitvar_tensor *;
    using P = Parameters &;
    using A = const Activation &;
    std::vector<Norm> list;
    for (const bool weighted : {false, true})
        for (const bool biased : {false, true}) {
            const std::string which = std::string(weighted ? ", weight" : "") + (biased ? ", bias" : "");
            const auto w = [=](Tensor &t) -> T { return weighted ? t.view() : nullptr; };
            const auto b = [=](Tensor &t) -> T { return biased ? t.view() : nullptr; };
            list.push_back({"layer_norm" + which,
                            [=](T x, T y, P p) {
                                return unitvar_layer_norm(x, 1, w(p.row_weight), b(p.row_bias), eps, y, nullptr,
                                                          nullptr);
                            },
                            [=](T x, T y, P p, A a) {
                                return unitvar_layer_norm_activation(x, 1, w(p.row_weight), b(p.row_bias), eps,
                                                                     a.nonlinearity, a.slope, y, nullptr, nullptr);
                            }});
            list.push_back({"group_norm" + which,
                            [=](T x, T y, P p) {
                                return unitvar_group_norm(x, 2, w(p.weight), b(p.bias), eps, y, nullptr, nullptr);
                            },
                            [=](T x, T y, P p, A a) {
                                return unitvar_group_norm_activation(x, 2, w(p.weight), b(p.bias), eps, a.nonlinearity,
                                                                     a.slope, y, nullptr, nullptr);
                            }});
            for (const std::int32_t training : {0, 1}) {
                list.push_back({"batch_norm " + std::to_string(training) + which,
                                [=](T x, T y, P p) {
                                    return unitvar_batch_norm(x, w(p.weight), b(p.bias), p.running_mean.view(),
                                                              p.running_var.view(), nullptr, training, 0.25, eps, y,
                                                              p.first.view(), p.second.view());
                                },
                                [=](T x, T y, P p, A a) {
                                    return unitvar_batch_norm_activation(x, w(p.weight), b(p.bias),
                                                                         p.running_mean.view(), p.running_var.view(),
                                                                         nullptr, training, 0.25, eps, a.nonlinearity,
                                                                         a.slope, y, p.first.view(), p.second.view());
                                }});
                list.push_back({"instance_norm " + std::to_string(training) + which,
                                [=](T x, T y, P p) {
                                    return unitvar_instance_norm(x, w(p.weight), b(p.bias), p.running_mean.view(),
                                                                 p.running_var.view(), training, 0.25, eps, y);
                                },
                                [=](T x, T y, P p, A a) {
                                    return unitvar_instance_norm_activation(
                                        x, w(p.weight), b(p.bias), p.running_mean.view(), p.running_var.view(),
                                        training, 0.25, eps, a.nonlinearity, a.slope, y);
                                }});
            }
        }
    list.push_back(
        {"rms_norm", [](T x, T y, P p) { return unitvar_rms_norm(x, 1, p.row_weight.view(), eps, y, nullptr); },
         [](T x, T y, P p, A a) {
             return unitvar_rms_norm_activation(x, 1, p.row_weight.view(), eps, a.nonlinearity, a.slope, y, nullptr);
         }});
    list.push_back({"batch_norm_given",
                    [](T x, T y, P p) {
                        const auto m = moments_of(x);
                        return unitvar_batch_norm_given(x, p.weight.view(), p.bias.view(), m.data(), m.size(), nullptr,
                                                        nullptr, nullptr, 0.25, eps, y, p.first.view(),
                                                        p.second.view());
                    },
                    [](T x, T y, P p, A a) {
                        const auto m = moments_of(x);
                        return unitvar_batch_norm_given_activation(
                            x, p.weight.view(), p.bias.view(), m.data(), m.size(), nullptr, nullptr, nullptr, 0.25, eps,
                            a.nonlinearity, a.slope, y, p.first.view(), p.second.view());
                    }});
    return list;
}

Lengths with_gaps(const Lengths &shape)
{
    Lengths strides = row_major_strides(shape);
    for (std::size_t d = 0; d + 1 < shape.size(); ++d)
        strides[d] = strides[d] / shape.back() * (shape.back() + 5);
    return strides;
}
Lengths channels_last(const Lengths &shape)
{
    Lengths strides = row_major_strides({shape[0], shape[2], shape[1]});
    return {strides[0], strides[2], strides[1]};
}
Lengths every_second(const Lengths &shape)
{
    Lengths strides = row_major_strides(shape);
    for (std::int64_t &stride : strides)
        stride *= 2;
    return strides;
}

// x and y with layouts of their own, and x replaced.
void check(const Norm &norm, const Activation &activation, unitvar_dtype dtype, const Lengths &shape,
           const Lengths &x_strides, const Lengths &y_strides)
{
    Parameters expected_parameters(dtype, shape.back(), shape[1]);
    Parameters parameters(dtype, shape.back(), shape[1]);
    Tensor x(dtype, shape, x_strides);
    Tensor expected(dtype, shape, y_strides);
    Tensor y(dtype, shape, y_strides);
    fill(x, 42, 0.25, 2);
    require_ok(norm.plain(x.view(), expected.view(), expected_parameters));
    activate(activation, expected.view());
    require_ok(norm.activated(x.view(), y.view(), parameters, activation));
    CHECK(y.logical_bytes() == expected.logical_bytes());
    CHECK(y.untouched_between_elements());
    CHECK(parameters.results() == expected_parameters.results());
    Parameters again(dtype, shape.back(), shape[1]);
    if (x_strides == y_strides) {
        require_ok(norm.activated(x.view(), x.view(), again, activation));
        CHECK(x.logical_bytes() == expected.logical_bytes());
    }
}

} // namespace

TEST_CASE("a norm with an activation has the bits of the norm and the activation in place")
{
    std::vector<Lengths> shapes{{3, 4, 1}, {5, 6, 9}, {2, 4, 16}, {2, 4, 49}, {9, 2, 300}, {1, 2, 3000}};
    if (!support::slow())
        shapes.insert(shapes.end(), {{2, 2, 5003}, {1, 2, 70001}, {40, 64, 33}, {3, 1030, 5}});
    for (const support::NamedDtype &type : support::dtypes())
        for (const Lengths &shape : shapes)
            for (const Norm &norm : norms()) {
                if (shape[1] % 2 != 0 || (shape[2] == 1 && norm.name.starts_with("instance_norm 1")))
                    continue;
                for (const Activation &activation : activations()) {
                    if (shape[0] * shape[1] * shape[2] > 6000 && activation.nonlinearity != UNITVAR_RELU)
                        continue;
                    CAPTURE(type.name);
                    CAPTURE(norm.name);
                    CAPTURE(activation.name);
                    CAPTURE(shape[0]);
                    CAPTURE(shape[1]);
                    CAPTURE(shape[2]);
                    const Lengths dense = row_major_strides(shape);
                    check(norm, activation, type.dtype, shape, dense, dense);
                    if (activation.nonlinearity != UNITVAR_RELU || shape[0] * shape[1] * shape[2] > 6000)
                        continue;
                    check(norm, activation, type.dtype, shape, channels_last(shape), channels_last(shape));
                    check(norm, activation, type.dtype, shape, with_gaps(shape), dense);
                    check(norm, activation, type.dtype, shape, dense, with_gaps(shape));
                    check(norm, activation, type.dtype, shape, channels_last(shape), every_second(shape));
                }
            }
}

TEST_CASE("threads change no bit of a norm with an activation")
{
    if (support::quick())
        return;
    for (const Lengths &shape : {Lengths{16, 32, 1100}, Lengths{2, 2, 200003}})
        for (const Norm &norm : norms()) {
            CAPTURE(norm.name);
            std::vector<std::vector<unsigned char>> results;
            for (const std::int32_t threads : {1, 2, 3}) {
                const support::ForcedThreads forced(threads);
                Parameters parameters(support::bf16_dtype, shape.back(), shape[1]);
                Tensor x(support::bf16_dtype, shape);
                Tensor y(support::bf16_dtype, shape);
                fill(x, 7, 0, 1);
                require_ok(norm.activated(x.view(), y.view(), parameters, {"", UNITVAR_LEAKY_RELU, 0.1}));
                results.push_back(y.logical_bytes());
            }
            CHECK(results[1] == results[0]);
            CHECK(results[2] == results[0]);
        }
}

TEST_CASE("results that are stored past the caches have the bits of others")
{
    if (support::slow())
        return;
    constexpr std::int64_t rows = 3 * 1024;
    constexpr std::int64_t columns = 4096; // 48 MiB of f32
    for (const std::int64_t width : {columns, columns - 4}) {
        std::int64_t shape[] = {rows, 1, width + 8};
        const std::size_t n = static_cast<std::size_t>(rows * shape[2]);
        std::vector<float> data(n);
        std::vector<float> expected(n);
        std::vector<float> y(n);
        unitvar_tensor x{data.data(), {1, 0}, 3, support::f32_dtype, shape, nullptr, 0};
        unitvar_tensor e = x;
        e.data = expected.data();
        unitvar_tensor t = x;
        t.data = y.data();
        const support::Generator g(UNITVAR_PCG32, 1);
        require_ok(unitvar_init_normal(g, &x, 0.1, 1));
        const auto same = [&] { return std::memcmp(y.data(), expected.data(), n * sizeof(float)) == 0; };
        require_ok(unitvar_layer_norm(&x, 1, nullptr, nullptr, eps, &e, nullptr, nullptr));
        require_ok(unitvar_relu(&e, &t));
        require_ok(unitvar_relu(&e, &e));
        CHECK(same()); // itself takes two ways
        std::ranges::fill(y, 7.0F);
        require_ok(unitvar_layer_norm_activation(&x, 1, nullptr, nullptr, eps, UNITVAR_RELU, 0, &t, nullptr, nullptr));
        CHECK(same());
        require_ok(
            unitvar_batch_norm(&x, nullptr, nullptr, nullptr, nullptr, nullptr, 1, 0.1, eps, &e, nullptr, nullptr));
        require_ok(unitvar_leaky_relu(&e, 0.25, &t));
        require_ok(unitvar_leaky_relu(&e, 0.25, &e));
        CHECK(same());
        std::ranges::fill(y, 7.0F);
        require_ok(unitvar_batch_norm_activation(&x, nullptr, nullptr, nullptr, nullptr, nullptr, 1, 0.1, eps,
                                                 UNITVAR_LEAKY_RELU, 0.25, &t, nullptr, nullptr));
        CHECK(same());
    }
}

TEST_CASE("the gradient of an activation is the same from what it gave as from what it took")
{
    const Lengths shape{3, 4, 33};
    for (const support::NamedDtype &type : support::dtypes())
        for (const double slope : {-1.0, 0.0, 0.25, 3.0}) { // -1: relu
            CAPTURE(type.name);
            CAPTURE(slope);
            const bool leaky = slope >= 0;
            Parameters parameters(type.dtype, 33, 4);
            Tensor x(type.dtype, shape);
            Tensor grad_y(type.dtype, shape);
            Tensor plain(type.dtype, shape);
            Tensor y(type.dtype, shape);
            Tensor from_plain(type.dtype, shape);
            Tensor from_y(type.dtype, shape);
            fill(x, 1, 0, 1);
            fill(grad_y, 2, 0, 1);
            require_ok(unitvar_layer_norm(x.view(), 1, parameters.row_weight.view(), nullptr, eps, plain.view(),
                                          nullptr, nullptr));
            require_ok(unitvar_layer_norm_activation(x.view(), 1, parameters.row_weight.view(), nullptr, eps,
                                                     leaky ? UNITVAR_LEAKY_RELU : UNITVAR_RELU, slope, y.view(),
                                                     nullptr, nullptr));
            const auto backward = [&](Tensor &of, Tensor &to) {
                require_ok(leaky ? unitvar_leaky_relu_backward(grad_y.view(), of.view(), slope, to.view())
                                 : unitvar_relu_backward(grad_y.view(), of.view(), to.view()));
            };
            backward(plain, from_plain);
            backward(y, from_y);
            CHECK(from_y.logical_bytes() == from_plain.logical_bytes());
        }
}

TEST_CASE("a norm with an activation refuses what is none, and slopes as leaky_relu does")
{
    using support::check_fails;
    Tensor x(support::f32_dtype, {2, 4, 5});
    Tensor y(support::f32_dtype, {2, 4, 5});
    fill(x, 1, 0, 1);
    const double infinity = std::numeric_limits<double>::infinity();
    for (const Norm &norm : norms()) {
        CAPTURE(norm.name);
        Parameters parameters(support::f32_dtype, 5, 4);
        const std::vector<unsigned char> before = parameters.results();
        for (const std::int32_t other : {UNITVAR_SIGMOID, UNITVAR_TANH, UNITVAR_SELU, -1, 6})
            check_fails(norm.activated(x.view(), y.view(), parameters, {"", other, 0}), UNITVAR_INVALID_ARGUMENT,
                        {"nonlinearity", std::to_string(other)});
        check_fails(norm.activated(x.view(), y.view(), parameters, {"", UNITVAR_LEAKY_RELU, infinity}),
                    UNITVAR_INVALID_ARGUMENT, {"negative_slope", "inf"});
        check_fails(norm.activated(x.view(), y.view(), parameters, {"", UNITVAR_LEAKY_RELU, 1e300}),
                    UNITVAR_INVALID_ARGUMENT, {"negative_slope", "1e+300"});
        CHECK(y.untouched());
        CHECK(parameters.results() == before);
    }
}
