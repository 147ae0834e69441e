// Keeps section 9's word on element types and layouts: every norm, activation, product and gradient takes f32, f64, bf16
// and f16, each tensor with strides of its own, and gives what the f64 call of the same numbers gives, rounded once.
// Those calls are held to long double elsewhere; the 16-bit norms here once more.
#include "oracle/half.hpp"
#include "oracle/norms.hpp"
#include "support/arrays.hpp"
#include "support/kinds.hpp"
#include "support/little_endian.hpp"
#include "support/tables.hpp"

#include "consumers/sha256.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

using support::bf16_dtype;
using support::f16_dtype;
using support::f32_dtype;
using support::f64_dtype;
using support::Lengths;
using support::require_ok;
using support::row_major_strides;

namespace {

using Values = std::vector<double>;

bool same(unitvar_dtype a, unitvar_dtype b)
{
    return a.code == b.code && a.bits == b.bits;
}

// Bits of fraction and the exponent of the least normal number.
struct Format {
    int fraction;
    int least;
};
Format format_of(unitvar_dtype dtype)
{
    if (same(dtype, f64_dtype))
        return {52, -1022};
    if (same(dtype, f32_dtype))
        return {23, -126};
    return same(dtype, bf16_dtype) ? Format{7, -126} : Format{10, -14};
}
double ulp_of(unitvar_dtype dtype, double x)
{
    const Format format = format_of(dtype);
    const int exponent = x == 0 ? format.least : std::max(format.least, std::ilogb(x));
    return std::ldexp(1, exponent - format.fraction);
}
// To nearest even, in double: of numbers that are not beyond the largest.
double rounded(unitvar_dtype dtype, double x)
{
    const double ulp = ulp_of(dtype, x);
    return same(dtype, f64_dtype) ? x : std::nearbyint(x / ulp) * ulp;
}

void write(unitvar_dtype dtype, unsigned char *at, double value)
{
    if (same(dtype, f64_dtype)) {
        std::memcpy(at, &value, sizeof value);
        return;
    }
    const auto narrow = static_cast<float>(value);
    if (same(dtype, f32_dtype)) {
        std::memcpy(at, &narrow, sizeof narrow);
        return;
    }
    const std::uint16_t bits = oracle::round_to_half(same(dtype, bf16_dtype) ? oracle::bf16 : oracle::f16, value);
    std::memcpy(at, &bits, sizeof bits);
}
double read(unitvar_dtype dtype, const unsigned char *at)
{
    if (same(dtype, f64_dtype)) {
        double value;
        std::memcpy(&value, at, sizeof value);
        return value;
    }
    if (same(dtype, f32_dtype)) {
        float value;
        std::memcpy(&value, at, sizeof value);
        return value;
    }
    std::uint16_t bits;
    std::memcpy(&bits, at, sizeof bits);
    return oracle::half_value(same(dtype, bf16_dtype) ? oracle::bf16 : oracle::f16, bits);
}

enum class Layout { row_major, channels_last, gaps, reversed, every_second, backwards };

Lengths strides_of(Layout layout, const Lengths &shape)
{
    const std::size_t n = shape.size();
    Lengths strides = row_major_strides(shape);
    switch (layout) {
    case Layout::row_major:
        return strides;
    case Layout::channels_last:
        return n < 3 ? strides : support::channels_last_strides(shape);
    case Layout::gaps: // rows apart, as a slice of wider ones has them
        for (std::size_t d = 0, width = 1; d + 1 < n; ++d)
            for (width = d + 1, strides[d] = shape.back() + 5; width + 1 < n; ++width)
                strides[d] *= shape[width];
        return strides;
    case Layout::reversed: // the first index fastest
        for (std::size_t d = 0; d < n; ++d)
            strides[d] = d == 0 ? 1 : strides[d - 1] * shape[d - 1];
        return strides;
    case Layout::every_second:
        for (std::int64_t &stride : strides)
            stride *= 2;
        return strides;
    case Layout::backwards:
        for (std::int64_t &stride : strides)
            stride *= -1;
        return strides;
    }
    return strides;
}

// A tensor of any dtype and layout that is written from doubles and read as such.
class Any {
public:
    Any(unitvar_dtype dtype, const Lengths &shape, Layout layout, const Values &values)
        : dtype_(dtype), strides_(strides_of(layout, shape)), offsets_(support::element_offsets(shape, strides_)),
          tensor_(dtype, shape, strides_)
    {
        for (std::size_t i = 0; i < values.size(); ++i)
            write(dtype, at(i), values[i]);
    }
    unitvar_tensor *view() { return tensor_.view(); }
    Values values()
    {
        Values result;
        for (std::size_t i = 0; i < offsets_.size(); ++i)
            result.push_back(read(dtype_, at(i)));
        return result;
    }
    std::vector<unsigned char> bytes() const { return tensor_.logical_bytes(); }
    std::vector<unsigned char> little_endian_bytes() const { return support::little_endian(bytes(), dtype_.bits / 8u); }
    bool clean() const { return tensor_.untouched_between_elements(); }

private:
    unsigned char *at(std::size_t i)
    {
        const std::int64_t first = static_cast<std::int64_t>(tensor_.view()->byte_offset);
        return static_cast<unsigned char *>(tensor_.view()->data) + first + offsets_[i] * (dtype_.bits / 8);
    }

