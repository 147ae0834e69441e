// unitvar_errors [SAMPLES]: the error in ulp of what normals in f32 are made of, by the word they are made of, as JSON
// for bench/report.py: the largest and the mean one of each interval of words, from SAMPLES words each (default 4096; all
// of them where there are fewer). References are double precision. It compiles lib/simd with the portable registers,
// whose bits every other table repeats. tests/accuracy*.cpp keep the bounds; this program only shows where errors are.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <numbers>

#include "kernels/draw.hpp"

namespace {

using namespace unitvar;
using Words = Pack<U32, 1>;

constexpr double two_to_32 = 0x1p32;
constexpr std::uint32_t golden_ratio = 0x9E3779B9U;

struct Distance {
    double value; // to the nearer end of (0, 1), exact
    bool upper;
};
Distance distance_of(std::uint32_t word)
{
    const std::uint32_t odd = word | 1U;
    const bool upper = odd >= 0x80000000U;
    return {static_cast<double>(upper ? 0U - odd : odd) / two_to_32, upper};
}

double exact_radius(std::uint32_t word)
{
    const auto [d, upper] = distance_of(word);
    return std::sqrt(-2 * (upper ? std::log1p(-d) : std::log(d)));
}

struct Point {
    double x;
    double y;
};
Point exact_direction(std::uint32_t word)
{
    const double angle = static_cast<double>(static_cast<std::int32_t>(word)) / two_to_32 * std::numbers::pi / 2;
    const double c = (word & 1U) != 0 ? -std::cos(angle) : std::cos(angle);
    const double s = std::sin(angle);
    return (word & 2U) != 0 ? Point{s, c} : Point{c, s};
}

// Newton's steps from a value that is right to some ulp of f32. About the middle from the distance to it, which is exact.
double exact_quantile(std::uint32_t word, double near)
{
    const auto [d, upper] = distance_of(word);
    double z = std::abs(near);
    for (int i = 0; i < 3; ++i) {
        const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
        const double error =
            d > 0.25 ? (0.5 - d) - std::erf(z / std::numbers::sqrt2) / 2 : std::erfc(z / std::numbers::sqrt2) / 2 - d;
        z += error / density;
    }
    return upper ? z : -z;
}

double ulps(float value, double exact)
{
    const auto magnitude = static_cast<float>(std::abs(exact));
    const double unit = std::nextafter(magnitude, std::numeric_limits<float>::infinity()) - magnitude;
    return std::abs(static_cast<double>(value) - exact) / unit;
}

template <class Function> float lane(const Function &function, std::uint32_t word)
{
    std::uint32_t words[U32::size];
    float results[U32::size];
    for (std::uint32_t &w : words) {
        w = word;
    }
    store(results, function(load<Words>(words)));
    return results[0];
}

double radius_error(std::uint32_t word)
{
    return ulps(lane([](const Words &w) { return box_muller_radius(w); }, word), exact_radius(word));
}
double direction_error(std::uint32_t word)
{
    const Point exact = exact_direction(word);
    const float x = lane([](const Words &w) { return box_muller_direction(w).first; }, word);
    const float y = lane([](const Words &w) { return box_muller_direction(w).second; }, word);
    return std::max(ulps(x, exact.x), ulps(y, exact.y));
}
double normal_error(std::uint32_t word)
{
    // Any direction.
    const std::uint32_t other = (word ^ word >> 15U) * golden_ratio;
    const float r = lane([](const Words &w) { return box_muller_radius(w); }, word);
    const float x = lane([](const Words &w) { return box_muller_direction(w).first; }, other);
    return ulps(r * x, exact_radius(word) * exact_direction(other).x);
}
double quantile_error(std::uint32_t word)
{
    const float z = lane(
        [](const Words &w) {
            using F = Pack<F32, 1>;
            const F q = symmetric_distance_to_end(w ^ broadcast<Words>(0x80000000U)) * broadcast<F>(0x1p-32F);
            return normal_quantile<32>(q, symmetric_distance_to_end(w));
        },
        word);
    return ulps(z, exact_quantile(word, static_cast<double>(z)));
}

// Of the words from low on, below high.
void print_interval(double (*error)(std::uint32_t), double at, double low, double high, int samples, bool first)
{
    const double begin = std::ceil(low);
    const double count = std::ceil(high) - begin;
    const double step = std::max(1.0, count / samples);
    double most = 0;
    double sum = 0;
    int seen = 0;
    for (double i = 0; i < count; i += step, ++seen) {
        const double e = error(static_cast<std::uint32_t>(static_cast<std::uint64_t>(begin + i)));
        most = std::max(most, e);
        sum += e;
    }
    if (seen > 0) {
        std::printf("%s[%.4f, %.4f, %.4f]", first ? "" : ", ", at, most, sum / seen);
    }
}

// Intervals of a quarter of an octave from each end: at 31 + log2(2 u) up to the middle, 31 - log2(2 (1 - u)) from there.
void by_distance_to_the_ends(double (*error)(std::uint32_t), int samples)
{
    constexpr int parts = 4;
    constexpr int half = 31 * parts;
    bool first = true;
    for (int i = 0; i < 2 * half; ++i) {
        const auto word = [](int part) {
            return part <= half ? std::exp2(static_cast<double>(part) / parts)
                                : two_to_32 - std::exp2(static_cast<double>(2 * half - part) / parts);
        };
        if (std::ceil(word(i)) < std::ceil(word(i + 1))) {
            print_interval(error, (i + 0.5) / parts, word(i), word(i + 1), samples, first);
            first = false;
        }
    }
}

void evenly(double (*error)(std::uint32_t), int samples)
{
    constexpr int intervals = 256;
    for (int i = 0; i < intervals; ++i) {
        // Signed words, in quarters of a turn.
        const double low = two_to_32 * i / intervals;
        print_interval(error, (i + 0.5) / intervals - 0.5, low + two_to_32 / 2, low + two_to_32 / 2 + 0x1p24, samples,
                       i == 0);
    }
}

} // namespace

int main(int argc, char **argv)
{
    const int samples = argc == 2 ? std::atoi(argv[1]) : 4096;
    if (argc > 2 || samples < 1) {
        std::fprintf(stderr, "usage: %s [SAMPLES]\n", argv[0]);
        return 2;
    }
    struct Function {
        const char *name;
        double bound;
        bool by_ends;
        double (*error)(std::uint32_t);
    };
    // The bounds of tests/accuracy.cpp and tests/accuracy_quantile.cpp.
    constexpr Function functions[] = {{"radius", 2, true, radius_error},
                                      {"direction", 2.5, false, direction_error},
                                      {"normal_f32", 5, true, normal_error},
                                      {"normal_icdf_f32", 4, true, quantile_error}};
    std::printf("{\n  \"samples\": %d,\n  \"functions\": [", samples);
    for (const Function &f : functions) {
        std::printf("%s\n    {\"name\": \"%s\", \"bound\": %.1f, \"axis\": \"%s\", \"intervals\": [",
                    &f == functions ? "" : ",", f.name, f.bound, f.by_ends ? "ends" : "angle");
        f.by_ends ? by_distance_to_the_ends(f.error, samples) : evenly(f.error, samples);
        std::printf("]}");
    }
    std::puts("\n  ]\n}");
    return 0;
}
