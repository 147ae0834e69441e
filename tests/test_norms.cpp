// Keeps the forward norms of section 9 of unitvar.h: printed reference values, their definitions in long double to a
// unit of the last place, running statistics, layouts, in-place use, and the same bits everywhere.
#include "oracle/norms.hpp"
#include "support/arrays.hpp"
#include "support/scale.hpp"
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
using support::wide;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Half a unit of the last digit printed.
constexpr double half_digit = 0.5e-4;

void check_printed(const std::vector<float> &got, const std::vector<double> &printed)
{
    REQUIRE(got.size() == printed.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        CHECK(std::abs(static_cast<double>(got[i]) - printed[i]) <= half_digit + 1e-7);
}

struct Case {
    Shape3 shape;
    bool channels_last;
};

// Positions below, at and above the lanes; groups within and beyond a chunk.
std::vector<Case> cases()
{
    std::vector<Case> list;
    for (const bool channels_last : {false, true})
        for (const Shape3 &shape : {Shape3{2, 4, 3}, Shape3{3, 6, 15}, Shape3{2, 4, 16}, Shape3{3, 2, 17},
                                    Shape3{2, 32, 49}, Shape3{1, 2, 5000}, Shape3{40, 4, 1}, Shape3{5, 36, 2}})
            list.push_back({shape, channels_last});
    return list;
}

Lengths lengths(const Shape3 &s)
{
    return {static_cast<std::int64_t>(s.images), static_cast<std::int64_t>(s.channels),
            static_cast<std::int64_t>(s.positions)};
}

std::int64_t count(std::size_t n)
{
    return static_cast<std::int64_t>(n);
}

template <class T> struct Data {
    std::vector<T> x;
    std::vector<T> weight;
    std::vector<T> bias;
};

template <class T> Data<T> data_of(const Shape3 &s, double mean = 0.5, double deviation = 2)
{
    return {support::random_values<T>(s.elements(), s.elements(), mean, deviation),
            support::random_values<T>(s.channels, 11, 1, 0.5), support::random_values<T>(s.channels, 12)};
}

const auto by_channel = [](std::size_t, std::size_t c, std::size_t) { return c; };

// f32: half a unit is the rounding itself, the rest what double leaves, also where bias and value cancel.
constexpr double f32_ulps = 0.51;

// Relative to the largest result. Statistics of f64 data are sums in double themselves, of up to 10000 elements here.
template <class T> double allowed()
{
    return (std::is_same_v<T, float> ? 4 : 64) * std::numeric_limits<T>::epsilon();
}

template <class T> void check_group_norm(const Case &c, std::size_t groups)
{
    const Shape3 &s = c.shape;
    if (s.channels % groups != 0 || s.images * s.channels / groups * s.positions == 1)
        return;
    CAPTURE(groups);
    const Data<T> d = data_of<T>(s);
    Array<T> x(lengths(s), d.x, c.channels_last);
    Array<T> y(lengths(s), c.channels_last);
    Array<T> weight({count(s.channels)}, d.weight);
    Array<T> bias({count(s.channels)}, d.bias);
    Array<T> mean({count(s.images), count(groups)});
    Array<T> rstd({count(s.images), count(groups)});
    const T eps = static_cast<T>(1e-5);
    require_ok(unitvar_group_norm(x, count(groups), weight, bias, 1e-5, y, mean, rstd));
    const std::size_t width = s.channels / groups;
    const oracle::Normalised exact = oracle::normalise(
        wide(d.x), s, [=](std::size_t n, std::size_t ch, std::size_t) { return n * groups + ch / width; },
        s.images * groups, by_channel, wide(d.weight), wide(d.bias), eps);
    CHECK(support::worst_relative(y.values(), exact.y) <= allowed<T>());
    const std::vector<T> saved = rstd.values();
    for (std::size_t u = 0; u < saved.size(); ++u)
        CHECK(support::ulps(saved[u], 1 / std::sqrt(exact.statistics[u].var(0) + eps)) <= 8);
    if (std::is_same_v<T, float>)
        CHECK(support::worst_ulps(y.values(), exact.y) <= f32_ulps);
}

template <class T> void check_batch_norm(const Case &c)
{
    const Shape3 &s = c.shape;
    const Data<T> d = data_of<T>(s);
    Array<T> x(lengths(s), d.x, c.channels_last);
    Array<T> y(lengths(s), c.channels_last);
    Array<T> weight({count(s.channels)}, d.weight);
    Array<T> bias({count(s.channels)}, d.bias);
    Array<T> running_mean({count(s.channels)}, std::vector<T>(s.channels, T(2)));
    Array<T> running_var({count(s.channels)}, std::vector<T>(s.channels, T(3)));
    Array<T> save_mean({count(s.channels)});
    Array<T> save_rstd({count(s.channels)});
    std::int64_t batches = 4;
    const T eps = static_cast<T>(1e-3);
    require_ok(unitvar_batch_norm(x, weight, bias, running_mean, running_var, &batches, 1, 0.25, 1e-3, y, save_mean,
                                  save_rstd));
    const oracle::Normalised exact =
        oracle::normalise(wide(d.x), s, by_channel, s.channels, by_channel, wide(d.weight), wide(d.bias), eps);
    CHECK(support::worst_relative(y.values(), exact.y) <= allowed<T>());
    if (std::is_same_v<T, float>)
        CHECK(support::worst_ulps(y.values(), exact.y) <= f32_ulps);
    CHECK(batches == 5);
    oracle::Values kept_mean;
    oracle::Values kept_var;
    for (std::size_t ch = 0; ch < s.channels; ++ch) {
        const oracle::MeanVar &m = exact.statistics[ch];
        kept_mean.push_back(0.75L * 2 + 0.25L * m.mean);
        kept_var.push_back(0.75L * 3 + 0.25L * m.var(1));
        CHECK(support::ulps(save_rstd.values()[ch], 1 / std::sqrt(m.var(0) + eps)) <= 8);
    }
    CHECK(support::worst_relative(running_mean.values(), kept_mean) <= allowed<T>());
    CHECK(support::worst_relative(running_var.values(), kept_var) <= allowed<T>());

    // Evaluation: the recorded statistics, which stay as they are.
    const std::vector<T> mean = running_mean.values();
    const std::vector<T> var = running_var.values();
    require_ok(unitvar_batch_norm(x, weight, bias, running_mean, running_var, &batches, 0, 0.25, 1e-3, y, save_mean,
                                  save_rstd));
    oracle::Values evaluated(s.elements());
    for (std::size_t n = 0; n < s.images; ++n)
        for (std::size_t ch = 0; ch < s.channels; ++ch)
            for (std::size_t p = 0; p < s.positions; ++p) {
                const std::size_t i = s.at(n, ch, p);
                evaluated[i] = (d.x[i] - static_cast<long double>(mean[ch])) /
                                   std::sqrt(static_cast<long double>(var[ch]) + eps) * d.weight[ch] +
                               d.bias[ch];
            }
    CHECK(support::worst_relative(y.values(), evaluated) <= allowed<T>());
    CHECK(support::same_bits(running_mean.values(), mean));
    CHECK(support::same_bits(running_var.values(), var));
    CHECK(support::same_bits(save_mean.values(), mean));
    CHECK(batches == 5);
}

template <class T> void check_instance_norm(const Case &c)
{
    const Shape3 &s = c.shape;
    if (s.positions == 1)
        return;
    const Data<T> d = data_of<T>(s);
    Array<T> x(lengths(s), d.x, c.channels_last);
    Array<T> y(lengths(s), c.channels_last);
    Array<T> weight({count(s.channels)}, d.weight);
    Array<T> bias({count(s.channels)}, d.bias);
    Array<T> running_mean({count(s.channels)}, std::vector<T>(s.channels, T(2)));
    Array<T> running_var({count(s.channels)}, std::vector<T>(s.channels, T(3)));
    require_ok(unitvar_instance_norm(x, weight, bias, running_mean, running_var, 1, 0.5, 1e-5, y));
    const oracle::Normalised exact = oracle::normalise(
        wide(d.x), s, [&](std::size_t n, std::size_t ch, std::size_t) { return n * s.channels + ch; },
        s.images * s.channels, by_channel, wide(d.weight), wide(d.bias), static_cast<T>(1e-5));
    CHECK(support::worst_relative(y.values(), exact.y) <= allowed<T>());
    for (std::size_t ch = 0; ch < s.channels; ++ch) {
        long double mean = 0;
        long double var = 0;
        for (std::size_t n = 0; n < s.images; ++n) {
            mean += exact.statistics[n * s.channels + ch].mean / static_cast<long double>(s.images);
            var += exact.statistics[n * s.channels + ch].var(1) / static_cast<long double>(s.images);
        }
        CHECK(support::ulps(running_mean.values()[ch], 1 + mean / 2) <= 16);
        CHECK(support::ulps(running_var.values()[ch], 1.5L + var / 2) <= 16);
    }
}

template <class T> void check_switchable_norm(const Case &c)
{
    const Shape3 &s = c.shape;
    const Data<T> d = data_of<T>(s);
    Array<T> x(lengths(s), d.x, c.channels_last);
    Array<T> y(lengths(s), c.channels_last);
    Array<T> weight({count(s.channels)}, d.weight);
    Array<T> bias({count(s.channels)}, d.bias);
    const double mean_logits[3] = {0.3, -1, 2};
    const double var_logits[3] = {-0.5, 1, 0};
    require_ok(unitvar_switchable_norm(x, weight, bias, mean_logits, var_logits, nullptr, nullptr, 1, 0.1, 1e-5, y));
    const auto weights = [](const double(&logits)[3]) {
        oracle::Values e{std::exp(static_cast<long double>(logits[0])), std::exp(static_cast<long double>(logits[1])),
                         std::exp(static_cast<long double>(logits[2]))};
        const long double sum = e[0] + e[1] + e[2];
        return oracle::Values{e[0] / sum, e[1] / sum, e[2] / sum};
    };
    const oracle::Values wm = weights(mean_logits);
    const oracle::Values wv = weights(var_logits);
    const auto statistics = [&](const oracle::Index &group, std::size_t groups) {
        return oracle::normalise(wide(d.x), s, group, groups, by_channel, wide(d.weight), wide(d.bias), 1).statistics;
    };
    const auto instance = statistics([&](std::size_t n, std::size_t ch, std::size_t) { return n * s.channels + ch; },
                                     s.images * s.channels);
    const auto layer = statistics([](std::size_t n, std::size_t, std::size_t) { return n; }, s.images);
    const auto batch = statistics(by_channel, s.channels);
    oracle::Values exact(s.elements());
    for (std::size_t n = 0; n < s.images; ++n)
        for (std::size_t ch = 0; ch < s.channels; ++ch) {
            const oracle::MeanVar &i = instance[n * s.channels + ch];
            const long double mean = wm[0] * i.mean + wm[1] * layer[n].mean + wm[2] * batch[ch].mean;
            const long double var = wv[0] * i.var(0) + wv[1] * layer[n].var(0) + wv[2] * batch[ch].var(0);
            for (std::size_t p = 0; p < s.positions; ++p) {
                const std::size_t at = s.at(n, ch, p);
                exact[at] = (d.x[at] - mean) / std::sqrt(var + static_cast<T>(1e-5)) * d.weight[ch] + d.bias[ch];
            }
        }
    CHECK(support::worst_relative(y.values(), exact) <= allowed<T>());
}

template <class T> void check_rows(std::size_t rows, std::size_t n, double mean, double deviation)
{
    CAPTURE(rows);
    CAPTURE(n);
    CAPTURE(mean);
    CAPTURE(deviation);
    const Shape3 s{rows, n, 1};
    const Data<T> d = data_of<T>(s, mean, deviation);
    Array<T> x({count(rows), count(n)}, d.x);
    Array<T> y({count(rows), count(n)});
    Array<T> weight({count(n)}, d.weight);
    Array<T> bias({count(n)}, d.bias);
    Array<T> saved_mean({count(rows)});
    Array<T> rstd({count(rows), 1});
    const auto by_row = [](std::size_t r, std::size_t, std::size_t) { return r; };
    const T eps = static_cast<T>(1e-5);
    const double relative = allowed<T>();
    require_ok(unitvar_layer_norm(x, 1, weight, bias, 1e-5, y, saved_mean, rstd));
    const oracle::Normalised exact =
        oracle::normalise(wide(d.x), s, by_row, rows, by_channel, wide(d.weight), wide(d.bias), eps);
    CHECK(support::worst_relative(y.values(), exact.y) <= relative);
    if (std::is_same_v<T, float>) {
        CHECK(support::worst_ulps(y.values(), exact.y) <= f32_ulps);
        CHECK(support::worst_ulps(saved_mean.values(), [&] {
                  oracle::Values means;
                  for (const oracle::MeanVar &m : exact.statistics)
                      means.push_back(m.mean);
                  return means;
              }()) <= 4);
    }
    // Without parameters, and each alone.
    require_ok(unitvar_layer_norm(x, 1, nullptr, nullptr, 1e-5, y, nullptr, nullptr));
    const oracle::Normalised plain =
        oracle::normalise(wide(d.x), s, by_row, rows, by_channel, oracle::ones(n), oracle::zeros(n), eps);
    if (std::is_same_v<T, float>)
        CHECK(support::worst_ulps(y.values(), plain.y) <= f32_ulps);
    require_ok(unitvar_layer_norm(x, 1, nullptr, bias, 1e-5, y, nullptr, nullptr));
    const oracle::Normalised shifted =
        oracle::normalise(wide(d.x), s, by_row, rows, by_channel, oracle::ones(n), wide(d.bias), eps);
    CHECK(support::worst_relative(y.values(), shifted.y) <= relative);
    require_ok(unitvar_rms_norm(x, 1, weight, 1e-5, y, rstd));
    CHECK(support::worst_ulps(y.values(), oracle::rms_norm(wide(d.x), n, wide(d.weight), eps)) <=
          (std::is_same_v<T, float> ? f32_ulps : 8));
}

// Every norm of this data, one after the other, as one vector.
std::vector<float> everything(const Case &c, bool in_place)
{
    const Shape3 &s = c.shape;
    const Data<float> d = data_of<float>(s);
    Array<float> weight({count(s.channels)}, d.weight);
    Array<float> bias({count(s.channels)}, d.bias);
    Array<float> row_weight({count(s.positions)}, support::random_values<float>(s.positions, 3));
    const double logits[3] = {0, 0.5, 1};
    std::vector<float> all;
    const auto run = [&](const std::function<std::int32_t(unitvar_tensor *, unitvar_tensor *)> &norm) {
        Array<float> x(lengths(s), d.x, c.channels_last);
        Array<float> y(lengths(s), c.channels_last);
        require_ok(norm(x, in_place ? x : y));
        const std::vector<float> values = in_place ? x.values() : y.values();
        all.insert(all.end(), values.begin(), values.end());
    };
    using V = unitvar_tensor *;
    run([&](V x, V y) { return unitvar_layer_norm(x, 1, row_weight, nullptr, 1e-5, y, nullptr, nullptr); });
    run([&](V x, V y) { return unitvar_layer_norm(x, 2, nullptr, nullptr, 1e-5, y, nullptr, nullptr); });
    run([&](V x, V y) { return unitvar_rms_norm(x, 1, row_weight, 1e-5, y, nullptr); });
    run([&](V x, V y) { return unitvar_group_norm(x, 2, weight, bias, 1e-5, y, nullptr, nullptr); });
    run([&](V x, V y) {
        return unitvar_batch_norm(x, weight, bias, nullptr, nullptr, nullptr, 1, 0.1, 1e-5, y, nullptr, nullptr);
    });
    if (s.positions > 1)
        run([&](V x, V y) { return unitvar_instance_norm(x, weight, bias, nullptr, nullptr, 1, 0.1, 1e-5, y); });
    run([&](V x, V y) {
        return unitvar_switchable_norm(x, weight, bias, logits, logits, nullptr, nullptr, 1, 0.1, 1e-5, y);
    });
    run([&](V x, V y) { return unitvar_local_response_norm(x, 5, 0.1, 0.75, 1, y); });
    run([&](V x, V y) { return unitvar_local_response_norm(x, 4, 0.1, 0.6, 1, y); });
    return all;
}

} // namespace

