// Keeps unitvar_sobol_*: Joe and Kuo's points, from their definition in a few dimensions and as SciPy has them in all; any
// part alone; scrambled by the words that the header names, one point in each interval still; the draws of the samplers.
#include "support/buffers.hpp"
#include "support/capi.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <algorithm>
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

std::vector<double> points_f64(const unitvar_generator *g, std::size_t points, std::size_t dimensions,
                               std::uint64_t first = 0)
{
    std::vector<double> x(points * dimensions);
    require_ok(unitvar_sobol_f64(g, x.data(), points, dimensions, first));
    return x;
}
std::vector<float> points_f32(const unitvar_generator *g, std::size_t points, std::size_t dimensions,
                              std::uint64_t first = 0)
{
    std::vector<float> x(points * dimensions);
    require_ok(unitvar_sobol_f32(g, x.data(), points, dimensions, first));
    return x;
}

// The first lines of new-joe-kuo-6.21201: s, a, m_1 to m_s.
struct Line {
    int s;
    unsigned a;
    std::vector<std::uint64_t> m;
};
const std::vector<Line> &lines()
{
    static const std::vector<Line> list{
        {1, 0, {1}},          {2, 1, {1, 3}},        {3, 1, {1, 3, 1}},       {3, 2, {1, 1, 1}},
        {4, 1, {1, 1, 3, 3}}, {4, 4, {1, 3, 5, 13}}, {5, 2, {1, 1, 5, 5, 17}}};
    return list;
}

// Digit k, from 1 on, of direction number j of a dimension: m_j = 2 a_1 m_{j-1} + ... + 2^s m_{j-s} + m_{j-s}, without
// carries, in as many digits as m_j has.
std::vector<std::vector<int>> directions(std::size_t dimension, std::size_t count)
{
    std::vector<std::vector<int>> v(count, std::vector<int>(64, 0));
    if (dimension == 0) {
        for (std::size_t j = 0; j < count; ++j)
            v[j][j] = 1;
        return v;
    }
    const Line &line = lines()[dimension - 1];
    const auto s = static_cast<std::size_t>(line.s);
    for (std::size_t j = 0; j < count; ++j)
        for (std::size_t k = 0; k < 64; ++k) {
            if (j < s) {
                v[j][k] = k <= j ? static_cast<int>(line.m[j] >> (j - k) & 1U) : 0;
                continue;
            }
            int digit = v[j - s][k] ^ (k >= s ? v[j - s][k - s] : 0);
            for (std::size_t i = 1; i < s; ++i)
                digit ^= (line.a >> (s - 1 - i) & 1U) != 0 ? v[j - i][k] : 0;
            v[j][k] = digit;
        }
    return v;
}

// The digits of a point's coordinate, the first of them the highest bit.
std::uint64_t coordinate(std::uint64_t number, std::size_t dimension, const std::vector<std::uint64_t> *random)
{
    static std::vector<std::vector<std::vector<int>>> known;
    while (known.size() <= dimension)
        known.push_back(directions(known.size(), 64));
    std::vector<int> digit(64, 0);
    const std::uint64_t gray = number ^ number >> 1U;
    for (std::size_t j = 0; j < 64; ++j)
        for (std::size_t k = 0; k < 64 && (gray >> j & 1U) != 0; ++k)
            digit[k] ^= known[dimension][j][k];
    std::uint64_t value = 0;
    for (std::size_t k = 0; k < 64; ++k) {
        int sum = digit[k];
        if (random != nullptr) {
            // Below the diagonal the matrix has the words' bits in the same places.
            for (std::size_t j = 0; j < k; ++j)
                sum ^= digit[j] & static_cast<int>((*random)[j] >> (63 - k) & 1U);
            sum ^= static_cast<int>((*random)[64] >> (63 - k) & 1U);
        }
        value |= static_cast<std::uint64_t>(sum) << (63 - k);
    }
    return value;
}

} // namespace

