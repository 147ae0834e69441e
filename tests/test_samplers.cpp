// Keeps the formulas of section 5: uniforms are exactly fma(u, high - low, low) with the rule at high, normals are
// Box and Muller's within the promised error, and mean and deviation are applied with exactly one fma.
#include "oracle/samplers.hpp"
#include "oracle/words.hpp"
#include "support/capi.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

using support::Engine;
using support::filled;
using support::Generator;

namespace {

using Range = std::pair<double, double>;

const std::vector<Range> ranges_f32{
    {0.0, 1.0},         {-1.0, 1.0},        {3.0, 3.0000005}, {3.0, 3.0000007}, {-0.37, 1.9},
    {-3.0000005, -3.0}, {0.1, 0.1000001},   {-1e-38, 1e-38},  {1e-38, 3e-38},   {-1e-38, 0.0},
    {0.0, 1e-45},       {-1e-45, 0.0},      {1e-44, 3e-44},   {0.0, 3e-39},     {-1.7e38, 1.7e38},
    {0.0, FLT_MAX},     {-FLT_MAX, 0.0},    {1e30, 2e38},     {-5.0, 1e-30},    {16777216.0, 16777220.0},
    {-1e-30, 1.0},      {0.0, 1.0 + 1e-12}, {1.0, 1.0},       {-2.5, -2.5},     {1.0, 1.0 + 1e-12},
    {FLT_MAX, FLT_MAX}, {0.0, 0.0},
};

const std::vector<Range> ranges_f64{
    {0.0, 1.0},
    {-1.0, 1.0},
    {3.0, 3.000000000000001},
    {3.0, 3.0000005},
    {-0.37, 1.9},
    {-3.0000000000000009, -3.0},
    {1e-308, 3e-308},
    {-1e-308, 1e-308},
    {0.0, 5e-324},
    {-5e-324, 0.0},
    {-1e-308, 0.0},
    {-8e307, 8e307},
    {0.0, DBL_MAX},
    {-DBL_MAX, 0.0},
    {-5.0, 1e-300},
    {9007199254740992.0, 9007199254740996.0},
    {1.0, 1.0 + 1e-12},
    {1.0, 1.0},
    {-2.5, -2.5},
    {DBL_MAX, DBL_MAX},
};

// The first element that differs in any bit, or n.
template <class T> std::size_t first_difference(const std::vector<T> &got, const std::vector<T> &expected)
{
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    std::size_t i = 0;
    while (i < got.size() && std::bit_cast<Bits>(got[i]) == std::bit_cast<Bits>(expected[i]))
        ++i;
    return i;
}

template <class T, class Word, class Uniform, class Fill>
void check_uniform(Fill fill, Uniform oracle_uniform, const Generator &g, const std::vector<Word> &words,
                   const Range &range)
{
    const double low = range.first;
    const double high = range.second;
    const std::vector<T> got = filled<T>(fill, g, words.size(), low, high);
    std::vector<T> expected(words.size());
    for (std::size_t i = 0; i < words.size(); ++i)
        expected[i] = oracle_uniform(words[i], low, high);
    const std::size_t i = first_difference(got, expected);
    CAPTURE(low);
    CAPTURE(high);
    if (i < got.size()) {
        CAPTURE(i);
        CAPTURE(words[i]);
        CHECK(got[i] == expected[i]);
        CHECK(std::signbit(got[i]) == std::signbit(expected[i]));
    }
    CHECK(i == got.size());
}

// The largest error of the fill against the oracle's z, in ulp.
template <class T, class Real> double largest_error(const std::vector<T> &got, const std::vector<Real> &exact)
{
    double largest = 0.0;
    for (std::size_t i = 0; i < got.size(); ++i)
        largest = std::max(largest, oracle::error_in_ulp<T>(got[i], exact[i]));
    return largest;
}

struct MeanAndStd {
    double mean;
    double std;
};

const std::vector<MeanAndStd> shifts{{0.0, 0.02}, {1.5, 0.7},  {-1000.0, 1e-3}, {1e6, 1.0},     {0.0, 1e-36},
                                     {0.0, 3e37}, {3.25, 0.0}, {-0.1, -0.0},    {1e-38, 1e-38}, {0.1, 1e-42}};

// fma(z, std, mean) bit for bit, z being what mean 0 and std 1 give, and close to the formula in wide arithmetic.
template <class T, class Real, class Word, class Fill>
void check_shifts(Fill fill, const Generator &g, const std::vector<Word> &words)
{
    const std::vector<T> z = filled<T>(fill, g.clone(), words.size(), 0.0, 1.0);
    const std::vector<Real> exact_z = oracle::standard_normals<Real>(words);
    for (const MeanAndStd &shift : shifts) {
        CAPTURE(shift.mean);
        CAPTURE(shift.std);
        const T mean = static_cast<T>(shift.mean);
        const T std = static_cast<T>(shift.std);
        const std::vector<T> got = filled<T>(fill, g.clone(), words.size(), shift.mean, shift.std);
        std::vector<T> expected(z.size());
        for (std::size_t i = 0; i < z.size(); ++i)
            expected[i] = std::fma(z[i], std, mean);
        CHECK(first_difference(got, expected) == got.size());

        double largest = 0.0; // in units of what the error of z and half an ulp of the result allow
        for (std::size_t i = 0; i < z.size(); ++i) {
            const Real exact = exact_z[i] * static_cast<Real>(std) + static_cast<Real>(mean);
            const Real error_of_z =
                static_cast<Real>(oracle::promised_normal_error) * oracle::unit_in_last_place<T>(exact_z[i]);
            const Real allowed =
                error_of_z * static_cast<Real>(std) + oracle::unit_in_last_place<T>(std::abs(exact)) / 2;
            if (!std::isfinite(got[i]))
                largest = 2.0;
            const Real ratio = std::abs(static_cast<Real>(got[i]) - exact) / allowed;
            largest = std::max(largest, static_cast<double>(ratio));
        }
        CHECK(largest <= 1.01); // the ulp of the result may belong to the binade above that of the exact value
    }
}

} // namespace

