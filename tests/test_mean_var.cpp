// Keeps unitvar_mean_var of section 9 of unitvar.h: along any axes, strides and corrections it equals two passes in
// long double to a few units of the last place, also where the mean dwarfs the deviation, and its bits do not depend
// on instruction set and threads.
#include "oracle/norms.hpp"
#include "support/arrays.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using support::Array;
using support::Lengths;
using support::require_ok;

namespace {

using Axes = std::vector<std::int32_t>;

template <class T> struct Result {
    std::vector<T> mean;
    std::vector<T> var;
};

Lengths kept_lengths(const Lengths &shape, const Axes &axes)
{
    Lengths kept;
    for (std::size_t d = 0; d < shape.size(); ++d)
        if (std::find(axes.begin(), axes.end(), static_cast<std::int32_t>(d)) == axes.end())
            kept.push_back(shape[d]);
    return kept;
}

template <class T> Result<T> mean_var(Array<T> &x, const Lengths &shape, const Axes &axes, double correction)
{
    Array<T> mean(kept_lengths(shape, axes));
    Array<T> var(kept_lengths(shape, axes));
    require_ok(unitvar_mean_var(x, axes.data(), static_cast<std::int32_t>(axes.size()), correction, mean, var));
    return {mean.values(), var.values()};
}

// The elements of x, in row-major order, that each element of the result is made of.
std::vector<oracle::Values> groups_of(const oracle::Values &x, const Lengths &shape, const Axes &axes)
{
    const Lengths kept = kept_lengths(shape, axes);
    std::int64_t count = 1;
    for (const std::int64_t length : kept)
        count *= length;
    std::vector<oracle::Values> groups(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < x.size(); ++i) {
        std::size_t rest = i;
        std::int64_t group = 0;
        std::int64_t step = 1;
        for (std::size_t d = shape.size(); d-- > 0;) {
            const auto length = static_cast<std::size_t>(shape[d]);
            if (std::find(axes.begin(), axes.end(), static_cast<std::int32_t>(d)) == axes.end()) {
                group += static_cast<std::int64_t>(rest % length) * step;
                step *= shape[d];
            }
            rest /= length;
        }
        groups[static_cast<std::size_t>(group)].push_back(x[i]);
    }
    return groups;
}

template <class T>
void check_close(const Result<T> &got, const std::vector<oracle::Values> &groups, double correction, double most_ulps)
{
    REQUIRE(got.mean.size() == groups.size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const oracle::MeanVar exact = oracle::mean_var(groups[g]);
        const long double scale = std::sqrt(exact.var(0));
        CHECK(std::abs(static_cast<long double>(got.mean[g]) - exact.mean) <=
              most_ulps * std::numeric_limits<T>::epsilon() * (std::abs(exact.mean) + scale * 1e-3L));
        CHECK(support::ulps(got.var[g], exact.var(correction)) <= most_ulps);
    }
}

template <class T>
void check_rows(std::size_t rows, std::size_t columns, double mean, double deviation, double most_ulps)
{
    CAPTURE(rows);
    CAPTURE(columns);
    CAPTURE(mean);
    CAPTURE(deviation);
    const Lengths shape{static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)};
    const std::vector<T> data = support::random_values<T>(rows * columns, rows + columns, mean, deviation);
    Array<T> x(shape, data);
    for (const Axes &axes : {Axes{1}, Axes{0}, Axes{0, 1}})
        check_close(mean_var(x, shape, axes, 1), groups_of(support::wide(data), shape, axes), 1, most_ulps);
}

// f64 statistics are summed in double themselves.
constexpr double f32_ulps = 1;
constexpr double f64_ulps = 64;

} // namespace

TEST_CASE("mean_var of rows, columns and everything equals two passes in long double")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const std::size_t n : {2u, 3u, 15u, 16u, 17u, 31u, 32u, 33u, 64u, 100u, 257u}) {
            check_rows<float>(5, n, 0.5, 1, f32_ulps);
            check_rows<float>(n, 5, 0.5, 1, f32_ulps);
            check_rows<float>(n, 37, 0.5, 1, f32_ulps);
            check_rows<double>(n, 37, 0.5, 1, f64_ulps);
            check_rows<double>(5, n, 0.5, 1, f64_ulps);
        }
        check_rows<float>(3, 8191, 0, 1, f32_ulps);
        check_rows<float>(3, 8193, 0, 1, f32_ulps);
        check_rows<float>(8200, 3, 0, 1, f32_ulps);
        check_rows<double>(2, 20000, 0, 1, f64_ulps);
        check_rows<float>(2, 700, 0, 1, f32_ulps);
    }
}

