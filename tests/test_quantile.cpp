// Keeps the promises of the draws that invert a distribution function: normal_icdf and trunc_normal are the header's
// formulas of the words, follow their distributions within the bounds, have the same bits on every instruction set in
// every form that lib/kernels/trunc_normal.hpp knows, and refuse what the header says they refuse. The programs
// accuracy_quantile and accuracy_trunc_normal measure the errors; here the formulas are those of the C library.
#include "oracle/samplers.hpp"
#include "oracle/statistics.hpp"
#include "support/buffers.hpp"
#include "support/capi.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"
#include "support/tensors.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numbers>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using support::check_fails;
using support::Engine;
using support::filled;
using support::Generator;
using support::GuardedBuffer;
using support::require_ok;
using support::Tensor;

namespace {

const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class T> using WordOf = std::conditional_t<std::is_same_v<T, float>, std::uint32_t, std::uint64_t>;

struct Interval {
    double mean;
    double std;
    double a;
    double b;
};

std::string describe(const Interval &i)
{
    return "mean " + std::to_string(i.mean) + ", std " + std::to_string(i.std) + ", [" + std::to_string(i.a) + ", " +
           std::to_string(i.b) + "]";
}

// Every form of the draw, each turned round as well.
const std::vector<Interval> intervals{
    {0, 1, -2, 2},         {0, 0.02, -0.04, 0.04}, {0.5, 0.02, -2, 2},      {0, 1, -infinity, 3},
    {0, 1, 0, infinity},   {0, 1, -0.1, 0.1},      {0, 1, 0.1, 0.3},        {-1, 3, -infinity, infinity},
    {0, 1, 0.6, 1.5},      {0, 1, -1.5, -0.6},     {3, 0.5, 4.5, infinity}, {0, 1, 8, 9},
    {0, 1, -infinity, -5}, {0, 1, -40, -38},       {0, 1, 38, infinity},    {1000, 1, -2, 2},
    {0, 1e30, -1, 1},      {0, 1, 1, 1.000001},    {0, 1e-30, -1, 1},       {-5, 2, 1, 1.01},
};

std::int32_t normal_icdf(unitvar_generator *g, float *dst, std::size_t n, double mean, double std)
{
    return unitvar_normal_icdf_f32(g, dst, n, mean, std);
}
std::int32_t normal_icdf(unitvar_generator *g, double *dst, std::size_t n, double mean, double std)
{
    return unitvar_normal_icdf_f64(g, dst, n, mean, std);
}
std::int32_t trunc_normal(unitvar_generator *g, float *dst, std::size_t n, double mean, double std, double a, double b)
{
    return unitvar_trunc_normal_f32(g, dst, n, mean, std, a, b);
}
std::int32_t trunc_normal(unitvar_generator *g, double *dst, std::size_t n, double mean, double std, double a, double b)
{
    return unitvar_trunc_normal_f64(g, dst, n, mean, std, a, b);
}

template <class T> std::vector<T> normals(const Generator &g, std::size_t n)
{
    std::vector<T> x(n);
    require_ok(normal_icdf(g, x.data(), n, 0.0, 1.0));
    return x;
}
template <class T> std::vector<T> truncated(const Generator &g, std::size_t n, const Interval &i)
{
    std::vector<T> x(n);
    require_ok(trunc_normal(g, x.data(), n, i.mean, i.std, i.a, i.b));
    return x;
}
template <class T> std::vector<WordOf<T>> words(const Generator &g, std::size_t n)
{
    if constexpr (std::is_same_v<T, float>)
        return filled<std::uint32_t>(unitvar_bits_u32, g, n);
    else
        return filled<std::uint64_t>(unitvar_bits_u64, g, n);
}

// Long double has the exponents for the tail at 40 deviations. It is the type's own rounding that cdf sees.
long double upper_tail(long double z)
{
    return std::erfc(z / std::numbers::sqrt2_v<long double>) / 2;
}

// From tail probabilities above the mean, and from those around it elsewhere: either keeps its relative precision.
class TruncatedCdf {
public:
    explicit TruncatedCdf(const Interval &i)
        : mean_(i.mean), std_(i.std), turned_(i.a - i.mean + (i.b - i.mean) < 0),
          above_mean_(turned_ ? i.b < i.mean : i.a > i.mean), near_(integral(turned_ ? i.b : i.a)),
          far_(integral(turned_ ? i.a : i.b))
    {
    }
    double operator()(double x) const
    {
        const long double part = (integral(x) - near_) / (far_ - near_);
        return static_cast<double>(turned_ ? 1 - part : part);
    }

private:
    [[nodiscard]] long double integral(long double x) const
    {
        const long double z = (turned_ ? mean_ - x : x - mean_) / std_;
        return above_mean_ ? -upper_tail(z) : std::erf(z / std::numbers::sqrt2_v<long double>) / 2;
    }

