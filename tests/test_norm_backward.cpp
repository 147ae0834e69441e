// Keeps the gradients of sections 9 and 10 of unitvar.h: equal to central differences of the definitions in long
// double, in every layout, in place, and the same bits everywhere.
#include "oracle/norms.hpp"
#include "support/arrays.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using oracle::Shape3;
using oracle::Values;
using support::Array;
using support::Lengths;
using support::require_ok;
using support::wide;

namespace {

// Central differences are good to about 1e-12 of the largest gradient; saved statistics are rounded to T.
template <class T> double allowed()
{
    return std::is_same_v<T, float> ? 2e-6 : 1e-8;
}

struct Case {
    Shape3 shape;
    bool channels_last;
};

std::vector<Case> cases()
{
    std::vector<Case> list;
    for (const bool channels_last : {false, true})
        for (const Shape3 &shape : {Shape3{3, 4, 5}, Shape3{2, 2, 18}, Shape3{6, 4, 1}})
            list.push_back({shape, channels_last});
    return list;
}

std::int64_t count(std::size_t n)
{
    return static_cast<std::int64_t>(n);
}

// Tensors of one case.
template <class T> struct Setup {
    Shape3 s;
    std::vector<T> data;
    std::vector<T> gradient;
    std::vector<T> scales;
    Lengths shape;
    Array<T> x;
    Array<T> grad_y;
    Array<T> y;
    Array<T> grad_x;
    Array<T> weight;
    Array<T> grad_weight;
    Array<T> grad_bias;

    explicit Setup(const Case &c, std::size_t parameters)
        : s(c.shape), data(support::random_values<T>(s.elements(), 1, 0.5, 2)),
          gradient(support::random_values<T>(s.elements(), 2)),
          scales(support::random_values<T>(parameters, 3, 1, 0.5)), shape{count(s.images), count(s.channels),
                                                                          count(s.positions)},
          x(shape, data, c.channels_last), grad_y(shape, gradient, c.channels_last), y(shape, c.channels_last),
          grad_x(shape, c.channels_last), weight({count(parameters)}, scales), grad_weight({count(parameters)}),
          grad_bias({count(parameters)})
    {
    }

    // Against the gradients of sum(y grad_y), y the definition with these statistics and parameters.
    void check(const oracle::Index &group, std::size_t groups, const oracle::Index &parameter, long double eps)
    {
        const auto loss = [&](const Values &at, const Values &w, const Values &b) {
            return oracle::dot(oracle::normalise(at, s, group, groups, parameter, w, b, eps).y, wide(gradient));
        };
        const Values w = wide(scales);
        const Values b = oracle::zeros(w.size());
        const Values in = wide(data);
        const double bound = allowed<T>();
        CHECK(support::worst_relative(grad_x.values(),
                                      oracle::gradient([&](const Values &v) { return loss(v, w, b); }, in)) <= bound);
        CHECK(support::worst_relative(grad_weight.values(),
                                      oracle::gradient([&](const Values &v) { return loss(in, v, b); }, w)) <= bound);
        CHECK(support::worst_relative(grad_bias.values(),
                                      oracle::gradient([&](const Values &v) { return loss(in, w, v); }, b)) <= bound);
    }
};

const auto by_channel = [](std::size_t, std::size_t c, std::size_t) { return c; };

template <class T> void check_layer_norm(const Case &c)
{
    const Shape3 &s = c.shape;
    Setup<T> t(c, s.positions);
    Array<T> mean({count(s.images), count(s.channels)});
    Array<T> rstd({count(s.images), count(s.channels)});
    require_ok(unitvar_layer_norm(t.x, 1, t.weight, nullptr, 0.25, t.y, mean, rstd));
    require_ok(
        unitvar_layer_norm_backward(t.grad_y, t.x, 1, mean, rstd, t.weight, t.grad_x, t.grad_weight, t.grad_bias));
    t.check([&](std::size_t n, std::size_t ch, std::size_t) { return n * s.channels + ch; }, s.images * s.channels,
            [](std::size_t, std::size_t, std::size_t p) { return p; }, 0.25L);
}

template <class T> void check_rms_norm(const Case &c)
{
    const Shape3 &s = c.shape;
    Setup<T> t(c, s.positions);
    Array<T> rstd({count(s.images), count(s.channels)});
    require_ok(unitvar_rms_norm(t.x, 1, t.weight, 0.25, t.y, rstd));
    require_ok(unitvar_rms_norm_backward(t.grad_y, t.x, 1, rstd, t.weight, t.grad_x, t.grad_weight));
    const Values w = wide(t.scales);
    const Values in = wide(t.data);
    const auto loss = [&](const Values &at, const Values &weight) {
        return oracle::dot(oracle::rms_norm(at, s.positions, weight, 0.25L), wide(t.gradient));
    };
    CHECK(support::worst_relative(t.grad_x.values(),
                                  oracle::gradient([&](const Values &v) { return loss(v, w); }, in)) <= allowed<T>());
    CHECK(support::worst_relative(t.grad_weight.values(),
                                  oracle::gradient([&](const Values &v) { return loss(in, v); }, w)) <= allowed<T>());
}

template <class T> void check_group_norm(const Case &c)
{
    const Shape3 &s = c.shape;
    Setup<T> t(c, s.channels);
    Array<T> mean({count(s.images), 2});
    Array<T> rstd({count(s.images), 2});
    require_ok(unitvar_group_norm(t.x, 2, t.weight, nullptr, 0.25, t.y, mean, rstd));
    require_ok(
        unitvar_group_norm_backward(t.grad_y, t.x, 2, mean, rstd, t.weight, t.grad_x, t.grad_weight, t.grad_bias));
    t.check([&](std::size_t n, std::size_t ch, std::size_t) { return n * 2 + ch / (s.channels / 2); }, s.images * 2,
            by_channel, 0.25L);
}

template <class T> void check_batch_norm(const Case &c)
{
    const Shape3 &s = c.shape;
    Setup<T> t(c, s.channels);
    Array<T> mean({count(s.channels)});
    Array<T> rstd({count(s.channels)});
    require_ok(unitvar_batch_norm(t.x, t.weight, nullptr, nullptr, nullptr, nullptr, 1, 0.1, 0.25, t.y, mean, rstd));
    require_ok(
        unitvar_batch_norm_backward(t.grad_y, t.x, mean, rstd, t.weight, 1, t.grad_x, t.grad_weight, t.grad_bias));
    t.check(by_channel, s.channels, by_channel, 0.25L);

    // With recorded statistics y is linear in x.
    require_ok(
        unitvar_batch_norm_backward(t.grad_y, t.x, mean, rstd, t.weight, 0, t.grad_x, t.grad_weight, t.grad_bias));
    const std::vector<T> scale = rstd.values();
    const std::vector<T> got = t.grad_x.values();
    for (std::size_t i = 0; i < got.size(); ++i) {
        const std::size_t ch = i / s.positions % s.channels;
        CHECK(support::ulps(got[i], static_cast<long double>(t.gradient[i]) * t.scales[ch] * scale[ch]) <=
              (std::is_same_v<T, float> ? 0.51 : 2));
    }
}

template <class T> void check_instance_norm(const Case &c)
{
    const Shape3 &s = c.shape;
    if (s.positions == 1)
        return;
    Setup<T> t(c, s.channels);
    require_ok(unitvar_instance_norm_backward(t.grad_y, t.x, t.weight, nullptr, nullptr, 1, 0.25, t.grad_x,
                                              t.grad_weight, t.grad_bias));
    t.check([&](std::size_t n, std::size_t ch, std::size_t) { return n * s.channels + ch; }, s.images * s.channels,
            by_channel, 0.25L);
}

template <class T> void check_linear(std::size_t batch, std::size_t in, std::size_t out)
{
    CAPTURE(batch);
    CAPTURE(in);
    CAPTURE(out);
    const std::vector<T> xs = support::random_values<T>(batch * in, 1);
    const std::vector<T> ws = support::random_values<T>(out * in, 2);
    const std::vector<T> gs = support::random_values<T>(batch * out, 3);
    Array<T> x({count(batch), count(in)}, xs);
    Array<T> weight({count(out), count(in)}, ws);
    Array<T> grad_y({count(batch), count(out)}, gs);
    Array<T> grad_x({count(batch), count(in)});
    Array<T> grad_weight({count(out), count(in)});
    Array<T> grad_bias({count(out)});
    require_ok(unitvar_linear_backward(grad_y, x, weight, grad_x, grad_weight, grad_bias));
    Values for_x(batch * in);
    Values for_weight(out * in);
    Values for_bias(out);
    for (std::size_t r = 0; r < batch; ++r)
        for (std::size_t o = 0; o < out; ++o) {
            const long double g = gs[r * out + o];
            for_bias[o] += g;
            for (std::size_t i = 0; i < in; ++i) {
                for_x[r * in + i] += g * ws[o * in + i];
                for_weight[o * in + i] += g * xs[r * in + i];
            }
        }
    const double bound = 64 * std::numeric_limits<T>::epsilon();
    CHECK(support::worst_relative(grad_x.values(), for_x) <= bound);
    CHECK(support::worst_relative(grad_weight.values(), for_weight) <= bound);
    CHECK(support::worst_relative(grad_bias.values(), for_bias) <= bound);
    if (in == out) {
        require_ok(unitvar_linear_backward(grad_y, x, weight, grad_y, nullptr, nullptr));
        CHECK(support::same_bits(grad_y.values(), grad_x.values()));
    }
}

template <class T> void check_switchable_norm(const Case &c)
{
    const Shape3 &s = c.shape;
    Setup<T> t(c, s.channels);
    const double mean_logits[3] = {0.5, -0.25, 1};
    const double var_logits[3] = {-1, 0.75, 0.25};
    double grad_mean[3], grad_var[3];
    require_ok(unitvar_switchable_norm_backward(t.grad_y, t.x, t.weight, mean_logits, var_logits, nullptr, nullptr, 1,
                                                0.25, t.grad_x, t.grad_weight, t.grad_bias, grad_mean, grad_var));
    const Values w = wide(t.scales), b = oracle::zeros(s.channels), in = wide(t.data);
    const Values ml(mean_logits, mean_logits + 3), vl(var_logits, var_logits + 3);
    const auto loss = [&](const Values &x, const Values &m, const Values &v, const Values &weight, const Values &bias) {
        return oracle::dot(oracle::switchable_norm(x, s, m, v, weight, bias, 0.25L), wide(t.gradient));
    };
    const auto close = [](const auto &got, const std::function<long double(const Values &)> &f, const Values &at) {
        CHECK(support::worst_relative(got, oracle::gradient(f, at)) <= allowed<T>());
    };
    close(
        t.grad_x.values(), [&](const Values &x) { return loss(x, ml, vl, w, b); }, in);
    close(
        t.grad_weight.values(), [&](const Values &weight) { return loss(in, ml, vl, weight, b); }, w);
    close(
        t.grad_bias.values(), [&](const Values &bias) { return loss(in, ml, vl, w, bias); }, b);
    close(
        std::vector<double>(grad_mean, grad_mean + 3), [&](const Values &m) { return loss(in, m, vl, w, b); }, ml);
    close(
        std::vector<double>(grad_var, grad_var + 3), [&](const Values &v) { return loss(in, ml, v, w, b); }, vl);

    // With running statistics and training 0 those of the batch are constants; y is what the layer gives.
    Array<T> mean({count(s.channels)}, std::vector<T>(s.channels, T(0.75)));
    Array<T> var({count(s.channels)}, std::vector<T>(s.channels, T(2)));
    require_ok(unitvar_switchable_norm_backward(t.grad_y, t.x, t.weight, mean_logits, var_logits, mean, var, 0, 0.25,
                                                t.grad_x, nullptr, nullptr, grad_mean, nullptr));
    const auto recorded = [&](const Values &x) {
        const auto y_of = [&](std::size_t n, std::size_t ch) {
            Values own, layer;
            for (std::size_t k = 0; k < s.channels; ++k)
                for (std::size_t p = 0; p < s.positions; ++p) {
                    layer.push_back(x[s.at(n, k, p)]);
                    if (k == ch)
                        own.push_back(x[s.at(n, k, p)]);
                }
            const oracle::MeanVar i = oracle::mean_var(own), l = oracle::mean_var(layer);
            const auto mix = [](const double *logits, long double a, long double d, long double e) {
                const long double p[3] = {std::exp(static_cast<long double>(logits[0])),
                                          std::exp(static_cast<long double>(logits[1])),
                                          std::exp(static_cast<long double>(logits[2]))};
                return (p[0] * a + p[1] * d + p[2] * e) / (p[0] + p[1] + p[2]);
            };
            const long double m = mix(mean_logits, i.mean, l.mean, 0.75L);
            const long double v = mix(var_logits, i.var(0), l.var(0), 2);
            long double sum = 0;
            for (std::size_t p = 0; p < s.positions; ++p)
                sum += (x[s.at(n, ch, p)] - m) / std::sqrt(v + 0.25L) * w[ch] *
                       static_cast<long double>(t.gradient[s.at(n, ch, p)]);
            return sum;
        };
        long double sum = 0;
        for (std::size_t n = 0; n < s.images; ++n)
            for (std::size_t ch = 0; ch < s.channels; ++ch)
                sum += y_of(n, ch);
        return sum;
    };
    close(t.grad_x.values(), recorded, in);
}

template <class T> void check_local_response_norm(const Case &c)
{
    const Shape3 &s = c.shape;
    struct Window {
        std::int64_t before, after, size;
        double alpha, beta, k;
    };
    for (const Window &w : {Window{2, 2, 5, 0.5, 0.75, 1}, Window{2, 1, 4, 1, 0.5, 2}, Window{1, 2, 4, 1, 1, 0.5},
                            Window{1, 1, 4, 0.5, 0.6, 1}, Window{0, 3, 2, 0.25, -1.5, 1}, Window{9, 0, 3, 0.1, 2, 1}}) {
        CAPTURE(w.beta);
        Setup<T> t(c, s.channels);
        const bool torch = w.before == w.size / 2 && w.after == (w.size - 1) / 2;
        require_ok(torch ? unitvar_local_response_norm_backward(t.grad_y, t.x, w.size, w.alpha, w.beta, w.k, t.grad_x)
                         : unitvar_local_response_norm_window_backward(t.grad_y, t.x, w.before, w.after, w.size,
                                                                       w.alpha, w.beta, w.k, t.grad_x));
        const auto y = [&](const Values &x) {
            return oracle::local_response_norm(x, s, static_cast<std::size_t>(w.before),
                                               static_cast<std::size_t>(w.after), static_cast<std::size_t>(w.size),
                                               w.alpha, w.beta, w.k);
        };
        CHECK(support::worst_relative(
                  t.grad_x.values(),
                  oracle::gradient([&](const Values &x) { return oracle::dot(y(x), wide(t.gradient)); },
                                   wide(t.data))) <= allowed<T>());
        require_ok(unitvar_local_response_norm_window(t.x, w.before, w.after, w.size, w.alpha, w.beta, w.k, t.y));
        CHECK(support::worst_ulps(t.y.values(), y(wide(t.data))) <= 4);
        require_ok(unitvar_local_response_norm_window_backward(t.grad_y, t.x, w.before, w.after, w.size, w.alpha,
                                                               w.beta, w.k, t.grad_y));
        CHECK(support::same_bits(t.grad_y.values(), t.grad_x.values()));
    }
}

template <class Check> void for_all(const Check &check)
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const Case &c : cases()) {
            CAPTURE(c.shape.positions);
            CAPTURE(c.channels_last);
            check(c);
        }
    }
}

