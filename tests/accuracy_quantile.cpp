// unitvar_accuracy_quantile [--exhaustive]: the quantile of the normal distribution as normal_icdf computes it.
//
//   The largest error in ulp of the result against MPFR, over words of every exponent of their distance to both ends
//   of the range and to its middle.
//   z never decreases where the word increases: over all 2^32 words of f32, and for f64 over runs of neighbouring
//   words and of words any power of two apart.
//   z of ~w is -z of w.
//
// --exhaustive measures the error over all 2^32 words of f32 instead, against the C library's erfc in double, one step
// of Newton's method from z; about three minutes. Fails where a bound of the documentation does not hold.
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
#include <numbers>
#include <random>
#include <vector>

namespace {

using support::bits_of_word;
using support::DrawIndex;
using support::InjectedDraw;
using support::words_of_every_exponent;

const unitvar::core::DrawParameters standard{0, 1, 0};

template <class Word> struct Worst {
    double ulps = 0;
    Word word = 0;
    void see(double error, Word at)
    {
        // NaN counts.
        if (!(error <= ulps)) {
            ulps = error;
            word = at;
        }
    }
    [[nodiscard]] bool report(const char *name, double bound, std::size_t count) const
    {
        const bool holds = ulps <= bound;
        std::printf("%-34s %6.3f ulp at word 0x%0*llx  (%zu words, documented: %.1f)%s\n", name, ulps,
                    bits_of_word<Word> / 4, static_cast<unsigned long long>(word), count, bound,
                    holds ? "" : "  EXCEEDED");
        return holds;
    }
};

template <DrawIndex Index> bool check_error(const char *name, double bound, std::size_t per_exponent)
{
    using T = typename InjectedDraw<Index>::Element;
    using Word = typename InjectedDraw<Index>::Word;
    const std::vector<Word> words = words_of_every_exponent<Word>(per_exponent);
    const std::vector<T> z = InjectedDraw<Index>(standard)(words);
    Worst<Word> worst;
    std::size_t asymmetric = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto candidate = static_cast<double>(z[i]);
        const double tolerance = oracle::unit_in_last_place<T>(candidate) / 0x1p20;
        const oracle::Real exact = oracle::normal_quantile(words[i], bits_of_word<Word>, candidate, tolerance);
        const auto error = static_cast<double>(abs(oracle::Real(candidate) - exact));
        worst.see(error / oracle::unit_in_last_place<T>(static_cast<double>(exact)), words[i]);
        // Every other word is the complement of the one before it.
        asymmetric += i % 2 == 1 && z[i] != -z[i - 1] ? 1 : 0;
    }
    if (asymmetric != 0) {
        std::printf("%s: z of ~w is not -z of w for %zu of %zu words\n", name, asymmetric, words.size() / 2);
    }
    return worst.report(name, bound, words.size()) && asymmetric == 0;
}

// Counts descents from each word to the next.
template <DrawIndex Index> class Descents {
public:
    using T = typename InjectedDraw<Index>::Element;
    using Word = typename InjectedDraw<Index>::Word;
    static constexpr std::size_t group = InjectedDraw<Index>::group;

    // count words from first on, step apart. A sequence longer than a group is cut into groups that overlap.
    void see(Word first, Word step, std::size_t count)
    {
        for (std::size_t done = 0; done + 1 < count; done += group - 1) {
            Word words[group];
            for (std::size_t i = 0; i < group; ++i) {
                words[i] = static_cast<Word>(first + static_cast<Word>(std::min(done + i, count - 1)) * step);
            }
            see(words);
        }
    }
    void see_all()
    {
        Word words[group];
        for (std::size_t i = 0; i < group; ++i) {
            words[i] = static_cast<Word>(i);
        }
        T before = -std::numeric_limits<T>::infinity();
        do {
            T z[group];
            draw_(words, z);
            int descents = z[0] < before ? 1 : 0;
            for (std::size_t i = 1; i < group; ++i) {
                descents += z[i] < z[i - 1] ? 1 : 0;
            }
            note(descents, words[0]);
            before = z[group - 1];
            for (Word &word : words) {
                word = static_cast<Word>(word + group);
            }
        } while (words[0] != 0);
        compared_ += std::uint64_t{1} << bits_of_word<Word>;
    }
    [[nodiscard]] bool report(const char *name) const
    {
        std::printf("%-34s %llu descents in %llu pairs of words", name, static_cast<unsigned long long>(found_),
                    static_cast<unsigned long long>(compared_));
        if (found_ != 0) {
            std::printf(", the last within 31 words of 0x%llx  NOT MONOTONE", static_cast<unsigned long long>(last_));
        }
        std::printf("\n");
        return found_ == 0;
    }

private:
    void see(const Word (&words)[group])
    {
        T z[group];
        draw_(words, z);
        int descents = 0;
        for (std::size_t i = 1; i < group; ++i) {
            descents += z[i] < z[i - 1] ? 1 : 0;
        }
        note(descents, words[0]);
        compared_ += group - 1;
    }
    void note(int descents, Word word)
    {
        found_ += static_cast<std::uint64_t>(descents);
        last_ = descents != 0 ? word : last_;
    }

    InjectedDraw<Index> draw_{standard};
    std::uint64_t found_ = 0;
    std::uint64_t compared_ = 0;
    Word last_ = 0;
};