    long double mean_;
    long double std_;
    bool turned_;
    bool above_mean_;
    long double near_;
    long double far_;
};

// The greater, NaN being greater than everything.
double worse(double a, double b)
{
    return b <= a ? a : b;
}

// The parameters in T, as the library rounds them. GCC 12 with AVX takes four neighbouring conversions to float and
// back for nothing, hence volatile.
template <class T> Interval rounded(const Interval &i)
{
    const auto in_type = [](double x) {
        const volatile T narrow = static_cast<T>(x);
        return static_cast<double>(narrow);
    };
    return {in_type(i.mean), in_type(i.std), in_type(i.a), in_type(i.b)};
}

template <class T> bool within(const std::vector<T> &x, const Interval &i)
{
    const Interval bounds = rounded<T>(i);
    return std::all_of(x.begin(), x.end(), [&](T value) {
        return std::isfinite(value) && static_cast<double>(value) >= bounds.a && static_cast<double>(value) <= bounds.b;
    });
}

} // namespace

TEST_CASE_TEMPLATE("normal_icdf is the quantile of its word within the promised distance", T, float, double)
{
    const double promised = std::is_same_v<T, float> ? 4.0 : 6.0;
    constexpr int bits = std::numeric_limits<WordOf<T>>::digits;
    const std::size_t n = support::scaled(200000);
    for (const Engine &engine : support::engines()) {
        const std::vector<WordOf<T>> word = words<T>(Generator(engine, 31), n);
        const std::vector<T> z = normals<T>(Generator(engine, 31), n);
        double worst = 0;
        for (std::size_t i = 0; i < n; ++i) {
            // Phi(z) - u at z and one step of Newton's method: what is left is of the order of its square.
            const auto x = static_cast<long double>(z[i]);
            const bool lower = word[i] >> (bits - 1) == 0;
            const auto nearer = static_cast<WordOf<T>>(lower ? word[i] : ~word[i]);
            const long double numerator =
                bits == 32 ? static_cast<long double>(nearer | 1U) : static_cast<long double>(nearer) + 0.5L;
            const long double tail = std::ldexp(numerator, -bits);
            const long double excess = upper_tail(lower ? -x : x) - tail;
            const long double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi_v<long double>);
            const long double exact = lower ? x - excess / density : x + excess / density;
            worst = worse(worst, oracle::error_in_ulp<T>(z[i], exact));
        }
        CHECK_MESSAGE(worst <= promised, engine.name);
    }
}

TEST_CASE_TEMPLATE("normal_icdf orders as the words do", T, float, double)
{
    const std::size_t n = support::scaled(200000);
    for (const Engine &engine : support::engines()) {
        const std::vector<WordOf<T>> word = words<T>(Generator(engine, 32), n);
        const std::vector<T> z = normals<T>(Generator(engine, 32), n);
        std::vector<std::size_t> order(n);
        for (std::size_t i = 0; i < n; ++i)
            order[i] = i;
        std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return word[i] < word[j]; });
        const bool ordered =
            std::is_sorted(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return z[i] < z[j]; });
        CHECK_MESSAGE(ordered, engine.name);
    }
}

TEST_CASE_TEMPLATE("normal_icdf applies mean and deviation with one fma", T, float, double)
{
    const Engine &engine = support::engines().front();
    const std::vector<T> z = normals<T>(Generator(engine, 33), 1000);
    std::vector<T> x(z.size());
    require_ok(normal_icdf(Generator(engine, 33), x.data(), x.size(), 1.5, 0.02));
    for (std::size_t i = 0; i < x.size(); ++i)
        CHECK(x[i] == std::fma(z[i], static_cast<T>(0.02), static_cast<T>(1.5)));
}

TEST_CASE_TEMPLATE("normal_icdf follows the normal distribution", T, float, double)
{
    for (const Engine &engine : support::engines())
        CHECK(oracle::kolmogorov_smirnov_p_value(normals<T>(Generator(engine, 34), support::scaled(400000)),
                                                 oracle::normal_cdf) > 1e-4);
}