// All gradients of one case as one vector; grad_x in the memory of grad_y where in_place is set.
std::vector<float> everything(const Case &c, bool in_place)
{
    const Shape3 &s = c.shape;
    std::vector<float> all;
    const auto keep = [&](const Array<float> &array) {
        const std::vector<float> values = array.values();
        all.insert(all.end(), values.begin(), values.end());
    };
    const auto run = [&](std::size_t parameters, const auto &norm) {
        Setup<float> t(c, parameters);
        Array<float> &target = in_place ? t.grad_y : t.grad_x;
        require_ok(norm(t, target));
        keep(target);
        keep(t.grad_weight);
        keep(t.grad_bias);
    };
    const std::vector<float> ones(s.images * s.channels, 0.75F);
    Array<float> per_row({count(s.images), count(s.channels)}, ones);
    Array<float> per_channel({count(s.channels)}, std::vector<float>(s.channels, 0.75F));
    Array<float> per_group({count(s.images), 2}, std::vector<float>(s.images * 2, 0.75F));
    run(s.positions, [&](Setup<float> &t, unitvar_tensor *target) {
        return unitvar_layer_norm_backward(t.grad_y, t.x, 1, per_row, per_row, t.weight, target, t.grad_weight,
                                           t.grad_bias);
    });
    run(s.channels, [&](Setup<float> &t, unitvar_tensor *target) {
        return unitvar_group_norm_backward(t.grad_y, t.x, 2, per_group, per_group, t.weight, target, t.grad_weight,
                                           t.grad_bias);
    });
    run(s.channels, [&](Setup<float> &t, unitvar_tensor *target) {
        return unitvar_batch_norm_backward(t.grad_y, t.x, per_channel, per_channel, t.weight, 1, target, t.grad_weight,
                                           t.grad_bias);
    });
    run(s.channels, [&](Setup<float> &t, unitvar_tensor *target) {
        return unitvar_prelu_backward(t.grad_y, t.x, t.weight, target, t.grad_weight);
    });
    return all;
}

} // namespace