    unitvar_dtype dtype_;
    Lengths strides_;
    std::vector<std::int64_t> offsets_;
    support::Tensor tensor_;
};

enum class Role { data, parameter, statistic };
struct Argument {
    Lengths shape;
    Role role;
    bool output;
    Values values; // empty: an output that is not read
};
struct Function {
    std::string name;
    std::vector<Argument> arguments;
    std::function<std::int32_t(const std::vector<unitvar_tensor *> &)> call;
    double tolerance; // relative to the largest, beside half an ulp
};

Values random(std::size_t n, std::uint64_t seed, double mean, double deviation)
{
    return support::random_values<double>(n, seed, mean, deviation);
}
std::size_t elements(const Lengths &shape)
{
    std::size_t n = 1;
    for (const std::int64_t length : shape)
        n *= static_cast<std::size_t>(length);
    return n;
}

Argument in(const Lengths &shape, std::uint64_t seed, double mean = 0.5, double deviation = 2)
{
    return {shape, Role::data, false, random(elements(shape), seed, mean, deviation)};
}
Argument out(const Lengths &shape)
{
    return {shape, Role::data, true, {}};
}
Argument parameter(const Lengths &shape, std::uint64_t seed)
{
    return {shape, Role::parameter, false, random(elements(shape), seed, 1, 0.5)};
}
Argument gradient_of_parameter(const Lengths &shape)
{
    return {shape, Role::parameter, true, {}};
}
// Positive, so that they do for a reciprocal deviation.
Argument statistic(const Lengths &shape, std::uint64_t seed)
{
    return {shape, Role::statistic, false, random(elements(shape), seed, 2, 0.1)};
}
Argument saved(const Lengths &shape)
{
    return {shape, Role::statistic, true, {}};
}
Argument running(const Lengths &shape, std::uint64_t seed)
{
    return {shape, Role::parameter, true, random(elements(shape), seed, 2, 0.1)};
}

constexpr double eps = 0x1p-10; // a number of every dtype
constexpr double exact = 0x1p-42;
constexpr double by_f32 = 0x1p-19; // sums of products, and powers, of 16-bit elements are f32

std::vector<Function> functions()
{
    using T = const std::vector<unitvar_tensor *> &;
    std::vector<Function> list;
    for (const std::int64_t width : {3, 19, 64}) {
        const Lengths x{3, 4, width};
        const Lengths c{4};
        const Lengths groups{3, 2};
        const Lengths row{width};
        const Lengths outer{3, 4};
        const std::string size = " of " + std::to_string(width);
        list.push_back({"mean_var" + size,
                        {in(x, 1), {{3, width}, Role::parameter, true, {}}, {{3, width}, Role::parameter, true, {}}},
                        [](T t) {
                            const std::int32_t axis = 1;
                            return unitvar_mean_var(t[0], &axis, 1, 1, t[1], t[2]);
                        },
                        exact});
        list.push_back({"layer_norm" + size,
                        {in(x, 2), parameter(row, 3), parameter(row, 4), out(x), saved(outer), saved({3, 4, 1})},
                        [](T t) { return unitvar_layer_norm(t[0], 1, t[1], t[2], eps, t[3], t[4], t[5]); },
                        exact});
        list.push_back({"layer_norm of two dimensions" + size,
                        {in(x, 2), parameter({4, width}, 3), parameter({4, width}, 4), out(x)},
                        [](T t) { return unitvar_layer_norm(t[0], 2, t[1], t[2], eps, t[3], nullptr, nullptr); },
                        exact});
        list.push_back({"layer_norm without parameters" + size,
                        {in(x, 2), out(x)},
                        [](T t) { return unitvar_layer_norm(t[0], 1, nullptr, nullptr, eps, t[1], nullptr, nullptr); },
                        exact});
        list.push_back({"rms_norm" + size,
                        {in(x, 5), parameter(row, 6), out(x), saved(outer)},
                        [](T t) { return unitvar_rms_norm(t[0], 1, t[1], eps, t[2], t[3]); },
                        exact});
        list.push_back({"group_norm" + size,
                        {in(x, 7), parameter(c, 8), parameter(c, 9), out(x), saved(groups), saved(groups)},
                        [](T t) { return unitvar_group_norm(t[0], 2, t[1], t[2], eps, t[3], t[4], t[5]); },
                        exact});
        list.push_back({"batch_norm" + size,
                        {in(x, 10), parameter(c, 11), parameter(c, 12), running(c, 13), running(c, 14), out(x),
                         saved(c), saved(c)},
                        [](T t) {
                            return unitvar_batch_norm(t[0], t[1], t[2], t[3], t[4], nullptr, 1, 0.25, eps, t[5], t[6],
                                                      t[7]);
                        },
                        exact});
        list.push_back({"batch_norm of recorded statistics" + size,
                        {in(x, 10), parameter(c, 11), parameter(c, 12), parameter(c, 13), parameter(c, 14), out(x)},
                        [](T t) {
                            return unitvar_batch_norm(t[0], t[1], t[2], t[3], t[4], nullptr, 0, 0.25, eps, t[5],
                                                      nullptr, nullptr);
                        },
                        exact});
        // Two parts of the batch and a third that has no images, by their own calls, then in one.
        list.push_back({"batch_norm_given" + size,
                        {in(x, 10), in(x, 16), parameter(c, 11), parameter(c, 12), running(c, 13), running(c, 14),
                         out(x), saved(c), saved(c)},
                        [](T t) {
                            unitvar_wide_moments moments[12] = {};
                            require_ok(unitvar_batch_moments(t[0], moments, 4));
                            require_ok(unitvar_batch_moments(t[1], moments + 8, 4));
                            return unitvar_batch_norm_given(t[1], t[2], t[3], moments, 12, t[4], t[5], nullptr, 0.25,
                                                            eps, t[6], t[7], t[8]);
                        },
                        exact});
        list.push_back({"batch_norm_backward_given" + size,
                        {in(x, 55), in(x, 56), in(x, 73), in(x, 74), statistic(c, 57), statistic(c, 58),
                         parameter(c, 59), out(x), gradient_of_parameter(c), gradient_of_parameter(c)},
                        [](T t) {
                            unitvar_batch_gradient_sums sums[12] = {};
                            require_ok(unitvar_batch_norm_backward_sums(t[0], t[1], t[4], sums, 4));
                            require_ok(unitvar_batch_norm_backward_sums(t[2], t[3], t[4], sums + 8, 4));
                            return unitvar_batch_norm_backward_given(t[0], t[1], t[4], t[5], t[6], sums, 12, t[7], t[8],
                                                                     t[9]);
                        },
                        exact});
        list.push_back({"instance_norm" + size,
                        {in(x, 15), parameter(c, 16), parameter(c, 17), running(c, 18), running(c, 19), out(x)},
                        [](T t) { return unitvar_instance_norm(t[0], t[1], t[2], t[3], t[4], 1, 0.5, eps, t[5]); },
                        exact});
        list.push_back({"switchable_norm" + size,
                        {in(x, 20), parameter(c, 21), parameter(c, 22), running(c, 23), running(c, 24), out(x)},
                        [](T t) {
                            const double logits[3] = {0.25, -1, 2};
                            return unitvar_switchable_norm(t[0], t[1], t[2], logits, logits, t[3], t[4], 1, 0.5, eps,
                                                           t[5]);
                        },
                        exact});
        list.push_back({"local_response_norm" + size,
                        {in(x, 25), out(x)},
                        [](T t) { return unitvar_local_response_norm(t[0], 3, 0.5, 0.75, 1, t[1]); },
                        by_f32});
        list.push_back(
            {"layer_norm_given" + size,
             {in(x, 2), statistic(outer, 42), statistic(outer, 43), parameter(row, 3), parameter(row, 4), out(x)},
             [](T t) { return unitvar_layer_norm_given(t[0], 1, t[1], t[2], t[3], t[4], t[5]); },
             exact});
        list.push_back({"layer_norm_given without parameters" + size,
                        {in(x, 2), statistic(outer, 42), statistic({3, 4, 1}, 43), out(x)},
                        [](T t) { return unitvar_layer_norm_given(t[0], 1, t[1], t[2], nullptr, nullptr, t[3]); },
                        exact});
        list.push_back({"local_response_norm_window" + size,
                        {in(x, 25), out(x)},
                        [](T t) { return unitvar_local_response_norm_window(t[0], 2, 0, 3, 0.5, 0.6, 1, t[1]); },
                        by_f32});
        list.push_back({"local_response_norm_backward" + size,
                        {in(x, 25), in(x, 26), out(x)},
                        [](T t) { return unitvar_local_response_norm_backward(t[0], t[1], 4, 0.5, 0.75, 1, t[2]); },
                        exact});
        list.push_back(
            {"local_response_norm_window_backward" + size,
             {in(x, 25), in(x, 26), out(x)},
             [](T t) { return unitvar_local_response_norm_window_backward(t[0], t[1], 0, 2, 4, 0.5, 0.6, 1, t[2]); },
             exact});
        for (const std::int32_t training : {0, 1})
            list.push_back({"switchable_norm_backward" + size,
                            {in(x, 20), in(x, 21), parameter(c, 22), parameter(c, 23), parameter(c, 24), out(x),
                             gradient_of_parameter(c), gradient_of_parameter(c)},
                            [training](T t) {
                                const double logits[3] = {0.25, -1, 2};
                                return unitvar_switchable_norm_backward(t[0], t[1], t[2], logits, logits, t[3], t[4],
                                                                        training, eps, t[5], t[6], t[7], nullptr,
                                                                        nullptr);
                            },
                            exact});
        list.push_back({"layer_norm_axes_backward" + size,
                        {in(x, 40), in(x, 41), statistic({3, width}, 42), statistic({3, 1, width}, 43),
                         parameter(c, 44), out(x), gradient_of_parameter(c), gradient_of_parameter(c)},
                        [](T t) {
                            const std::int32_t axis = 1;
                            return unitvar_layer_norm_axes_backward(t[0], t[1], &axis, 1, t[2], t[3], t[4], t[5], t[6],
                                                                    t[7]);
                        },
                        exact});
        list.push_back({"rms_norm_axes_backward" + size,
                        {in(x, 45), in(x, 46), statistic({4}, 47), parameter({3, width}, 48), out(x),
                         gradient_of_parameter({3, width})},
                        [](T t) {
                            const std::int32_t axes[2] = {-1, 0};
                            return unitvar_rms_norm_axes_backward(t[0], t[1], axes, 2, t[2], t[3], t[4], t[5]);
                        },
                        exact});
        list.push_back({"relu" + size, {in(x, 26), out(x)}, [](T t) { return unitvar_relu(t[0], t[1]); }, 0});
        list.push_back(
            {"leaky_relu" + size, {in(x, 27), out(x)}, [](T t) { return unitvar_leaky_relu(t[0], -0.3125, t[1]); }, 0});
        list.push_back({"prelu" + size,
                        {in(x, 28), parameter(c, 29), out(x)},
                        [](T t) { return unitvar_prelu(t[0], t[1], t[2]); },
                        0});
        list.push_back({"linear" + size,
                        {in(x, 30), in({5, width}, 31), parameter({5}, 32), out({3, 4, 5})},
                        [](T t) { return unitvar_linear(t[0], t[1], t[2], t[3]); },
                        by_f32});
        list.push_back(
            {"layer_norm_backward" + size,
             {in(x, 40), in(x, 41), statistic(outer, 42), statistic(outer, 43), parameter(row, 44), out(x),
              gradient_of_parameter(row), gradient_of_parameter(row)},
             [](T t) { return unitvar_layer_norm_backward(t[0], t[1], 1, t[2], t[3], t[4], t[5], t[6], t[7]); },
             exact});
        list.push_back(
            {"rms_norm_backward" + size,
             {in(x, 45), in(x, 46), statistic(outer, 47), parameter(row, 48), out(x), gradient_of_parameter(row)},
             [](T t) { return unitvar_rms_norm_backward(t[0], t[1], 1, t[2], t[3], t[4], t[5]); },
             exact});
        list.push_back(
            {"group_norm_backward" + size,
             {in(x, 50), in(x, 51), statistic(groups, 52), statistic(groups, 53), parameter(c, 54), out(x),
              gradient_of_parameter(c), gradient_of_parameter(c)},
             [](T t) { return unitvar_group_norm_backward(t[0], t[1], 2, t[2], t[3], t[4], t[5], t[6], t[7]); },
             exact});
        list.push_back(
            {"batch_norm_backward" + size,
             {in(x, 55), in(x, 56), statistic(c, 57), statistic(c, 58), parameter(c, 59), out(x),
              gradient_of_parameter(c), gradient_of_parameter(c)},
             [](T t) { return unitvar_batch_norm_backward(t[0], t[1], t[2], t[3], t[4], 1, t[5], t[6], t[7]); },
             exact});
        list.push_back(
            {"instance_norm_backward" + size,
             {in(x, 60), in(x, 61), parameter(c, 62), out(x), gradient_of_parameter(c), gradient_of_parameter(c)},
             [](T t) {
                 return unitvar_instance_norm_backward(t[0], t[1], t[2], nullptr, nullptr, 1, eps, t[3], t[4], t[5]);
             },
             exact});
        list.push_back({"relu_backward" + size,
                        {in(x, 63), in(x, 64), out(x)},
                        [](T t) { return unitvar_relu_backward(t[0], t[1], t[2]); },
                        0});
        list.push_back({"leaky_relu_backward" + size,
                        {in(x, 65), in(x, 66), out(x)},
                        [](T t) { return unitvar_leaky_relu_backward(t[0], t[1], -0.3125, t[2]); },
                        0});
        list.push_back({"prelu_backward" + size,
                        {in(x, 67), in(x, 68), parameter(c, 69), out(x), gradient_of_parameter(c)},
                        [](T t) { return unitvar_prelu_backward(t[0], t[1], t[2], t[3], t[4]); },
                        exact});
        list.push_back(
            {"linear_backward" + size,
             {in({3, 4, 5}, 70), in(x, 71), in({5, width}, 72), out(x), out({5, width}), gradient_of_parameter({5})},
             [](T t) { return unitvar_linear_backward(t[0], t[1], t[2], t[3], t[4], t[5]); },
             by_f32});
    }
    return list;
}

// A dtype for each argument, the values of all rounded to theirs.
struct Types {
    unitvar_dtype data;
    unitvar_dtype parameter;
    unitvar_dtype statistic;
    unitvar_dtype of(const Argument &argument) const
    {
        return argument.role == Role::data ? data : argument.role == Role::parameter ? parameter : statistic;
    }
};
std::vector<Types> all_types()
{
    std::vector<Types> list{
        {f64_dtype, f64_dtype, f64_dtype}, {f32_dtype, f32_dtype, f32_dtype}, {f32_dtype, f32_dtype, f64_dtype}};
    for (const unitvar_dtype half : {bf16_dtype, f16_dtype}) {
        list.push_back({half, half, half});
        list.push_back({half, f32_dtype, f32_dtype});
        list.push_back({half, half, f64_dtype});
    }
    return list;
}

using Layouts = std::function<Layout(std::size_t)>;

struct Call {
    std::vector<std::unique_ptr<Any>> tensors;
    Call(const Function &function, const Types &types, const Types &values_of, const Layouts &layout)
    {
        std::vector<unitvar_tensor *> views;
        for (std::size_t i = 0; i < function.arguments.size(); ++i) {
            const Argument &argument = function.arguments[i];
            Values values;
            for (const double value : argument.values)
                values.push_back(rounded(values_of.of(argument), value));
            tensors.push_back(std::make_unique<Any>(types.of(argument), argument.shape, layout(i), values));
            views.push_back(tensors.back()->view());
        }
        require_ok(function.call(views));
    }
};

// The header's bounds of what is rounded once.
double most_ulps(unitvar_dtype dtype)
{
    return dtype.bits == 16 ? 0.5 + 0x1p-5 : 0.5 + 0x1p-20;
}

// The largest error of argument i, in parts of what is allowed.
double worst(const Function &function, std::size_t i, const Types &types, const Values &got, const Values &expected)
{
    const Argument &argument = function.arguments[i];
    const unitvar_dtype dtype = types.of(argument);
    double largest = 0;
    for (const double value : expected)
        largest = std::max(largest, std::abs(value));
    // Gradients of 16-bit x are f32 before they are rounded.
    const bool in_f32 = types.data.bits == 16 && function.name.find("backward") != std::string::npos;
    const double tolerance = in_f32 ? std::max(function.tolerance, 0x1p-20) : function.tolerance;
    double most = got.size() == expected.size() ? 0 : 2;
    for (std::size_t k = 0; k < got.size() && k < expected.size(); ++k) {
        const double rounding = same(dtype, f64_dtype) ? 0 : most_ulps(dtype) * ulp_of(dtype, expected[k]);
        const double allowed = argument.output ? rounding + tolerance * largest : 0;
        const double difference = std::abs(got[k] - expected[k]);
        most = std::max(most, difference == 0 ? 0 : difference / allowed);
    }
    return most;
}

const Layouts row_major = [](std::size_t) { return Layout::row_major; };

} // namespace

