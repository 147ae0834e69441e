// Every norm, activation, product and gradient of the C API as a list: what its arguments are, and how it is called, so
// that a test may give each of them any dtypes and layouts. A new function of this kind joins the list.
#ifndef UNITVAR_TESTS_SUPPORT_NORM_FUNCTIONS_HPP
#define UNITVAR_TESTS_SUPPORT_NORM_FUNCTIONS_HPP

#include "any_tensor.hpp"
#include "capi.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace support::norms {

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

inline Argument in(const Lengths &shape, std::uint64_t seed, double mean = 0.5, double deviation = 2)
{
    return {shape, Role::data, false, random_values<double>(element_count(shape), seed, mean, deviation)};
}
inline Argument out(const Lengths &shape)
{
    return {shape, Role::data, true, {}};
}
inline Argument parameter(const Lengths &shape, std::uint64_t seed)
{
    return {shape, Role::parameter, false, random_values<double>(element_count(shape), seed, 1, 0.5)};
}
inline Argument gradient_of_parameter(const Lengths &shape)
{
    return {shape, Role::parameter, true, {}};
}
// Positive, so that they do for a reciprocal deviation.
inline Argument statistic(const Lengths &shape, std::uint64_t seed)
{
    return {shape, Role::statistic, false, random_values<double>(element_count(shape), seed, 2, 0.1)};
}
inline Argument saved(const Lengths &shape)
{
    return {shape, Role::statistic, true, {}};
}
inline Argument running(const Lengths &shape, std::uint64_t seed)
{
    return {shape, Role::parameter, true, random_values<double>(element_count(shape), seed, 2, 0.1)};
}

inline constexpr double exact = 0x1p-42;
inline constexpr double by_f32 = 0x1p-19; // sums of products, and powers, of 16-bit elements are f32

inline std::vector<Function> functions()
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
inline std::vector<Types> all_types()
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
    std::vector<std::unique_ptr<AnyTensor>> tensors;
    Call(const Function &function, const Types &types, const Types &values_of, const Layouts &layout)
    {
        std::vector<unitvar_tensor *> views;
        for (std::size_t i = 0; i < function.arguments.size(); ++i) {
            const Argument &argument = function.arguments[i];
            tensors.push_back(std::make_unique<AnyTensor>(types.of(argument), argument.shape, layout(i),
                                                          rounded(values_of.of(argument), argument.values)));
            views.push_back(tensors.back()->view());
        }
        require_ok(function.call(views));
    }
};

// The header's bounds of what is rounded once.
inline double most_ulps(unitvar_dtype dtype)
{
    return dtype.bits == 16 ? 0.5 + 0x1p-5 : 0.5 + 0x1p-20;
}

// The largest error of argument i, in parts of what is allowed.
inline double worst(const Function &function, std::size_t i, const Types &types, const Values &got,
                    const Values &expected)
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
        const double rounding = same_dtype(dtype, f64_dtype) ? 0 : most_ulps(dtype) * ulp_of(dtype, expected[k]);
        const double allowed = argument.output ? rounding + tolerance * largest : 0;
        const double difference = std::abs(got[k] - expected[k]);
        most = std::max(most, difference == 0 ? 0 : difference / allowed);
    }
    return most;
}

inline const Layouts row_major = [](std::size_t) { return Layout::row_major; };

} // namespace support::norms

#endif