TEST_CASE("Sobol's points are those of Joe and Kuo's direction numbers")
{
    const std::size_t dimensions = lines().size() + 1;
    for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{12345},
                                      (std::uint64_t{1} << 40U) - 3, (std::uint64_t{1} << 63U) - 40}) {
        const std::size_t points = 40;
        const std::vector<double> wide = points_f64(nullptr, points, dimensions, first);
        const std::vector<float> narrow = points_f32(nullptr, points, dimensions, first);
        for (std::size_t i = 0; i < points; ++i)
            for (std::size_t d = 0; d < dimensions; ++d) {
                CAPTURE(i);
                CAPTURE(d);
                const std::uint64_t digits = coordinate(first + i, d, nullptr);
                CHECK(wide[i * dimensions + d] == std::ldexp(static_cast<double>(digits >> 11U), -53));
                CHECK(narrow[i * dimensions + d] == std::ldexp(static_cast<float>(digits >> 40U), -24));
            }
    }
}

TEST_CASE("Sobol's points in all dimensions are SciPy's")
{
    // scipy.stats.qmc.Sobol(1111, scramble=False, bits=30).random(256), times 2^30, by FNV-1a of whole numbers.
    std::uint64_t sum = 0xCBF29CE484222325U;
    for (const double x : points_f64(nullptr, 256, 1111))
        sum = (sum ^ static_cast<std::uint64_t>(std::ldexp(x, 30))) * 0x100000001B3U;
    CHECK(sum == 0x17403ED6C6836F25U);
}

TEST_CASE("scrambled points follow from the words that the header names")
{
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 21, 4, 5);
        const std::size_t dimensions = 5;
        const std::vector<double> x = points_f64(g, 33, dimensions, 1000);
        CHECK(g.tell() == 5);
        for (std::size_t d = 0; d < dimensions; ++d) {
            const std::vector<std::uint64_t> random =
                filled<std::uint64_t>(unitvar_bits_u64, Generator(engine, 21, 4, 5 + 3 * d), 65);
            for (std::size_t i = 0; i < 33; ++i) {
                CAPTURE(i);
                CAPTURE(d);
                CHECK(x[i * dimensions + d] ==
                      std::ldexp(static_cast<double>(coordinate(1000 + i, d, &random) >> 11U), -53));
            }
        }
    }
}

TEST_CASE("2^k points, scrambled or not, are one in each of 2^k intervals of every coordinate")
{
    const Generator g(support::engines()[0], 3);
    const std::size_t points = support::quick() ? 256 : 1024;
    for (const bool scrambled : {false, true})
        for (const std::size_t dimensions : {std::size_t{1}, std::size_t{10}, std::size_t{1111}}) {
            const unitvar_generator *const by = g;
            const std::vector<double> x = points_f64(scrambled ? by : nullptr, points, dimensions, 4 * points);
            bool each = true;
            for (std::size_t d = 0; d < dimensions; ++d) {
                std::vector<bool> seen(points);
                for (std::size_t i = 0; i < points; ++i)
                    seen[static_cast<std::size_t>(x[i * dimensions + d] * static_cast<double>(points))] = true;
                each = each && std::count(seen.begin(), seen.end(), true) == static_cast<std::ptrdiff_t>(points);
            }
            CHECK(each);
        }
}

TEST_CASE("scrambled points integrate better than independent ones")
{
    // The product of 12 (x - 1/2)^2 over 4 coordinates: 1, with a variance of (9/5)^4 - 1.
    const std::size_t points = 4096;
    const std::vector<double> x = points_f64(Generator(support::engines()[0], 7), points, 4);
    double sum = 0;
    for (std::size_t i = 0; i < points; ++i) {
        double product = 1;
        for (std::size_t d = 0; d < 4; ++d)
            product *= 12 * (x[4 * i + d] - 0.5) * (x[4 * i + d] - 0.5);
        sum += product;
    }
    const double deviation = std::sqrt((std::pow(1.8, 4) - 1) / static_cast<double>(points));
    CHECK(std::abs(sum / static_cast<double>(points) - 1) < deviation / 10);
}

