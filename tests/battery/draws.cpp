// unitvar_draw_trials: samples of every draw, of any size, against its distribution; at fixed seeds. A probability below
// 1e-9 is an alarm, as in unitvar_battery. 16-bit draws are left out: they are f32 rounded, bit for bit (ISA.half and
// ISA.distributions); so are plain words, which unitvar_battery tries.
#include "core/draws.hpp"
#include "distributions.hpp"
#include "draw_trials.hpp"
#include "oracle/distributions.hpp"
#include "oracle/statistics.hpp"
#include "sources.hpp"
#include "support/samplers.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <numbers>
#include <string>
#include <string_view>

namespace {

constexpr double least_p_value = 1e-9;
constexpr std::size_t block = battery::ContinuousTrials::block;

constexpr const char *usage =
    "usage: unitvar_draw_trials [--engine NAME] [--draw NAME] [--elements N] [--verbose]\n"
    "Samples of every draw against its distribution: Kolmogorov-Smirnov, Anderson-Darling, chi-square, moments to "
    "order 8,\n"
    "counts beyond 4, 5 and 6 sigma, pairs and correlations; a uniform draw that is biased must fail.\n"
    "  --engine NAME  one engine: pcg32, philox4x32, ars4x32\n"
    "  --draw NAME    one draw with its type, as normal_f32\n"
    "  --elements N   of each draw, 2^22 unless given; in thousands, millions or billions: 300k, 20M, 1G\n"
    "  --verbose      every probability\n";

// What an element is as a number that is uniform on (0, 1).
using Transform = std::function<double(double)>;

Transform transform_of(const std::string &name, const unitvar_draw &draw)
{
    const bool narrow = name.ends_with("_f32");
    if (name.starts_with("uniform")) // in the middle of its cell
        return [half = narrow ? 0x1p-25 : 0x1p-54](double x) { return x + half; };
    if (name.starts_with("normal"))
        return oracle::normal_cdf;
    if (name.starts_with("log_normal"))
        return [](double x) { return oracle::normal_cdf(std::log(x)); };
    if (name.starts_with("trunc_normal")) {
        const double below = oracle::normal_cdf(draw.p[2]);
        const double whole = oracle::normal_cdf(draw.p[3]) - below;
        return [=](double x) { return (oracle::normal_cdf(x) - below) / whole; };
    }
    for (const auto &row : oracle::distributions<double>())
        if (name.starts_with(row.name))
            return [cdf = row.cdf, shape = draw.p[0]](double x) { return cdf(x, shape); };
    std::fprintf(stderr, "unitvar_draw_trials: no distribution function of %s\n", name.c_str());
    std::exit(2);
}

// Of Box and Muller's normals: over radii sqrt(-2 ln u), u = k 2^-32 of odd k, the part of the circle that is beyond.
double beyond_by_radii(double sigma)
{
    double sum = 0;
    for (double k = 1; k * 0x1p-32 < std::exp(-sigma * sigma / 2); k += 2)
        sum += std::acos(sigma / std::sqrt(-2 * std::log(k * 0x1p-32)));
    return sum * 0x1p-31 / std::numbers::pi;
}

std::vector<battery::Tail> tails_of(const std::string &name)
{
    std::vector<battery::Tail> tails;
    for (const double sigma : {4.0, 5.0, 6.0}) {
        const double whole = oracle::normal_cdf(-sigma);
        battery::Tail tail{std::to_string(static_cast<int>(sigma)) + " sigma", whole, whole};
        const bool narrow = name.ends_with("_f32");
        if (name.starts_with("normal_f") || name.starts_with("log_normal")) {
            if (narrow)
                tail.probability = beyond_by_radii(sigma);
        } else {
            // Between two words, and then exact; f32 uniforms have 24 bits.
            const double words = name == "uniform_f32" ? 0x1p24 : 0x1p31;
            tail.below = tail.probability = std::max(1.0, std::nearbyint(whole * words)) / words;
        }
        tails.push_back(tail);
    }
    return tails;
}

struct Sample {
    std::string name;
    unitvar_draw draw;
    std::size_t bytes;
};

std::vector<Sample> samples()
{
    std::vector<Sample> all;
    for (const unitvar::core::DrawRow &row : unitvar::core::draws) {
        const std::string name = row.name;
        if (row.element_bytes == 2 || name.starts_with("bits"))
            continue;
        unitvar_draw draw = support::draw_of(row);
        if (name.starts_with("integers"))
            draw.k[0] = -7, draw.k[1] = 1000;
        if (name.starts_with("bernoulli"))
            draw.p[0] = 0.25;
        if (name.starts_with("weibull"))
            draw.p[0] = 1.7;
        all.push_back({name, draw, row.element_bytes});
    }
    return all;
}

// Calls use(elements) for blocks of a sample; element(i) gives its i-th number.
template <class T, class Use>
void each_block(const Sample &sample, const battery::Generator &g, std::size_t elements, const Use &use)
{
    std::vector<T> values(block);
    for (std::size_t done = 0; done < elements; done += block) {
        if (unitvar_sample(g.get(), &sample.draw, values.data(), block) != UNITVAR_OK) {
            std::fprintf(stderr, "unitvar_draw_trials: %s: %s\n", sample.name.c_str(), unitvar_last_error());
            std::exit(2);
        }
        use(values);
    }
}

template <class T>
std::vector<battery::Verdict> try_continuous(const Sample &sample, const battery::Generator &g, std::size_t elements,
                                             double bias = 0)
{
    battery::ContinuousTrials trials(tails_of(sample.name));
    const Transform transform = transform_of(sample.name, sample.draw);
    const bool normal = sample.name.starts_with("normal");
    std::vector<double> numbers(block);
    each_block<T>(sample, g, elements, [&](const std::vector<T> &values) {
        if (normal)
            trials.add_normal_moments(std::vector<double>(values.begin(), values.end()));
        std::transform(values.begin(), values.end(), numbers.begin(),
                       [&](T x) { return transform(static_cast<double>(x)) * (1 - bias); });
        trials.add(numbers);
    });
    return trials.verdicts();
}

template <class T>
std::vector<battery::Verdict> try_discrete(const Sample &sample, const battery::Generator &g, std::size_t elements)
{
    const bool bits = sample.name.starts_with("bernoulli_bits");
    const bool coins = sample.name.starts_with("bernoulli");
    const auto range = static_cast<std::size_t>(sample.draw.k[1] - sample.draw.k[0]);
    battery::DiscreteTrials trials(coins ? std::vector<double>{1 - sample.draw.p[0], sample.draw.p[0]}
                                         : std::vector<double>(range, 1 / static_cast<double>(range)));
    std::vector<std::uint32_t> numbers;
    each_block<T>(sample, g, elements, [&](const std::vector<T> &values) {
        numbers.clear();
        for (const T x : values)
            if (bits)
                for (unsigned i = 0; i < 8; ++i)
                    numbers.push_back(static_cast<std::uint32_t>(x) >> i & 1U);
            else
                numbers.push_back(static_cast<std::uint32_t>(x - static_cast<T>(coins ? 0 : sample.draw.k[0])));
        trials.add(numbers);
    });
    return trials.verdicts();
}

std::vector<battery::Verdict> try_sample(const Sample &sample, const battery::Generator &g, std::size_t elements)
{
    if (sample.name.ends_with("_f32"))
        return try_continuous<float>(sample, g, elements);
    if (sample.name.ends_with("_f64"))
        return try_continuous<double>(sample, g, elements);
    if (sample.name.ends_with("_i32"))
        return try_discrete<std::int32_t>(sample, g, elements);
    if (sample.name.ends_with("_i64"))
        return try_discrete<std::int64_t>(sample, g, elements);
    return try_discrete<std::uint8_t>(sample, g, elements);
}

// "300k", "20M", "1G", or digits; 0 where it is none of these.
std::size_t number(const char *text)
{
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(text, text + std::strlen(text), n);
    const std::string_view unit = end;
    const std::size_t scale = unit.empty()  ? 1
                              : unit == "k" ? 1000
                              : unit == "M" ? 1000000
                              : unit == "G" ? 1000000000
                                            : 0;
    return error == std::errc() ? n * scale : 0;
}

} // namespace