TEST_CASE("BatchNorm2d of the reference case has the printed digits")
{
    const std::vector<float> data{-2.4308F, -1.0281F, -1.1322F, 0.9819F, -0.4069F, 0.7973F,  1.6296F,  1.6797F,
                                  0.2802F,  -0.8285F, 2.0101F,  0.1286F, -0.5740F, 0.1970F,  -0.7209F, -0.7231F,
                                  -0.1489F, 0.4993F,  0.4159F,  1.4238F, 0.0334F,  -0.6333F, 0.1308F,  -0.2180F};
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        Array<float> x({1, 2, 3, 4}, data);
        Array<float> y({1, 2, 3, 4});
        Array<float> weight({2}, {0.5653F, 0.0322F});
        Array<float> bias({2}, {0, 0});
        Array<float> mean({2});
        Array<float> rstd({2});
        require_ok(unitvar_batch_norm(x, weight, bias, nullptr, nullptr, nullptr, 1, 0.1, 1e-5, y, mean, rstd));
        const std::vector<double> printed{-1.1237, -0.5106, -0.5561, 0.3679,  -0.2391, 0.2873,  0.6510,  0.6729,
                                          0.0612,  -0.4233, 0.8173,  -0.0050, -0.0293, 0.0120,  -0.0372, -0.0373,
                                          -0.0066, 0.0282,  0.0237,  0.0777,  0.0032,  -0.0325, 0.0084,  -0.0103};
        // Data and weights are printed to as many digits as the result: half a digit of x - mean, twice that at most,
        // is scaled by weight * rstd, and half a digit of the weight by the normalised value.
        for (std::size_t i = 0; i < printed.size(); ++i) {
            const double w = static_cast<double>(weight.values()[i / 12]);
            const double scale = w * static_cast<double>(rstd.values()[i / 12]);
            CHECK(std::abs(static_cast<double>(y.values()[i]) - printed[i]) <=
                  half_digit * (1 + 2 * scale + std::abs(printed[i] / w)));
        }
        const double r = static_cast<double>(rstd.values()[0]);
        CHECK(std::abs(static_cast<double>(mean.values()[0]) - 0.1401) <= 0.5e-4);
        CHECK(std::abs(1 / (r * r) - 1e-5 - 1.6730) <= 0.5e-4);
    }
}

