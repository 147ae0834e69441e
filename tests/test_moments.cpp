// Keeps section 8 of unitvar.h: moments equal a two-pass computation in long double also where the mean dwarfs the
// deviation, sequences may come in any pieces, NaN and infinity are not hidden, and the bits are the same for every
// instruction set, alignment and number of threads.
#include "oracle/moments.hpp"
#include "support/buffers.hpp"
#include "support/capi.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <pcg_random.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using support::check_fails;
using support::require_ok;

namespace {

const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::int32_t update(unitvar_moments *m, const float *x, std::size_t n)
{
    return unitvar_moments_update_f32(m, x, n);
}
std::int32_t update(unitvar_moments *m, const double *x, std::size_t n)
{
    return unitvar_moments_update_f64(m, x, n);
}

template <class T> unitvar_moments moments_of(std::span<const T> data)
{
    unitvar_moments m{0.0, 0.0, 0.0};
    require_ok(update(&m, data.data(), data.size()));
    return m;
}

using Bits = std::array<std::uint64_t, 3>;

Bits bits(const unitvar_moments &m)
{
    return {std::bit_cast<std::uint64_t>(m.count), std::bit_cast<std::uint64_t>(m.mean),
            std::bit_cast<std::uint64_t>(m.m2)};
}

double variance(const unitvar_moments &m, double correction)
{
    double result = -77.0;
    require_ok(unitvar_moments_variance(&m, correction, &result));
    return result;
}

// Uniform with this mean and about this deviation.
template <class T> std::vector<T> uniform_data(std::size_t n, double mean, double deviation)
{
    pcg32 generator(n, 99);
    std::vector<T> data(n);
    for (T &x : data) {
        const double u = std::ldexp(static_cast<double>(generator()), -32) - 0.5;
        x = static_cast<T>(mean + deviation * std::sqrt(12.0) * u);
    }
    return data;
}

// Lengths around the vectors, around the chunks of 8192 and between.
std::vector<std::size_t> lengths()
{
    std::vector<std::size_t> list;
    for (std::size_t n = 0; n <= 260; ++n)
        list.push_back(n);
    for (const std::size_t chunk : {8192u, 2u * 8192u, 3u * 8192u})
        for (std::size_t n = chunk - 5; n <= chunk + 5; ++n)
            list.push_back(n);
    for (std::size_t n = 300; n < 3 * 8192; n += support::quick() ? 4001 : 211)
        list.push_back(n);
    return list;
}

void check_close(const unitvar_moments &got, const oracle::Moments &exact, double relative_m2)
{
    CAPTURE(exact.count);
    CHECK(got.count == static_cast<double>(exact.count));
    const long double error_of_mean = std::abs(got.mean - exact.mean);
    CHECK(static_cast<double>(error_of_mean) <=
          1e-15 * static_cast<double>(std::abs(exact.mean)) + 1e-15 * std::sqrt(static_cast<double>(exact.m2)));
    const long double error_of_m2 = std::abs(got.m2 - exact.m2);
    CHECK(static_cast<double>(error_of_m2) <= relative_m2 * static_cast<double>(exact.m2));
}

template <class T> void check_against_oracle(double mean, double deviation, double relative_m2)
{
    CAPTURE(mean);
    CAPTURE(deviation);
    for (const std::size_t n : lengths()) {
        const std::vector<T> data = uniform_data<T>(n, mean, deviation);
        check_close(moments_of<T>(data), oracle::moments<T>(data), relative_m2);
    }
}

template <class T> void check_same_bits()
{
    for (const std::size_t n : lengths()) {
        const std::vector<T> data = uniform_data<T>(n, 3.0, 1.0);
        Bits reference{};
        {
            const support::ForcedIsa forced("scalar");
            reference = bits(moments_of<T>(data));
        }
        for (const std::string &isa : support::isas()) {
            const support::ForcedIsa forced(isa);
            for (const std::size_t offset : {0u, 1u, 4u, 7u, 36u}) {
                support::GuardedBuffer buffer(n * sizeof(T), offset);
                if (n > 0)
                    std::memcpy(buffer.data(), data.data(), n * sizeof(T));
                unitvar_moments m{0.0, 0.0, 0.0};
                require_ok(update(&m, buffer.template as<T>(), n));
                CHECK_MESSAGE(bits(m) == reference, isa, " n = ", n, " at offset ", offset);
            }
        }
    }
}

} // namespace

TEST_CASE("moments of f32 equal two passes in long double")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        check_against_oracle<float>(0.0, 1.0, 1e-14);
        check_against_oracle<float>(-1000.0, 1.0, 1e-14);
        check_against_oracle<float>(0.0, 1e18, 1e-14);
        check_against_oracle<float>(1e18, 1e15, 1e-14);
        check_against_oracle<float>(0.0, 1e-30, 1e-14);
    }
}