TEST_CASE("the gradients of layer_norm and rms_norm are those of their definitions")
{
    for_all([](const Case &c) {
        check_layer_norm<float>(c);
        check_layer_norm<double>(c);
        check_rms_norm<float>(c);
        check_rms_norm<double>(c);
    });
}

// From some hundred rows on threads share bands of them, and the sums of bands are added up.
TEST_CASE("the gradients of layer_norm and rms_norm are those of their definitions over many rows")
{
    for (const Shape3 &shape : {Shape3{8, 14, 3}, Shape3{3, 43, 2}, Shape3{1, 300, 1}}) {
        CAPTURE(shape.channels);
        check_layer_norm<float>({shape, false});
        check_layer_norm<double>({shape, false});
        check_rms_norm<float>({shape, false});
        check_rms_norm<double>({shape, false});
    }
}

TEST_CASE("the gradients of group_norm and instance_norm are those of their definitions")
{
    for_all([](const Case &c) {
        check_group_norm<float>(c);
        check_group_norm<double>(c);
        check_instance_norm<float>(c);
        check_instance_norm<double>(c);
    });
}

TEST_CASE("the gradients of batch_norm are those of its definition")
{
    for_all([](const Case &c) {
        check_batch_norm<float>(c);
        check_batch_norm<double>(c);
    });
}