TEST_CASE("LayerNorm and activations of the reference case have the printed digits")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        Array<float> x({10}, {-0.9F, 0.1F, 0, -0.1F, 0.9F, -0.4F, 0.9F, -0.5F, 0.8F, 0.1F});
        Array<float> y({10});
        require_ok(unitvar_layer_norm(x, 1, nullptr, nullptr, 0, y, nullptr, nullptr));
        check_printed(y.values(),
                      {-1.6906, 0.0171, -0.1537, -0.3245, 1.3833, -0.8368, 1.3833, -1.0076, 1.2125, 0.0171});
        Array<float> activated({10});
        require_ok(unitvar_relu(y, activated));
        check_printed(activated.values(), {0, 0.0171, 0, 0, 1.3833, 0, 1.3833, 0, 1.2125, 0.0171});
        Array<float> slope({1}, {0.25F});
        require_ok(unitvar_prelu(y, slope, activated));
        check_printed(activated.values(),
                      {-0.4227, 0.0171, -0.0384, -0.0811, 1.3833, -0.2092, 1.3833, -0.2519, 1.2125, 0.0171});
        require_ok(unitvar_leaky_relu(y, 0.01, activated));
        check_printed(activated.values(),
                      {-0.0169, 0.0171, -0.0015, -0.0032, 1.3833, -0.0084, 1.3833, -0.0101, 1.2125, 0.0171});
    }
}

