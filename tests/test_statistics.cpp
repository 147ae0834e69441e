// Keeps "random": moments to order 4, distribution functions, pairs, serial correlation, tails, and independence of
// neighbouring seeds and streams. Seeds are fixed, so a test fails always or never; bounds are 5 standard errors for
// sums and a p-value of 1e-4 for distributions, and follow the number of samples.
#include "oracle/statistics.hpp"
#include "support/capi.hpp"
#include "support/scale.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using support::Engine;
using support::filled;
using support::Generator;

namespace {

const std::size_t chunk = std::size_t{1} << 16;

std::vector<double> widened(const std::vector<float> &x)
{
    return {x.begin(), x.end()};
}

// Uniforms with mean 0 and variance 1.
std::vector<double> standard_uniforms(const Generator &g, std::size_t n)
{
    std::vector<double> x = filled<double>(unitvar_uniform_f64, g, n, 0.0, 1.0);
    for (double &value : x)
        value = (value - 0.5) * std::sqrt(12.0);
    return x;
}

void check_standard_errors(double value, double expected, double standard_error)
{
    CAPTURE(value);
    CAPTURE(expected);
    CHECK(std::abs(value - expected) <= 5.0 * standard_error);
}

struct PowerSums {
    std::array<double, 5> sum{}; // of x^0 to x^4
    void add(double x)
    {
        double power = 1.0;
        for (double &s : sum) {
            s += power;
            power *= x;
        }
    }
    double mean(std::size_t order) const { return sum[order] / sum[0]; }
};

template <class T, class Fill> PowerSums power_sums(Fill fill, const Engine &engine, std::uint64_t seed, std::size_t n)
{
    const Generator g(engine, seed);
    PowerSums total;
    for (std::size_t done = 0; done < n; done += chunk)
        for (const T x : filled<T>(fill, g, std::min(chunk, n - done), 0.0, 1.0))
            total.add(static_cast<double>(x));
    return total;
}

// E x^k for k up to 8 of the standard normal distribution.
const std::array<double, 9> normal_moments{1.0, 0.0, 1.0, 0.0, 3.0, 0.0, 15.0, 0.0, 105.0};

// E x^k of the uniform distribution on [0, 1).
double uniform_moment(std::size_t k)
{
    return 1.0 / static_cast<double>(k + 1);
}

template <class T, class Fill> void check_normal_moments(Fill fill, const Engine &engine, std::size_t n)
{
    CAPTURE(engine.name);
    const PowerSums sums = power_sums<T>(fill, engine, 20240601, n);
    for (std::size_t k = 1; k <= 4; ++k) {
        CAPTURE(k);
        const double variance = normal_moments[2 * k] - normal_moments[k] * normal_moments[k];
        check_standard_errors(sums.mean(k), normal_moments[k], std::sqrt(variance / static_cast<double>(n)));
    }
}

struct Pair {
    float x;
    float y;
};

// Pearson's statistic of pairs (x, y) in 64 x 64 cells, in standard deviations from its expectation.
template <class Pairs> double pair_statistic(std::size_t pairs, Pairs pair)
{
    const std::size_t side = 64;
    std::vector<double> count(side * side, 0.0);
    for (std::size_t i = 0; i < pairs; ++i) {
        const Pair cell = pair(i);
        count[static_cast<std::size_t>(cell.x * side) * side + static_cast<std::size_t>(cell.y * side)] += 1.0;
    }
    const double expected = static_cast<double>(pairs) / static_cast<double>(count.size());
    double statistic = 0.0;
    for (const double observed : count)
        statistic += (observed - expected) * (observed - expected) / expected;
    const double degrees = static_cast<double>(count.size() - 1);
    return (statistic - degrees) / std::sqrt(2.0 * degrees);
}

} // namespace

TEST_CASE("normals have the moments of the normal distribution to order 4")
{
    for (const Engine &engine : support::engines()) {
        check_normal_moments<float>(unitvar_normal_f32, engine, support::scaled(10000000));
        check_normal_moments<double>(unitvar_normal_f64, engine, support::scaled(4000000));
    }
}

TEST_CASE("uniforms have the moments of the uniform distribution to order 4")
{
    const std::size_t n = support::scaled(4000000);
    for (const Engine &engine : support::engines())
        for (const PowerSums &sums : {power_sums<float>(unitvar_uniform_f32, engine, 7, n),
                                      power_sums<double>(unitvar_uniform_f64, engine, 7, n)})
            for (std::size_t k = 1; k <= 4; ++k) {
                CAPTURE(engine.name);
                CAPTURE(k);
                const double variance = uniform_moment(2 * k) - uniform_moment(k) * uniform_moment(k);
                check_standard_errors(sums.mean(k), uniform_moment(k), std::sqrt(variance / static_cast<double>(n)));
            }
}

