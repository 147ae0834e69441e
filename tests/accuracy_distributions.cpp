// unitvar_accuracy_distributions [--exhaustive]: the draws by inverse distribution functions, as the kernels in use
// compute them, against MPFR.
//
//   The largest error in ulp of the result, over words of every exponent of their distance to both ends of the range and
//   to its middle, for f32 and f64.
//   How often, and how far, a result steps back where the word increases; integers and Bernoulli draws never do.
//
// --exhaustive looks at all 2^32 words of f32 instead, against the C library in long double: an hour of one processor or
// so, as many draws at a time as there are, each printed as it is done. Fails where a bound of the documentation does
// not hold.
#include "core/distributions.hpp"
#include "core/runtime.hpp"
#include "oracle/distributions.hpp"
#include "oracle/real.hpp"
#include "support/processors.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {

namespace core = unitvar::core;

template <class Word> constexpr int bits_of = std::numeric_limits<Word>::digits;

template <class Word> std::vector<Word> words_of_every_exponent(int per_exponent)
{
    std::mt19937_64 random(1);
    constexpr Word middle = Word{1} << (bits_of<Word> - 1);
    std::vector<Word> words;
    for (int bits = 0; bits < bits_of<Word>; ++bits) {
        const Word top = Word{1} << bits;
        for (int i = 0; i < per_exponent; ++i) {
            const Word distance = i == 0 ? top - 1 : i == 1 ? top : top | (static_cast<Word>(random()) & (top - 1));
            for (const Word word : {distance, static_cast<Word>(middle + distance)}) {
                words.push_back(word);
                words.push_back(static_cast<Word>(~word));
            }
        }
    }
    std::sort(words.begin(), words.end());
    words.resize(words.size() / 32 * 32);
    return words;
}

core::DrawIndex draw_of(const std::string &name)
{
    for (std::size_t i = 0; i < core::draw_count; ++i) {
        if (core::draws[i].name == name) {
            return static_cast<core::DrawIndex>(i);
        }
    }
    std::printf("no draw is named %s\n", name.c_str());
    std::exit(1);
}

template <class T> class Draws {
public:
    using Word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

    Draws(const char *name, const std::vector<double> &p)
        : index_(draw_of(name + std::string(sizeof(T) == 4 ? "_f32" : "_f64")))
    {
        unitvar::Draw values = core::standard_draw(index_);
        std::copy(p.begin(), p.end(), values.p.begin());
        parameters_ = core::draw_parameters(index_, values, unused_);
    }
    // Whole groups.
    void operator()(const std::vector<Word> &words, std::vector<T> &x) const
    {
        x.resize(words.size());
        core::kernels().transform->draw[static_cast<std::size_t>(index_)](
            reinterpret_cast<const std::uint32_t *>(words.data()), parameters_, x.data(),
            words.size() * sizeof(Word) / 128);
    }

private:
    core::DrawIndex index_;
    core::Truncation unused_{};
    core::DrawParameters parameters_{};
};

template <class T> double ulp_of(double x)
{
    const int least = std::numeric_limits<T>::min_exponent - 1;
    const int exponent = x == 0 ? least : std::max(std::ilogb(x), least);
    return std::ldexp(1.0, exponent - (std::numeric_limits<T>::digits - 1));
}

struct Worst {
    double error = 0;
    std::uint64_t word = 0;
    std::uint64_t descents = 0;
    double descent = 0;
    template <class T> void step(T before, T after)
    {
        if (!(before <= after)) {
            ++descents;
            descent = std::max(descent, (static_cast<double>(before) - static_cast<double>(after)) /
                                            ulp_of<T>(static_cast<double>(before)));
        }
    }
    void see(double found, std::uint64_t at)
    {
        if (!(found <= error)) {
            error = found;
            word = at;
        }
    }
    bool report(const char *name, double shape, const char *type, std::size_t count, double bound) const
    {
        const bool holds = error <= bound;
        std::printf("%-12s %5.3g %s %7.3f ulp at 0x%llx (%zu words, documented: %.0f); %llu descents, of %.1f ulp%s\n",
                    name, shape, type, error, static_cast<unsigned long long>(word), count, bound,
                    static_cast<unsigned long long>(descents), descent, holds ? "" : "  EXCEEDED");
        std::fflush(stdout);
        return holds;
    }
};