TEST_CASE("layer_norm and rms_norm equal their definitions within one unit of the last place")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const std::size_t n : {1u, 2u, 7u, 15u, 16u, 17u, 31u, 48u, 100u, 768u, 8192u, 9001u}) {
            check_rows<float>(3, n, 0.5, 2);
            check_rows<double>(3, n, 0.5, 2);
        }
        check_rows<float>(40, 100, 1e6, 1);
        check_rows<float>(40, 100, 1e18, 1e17);
        check_rows<float>(4, 100, 0.5, 1e-3);
    }
}

TEST_CASE("group_norm equals its definition in every layout")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const Case &c : cases()) {
            CAPTURE(c.shape.positions);
            CAPTURE(c.channels_last);
            for (const std::size_t groups : {1u, 2u, 4u}) {
                check_group_norm<float>(c, groups);
                check_group_norm<double>(c, groups);
            }
        }
    }
}

TEST_CASE("batch_norm equals its definition, and records unbiased running statistics")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const Case &c : cases()) {
            CAPTURE(c.shape.positions);
            CAPTURE(c.channels_last);
            check_batch_norm<float>(c);
            check_batch_norm<double>(c);
        }
    }
}

TEST_CASE("instance_norm and switchable_norm equal their definitions in every layout")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const Case &c : cases()) {
            CAPTURE(c.shape.positions);
            CAPTURE(c.channels_last);
            check_instance_norm<float>(c);
            check_instance_norm<double>(c);
            check_switchable_norm<float>(c);
            check_switchable_norm<double>(c);
        }
    }
}

