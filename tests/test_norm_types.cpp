// Keeps section 9's word on element types and layouts: every norm, activation, product and gradient takes f32, f64, bf16
// and f16, each tensor with strides of its own, and gives what the f64 call of the same numbers gives, rounded once.
// Those calls are held to long double elsewhere; the 16-bit norms here once more.
#include "oracle/norms.hpp"
#include "support/any_tensor.hpp"
#include "support/arrays.hpp"
#include "support/norm_functions.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include "consumers/sha256.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
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
using support::norms::all_types;
using support::norms::Call;
using support::norms::Function;
using support::norms::functions;
using support::norms::Layouts;
using support::norms::most_ulps;
using support::norms::row_major;
using support::norms::Types;
using support::norms::worst;

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
            const Values values = rounded(dtype, random_values<double>(element_count(shape), 80, 0.5, 2));
            const auto check = [&](const std::function<std::int32_t(unitvar_tensor *, unitvar_tensor *)> &norm) {
                AnyTensor x(dtype, shape, layout, values);
                AnyTensor y(dtype, shape, layout, {});
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
                if (same_dtype(dtype, f16_dtype) && scale != 1)
                    continue;
                CAPTURE(dtype.code);
                CAPTURE(mean);
                CAPTURE(width);
                const oracle::Shape3 s{3, width, 1};
                const Lengths shape{3, static_cast<std::int64_t>(width)};
                const Values x = rounded(dtype, random_values<double>(s.elements(), width, mean, 2 * scale));
                const Values weight = rounded(dtype, random_values<double>(width, 81, 1, 0.5));
                const Values bias = rounded(dtype, random_values<double>(width, 82, 0, 1));
                AnyTensor tx(dtype, shape, Layout::row_major, x);
                AnyTensor ty(dtype, shape, Layout::row_major, {});
                AnyTensor tw(dtype, {shape[1]}, Layout::row_major, weight);
                AnyTensor tb(f32_dtype, {shape[1]}, Layout::row_major, bias);
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