TEST_CASE("every element type and layout gives what f64 gives, rounded once")
{
    const Types wide{f64_dtype, f64_dtype, f64_dtype};
    for (const Function &function : functions()) {
        CAPTURE(function.name);
        for (const Types &types : all_types()) {
            CAPTURE(types.data.code);
            CAPTURE(types.data.bits);
            CAPTURE(types.parameter.bits);
            CAPTURE(types.statistic.bits);
            const Call reference(function, wide, types, row_major);
            const Call plain(function, types, types, row_major);
            // Where that is slow only one layout that is not dense, and each its own.
            for (int trial = support::quick() ? 5 : 0; trial < 8; ++trial) {
                CAPTURE(trial);
                // All alike, then each its own.
                const Layouts layouts = [&](std::size_t i) {
                    return static_cast<Layout>(trial < 6 ? static_cast<std::size_t>(trial)
                                                         : (i * 5 + static_cast<std::size_t>(trial)) % 6);
                };
                const Call call(function, types, types, layouts);
                for (std::size_t i = 0; i < function.arguments.size(); ++i) {
                    CAPTURE(i);
                    CHECK(call.tensors[i]->clean());
                    CHECK(worst(function, i, types, call.tensors[i]->values(), reference.tensors[i]->values()) <= 1);
                    // What is not dense is computed with row-major; mean_var walks x as it lies.
                    if (trial >= 2 && trial < 6 && !function.name.starts_with("mean_var"))
                        CHECK(call.tensors[i]->bytes() == plain.tensors[i]->bytes());
                }
            }
        }
    }
}