TEST_CASE("a NaN momentum records the average of all batches")
{
    Array<float> mean({1}, {0});
    Array<float> var({1}, {1});
    std::int64_t batches = 0;
    double sum = 0;
    for (int i = 1; i <= 5; ++i) {
        const float first = static_cast<float>(i);
        Array<float> x({2, 1}, {first, first * 3});
        Array<float> y({2, 1});
        require_ok(
            unitvar_batch_norm(x, nullptr, nullptr, mean, var, &batches, 1, not_a_number, 1e-5, y, nullptr, nullptr));
        sum += 2 * i;
        CHECK(batches == i);
        CHECK(static_cast<double>(mean.values()[0]) == doctest::Approx(sum / i));
    }
    CHECK(static_cast<double>(var.values()[0]) == doctest::Approx((2.0 + 8 + 18 + 32 + 50) / 5));
}

TEST_CASE("constant rows give exactly the bias, also where they are huge")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const float value : {0.0F, 0.1F, -3e7F, 1e18F}) {
            Array<float> x({2, 100}, std::vector<float>(200, value));
            Array<float> y({2, 100});
            Array<float> weight({100}, support::random_values<float>(100, 1));
            Array<float> bias({100}, support::random_values<float>(100, 2));
            require_ok(unitvar_layer_norm(x, 1, weight, bias, 1e-5, y, nullptr, nullptr));
            std::vector<float> expected = bias.values();
            expected.insert(expected.end(), expected.begin(), expected.begin() + 100);
            CHECK(y.values() == expected);
            // eps = 0: a reciprocal deviation of 0 in batch_norm, 0 / 0 in layer_norm, as in PyTorch.
            require_ok(unitvar_batch_norm(x, nullptr, bias, nullptr, nullptr, nullptr, 1, 0.1, 0, y, nullptr, nullptr));
            CHECK(y.values() == expected);
            require_ok(unitvar_layer_norm(x, 1, nullptr, nullptr, 0, y, nullptr, nullptr));
            CHECK(std::isnan(y.values()[0]));
        }
    }
}

