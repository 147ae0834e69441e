// unitvar_accuracy [--stride N]: the largest error of the elementary functions in ulp of the result, over every N-th
// 32-bit word (default 4099; 1 is exhaustive) for f32, and over as many 64-bit words for f64. The references are the
// standard library's double for f32 and 80-bit long double for f64. Fails where a bound does not hold; that of
// normals is the documented one, those of their factors come from the ErrorBound beside each polynomial, which is held
// first against long double. It compiles lib/simd with the portable registers, whose bits every other table repeats.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <numbers>

#include "simd/log.hpp"
#include "simd/sincos.hpp"

namespace {

using namespace unitvar;

struct Worst {
    const char *name;
    double bound;
    double ulps = 0;
    std::uint64_t word = 0;

    // The unit is that of the reference rounded to T.
    template <class T, class Reference> void see(std::uint64_t at, T value, Reference reference)
    {
        const auto magnitude = static_cast<T>(std::abs(reference));
        const T unit = std::nextafter(magnitude, std::numeric_limits<T>::infinity()) - magnitude;
        const auto error =
            static_cast<double>(std::abs(static_cast<Reference>(value) - reference) / static_cast<Reference>(unit));
        if (error > ulps) {
            ulps = error;
            word = at;
        }
    }

    [[nodiscard]] bool report() const
    {
        const bool holds = ulps <= bound;
        std::printf("%-22s %6.3f ulp at word 0x%016llx  (bound: %.2f)%s\n", name, ulps,
                    static_cast<unsigned long long>(word), bound, holds ? "" : "  EXCEEDED");
        return holds;
    }
};

constexpr std::uint64_t golden_ratio = 0x9E3779B97F4A7C15U;

template <class T, class Reference, class Register> struct Functions {
    using Word = typename Register::value_type;
    using Words = Pack<Register, 1>;
    static constexpr int bits = std::numeric_limits<Word>::digits;

    Worst radius;
    Worst first;
    Worst second;
    Worst normal;

    void see(const Word (&word)[Register::size])
    {
        const auto words = load<Words>(word);
        const auto r = box_muller_radius(words);
        const auto direction = box_muller_direction(words);
        const auto product = r * direction.first;
        T radii[Register::size];
        T firsts[Register::size];
        T seconds[Register::size];
        T products[Register::size];
        store(radii, r);
        store(firsts, direction.first);
        store(seconds, direction.second);
        store(products, product);
        for (std::size_t i = 0; i < Register::size; ++i) {
            const Reference exact_radius = reference_radius(word[i]);
            const auto [x, y] = reference_direction(word[i]);
            radius.see(word[i], radii[i], exact_radius);
            first.see(word[i], firsts[i], x);
            second.see(word[i], seconds[i], y);
            normal.see(word[i], products[i], exact_radius * x);
        }
    }

    [[nodiscard]] bool report() const
    {
        const bool radius_holds = radius.report();
        const bool first_holds = first.report();
        const bool second_holds = second.report();
        return normal.report() && radius_holds && first_holds && second_holds;
    }

private:
    static Reference reference_radius(Word word)
    {
        // f32: u = (p | 1) 2^-32; f64: u = ((p >> 12) + 1/2) 2^-52. Near 1 by the distance to it, which is exact.
        const int used = bits == 32 ? 32 : 53;
        const Word odd = static_cast<Word>(bits == 32 ? word | 1U : word >> 11U | 1U);
        const Word complement = static_cast<Word>(Word{0} - odd) & static_cast<Word>(~Word{0} >> (bits - used));
        const Reference scale = std::ldexp(Reference(1), -used);
        const Reference distance = static_cast<Reference>(complement) * scale;
        const Reference log =
            distance < Reference(0.5) ? std::log1p(-distance) : std::log(static_cast<Reference>(odd) * scale);
        return std::sqrt(-2 * log);
    }

    struct Point {
        Reference x;
        Reference y;
    };
    static Point reference_direction(Word word)
    {
        using Signed = std::make_signed_t<Word>;
        const Reference quarters = bits == 32
                                       ? std::ldexp(static_cast<Reference>(static_cast<Signed>(word)), -32)
                                       : std::ldexp(static_cast<Reference>(word >> (bits - 52)), -52) - Reference(0.5);
        const Reference angle = quarters * std::numbers::pi_v<Reference> / 2;
        const Reference c = (word & 1U) != 0 ? -std::cos(angle) : std::cos(angle);
        const Reference s = std::sin(angle);
        return (word & 2U) != 0 ? Point{s, c} : Point{c, s};
    }
};

// In ulp: the approximation's error, and what rounding in its evaluation may add.
template <class T> constexpr double limit(double error, double rounding)
{
    return rounding + error * static_cast<double>(std::uint64_t{1} << std::numeric_limits<T>::digits);
}

// The exact polynomial, first + x a(x) or, where first is 0, a(x), against its function at 10,000
// points; long double's own error is allowed for.
template <class T, std::size_t N, class Function>
bool check_polynomial(const char *name, const T (&a)[N], const ErrorBound &bound, long double first, Function function)
{
    long double worst = 0;
    for (int i = 1; i < 10000; ++i) {
        const long double x = bound.from + (static_cast<long double>(bound.to) - bound.from) * i / 10000;
        long double sum = 0;
        for (std::size_t k = N; k-- > 0;) {
            sum = sum * x + a[k];
        }
        const long double value = first == 0 ? sum : first + x * sum;
        worst = std::max(worst, std::abs(value / function(x) - 1));
    }
    constexpr long double own = 4 * std::numeric_limits<long double>::epsilon();
    const bool holds = worst <= bound.error + own;
    std::printf("%-30s 2^%.2f  (bound: 2^%.2f, and 2^%.0f for long double)%s\n", name,
                static_cast<double>(std::log2(worst)), std::log2(bound.error), static_cast<double>(std::log2(own)),
                holds ? "" : "  EXCEEDED");
    return holds;
}

bool check_polynomials()
{
    constexpr long double half_pi = std::numbers::pi_v<long double> / 2;
    const auto log = [](long double x) { return -2 * std::log1p(x) / x; };
    const auto atanh = [](long double x) { return -4 * std::atanh(std::sqrt(x)) / std::sqrt(x); };
    const auto sine = [](long double x) { return std::sin(half_pi * std::sqrt(x)) / std::sqrt(x); };
    const auto cosine = [](long double x) { return std::cos(half_pi * std::sqrt(x)); };
    const bool holds[] = {
        check_polynomial("log_polynomial_f32", log_polynomial_f32, log_polynomial_f32_bound, -2, log),
        check_polynomial("atanh_polynomial_f64", atanh_polynomial_f64, atanh_polynomial_f64_bound, -4, atanh),
        check_polynomial("centred_atanh_polynomial_f64", centred_atanh_polynomial_f64,
                         centred_atanh_polynomial_f64_bound, 0, atanh),
        check_polynomial("sin_polynomial_f32", sin_polynomial_f32, sin_polynomial_f32_bound, 0, sine),
        check_polynomial("cos_polynomial_f32", cos_polynomial_f32, cos_polynomial_f32_bound, 0, cosine),
        check_polynomial("sin_polynomial_f64", sin_polynomial_f64, sin_polynomial_f64_bound, 0, sine),
        check_polynomial("cos_polynomial_f64", cos_polynomial_f64, cos_polynomial_f64_bound, 0, cosine)};
    return std::all_of(std::begin(holds), std::end(holds), [](bool each) { return each; });
}

} // namespace

