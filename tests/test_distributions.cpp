// Keeps section 5 for the draws that go through the registry alone: their formulas from the words, their distributions,
// both tails, the exact probabilities of integers and Bernoulli draws, 16-bit elements as rounded f32, errors; and that
// unitvar_sample and unitvar_sample_at are the functions, whole and in any parts.
#include "oracle/distributions.hpp"
#include "oracle/half.hpp"
#include "oracle/samplers.hpp"
#include "oracle/statistics.hpp"
#include "oracle/words.hpp"
#include "support/capi.hpp"
#include "support/samplers.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using support::check_fails;
using support::Engine;
using support::filled;
using support::Generator;
using support::require_ok;

namespace {

using Distribution = oracle::Distribution<long double>;

template <class T> std::vector<T> sampled(const unitvar_draw &draw, const Generator &g, std::size_t n)
{
    std::vector<T> values(n);
    require_ok(unitvar_sample(g, &draw, values.data(), n));
    return values;
}

template <class T> unitvar_draw draw_of(const Distribution &row)
{
    unitvar_draw draw{sizeof draw, 0, {2, 8 * sizeof(T), 1}, 0, {}, {}};
    std::int32_t kind = 0;
    require_ok(unitvar_draw_from_name(row.name, &kind));
    require_ok(unitvar_draw_defaults(&draw, kind));
    std::copy(row.p.begin(), row.p.end(), draw.p);
    return draw;
}

// The largest error of a fill in ulp, as the row counts it.
template <class T, class Word>
double largest_error(const Distribution &row, const Generator &g, const std::vector<Word> &words)
{
    const std::vector<T> x = sampled<T>(draw_of<T>(row), g, words.size());
    const long double unit = std::ldexp(1.0L, -std::numeric_limits<Word>::digits);
    double largest = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const long double u = static_cast<long double>(words[i] | 1U) * unit;
        const long double rest = static_cast<long double>(static_cast<Word>(~words[i]) | 1U) * unit;
        const long double exact =
            row.quantile({u, rest, u < rest ? u - 0.5L : 0.5L - rest}, static_cast<double>(static_cast<T>(row.p[0])));
        const long double ulp = oracle::unit_in_last_place<T>(row.of_scale ? std::max(std::abs(exact), 1.0L) : exact);
        largest = std::max(largest, static_cast<double>(std::abs(static_cast<long double>(x[i]) - exact) / ulp));
    }
    return largest;
}

// Of a standard sample.
void check_distribution(const Distribution &row, const std::vector<double> &x)
{
    const auto cdf = [&row](double at) { return row.cdf(at, row.p[0]); };
    CHECK(oracle::kolmogorov_smirnov_p_value(x, cdf) > 1e-4);
    // How many are beyond the 1/1000 on either side, in deviations of a binomial.
    const double n = static_cast<double>(x.size());
    const double below =
        static_cast<double>(std::count_if(x.begin(), x.end(), [&](double v) { return cdf(v) < 1e-3; }));
    const double above =
        static_cast<double>(std::count_if(x.begin(), x.end(), [&](double v) { return cdf(v) > 1 - 1e-3; }));
    CHECK(std::abs(below - n * 1e-3) < 5 * std::sqrt(n * 1e-3));
    CHECK(std::abs(above - n * 1e-3) < 5 * std::sqrt(n * 1e-3));
}

} // namespace

TEST_CASE("inverse distribution functions are the formulas of the header from the words of the engine")
{
    const std::size_t n = support::scaled(std::size_t{1} << 15) + 5;
    for (const Distribution &row : oracle::distributions<long double>()) {
        CAPTURE(row.name);
        CAPTURE(row.p[0]);
        for (const Engine &engine : support::engines()) {
            CAPTURE(engine.name);
            CHECK(largest_error<float>(row, Generator(engine, 9, 1, 3), oracle::words(engine.id, 9, 1, 3, n)) <=
                  row.ulps_f32);
            CHECK(largest_error<double>(row, Generator(engine, 9, 1, 3), oracle::words64(engine.id, 9, 1, 3, n)) <=
                  row.ulps_f64);
        }
    }
}