TEST_CASE("subnormal rows keep their precision")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        const std::vector<float> data = support::random_values<float>(200, 8, 0, 1e-40);
        Array<float> x({2, 100}, data);
        Array<float> y({2, 100});
        require_ok(unitvar_layer_norm(x, 1, nullptr, nullptr, 0, y, nullptr, nullptr));
        const oracle::Normalised exact = oracle::normalise(
            wide(data), {2, 100, 1}, [](std::size_t r, std::size_t, std::size_t) { return r; }, 2, by_channel,
            oracle::ones(100), oracle::zeros(100), 0);
        CHECK(support::worst_ulps(y.values(), exact.y) <= 1);
    }
}

TEST_CASE("NaN and infinity spoil their own statistics and nothing else")
{
    const float infinity = std::numeric_limits<float>::infinity();
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const float special : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity}) {
            std::vector<float> data = support::random_values<float>(120, 9);
            data[7] = special;
            Array<float> x({3, 40}, data);
            Array<float> y({3, 40});
            require_ok(unitvar_layer_norm(x, 1, nullptr, nullptr, 1e-5, y, nullptr, nullptr));
            for (std::size_t i = 0; i < 120; ++i)
                CHECK(std::isnan(y.values()[i]) == (i < 40));
            require_ok(
                unitvar_batch_norm(x, nullptr, nullptr, nullptr, nullptr, nullptr, 1, 0.1, 1e-5, y, nullptr, nullptr));
            for (std::size_t i = 0; i < 120; ++i)
                CHECK(std::isnan(y.values()[i]) == (i % 40 == 7));
        }
    }
}