TEST_CASE("every element type has the same bits on every instruction set and number of threads")
{
    for (const Function &function : functions()) {
        CAPTURE(function.name);
        for (const Types &types : all_types()) {
            CAPTURE(types.data.code);
            CAPTURE(types.data.bits);
            std::vector<std::vector<unsigned char>> first;
            for (const std::string &isa : support::isas())
                for (const std::int32_t threads : {1, 3}) {
                    const support::ForcedIsa forced(isa);
                    const support::ForcedThreads number(threads);
                    const Call call(function, types, types, row_major);
                    std::vector<std::vector<unsigned char>> all;
                    for (const auto &tensor : call.tensors)
                        all.push_back(tensor->bytes());
                    if (first.empty())
                        first = all;
                    CHECK(all == first);
                }
        }
    }
}

TEST_CASE("every element type has the bits of tests/golden/norms-v1.sha256")
{
    // Of all tensors of a function after a call, for its sizes one behind the other.
    std::map<std::string, std::vector<unsigned char>> bytes;
    for (const Function &function : functions())
        for (const Types &types : all_types()) {
            std::string name = function.name.substr(0, function.name.rfind(" of "));
            std::replace(name.begin(), name.end(), ' ', '_');
            for (const unitvar_dtype dtype : {types.data, types.parameter, types.statistic})
                name += (dtype.code == 4 ? "-bf" : "-f") + std::to_string(dtype.bits);
            const Call call(function, types, types, row_major);
            for (const auto &tensor : call.tensors) {
                const std::vector<unsigned char> part = tensor->little_endian_bytes();
                bytes[name].insert(bytes[name].end(), part.begin(), part.end());
            }
        }
    std::ostringstream sums;
    for (const auto &[name, all] : bytes) {
        char sum[65];
        sha256_hex(all.data(), all.size(), sum);
        sums << sum << "  " << name << '\n';
    }
    // UNITVAR_NORM_SUMS=FILE writes them.
    if (const char *const target = std::getenv("UNITVAR_NORM_SUMS"))
        std::ofstream(target) << sums.str();
    std::ifstream file(UNITVAR_GOLDEN_DIR "/norms-v1.sha256");
    std::istringstream made(sums.str());
    std::string expected;
    std::string got;
    while (std::getline(file, expected)) {
        REQUIRE(std::getline(made, got));
        CHECK(got == expected);
    }
    CHECK_FALSE(std::getline(made, got));
    CHECK(bytes.size() > 200);
}

