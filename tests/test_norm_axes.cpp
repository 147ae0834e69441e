// Keeps section 9's word on norms along axes: those of any axes, and their gradients, are what the definition in long
// double and the norm of the tensor with those axes last give, for any dtype and layout.
#include "oracle/norms.hpp"
#include "support/any_tensor.hpp"
#include "support/arrays.hpp"
#include "support/capi.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

using support::AnyTensor;
using support::bf16_dtype;
using support::element_count;
using support::eps;
using support::f32_dtype;
using support::f64_dtype;
using support::Layout;
using support::Lengths;
using support::random_values;
using support::require_ok;
using support::rounded;
using support::row_major_strides;
using support::ulp_of;
using support::Values;

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
                const Values x = rounded(dtype, random_values<double>(element_count(shape), 93, 0.5, 2));
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
                const Values weight = rounded(dtype, random_values<double>(element_count(lengths), 94, 1, 0.5));
                const Values bias = rounded(dtype, random_values<double>(element_count(lengths), 95, 0, 1));
                std::vector<oracle::Values> members(x.size() / element_count(lengths));
                for (std::size_t i = 0; i < x.size(); ++i)
                    members[group[i]].push_back(x[i]);
                AnyTensor tx(dtype, shape, layout, x);
                AnyTensor ty(dtype, shape, layout, {});
                AnyTensor tw(dtype, lengths, Layout::row_major, weight);
                AnyTensor tb(dtype, lengths, Layout::row_major, bias);
                AnyTensor mean(f64_dtype, along.without, Layout::row_major, {});
                AnyTensor rstd(f64_dtype, along.ones, Layout::row_major, {});
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
                                          std::sqrt(squares / static_cast<long double>(element_count(lengths)) + eps) *
                                          weight[place[i]];
                    CHECK(std::abs(rms[i] - y) <= 0.5001 * ulp_of(dtype, static_cast<double>(y)) + 1e-12);
                }
            }
    AnyTensor x(f32_dtype, {2, 3}, Layout::row_major, Values(6, 1));
    AnyTensor y(f32_dtype, {2, 3}, Layout::row_major, {});
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
            std::vector<std::size_t> from(element_count(shape));
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
            const Values x = random_values<double>(from.size(), 90, 0.5, 2);
            const Values g = random_values<double>(from.size(), 91, 0, 1);
            const Values weight = random_values<double>(element_count(along.lengths), 92, 1, 0.5);
            const Values mean = random_values<double>(element_count(along.kept), 93, 0.5, 0.1);
            const Values rstd = random_values<double>(element_count(along.kept), 94, 2, 0.1);
            AnyTensor tx(f64_dtype, shape, layout, x), tg(f64_dtype, shape, layout, g),
                tgx(f64_dtype, shape, layout, {});
            AnyTensor rx(f64_dtype, moved, Layout::row_major, permuted(x)),
                rg(f64_dtype, moved, Layout::row_major, permuted(g));
            AnyTensor rgx(f64_dtype, moved, Layout::row_major, {});
            AnyTensor tw(f64_dtype, along.lengths, Layout::row_major, weight);
            AnyTensor tm(f64_dtype, along.kept, Layout::row_major, mean),
                tr(f64_dtype, along.kept, Layout::row_major, rstd);
            AnyTensor gw(f64_dtype, along.lengths, Layout::row_major, {}),
                gb(f64_dtype, along.lengths, Layout::row_major, {});
            AnyTensor rw(f64_dtype, along.lengths, Layout::row_major, {}),
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
    AnyTensor x(f32_dtype, {2, 3}, Layout::row_major, Values(6, 1));
    AnyTensor s(f32_dtype, {2}, Layout::row_major, Values(2, 1));
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
