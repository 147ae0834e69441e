// unitvar_accuracy_trunc_normal [--verbose]: the truncated normal distributions of trunc_normal against MPFR, for
// intervals on both sides of every limit in lib/core/truncation.cpp, for means and deviations far from the interval,
// and for random ones.
//
//   x is within the documented distance of the exact quantile, in ulp of the greatest of |x|, |x - mean| and the lesser
//   of std and b - a; and within [a, b].
//   x is a bound for exactly those words whose exact quantile rounds to it, but for one in a thousand of them.
//   x goes back by no more than the sum of two such errors where the word increases, and over all 2^32 words of f32 on
//   [-2, 2].
//   The functions of lib/core/normal_distribution.cpp keep their relative error.
//
// Fails where one of these does not hold.
#include "core/normal_distribution.hpp"
#include "core/truncation.hpp"
#include "oracle/normal_distribution.hpp"
#include "oracle/samplers.hpp"
#include "support/draws.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {

using oracle::Real;
using support::bits_of_word;
using support::DrawIndex;
using support::InjectedDraw;

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
constexpr DrawIndex draw_of = sizeof(T) == sizeof(float) ? DrawIndex::trunc_normal_f32 : DrawIndex::trunc_normal_f64;
template <class T> constexpr double documented = sizeof(T) == sizeof(float) ? 4 : 8;

struct Parameters {
    double mean;
    double std;
    double a;
    double b;
};

std::string text(const Parameters &p)
{
    char buffer[128];
    std::snprintf(buffer, sizeof(buffer), "mean %.9g, std %.9g, [%.17g, %.17g]", p.mean, p.std, p.a, p.b);
    return buffer;
}

const std::vector<Parameters> intervals{
    // The usual ones and those of the documentation.
    {0, 1, -2, 2},
    {0, 0.02, -2, 2},
    {0, 0.1, -2, 2},
    {0, 0.02, -0.04, 0.04},
    {1.5, 0.02, -2, 2},
    {0, 1, 8, 9},
    {0, 1, -40, -38},
    {0, 1, 38, infinity},
    {0, 1, -infinity, -5},
    {0, 1, -infinity, 3},
    {0, 1, 0, infinity},
    {0, 1, -1, infinity},
    {0, 1, -0.1, infinity},
    {0, 1, -infinity, infinity},
    {3, 2, -1, 3.5},
    // Deviations that are tiny or huge beside the interval, means far outside of it on both sides.
    {0, 1e-30, -1, 1},
    {0, 1e30, -1, 1},
    {5, 1e30, -1e30, 2e30},
    {0, 1e-30, 1, 2},
    {0, 1e-30, -2, -1},
    {100, 1, -2, 2},
    {-100, 1, -2, 2},
    {1e6, 1, -2, 2},
    {-1e10, 1, -2, 2},
    {1e10, 3e9, -2, 2},
    // A few ulp of f32 around 0, 1 and 1e10, and of f64.
    {0, 1, -3e-45, 3e-45},
    {0, 1e-44, -3e-44, 4e-44},
    {0, 1, 1e-30, 1.0000003e-30},
    {0, 1, 1, 1.0000004},
    {0, 1, 0.9999999, 1.0000001},
    {1, 1e-7, 0.9999998, 1.0000004},
    {0, 1, 1, 1.0000000000000009},
    {0, 1e10, 1e10, 1.0000004e10},
    {1e10, 1, 9999998976, 10000001024},
    {1e10, 1000, 9999998976, 10000004096},
    {9.9e9, 1e7, 1e10, 1.0000000000000006e10},
    // central_limit
    {0, 1, 0.499, 3},
    {0, 1, 0.5, 3},
    {0, 1, -3, -0.499},
    {0, 1, -3, -0.501},
    {0, 1, -5, 0.4},
    {0, 1, -0.4, 5},
    {0, 1, -10, 0.1},
    // far_limit
    {0, 1, 4.99, 5.5},
    {0, 1, 4.999, infinity},
    {0, 1, 5, infinity},
    {0, 1, -infinity, -4.999},
    // exponential_limit
    {0, 1, 35.9, 37},
    {0, 1, 35.99, infinity},
    {0, 1, 36, infinity},
    {0, 1, -40, -36.01},
    // direct_width
    {0, 1, -0.12, 0.12},
    {0, 1, -0.13, 0.13},
    {0, 1, 0.1, 0.349},
    {0, 1, 0.1, 0.351},
    // near_bound_reach
    {0, 1, -0.031, 0.031},
    {0, 1, -0.0315, 0.0315},
    {0, 1, 0.2, 0.262},
    {0, 1, 0.2, 0.263},
    {0, 1, 10, 10.0062},
    {0, 1, 10, 10.0063},
    {0, 1, 100, 100.0006},
    {0, 1, 100, 100.0007},
    // The tails beyond one deviation.
    {-3, 0.7, -2, 1},
    {0, 1, 1, 1.2},
    {0, 1, 2, 6},
    {2, 1, 0, 1},
};