TEST_CASE("uniforms and normals follow their distribution functions")
{
    const std::size_t n = support::scaled(1000000);
    for (const Engine &engine : support::engines()) {
        CAPTURE(engine.name);
        const auto samples = [&](auto fill, auto zero) {
            return filled<decltype(zero)>(fill, Generator(engine, 555), n, 0.0, 1.0);
        };
        CHECK(oracle::kolmogorov_smirnov_p_value(samples(unitvar_uniform_f32, 0.0f), oracle::uniform_cdf) > 1e-4);
        CHECK(oracle::kolmogorov_smirnov_p_value(samples(unitvar_uniform_f64, 0.0), oracle::uniform_cdf) > 1e-4);
        CHECK(oracle::kolmogorov_smirnov_p_value(samples(unitvar_normal_f32, 0.0f), oracle::normal_cdf) > 1e-4);
        CHECK(oracle::kolmogorov_smirnov_p_value(samples(unitvar_normal_f64, 0.0), oracle::normal_cdf) > 1e-4);
    }
}

TEST_CASE("the cosine half and the sine half are both normal")
{
    const std::size_t n = support::scaled(1000000) / 32 * 32;
    for (const Engine &engine : support::engines()) {
        CAPTURE(engine.name);
        std::array<std::vector<float>, 2> halves;
        const std::vector<float> z = filled<float>(unitvar_normal_f32, Generator(engine, 556), n, 0.0, 1.0);
        for (std::size_t i = 0; i < n; ++i)
            halves[i / 16 % 2].push_back(z[i]);
        for (const std::vector<float> &half : halves)
            CHECK(oracle::kolmogorov_smirnov_p_value(half, oracle::normal_cdf) > 1e-4);
    }
}

TEST_CASE("the test of distributions notices a wrong distribution")
{
    const std::size_t n = support::scaled(1000000);
    std::vector<float> z = filled<float>(unitvar_normal_f32, Generator(UNITVAR_PCG32, 555), n, 0.03, 1.0);
    CHECK(oracle::kolmogorov_smirnov_p_value(z, oracle::normal_cdf) < 1e-4);
    CHECK(oracle::kolmogorov_p_value(1.3581 / 1000.0, 1000000) == doctest::Approx(0.05).epsilon(0.01));
}

TEST_CASE("pairs of uniforms fill the square evenly")
{
    const std::size_t pairs = support::scaled(std::size_t{1} << 21);
    for (const Engine &engine : support::engines()) {
        CAPTURE(engine.name);
        const std::size_t longest_lag = 64;
        const std::vector<float> u =
            filled<float>(unitvar_uniform_f32, Generator(engine, 99), 2 * pairs + longest_lag, 0.0, 1.0);
        const auto disjoint = [&](std::size_t i) { return Pair{u[2 * i], u[2 * i + 1]}; };
        CHECK(std::abs(pair_statistic(pairs, disjoint)) <= 5.0);
        for (const std::size_t lag : {16u, 32u, 64u}) {
            CAPTURE(lag);
            const auto lagged = [&](std::size_t i) {
                const std::size_t first = i / lag * 2 * lag + i % lag;
                return Pair{u[first], u[first + lag]};
            };
            CHECK(std::abs(pair_statistic(pairs / lag * lag, lagged)) <= 5.0);
        }
    }
}

TEST_CASE("the low bits of the words fill the square evenly")
{
    const std::size_t pairs = support::scaled(std::size_t{1} << 21);
    for (const Engine &engine : support::engines()) {
        CAPTURE(engine.name);
        const std::vector<std::uint32_t> w = filled<std::uint32_t>(unitvar_bits_u32, Generator(engine, 98), 2 * pairs);
        const auto low_bits = [&](std::size_t i) { return std::ldexp(static_cast<float>(w[i] & 63u), -6); };
        CHECK(std::abs(pair_statistic(pairs, [&](std::size_t i) {
                  return Pair{low_bits(2 * i), low_bits(2 * i + 1)};
              })) <= 5.0);
    }
}

TEST_CASE("elements at any small distance are uncorrelated")
{
    const std::size_t n = support::scaled(1000000);
    const double standard_error = 1.0 / std::sqrt(static_cast<double>(n));
    for (const Engine &engine : support::engines())
        for (const bool normal : {false, true}) {
            CAPTURE(engine.name);
            CAPTURE(normal);
            const std::size_t longest_lag = 128;
            const std::vector<double> all =
                normal ? widened(filled<float>(unitvar_normal_f32, Generator(engine, 97), n + longest_lag, 0.0, 1.0))
                       : standard_uniforms(Generator(engine, 97), n + longest_lag);
            const std::vector<double> x(all.begin(), all.end() - static_cast<std::ptrdiff_t>(longest_lag));
            for (const std::ptrdiff_t lag : {1, 2, 4, 8, 15, 16, 17, 31, 32, 33, 64, 128}) {
                CAPTURE(lag);
                const std::vector<double> y(all.begin() + lag, all.begin() + lag + static_cast<std::ptrdiff_t>(n));
                check_standard_errors(oracle::mean_product(x, y), 0.0, standard_error);
            }
        }
}

