// Keeps that f64 data have their norms, gradients and moments wherever those are numbers, also where the squares of the
// data are not: data times a power of two give the results of the data themselves, times what the formula says, to the
// bit where nothing but powers of two differs.
#include "oracle/norms.hpp"
#include "support/arrays.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using oracle::Shape3;
using support::Array;
using support::Lengths;
using support::require_ok;
using View = unitvar_tensor *;

namespace {

// About 1e160, 1e200, 1e300, 1e-160, 1e-200 and 1e-270: squares overflow or vanish. The last ones' are just in range.
const std::vector<int> exponents{531, 664, 996, -531, -664, -897, 400, -400};

std::vector<double> scaled(std::vector<double> values, int exponent)
{
    for (double &value : values)
        value = std::ldexp(value, exponent);
    return values;
}

struct Layout {
    Shape3 shape;
    bool channels_last;
};

// Runs, columns, columns fewer than the lanes, short runs of one position, and sets of several chunks.
const std::vector<Layout> layouts{{{3, 4, 33}, false}, {{3, 32, 17}, true},   {{2, 6, 5}, true},
                                  {{40, 4, 2}, false}, {{2, 2, 9000}, false}, {{1, 4, 9000}, true}};

Lengths lengths(const Shape3 &s)
{
    return {static_cast<std::int64_t>(s.images), static_cast<std::int64_t>(s.channels),
            static_cast<std::int64_t>(s.positions)};
}

using Norm = std::function<std::int32_t(View x, View y)>;

// y of x 2^exponent is y of x.
void check_scale_free(const Layout &layout, const Norm &norm)
{
    const Shape3 &s = layout.shape;
    const std::vector<double> data = support::random_values<double>(s.elements(), 5, 1, 2);
    Array<double> y(lengths(s), layout.channels_last);
    Array<double> x(lengths(s), data, layout.channels_last);
    require_ok(norm(x, y));
    const std::vector<double> expected = y.values();
    for (const int exponent : exponents) {
        CAPTURE(exponent);
        Array<double> of_scaled(lengths(s), scaled(data, exponent), layout.channels_last);
        require_ok(norm(of_scaled, y));
        const bool equal = support::same_bits(y.values(), expected);
        CHECK(equal);
    }
}

} // namespace

TEST_CASE("f64 norms do not depend on a power of two in their data")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        const double logits[3] = {0.1, 0.7, -0.4};
        for (const Layout &layout : layouts) {
            const auto channels = static_cast<std::int64_t>(layout.shape.channels);
            CAPTURE(channels);
            CAPTURE(layout.channels_last);
            Array<double> weight({channels}, support::random_values<double>(layout.shape.channels, 1, 1, 0.5));
            Array<double> bias({channels}, support::random_values<double>(layout.shape.channels, 2));
            check_scale_free(
                layout, [&](View x, View y) { return unitvar_group_norm(x, 2, weight, bias, 0, y, nullptr, nullptr); });
            check_scale_free(layout, [&](View x, View y) {
                return unitvar_batch_norm(x, weight, bias, nullptr, nullptr, nullptr, 1, 0.1, 0, y, nullptr, nullptr);
            });
            check_scale_free(layout, [&](View x, View y) {
                return unitvar_instance_norm(x, weight, bias, nullptr, nullptr, 1, 0.1, 0, y);
            });
            check_scale_free(layout, [&](View x, View y) {
                return unitvar_switchable_norm(x, weight, bias, logits, logits, nullptr, nullptr, 1, 0.1, 0, y);
            });
            if (!layout.channels_last) {
                check_scale_free(layout, [](View x, View y) {
                    return unitvar_layer_norm(x, 1, nullptr, nullptr, 0, y, nullptr, nullptr);
                });
                check_scale_free(layout, [](View x, View y) {
                    return unitvar_layer_norm(x, 3, nullptr, nullptr, 0, y, nullptr, nullptr);
                });
                check_scale_free(layout, [](View x, View y) { return unitvar_rms_norm(x, 1, nullptr, 0, y, nullptr); });
                check_scale_free(layout, [](View x, View y) { return unitvar_rms_norm(x, 3, nullptr, 0, y, nullptr); });
            }
        }
    }
}

