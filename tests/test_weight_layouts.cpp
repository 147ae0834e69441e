// Keeps what section 7 of unitvar.h says of layouts and axes: fans by counting the pairs that a convolution multiplies,
// or by Keras' and JAX's own formulas; initialisers by names of JAX and Keras from words; orthogonal ones of other axes
// from those of moved dimensions.
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/tensors.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using support::check_fails;
using support::Engine;
using support::f32_dtype;
using support::f64_dtype;
using support::filled;
using support::Generator;
using support::Lengths;
using support::require_ok;
using support::Tensor;

namespace {

using Fans = std::pair<std::int64_t, std::int64_t>;
using Axes = std::vector<std::int32_t>;

const std::vector<std::int32_t> layouts{UNITVAR_OUT_IN_K, UNITVAR_K_IN_OUT, UNITVAR_IN_OUT_K};

unitvar_tensor described(Lengths &shape)
{
    unitvar_tensor t{};
    t.device = {1, 0};
    t.dtype = f32_dtype;
    t.ndim = static_cast<std::int32_t>(shape.size());
    t.shape = shape.data();
    return t;
}

Fans fans_of(Lengths shape, std::int32_t layout, std::int64_t groups = 1)
{
    const unitvar_tensor t = described(shape);
    Fans fans{-1, -1};
    require_ok(unitvar_calculate_fans_layout(&t, layout, groups, &fans.first, &fans.second));
    return fans;
}

std::int32_t of_axes(const unitvar_tensor &t, const Axes &in, const Axes &out, const Axes &batch, Fans &fans)
{
    const auto length = [](const Axes &axes) { return static_cast<std::int32_t>(axes.size()); };
    return unitvar_calculate_fans_axes(&t, in.data(), length(in), out.data(), length(out), batch.data(), length(batch),
                                       &fans.first, &fans.second);
}

Fans fans_of_axes(Lengths shape, const Axes &in, const Axes &out, const Axes &batch = {})
{
    const unitvar_tensor t = described(shape);
    Fans fans{-1, -1};
    require_ok(of_axes(t, in, out, batch, fans));
    return fans;
}

// A shape (out, in, k...) in a layout.
Lengths arranged(const Lengths &shape, std::int32_t layout)
{
    const Lengths kernel(shape.begin() + 2, shape.end());
    Lengths result = kernel;
    if (layout == UNITVAR_K_IN_OUT) {
        result.push_back(shape[1]);
        result.push_back(shape[0]);
        return result;
    }
    const bool out_first = layout == UNITVAR_OUT_IN_K;
    result.insert(result.begin(), {out_first ? shape[0] : shape[1], out_first ? shape[1] : shape[0]});
    return result;
}

// How many weights one output sees and one input reaches, counted over a whole layer of so many channels.
Fans counted(std::int64_t out, std::int64_t in, std::int64_t kernel, std::int64_t groups)
{
    std::int64_t of_output = 0;
    std::int64_t of_input = 0;
    for (std::int64_t o = 0; o < out; ++o)
        for (std::int64_t i = 0; i < in; ++i)
            for (std::int64_t k = 0; k < kernel; ++k) {
                const bool connected = o / (out / groups) == i / (in / groups);
                of_output += connected && o == 0 ? 1 : 0;
                of_input += connected && i == 0 ? 1 : 0;
            }
    return {of_output, of_input};
}

// The tensor that has the values of one whose dimensions are those of the first, moved: dimension i is order[i].
template <class T>
std::vector<T> moved_back(const std::vector<T> &moved, const Lengths &shape, const std::vector<std::size_t> &order)
{
    std::vector<T> result(moved.size());
    for (std::size_t at = 0; at < result.size(); ++at) {
        std::vector<std::size_t> index(shape.size());
        std::size_t rest = at;
        for (std::size_t d = shape.size(); d-- > 0;) {
            index[d] = rest % static_cast<std::size_t>(shape[d]);
            rest /= static_cast<std::size_t>(shape[d]);
        }
        std::size_t from = 0;
        for (const std::size_t d : order)
            from = from * static_cast<std::size_t>(shape[d]) + index[d];
        result[at] = moved[from];
    }
    return result;
}

template <class Initialize>
std::vector<float> floats(const Lengths &shape, const Engine &engine, std::uint64_t &end, const Initialize &initialize)
{
    Tensor tensor(f32_dtype, shape);
    const Generator g(engine, 11, 12, 13);
    require_ok(initialize(static_cast<unitvar_generator *>(g), tensor.view()));
    CHECK(tensor.untouched_between_elements());
    end = g.tell();
    return tensor.logical_values<float>();
}

// The tensor has what unmoved writes into one with its dimensions in this order.
template <class Moved, class Unmoved>
void check_moved(const Lengths &shape, const std::vector<std::size_t> &order, const Moved &moved,
                 const Unmoved &unmoved)
{
    Lengths other;
    for (const std::size_t d : order)
        other.push_back(shape[d]);
    for (const Engine &engine : support::engines()) {
        std::uint64_t end = 0;
        std::uint64_t expected_end = 0;
        const std::vector<float> values = floats(shape, engine, end, moved);
        const std::vector<float> expected = floats(other, engine, expected_end, unmoved);
        const bool equal = values == moved_back(expected, shape, order);
        CHECK(equal);
        CHECK(end == expected_end);
    }
}

struct Named {
    std::string name;
    std::int32_t (*initialize)(unitvar_generator *g, unitvar_tensor *t, std::int32_t layout);
    double scale;
    bool average; // of both fans, or fan_in
    bool uniform;
};
const std::vector<Named> named{{"glorot_uniform", unitvar_init_glorot_uniform, 1, true, true},
                               {"glorot_normal", unitvar_init_glorot_normal, 1, true, false},
                               {"he_uniform", unitvar_init_he_uniform, 2, false, true},
                               {"he_normal", unitvar_init_he_normal, 2, false, false},
                               {"lecun_uniform", unitvar_init_lecun_uniform, 1, false, true},
                               {"lecun_normal", unitvar_init_lecun_normal, 1, false, false}};

// What the sampler writes with the deviation sqrt(scale / fan).
std::vector<double> sampled(const Generator &g, std::size_t n, double scale, double fan, bool uniform)
{
    const double std = std::sqrt(scale / fan);
    if (uniform)
        return filled<double>(unitvar_uniform_f64, g, n, -std::sqrt(3.0) * std, std::sqrt(3.0) * std);
    const double wide = std / .87962566103423978;
    std::vector<double> values(n);
    require_ok(unitvar_trunc_normal_f64(g, values.data(), n, 0, wide, -2 * wide, 2 * wide));
    return values;
}

} // namespace