std::vector<Parameters> random_intervals(std::size_t count)
{
    std::mt19937_64 random(4);
    const auto between = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    std::vector<Parameters> result;
    for (std::size_t i = 0; i < count; ++i) {
        const double std = std::exp2(between(-20, 20));
        const double mean = std * between(-3, 3);
        const double alpha = i % 2 == 0 ? between(-4, 4) : between(-45, 45);
        const double width = std::exp2(between(-8, 4));
        result.push_back({mean, std, mean + std * alpha, mean + std * (alpha + width)});
    }
    return result;
}

// One distribution in one type: the draw, its exact counterpart and what was found.
template <class T> class Distribution {
public:
    using Word = support::WordOf<T>;
    static constexpr Word last = std::numeric_limits<Word>::max();

    explicit Distribution(const Parameters &p)
        : parameters_(p), draw_(prepared(p, truncation_)), mean_(static_cast<T>(p.mean)), std_(static_cast<T>(p.std)),
          a_(static_cast<T>(p.a)), b_(static_cast<T>(p.b)), exact_(mean_, std_, a_, b_)
    {
    }

    // Words of every exponent where asked for, the joins of the forms, and random ones.
    void check_error(bool every_exponent, std::size_t random_words)
    {
        std::vector<Word> words;
        if (every_exponent) {
            words = support::words_of_every_exponent<Word>(1, 4);
        }
        add_joins(words);
        std::mt19937_64 random(3);
        for (std::size_t i = 0; i < random_words; ++i) {
            words.push_back(static_cast<Word>(random()));
        }
        const std::vector<T> x = draw_(words);
        for (std::size_t i = 0; i < words.size(); ++i) {
            const auto got = static_cast<double>(x[i]);
            if (!contains(x[i])) {
                ++outside_;
                continue;
            }
            const Real quantile = exact_.quantile(words[i], bits_of_word<Word>, got, unit(got) / 0x1p20);
            const auto error = static_cast<double>(abs(Real(got) - quantile)) / unit(static_cast<double>(quantile));
            if (!(error <= worst_)) {
                worst_ = error;
                worst_word_ = words[i];
            }
        }
    }

    // The words at and around the greatest one whose exact quantile rounds to a, and the same for b.
    void check_hits()
    {
        if (!(a_ < b_)) {
            return;
        }
        if (std::isfinite(a_)) {
            check_hits(exact_.below(half_way(a_, std::numeric_limits<T>::max())), a_, 0);
        }
        if (std::isfinite(b_)) {
            check_hits(exact_.above(half_way(b_, std::numeric_limits<T>::lowest())), b_, last);
        }
    }

    // Every stride-th word; 2^bits_of_word need not be a multiple.
    void check_order(Word stride)
    {
        constexpr std::size_t group = InjectedDraw<draw_of<T>>::group;
        const Word groups = static_cast<Word>(last / stride / group);
        T before = static_cast<T>(-infinity);
        Word words[group];
        T x[group];
        for (Word g = 0; g < groups; ++g) {
            for (std::size_t i = 0; i < group; ++i) {
                words[i] = static_cast<Word>((g * group + i) * stride);
            }
            draw_(words, x);
            int suspicious = x[0] < before || !contains(x[0]) ? 1 : 0;
            for (std::size_t i = 1; i < group; ++i) {
                suspicious += x[i] < x[i - 1] || !contains(x[i]) ? 1 : 0;
            }
            if (suspicious != 0) {
                note_order(x, before);
            }
            before = x[group - 1];
        }
    }

    [[nodiscard]] bool holds() const
    {
        return worst_ <= documented<T> && descent_ <= 2 * documented<T> && outside_ == 0 && wrong_hits_ == 0;
    }
    void print() const
    {
        static constexpr const char *modes[] = {"direct", "central", "tail", "far_tail", "exponential", "narrow"};
        std::printf("%s %-11s %-55s %6.3f ulp at 0x%0*llx, back %.3f, %zu outside, %zu wrong hits%s\n",
                    sizeof(T) == sizeof(float) ? "f32" : "f64", modes[static_cast<int>(truncation_.mode)],
                    text(parameters_).c_str(), worst_, bits_of_word<Word> / 4,
                    static_cast<unsigned long long>(worst_word_), descent_, outside_, wrong_hits_,
                    holds() ? "" : "  WRONG");
    }
    [[nodiscard]] double worst() const { return worst_; }
    [[nodiscard]] double descent() const { return descent_; }

private:
    static unitvar::core::DrawParameters prepared(const Parameters &p, unitvar::core::Truncation &truncation)
    {
        return unitvar::core::trunc_normal_parameters(unitvar::dtype_of<T>, p.mean, p.std, p.a, p.b, truncation);
    }
    [[nodiscard]] bool contains(T x) const { return x >= a_ && x <= b_ && std::isfinite(x); }
    [[nodiscard]] double unit(double x) const
    {
        const double mean = static_cast<double>(mean_);
        const double width = static_cast<double>(b_) - static_cast<double>(a_);
        const double extent = std::min(static_cast<double>(std_), width);
        return oracle::unit_in_last_place<T>(std::max({std::abs(x), std::abs(x - mean), extent}));
    }

    static Real half_way(T bound, T inside)
    {
        return (Real(static_cast<double>(bound)) + Real(static_cast<double>(std::nextafter(bound, inside)))) / Real(2);
    }

    // Words on both sides of where one form of the function takes over from another.
    void add_joins(std::vector<Word> &words) const
    {
        for (const auto &side : truncation_.side) {
            for (const double e : {1 / side.rate, (0.15 - side.base) / side.slope}) {
                if (!(std::abs(e) < std::ldexp(1.0, bits_of_word<Word> - 1))) {
                    continue;
                }
                const auto join = static_cast<Word>(static_cast<std::int64_t>(e));
                for (const Word offset : {Word{1}, Word{2}, Word{16}, Word{1000}}) {
                    const Word step = static_cast<Word>(offset + (sizeof(T) == sizeof(float) ? 0 : join >> 40U));
                    words.push_back(truncation_.turned ? static_cast<Word>(~(join - step))
                                                       : static_cast<Word>(join - step));
                    words.push_back(truncation_.turned ? static_cast<Word>(~(join + step))
                                                       : static_cast<Word>(join + step));
                }
            }
        }
    }

    // probability is that of values that round to the bound, from the end of the words that it belongs to.
    void check_hits(const Real &probability, T bound, Word end)
    {
        const double expected = static_cast<double>(probability * Real(std::ldexp(1.0, bits_of_word<Word>)));
        const double margin = 1 + expected / 1024;
        const auto is_hit = [&](double distance) {
            const auto word = static_cast<Word>(static_cast<Word>(distance) ^ end);
            return draw_(std::vector<Word>{word})[0] == bound;
        };
        if (expected - margin >= 0) {
            wrong_hits_ += is_hit(0) && is_hit(std::floor(expected - margin)) ? 0 : 1;
        }
        if (std::ceil(expected + margin) < std::ldexp(1.0, bits_of_word<Word>)) {
            wrong_hits_ += is_hit(std::ceil(expected + margin)) ? 1 : 0;
        }
    }

    template <std::size_t N> void note_order(const T (&x)[N], T before)
    {
        for (const T value : x) {
            outside_ += contains(value) ? 0 : 1;
            if (value < before) {
                const double step = static_cast<double>(before) - static_cast<double>(value);
                descent_ = std::max(descent_, step / unit(static_cast<double>(value)));
            }
            before = value;
        }
    }

    Parameters parameters_;
    unitvar::core::Truncation truncation_;
    InjectedDraw<draw_of<T>> draw_;
    T mean_;
    T std_;
    T a_;
    T b_;
    oracle::TruncatedNormal exact_;
    double worst_ = 0;
    Word worst_word_ = 0;
    double descent_ = 0;
    std::size_t outside_ = 0;
    std::size_t wrong_hits_ = 0;
};