TEST_CASE_TEMPLATE("every form of the truncated normal has the same bits on every instruction set", T, float, double)
{
    const std::size_t n = support::scaled(100000) + 7;
    for (const Interval &interval : intervals) {
        std::vector<T> reference;
        {
            const support::ForcedIsa forced("scalar");
            reference = truncated<T>(Generator(UNITVAR_PHILOX4X32, 35), n, interval);
        }
        for (const std::string &isa : support::isas()) {
            const support::ForcedIsa forced(isa);
            const std::vector<T> x = truncated<T>(Generator(UNITVAR_PHILOX4X32, 35), n, interval);
            CHECK_MESSAGE(std::memcmp(x.data(), reference.data(), n * sizeof(T)) == 0, isa, ", ", describe(interval));
        }
    }
}

TEST_CASE_TEMPLATE("a truncated normal has the probability of its word below it", T, float, double)
{
    // Intervals that T resolves finely: else rounding x moves the probability.
    const std::size_t n = support::scaled(20000);
    const double tolerance = std::is_same_v<T, float> ? 1e-4 : 1e-12;
    for (const Interval &interval :
         {Interval{0, 1, -2, 2}, Interval{0, 1, 8, 9}, Interval{0, 1, -40, -38}, Interval{0, 1, 38, infinity},
          Interval{0, 1, -infinity, -5}, Interval{0, 1, -infinity, 3}, Interval{0, 1, 0, infinity},
          Interval{2, 0.5, 0, 1.5}, Interval{0, 1e30, -1, 1}, Interval{0.5, 0.02, -2, 2}}) {
        const std::vector<WordOf<T>> word = words<T>(Generator(UNITVAR_PCG32, 36), n);
        const std::vector<T> x = truncated<T>(Generator(UNITVAR_PCG32, 36), n, interval);
        const TruncatedCdf cdf(rounded<T>(interval));
        double worst = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double u = std::ldexp(static_cast<double>(word[i]), -std::numeric_limits<WordOf<T>>::digits);
            worst = worse(worst, std::abs(cdf(static_cast<double>(x[i])) - u));
        }
        CHECK_MESSAGE(worst <= tolerance, describe(interval), ": ", worst);
    }
}

TEST_CASE_TEMPLATE("truncated normals of random parameters follow their distribution within the bounds", T, float,
                   double)
{
    std::mt19937_64 random(123);
    const auto between = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    for (std::size_t i = 0; i < 20; ++i) {
        const double a = between(-3, 3);
        const Interval interval{between(-3, 3), between(0.5, 4), a, a + between(0.5, 4)};
        const std::vector<T> x =
            truncated<T>(Generator(support::engines()[i % 2], 37), support::scaled(100000), interval);
        CHECK_MESSAGE(within(x, interval), describe(interval));
        CHECK_MESSAGE(oracle::kolmogorov_smirnov_p_value(x, TruncatedCdf(rounded<T>(interval))) > 1e-4,
                      describe(interval));
    }
}

TEST_CASE_TEMPLATE("truncated normals stay within the bounds in every form", T, float, double)
{
    for (const Interval &interval : intervals)
        CHECK_MESSAGE(within(truncated<T>(Generator(UNITVAR_PCG32, 38), support::scaled(100000), interval), interval),
                      describe(interval));
}

TEST_CASE_TEMPLATE("a truncated normal two deviations above the mean follows its distribution", T, float, double)
{
    const Interval interval{0, 1, 2, 3};
    const std::vector<T> x = truncated<T>(Generator(UNITVAR_PCG32, 39), 10000, interval);
    CHECK(within(x, interval));
    CHECK(oracle::kolmogorov_smirnov_p_value(x, TruncatedCdf(interval)) > 1e-4);
}

TEST_CASE_TEMPLATE("bounds twenty deviations away are never met", T, float, double)
{
    // PyTorch to 2.11 meets the lower one with probability 2^-24 in f32.
    const std::size_t n = support::quick() ? std::size_t{1} << 18 : std::size_t{1} << 22;
    const std::vector<T> x = truncated<T>(Generator(UNITVAR_PCG32, 40), n, {0, 0.1, -2, 2});
    CHECK(std::count(x.begin(), x.end(), T{-2}) == 0);
    CHECK(std::count(x.begin(), x.end(), T{2}) == 0);
    const auto [least, greatest] = std::minmax_element(x.begin(), x.end());
    CHECK(static_cast<double>(*least) > -0.7);
    CHECK(static_cast<double>(*greatest) < 0.7);
}