TEST_CASE("a strided output may be the input, exactly")
{
    for (const unitvar_dtype dtype : {f32_dtype, f64_dtype, bf16_dtype, f16_dtype})
        for (const Layout layout : {Layout::row_major, Layout::channels_last, Layout::gaps, Layout::reversed,
                                    Layout::every_second, Layout::backwards}) {
            const Lengths shape{3, 4, 19};
            Values values = random(elements(shape), 80, 0.5, 2);
            for (double &value : values)
                value = rounded(dtype, value);
            const auto check = [&](const std::function<std::int32_t(unitvar_tensor *, unitvar_tensor *)> &norm) {
                Any x(dtype, shape, layout, values);
                Any y(dtype, shape, layout, {});
                require_ok(norm(x.view(), y.view()));
                require_ok(norm(x.view(), x.view()));
                CHECK(x.bytes() == y.bytes());
                CHECK(x.clean());
            };
            check([](unitvar_tensor *x, unitvar_tensor *y) {
                return unitvar_layer_norm(x, 1, nullptr, nullptr, eps, y, nullptr, nullptr);
            });
            check(
                [](unitvar_tensor *x, unitvar_tensor *y) { return unitvar_rms_norm(x, 2, nullptr, eps, y, nullptr); });
            check([](unitvar_tensor *x, unitvar_tensor *y) {
                return unitvar_group_norm(x, 2, nullptr, nullptr, eps, y, nullptr, nullptr);
            });
            check([](unitvar_tensor *x, unitvar_tensor *y) {
                return unitvar_batch_norm(x, nullptr, nullptr, nullptr, nullptr, nullptr, 1, 0.5, eps, y, nullptr,
                                          nullptr);
            });
            check([](unitvar_tensor *x, unitvar_tensor *y) { return unitvar_relu(x, y); });
            check([](unitvar_tensor *x, unitvar_tensor *y) {
                return unitvar_local_response_norm(x, 3, 0.5, 0.75, 1, y);
            });
            check([](unitvar_tensor *x, unitvar_tensor *y) { return unitvar_relu_backward(x, x, y); });
        }
}

// Long double and one element at a time, not this library's f64.
TEST_CASE("16-bit norms are within half an ulp, and 1/32 of one, of their definitions in long double")
{
    for (const unitvar_dtype dtype : {bf16_dtype, f16_dtype})
        for (const double mean : {0.0, 100.0, 0x1p120, 0x1p-120})
            for (const std::size_t width : {7U, 16U, 100U, 9000U}) {
                // Of f16 there are none so large or small; f32 does not bear these of bf16.
                const double scale = mean == 0 ? 1 : mean / 100;
                if (same(dtype, f16_dtype) && scale != 1)
                    continue;
                CAPTURE(dtype.code);
                CAPTURE(mean);
                CAPTURE(width);
                const oracle::Shape3 s{3, width, 1};
                const Lengths shape{3, static_cast<std::int64_t>(width)};
                Values x = random(s.elements(), width, mean, 2 * scale);
                Values weight = random(width, 81, 1, 0.5);
                Values bias = random(width, 82, 0, 1);
                for (Values *values : {&x, &weight, &bias})
                    for (double &value : *values)
                        value = rounded(dtype, value);
                Any tx(dtype, shape, Layout::row_major, x);
                Any ty(dtype, shape, Layout::row_major, {});
                Any tw(dtype, {shape[1]}, Layout::row_major, weight);
                Any tb(f32_dtype, {shape[1]}, Layout::row_major, bias);
                const auto check = [&](const oracle::Values &definition) {
                    const Values got = ty.values();
                    double most = 0;
                    for (std::size_t i = 0; i < got.size(); ++i)
                        most = std::max(most, static_cast<double>(std::abs(got[i] - definition[i])) /
                                                  ulp_of(dtype, static_cast<double>(definition[i])));
                    CHECK(most <= most_ulps(dtype));
                };
                const auto by_row = [](std::size_t n, std::size_t, std::size_t) { return n; };
                const auto by_column = [](std::size_t, std::size_t c, std::size_t) { return c; };
                const oracle::Values wx = support::wide(x);
                const oracle::Values ww = support::wide(weight);
                const oracle::Values wb = support::wide(bias);
                require_ok(unitvar_layer_norm(tx.view(), 1, tw.view(), tb.view(), eps, ty.view(), nullptr, nullptr));
                check(oracle::normalise(wx, s, by_row, s.images, by_column, ww, wb, eps).y);
                require_ok(unitvar_rms_norm(tx.view(), 1, tw.view(), eps, ty.view(), nullptr));
                check(oracle::rms_norm(wx, width, ww, eps));
                require_ok(unitvar_batch_norm(tx.view(), tw.view(), tb.view(), nullptr, nullptr, nullptr, 1, 0.1, eps,
                                              ty.view(), nullptr, nullptr));
                check(oracle::normalise(wx, s, by_column, width, by_column, ww, wb, eps).y);
            }
}

TEST_CASE("a norm of a sum is the norm of the rounded sum, which is kept or not, in place or not")
{
    for (const unitvar_dtype dtype : {f32_dtype, f64_dtype, bf16_dtype, f16_dtype})
        for (const Layout layout : {Layout::row_major, Layout::gaps, Layout::reversed, Layout::every_second})
            for (const std::int64_t width : {5, 16, 300, 9000}) {
                CAPTURE(dtype.code);
                CAPTURE(dtype.bits);
                CAPTURE(width);
                const Lengths shape{2, 3, width};
                Values x = random(elements(shape), 90, 0.5, 2);
                Values residual = random(elements(shape), 91, -3, 5);
                Values sum;
                for (std::size_t i = 0; i < x.size(); ++i) {
                    x[i] = rounded(dtype, x[i]);
                    residual[i] = rounded(dtype, residual[i]);
                    sum.push_back(rounded(dtype, x[i] + residual[i]));
                }
                Any weight(dtype, {width}, Layout::row_major, random(static_cast<std::size_t>(width), 92, 1, 0.5));
                Any added(dtype, shape, Layout::row_major, sum);
                Any expected(dtype, shape, Layout::row_major, {});
                Any rstd(f64_dtype, {2, 3}, Layout::row_major, {});
                for (const bool rms : {false, true}) {
                    CAPTURE(rms);
                    require_ok(rms ? unitvar_rms_norm(added.view(), 1, weight.view(), eps, expected.view(), rstd.view())
                                   : unitvar_layer_norm(added.view(), 1, weight.view(), nullptr, eps, expected.view(),
                                                        nullptr, rstd.view()));
                    const auto check = [&](Any &tx, Any &tr, Any *ts, Any &ty) {
                        Any saved_rstd(f64_dtype, {2, 3}, Layout::row_major, {});
                        unitvar_tensor *const kept = ts == nullptr ? nullptr : ts->view();
                        require_ok(rms ? unitvar_rms_norm_residual(tx.view(), tr.view(), 1, weight.view(), eps, kept,
                                                                   ty.view(), saved_rstd.view())
                                       : unitvar_layer_norm_residual(tx.view(), tr.view(), 1, weight.view(), nullptr,
                                                                     eps, kept, ty.view(), nullptr, saved_rstd.view()));
                        CHECK(ty.bytes() == expected.bytes());
                        CHECK(saved_rstd.bytes() == rstd.bytes());
                        CHECK((ts == nullptr || ts->bytes() == added.bytes()));
                        CHECK((tx.clean() && tr.clean() && ty.clean()));
                    };
                    Any x1(dtype, shape, layout, x);
                    Any r1(dtype, shape, Layout::row_major, residual);
                    Any s1(dtype, shape, layout, {});
                    Any y1(dtype, shape, Layout::gaps, {});
                    check(x1, r1, nullptr, y1);
                    check(x1, r1, &s1, y1);
                    check(x1, r1, nullptr, r1); // y is residual
                    Any r2(dtype, shape, layout, residual);
                    check(x1, r2, &r2, x1); // sum is residual and y is x
                    Any x3(dtype, shape, layout, x);
                    Any r3(dtype, shape, layout, residual);
                    check(x3, r3, &x3, r3);
                }
            }
}