TEST_CASE("nothing cancels, overflows or underflows in mean_var")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        check_rows<float>(20, 1000, 1e6, 1, f32_ulps);
        check_rows<float>(20, 1000, -1e6, 1, f32_ulps);
        check_rows<float>(4, 9000, 1e18, 1e15, f32_ulps);
        check_rows<float>(20, 100, 0, 1e-18, f32_ulps);
        check_rows<double>(20, 1000, 1e6, 1, 4096);
        check_rows<double>(20, 1000, 1e18, 1e15, f64_ulps);
    }
}

TEST_CASE("an outlier in front does not hide what follows")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        std::vector<float> data = support::random_values<float>(8192, 3, 5, 1);
        data[0] = 1e6F;
        Array<float> x({1, 8192}, data);
        check_close(mean_var(x, {1, 8192}, {1}, 0), {support::wide(data)}, 0, f32_ulps);
        Array<float> column({8192, 1}, data);
        check_close(mean_var(column, {8192, 1}, {0}, 0), {support::wide(data)}, 0, f32_ulps);
        std::vector<double> precise(data.begin(), data.end());
        Array<double> y({1, 8192}, precise);
        check_close(mean_var(y, {1, 8192}, {1}, 0), {support::wide(precise)}, 0, f64_ulps);
    }
}

TEST_CASE("the variance of two close values that PyTorch's tests use is exact in mean_var")
{
    Array<float> x({2}, {2281.5F, 2281.25F});
    CHECK(mean_var(x, {2}, {0}, 1).var == std::vector<float>{0.03125F});
    Array<double> wide({2}, {2281.5, 2281.25});
    CHECK(mean_var(wide, {2}, {0}, 1).var == std::vector<double>{0.03125});
    CHECK(mean_var(wide, {2}, {0}, 1).mean == std::vector<double>{2281.375});
}

TEST_CASE("mean_var along every set of axes of any layout")
{
    const Lengths shape{3, 4, 5, 6};
    const std::vector<float> data = support::random_values<float>(360, 1, 2, 3);
    for (const bool channels_last : {false, true}) {
        Array<float> x(shape, data, channels_last);
        for (unsigned set = 1; set < 16; ++set) {
            Axes axes;
            for (std::int32_t d = 0; d < 4; ++d)
                if ((set >> d & 1U) != 0)
                    axes.push_back(d);
            CAPTURE(set);
            CAPTURE(channels_last);
            for (const double correction : {0.0, 1.0, 1.5})
                check_close(mean_var(x, shape, axes, correction), groups_of(support::wide(data), shape, axes),
                            correction, f32_ulps);
        }
    }
}

TEST_CASE("strides may be negative, zero or leave gaps, and outputs may be strided and keep their axes")
{
    const std::vector<float> data = support::random_values<float>(400, 2);
    std::vector<float> memory = data;
    // Rows in reverse, every second column.
    std::int64_t shape[2] = {10, 20};
    std::int64_t strides[2] = {-40, 2};
    unitvar_tensor x{memory.data(), {1, 0}, 2, support::f32_dtype, shape, strides, 360 * sizeof(float)};
    std::int64_t kept[2] = {10, 1};
    std::int64_t spread[2] = {3, 1};
    std::vector<float> mean(40, -1);
    std::vector<float> var(10, -1);
    unitvar_tensor m{mean.data(), {1, 0}, 2, support::f32_dtype, kept, spread, 0};
    unitvar_tensor v{var.data(), {1, 0}, 1, support::f32_dtype, shape, nullptr, 0};
    const std::int32_t axis = -1;
    require_ok(unitvar_mean_var(&x, &axis, 1, 1, &m, &v));
    for (std::size_t r = 0; r < 10; ++r) {
        oracle::Values row;
        for (std::size_t c = 0; c < 20; ++c)
            row.push_back(data[360 - r * 40 + c * 2]);
        const oracle::MeanVar exact = oracle::mean_var(row);
        CHECK(mean[3 * r] == doctest::Approx(static_cast<double>(exact.mean)).epsilon(1e-6));
        CHECK(support::ulps(var[r], exact.var(1)) <= 1);
        CHECK(mean[3 * r + 1] == -1);
    }
    // One row, seen ten times.
    std::int64_t repeated[2] = {0, 1};
    unitvar_tensor same{memory.data(), {1, 0}, 2, support::f32_dtype, shape, repeated, 0};
    float all_mean = 0;
    float all_var = 0;
    unitvar_tensor scalar_mean{&all_mean, {1, 0}, 0, support::f32_dtype, nullptr, nullptr, 0};
    unitvar_tensor scalar_var{&all_var, {1, 0}, 0, support::f32_dtype, nullptr, nullptr, 0};
    require_ok(unitvar_mean_var(&same, nullptr, 0, 0, &scalar_mean, &scalar_var));
    const oracle::MeanVar once = oracle::mean_var(support::wide(std::vector<float>(data.begin(), data.begin() + 20)));
    CHECK(support::ulps(all_var, once.var(0)) <= 1);
}