TEST_CASE_TEMPLATE("truncated normals are nearly all different", T, float, double)
{
    const std::vector<T> x = truncated<T>(Generator(UNITVAR_PCG32, 41), 10000, {0, 1, -2, 2});
    CHECK(std::set<T>(x.begin(), x.end()).size() > 9900);
}

TEST_CASE_TEMPLATE("an interval that is one number gives that number", T, float, double)
{
    const double next = static_cast<double>(std::nextafter(T{1}, T{2}));
    const double tiny = (next - 1) / 8;
    for (const Interval &interval : {Interval{0, 1, 1 - tiny / 8, 1 + tiny}, Interval{1, 0.1, 1, 1 + tiny}}) {
        if (!(interval.a < interval.b))
            continue;
        const std::vector<T> x = truncated<T>(Generator(UNITVAR_PCG32, 42), 100, interval);
        CHECK(x == std::vector<T>(100, T{1}));
    }
    // Two neighbours: either, as often as their halves of the interval are likely.
    const std::size_t n = support::scaled(100000);
    const std::vector<T> x = truncated<T>(Generator(UNITVAR_PCG32, 43), n, {0, 1, 1, next});
    const double upper = static_cast<double>(std::count(x.begin(), x.end(), static_cast<T>(next)));
    CHECK(static_cast<double>(std::count(x.begin(), x.end(), T{1})) + upper == static_cast<double>(n));
    CHECK(std::abs(upper - static_cast<double>(n) / 2) < 2.5 * std::sqrt(static_cast<double>(n)));
}

TEST_CASE_TEMPLATE("extreme parameters give finite values within the bounds", T, float, double)
{
    const double most = static_cast<double>(std::numeric_limits<T>::max());
    const double least = static_cast<double>(std::numeric_limits<T>::denorm_min());
    const double normal = static_cast<double>(std::numeric_limits<T>::min());
    for (const Interval &interval :
         {Interval{0, most, -most, most}, Interval{0, 1, -most, most}, Interval{0, least, -most, most},
          Interval{most, most, -most, most}, Interval{-most, most, 0, most}, Interval{most, 1, -most, 0},
          Interval{-most, least, 1, most}, Interval{0, least, 1, 2}, Interval{0, least, -least, least},
          Interval{0, most, -least, least}, Interval{0, normal, -normal, normal}, Interval{1, least, -1, 1},
          Interval{1, least, 1, 2}, Interval{most, least, most / 2, most}, Interval{0, 1, -infinity, -most},
          Interval{0, 1, most, infinity}, Interval{0, least, -infinity, -1}, Interval{-most, most, most / 2, most}})
        for (const std::string &isa : support::isas()) {
            const support::ForcedIsa forced(isa);
            const std::vector<T> x = truncated<T>(Generator(UNITVAR_PCG32, 44), 1000, interval);
            CHECK_MESSAGE(within(x, interval), describe(interval));
        }
}

TEST_CASE_TEMPLATE("init_trunc_normal is the sampler, whatever the strides", T, float, double)
{
    const unitvar_dtype dtype = std::is_same_v<T, float> ? support::f32_dtype : support::f64_dtype;
    for (const Engine &engine : support::engines())
        for (const Interval &interval : intervals) {
            const std::size_t n = 9 * 15 * 7;
            const std::vector<T> expected = truncated<T>(Generator(engine, 45, 0, 3), n, interval);
            for (const bool strided : {false, true}) {
                Tensor tensor =
                    strided ? Tensor(dtype, {9, 15, 7}, support::Lengths{-1, 9 * 8, 10}) : Tensor(dtype, {9, 15, 7});
                const Generator g(engine, 45, 0, 3);
                require_ok(
                    unitvar_init_trunc_normal(g, tensor.view(), interval.mean, interval.std, interval.a, interval.b));
                CHECK_MESSAGE(tensor.logical_values<T>() == expected, describe(interval));
                CHECK(tensor.untouched_between_elements());
                CHECK(g.tell() == 3 + (n * sizeof(T) / 4 + 63) / 64);
            }
        }
}