TEST_CASE("inverse distribution functions have their distributions and both tails")
{
    const std::size_t n = support::scaled(std::size_t{1} << 18);
    for (const Distribution &row : oracle::distributions<long double>()) {
        CAPTURE(row.name);
        const std::vector<float> x = sampled<float>(draw_of<float>(row), Generator(UNITVAR_PCG32, 77), n);
        check_distribution(row, std::vector<double>(x.begin(), x.end()));
        check_distribution(row, sampled<double>(draw_of<double>(row), Generator(UNITVAR_PHILOX4X32, 78), n));
    }
}

TEST_CASE("location and scale are applied with one rounding, denormal scales too")
{
    const std::size_t n = 1000;
    const auto check = [&](auto fill, double location, double scale) {
        const std::vector<float> z = filled<float>(fill, Generator(UNITVAR_PCG32, 5), n, 0.0, 1.0);
        const std::vector<float> x = filled<float>(fill, Generator(UNITVAR_PCG32, 5), n, location, scale);
        for (std::size_t i = 0; i < n; ++i)
            CHECK(x[i] == std::fma(z[i], static_cast<float>(scale), static_cast<float>(location)));
    };
    for (const double scale : {0.0, 3e-45, 1e-39, 0.7, 3.0, 1e30})
        for (const double location : {0.0, -1.5, 1e6}) {
            check(unitvar_laplace_f32, location, scale);
            check(unitvar_logistic_f32, location, scale);
            check(unitvar_gumbel_f32, location, scale);
            check(unitvar_cauchy_f32, location, scale);
        }
    const std::vector<float> z = filled<float>(unitvar_exponential_f32, Generator(UNITVAR_PCG32, 5), n, 1.0);
    const std::vector<float> x = filled<float>(unitvar_exponential_f32, Generator(UNITVAR_PCG32, 5), n, 3e-45);
    for (std::size_t i = 0; i < n; ++i)
        CHECK(x[i] == z[i] * 3e-45f);
}

TEST_CASE("log_normal is exp of the normals of the same position")
{
    const auto check = [](auto normal, auto log_normal, auto zero, double mean, double std) {
        using T = decltype(zero);
        const std::size_t n = 4099;
        const std::vector<T> z = filled<T>(normal, Generator(UNITVAR_ARS4X32, 3), n, 0.0, 1.0);
        const std::vector<T> x = filled<T>(log_normal, Generator(UNITVAR_ARS4X32, 3), n, mean, std);
        for (std::size_t i = 0; i < n; ++i) {
            const long double exact = std::exp(static_cast<long double>(static_cast<T>(mean)) +
                                               static_cast<long double>(static_cast<T>(std)) * z[i]);
            if (static_cast<T>(exact) > std::numeric_limits<T>::max())
                CHECK(x[i] == std::numeric_limits<T>::infinity());
            else
                CHECK(oracle::error_in_ulp<T>(x[i], exact) <= 3);
        }
    };
    for (const auto &parameters : {std::pair{0.0, 1.0},
                                   {1.5, 0.02},
                                   {-3.0, 2.5},
                                   {85.0, 4.0},
                                   {-90.0, 6.0},
                                   {1000.0, 3.0},
                                   {-1000.0, 300.0},
                                   {0.0, 0.0},
                                   {0.0, 1e30}}) {
        const double mean = parameters.first;
        const double std = parameters.second;
        CAPTURE(mean);
        CAPTURE(std);
        check(unitvar_normal_f32, unitvar_log_normal_f32, 0.0f, mean, std);
        check(unitvar_normal_f64, unitvar_log_normal_f64, 0.0, mean, std);
    }
}