TEST_CASE("moments of f64 equal two passes in long double")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        check_against_oracle<double>(0.0, 1.0, 1e-14);
        check_against_oracle<double>(1000.0, 1.0, 1e-14);
        check_against_oracle<double>(0.0, 1e150, 1e-14);
        check_against_oracle<double>(-1e150, 1e147, 1e-14);
        check_against_oracle<double>(0.0, 1e-140, 1e-14);
    }
}

TEST_CASE("nothing cancels where the mean is a million times the deviation")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        check_against_oracle<float>(1e6, 1.0, 1e-12);
        check_against_oracle<double>(1e6, 1.0, 1e-12);
        check_against_oracle<double>(-1e-3, 1e-9, 1e-12);
    }
}

TEST_CASE("the variance of two close values that PyTorch's tests use is exact")
{
    const std::vector<float> single{2281.5f, 2281.25f};
    CHECK(variance(moments_of<float>(single), 1.0) == 0.03125);
    const std::vector<double> wide{2281.5, 2281.25};
    CHECK(variance(moments_of<double>(wide), 1.0) == 0.03125);
    CHECK(variance(moments_of<double>(wide), 0.0) == 0.015625);
}

TEST_CASE("equal values have exactly their own mean and no deviation")
{
    for (const double value : {0.0, -2.5, 0.1, 1e18}) {
        const std::vector<float> data(20000, static_cast<float>(value));
        const unitvar_moments m = moments_of<float>(data);
        CHECK(m.mean == static_cast<double>(static_cast<float>(value)));
        CHECK(m.m2 == 0.0);
        CHECK(m.count == 20000.0);
    }
}

TEST_CASE("a sequence in pieces has the moments of the whole")
{
    const std::vector<double> data = uniform_data<double>(3 * 8192 + 5, 1000.0, 1.0);
    const std::span<const double> whole(data);
    const oracle::Moments exact = oracle::moments(whole);
    for (const std::size_t cut : {0u, 1u, 31u, 32u, 33u, 8191u, 8192u, 8193u, 20000u, 24580u, 24581u}) {
        CAPTURE(cut);
        unitvar_moments appended = moments_of(whole.first(cut));
        require_ok(unitvar_moments_update_f64(&appended, data.data() + cut, data.size() - cut));
        check_close(appended, exact, 1e-13);
        unitvar_moments merged = moments_of(whole.first(cut));
        const unitvar_moments second = moments_of(whole.subspan(cut));
        require_ok(unitvar_moments_merge(&merged, &second));
        check_close(merged, exact, 1e-13);
    }
}

TEST_CASE("many small updates have the moments of the whole")
{
    const std::vector<float> data = uniform_data<float>(10007, 1e6, 1.0);
    unitvar_moments m{0.0, 0.0, 0.0};
    for (std::size_t at = 0; at < data.size();) {
        const std::size_t n = std::min<std::size_t>(at % 97 + 1, data.size() - at);
        require_ok(unitvar_moments_update_f32(&m, data.data() + at, n));
        at += n;
    }
    check_close(m, oracle::moments<float>(data), 1e-10);
}

namespace {

// 2000 parts of 100 elements with deviation 1 about a mean, appended or merged one by one.
struct Parts {
    std::vector<double> data;
    double center;
    explicit Parts(double mean) : data(uniform_data<double>(200000, mean, 1)), center(mean) {}
    // Of the data less the center, which is exact: a sum of the data themselves is not, in long double.
    oracle::Moments exact() const
    {
        std::vector<double> deviations = data;
        for (double &x : deviations)
            x -= center;
        return oracle::moments<double>(deviations);
    }
    template <class Append> void each(const Append &append) const
    {
        for (std::size_t i = 0; i < data.size(); i += 100)
            append(data.data() + i, std::size_t{100});
    }
};

double relative(double got, long double exact)
{
    return static_cast<double>(std::abs(got - exact) / std::abs(exact));
}

} // namespace