template <class T> bool check(const char *name, bool verbose)
{
    double worst = 0;
    double descent = 0;
    bool holds = true;
    const auto run = [&](const Parameters &p, bool is_random) {
        Distribution<T> distribution(p);
        distribution.check_error(!is_random, 64);
        distribution.check_hits();
        using Word = typename Distribution<T>::Word;
        distribution.check_order(static_cast<Word>(Distribution<T>::last / (Word{1} << (is_random ? 16U : 21U))));
        worst = std::max(worst, distribution.worst());
        descent = std::max(descent, distribution.descent());
        holds = distribution.holds() && holds;
        if (verbose || !distribution.holds()) {
            distribution.print();
        }
    };
    for (const Parameters &p : intervals) {
        run(p, false);
    }
    for (const Parameters &p : random_intervals(200)) {
        run(p, true);
    }
    std::printf("%s  %6.3f ulp  (documented: %.1f), %.3f ulp back\n", name, worst, documented<T>, descent);
    return holds;
}

// Every word of the distribution that everybody uses.
bool check_all_words()
{
    Distribution<float> distribution({0, 1, -2, 2});
    distribution.check_order(1);
    std::printf("trunc_normal_f32 [-2, 2], all words: %.3f ulp back%s\n", distribution.descent(),
                distribution.holds() ? "" : "  WRONG");
    return distribution.holds();
}