TEST_CASE("uniform_f32 is the fma of the header in every range")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Engine &engine : support::engines()) {
            CAPTURE(isa);
            CAPTURE(engine.name);
            const std::vector<std::uint32_t> words = oracle::words(engine.id, 11, 3, 5, support::scaled(65536) + 21);
            for (const Range &range : ranges_f32)
                check_uniform<float>(unitvar_uniform_f32, oracle::uniform_f32, Generator(engine, 11, 3, 5), words,
                                     range);
        }
    }
}

TEST_CASE("uniform_f64 is the fma of the header in every range")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Engine &engine : support::engines()) {
            CAPTURE(isa);
            CAPTURE(engine.name);
            const std::vector<std::uint64_t> words = oracle::words64(engine.id, 11, 3, 5, support::scaled(32768) + 21);
            for (const Range &range : ranges_f64)
                check_uniform<double>(unitvar_uniform_f64, oracle::uniform_f64, Generator(engine, 11, 3, 5), words,
                                      range);
        }
    }
}

TEST_CASE("a million uniforms are the oracle's and inside [low, high)")
{
    const std::size_t n = support::scaled(std::size_t{1} << 20);
    for (const Engine &engine : support::engines()) {
        CAPTURE(engine.name);
        const std::vector<std::uint32_t> words = oracle::words(engine.id, 2024, 0, 0, n);
        check_uniform<float>(unitvar_uniform_f32, oracle::uniform_f32, Generator(engine, 2024), words, {0.0, 1.0});
        const std::vector<float> x = filled<float>(unitvar_uniform_f32, Generator(engine, 2024), n, -0.37, 1.9);
        CHECK(*std::min_element(x.begin(), x.end()) >= -0.37f);
        CHECK(*std::max_element(x.begin(), x.end()) < 1.9f);
        const std::vector<std::uint64_t> words64 = oracle::words64(engine.id, 2024, 0, 0, n / 2);
        check_uniform<double>(unitvar_uniform_f64, oracle::uniform_f64, Generator(engine, 2024), words64, {0.0, 1.0});
    }
}

TEST_CASE("a uniform that rounds to high becomes the value below it")
{
    const float low = 3.0f;
    const float high = 3.0000005f;
    const float below = std::nextafter(high, low);
    std::size_t rounded_to_high = 0;
    const std::vector<std::uint32_t> words = oracle::words(UNITVAR_PCG32, 1, 0, 0, 4096);
    const std::vector<float> x = filled<float>(unitvar_uniform_f32, Generator(UNITVAR_PCG32, 1), 4096, 3.0, 3.0000005);
    bool moved_below = true;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const float u = std::ldexp(static_cast<float>(words[i] >> 8), -24);
        if (std::fma(u, high - low, low) != high)
            continue;
        ++rounded_to_high;
        moved_below = moved_below && x[i] == below;
    }
    CHECK(rounded_to_high > 500);
    CHECK(moved_below);
}

TEST_CASE("a uniform range between the two zeros gives zero")
{
    for (const float x : filled<float>(unitvar_uniform_f32, Generator(UNITVAR_PCG32, 1), 100, -0.0, 0.0))
        REQUIRE(x == 0.0f);
    for (const double x : filled<double>(unitvar_uniform_f64, Generator(UNITVAR_PCG32, 1), 100, 0.0, -0.0))
        REQUIRE(x == 0.0);
}

TEST_CASE("a million normal_f32 keep their promised distance from the formula")
{
    const std::size_t n = support::scaled(std::size_t{1} << 20) / 32 * 32;
    for (const Engine &engine : support::engines()) {
        const std::vector<double> exact = oracle::standard_normals<double>(oracle::words(engine.id, 31, 1, 0, n));
        for (const std::string &isa : support::isas()) {
            CAPTURE(engine.name);
            CAPTURE(isa);
            const support::ForcedIsa forced(isa);
            const double error =
                largest_error(filled<float>(unitvar_normal_f32, Generator(engine, 31, 1), n, 0.0, 1.0), exact);
            CHECK(error <= oracle::promised_normal_error);
        }
    }
}

TEST_CASE("a million normal_f64 keep their promised distance from the formula")
{
    const std::size_t n = support::scaled(std::size_t{1} << 20) / 16 * 16;
    for (const Engine &engine : support::engines()) {
        const std::vector<long double> exact =
            oracle::standard_normals<long double>(oracle::words64(engine.id, 31, 1, 0, n));
        for (const std::string &isa : support::isas()) {
            CAPTURE(engine.name);
            CAPTURE(isa);
            const support::ForcedIsa forced(isa);
            const double error =
                largest_error(filled<double>(unitvar_normal_f64, Generator(engine, 31, 1), n, 0.0, 1.0), exact);
            CHECK(error <= oracle::promised_normal_error);
        }
    }
}

TEST_CASE("mean and deviation are applied with one fma")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Engine &engine : support::engines()) {
            CAPTURE(isa);
            CAPTURE(engine.name);
            check_shifts<float, double>(unitvar_normal_f32, Generator(engine, 77, 2, 9),
                                        oracle::words(engine.id, 77, 2, 9, 16384));
            check_shifts<double, long double>(unitvar_normal_f64, Generator(engine, 77, 2, 9),
                                              oracle::words64(engine.id, 77, 2, 9, 8192));
        }
    }
}