TEST_CASE("fans are what one output sees and one input reaches, in every layout and any number of groups")
{
    for (const std::int64_t groups : {1, 2, 3, 6})
        for (const Lengths &kernel : {Lengths{}, Lengths{5}, Lengths{3, 2}, Lengths{2, 1, 3}}) {
            const std::int64_t out = 12;
            const std::int64_t in = 18;
            std::int64_t r = 1;
            for (const std::int64_t k : kernel)
                r *= k;
            const Fans expected = counted(out, in, r, groups);
            CAPTURE(groups);
            CAPTURE(kernel.size());
            // A weight has the channels of one group on one side.
            Lengths weight{out, in / groups};
            weight.insert(weight.end(), kernel.begin(), kernel.end());
            CHECK(fans_of(arranged(weight, UNITVAR_OUT_IN_K), UNITVAR_OUT_IN_K, groups) == expected);
            CHECK(fans_of(arranged(weight, UNITVAR_K_IN_OUT), UNITVAR_K_IN_OUT, groups) == expected);
            weight[0] = out / groups;
            weight[1] = in;
            CHECK(fans_of(arranged(weight, UNITVAR_IN_OUT_K), UNITVAR_IN_OUT_K, groups) == expected);
        }
}

TEST_CASE("fans of (out, in, k...) in one group are calculate_fans'")
{
    for (Lengths shape :
         {Lengths{3, 5}, Lengths{64, 3, 7, 7}, Lengths{2, 3, 4, 5, 6}, Lengths{0, 3}, Lengths{3, 4, 0}}) {
        const unitvar_tensor t = described(shape);
        Fans expected;
        require_ok(unitvar_calculate_fans(&t, &expected.first, &expected.second));
        CHECK(fans_of(shape, UNITVAR_OUT_IN_K) == expected);
    }
}