TEST_CASE("the gradients of switchable_norm are those of its definition, of its logits as well")
{
    for_all([](const Case &c) {
        check_switchable_norm<float>(c);
        check_switchable_norm<double>(c);
    });
}

TEST_CASE("the gradient of local_response_norm is that of its definition, for any window")
{
    for_all([](const Case &c) {
        check_local_response_norm<float>(c);
        check_local_response_norm<double>(c);
    });
}

TEST_CASE("the gradients of linear are those of its definition")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        check_linear<float>(1, 1, 1);
        check_linear<float>(7, 20, 33);
        check_linear<double>(13, 40, 40);
        check_linear<float>(40, 70, 70);
        check_linear<float>(3, 300, 300);
    }
}

TEST_CASE("grad_x may be grad_y, and instruction set and threads never change a bit of a gradient")
{
    std::vector<Case> list = cases();
    list.push_back({{2, 4, support::quick() ? 1000u : 40000u}, false});
    for (const Case &c : list) {
        CAPTURE(c.shape.positions);
        CAPTURE(c.channels_last);
        std::vector<float> reference;
        {
            const support::ForcedIsa scalar("scalar");
            reference = everything(c, false);
        }
        for (const std::string &isa : support::isas()) {
            const support::ForcedIsa forced(isa);
            for (std::int32_t threads = 1; threads <= 4; ++threads) {
                const support::ForcedThreads forced_threads(threads);
                CHECK_MESSAGE(support::same_bits(everything(c, false), reference), isa, " with ", threads, " threads");
            }
            CHECK_MESSAGE(support::same_bits(everything(c, true), reference), isa, " in place");
        }
    }
}