TEST_CASE("norms of (-3, -1, 2, 5) times any power of ten are those of the numbers, and so are their statistics")
{
    const std::vector<double> data{-3, -1, 2, 5};
    for (const double scale : {1e160, 1e200, 1e300, 1e-160, 1e-200, 1e-290}) {
        CAPTURE(scale);
        std::vector<double> values = data;
        for (double &value : values)
            value *= scale;
        Array<double> x({1, 4}, values);
        Array<double> y({1, 4});
        Array<double> mean({1});
        Array<double> rstd({1});
        require_ok(unitvar_layer_norm(x, 1, nullptr, nullptr, 0, y, mean, rstd));
        // Mean 3/4, variance 147/16.
        std::vector<long double> expected;
        for (const double v : data)
            expected.push_back((v - 0.75L) / std::sqrt(147 / 16.0L));
        CHECK(support::worst_ulps(y.values(), expected) <= 4);
        CHECK(support::ulps(mean.values()[0], 0.75L * scale) <= 2);
        CHECK(support::ulps(rstd.values()[0], 1 / std::sqrt(147 / 16.0L) / scale) <= 4);
        require_ok(unitvar_rms_norm(x, 1, nullptr, 0, y, rstd));
        for (std::size_t i = 0; i < 4; ++i)
            expected[i] = data[i] / std::sqrt(39 / 4.0L);
        CHECK(support::worst_ulps(y.values(), expected) <= 4);
        CHECK(support::ulps(rstd.values()[0], 1 / std::sqrt(39 / 4.0L) / scale) <= 4);
    }
}

TEST_CASE("an eps that is far above the squares of f64 data counts alone, and one far below them not at all")
{
    const std::vector<double> data{-3, -1, 2, 5};
    Array<double> tiny({1, 4}, scaled(data, -700));
    Array<double> y({1, 4});
    require_ok(unitvar_layer_norm(tiny, 1, nullptr, nullptr, 0x1p-20, y, nullptr, nullptr));
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(y.values()[i] == std::ldexp(data[i] - 0.75, -690));
    require_ok(unitvar_rms_norm(tiny, 1, nullptr, 0x1p-20, y, nullptr));
    CHECK(y.values() == scaled(data, -690));
    // eps of the size of the variance.
    Array<double> plain({1, 4}, data);
    Array<double> expected({1, 4});
    require_ok(unitvar_layer_norm(plain, 1, nullptr, nullptr, 1, expected, nullptr, nullptr));
    Array<double> small({1, 4}, scaled(data, -480));
    require_ok(unitvar_layer_norm(small, 1, nullptr, nullptr, 0x1p-960, y, nullptr, nullptr));
    CHECK(y.values() == expected.values());
    Array<double> huge({1, 4}, scaled(data, 700));
    Array<double> without({1, 4});
    require_ok(unitvar_layer_norm(huge, 1, nullptr, nullptr, 1e-5, y, nullptr, nullptr));
    require_ok(unitvar_layer_norm(plain, 1, nullptr, nullptr, 0, without, nullptr, nullptr));
    CHECK(y.values() == without.values());
}

TEST_CASE("gradients of f64 norms scale as their formula says")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        const Shape3 s{3, 4, 40};
        const std::vector<double> data = support::random_values<double>(s.elements(), 5, 1, 2);
        Array<double> g(lengths(s), support::random_values<double>(s.elements(), 6));
        Array<double> y(lengths(s));
        Array<double> grad(lengths(s));
        using Backward = std::function<void(View x)>;
        Array<double> by_row_mean({3, 4});
        Array<double> by_row_rstd({3, 4});
        Array<double> by_group_mean({3, 2});
        Array<double> by_group_rstd({3, 2});
        Array<double> by_channel_mean({4});
        Array<double> by_channel_rstd({4});
        const std::vector<Backward> layers{
            [&](View x) {
                require_ok(unitvar_layer_norm(x, 1, nullptr, nullptr, 0, y, by_row_mean, by_row_rstd));
                require_ok(
                    unitvar_layer_norm_backward(g, x, 1, by_row_mean, by_row_rstd, nullptr, grad, nullptr, nullptr));
            },
            [&](View x) {
                require_ok(unitvar_rms_norm(x, 1, nullptr, 0, y, by_row_rstd));
                require_ok(unitvar_rms_norm_backward(g, x, 1, by_row_rstd, nullptr, grad, nullptr));
            },
            [&](View x) {
                require_ok(unitvar_group_norm(x, 2, nullptr, nullptr, 0, y, by_group_mean, by_group_rstd));
                require_ok(unitvar_group_norm_backward(g, x, 2, by_group_mean, by_group_rstd, nullptr, grad, nullptr,
                                                       nullptr));
            },
            [&](View x) {
                require_ok(
                    unitvar_instance_norm_backward(g, x, nullptr, nullptr, nullptr, 1, 0, grad, nullptr, nullptr));
            },
            [&](View x) {
                require_ok(unitvar_batch_norm(x, nullptr, nullptr, nullptr, nullptr, nullptr, 1, 0.1, 0, y,
                                              by_channel_mean, by_channel_rstd));
                require_ok(unitvar_batch_norm_backward(g, x, by_channel_mean, by_channel_rstd, nullptr, 1, grad,
                                                       nullptr, nullptr));
            },
        };
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            CAPTURE(layer);
            Array<double> plain(lengths(s), data);
            layers[layer](plain);
            const std::vector<double> expected = grad.values();
            for (const int exponent : exponents) {
                CAPTURE(exponent);
                Array<double> x(lengths(s), scaled(data, exponent));
                layers[layer](x);
                CHECK(support::worst_relative(scaled(grad.values(), exponent), support::wide(expected)) <=
                      8 * std::numeric_limits<double>::epsilon());
            }
        }
    }
}