TEST_CASE("y may be x, and instruction set and threads never change a bit of a norm")
{
    for (const Case &c : cases()) {
        CAPTURE(c.shape.positions);
        CAPTURE(c.channels_last);
        std::vector<float> reference;
        {
            const support::ForcedIsa scalar("scalar");
            reference = everything(c, false);
        }
        for (const std::string &isa : support::isas()) {
            const support::ForcedIsa forced(isa);
            CHECK_MESSAGE(support::same_bits(everything(c, false), reference), isa);
            CHECK_MESSAGE(support::same_bits(everything(c, true), reference), isa, " in place");
        }
    }
}

// Rounding hides from f32 in which order sums in double were made.
TEST_CASE_TEMPLATE("threads never change a bit of norms that are large enough for them", T, float, double)
{
    const std::int64_t n = support::quick() ? 6000 : 60000;
    const std::vector<T> data = support::random_values<T>(static_cast<std::size_t>(n) * 12, 10);
    for (const bool channels_last : {false, true})
        for (const std::string &isa : support::isas()) {
            const support::ForcedIsa forced(isa);
            std::vector<std::vector<T>> reference;
            for (std::int32_t threads = 1; threads <= 4; ++threads) {
                const support::ForcedThreads forced_threads(threads);
                Array<T> x({2, 6, n}, data, channels_last);
                Array<T> y({2, 6, n}, channels_last);
                std::vector<std::vector<T>> results;
                const auto keep = [&](std::int32_t status) {
                    require_ok(status);
                    results.push_back(y.memory());
                };
                keep(unitvar_layer_norm(x, 1, nullptr, nullptr, 1e-5, y, nullptr, nullptr));
                keep(unitvar_layer_norm(x, 3, nullptr, nullptr, 1e-5, y, nullptr, nullptr));
                keep(unitvar_group_norm(x, 2, nullptr, nullptr, 1e-5, y, nullptr, nullptr));
                keep(unitvar_batch_norm(x, nullptr, nullptr, nullptr, nullptr, nullptr, 1, 0.1, 1e-5, y, nullptr,
                                        nullptr));
                keep(unitvar_local_response_norm(x, 3, 0.1, 0.75, 1, y));
                if (threads == 1)
                    reference = results;
                for (std::size_t i = 0; i < results.size(); ++i)
                    CHECK_MESSAGE(support::same_bits(results[i], reference[i]), isa, " norm ", i, " with ", threads,
                                  " threads");
            }
        }
}

TEST_CASE("tensors without elements succeed, and running statistics stay")
{
    Array<float> x({0, 3, 4}, {});
    Array<float> y({0, 3, 4}, {});
    Array<float> mean({3}, {1, 2, 3});
    Array<float> var({3}, {4, 5, 6});
    std::int64_t batches = 7;
    const double logits[3] = {0, 0, 0};
    require_ok(unitvar_layer_norm(x, 1, nullptr, nullptr, 1e-5, y, nullptr, nullptr));
    require_ok(unitvar_rms_norm(x, 2, nullptr, 1e-5, y, nullptr));
    require_ok(unitvar_group_norm(x, 3, nullptr, nullptr, 1e-5, y, nullptr, nullptr));
    require_ok(unitvar_batch_norm(x, nullptr, nullptr, mean, var, &batches, 1, 0.1, 1e-5, y, nullptr, nullptr));
    require_ok(unitvar_instance_norm(x, nullptr, nullptr, mean, var, 1, 0.1, 1e-5, y));
    require_ok(unitvar_switchable_norm(x, nullptr, nullptr, logits, logits, mean, var, 1, 0.1, 1e-5, y));
    require_ok(unitvar_local_response_norm(x, 5, 1e-4, 0.75, 1, y));
    CHECK(batches == 7);
    CHECK(mean.values() == std::vector<float>{1, 2, 3});
    CHECK(var.values() == std::vector<float>{4, 5, 6});
}