TEST_CASE("gradients over no elements are zero")
{
    Array<float> x({0, 3}, {});
    Array<float> statistics({3}, {1, 1, 1});
    Array<float> grad_weight({3}, {5, 5, 5});
    Array<float> grad_bias({3}, {5, 5, 5});
    require_ok(unitvar_batch_norm_backward(x, x, statistics, statistics, nullptr, 1, nullptr, grad_weight, grad_bias));
    CHECK(grad_weight.values() == std::vector<float>{0, 0, 0});
    CHECK(grad_bias.values() == std::vector<float>{0, 0, 0});
}

namespace {

// Largest error in ulps of f32 of the largest value.
double ulps_of_largest(const std::vector<float> &got, const Values &exact)
{
    long double largest = 0;
    long double worst = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        largest = std::max(largest, std::abs(exact[i]));
        worst = std::max(worst, std::abs(static_cast<long double>(got[i]) - exact[i]));
    }
    const auto size = static_cast<float>(largest);
    return static_cast<double>(worst / (std::nextafter(size, HUGE_VALF) - size));
}

// The textbook gradients over sets of elements that share statistics; set(i) and parameter(i) of element i.
struct Textbook {
    Values x;
    Values weight;
    Values bias;

    template <class Set, class Parameter>
    Textbook(const std::vector<float> &data, const std::vector<float> &grad_y, const std::vector<float> &scales,
             std::size_t sets, bool centred, const Set &set, const Parameter &parameter)
        : x(data.size()), weight(scales.size()), bias(scales.size())
    {
        const long double eps = 1e-5f;
        Values n(sets), mean(sets), var(sets), g_sum(sets), product(sets);
        for (std::size_t i = 0; i < data.size(); ++i) {
            n[set(i)] += 1;
            mean[set(i)] += static_cast<long double>(data[i]);
        }
        for (std::size_t u = 0; u < sets; ++u)
            mean[u] = centred ? mean[u] / n[u] : 0;
        const auto deviation = [&](std::size_t i) { return static_cast<long double>(data[i]) - mean[set(i)]; };
        for (std::size_t i = 0; i < data.size(); ++i)
            var[set(i)] += deviation(i) * deviation(i) / n[set(i)];
        const auto rstd = [&](std::size_t i) { return 1 / std::sqrt(var[set(i)] + eps); };
        for (std::size_t i = 0; i < data.size(); ++i) {
            const auto g = static_cast<long double>(grad_y[i]) * static_cast<long double>(scales[parameter(i)]);
            g_sum[set(i)] += centred ? g : 0;
            product[set(i)] += g * deviation(i) * rstd(i);
            weight[parameter(i)] += static_cast<long double>(grad_y[i]) * deviation(i) * rstd(i);
            bias[parameter(i)] += static_cast<long double>(grad_y[i]);
        }
        for (std::size_t i = 0; i < data.size(); ++i) {
            const auto g = static_cast<long double>(grad_y[i]) * static_cast<long double>(scales[parameter(i)]);
            x[i] = rstd(i) * (g - g_sum[set(i)] / n[set(i)] - deviation(i) * rstd(i) * product[set(i)] / n[set(i)]);
        }
    }
};

} // namespace