TEST_CASE("wide moments keep their digits over any number of updates and merges")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const double mean : {0.0, 1e6, 1e10, 1e13, -1e14}) {
            CAPTURE(mean);
            const Parts parts(mean);
            const oracle::Moments exact = parts.exact();
            const long double variance = exact.m2 / static_cast<long double>(exact.count - 1);
            unitvar_wide_moments updated{};
            unitvar_wide_moments merged{};
            parts.each([&](const double *x, std::size_t n) {
                require_ok(unitvar_wide_moments_update_f64(&updated, x, n));
                unitvar_wide_moments part{};
                require_ok(unitvar_wide_moments_update_f64(&part, x, n));
                require_ok(unitvar_wide_moments_merge(&merged, &part));
            });
            for (const unitvar_wide_moments *m : {&updated, &merged}) {
                double got = -1;
                require_ok(unitvar_wide_moments_variance(m, 1, &got));
                CHECK(relative(got, variance) <= 0x1p-48);
                require_ok(unitvar_wide_moments_mean(m, &got));
                CHECK(std::abs(got - (mean + exact.mean)) <= 0x1.01p-53 * std::max(std::abs(mean), 1.0));
            }
        }
    }
}

TEST_CASE("moments of three doubles stay within the bound that the header states")
{
    for (const double mean : {1e6, 1e10, 1e12}) {
        CAPTURE(mean);
        const Parts parts(mean);
        const oracle::Moments exact = parts.exact();
        unitvar_moments m{};
        parts.each([&](const double *x, std::size_t n) { require_ok(unitvar_moments_update_f64(&m, x, n)); });
        CHECK(relative(m.m2, exact.m2) <= 2000 * 0x1p-53 * mean);
    }
}

TEST_CASE("wide moments of f64 data reach both ends of double's range, and f32 data have them too")
{
    const std::vector<double> data{-3, -1, 2, 5};
    for (const int exponent : {600, -700, 1020, -1070}) {
        CAPTURE(exponent);
        unitvar_wide_moments m{};
        for (const double x : data) {
            const double value = std::ldexp(x, exponent);
            require_ok(unitvar_wide_moments_update_f64(&m, &value, 1));
        }
        double mean = 0;
        require_ok(unitvar_wide_moments_mean(&m, &mean));
        CHECK(mean == std::ldexp(0.75, exponent));
        CHECK(std::ldexp(m.m2, -2 * (exponent + std::ilogb(m.prescale))) == doctest::Approx(36.75).epsilon(1e-14));
    }
    unitvar_wide_moments narrow{};
    const std::vector<float> floats{-3, -1, 2, 5};
    require_ok(unitvar_wide_moments_update_f32(&narrow, floats.data(), floats.size()));
    CHECK(narrow.count == 4);
    double variance = 0;
    require_ok(unitvar_wide_moments_variance(&narrow, 0, &variance));
    CHECK(variance == 147 / 16.0);
}

TEST_CASE("wide moments refuse counts and scales that are none, and change nothing")
{
    const double x = 1;
    double out = -7;
    for (const unitvar_wide_moments &bad :
         {unitvar_wide_moments{-1, 0, 0, 0, 1}, unitvar_wide_moments{infinity, 0, 0, 0, 1},
          unitvar_wide_moments{not_a_number, 0, 0, 0, 1}, unitvar_wide_moments{1, 0, 0, 0, 0},
          unitvar_wide_moments{1, 0, 0, 0, 2}, unitvar_wide_moments{1, 0, 0, 0, not_a_number}}) {
        const std::string_view word = bad.count == 1 ? "prescale" : "count";
        unitvar_wide_moments m = bad;
        unitvar_wide_moments good{1, 2, 0, 0, 1};
        check_fails(unitvar_wide_moments_update_f64(&m, &x, 1), UNITVAR_INVALID_ARGUMENT, {word});
        check_fails(unitvar_wide_moments_merge(&m, &good), UNITVAR_INVALID_ARGUMENT, {word});
        check_fails(unitvar_wide_moments_merge(&good, &m), UNITVAR_INVALID_ARGUMENT, {word});
        check_fails(unitvar_wide_moments_variance(&m, 1, &out), UNITVAR_INVALID_ARGUMENT, {word});
        check_fails(unitvar_wide_moments_mean(&m, &out), UNITVAR_INVALID_ARGUMENT, {word});
        CHECK(std::memcmp(&m, &bad, sizeof(m)) == 0);
        CHECK(good.count == 1);
    }
    CHECK(out == -7);
    unitvar_wide_moments empty{};
    require_ok(unitvar_wide_moments_mean(&empty, &out));
    CHECK(std::isnan(out));
    check_fails(unitvar_wide_moments_mean(nullptr, &out), UNITVAR_INVALID_ARGUMENT, {"NULL"});
    check_fails(unitvar_wide_moments_mean(&empty, nullptr), UNITVAR_INVALID_ARGUMENT, {"NULL"});
    check_fails(unitvar_wide_moments_update_f64(&empty, nullptr, 1), UNITVAR_INVALID_ARGUMENT, {"NULL"});
}