TEST_CASE("mean_var of no elements is NaN, of one has no deviation, and special values propagate")
{
    const auto nan = [](float v) { return std::isnan(v); };
    Array<float> empty({3, 0}, {});
    const Result<float> none = mean_var(empty, {3, 0}, {1}, 1);
    CHECK(std::all_of(none.mean.begin(), none.mean.end(), nan));
    CHECK(std::all_of(none.var.begin(), none.var.end(), nan));
    Array<float> one({1}, {5});
    CHECK(mean_var(one, {1}, {0}, 0).mean == std::vector<float>{5});
    CHECK(mean_var(one, {1}, {0}, 0).var == std::vector<float>{0});
    CHECK(std::isnan(mean_var(one, {1}, {0}, 1).var[0]));
    Array<float> two({2}, {5, 7});
    // As many elements as the correction, and fewer: never below 0.
    for (const double correction : {2.0, 2.5, 1e300}) {
        const float var = mean_var(two, {2}, {0}, correction).var[0];
        CHECK(std::isinf(var));
        CHECK(var > 0);
    }
    const float infinity = std::numeric_limits<float>::infinity();
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const std::size_t at : {0u, 5u, 49u})
            for (const float special : {infinity, -infinity, std::numeric_limits<float>::quiet_NaN()}) {
                std::vector<float> data = support::random_values<float>(100, 4);
                data[at] = special;
                Array<float> x({2, 50}, data);
                const Result<float> rows = mean_var(x, {2, 50}, {1}, 1);
                CHECK((std::isnan(special) ? std::isnan(rows.mean[0]) : rows.mean[0] == special));
                CHECK(std::isnan(rows.var[0]));
                CHECK(std::isfinite(rows.var[1]));
                const Result<float> columns = mean_var(x, {2, 50}, {0}, 1);
                CHECK((std::isnan(special) ? std::isnan(columns.mean[at]) : columns.mean[at] == special));
                CHECK(std::isnan(columns.var[at]));
                CHECK(std::isfinite(columns.var[(at + 1) % 50]));
            }
    }
}

// Rounding hides from f32 in which order sums in double were made.
TEST_CASE("mean_var of no elements and without results is done at once, whatever the other lengths")
{
    std::int64_t shape[] = {26, 0, std::int64_t{1} << 50};
    const unitvar_tensor x{nullptr, {1, 0}, 3, {2, 32, 1}, shape, nullptr, 0};
    const std::int32_t axis = 1;
    require_ok(unitvar_mean_var(&x, &axis, 1, 0, nullptr, nullptr));
}

TEST_CASE_TEMPLATE("instruction set and threads never change a bit of mean_var", T, float, double)
{
    const std::int64_t rows = support::quick() ? 1100 : 9000;
    const Lengths shape{rows, 257};
    const std::vector<T> data = support::random_values<T>(static_cast<std::size_t>(rows) * 257, 5, 1, 1);
    Array<T> x(shape, data);
    for (const Axes &axes : {Axes{0}, Axes{1}, Axes{0, 1}}) {
        Result<T> reference;
        {
            const support::ForcedIsa scalar("scalar");
            const support::ForcedThreads one(1);
            reference = mean_var(x, shape, axes, 1);
        }
        for (const std::string &isa : support::isas()) {
            const support::ForcedIsa forced(isa);
            for (std::int32_t threads = 1; threads <= 4; ++threads) {
                const support::ForcedThreads forced_threads(threads);
                const Result<T> got = mean_var(x, shape, axes, 1);
                CHECK_MESSAGE(support::same_bits(got.mean, reference.mean), isa, " with ", threads, " threads");
                CHECK_MESSAGE(support::same_bits(got.var, reference.var), isa, " with ", threads, " threads");
            }
        }
    }
}