TEST_CASE("gradients of f32 with statistics in f64 are within 8 ulp of the largest, however far the mean is from 0")
{
    constexpr std::int64_t images = 6, channels = 4, positions = 40, groups = 2;
    const Lengths shape{images, channels, positions};
    const std::size_t n = images * channels * positions;
    for (const double mean : {0.0, 1e3, 1e6}) {
        CAPTURE(mean);
        const std::vector<float> data = support::random_values<float>(n, 1, mean, 1);
        const std::vector<float> gradient = support::random_values<float>(n, 2);
        Array<float> x(shape, data), g(shape, gradient), y(shape), grad_x(shape);
        const auto check = [&](const Textbook &exact, const Array<float> &grad_weight, const Array<float> *grad_bias) {
            CHECK(ulps_of_largest(grad_x.values(), exact.x) <= 8);
            CHECK(ulps_of_largest(grad_weight.values(), exact.weight) <= 8);
            if (grad_bias != nullptr)
                CHECK(ulps_of_largest(grad_bias->values(), exact.bias) <= 8);
        };
        {
            const std::vector<float> scales = support::random_values<float>(positions, 3, 1, 0.5);
            Array<float> w({positions}, scales), gw({positions}), gb({positions});
            Array<double> save_mean({images, channels}), rstd({images, channels});
            const auto row = [](std::size_t i) { return i / positions; };
            const auto column = [](std::size_t i) { return i % positions; };
            require_ok(unitvar_layer_norm(x, 1, w, nullptr, 1e-5, y, save_mean, rstd));
            require_ok(unitvar_layer_norm_backward(g, x, 1, save_mean, rstd, w, grad_x, gw, gb));
            check({data, gradient, scales, images * channels, true, row, column}, gw, &gb);
            require_ok(unitvar_rms_norm(x, 1, w, 1e-5, y, rstd));
            require_ok(unitvar_rms_norm_backward(g, x, 1, rstd, w, grad_x, gw));
            check({data, gradient, scales, images * channels, false, row, column}, gw, nullptr);
        }
        const std::vector<float> scales = support::random_values<float>(channels, 3, 1, 0.5);
        Array<float> w({channels}, scales), gw({channels}), gb({channels});
        const auto channel = [](std::size_t i) { return i / positions % channels; };
        {
            Array<double> save_mean({images, groups}), rstd({images, groups});
            require_ok(unitvar_group_norm(x, groups, w, nullptr, 1e-5, y, save_mean, rstd));
            require_ok(unitvar_group_norm_backward(g, x, groups, save_mean, rstd, w, grad_x, gw, gb));
            check({data, gradient, scales, images * groups, true,
                   [](std::size_t i) { return i / (positions * channels / groups); }, channel},
                  gw, &gb);
        }
        Array<double> save_mean({channels}), rstd({channels});
        require_ok(unitvar_batch_norm(x, w, nullptr, nullptr, nullptr, nullptr, 1, 0.1, 1e-5, y, save_mean, rstd));
        require_ok(unitvar_batch_norm_backward(g, x, save_mean, rstd, w, 1, grad_x, gw, gb));
        check({data, gradient, scales, channels, true, channel, channel}, gw, &gb);
    }
}

namespace {

// In units of the last place of T of the largest.
template <class T> double worst_of_largest(const std::vector<T> &got, const Values &exact)
{
    long double largest = 0;
    long double worst = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        largest = std::max(largest, std::abs(exact[i]));
        worst = std::max(worst, std::abs(static_cast<long double>(got[i]) - exact[i]));
    }
    const auto size = static_cast<T>(largest);
    return static_cast<double>(worst / (std::nextafter(size, std::numeric_limits<T>::infinity()) - size));
}