TEST_CASE("merging ends whatever values a caller's moments have")
{
    std::vector<unitvar_wide_moments> any;
    for (const double count : {5e-324, 2.0, 1e300})
        for (const double mean : {0.0, -1e-171, 1e-84, -1e10, 1e300, infinity})
            for (const double low : {0.0, 0.8125, -1e180})
                for (const double m2 : {0.0, -0.0, 1e-300, -1e300, 1e20, 1e308, infinity, not_a_number})
                    for (const double prescale : {1.0, 0x1p600, 0x1p-600})
                        any.push_back({count, mean, low, m2, prescale});
    bool counted = true;
    for (const unitvar_wide_moments &a : any)
        for (const unitvar_wide_moments &b : any) {
            unitvar_wide_moments both = a;
            counted = unitvar_wide_moments_merge(&both, &b) == UNITVAR_OK && both.count == a.count + b.count && counted;
        }
    CHECK(counted);
}

TEST_CASE("appending or merging nothing changes no bit")
{
    const std::vector<double> data = uniform_data<double>(100, 5.0, 1.0);
    const unitvar_moments before = moments_of<double>(data);
    unitvar_moments m = before;
    require_ok(unitvar_moments_update_f32(&m, nullptr, 0));
    require_ok(unitvar_moments_update_f64(&m, nullptr, 0));
    const unitvar_moments empty{0.0, 0.0, 0.0};
    require_ok(unitvar_moments_merge(&m, &empty));
    CHECK(bits(m) == bits(before));
    unitvar_moments from_empty = empty;
    require_ok(unitvar_moments_merge(&from_empty, &before));
    CHECK(bits(from_empty) == bits(before));
    unitvar_moments still_empty = empty;
    require_ok(unitvar_moments_merge(&still_empty, &empty));
    CHECK(bits(still_empty) == bits(empty));
}

TEST_CASE("moments have the same bits on every instruction set and at any address")
{
    check_same_bits<float>();
    check_same_bits<double>();
}

TEST_CASE("the number of threads never changes a bit of the moments")
{
    const std::size_t n = (std::size_t{1} << (support::quick() ? 20 : 22)) + 17;
    const std::vector<float> single = uniform_data<float>(n, 1.0, 1.0);
    const std::vector<double> wide = uniform_data<double>(n, 1.0, 1.0);
    Bits reference_f32{};
    Bits reference_f64{};
    {
        const support::ForcedIsa scalar("scalar");
        const support::ForcedThreads one(1);
        reference_f32 = bits(moments_of<float>(single));
        reference_f64 = bits(moments_of<double>(wide));
    }
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (std::int32_t threads = 1; threads <= (support::quick() ? 3 : 8); ++threads) {
            const support::ForcedThreads forced_threads(threads);
            CHECK_MESSAGE(bits(moments_of<float>(single)) == reference_f32, isa, " with ", threads, " threads");
            CHECK_MESSAGE(bits(moments_of<double>(wide)) == reference_f64, isa, " with ", threads, " threads");
        }
    }
}

TEST_CASE("moments read only the elements that they are given")
{
    using support::PageEdgeBuffer;
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const PageEdgeBuffer::Edge edge : {PageEdgeBuffer::Edge::before, PageEdgeBuffer::Edge::after})
            for (const std::size_t n : {0u, 1u, 7u, 31u, 32u, 33u, 100u, 8191u, 8193u}) {
                const std::vector<float> data = uniform_data<float>(n, 3.0, 1.0);
                PageEdgeBuffer buffer(n * sizeof(float), edge);
                if (n > 0)
                    std::memcpy(buffer.data(), data.data(), buffer.size());
                unitvar_moments m{0.0, 0.0, 0.0};
                require_ok(unitvar_moments_update_f32(&m, buffer.as<float>(), n));
                CHECK(bits(m) == bits(moments_of<float>(data)));
            }
    }
}

TEST_CASE("NaN and infinity in the data show in mean and deviation")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const std::size_t n : {1u, 5u, 32u, 100u, 8192u, 20000u})
            for (const std::size_t at : {std::size_t{0}, n / 2, n - 1})
                for (const double special : {not_a_number, infinity, -infinity}) {
                    CAPTURE(n);
                    CAPTURE(at);
                    CAPTURE(special);
                    std::vector<double> data = uniform_data<double>(n, 3.0, 1.0);
                    data[at] = special;
                    const unitvar_moments m = moments_of<double>(data);
                    CHECK(m.count == static_cast<double>(n));
                    CHECK_FALSE(std::isfinite(m.mean));
                    CHECK_FALSE(std::isfinite(m.m2));
                    if (std::isnan(special))
                        CHECK(std::isnan(m.mean));
                    const std::vector<float> single(data.begin(), data.end());
                    const unitvar_moments m32 = moments_of<float>(single);
                    CHECK_FALSE(std::isfinite(m32.mean));
                    CHECK_FALSE(std::isfinite(m32.m2));
                    CHECK_FALSE(std::isfinite(variance(m32, 0.0)));
                }
    }
}