// Means that are next to the middle of two numbers of 16 bits, nearer to it than f32 can tell.
TEST_CASE("a mean of 16 bits is rounded once, by way of nothing narrower than double")
{
    struct Row {
        std::uint8_t code; // bf16 or f16
        std::array<std::uint16_t, 4> x;
        std::uint16_t mean;
    };
    const Row rows[] = {
        {4, {0x4000, 0x4001, 0x3080, 0}, 0x3F81}, // 2, 2 + 2^-6, 2^-30: 1 + 2^-8 + 2^-32
        {4, {0x4001, 0x4002, 0xB080, 0}, 0x3F81}, // 2 + 2^-6, 2 + 2^-5, -2^-30: 1 + 3 2^-8 - 2^-32
        {2, {0x4000, 0x4001, 0x0001, 0}, 0x3C01}, // 2, 2 + 2^-9, 2^-24: 1 + 2^-11 + 2^-26
        {2, {0x4001, 0x4002, 0x8001, 0}, 0x3C01}, // 2 + 2^-9, 2 + 2^-8, -2^-24: 1 + 3 2^-11 - 2^-26
    };
    for (Row row : rows) {
        std::int64_t shape[] = {1, 4};
        std::uint16_t result = 0;
        const std::int32_t axis = 1;
        const unitvar_tensor x{row.x.data(), {1, 0}, 2, {row.code, 16, 1}, shape, nullptr, 0};
        unitvar_tensor mean{&result, {1, 0}, 1, {row.code, 16, 1}, shape, nullptr, 0};
        for (const std::string &isa : support::isas()) {
            const support::ForcedIsa forced(isa);
            require_ok(unitvar_mean_var(&x, &axis, 1, 1, &mean, nullptr));
            CHECK_MESSAGE(result == row.mean, isa);
        }
    }
}

TEST_CASE("bad arguments of mean_var are refused and nothing is written")
{
    using support::check_fails;
    Array<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
    Array<float> mean({2}, {-7, -7});
    Array<float> var({2}, {-7, -7});
    Array<double> wide({2}, {-7, -7});
    Array<float> wrong({3}, {-7, -7, -7});
    const std::int32_t axis = 1;
    const std::int32_t beyond = 2;
    const std::int32_t twice[2] = {1, -1};
    const std::int32_t invalid = UNITVAR_INVALID_ARGUMENT;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    check_fails(unitvar_mean_var(nullptr, &axis, 1, 1, mean, var), invalid, {"x", "NULL"});
    check_fails(unitvar_mean_var(x, &axis, -1, 1, mean, var), invalid, {"naxes", "-1"});
    check_fails(unitvar_mean_var(x, &beyond, 1, 1, mean, var), invalid, {"axis", "2", "-2 to 1"});
    check_fails(unitvar_mean_var(x, twice, 2, 1, mean, var), invalid, {"axis", "-1", "once"});
    check_fails(unitvar_mean_var(x, &axis, 1, nan, mean, var), invalid, {"correction", "nan"});
    check_fails(unitvar_mean_var(x, &axis, 1, 1, wide, var), invalid, {"dtype", "mean"});
    check_fails(unitvar_mean_var(x, &axis, 1, 1, mean, wrong), invalid, {"shape", "var", "(3)", "(2)", "(2, 1)"});
    check_fails(unitvar_mean_var(x, &axis, 1, 1, mean, mean), invalid, {"memory", "var", "mean"});
    unitvar_tensor inside = *static_cast<unitvar_tensor *>(mean);
    inside.data = x.memory().data() + 4;
    check_fails(unitvar_mean_var(x, &axis, 1, 1, &inside, var), invalid, {"memory", "mean", "x"});
    CHECK(mean.values() == std::vector<float>{-7, -7});
    CHECK(var.values() == std::vector<float>{-7, -7});
    CHECK(x.values() == std::vector<float>{1, 2, 3, 4, 5, 6});
    require_ok(unitvar_mean_var(x, &axis, 1, 1, nullptr, nullptr));
}