int main(int argc, char **argv)
{
    std::uint64_t stride = 4099;
    if (argc == 3 && std::strcmp(argv[1], "--stride") == 0) {
        stride = std::strtoull(argv[2], nullptr, 10);
    }
    if ((argc != 1 && argc != 3) || stride == 0) {
        std::fprintf(stderr, "usage: %s [--stride N]\n", argv[0]);
        return 2;
    }
    const bool polynomials_hold = check_polynomials();
    constexpr double turn_f32 = std::max(sin_polynomial_f32_bound.error, cos_polynomial_f32_bound.error);
    constexpr double turn_f64 = std::max(sin_polynomial_f64_bound.error, cos_polynomial_f64_bound.error);
    // The square root halves an error.
    constexpr double radius_f32 = limit<float>(log_polynomial_f32_bound.error / 2, 1.75);
    constexpr double radius_f64 = limit<double>(centred_atanh_polynomial_f64_bound.error / 2, 2.4);
    constexpr double direction_f32 = limit<float>(turn_f32, 1.7);
    constexpr double direction_f64 = limit<double>(turn_f64, 1.35);
    Functions<float, double, U32> f32{{"radius f32", radius_f32},
                                      {"direction f32, first", direction_f32},
                                      {"direction f32, second", direction_f32},
                                      {"normal f32", 5}};
    for (std::uint64_t word = 0; word < (std::uint64_t{1} << 32U); word += stride * U32::size) {
        std::uint32_t words[U32::size];
        for (std::size_t i = 0; i < U32::size; ++i) {
            words[i] = static_cast<std::uint32_t>(word + i * stride);
        }
        f32.see(words);
    }
    // 64-bit words of every magnitude from both ends, and a low-discrepancy sequence between.
    Functions<double, long double, U64> f64{{"radius f64", radius_f64},
                                            {"direction f64, first", direction_f64},
                                            {"direction f64, second", direction_f64},
                                            {"normal f64", 5}};
    const std::uint64_t count = (std::uint64_t{1} << 32U) / stride;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t word = i * golden_ratio;
        const unsigned shift = static_cast<unsigned>(i % 64);
        f64.see({i % 4 == 3 ? ~(word >> shift) : word >> shift, word});
    }
    const bool f32_holds = f32.report();
    return f64.report() && f32_holds && polynomials_hold ? 0 : 1;
}
