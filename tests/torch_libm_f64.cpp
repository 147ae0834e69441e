// unitvar_torch_libm_f64 [N]: are the library's log, log1p, exp, sin and cos in double, which PyTorch's f64 and scalar normals
// and other draws are made of, the C library's own, for N arguments each (default 2 million) of those that uniforms of 53
// bits lead to, small ones, and the ends of every interval of the tables? Only glibc from 2.28 on on x86-64 with fma is the
// reference: elsewhere it exits with 77. It compiles the header with the portable registers, whose bits every other table
// repeats.

#include <bit>
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "kernels/torch_libm_f64.hpp"
#include "support/reference_libm.hpp"

namespace {

using namespace unitvar;
using Doubles = Pack<F64, 1>;

std::uint64_t random_bits()
{
    static std::uint64_t state = 0x9E3779B97F4A7C15;
    state += 0x9E3779B97F4A7C15;
    std::uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EB;
    return z ^ (z >> 31U);
}

// On [0, 1) with 53 bits; every other one a small one, multiples of 2^-53 still.
double uniform(std::uint64_t i)
{
    const std::uint64_t bits = random_bits() >> 11U;
    return static_cast<double>(i % 2 == 0 ? bits : bits >> random_bits() % 53) * 0x1p-53;
}

bool good = true;

template <class Argument, class Own, class Reference>
void compare(const char *name, std::uint64_t n, const Argument &argument, const Own &own, const Reference &reference)
{
    std::uint64_t different = 0;
    for (std::uint64_t i = 0; i < n; i += Doubles::lanes) {
        double x[Doubles::lanes];
        double value[Doubles::lanes];
        for (std::size_t k = 0; k < Doubles::lanes; ++k) {
            x[k] = argument(i + k);
        }
        store(value, own(load<Doubles>(x)));
        for (std::size_t k = 0; k < Doubles::lanes; ++k) {
            const volatile double opaque = x[k]; // what a compiler knows it computes itself, correctly rounded
            const double expected = reference(opaque);
            if (std::bit_cast<std::uint64_t>(expected) != std::bit_cast<std::uint64_t>(value[k]) && different++ < 3) {
                std::printf("%s(%a) is %a, the C library's %a\n", name, x[k], value[k], expected);
            }
        }
    }
    std::printf("%-28s %llu of %llu differ\n", name, static_cast<unsigned long long>(different),
                static_cast<unsigned long long>(n));
    good = good && different == 0;
}

// Some numbers to either side of each of these.
std::vector<double> around(const std::vector<double> &points)
{
    std::vector<double> result;
    for (const double point : points) {
        const auto bits = std::bit_cast<std::int64_t>(point);
        for (std::int64_t step = -20; step <= 20; ++step) {
            result.push_back(std::bit_cast<double>(bits + step));
        }
    }
    while (result.size() % Doubles::lanes != 0) {
        result.push_back(result.back());
    }
    return result;
}

} // namespace

int main(int argc, char **argv)
{
    const std::uint64_t n = argc == 2 ? std::strtoull(argv[1], nullptr, 10) / 8 * 8 : 2000000;
    if (!support::has_reference_glibc(28, INT_MAX) || n == 0) {
        std::puts("not the reference's C library and processor");
        return 77;
    }
    constexpr double two_pi = 2 * std::numbers::pi;
    const auto log = [](const Doubles &x) { return libm_log_f64(x); };
    const auto log1p = [](const Doubles &x) { return libm_log1p_f64(x); };
    const auto exp = [](const Doubles &x) { return libm_exp_f64(x); };
    const auto cos = [](const Doubles &x) { return libm_cos_sin_f64(x).cos; };
    const auto sin = [](const Doubles &x) { return libm_cos_sin_f64(x).sin; };
    const auto c_log = [](double x) { return std::log(x); };
    const auto c_log1p = [](double x) { return std::log1p(x); };
    const auto c_exp = [](double x) { return std::exp(x); };
    const auto c_cos = [](double x) { return std::cos(x); };
    const auto c_sin = [](double x) { return std::sin(x); };
    compare(
        "log(1 - u)", n, [](std::uint64_t i) { return 1 - uniform(i); }, log, c_log);
    compare(
        "log(u)", n, [](std::uint64_t i) { return uniform(i) + 0x1p-53; }, log, c_log);
    compare(
        "log1p(-u)", n, [](std::uint64_t i) { return -uniform(i); }, log1p, c_log1p);
    compare(
        "cos(2 pi u)", n, [](std::uint64_t i) { return two_pi * uniform(i); }, cos, c_cos);
    compare(
        "sin(2 pi u)", n, [](std::uint64_t i) { return two_pi * uniform(i); }, sin, c_sin);
    compare(
        "exp", n, [](std::uint64_t i) { return std::ldexp(uniform(i) - 0.5, static_cast<int>(i % 11)); }, exp, c_exp);
    std::vector<double> parts;
    for (int i = 1; i <= 1024; ++i) {
        parts.push_back(i / 1024.0);
        parts.push_back(-i / 1024.0 + 0x1p-40);
        parts.push_back(-i / 1024.0 * 0x1p-25);
    }
    std::vector<double> angles;
    for (int i = 1; i < 4 * 110; ++i) { // ends and middles of the table's rows, from each multiple of pi/2 on and down
        for (int quarter = 0; quarter < 4; ++quarter) {
            for (const int sign : {-1, 1}) {
                angles.push_back(std::fabs(quarter * std::numbers::pi / 2 + sign * i / 512.0));
            }
        }
    }
    for (const double border : {0.126, 0x1.b6p-1, 0x1.368fdp1, 0x1p-26, 0x1p-27, two_pi, std::numbers::pi}) {
        angles.push_back(border);
    }
    for (const double border : {-0x1.2bec4p-2, -0x1p-29, -0x1p-20, -0.5, -0.25}) {
        parts.push_back(border);
    }
    std::vector<double> positive;
    std::vector<double> negative;
    for (const double x : around(parts)) {
        (x > 0 ? positive : negative).push_back(x > -1 ? x : -0.5);
    }
    positive.resize(positive.size() / 8 * 8);
    negative.resize(negative.size() / 8 * 8);
    const std::vector<double> turned = around(angles);
    const auto from = [](const std::vector<double> &list) { return [&list](std::uint64_t i) { return list[i]; }; };
    compare("log, borders", positive.size(), from(positive), log, c_log);
    compare("log1p, borders", negative.size(), from(negative), log1p, c_log1p);
    compare("cos, borders", turned.size(), from(turned), cos, c_cos);
    compare("sin, borders", turned.size(), from(turned), sin, c_sin);
    // Where the sine's row is taken for the cosine's argument, in the middle of two rows: arguments that occur.
    std::vector<double> middles;
    for (int i = -219; i <= 219; i += 2) {
        const double x = std::numbers::pi / 2 - i / 256.0;
        const auto nearest = static_cast<std::int64_t>(x / two_pi * 0x1p53);
        for (std::int64_t k = nearest - 8; k <= nearest + 8; ++k) {
            middles.push_back(two_pi * (static_cast<double>(k) * 0x1p-53));
        }
    }
    middles.resize(middles.size() / 8 * 8);
    compare("cos, middles", middles.size(), from(middles), cos, c_cos);
    compare("sin, middles", middles.size(), from(middles), sin, c_sin);
    return good ? 0 : 1;
}
