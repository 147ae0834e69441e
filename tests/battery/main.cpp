// unitvar_battery: statistical trials of every engine's words, at fixed seeds, and of broken sequences, which must not pass.
// A probability below 1e-9 is an alarm: less than one false one in a million runs of all some thousand trials.
#include "sources.hpp"
#include "trials.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace {

constexpr double least_p_value = 1e-9;

constexpr const char *usage =
    "usage: unitvar_battery [--engine NAME] [--words N] [--verbose]\n"
    "Tries the words of engines, words that are had back from uniforms and normals, and interleaved generators that\n"
    "have seeds, streams or names in common; then sequences that are broken on purpose, each of which must fail.\n"
    "  --engine NAME  one engine: pcg32, philox4x32, ars4x32, torch_mt19937\n"
    "  --words N      of each sequence, 2^20 unless given, 2^16 at least\n"
    "  --verbose      every probability\n";

struct Worst {
    battery::Verdict verdict{"", 1};
    std::size_t trials = 0;
};

Worst try_source(const battery::Source &source, std::size_t words, bool verbose)
{
    // Whole units, so that a sequence is one.
    std::vector<std::uint32_t> all((words + battery::unit - 1) / battery::unit * battery::unit);
    for (std::size_t i = 0; i < all.size(); i += battery::unit)
        source.next(std::span(all).subspan(i, battery::unit));
    Worst worst;
    for (const battery::Verdict &verdict : battery::try_all(all)) {
        if (verbose)
            std::printf("    %-45s p = %.3g\n", verdict.trial.c_str(), verdict.p_value);
        if (!(verdict.p_value > worst.verdict.p_value))
            worst.verdict = verdict;
        ++worst.trials;
    }
    return worst;
}

} // namespace

int main(int argc, char **argv)
{
    std::size_t words = std::size_t{1} << 20U;
    std::vector<std::int32_t> engines{UNITVAR_PCG32, UNITVAR_PHILOX4X32, UNITVAR_ARS4X32, UNITVAR_TORCH_MT19937};
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
        } else if (option == "--engine" && i + 1 < argc && unitvar_engine_from_name(argv[++i], &engine) == UNITVAR_OK) {
            engines = {engine};
        } else if (option == "--words" && i + 1 < argc &&
                   std::from_chars(argv[i + 1], argv[i + 1] + std::strlen(argv[i + 1]), words).ec == std::errc() &&
                   words >= std::size_t{1} << 16U) {
            ++i;
        } else {
            std::fputs(usage, stderr);
            return 2;
        }
    }
    std::size_t alarms = 0;
    std::size_t trials = 0;
    const auto report = [&](const std::string &name, const Worst &worst, bool good) {
        std::printf("%s  %-58s least p = %.3g: %s\n", good ? "ok   " : "ALARM", name.c_str(), worst.verdict.p_value,
                    worst.verdict.trial.c_str());
        std::fflush(stdout);
        trials += worst.trials;
        alarms += good ? 0 : 1;
    };
    for (const std::int32_t engine : engines) {
        static constexpr const char *names[] = {"", "pcg32", "philox4x32", "torch_mt19937", "ars4x32"};
        for (const battery::Source &source : battery::sources_of(engine)) {
            const Worst worst = try_source(source, words, verbose);
            report(std::string(names[engine]) + ": " + source.name, worst, worst.verdict.p_value >= least_p_value);
        }
    }
    for (const battery::Source &source : battery::broken_sources()) {
        const Worst worst = try_source(source, words, verbose);
        report("broken: " + source.name, worst, worst.verdict.p_value < least_p_value);
    }
    std::printf("%zu trials of %zu words, %zu alarms\n", trials, words, alarms);
    return alarms == 0 ? 0 : 1;
}