int main(int argc, char **argv)
{
    std::size_t elements = std::size_t{1} << 22U;
    std::vector<std::int32_t> engines{UNITVAR_PCG32, UNITVAR_PHILOX4X32, UNITVAR_ARS4X32};
    std::string only;
    bool verbose = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view option = argv[i];
        std::int32_t engine = 0;
        if (option == "--help") {
            std::fputs(usage, stdout);
            return 0;
        }
        if (option == "--verbose") {
            verbose = true;
        } else if (option == "--draw" && i + 1 < argc) {
            only = argv[++i];
        } else if (option == "--engine" && i + 1 < argc && unitvar_engine_from_name(argv[++i], &engine) == UNITVAR_OK) {
            engines = {engine};
        } else if (option == "--elements" && i + 1 < argc && number(argv[i + 1]) != 0) {
            elements = number(argv[++i]);
        } else {
            std::fputs(usage, stderr);
            return 2;
        }
    }
    elements = (elements + block - 1) / block * block;
    std::size_t alarms = 0;
    std::size_t trials = 0;
    std::size_t tried = 0;
    battery::Verdict least{"", 1};
    const auto report = [&](const std::string &name, const std::vector<battery::Verdict> &verdicts, bool broken) {
        battery::Verdict worst{"", 2};
        for (const battery::Verdict &verdict : verdicts) {
            if (verbose)
                std::printf("    %-45s p = %.3g\n", verdict.trial.c_str(), verdict.p_value);
            // NaN is the worst.
            if (!(verdict.p_value >= worst.p_value))
                worst = verdict;
        }
        const bool good = (worst.p_value >= least_p_value) != broken;
        std::printf("%s  %-40s least p of %2zu = %.3g: %s\n", good ? "ok   " : "ALARM", name.c_str(), verdicts.size(),
                    worst.p_value, worst.trial.c_str());
        std::fflush(stdout);
        alarms += good ? 0 : 1;
        if (broken)
            return;
        trials += verdicts.size();
        ++tried;
        if (!(worst.p_value >= least.p_value))
            least = {name + ", " + worst.trial, worst.p_value};
    };
    for (const std::int32_t engine : engines) {
        static constexpr const char *names[] = {"", "pcg32", "philox4x32", "torch_mt19937", "ars4x32"};
        std::uint64_t stream = 0; // of its own for each, or all inverse distribution functions would see the same words
        for (const Sample &sample : samples()) {
            ++stream;
            if (only.empty() || only == sample.name)
                report(std::string(names[engine]) + ": " + sample.name,
                       try_sample(sample, battery::generator(engine, 2026, stream), elements), false);
        }
    }
    if (tried == 0) {
        std::fprintf(stderr, "unitvar_draw_trials: no draw \"%s\"\n", only.c_str());
        return 2;
    }
    if (only.empty()) {
        const std::vector<Sample> all = samples();
        report("broken: uniforms up to 0.99",
               try_continuous<float>(all.front(), battery::generator(UNITVAR_PCG32, 1), elements, 0.01), true);
    }
    std::printf("evidence: %zu samples of %zu elements, %zu trials, %zu alarms; least p = %.3g (%s)\n", tried, elements,
                trials, alarms, least.p_value, least.trial.c_str());
    return alarms == 0 ? 0 : 1;
}