template <class T> bool check(const oracle::Distribution<oracle::Real> &row, int per_exponent)
{
    using Word = typename Draws<T>::Word;
    constexpr int bits = bits_of<Word>;
    const std::vector<Word> words = words_of_every_exponent<Word>(per_exponent);
    std::vector<T> x;
    Draws<T>(row.name, row.p)(words, x);
    Worst worst;
    for (std::size_t i = 0; i < words.size(); ++i) {
        // (w | 1) 2^-bits.
        const oracle::Real u = oracle::Real::middle_of_word(words[i] >> 1U, bits - 1);
        const oracle::Real rest = oracle::Real::middle_of_word(static_cast<Word>(~words[i]) >> 1U, bits - 1);
        const oracle::Real exact =
            row.quantile({u, rest, u - oracle::Real(0.5)}, static_cast<double>(static_cast<T>(row.p[0])));
        const double unit =
            ulp_of<T>(row.of_scale ? std::max(1.0, std::abs(static_cast<double>(exact))) : static_cast<double>(exact));
        worst.see(static_cast<double>(abs(oracle::Real(static_cast<double>(x[i])) - exact)) / unit, words[i]);
        if (i != 0 && words[i] != words[i - 1]) {
            worst.step(x[i - 1], x[i]);
        }
    }
    return worst.report(row.name, row.p[0], sizeof(T) == 4 ? "f32" : "f64", words.size(),
                        sizeof(T) == 4 ? row.ulps_f32 : row.ulps_f64);
}

bool check_all_words(const oracle::Distribution<long double> &row)
{
    const Draws<float> draws(row.name, row.p);
    std::vector<std::uint32_t> words(1U << 14U);
    std::vector<float> x;
    Worst worst;
    float before = -std::numeric_limits<float>::infinity();
    for (std::uint64_t first = 0; first < std::uint64_t{1} << 32U; first += words.size()) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            words[i] = static_cast<std::uint32_t>(first + i);
        }
        draws(words, x);
        for (std::size_t i = 0; i < words.size(); ++i) {
            worst.step(before, x[i]);
            before = x[i];
            const long double u = static_cast<long double>(words[i] | 1U) * 0x1p-32L;
            const long double exact =
                row.quantile({u, 1 - u, u - 0.5L}, static_cast<double>(static_cast<float>(row.p[0])));
            const double unit = ulp_of<float>(row.of_scale ? std::max(1.0, std::abs(static_cast<double>(exact)))
                                                           : static_cast<double>(exact));
            worst.see(static_cast<double>(std::abs(static_cast<long double>(x[i]) - exact)) / unit, words[i]);
        }
    }
    return worst.report(row.name, row.p[0], "f32", std::size_t{1} << 32U, row.ulps_f32);
}

bool check_all_words_of_every_draw()
{
    const auto &rows = oracle::distributions<long double>();
    std::atomic<bool> holds = true;
    {
        const support::OnAllProcessors workers(rows.size(), [&](std::size_t i) {
            if (!check_all_words(rows[i])) {
                holds = false;
            }
        });
    }
    return holds;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 2 && std::strcmp(argv[1], "--exhaustive") == 0) {
        return check_all_words_of_every_draw() ? 0 : 1;
    }
    if (argc != 1) {
        std::fprintf(stderr, "usage: %s [--exhaustive]\n", argv[0]);
        return 2;
    }
    oracle::Real::use_precision(200);
    bool holds = true;
    for (const auto &row : oracle::distributions<oracle::Real>()) {
        holds = check<float>(row, 200) && holds;
        holds = check<double>(row, 60) && holds;
    }
    return holds ? 0 : 1;
}