bool check_functions()
{
    double worst = 0;
    double at = 0;
    const auto see = [&](double got, const Real &exact, double x) {
        const double error = std::abs(static_cast<double>((Real(got) - exact) / exact));
        if (!(error <= worst)) {
            worst = error;
            at = x;
        }
    };
    for (double x = 0x1p-10; x < 60; x += 0x1p-7) {
        see(unitvar::core::mills_ratio(x), oracle::mills_ratio(x), x);
        see(unitvar::core::exponential(-x * 11), exp(Real(-x * 11)), x);
        see(unitvar::core::logarithm(x), log(Real(x)), x);
        if (x < 37) {
            see(unitvar::core::normal_density(x), oracle::normal_density(x), x);
            see(unitvar::core::normal_upper_tail(x), oracle::normal_upper_tail(x), x);
            see(unitvar::core::normal_upper_tail(-x), oracle::normal_upper_tail(-x), x);
            see(unitvar::core::normal_central(x), Real(0.5) - oracle::normal_upper_tail(x), x);
        }
    }
    const bool holds = worst <= 0x1p-48;
    std::printf("normal_distribution.cpp  2^%.2f at %.6f  (documented: 2^-48)%s\n", std::log2(worst), at,
                holds ? "" : "  EXCEEDED");
    return holds;
}

} // namespace

int main(int argc, char **argv)
{
    const bool verbose = argc == 2 && std::strcmp(argv[1], "--verbose") == 0;
    if (argc != 1 && !verbose) {
        std::fprintf(stderr, "usage: %s [--verbose]\n", argv[0]);
        return 2;
    }
    // Enough for the difference of two tail probabilities a few ulp apart.
    Real::use_precision(256);
    bool holds = check_functions();
    holds = check<float>("trunc_normal_f32", verbose) && holds;
    holds = check<double>("trunc_normal_f64", verbose) && holds;
    return check_all_words() && holds ? 0 : 1;
}