TEST_CASE("a norm along axes is the norm of the tensor with those last")
{
    // (2, 6, 3, 5): by channels, by two that are apart, by all, and by the last as layer_norm has it.
    const Lengths shape{2, 6, 3, 5};
    struct Along {
        std::vector<std::int32_t> axes;
        Lengths without;
        Lengths ones;
    };
    const std::vector<Along> list{{{1}, {2, 3, 5}, {2, 1, 3, 5}},
                                  {{-1, 1}, {2, 3}, {2, 1, 3, 1}},
                                  {{0, 1, 2, 3}, {}, {1, 1, 1, 1}},
                                  {{3}, {2, 6, 3}, {2, 6, 3, 1}}};
    for (const unitvar_dtype dtype : {f32_dtype, bf16_dtype})
        for (const Layout layout : {Layout::row_major, Layout::channels_last, Layout::every_second})
            for (const Along &along : list) {
                CAPTURE(dtype.code);
                CAPTURE(along.axes.size());
                const auto is_reduced = [&](std::size_t d) {
                    for (const std::int32_t axis : along.axes)
                        if (static_cast<std::size_t>(axis < 0 ? axis + 4 : axis) == d)
                            return true;
                    return false;
                };
                Values x = random(elements(shape), 93, 0.5, 2);
                for (double &value : x)
                    value = rounded(dtype, value);
                Lengths lengths;
                std::vector<std::size_t> group(x.size());
                std::vector<std::size_t> place(x.size());
                for (std::size_t d = 0; d < shape.size(); ++d)
                    if (is_reduced(d))
                        lengths.push_back(shape[d]);
                for (std::size_t i = 0; i < x.size(); ++i) {
                    std::size_t step = x.size();
                    for (std::size_t d = 0; d < shape.size(); ++d) {
                        const auto length = static_cast<std::size_t>(shape[d]);
                        step /= length;
                        std::size_t &to = is_reduced(d) ? place[i] : group[i];
                        to = to * length + i / step % length;
                    }
                }
                Values weight = random(elements(lengths), 94, 1, 0.5);
                Values bias = random(elements(lengths), 95, 0, 1);
                for (Values *values : {&weight, &bias})
                    for (double &value : *values)
                        value = rounded(dtype, value);
                std::vector<oracle::Values> members(x.size() / elements(lengths));
                for (std::size_t i = 0; i < x.size(); ++i)
                    members[group[i]].push_back(x[i]);
                Any tx(dtype, shape, layout, x);
                Any ty(dtype, shape, layout, {});
                Any tw(dtype, lengths, Layout::row_major, weight);
                Any tb(dtype, lengths, Layout::row_major, bias);
                Any mean(f64_dtype, along.without, Layout::row_major, {});
                Any rstd(f64_dtype, along.ones, Layout::row_major, {});
                const auto count = static_cast<std::int32_t>(along.axes.size());
                require_ok(unitvar_layer_norm_axes(tx.view(), along.axes.data(), count, tw.view(), tb.view(), eps,
                                                   ty.view(), mean.view(), rstd.view()));
                const Values got = ty.values();
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const oracle::MeanVar m = oracle::mean_var(members[group[i]]);
                    const long double scale = 1 / std::sqrt(m.var(0) + static_cast<long double>(eps));
                    const long double y = (x[i] - m.mean) * scale * weight[place[i]] + bias[place[i]];
                    CHECK(std::abs(got[i] - y) <= 0.5001 * ulp_of(dtype, static_cast<double>(y)) + 1e-12);
                    CHECK(std::abs(mean.values()[group[i]] - m.mean) <= 1e-12);
                    CHECK(std::abs(rstd.values()[group[i]] - scale) <= 1e-12);
                }
                require_ok(
                    unitvar_rms_norm_axes(tx.view(), along.axes.data(), count, tw.view(), eps, ty.view(), rstd.view()));
                const Values rms = ty.values();
                for (std::size_t i = 0; i < x.size(); ++i) {
                    long double squares = 0;
                    for (const long double value : members[group[i]])
                        squares += value * value;
                    const long double y = x[i] /
                                          std::sqrt(squares / static_cast<long double>(elements(lengths)) + eps) *
                                          weight[place[i]];
                    CHECK(std::abs(rms[i] - y) <= 0.5001 * ulp_of(dtype, static_cast<double>(y)) + 1e-12);
                }
            }
    Any x(f32_dtype, {2, 3}, Layout::row_major, Values(6, 1));
    Any y(f32_dtype, {2, 3}, Layout::row_major, {});
    const std::int32_t far = 2;
    const std::int32_t twice[2] = {0, -2};
    support::check_fails(unitvar_layer_norm_axes(x.view(), &far, 1, nullptr, nullptr, eps, y.view(), nullptr, nullptr),
                         UNITVAR_INVALID_ARGUMENT, {"axis", "2"});
    support::check_fails(unitvar_layer_norm_axes(x.view(), twice, 2, nullptr, nullptr, eps, y.view(), nullptr, nullptr),
                         UNITVAR_INVALID_ARGUMENT, {"axis", "once"});
    support::check_fails(unitvar_rms_norm_axes(x.view(), twice, 0, nullptr, eps, y.view(), nullptr),
                         UNITVAR_INVALID_ARGUMENT, {"axes", "at least one"});
    support::check_fails(unitvar_rms_norm_axes(x.view(), twice, -1, nullptr, eps, y.view(), nullptr),
                         UNITVAR_INVALID_ARGUMENT, {"naxes", "-1"});
}