template <class T> void check_response_accuracy(double scale, double alpha, double beta, double k)
{
    CAPTURE(scale);
    CAPTURE(beta);
    constexpr std::size_t channels = 9, positions = 50, size = 5;
    const Lengths shape{2, channels, positions};
    const std::vector<T> data = support::random_values<T>(2 * channels * positions, 1, 0, scale);
    const std::vector<T> gradient = support::random_values<T>(data.size(), 2);
    Array<T> x(shape, data), g(shape, gradient), grad_x(shape);
    require_ok(unitvar_local_response_norm_backward(g, x, size, alpha, beta, k, grad_x));
    Values exact(data.size());
    const auto at = [&](std::size_t n, std::size_t c, std::size_t p) { return (n * channels + c) * positions + p; };
    const long double a = static_cast<long double>(alpha) / size;
    for (std::size_t n = 0; n < 2; ++n)
        for (std::size_t p = 0; p < positions; ++p)
            for (std::size_t c = 0; c < channels; ++c) {
                long double t = k;
                for (std::size_t j = c < 2 ? 0 : c - 2; j < std::min(channels, c + 3); ++j)
                    t += a * static_cast<long double>(data[at(n, j, p)]) * static_cast<long double>(data[at(n, j, p)]);
                const long double scaled =
                    static_cast<long double>(gradient[at(n, c, p)]) * std::pow(t, -static_cast<long double>(beta));
                exact[at(n, c, p)] += scaled;
                for (std::size_t j = c < 2 ? 0 : c - 2; j < std::min(channels, c + 3); ++j)
                    exact[at(n, j, p)] -= 2 * beta * a * scaled * (static_cast<long double>(data[at(n, c, p)]) / t) *
                                          static_cast<long double>(data[at(n, j, p)]);
            }
    CHECK(worst_of_largest(grad_x.values(), exact) <= 8);
}

// switchable_norm's gradient by the sums of its definition.
template <class T> void check_switchable_accuracy(double center)
{
    CAPTURE(center);
    const Shape3 s{4, 3, 40};
    const Lengths shape{4, 3, 40};
    const std::vector<T> data = support::random_values<T>(s.elements(), 1, center, 1);
    const std::vector<T> gradient = support::random_values<T>(s.elements(), 2);
    const double logits[3] = {0, 0, 0};
    Array<T> x(shape, data), g(shape, gradient), grad_x(shape);
    require_ok(unitvar_switchable_norm_backward(g, x, nullptr, logits, logits, nullptr, nullptr, 1, 0, grad_x, nullptr,
                                                nullptr, nullptr, nullptr));
    // The gradient does not change with the origin; long double has digits to spare only near it.
    Values in = wide(data);
    for (long double &value : in)
        value -= center;
    const auto group = [&](std::size_t kind, std::size_t n, std::size_t c) {
        return kind == 0 ? n * s.channels + c : kind == 1 ? n : c;
    };
    std::vector<oracle::MeanVar> statistics[3];
    std::vector<long double> of_mean[3], of_var[3];
    for (std::size_t k = 0; k < 3; ++k) {
        std::vector<Values> members(12);
        for (std::size_t i = 0; i < in.size(); ++i)
            members[group(k, i / 120, i / 40 % 3)].push_back(in[i]);
        for (const Values &values : members)
            statistics[k].push_back(values.empty() ? oracle::MeanVar{} : oracle::mean_var(values));
        of_mean[k].assign(12, 0);
        of_var[k].assign(12, 0);
    }
    const auto mean = [&](std::size_t n, std::size_t c) {
        return (statistics[0][group(0, n, c)].mean + statistics[1][n].mean + statistics[2][c].mean) / 3;
    };
    const auto rstd = [&](std::size_t n, std::size_t c) {
        return 1 / std::sqrt(
                       (statistics[0][group(0, n, c)].var(0) + statistics[1][n].var(0) + statistics[2][c].var(0)) / 3);
    };
    for (std::size_t i = 0; i < in.size(); ++i) {
        const std::size_t n = i / 120, c = i / 40 % 3;
        const long double r = rstd(n, c), gi = static_cast<long double>(gradient[i]);
        for (std::size_t k = 0; k < 3; ++k) {
            of_mean[k][group(k, n, c)] -= r * gi;
            of_var[k][group(k, n, c)] -= r * r * r * gi * (in[i] - mean(n, c)) / 2;
        }
    }
    Values exact;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const std::size_t n = i / 120, c = i / 40 % 3;
        long double value = rstd(n, c) * static_cast<long double>(gradient[i]);
        for (std::size_t k = 0; k < 3; ++k) {
            const std::size_t u = group(k, n, c);
            const oracle::MeanVar &m = statistics[k][u];
            value += (of_mean[k][u] + 2 * of_var[k][u] * (in[i] - m.mean)) / m.count / 3;
        }
        exact.push_back(value);
    }
    CHECK(worst_of_largest(grad_x.values(), exact) <= 8);
}

} // namespace