TEST_CASE("k_in_out has Keras' fans of no and one dimension, the other layouts none")
{
    CHECK(fans_of({}, UNITVAR_K_IN_OUT) == Fans{1, 1});
    CHECK(fans_of({7}, UNITVAR_K_IN_OUT) == Fans{7, 7});
    CHECK(fans_of({0}, UNITVAR_K_IN_OUT) == Fans{0, 0});
    CHECK(fans_of({3, 5}, UNITVAR_K_IN_OUT) == Fans{3, 5});
    CHECK(fans_of({2, 3, 5, 7}, UNITVAR_K_IN_OUT) == Fans{30, 42});
    for (Lengths shape : {Lengths{}, Lengths{7}})
        for (const std::int32_t layout : layouts) {
            const unitvar_tensor t = described(shape);
            Fans fans{-7, -7};
            if (layout != UNITVAR_K_IN_OUT)
                check_fails(unitvar_calculate_fans_layout(&t, layout, 1, &fans.first, &fans.second),
                            UNITVAR_INVALID_ARGUMENT, {"ndim", std::to_string(shape.size())});
            check_fails(unitvar_calculate_fans_layout(&t, layout, 2, &fans.first, &fans.second),
                        UNITVAR_INVALID_ARGUMENT, {});
            CHECK(fans == Fans{-7, -7});
        }
}

TEST_CASE("unknown layouts, groups that do not divide and fans beyond 2^63 are refused")
{
    Lengths shape{12, 6, 3};
    const unitvar_tensor t = described(shape);
    Fans fans{-7, -7};
    const auto refused = [&](const unitvar_tensor &tensor, std::int32_t layout, std::int64_t groups,
                             std::initializer_list<std::string_view> words) {
        check_fails(unitvar_calculate_fans_layout(&tensor, layout, groups, &fans.first, &fans.second),
                    UNITVAR_INVALID_ARGUMENT, words);
        CHECK(fans == Fans{-7, -7});
    };
    for (const std::int32_t unknown : {-1, 3, 4711})
        refused(t, unknown, 1, {"layout", std::to_string(unknown)});
    for (const std::int64_t groups : {std::int64_t{0}, std::int64_t{-3}, std::int64_t{5}})
        refused(t, UNITVAR_OUT_IN_K, groups, {"groups", std::to_string(groups)});
    refused(t, UNITVAR_K_IN_OUT, 2, {"groups", "2"});
    refused(t, UNITVAR_IN_OUT_K, 24, {"groups", "24"});
    Lengths large{std::int64_t{1} << 40, 2, std::int64_t{1} << 40};
    refused(described(large), UNITVAR_OUT_IN_K, 1, {"2^63"});
    Lengths negative{3, -5};
    refused(described(negative), UNITVAR_OUT_IN_K, 1, {"shape[1]", "-5"});
    check_fails(unitvar_calculate_fans_layout(nullptr, 0, 1, &fans.first, &fans.second), UNITVAR_INVALID_ARGUMENT,
                {"t", "NULL"});
    check_fails(unitvar_calculate_fans_layout(&t, 0, 1, nullptr, &fans.second), UNITVAR_INVALID_ARGUMENT,
                {"fan_in", "NULL"});
    check_fails(unitvar_calculate_fans_layout(&t, 0, 1, &fans.first, nullptr), UNITVAR_INVALID_ARGUMENT,
                {"fan_out", "NULL"});
}

TEST_CASE("fans of axes are JAX's: each side's lengths times those that no list has")
{
    CHECK(fans_of_axes({3, 5}, {-2}, {-1}) == Fans{3, 5});
    CHECK(fans_of_axes({3, 3, 64, 128}, {-2}, {-1}) == Fans{9 * 64, 9 * 128});
    CHECK(fans_of_axes({128, 64, 3, 3}, {1}, {0}) == Fans{9 * 64, 9 * 128});
    CHECK(fans_of_axes({8, 4, 16, 32}, {0, 1}, {2, -1}) == Fans{32, 512}); // attention: heads and their dimensions
    CHECK(fans_of_axes({10, 3, 5}, {1}, {2}, {0}) == Fans{3, 5});          // ten layers
    CHECK(fans_of_axes({10, 7, 3, 5}, {2}, {-1}, {0}) == Fans{21, 35});
    CHECK(fans_of_axes({6, 5}, {}, {0}) == Fans{5, 30});
    CHECK(fans_of_axes({6, 5}, {}, {}, {0, 1}) == Fans{1, 1});
    CHECK(fans_of_axes({}, {}, {}) == Fans{1, 1});
    CHECK(fans_of_axes({7}, {0}, {}) == Fans{7, 1});
    CHECK(fans_of_axes({3, 0, 5}, {0}, {2}) == Fans{0, 0});
}

