// Keeps section 10 of unitvar.h: activations bit by bit from their definitions, special values included, and the linear
// layer within the error bound of a blocked sum, the same bits for a row whatever the batch, instruction set, threads.
#include "oracle/norms.hpp"
#include "support/arrays.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using support::Array;
using support::Lengths;
using support::require_ok;

namespace {

// Special values in front.
template <class T> std::vector<T> values_of(std::size_t n)
{
    using Limits = std::numeric_limits<T>;
    std::vector<T> x = support::random_values<T>(n, n);
    const T special[] = {T(0),
                         -T(0),
                         Limits::infinity(),
                         -Limits::infinity(),
                         Limits::quiet_NaN(),
                         Limits::denorm_min(),
                         -Limits::denorm_min(),
                         Limits::max(),
                         Limits::lowest()};
    for (std::size_t i = 0; i < std::size(special) && i < n; ++i)
        x[i] = special[i];
    return x;
}

template <class T> void check_same(const std::vector<T> &got, const std::vector<T> &expected)
{
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        const bool same = std::isnan(expected[i])
                              ? std::isnan(got[i])
                              : got[i] == expected[i] && std::signbit(got[i]) == std::signbit(expected[i]);
        CHECK(same);
    }
}

template <class T> void check_elementwise(std::size_t n)
{
    CAPTURE(n);
    const std::vector<T> data = values_of<T>(n);
    Array<T> x({static_cast<std::int64_t>(n)}, data);
    Array<T> y({static_cast<std::int64_t>(n)});
    Array<T> slope({1}, {T(0.25)});
    std::vector<T> relu(n);
    std::vector<T> leaky(n);
    std::vector<T> parametric(n);
    for (std::size_t i = 0; i < n; ++i) {
        relu[i] = data[i] < 0 ? T(0) : data[i];
        leaky[i] = data[i] > 0 ? data[i] : data[i] * static_cast<T>(0.01);
        parametric[i] = data[i] > 0 ? data[i] : data[i] * T(0.25);
    }
    require_ok(unitvar_relu(x, y));
    check_same(y.values(), relu);
    require_ok(unitvar_leaky_relu(x, 0.01, y));
    check_same(y.values(), leaky);
    require_ok(unitvar_prelu(x, slope, y));
    check_same(y.values(), parametric);
    require_ok(unitvar_relu(x, x));
    check_same(x.values(), relu);

    // Gradients.
    Array<T> again({static_cast<std::int64_t>(n)}, data);
    const std::vector<T> g = support::random_values<T>(n, 3);
    Array<T> grad_y({static_cast<std::int64_t>(n)}, g);
    Array<T> grad_weight({1});
    long double sum = 0;
    long double magnitude = 0;
    for (std::size_t i = 0; i < n; ++i) {
        relu[i] = data[i] <= 0 ? T(0) : g[i];
        leaky[i] = data[i] > 0 ? g[i] : g[i] * static_cast<T>(0.01);
        parametric[i] = data[i] > 0 ? g[i] : g[i] * T(0.25);
        sum += data[i] > 0 ? 0.0L : static_cast<long double>(data[i]) * g[i];
        magnitude += std::abs(static_cast<long double>(data[i]) * g[i]);
    }
    require_ok(unitvar_relu_backward(grad_y, again, y));
    check_same(y.values(), relu);
    require_ok(unitvar_leaky_relu_backward(grad_y, again, 0.01, y));
    check_same(y.values(), leaky);
    require_ok(unitvar_prelu_backward(grad_y, again, slope, y, grad_weight));
    check_same(y.values(), parametric);
    if (std::isfinite(sum))
        CHECK(std::abs(static_cast<long double>(grad_weight.values()[0]) - sum) <=
              std::numeric_limits<T>::epsilon() * (1 + std::abs(sum) + magnitude * 1e-3L));
    else
        CHECK_FALSE(std::isfinite(grad_weight.values()[0]));
    require_ok(unitvar_relu_backward(grad_y, again, grad_y));
    check_same(grad_y.values(), relu);
}

void check_channels(const Lengths &shape, bool channels_last)
{
    CAPTURE(channels_last);
    std::size_t n = 1;
    for (const std::int64_t length : shape)
        n *= static_cast<std::size_t>(length);
    const auto channels = static_cast<std::size_t>(shape[1]);
    const std::size_t positions = n / static_cast<std::size_t>(shape[0]) / channels;
    const std::vector<float> data = support::random_values<float>(n, 4);
    const std::vector<float> g = support::random_values<float>(n, 5);
    const std::vector<float> w = support::random_values<float>(channels, 6);
    Array<float> x(shape, data, channels_last);
    Array<float> grad_y(shape, g, channels_last);
    Array<float> y(shape, channels_last);
    Array<float> weight({shape[1]}, w);
    Array<float> grad_weight({shape[1]});
    std::vector<float> expected(n);
    std::vector<float> gradient(n);
    oracle::Values sums(channels);
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t c = i / positions % channels;
        expected[i] = data[i] > 0 ? data[i] : data[i] * w[c];
        gradient[i] = data[i] > 0 ? g[i] : g[i] * w[c];
        sums[c] += data[i] > 0 ? 0.0L : static_cast<long double>(data[i]) * g[i];
    }
    require_ok(unitvar_prelu(x, weight, y));
    check_same(y.values(), expected);
    require_ok(unitvar_prelu_backward(grad_y, x, weight, y, grad_weight));
    check_same(y.values(), gradient);
    CHECK(support::worst_relative(grad_weight.values(), sums) <= 1e-6);
}

