// Keeps section 9's word on norms of rows beside layer_norm and rms_norm themselves: of a sum with a residual, with given
// statistics, and of rows that do not lie one behind the other, each with the bits of what it stands for.
#include "support/any_tensor.hpp"
#include "support/arrays.hpp"
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

using support::AnyTensor;
using support::bf16_dtype;
using support::element_count;
using support::eps;
using support::f16_dtype;
using support::f32_dtype;
using support::f64_dtype;
using support::Layout;
using support::Lengths;
using support::random_values;
using support::require_ok;
using support::rounded;
using support::same_dtype;
using support::ulp_of;
using support::Values;

TEST_CASE("a norm of a sum is the norm of the rounded sum, which is kept or not, in place or not")
{
    for (const unitvar_dtype dtype : {f32_dtype, f64_dtype, bf16_dtype, f16_dtype})
        for (const Layout layout : {Layout::row_major, Layout::gaps, Layout::reversed, Layout::every_second})
            for (const std::int64_t width : {5, 16, 300, 9000}) {
                CAPTURE(dtype.code);
                CAPTURE(dtype.bits);
                CAPTURE(width);
                const Lengths shape{2, 3, width};
                const Values x = rounded(dtype, random_values<double>(element_count(shape), 90, 0.5, 2));
                const Values residual = rounded(dtype, random_values<double>(element_count(shape), 91, -3, 5));
                Values sum;
                for (std::size_t i = 0; i < x.size(); ++i)
                    sum.push_back(rounded(dtype, x[i] + residual[i]));
                AnyTensor weight(dtype, {width}, Layout::row_major,
                                 random_values<double>(static_cast<std::size_t>(width), 92, 1, 0.5));
                AnyTensor added(dtype, shape, Layout::row_major, sum);
                AnyTensor expected(dtype, shape, Layout::row_major, {});
                AnyTensor rstd(f64_dtype, {2, 3}, Layout::row_major, {});
                for (const bool rms : {false, true}) {
                    CAPTURE(rms);
                    require_ok(rms ? unitvar_rms_norm(added.view(), 1, weight.view(), eps, expected.view(), rstd.view())
                                   : unitvar_layer_norm(added.view(), 1, weight.view(), nullptr, eps, expected.view(),
                                                        nullptr, rstd.view()));
                    const auto check = [&](AnyTensor &tx, AnyTensor &tr, AnyTensor *ts, AnyTensor &ty) {
                        AnyTensor saved_rstd(f64_dtype, {2, 3}, Layout::row_major, {});
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
                    AnyTensor x1(dtype, shape, layout, x);
                    AnyTensor r1(dtype, shape, Layout::row_major, residual);
                    AnyTensor s1(dtype, shape, layout, {});
                    AnyTensor y1(dtype, shape, Layout::gaps, {});
                    check(x1, r1, nullptr, y1);
                    check(x1, r1, &s1, y1);
                    check(x1, r1, nullptr, r1); // y is residual
                    AnyTensor r2(dtype, shape, layout, residual);
                    check(x1, r2, &r2, x1); // sum is residual and y is x
                    AnyTensor x3(dtype, shape, layout, x);
                    AnyTensor r3(dtype, shape, layout, residual);
                    check(x3, r3, &x3, r3);
                }
            }
}

TEST_CASE("layer_norm with given statistics is layer_norm where they are those of x, and takes any others")
{
    for (const unitvar_dtype dtype : {f32_dtype, f64_dtype, bf16_dtype, f16_dtype})
        for (const std::int64_t width : {5, 64, 70000}) {
            const Lengths shape{3, width};
            const Values x = rounded(dtype, random_values<double>(element_count(shape), 96, 3, 2));
            AnyTensor tx(dtype, shape, Layout::row_major, x), y(dtype, shape, Layout::row_major, {});
            AnyTensor given(dtype, shape, Layout::gaps, {});
            AnyTensor mean(f64_dtype, {3}, Layout::row_major, {}), rstd(f64_dtype, {3, 1}, Layout::row_major, {});
            AnyTensor w(dtype, {width}, Layout::row_major,
                        random_values<double>(static_cast<std::size_t>(width), 97, 1, 0.5));
            require_ok(unitvar_layer_norm(tx.view(), 1, w.view(), nullptr, eps, y.view(), mean.view(), rstd.view()));
            require_ok(
                unitvar_layer_norm_given(tx.view(), 1, mean.view(), rstd.view(), w.view(), nullptr, given.view()));
            const Values expected = y.values(), got = given.values();
            for (std::size_t i = 0; i < got.size(); ++i)
                CHECK(std::abs(got[i] - expected[i]) <=
                      (same_dtype(dtype, f64_dtype) ? 0x1p-49 : ulp_of(dtype, expected[i])));
            require_ok(unitvar_layer_norm_given(tx.view(), 1, mean.view(), rstd.view(), w.view(), nullptr, tx.view()));
            CHECK(tx.bytes() == given.bytes());
        }
    AnyTensor x(f32_dtype, {2, 3}, Layout::row_major, Values(6, 1));
    AnyTensor s(f32_dtype, {2}, Layout::row_major, Values(2, 1));
    AnyTensor bad(f32_dtype, {3}, Layout::row_major, Values(3, 1));
    support::check_fails(unitvar_layer_norm_given(x.view(), 1, s.view(), bad.view(), nullptr, nullptr, x.view()),
                         UNITVAR_INVALID_ARGUMENT, {"shape of rstd", "(3)", "(2)"});
    support::check_fails(unitvar_layer_norm_given(x.view(), 1, nullptr, s.view(), nullptr, nullptr, x.view()),
                         UNITVAR_INVALID_ARGUMENT, {"mean", "NULL"});
    support::check_fails(unitvar_layer_norm_given(x.view(), 0, s.view(), s.view(), nullptr, nullptr, x.view()),
                         UNITVAR_INVALID_ARGUMENT, {"normalized_ndim", "0"});
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
                const std::size_t n = element_count(shape);
                const Values data = random_values<double>(n, 1, 0.5, 2);
                const Values other = random_values<double>(n, 2, 0, 1);
                const auto tensor = [&](Layout layout, const Values &values) {
                    return std::make_unique<AnyTensor>(type.dtype, shape, layout, values);
                };
                const auto rows = static_cast<std::size_t>(shape[0]);
                const auto length = static_cast<std::size_t>(shape[1]);
                AnyTensor weight(type.dtype, {shape[1]}, Layout::row_major, random_values<double>(length, 3, 1, 0.5));
                AnyTensor bias(type.dtype, {shape[1]}, Layout::row_major, random_values<double>(length, 4, 0, 0.5));
                AnyTensor mean(type.dtype, {shape[0]}, Layout::every_second, Values(rows, 0.25));
                AnyTensor rstd(type.dtype, {shape[0]}, Layout::row_major, Values(rows, 0.5));
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
