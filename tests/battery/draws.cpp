// unitvar_draw_trials: samples of every draw, of any size, against its distribution; at fixed seeds. 16-bit draws are
// left out: they are f32 rounded, bit for bit (ISA.half and ISA.distributions); so are plain words, which unitvar_battery
// tries.
#include "core/draws.hpp"
#include "draw_trials.hpp"
#include "oracle/distributions.hpp"
#include "oracle/statistics.hpp"
#include "report.hpp"
#include "sources.hpp"
#include "support/processors.hpp"
#include "support/samplers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <future>
#include <numbers>
#include <string>
#include <type_traits>

namespace {

constexpr std::size_t block = battery::ContinuousTrials::block;

constexpr battery::Options options{
    "usage: unitvar_draw_trials [--engine NAME] [--draw NAME] [--elements N] [--verbose]\n"
    "Samples of every draw against its distribution: Kolmogorov-Smirnov, Anderson-Darling, chi-square, moments to "
    "order 8,\n"
    "counts beyond 4, 5 and 6 sigma, pairs and correlations; a uniform draw that is biased must fail.\n"
    "  --engine NAME  one engine: pcg32, philox4x32, ars4x32\n"
    "  --draw NAME    one draw with its type, as normal_f32\n"
    "  --elements N   of each draw, 2^22 unless given; in thousands, millions or billions: 300k, 20M, 1G\n"
    "  --verbose      every probability\n",
    "--elements", 1, "--draw"};

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

// Calls use(elements) for each block of a sample.
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
    using Trials = battery::ContinuousTrials;
    // Uniforms are multiples of 2^-24, of which every cell has as many.
    const bool rounded_f32 = std::is_same_v<T, float> && !sample.name.starts_with("uniform");
    Trials trials(tails_of(sample.name), rounded_f32 ? Trials::cells_of_rounded_f32 : Trials::cells);
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

struct Trial {
    std::string name;
    std::packaged_task<std::vector<battery::Verdict>()> task;
};

void report_in_order(std::vector<Trial> &trials, battery::Report &report)
{
    std::vector<std::future<std::vector<battery::Verdict>>> verdicts;
    for (Trial &trial : trials)
        verdicts.push_back(trial.task.get_future());
    const support::OnAllProcessors workers(trials.size(), [&](std::size_t i) { trials[i].task(); });
    for (std::size_t i = 0; i < trials.size(); ++i)
        report.add(trials[i].name, verdicts[i].get());
}

} // namespace

int main(int argc, char **argv)
{
    const auto engines = battery::counted_engines();
    const battery::CommandLine line =
        battery::command_line(argc, argv, options, {{engines.begin(), engines.end()}, std::size_t{1} << 22U, ""});
    const std::size_t elements = (line.size + block - 1) / block * block;
    const std::vector<Sample> all = samples();
    std::vector<Trial> trials;
    for (const battery::Engine &engine : line.engines)
        for (std::size_t i = 0; i < all.size(); ++i)
            if (line.only.empty() || line.only == all[i].name)
                trials.push_back({std::string(engine.name) + ": " + all[i].name, std::packaged_task([=, &all] {
                                      // A stream of its own for each, or all inverse distribution functions would
                                      // see the same words.
                                      return try_sample(all[i], battery::generator(engine.id, 2026, i + 1), elements);
                                  })});
    battery::Report report(line.verbose);
    report_in_order(trials, report);
    if (report.samples() == 0) {
        std::fprintf(stderr, "unitvar_draw_trials: no draw \"%s\"\n", std::string(line.only).c_str());
        return 2;
    }
    if (line.only.empty())
        report.add("broken: uniforms up to 0.99",
                   try_continuous<float>(all.front(), battery::generator(UNITVAR_PCG32, 1), elements, 0.01), true);
    return report.end(std::to_string(elements) + " elements");
}