TEST_CASE("the two normals of a pair are uncorrelated, and so are their squares")
{
    const std::size_t n = support::scaled(2000000) / 32 * 32;
    const double standard_error = std::sqrt(2.0 / static_cast<double>(n)); // n / 2 pairs
    for (const Engine &engine : support::engines()) {
        CAPTURE(engine.name);
        const std::vector<float> z = filled<float>(unitvar_normal_f32, Generator(engine, 96), n, 0.0, 1.0);
        std::array<std::vector<double>, 2> half;
        std::array<std::vector<double>, 2> square;
        for (std::size_t i = 0; i < n; ++i) {
            const double x = static_cast<double>(z[i]);
            half[i / 16 % 2].push_back(x);
            square[i / 16 % 2].push_back((x * x - 1.0) / std::sqrt(2.0));
        }
        check_standard_errors(oracle::mean_product(half[0], half[1]), 0.0, standard_error);
        check_standard_errors(oracle::mean_product(square[0], square[1]), 0.0, standard_error);
        check_standard_errors(oracle::mean_product(half[0], square[1]), 0.0, standard_error);
        check_standard_errors(oracle::mean_product(square[0], half[1]), 0.0, standard_error);
    }
}

TEST_CASE("tails have the right weight and reach beyond 5.77 standard deviations")
{
    const std::size_t n = support::scaled(4000000);
    for (const Engine &engine : support::engines()) {
        CAPTURE(engine.name);
        const std::vector<float> z = filled<float>(unitvar_normal_f32, Generator(engine, 95), n, 0.0, 1.0);
        for (const float bound : {2.0f, 3.0f, 4.0f}) {
            const double probability = 2.0 * oracle::normal_cdf(-static_cast<double>(bound));
            const double expected = probability * static_cast<double>(n);
            const auto beyond = std::count_if(z.begin(), z.end(), [=](float x) { return std::abs(x) > bound; });
            check_standard_errors(static_cast<double>(beyond), expected, std::sqrt(expected));
        }
    }
    // Blocks of seed 42 that a search for |z| > 6 found; PyTorch's 24-bit uniforms stop at 5.77.
    const Generator pcg(UNITVAR_PCG32, 42, 0, 29552937);
    CHECK(filled<float>(unitvar_normal_f32, pcg, 64, 0.0, 1.0)[32 + 7] == doctest::Approx(-6.23769));
    const Generator philox(UNITVAR_PHILOX4X32, 42, 0, 1685442);
    CHECK(filled<float>(unitvar_normal_f32, philox, 64, 0.0, 1.0)[16 + 3] == doctest::Approx(6.17513));
}

TEST_CASE("neighbouring seeds and neighbouring streams are unrelated")
{
    const std::size_t n = support::scaled(200000);
    const double standard_error = 1.0 / std::sqrt(static_cast<double>(n));
    for (const Engine &engine : support::engines())
        for (const std::uint64_t base : {std::uint64_t{0}, std::uint64_t{42}, std::uint64_t{1} << 40}) {
            const std::vector<double> x = standard_uniforms(Generator(engine, base, base), n);
            for (const std::uint64_t difference :
                 {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{64}, std::uint64_t{1} << 31, std::uint64_t{1} << 32,
                  std::uint64_t{1} << 62, std::uint64_t{1} << 63}) {
                CAPTURE(engine.name);
                CAPTURE(base);
                CAPTURE(difference);
                const std::uint64_t other = base + difference;
                check_standard_errors(oracle::mean_product(x, standard_uniforms(Generator(engine, other, base), n)),
                                      0.0, standard_error);
                check_standard_errors(oracle::mean_product(x, standard_uniforms(Generator(engine, base, other), n)),
                                      0.0, standard_error);
            }
        }
}

TEST_CASE("one changed bit of seed or stream changes half of the bits of the words")
{
    const std::size_t n = support::scaled(20000);
    const double bits = 32.0 * static_cast<double>(n);
    for (const Engine &engine : support::engines()) {
        const auto words = [&](std::uint64_t seed, std::uint64_t stream) {
            return filled<std::uint32_t>(unitvar_bits_u32, Generator(engine, seed, stream), n);
        };
        const std::vector<std::uint32_t> reference = words(42, 42);
        for (int bit = 0; bit < 64; ++bit)
            for (const bool in_seed : {false, true}) {
                CAPTURE(engine.name);
                CAPTURE(bit);
                CAPTURE(in_seed);
                const std::uint64_t changed = 42 ^ std::uint64_t{1} << bit;
                const std::vector<std::uint32_t> other = in_seed ? words(changed, 42) : words(42, changed);
                double flipped = 0.0;
                for (std::size_t i = 0; i < n; ++i)
                    flipped += std::popcount(reference[i] ^ other[i]);
                check_standard_errors(flipped / bits, 0.5, 0.5 / std::sqrt(bits));
            }
    }
}