TEST_CASE("axes that are not there or there twice are refused by name")
{
    Lengths shape{3, 5, 7};
    const unitvar_tensor t = described(shape);
    Fans fans{-7, -7};
    const auto refused = [&](const Axes &in, const Axes &out, const Axes &batch,
                             std::initializer_list<std::string_view> words) {
        check_fails(of_axes(t, in, out, batch, fans), UNITVAR_INVALID_ARGUMENT, words);
        CHECK(fans == Fans{-7, -7});
    };
    refused({3}, {0}, {}, {"in_axes[0]", "3"});
    refused({0}, {1, -4}, {}, {"out_axes[1]", "-4"});
    refused({0}, {1}, {std::numeric_limits<std::int32_t>::min()}, {"batch_axes[0]"});
    refused({0, -3}, {1}, {}, {"in_axes[1]", "-3"});
    refused({0}, {0}, {}, {"out_axes[0]", "0"});
    refused({0}, {1}, {2, 1}, {"batch_axes[1]", "1"});
    const std::int32_t axis = 0;
    check_fails(unitvar_calculate_fans_axes(&t, nullptr, 1, &axis, 1, nullptr, 0, &fans.first, &fans.second),
                UNITVAR_INVALID_ARGUMENT, {"in_axes", "NULL"});
    check_fails(unitvar_calculate_fans_axes(&t, &axis, -1, nullptr, 0, nullptr, 0, &fans.first, &fans.second),
                UNITVAR_INVALID_ARGUMENT, {"num_in_axes", "-1"});
    check_fails(unitvar_calculate_fans_axes(&t, nullptr, 0, &axis, 65, nullptr, 0, &fans.first, &fans.second),
                UNITVAR_INVALID_ARGUMENT, {"num_out_axes", "65"});
    CHECK(fans == Fans{-7, -7});
}

TEST_CASE("variance_scaling of given fans is the sampler, whatever the shape")
{
    for (const Engine &engine : support::engines())
        for (const Lengths &shape : {Lengths{}, Lengths{70}, Lengths{3, 5}, Lengths{6, 4, 3, 5}})
            for (const auto &[mode, fan] :
                 {std::pair{UNITVAR_FAN_IN, 7.0}, std::pair{UNITVAR_FAN_OUT, 40.5}, std::pair{UNITVAR_FAN_AVG, 23.75},
                  std::pair{UNITVAR_FAN_GEO_AVG, std::sqrt(7.0 * 40.5)}})
                for (const bool uniform : {true, false}) {
                    Tensor tensor(f64_dtype, shape);
                    const Generator g(engine, 1, 2, 3);
                    require_ok(unitvar_init_variance_scaling_fans(
                        g, tensor.view(), 2.5, 7, 40.5, mode, uniform ? UNITVAR_UNIFORM : UNITVAR_TRUNCATED_NORMAL));
                    const Generator h(engine, 1, 2, 3);
                    const bool equal =
                        tensor.logical_values<double>() == sampled(h, tensor.elements(), 2.5, fan, uniform);
                    CHECK(equal);
                    CHECK(g.tell() == h.tell());
                }
}

TEST_CASE("variance_scaling of a shape's own fans is variance_scaling")
{
    for (const std::int32_t mode : {UNITVAR_FAN_IN, UNITVAR_FAN_OUT, UNITVAR_FAN_AVG, UNITVAR_FAN_GEO_AVG}) {
        Tensor by_shape(f32_dtype, {16, 3, 5});
        Tensor by_fans(f32_dtype, {16, 3, 5});
        require_ok(
            unitvar_init_variance_scaling(Generator(UNITVAR_PCG32, 1), by_shape.view(), 2, mode, UNITVAR_NORMAL));
        require_ok(unitvar_init_variance_scaling_fans(Generator(UNITVAR_PCG32, 1), by_fans.view(), 2, 15, 80, mode,
                                                      UNITVAR_NORMAL));
        CHECK(by_fans.logical_bytes() == by_shape.logical_bytes());
    }
}