TEST_CASE("integers are the upper bits of the product of 64 bits and the range")
{
    __extension__ using Wide = unsigned __int128;
    const std::size_t n = 4096;
    for (const Engine &engine : support::engines()) {
        const std::vector<std::uint32_t> w = oracle::words(engine.id, 4, 2, 1, 2 * n);
        const std::vector<std::uint64_t> w64 = oracle::words64(engine.id, 4, 2, 1, n);
        for (const auto &[low, high] : {std::pair<std::int64_t, std::int64_t>{0, 2},
                                        {-7, 1000},
                                        {5, 6},
                                        {INT32_MIN, INT64_C(1) << 31},
                                        {-3, INT32_MAX}}) {
            const std::vector<std::int32_t> x =
                filled<std::int32_t>(unitvar_integers_i32, Generator(engine, 4, 2, 1), n, low, high);
            for (std::size_t i = 0; i < n; ++i) {
                const std::size_t at = i / 16 * 32 + i % 16;
                const std::uint64_t bits = std::uint64_t{w[at]} << 32 | w[at + 16];
                REQUIRE(x[i] == low + static_cast<std::int64_t>((Wide{bits} * static_cast<Wide>(high - low)) >> 64));
            }
        }
        for (const auto &[low, high] : {std::pair<std::int64_t, std::int64_t>{0, 2},
                                        {-7, 1000},
                                        {INT64_MIN, INT64_MAX},
                                        {-1, INT64_C(1) << 40},
                                        {INT64_MAX - 1, INT64_MAX}}) {
            const std::vector<std::int64_t> x =
                filled<std::int64_t>(unitvar_integers_i64, Generator(engine, 4, 2, 1), n, low, high);
            const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
            for (std::size_t i = 0; i < n; ++i)
                REQUIRE(static_cast<std::uint64_t>(x[i]) ==
                        static_cast<std::uint64_t>(low) + static_cast<std::uint64_t>((Wide{w64[i]} * range) >> 64));
        }
    }
    // Chi-square of 100 classes: 99 degrees of freedom, 5 deviations.
    std::vector<double> counts(100);
    const std::size_t many = support::scaled(std::size_t{1} << 19);
    for (const std::int32_t x : filled<std::int32_t>(unitvar_integers_i32, Generator(UNITVAR_PCG32, 1), many,
                                                     std::int64_t{0}, std::int64_t{100}))
        counts.at(static_cast<std::size_t>(x)) += 1;
    const double expected = static_cast<double>(many) / 100;
    double chi_square = 0;
    for (const double count : counts)
        chi_square += (count - expected) * (count - expected) / expected;
    CHECK(chi_square < 99 + 5 * std::sqrt(2 * 99.0));
    CHECK(chi_square > 99 - 5 * std::sqrt(2 * 99.0));
}

TEST_CASE("Bernoulli draws are words below the threshold, none for 0 and all for 1")
{
    const std::size_t n = 4099;
    for (const Engine &engine : support::engines()) {
        const std::vector<std::uint32_t> words = oracle::words(engine.id, 8, 0, 0, n);
        for (const double p : {0.0, 1e-10, 0.3, 0.5, 0.999, 1 - 1e-10, 1.0}) {
            const std::vector<std::uint8_t> x = filled<std::uint8_t>(unitvar_bernoulli_u8, Generator(engine, 8), n, p);
            const double threshold = std::floor(p * 0x1p32 + 0.5);
            for (std::size_t i = 0; i < n; ++i)
                REQUIRE(x[i] == (static_cast<double>(words[i]) < threshold ? 1 : 0));
        }
    }
}

TEST_CASE("Bernoulli bits are the bytes, packed, with zeros behind the last")
{
    for (const Engine &engine : support::engines())
        for (const std::size_t n : {0u, 1u, 7u, 8u, 9u, 32u, 511u, 512u, 513u, 70001u}) {
            const std::vector<std::uint8_t> x =
                filled<std::uint8_t>(unitvar_bernoulli_u8, Generator(engine, 8), n, 0.3);
            std::vector<std::uint8_t> expected(n / 8 + 2);
            for (std::size_t i = 0; i < n; ++i)
                expected[i / 8] = static_cast<std::uint8_t>(expected[i / 8] | x[i] << i % 8);
            std::vector<std::uint8_t> bits((n + 7) / 8, 0xFF);
            const Generator g(engine, 8);
            require_ok(unitvar_bernoulli_bits(g, bits.data(), n, 0.3));
            CHECK(std::equal(bits.begin(), bits.end(), expected.begin()));
            CHECK(g.tell() == (n + 63) / 64);
        }
}