TEST_CASE("gradients along axes are those of the tensor with those last")
{
    // (2, 6, 3, 5) by channels and by two axes that are apart, against the rows of a copy.
    const Lengths shape{2, 6, 3, 5};
    struct Along {
        std::vector<std::int32_t> axes;
        Lengths order; // of dimensions, the axes last
        Lengths kept;
        Lengths lengths;
    };
    for (const Along &along : std::vector<Along>{{{1}, {0, 2, 3, 1}, {2, 3, 5}, {6}},
                                                 {{3, 1}, {0, 2, 1, 3}, {2, 3}, {6, 5}},
                                                 {{-1, -2}, {0, 1, 2, 3}, {2, 6}, {3, 5}}})
        for (const Layout layout : {Layout::row_major, Layout::channels_last, Layout::every_second}) {
            const auto rank = static_cast<std::int32_t>(along.axes.size());
            CAPTURE(rank);
            Lengths moved;
            for (const std::int64_t d : along.order)
                moved.push_back(shape[static_cast<std::size_t>(d)]);
            // Where element i of the copy comes from.
            std::vector<std::size_t> from(elements(shape));
            const Lengths strides = row_major_strides(shape);
            for (std::size_t i = 0; i < from.size(); ++i) {
                std::size_t rest = i;
                for (std::size_t d = shape.size(); d-- > 0;) {
                    const auto length = static_cast<std::size_t>(moved[d]);
                    from[i] +=
                        rest % length * static_cast<std::size_t>(strides[static_cast<std::size_t>(along.order[d])]);
                    rest /= length;
                }
            }
            const auto permuted = [&](const Values &values) {
                Values result;
                for (const std::size_t i : from)
                    result.push_back(values[i]);
                return result;
            };
            const Values x = random(from.size(), 90, 0.5, 2);
            const Values g = random(from.size(), 91, 0, 1);
            const Values weight = random(elements(along.lengths), 92, 1, 0.5);
            const Values mean = random(elements(along.kept), 93, 0.5, 0.1);
            const Values rstd = random(elements(along.kept), 94, 2, 0.1);
            Any tx(f64_dtype, shape, layout, x), tg(f64_dtype, shape, layout, g), tgx(f64_dtype, shape, layout, {});
            Any rx(f64_dtype, moved, Layout::row_major, permuted(x)),
                rg(f64_dtype, moved, Layout::row_major, permuted(g));
            Any rgx(f64_dtype, moved, Layout::row_major, {});
            Any tw(f64_dtype, along.lengths, Layout::row_major, weight);
            Any tm(f64_dtype, along.kept, Layout::row_major, mean), tr(f64_dtype, along.kept, Layout::row_major, rstd);
            Any gw(f64_dtype, along.lengths, Layout::row_major, {}),
                gb(f64_dtype, along.lengths, Layout::row_major, {});
            Any rw(f64_dtype, along.lengths, Layout::row_major, {}),
                rb(f64_dtype, along.lengths, Layout::row_major, {});
            require_ok(unitvar_layer_norm_axes_backward(tg.view(), tx.view(), along.axes.data(), rank, tm.view(),
                                                        tr.view(), tw.view(), tgx.view(), gw.view(), gb.view()));
            require_ok(unitvar_layer_norm_backward(rg.view(), rx.view(), rank, tm.view(), tr.view(), tw.view(),
                                                   rgx.view(), rw.view(), rb.view()));
            CHECK(permuted(tgx.values()) == rgx.values());
            CHECK(gw.values() == rw.values());
            CHECK(gb.values() == rb.values());
            require_ok(unitvar_rms_norm_axes_backward(tg.view(), tx.view(), along.axes.data(), rank, tr.view(),
                                                      tw.view(), tg.view(), gw.view()));
            require_ok(
                unitvar_rms_norm_backward(rg.view(), rx.view(), rank, tr.view(), tw.view(), rgx.view(), rw.view()));
            CHECK(permuted(tg.values()) == rgx.values());
            CHECK(gw.values() == rw.values());
        }
    Any x(f32_dtype, {2, 3}, Layout::row_major, Values(6, 1));
    Any s(f32_dtype, {2}, Layout::row_major, Values(2, 1));
    const std::int32_t far = 2;
    support::check_fails(unitvar_layer_norm_axes_backward(x.view(), x.view(), &far, 1, s.view(), s.view(), nullptr,
                                                          x.view(), nullptr, nullptr),
                         UNITVAR_INVALID_ARGUMENT, {"axis", "2"});
    support::check_fails(
        unitvar_rms_norm_axes_backward(x.view(), x.view(), &far, 0, s.view(), nullptr, x.view(), nullptr),
        UNITVAR_INVALID_ARGUMENT, {"axes", "at least one"});
    const std::int32_t first = 0;
    support::check_fails(
        unitvar_rms_norm_axes_backward(x.view(), x.view(), &first, 1, s.view(), nullptr, x.view(), nullptr),
        UNITVAR_INVALID_ARGUMENT, {"shape of rstd", "(3)"});
}

TEST_CASE("layer_norm with given statistics is layer_norm where they are those of x, and takes any others")
{
    for (const unitvar_dtype dtype : {f32_dtype, f64_dtype, bf16_dtype, f16_dtype})
        for (const std::int64_t width : {5, 64, 70000}) {
            const Lengths shape{3, width};
            Values x = random(elements(shape), 96, 3, 2);
            for (double &value : x)
                value = rounded(dtype, value);
            Any tx(dtype, shape, Layout::row_major, x), y(dtype, shape, Layout::row_major, {});
            Any given(dtype, shape, Layout::gaps, {});
            Any mean(f64_dtype, {3}, Layout::row_major, {}), rstd(f64_dtype, {3, 1}, Layout::row_major, {});
            Any w(dtype, {width}, Layout::row_major, random(static_cast<std::size_t>(width), 97, 1, 0.5));
            require_ok(unitvar_layer_norm(tx.view(), 1, w.view(), nullptr, eps, y.view(), mean.view(), rstd.view()));
            require_ok(
                unitvar_layer_norm_given(tx.view(), 1, mean.view(), rstd.view(), w.view(), nullptr, given.view()));
            const Values expected = y.values(), got = given.values();
            for (std::size_t i = 0; i < got.size(); ++i)
                CHECK(std::abs(got[i] - expected[i]) <=
                      (same(dtype, f64_dtype) ? 0x1p-49 : ulp_of(dtype, expected[i])));
            require_ok(unitvar_layer_norm_given(tx.view(), 1, mean.view(), rstd.view(), w.view(), nullptr, tx.view()));
            CHECK(tx.bytes() == given.bytes());
        }
    Any x(f32_dtype, {2, 3}, Layout::row_major, Values(6, 1));
    Any s(f32_dtype, {2}, Layout::row_major, Values(2, 1));
    Any bad(f32_dtype, {3}, Layout::row_major, Values(3, 1));
    support::check_fails(unitvar_layer_norm_given(x.view(), 1, s.view(), bad.view(), nullptr, nullptr, x.view()),
                         UNITVAR_INVALID_ARGUMENT, {"shape of rstd", "(3)", "(2)"});
    support::check_fails(unitvar_layer_norm_given(x.view(), 1, nullptr, s.view(), nullptr, nullptr, x.view()),
                         UNITVAR_INVALID_ARGUMENT, {"mean", "NULL"});
    support::check_fails(unitvar_layer_norm_given(x.view(), 0, s.view(), s.view(), nullptr, nullptr, x.view()),
                         UNITVAR_INVALID_ARGUMENT, {"normalized_ndim", "0"});
}