bool check_monotone_f64()
{
    Descents<DrawIndex::normal_icdf_f64> descents;
    std::mt19937_64 random(2);
    // Runs that start at and around every word where the arithmetic could change its form, and anywhere.
    std::vector<std::uint64_t> starts = words_of_every_exponent<std::uint64_t>(48);
    constexpr double join = 0.15 * 0x1p64;
    for (int i = -64; i < 64; ++i) {
        const auto word = static_cast<std::uint64_t>(join) + static_cast<std::uint64_t>(i) * 1024;
        starts.push_back(word);
        starts.push_back(~word);
    }
    for (const std::uint64_t start : starts) {
        for (int shift = 0; shift < 60; shift += 1) {
            const std::uint64_t step = std::uint64_t{1} << shift;
            // Never across the end of the range, and the start anywhere in the run.
            constexpr std::uint64_t length = 63;
            const std::uint64_t before = std::min(start / step, random() % length);
            const std::uint64_t first = start - before * step;
            const std::uint64_t after = (~std::uint64_t{0} - first) / step;
            descents.see(first, step, static_cast<std::size_t>(std::min(after + 1, length)));
        }
    }
    return descents.report("monotone f64");
}

// One step of Newton's method from z, whose own error of the order of ulp^2 does not count; by symmetry, which
// check_error establishes, over the lower half.
int exhaustive()
{
    const InjectedDraw<DrawIndex::normal_icdf_f32> draw(standard);
    Worst<std::uint32_t> worst;
    for (std::uint64_t first = 0; first < (std::uint64_t{1} << 31U); first += 32) {
        std::uint32_t words[32];
        float z[32];
        for (std::uint32_t i = 0; i < 32; ++i) {
            words[i] = static_cast<std::uint32_t>(first + i);
        }
        draw(words, z);
        for (std::size_t i = 0; i < 32; ++i) {
            const auto x = static_cast<double>(z[i]);
            const double density = std::exp(-x * x / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
            // Above z = -1/2 by erf, whose relative precision does not end at the middle.
            const auto odd = static_cast<double>(words[i] | 1U);
            const double excess = x < -0.5 ? std::erfc(-x / std::numbers::sqrt2) / 2 - odd * 0x1p-32
                                           : std::erf(x / std::numbers::sqrt2) / 2 - (odd - 0x1p31) * 0x1p-32;
            worst.see(std::abs(excess / density) / oracle::unit_in_last_place<float>(x), words[i]);
        }
    }
    return worst.report("normal_icdf_f32, all words", 4, std::size_t{1} << 31U) ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 2 && std::strcmp(argv[1], "--exhaustive") == 0) {
        return exhaustive();
    }
    if (argc != 1) {
        std::fprintf(stderr, "usage: %s [--exhaustive]\n", argv[0]);
        return 2;
    }
    oracle::Real::use_precision(160);
    bool holds = check_error<DrawIndex::normal_icdf_f32>("normal_icdf_f32", 4, 256);
    holds = check_error<DrawIndex::normal_icdf_f64>("normal_icdf_f64", 6, 128) && holds;
    Descents<DrawIndex::normal_icdf_f32> descents;
    descents.see_all();
    holds = descents.report("monotone f32") && holds;
    return check_monotone_f64() && holds ? 0 : 1;
}