TEST_CASE("mean_var and moments reach both ends of double's range")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        const double largest = 1.7e308;
        for (const std::vector<double> &data :
             {std::vector<double>(3, largest), std::vector<double>(20000, -largest)}) {
            Array<double> x({static_cast<std::int64_t>(data.size())}, data);
            Array<double> mean({1}, {7});
            Array<double> var({1}, {7});
            require_ok(unitvar_mean_var(x, nullptr, 0, 0, mean, var));
            CHECK(mean.values()[0] == data[0]);
            CHECK(var.values()[0] == 0);
            unitvar_moments m{};
            require_ok(unitvar_moments_update_f64(&m, data.data(), data.size()));
            CHECK(m.mean == data[0]);
            CHECK(m.m2 == 0);
        }
        // Opposite ends: the mean is a number, the variance is none.
        Array<double> ends({2}, {largest, -largest});
        Array<double> mean({1});
        Array<double> var({1});
        require_ok(unitvar_mean_var(ends, nullptr, 0, 0, mean, var));
        CHECK(mean.values()[0] == 0);
        CHECK(var.values()[0] == std::numeric_limits<double>::infinity());
        // A variance that is subnormal.
        Array<double> tiny({2}, {0x1p-530, -0x1p-530});
        require_ok(unitvar_mean_var(tiny, nullptr, 0, 0, mean, var));
        CHECK(mean.values()[0] == 0);
        CHECK(var.values()[0] == 0x1p-1060);
    }
}

TEST_CASE("chunks of very different sizes merge: the larger decide")
{
    constexpr std::size_t chunk = 8192;
    const auto filled = [](std::vector<double> values, std::size_t n, double mean, double deviation) {
        const std::vector<double> more = support::random_values<double>(n, values.size(), mean, 1);
        for (const double v : more)
            values.push_back(v * deviation);
        return values;
    };
    using Parts = std::vector<double>; // one scale for each chunk
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const Parts &parts : {Parts{0, 1e-200}, Parts{1e-200, 0}, Parts{1, 1e200}, Parts{1e200, 1e-200},
                                   Parts{1e-200, 1, 1e200}, Parts{1e-170, 1e-140}, Parts{1e150, 1e160, 1e300}}) {
            std::vector<double> data;
            for (const double scale : parts)
                data = filled(std::move(data), chunk, 0.5, scale);
            const oracle::MeanVar exact = oracle::mean_var(support::wide(data));
            Array<double> x({1, static_cast<std::int64_t>(data.size())}, data);
            Array<double> y({1, static_cast<std::int64_t>(data.size())});
            std::vector<long double> expected;
            for (const double v : data)
                expected.push_back((v - exact.mean) / std::sqrt(exact.var(0)));
            require_ok(unitvar_layer_norm(x, 1, nullptr, nullptr, 0, y, nullptr, nullptr));
            CHECK(support::worst_relative(y.values(), expected) <= 1e-14);
            require_ok(unitvar_rms_norm(x, 1, nullptr, 0, y, nullptr));
            CHECK(support::worst_relative(y.values(), oracle::rms_norm(support::wide(data), data.size(),
                                                                       oracle::ones(data.size()), 0)) <= 1e-14);
        }
    }
}

TEST_CASE("chunks of one value each merge, however far apart the values are")
{
    constexpr std::size_t chunk = 8192;
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const double value : {1e-300, 1e-170, 1e-10, 1.0, 1e150, 1e155, 1e200, 1e307}) {
            CAPTURE(value);
            std::vector<double> data(chunk, value);
            data.resize(2 * chunk, -value);
            Array<double> x({1, static_cast<std::int64_t>(data.size())}, data);
            Array<double> y({1, static_cast<std::int64_t>(data.size())});
            require_ok(unitvar_layer_norm(x, 1, nullptr, nullptr, 0, y, nullptr, nullptr));
            std::vector<long double> expected(chunk, 1);
            expected.resize(2 * chunk, -1);
            CHECK(support::worst_relative(y.values(), expected) <= 1e-15);
        }
    }
}
