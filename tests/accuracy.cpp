// unitvar_accuracy [--stride N]: the largest error of the elementary functions in ulp of the result, over every N-th
// 32-bit word (default 4099; 1 is exhaustive) for f32, and over as many 64-bit words for f64. The references are the
// standard library's double for f32 and 80-bit long double for f64. Fails where a bound does not hold; that of
// normals is the documented one. It compiles lib/simd with the portable registers, whose bits every other table repeats.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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
        std::printf("%-22s %6.3f ulp at word 0x%016llx  (bound: %.1f)%s\n", name, ulps,
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
    Functions<float, double, U32> f32{
        {"radius f32", 2}, {"direction f32, first", 2.5}, {"direction f32, second", 2.5}, {"normal f32", 5}};
    for (std::uint64_t word = 0; word < (std::uint64_t{1} << 32U); word += stride * U32::size) {
        std::uint32_t words[U32::size];
        for (std::size_t i = 0; i < U32::size; ++i) {
            words[i] = static_cast<std::uint32_t>(word + i * stride);
        }
        f32.see(words);
    }
    // 64-bit words of every magnitude from both ends, and a low-discrepancy sequence between.
    Functions<double, long double, U64> f64{
        {"radius f64", 2.5}, {"direction f64, first", 2}, {"direction f64, second", 2}, {"normal f64", 5}};
    const std::uint64_t count = (std::uint64_t{1} << 32U) / stride;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t word = i * golden_ratio;
        const unsigned shift = static_cast<unsigned>(i % 64);
        f64.see({i % 4 == 3 ? ~(word >> shift) : word >> shift, word});
    }
    const bool f32_holds = f32.report();
    return f64.report() && f32_holds ? 0 : 1;
}