TEST_CASE("gradients of local_response_norm are within 8 ulp of the largest, for every exponent and scale")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const double beta : {0.75, 0.5, 1.0, 0.3, 2.5, -0.75, 0.0})
            for (const double k : {1.0, 1e-3}) {
                for (const double scale : {1.0, 1e-3, 1e4})
                    check_response_accuracy<float>(scale, 0.5, beta, k);
                for (const double scale : {1.0, 1e-3, 1e4, 1e100, 1e-200})
                    check_response_accuracy<double>(scale, 0.5, beta, k);
            }
        // Squares beyond double's range, and nothing beside them.
        check_response_accuracy<double>(1e200, 1, 0.75, 0);
        check_response_accuracy<double>(1e-200, 1, 0.75, 0);
        check_response_accuracy<float>(1e-20, 1, 0.75, 0);
    }
}

TEST_CASE("gradients of switchable_norm are within 8 ulp of the largest, however far the mean is from 0")
{
    for (const double center : {0.0, 1e3, 1e6}) {
        check_switchable_accuracy<float>(center);
        check_switchable_accuracy<double>(center);
    }
}

TEST_CASE("gradients of switchable_norm do not depend on the scale of f64 data")
{
    // A power of two times x gives the gradient over that power, to the bit.
    const Lengths shape{3, 4, 20};
    const std::vector<double> data = support::random_values<double>(240, 1, 0.5, 2);
    const std::vector<double> gradient = support::random_values<double>(240, 2);
    const double logits[3] = {0.5, -1, 0.25};
    Array<double> g(shape, gradient), grad_x(shape);
    Array<double> x(shape, data);
    require_ok(unitvar_switchable_norm_backward(g, x, nullptr, logits, logits, nullptr, nullptr, 1, 0, grad_x, nullptr,
                                                nullptr, nullptr, nullptr));
    const std::vector<double> plain = grad_x.values();
    for (const int exponent : {-600, -300, 300, 600}) {
        CAPTURE(exponent);
        std::vector<double> scaled;
        for (const double value : data)
            scaled.push_back(std::ldexp(value, exponent));
        Array<double> y(shape, scaled);
        require_ok(unitvar_switchable_norm_backward(g, y, nullptr, logits, logits, nullptr, nullptr, 1, 0, grad_x,
                                                    nullptr, nullptr, nullptr, nullptr));
        const std::vector<double> got = grad_x.values();
        for (std::size_t i = 0; i < got.size(); ++i)
            CHECK(std::abs(std::ldexp(got[i], exponent) - plain[i]) <= 1e-14);
    }
}

TEST_CASE("gradients of switchable_norm and local_response_norm refuse what their layers refuse")
{
    Array<float> x({2, 3, 4}), g({2, 3, 4}), grad_x({2, 3, 4}), flat({2, 3}), four({4});
    const double logits[3] = {0, 0, 0};
    const double bad[3] = {0, HUGE_VAL, 0};
    const auto switchable = [&](unitvar_tensor *weight, const double *mean, const double *var, double eps) {
        return unitvar_switchable_norm_backward(g, x, weight, mean, var, nullptr, nullptr, 1, eps, grad_x, nullptr,
                                                nullptr, nullptr, nullptr);
    };
    support::check_fails(switchable(four, logits, logits, 0), UNITVAR_INVALID_ARGUMENT, {"shape of weight", "(4)"});
    support::check_fails(switchable(nullptr, bad, logits, 0), UNITVAR_INVALID_ARGUMENT, {"mean_logits"});
    support::check_fails(switchable(nullptr, logits, nullptr, 0), UNITVAR_INVALID_ARGUMENT, {"var_logits", "NULL"});
    support::check_fails(switchable(nullptr, logits, logits, -1), UNITVAR_INVALID_ARGUMENT, {"eps", "-1"});
    support::check_fails(unitvar_local_response_norm_backward(g, x, 0, 1, 1, 1, grad_x), UNITVAR_INVALID_ARGUMENT,
                         {"size", "0"});
    support::check_fails(unitvar_local_response_norm_backward(flat, flat, 3, 1, 1, 1, flat), UNITVAR_INVALID_ARGUMENT,
                         {"ndim"});
    support::check_fails(unitvar_local_response_norm_window(x, -1, 0, 3, 1, 1, 1, grad_x), UNITVAR_INVALID_ARGUMENT,
                         {"before", "-1"});
    support::check_fails(unitvar_local_response_norm_window_backward(g, x, 0, -2, 3, 1, 1, 1, grad_x),
                         UNITVAR_INVALID_ARGUMENT, {"after", "-2"});
    support::check_fails(unitvar_local_response_norm_backward(g, flat, 3, 1, 1, 1, grad_x), UNITVAR_INVALID_ARGUMENT,
                         {"ndim"});
}