TEST_CASE("the variance is m2 / max(0, count - correction)")
{
    CHECK(variance({4.0, 1.0, 6.0}, 0.0) == 1.5);
    CHECK(variance({4.0, 1.0, 6.0}, 1.0) == 2.0);
    CHECK(variance({4.0, 1.0, 6.0}, 2.5) == 4.0);
    CHECK(variance({4.0, 1.0, 6.0}, -2.0) == 1.0);
    CHECK(variance({4.0, 1.0, 6.0}, 4.0) == infinity);
    CHECK(variance({4.0, 1.0, 6.0}, 5.0) == infinity);
    CHECK(variance({1.0, 1.0, 0.0}, 0.0) == 0.0);
    CHECK(std::isnan(variance({1.0, 1.0, 0.0}, 1.0)));
    CHECK(std::isnan(variance({0.0, 0.0, 0.0}, 0.0)));
    CHECK(std::isnan(variance({0.0, 0.0, 0.0}, 1.0)));
    CHECK(std::isnan(variance({3.0, not_a_number, not_a_number}, 1.0)));
}

TEST_CASE("a count that is no count is refused and nothing changes")
{
    const float x = 1.0f;
    const double y = 1.0;
    const unitvar_moments good{2.0, 1.0, 0.5};
    const std::vector<std::pair<double, std::string>> bad_counts{
        {-1.0, "-1"}, {not_a_number, "nan"}, {infinity, "inf"}, {-infinity, "-inf"}};
    for (const auto &bad : bad_counts) {
        const std::string &value = bad.second;
        const unitvar_moments before{bad.first, 1.0, 0.5};
        unitvar_moments m = before;
        double out = -77.0;
        check_fails(unitvar_moments_update_f32(&m, &x, 1), UNITVAR_INVALID_ARGUMENT, {"count", value});
        check_fails(unitvar_moments_update_f64(&m, &y, 1), UNITVAR_INVALID_ARGUMENT, {"count", value});
        check_fails(unitvar_moments_merge(&m, &good), UNITVAR_INVALID_ARGUMENT, {"count", value});
        check_fails(unitvar_moments_variance(&m, 0.0, &out), UNITVAR_INVALID_ARGUMENT, {"count", value});
        CHECK(bits(m) == bits(before));
        unitvar_moments into = good;
        check_fails(unitvar_moments_merge(&into, &before), UNITVAR_INVALID_ARGUMENT, {"count", value});
        CHECK(bits(into) == bits(good));
        CHECK(out == -77.0);
    }
}

TEST_CASE("bad corrections, sizes and pointers of the moments are refused")
{
    unitvar_moments m{2.0, 1.0, 0.5};
    const unitvar_moments before = m;
    const float x = 1.0f;
    const double y = 1.0;
    double out = -77.0;
    const std::size_t huge = std::numeric_limits<std::size_t>::max();
    const std::int32_t invalid = UNITVAR_INVALID_ARGUMENT;
    check_fails(unitvar_moments_variance(&m, not_a_number, &out), invalid, {"correction", "nan"});
    check_fails(unitvar_moments_variance(&m, infinity, &out), invalid, {"correction", "inf"});
    check_fails(unitvar_moments_variance(&m, -infinity, &out), invalid, {"correction", "-inf"});
    check_fails(unitvar_moments_variance(nullptr, 0.0, &out), invalid, {"m", "NULL"});
    check_fails(unitvar_moments_variance(&m, 0.0, nullptr), invalid, {"out", "NULL"});
    check_fails(unitvar_moments_update_f32(&m, &x, huge), invalid, {"n", std::to_string(huge)});
    check_fails(unitvar_moments_update_f64(&m, &y, huge / 8 + 1), invalid, {"n", std::to_string(huge / 8 + 1)});
    check_fails(unitvar_moments_update_f32(&m, nullptr, 1), invalid, {"x", "NULL"});
    check_fails(unitvar_moments_update_f64(nullptr, &y, 1), invalid, {"m", "NULL"});
    check_fails(unitvar_moments_merge(nullptr, &before), invalid, {"into", "NULL"});
    check_fails(unitvar_moments_merge(&m, nullptr), invalid, {"other", "NULL"});
    CHECK(bits(m) == bits(before));
    CHECK(out == -77.0);
}