TEST_CASE("fans that are not positive and finite are refused")
{
    for (const double bad : {0.0, -3.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
        Tensor tensor(f32_dtype, {3, 5});
        const Generator g(UNITVAR_PCG32, 1, 0, 5);
        check_fails(unitvar_init_variance_scaling_fans(g, tensor.view(), 1, bad, 2, UNITVAR_FAN_OUT, UNITVAR_NORMAL),
                    UNITVAR_INVALID_ARGUMENT, {"fan_in"});
        check_fails(unitvar_init_variance_scaling_fans(g, tensor.view(), 1, 2, bad, UNITVAR_FAN_IN, UNITVAR_NORMAL),
                    UNITVAR_INVALID_ARGUMENT, {"fan_out"});
        CHECK(tensor.untouched());
        CHECK(g.tell() == 5);
    }
}

TEST_CASE("glorot, he and lecun have the deviations of JAX and Keras in every layout")
{
    for (const Named &n : named)
        for (const std::int32_t layout : layouts)
            for (const Lengths &weight : {Lengths{33, 64}, Lengths{7, 5, 3}, Lengths{16, 3, 7, 2}}) {
                CAPTURE(n.name);
                CAPTURE(layout);
                const Lengths shape = arranged(weight, layout);
                const auto [fan_in, fan_out] = counted(
                    weight[0], weight[1],
                    [&] {
                        std::int64_t r = 1;
                        for (std::size_t d = 2; d < weight.size(); ++d)
                            r *= weight[d];
                        return r;
                    }(),
                    1);
                const double fan = n.average ? static_cast<double>(fan_in + fan_out) / 2 : static_cast<double>(fan_in);
                for (const Engine &engine : support::engines()) {
                    Tensor tensor(f64_dtype, shape);
                    const Generator g(engine, 1, 2, 3);
                    require_ok(n.initialize(g, tensor.view(), layout));
                    const Generator h(engine, 1, 2, 3);
                    const bool equal =
                        tensor.logical_values<double>() == sampled(h, tensor.elements(), n.scale, fan, n.uniform);
                    CHECK(equal);
                    CHECK(g.tell() == h.tell());
                }
            }
}

TEST_CASE("glorot, he and lecun of k_in_out take vectors and scalars as Keras does")
{
    for (const Named &n : named)
        for (const Lengths &shape : {Lengths{}, Lengths{9}}) {
            const double fan = shape.empty() ? 1 : 9;
            Tensor tensor(f64_dtype, shape);
            require_ok(n.initialize(Generator(UNITVAR_PCG32, 4), tensor.view(), UNITVAR_K_IN_OUT));
            CHECK(tensor.logical_values<double>() ==
                  sampled(Generator(UNITVAR_PCG32, 4), tensor.elements(), n.scale, fan, n.uniform));
            Tensor refused(f64_dtype, shape);
            const Generator g(UNITVAR_PCG32, 4, 0, 5);
            for (const std::int32_t layout : {UNITVAR_OUT_IN_K, UNITVAR_IN_OUT_K})
                check_fails(n.initialize(g, refused.view(), layout), UNITVAR_INVALID_ARGUMENT, {"ndim"});
            check_fails(n.initialize(g, refused.view(), 3), UNITVAR_INVALID_ARGUMENT, {"layout", "3"});
            CHECK(refused.untouched());
            CHECK(g.tell() == 5);
        }
}

TEST_CASE("the names of JAX and Keras are those of their kinds")
{
    std::int32_t kind = UNITVAR_INIT_GLOROT_UNIFORM;
    for (const Named &n : named) {
        std::int32_t found = -1;
        require_ok(unitvar_initializer_from_name(n.name.c_str(), &found));
        CHECK(found == kind++);
    }
}

TEST_CASE("orthogonal along an axis is orthogonal of the tensor with that axis in front")
{
    for (const Lengths &shape : {Lengths{5, 9}, Lengths{9, 5}, Lengths{4, 3, 6}, Lengths{2, 3, 2, 7}}) {
        const auto n = static_cast<std::int32_t>(shape.size());
        for (std::int32_t axis = -n; axis < n; ++axis) {
            CAPTURE(axis);
            const auto front = static_cast<std::size_t>(axis < 0 ? axis + n : axis);
            std::vector<std::size_t> order{front};
            for (std::size_t d = 0; d < shape.size(); ++d)
                if (d != front)
                    order.push_back(d);
            check_moved(
                shape, order,
                [=](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_orthogonal_axis(g, t, 1.5, axis); },
                [](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_orthogonal(g, t, 1.5); });
        }
        for (const std::int32_t none : {n, -n - 1, 4711}) {
            Tensor tensor(f32_dtype, shape);
            const Generator g(UNITVAR_PCG32, 1, 0, 5);
            check_fails(unitvar_init_orthogonal_axis(g, tensor.view(), 1, none), UNITVAR_INVALID_ARGUMENT,
                        {"axis", std::to_string(none)});
            CHECK(tensor.untouched());
            CHECK(g.tell() == 5);
        }
    }
}

TEST_CASE("delta_orthogonal of a layout is delta_orthogonal of (out, in, k...)")
{
    for (const Lengths &weight : {Lengths{9, 5, 3}, Lengths{6, 6, 2, 3}, Lengths{5, 4, 2, 1, 3}})
        for (const std::int32_t layout : layouts) {
            CAPTURE(layout);
            const Lengths shape = arranged(weight, layout);
            const std::size_t n = shape.size();
            std::vector<std::size_t> order{0, 1};
            if (layout == UNITVAR_K_IN_OUT)
                order = {n - 1, n - 2};
            if (layout == UNITVAR_IN_OUT_K)
                order = {1, 0};
            for (std::size_t d = 0; d < n - 2; ++d)
                order.push_back(layout == UNITVAR_K_IN_OUT ? d : d + 2);
            check_moved(
                shape, order,
                [=](unitvar_generator *g, unitvar_tensor *t) {
                    return unitvar_init_delta_orthogonal_layout(g, t, 0.5, layout);
                },
                [](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_delta_orthogonal(g, t, 0.5); });
        }
    for (const Lengths &shape : {Lengths{}, Lengths{3}, Lengths{3, 3}, Lengths{3, 5, 4}, Lengths{1, 1, 1, 1, 3, 3}}) {
        Tensor tensor(f32_dtype, shape);
        const Generator g(UNITVAR_PCG32, 1, 0, 5);
        check_fails(unitvar_init_delta_orthogonal_layout(g, tensor.view(), 1, UNITVAR_K_IN_OUT),
                    UNITVAR_INVALID_ARGUMENT, {});
        check_fails(unitvar_init_delta_orthogonal_layout(g, tensor.view(), 1, -1), UNITVAR_INVALID_ARGUMENT,
                    {"layout", "-1"});
        CHECK(tensor.untouched());
        CHECK(g.tell() == 5);
    }
}

TEST_CASE("an axis or a layout of a structure that is no whole number is refused")
{
    for (const auto &[kind, word] :
         {std::pair{UNITVAR_INIT_ORTHOGONAL_AXIS, "axis"}, std::pair{UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT, "layout"}})
        for (const double bad : {0.5, 1e300, -1e300, std::nan(""), std::numeric_limits<double>::infinity()}) {
            unitvar_initializer init = support::default_initializer(kind);
            init.p[1] = bad;
            Tensor tensor(f32_dtype, {3, 3, 3});
            const Generator g(UNITVAR_PCG32, 1, 0, 5);
            check_fails(unitvar_init(g, &init, tensor.view()), UNITVAR_INVALID_ARGUMENT, {word});
            CHECK(tensor.untouched());
            CHECK(g.tell() == 5);
        }
}

TEST_CASE("PyTorch's engine has none of the initialisers that PyTorch has not")
{
    for (const support::InitializerCase &c : support::kinds()) {
        if (!c.draws || c.init.kind <= UNITVAR_INIT_VARIANCE_SCALING)
            continue;
        CAPTURE(c.name);
        Tensor tensor(f32_dtype, support::accepted_shapes(c.init).front());
        unitvar_generator *handle = nullptr;
        require_ok(unitvar_generator_create(UNITVAR_TORCH_MT19937, 1, 0, &handle));
        check_fails(unitvar_init(handle, &c.init, tensor.view()), UNITVAR_UNSUPPORTED, {c.name});
        unitvar_generator_destroy(handle);
        CHECK(tensor.untouched());
    }
}