TEST_CASE("any part of Sobol's points is that of the whole, on any instruction set and number of threads")
{
    const Generator g(support::engines()[2], 5);
    for (const std::size_t dimensions : {1u, 3u, 64u, 1000u}) {
        const std::size_t points = 200000 / dimensions + 7;
        std::vector<double> whole;
        std::vector<float> whole_f32(points * dimensions);
        {
            const support::ForcedIsa isa("scalar");
            const support::ForcedThreads one(1);
            whole = points_f64(g, points, dimensions, 77);
            require_ok(unitvar_sobol_normal_f32(g, whole_f32.data(), points, dimensions, 77, 1, 2));
        }
        for (const std::string &name : support::isas())
            for (const std::int32_t threads : {1, 3}) {
                const support::ForcedIsa isa(name);
                const support::ForcedThreads many(threads);
                const bool same = points_f64(g, points, dimensions, 77) == whole;
                CHECK(same);
                std::vector<float> again(points * dimensions);
                require_ok(unitvar_sobol_normal_f32(g, again.data(), points, dimensions, 77, 1, 2));
                const bool same_f32 = again == whole_f32;
                CHECK(same_f32);
            }
        for (const std::size_t from : {std::size_t{1}, points / 3, points - 1}) {
            const std::vector<double> part = points_f64(g, points - from, dimensions, 77 + from);
            const bool same =
                std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(from * dimensions));
            CHECK(same);
        }
    }
}

TEST_CASE("normal Sobol points have the moments of the distribution")
{
    const std::size_t points = 4096;
    std::vector<double> x(points * 3);
    require_ok(unitvar_sobol_normal_f64(Generator(support::engines()[0], 2), x.data(), points, 3, 0, 5, 0.5));
    for (std::size_t d = 0; d < 3; ++d) {
        double mean = 0;
        double square = 0;
        for (std::size_t i = 0; i < points; ++i) {
            mean += x[3 * i + d] / static_cast<double>(points);
            square += (x[3 * i + d] - 5) * (x[3 * i + d] - 5) / static_cast<double>(points);
        }
        CHECK(std::abs(mean - 5) < 1e-4);
        CHECK(std::abs(square - 0.25) < 1e-3);
    }
}

TEST_CASE("Sobol's points go to any address, and refuse what they cannot do")
{
    support::GuardedBuffer buffer(100 * 7 * sizeof(float), 3);
    require_ok(unitvar_sobol_f32(nullptr, buffer.as<float>(), 100, 7, 9));
    CHECK(buffer.canaries_intact());
    CHECK(buffer.values<float>() == points_f32(nullptr, 100, 7, 9));

    float x[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
    const double nan = std::numeric_limits<double>::quiet_NaN();
    check_fails(unitvar_sobol_f32(nullptr, x, 4, 0, 0), UNITVAR_INVALID_ARGUMENT, {"dimensions is 0", "1111"});
    check_fails(unitvar_sobol_f32(nullptr, x, 4, 1112, 0), UNITVAR_INVALID_ARGUMENT, {"dimensions is 1112", "1111"});
    check_fails(unitvar_sobol_f32(nullptr, x, 4, 2, std::uint64_t{1} << 63U), UNITVAR_INVALID_ARGUMENT, {"first"});
    check_fails(unitvar_sobol_f32(nullptr, x, SIZE_MAX / 2, 2, 0), UNITVAR_INVALID_ARGUMENT, {"points"});
    check_fails(unitvar_sobol_f32(nullptr, nullptr, 4, 2, 0), UNITVAR_INVALID_ARGUMENT, {"dst"});
    check_fails(unitvar_sobol_normal_f32(nullptr, x, 4, 2, 0, nan, 1), UNITVAR_INVALID_ARGUMENT, {"mean"});
    check_fails(unitvar_sobol_normal_f32(nullptr, x, 4, 2, 0, 0, -1), UNITVAR_INVALID_ARGUMENT, {"std"});
    check_fails(unitvar_sobol_f32(Generator(UNITVAR_TORCH_MT19937, 1), x, 4, 2, 0), UNITVAR_UNSUPPORTED, {"Sobol"});
    const Generator last(support::engines()[1], 1, 0, (std::uint64_t{1} << 60U) - 5);
    check_fails(unitvar_sobol_f32(last, x, 4, 2, 0), UNITVAR_STREAM_EXHAUSTED, {"blocks"});
    for (const float value : x)
        CHECK(value == -1);
    require_ok(unitvar_sobol_f32(nullptr, nullptr, 0, 2, 0));
}