namespace {

struct Refused {
    Interval parameters;
    std::string_view name;
    std::string_view value;
};

template <class T> void check_refused(const std::vector<Refused> &list)
{
    const unitvar_dtype dtype = std::is_same_v<T, float> ? support::f32_dtype : support::f64_dtype;
    for (const Refused &bad : list) {
        CAPTURE(describe(bad.parameters));
        const auto &[mean, std, a, b] = bad.parameters;
        const Generator g(UNITVAR_PCG32, 1, 0, 5);
        for (const std::size_t n : {0u, 1u, 100u}) {
            GuardedBuffer buffer(n * sizeof(T));
            check_fails(trunc_normal(g, buffer.template as<T>(), n, mean, std, a, b), UNITVAR_INVALID_ARGUMENT,
                        {bad.name, bad.value});
            CHECK(buffer.untouched());
        }
        Tensor tensor(dtype, {4, 5});
        check_fails(unitvar_init_trunc_normal(g, tensor.view(), mean, std, a, b), UNITVAR_INVALID_ARGUMENT,
                    {bad.name, bad.value});
        CHECK(tensor.untouched());
        CHECK(g.tell() == 5);
    }
}

template <class T> void check_normal_refused(double mean, double std, std::string_view name, std::string_view value)
{
    const Generator g(UNITVAR_PCG32, 1, 0, 5);
    GuardedBuffer buffer(10 * sizeof(T));
    check_fails(normal_icdf(g, buffer.template as<T>(), 10, mean, std), UNITVAR_INVALID_ARGUMENT, {name, value});
    CHECK(buffer.untouched());
    CHECK(g.tell() == 5);
}

} // namespace

TEST_CASE_TEMPLATE("a truncated normal without a distribution is refused", T, float, double)
{
    check_refused<T>({
        {{not_a_number, 1, -2, 2}, "mean", "nan"},
        {{infinity, 1, -2, 2}, "mean", "inf"},
        {{-infinity, 1, -2, 2}, "mean", "-inf"},
        {{0, not_a_number, -2, 2}, "std", "nan"},
        {{0, infinity, -2, 2}, "std", "inf"},
        {{0, 0, -2, 2}, "std", "0"},
        {{0, -1.5, -2, 2}, "std", "-1.5"},
        {{0, 1, not_a_number, 2}, "a", "nan"},
        {{0, 1, -2, not_a_number}, "b", "nan"},
        {{0, 1, 2.5, 2.5}, "a", "2.5"},
        {{0, 1, 2.5, 1.5}, "a", "2.5"},
        {{0, 1, 2.5, 1.5}, "b", "1.5"},
        {{0, 1, infinity, infinity}, "a", "inf"},
        {{0, 1, -infinity, -infinity}, "b", "-inf"},
        {{0, 1, infinity, -infinity}, "a", "inf"},
    });
}

TEST_CASE("a truncated normal is judged in the type of the elements")
{
    check_refused<float>({
        {{1e39, 1, -2, 2}, "mean", "1e+39"},
        {{0, 1e39, -2, 2}, "std", "1e+39"},
        {{0, 1e-46, -2, 2}, "std", "1e-46"},
        {{0, 1, 1e39, 1e40}, "a", "1e+39"},
        {{0, 1, -1e40, -1e39}, "b", "-1e+39"},
    });
    const std::vector<float> x = truncated<float>(Generator(UNITVAR_PCG32, 46), 1000, {0, 1, -1e39, 1e39});
    CHECK(x == truncated<float>(Generator(UNITVAR_PCG32, 46), 1000, {0, 1, -infinity, infinity}));
    CHECK(
        within(truncated<double>(Generator(UNITVAR_PCG32, 46), 1000, {1e39, 1e-46, -1e40, 1e40}), {0, 0, -1e40, 1e40}));
}

TEST_CASE_TEMPLATE("normal_icdf refuses what normal refuses", T, float, double)
{
    check_normal_refused<T>(not_a_number, 1, "mean", "nan");
    check_normal_refused<T>(-infinity, 1, "mean", "-inf");
    check_normal_refused<T>(0, not_a_number, "std", "nan");
    check_normal_refused<T>(0, infinity, "std", "inf");
    check_normal_refused<T>(0, -1.5, "std", "-1.5");
    if constexpr (std::is_same_v<T, float>) {
        check_normal_refused<T>(1e39, 1, "mean", "1e+39");
        check_normal_refused<T>(0, 1e39, "std", "1e+39");
    }
    const std::vector<T> constant = filled<T>(
        [](unitvar_generator *g, T *dst, std::size_t n, double mean) { return normal_icdf(g, dst, n, mean, 0.0); },
        Generator(UNITVAR_PCG32, 47), 100, 2.5);
    CHECK(constant == std::vector<T>(100, T{2.5}));
}