TEST_CASE("moments of a tensor are those of its elements in their order, whatever its dtype and strides")
{
    for (const unitvar_dtype dtype : {f32_dtype, f64_dtype, bf16_dtype, f16_dtype})
        for (const std::int64_t width : {1, 7, 100, 90000}) {
            const Lengths shape{3, width};
            Values x = random(elements(shape), 98, 100, 2);
            for (double &value : x)
                value = rounded(dtype, value);
            const oracle::MeanVar definition = oracle::mean_var(support::wide(x));
            unitvar_moments first{};
            for (const Layout layout : {Layout::row_major, Layout::reversed, Layout::gaps, Layout::backwards}) {
                Any t(dtype, shape, layout, x);
                unitvar_moments m{};
                unitvar_wide_moments w{};
                require_ok(unitvar_moments_update(&m, t.view()));
                require_ok(unitvar_wide_moments_update(&w, t.view()));
                first = layout == Layout::row_major ? m : first;
                CHECK((m.count == first.count && m.mean == first.mean && m.m2 == first.m2));
                CHECK((m.count == static_cast<double>(x.size()) && w.count == m.count && w.m2 == m.m2));
                CHECK(std::abs(static_cast<double>(m.mean - definition.mean)) <= 1e-13 * 100);
                CHECK(std::abs(static_cast<double>(m.m2 - definition.m2)) <=
                      1e-12 * static_cast<double>(definition.m2));
            }
            if (same(dtype, f64_dtype)) {
                unitvar_moments m{};
                require_ok(unitvar_moments_update_f64(&m, x.data(), x.size()));
                CHECK((m.mean == first.mean && m.m2 == first.m2));
            }
        }
    unitvar_moments m{1, 2, 3};
    Any none(bf16_dtype, {0, 3}, Layout::row_major, {});
    require_ok(unitvar_moments_update(&m, none.view()));
    CHECK((m.count == 1 && m.mean == 2 && m.m2 == 3));
    m.count = -1;
    support::check_fails(unitvar_moments_update(&m, none.view()), UNITVAR_INVALID_ARGUMENT, {"count", "-1"});
    support::check_fails(unitvar_moments_update(&m, nullptr), UNITVAR_INVALID_ARGUMENT, {"x", "NULL"});
}

TEST_CASE("rows that are gathered in blocks have the bits of row-major ones, whatever the threads")
{
    for (const support::NamedDtype &type : support::dtypes())
        for (const Lengths &shape : {Lengths{90, 3}, Lengths{60, 300}, Lengths{16, 8200}}) {
            if (shape[1] > 8192 &&
                (support::slow() || type.name != "f32")) // several chunks, and blocks for two threads
                continue;
            for (const std::int32_t threads : {1, 2}) {
                CAPTURE(type.name);
                CAPTURE(shape[0]);
                CAPTURE(threads);
                const support::ForcedThreads forced(threads);
                const std::size_t n = elements(shape);
                const Values data = random(n, 1, 0.5, 2);
                const Values other = random(n, 2, 0, 1);
                const auto tensor = [&](Layout layout, const Values &values) {
                    return std::make_unique<Any>(type.dtype, shape, layout, values);
                };
                const auto rows = static_cast<std::size_t>(shape[0]);
                const auto length = static_cast<std::size_t>(shape[1]);
                Any weight(type.dtype, {shape[1]}, Layout::row_major, random(length, 3, 1, 0.5));
                Any bias(type.dtype, {shape[1]}, Layout::row_major, random(length, 4, 0, 0.5));
                Any mean(type.dtype, {shape[0]}, Layout::every_second, Values(rows, 0.25));
                Any rstd(type.dtype, {shape[0]}, Layout::row_major, Values(rows, 0.5));
                // Of x, residual and sum, and what y gets of each function; sum and y may be x and residual.
                const auto results = [&](Layout layout, Layout of_y, bool in_place) {
                    std::vector<std::vector<unsigned char>> all;
                    const auto run = [&](const auto &call) {
                        const auto x = tensor(layout, data);
                        const auto residual = tensor(layout, other);
                        const auto sum = tensor(of_y, Values(n, 0)); // which not all of them write
                        const auto y = tensor(of_y, {});
                        unitvar_tensor *const to = in_place ? x->view() : y->view();
                        unitvar_tensor *const added = in_place ? residual->view() : sum->view();
                        require_ok(call(x->view(), residual->view(), added, to));
                        all.push_back((in_place ? x : y)->bytes());
                        all.push_back((in_place ? residual : sum)->bytes());
                        CHECK(x->clean());
                        CHECK(y->clean());
                        all.push_back(mean.bytes());
                        all.push_back(rstd.bytes());
                    };
                    using P = unitvar_tensor *;
                    run([&](P x, P, P, P y) {
                        return unitvar_layer_norm(x, 1, weight.view(), bias.view(), eps, y, mean.view(), rstd.view());
                    });
                    run([&](P x, P, P, P y) {
                        return unitvar_layer_norm_given(x, 1, mean.view(), rstd.view(), nullptr, bias.view(), y);
                    });
                    run([&](P x, P r, P s, P y) {
                        return unitvar_rms_norm_residual(x, r, 1, weight.view(), eps, s, y, rstd.view());
                    });
                    run([&](P x, P r, P, P y) {
                        return unitvar_layer_norm_residual(x, r, 1, nullptr, nullptr, eps, nullptr, y, nullptr,
                                                           nullptr);
                    });
                    run([&](P x, P, P, P y) {
                        return unitvar_rms_norm_activation(x, 1, weight.view(), eps, UNITVAR_RELU, 0, y, rstd.view());
                    });
                    return all;
                };
                const auto expected = results(Layout::row_major, Layout::row_major, false);
                const auto in_place = results(Layout::row_major, Layout::row_major, true);
                CHECK(results(Layout::reversed, Layout::reversed, false) == expected);
                CHECK(results(Layout::reversed, Layout::row_major, false) == expected);
                CHECK(results(Layout::gaps, Layout::backwards, false) == expected);
                CHECK(results(Layout::reversed, Layout::reversed, true) == in_place);
                CHECK(results(Layout::every_second, Layout::every_second, true) == in_place);
            }
        }
}