TEST_CASE("16-bit elements are those of f32, rounded once")
{
    const std::size_t n = 5000;
    const Generator g(UNITVAR_PCG32, 6);
    const auto check = [&](auto f32, auto halves, const oracle::HalfFormat &format, auto... p) {
        const std::vector<float> x = filled<float>(f32, g.clone(), n, p...);
        const std::vector<std::uint16_t> y = filled<std::uint16_t>(halves, g.clone(), n, p...);
        for (std::size_t i = 0; i < n; ++i)
            REQUIRE(y[i] == oracle::round_to_half(format, static_cast<double>(x[i])));
    };
    check(unitvar_normal_f32, unitvar_normal_bf16, oracle::bf16, 0.5, 0.25);
    check(unitvar_normal_f32, unitvar_normal_f16, oracle::f16, 0.5, 0.25);
    check(unitvar_trunc_normal_f32, unitvar_trunc_normal_bf16, oracle::bf16, 0.0, 1.0, -2.0, 2.0);
    check(unitvar_trunc_normal_f32, unitvar_trunc_normal_f16, oracle::f16, 0.0, 1.0, -2.0, 2.0);
    for (const std::uint16_t x : filled<std::uint16_t>(unitvar_uniform_f16, g.clone(), n, 0.0, 1.0))
        REQUIRE(x < 0x3C00);
    for (const std::uint16_t x : filled<std::uint16_t>(unitvar_uniform_bf16, g.clone(), n, 0.0, 1.0))
        REQUIRE(x < 0x3F80);
}

TEST_CASE("sample_at gives the elements of the whole fill, of any draw, from any element on")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Engine &engine : support::engines())
            for (const unitvar::core::DrawRow &row : unitvar::core::draws) {
                CAPTURE(row.name);
                const unitvar_draw draw = support::draw_of(row);
                REQUIRE(draw.kind != 0);
                const Generator g(engine, 12, 3, 4);
                const std::size_t n = 700;
                std::vector<unsigned char> whole(n * row.element_bytes);
                std::vector<unsigned char> parts(whole.size());
                require_ok(unitvar_sample(g.clone(), &draw, whole.data(), n));
                std::size_t first = 0;
                for (const std::size_t count : {10u, 10u, 1u, 0u, 43u, 64u, 65u, 31u, 333u, 143u}) {
                    require_ok(unitvar_sample_at(g, &draw, first, parts.data() + first * row.element_bytes, count));
                    first += count;
                }
                REQUIRE(first == n);
                CHECK(parts == whole);
                CHECK(g.tell() == 4);
            }
    }
}

TEST_CASE("sample is the function of the kind's name")
{
    const Generator g(UNITVAR_PHILOX4X32, 1);
    unitvar_draw draw{sizeof draw, UNITVAR_DRAW_TRUNC_NORMAL, {2, 64, 1}, 0, {0.5, 2.0, -1.0, 3.0}, {}};
    CHECK(sampled<double>(draw, g.clone(), 100) ==
          filled<double>(unitvar_trunc_normal_f64, g.clone(), 100, 0.5, 2.0, -1.0, 3.0));
    const Generator torch(UNITVAR_TORCH_MT19937, 1);
    CHECK(sampled<double>(draw, torch.clone(), 100) ==
          filled<double>(unitvar_trunc_normal_f64, torch.clone(), 100, 0.5, 2.0, -1.0, 3.0));
    draw.kind = UNITVAR_DRAW_WEIBULL;
    CHECK(sampled<double>(draw, g.clone(), 100) == filled<double>(unitvar_weibull_f64, g.clone(), 100, 0.5, 2.0));
}