template <class T>
std::vector<T> linear(const std::vector<T> &x, const std::vector<T> &w, const std::vector<T> &b, std::int64_t batch,
                      std::int64_t in, std::int64_t out)
{
    Array<T> input({batch, in}, x);
    Array<T> weight({out, in}, w);
    Array<T> bias({out}, b);
    Array<T> y({batch, out});
    require_ok(unitvar_linear(input, weight, bias, y));
    return y.values();
}

template <class T> void check_linear(std::size_t batch, std::size_t in, std::size_t out)
{
    CAPTURE(batch);
    CAPTURE(in);
    CAPTURE(out);
    const std::vector<T> x = support::random_values<T>(batch * in, 1);
    const std::vector<T> w = support::random_values<T>(out * in, 2);
    const std::vector<T> b = support::random_values<T>(out, 3);
    const std::vector<T> y = linear(x, w, b, static_cast<std::int64_t>(batch), static_cast<std::int64_t>(in),
                                    static_cast<std::int64_t>(out));
    const oracle::Values exact = oracle::linear(support::wide(x), support::wide(w), support::wide(b), in, out);
    // The bound of a sum in blocks of 256: (256 + blocks) roundings of the sum of magnitudes.
    for (std::size_t i = 0; i < y.size(); ++i) {
        long double magnitude = std::abs(static_cast<long double>(b[i % out]));
        for (std::size_t k = 0; k < in; ++k)
            magnitude += std::abs(static_cast<long double>(x[i / out * in + k]) * w[i % out * in + k]);
        const auto roundings = static_cast<long double>(std::min<std::size_t>(in, 256) + in / 256 + 2);
        CHECK(std::abs(static_cast<long double>(y[i]) - exact[i]) <=
              roundings * std::numeric_limits<T>::epsilon() / 2 * magnitude);
    }
}

} // namespace

TEST_CASE("activations and their gradients are their definitions, bit by bit")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const std::size_t n : {1u, 3u, 9u, 15u, 16u, 17u, 31u, 32u, 33u, 100u, 20000u}) {
            check_elementwise<float>(n);
            check_elementwise<double>(n);
        }
    }
}

TEST_CASE("prelu with a weight for each channel, in every layout")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const Lengths &shape : {Lengths{4, 3}, Lengths{2, 5, 3}, Lengths{2, 3, 100}, Lengths{2, 7, 9, 11}}) {
            check_channels(shape, false);
            if (shape.size() > 2)
                check_channels(shape, true);
        }
    }
}

TEST_CASE("linear equals its definition within the bound of a blocked sum")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const std::size_t batch : {1u, 5u, 12u, 13u})
            for (const std::size_t in : {1u, 17u, 256u, 300u})
                for (const std::size_t out : {1u, 31u, 33u, 70u}) {
                    check_linear<float>(batch, in, out);
                    check_linear<double>(batch, in, out);
                }
        check_linear<float>(3, 600, 300);
    }
}

TEST_CASE("a row of linear does not depend on the others, on instruction set or threads, and y may be x")
{
    constexpr std::int64_t in = 300;
    const std::int64_t batch = support::quick() ? 15 : 77;
    const auto rows = static_cast<std::size_t>(batch);
    const std::vector<float> x = support::random_values<float>(rows * in, 1);
    const std::vector<float> w = support::random_values<float>(in * in, 2);
    const std::vector<float> b = support::random_values<float>(in, 3);
    std::vector<float> reference;
    {
        const support::ForcedIsa scalar("scalar");
        reference = linear(x, w, b, batch, in, in);
    }
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (std::int32_t threads = 1; threads <= 4; ++threads) {
            const support::ForcedThreads forced_threads(threads);
            CHECK_MESSAGE(support::same_bits(linear(x, w, b, batch, in, in), reference), isa, " with ", threads);
        }
        const std::vector<float> last(x.end() - in, x.end());
        CHECK(support::same_bits(linear(last, w, b, 1, in, in),
                                 std::vector<float>(reference.end() - in, reference.end())));
        Array<float> both({batch, in}, x);
        Array<float> weight({in, in}, w);
        Array<float> bias({in}, b);
        require_ok(unitvar_linear(both, weight, bias, both));
        CHECK(support::same_bits(both.values(), reference));
    }
}

TEST_CASE("linear of no inputs is the bias")
{
    const std::vector<float> bias{1, 2, 3};
    CHECK(linear<float>({}, {}, bias, 2, 0, 3) == std::vector<float>{1, 2, 3, 1, 2, 3});
}

TEST_CASE("x of linear may have any number of dimensions, and the bias may be absent")
{
    Array<float> x({2, 1, 2}, {1, 2, 3, 4});
    Array<float> weight({3, 2}, {1, 0, 0, 1, 1, 1});
    Array<float> y({2, 1, 3});
    require_ok(unitvar_linear(x, weight, nullptr, y));
    CHECK(y.values() == std::vector<float>{1, 2, 3, 3, 4, 7});
    Array<float> vector({2}, {5, 6});
    Array<float> result({3});
    require_ok(unitvar_linear(vector, weight, nullptr, result));
    CHECK(result.values() == std::vector<float>{5, 6, 11});
}