TEST_CASE("a draw that cannot be is refused before anything is written")
{
    const Generator g(UNITVAR_PCG32, 1);
    float x[4] = {7, 7, 7, 7};
    std::int32_t i[4];
    std::uint8_t b[4];
    const double nan = std::numeric_limits<double>::quiet_NaN();
    check_fails(unitvar_exponential_f32(g, x, 4, -1), UNITVAR_INVALID_ARGUMENT, {"scale", "-1"});
    check_fails(unitvar_exponential_f32(g, x, 4, 1e39), UNITVAR_INVALID_ARGUMENT, {"scale", "1e+39"});
    check_fails(unitvar_laplace_f32(g, x, 4, nan, 1), UNITVAR_INVALID_ARGUMENT, {"location", "nan"});
    check_fails(unitvar_weibull_f32(g, x, 4, 0, 1), UNITVAR_INVALID_ARGUMENT, {"shape", "0"});
    check_fails(unitvar_log_normal_f32(g, x, 4, 0, -1), UNITVAR_INVALID_ARGUMENT, {"std", "-1"});
    check_fails(unitvar_integers_i32(g, i, 4, 3, 3), UNITVAR_INVALID_ARGUMENT, {"low", "high", "3"});
    check_fails(unitvar_integers_i32(g, i, 4, 0, INT64_C(1) << 32), UNITVAR_INVALID_ARGUMENT, {"high", "4294967296"});
    check_fails(unitvar_integers_i32(g, i, 4, 0, (INT64_C(1) << 31) + 1), UNITVAR_INVALID_ARGUMENT,
                {"high", "2147483649"});
    check_fails(unitvar_integers_i32(g, i, 4, -(INT64_C(1) << 31) - 1, 0), UNITVAR_INVALID_ARGUMENT,
                {"low", "-2147483649"});
    check_fails(unitvar_bernoulli_u8(g, b, 4, 1.5), UNITVAR_INVALID_ARGUMENT, {"p", "1.5"});
    check_fails(unitvar_bernoulli_u8(g, b, 4, nan), UNITVAR_INVALID_ARGUMENT, {"p", "nan"});
    check_fails(unitvar_exponential_f32(g, nullptr, 4, 1), UNITVAR_INVALID_ARGUMENT, {"dst"});
    unitvar_draw draw{sizeof draw, 0, {2, 32, 1}, 0, {}, {}};
    check_fails(unitvar_draw_defaults(&draw, 0), UNITVAR_INVALID_ARGUMENT, {"kind", "0"});
    check_fails(unitvar_sample(g, &draw, x, 4), UNITVAR_INVALID_ARGUMENT, {"kind", "0"});
    require_ok(unitvar_draw_defaults(&draw, UNITVAR_DRAW_BERNOULLI));
    check_fails(unitvar_sample(g, &draw, x, 4), UNITVAR_UNSUPPORTED, {"f32", "u8", "bernoulli"});
    draw.dtype = {2, 32, 4};
    check_fails(unitvar_sample(g, &draw, x, 4), UNITVAR_UNSUPPORTED, {"dtype"});
    draw.dtype = {2, 32, 1};
    draw.reserved = 1;
    check_fails(unitvar_sample(g, &draw, x, 4), UNITVAR_INVALID_ARGUMENT, {"reserved"});
    draw.reserved = 0;
    draw.struct_size = 8;
    check_fails(unitvar_sample(g, &draw, x, 4), UNITVAR_INVALID_ARGUMENT, {"struct_size"});
    draw.struct_size = sizeof draw;
    require_ok(unitvar_draw_defaults(&draw, UNITVAR_DRAW_NORMAL));
    check_fails(unitvar_sample_at(g, &draw, ~std::uint64_t{0}, x, 4), UNITVAR_STREAM_EXHAUSTED, {});
    const Generator torch(UNITVAR_TORCH_MT19937, 1);
    check_fails(unitvar_sample_at(torch, &draw, 0, x, 4), UNITVAR_UNSUPPORTED, {"engine"});
    check_fails(unitvar_exponential_f32(torch, x, 4, 1), UNITVAR_UNSUPPORTED, {"exponential"});
    check_fails(unitvar_normal_bf16(torch, reinterpret_cast<std::uint16_t *>(x), 4, 0, 1), UNITVAR_UNSUPPORTED,
                {"normal"});
    CHECK(std::all_of(x, x + 4, [](float v) { return v == 7; }));
    CHECK(g.tell() == 0);
}
