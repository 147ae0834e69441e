// The command line and the report of the battery's programs.
#include "report.hpp"

#include "unitvar.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace battery {
namespace {

constexpr double least_p_value = 1e-9;

constexpr Engine engines[] = {{"pcg32", UNITVAR_PCG32},
                              {"philox4x32", UNITVAR_PHILOX4X32},
                              {"ars4x32", UNITVAR_ARS4X32},
                              {"torch_mt19937", UNITVAR_TORCH_MT19937}};

// 0 where it is no number.
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

// Not a number is the least of all, and stays it.
const Verdict &least_of(const Verdict &a, const Verdict &b)
{
    return !(a.p_value >= 0) || b.p_value >= a.p_value ? a : b;
}

} // namespace

std::span<const Engine> all_engines()
{
    return engines;
}
std::span<const Engine> counted_engines()
{
    return all_engines().first(3);
}

CommandLine command_line(int argc, char **argv, const Options &options, CommandLine defaults)
{
    const auto one_engine = [&](std::string_view name) {
        std::erase_if(defaults.engines, [&](const Engine &engine) { return engine.name != name; });
        return !defaults.engines.empty();
    };
    for (int i = 1; i < argc; ++i) {
        const std::string_view option = argv[i];
        const char *const value = i + 1 < argc ? argv[i + 1] : nullptr;
        if (option == "--help") {
            std::fputs(options.usage, stdout);
            std::exit(0);
        }
        if (option == "--verbose") {
            defaults.verbose = true;
            continue;
        }
        bool good = value != nullptr;
        if (good && option == "--engine") {
            good = one_engine(value);
        } else if (good && option == options.size) {
            defaults.size = number(value);
            good = defaults.size >= options.least_size;
        } else if (good && option == options.only) {
            defaults.only = value;
        } else {
            good = false;
        }
        if (!good) {
            std::fputs(options.usage, stderr);
            std::exit(2);
        }
        ++i;
    }
    return defaults;
}

void Report::add(const std::string &name, std::span<const Verdict> verdicts, bool broken)
{
    Verdict worst = verdicts.front();
    for (const Verdict &verdict : verdicts) {
        if (verbose_)
            std::printf("    %-45s p = %.3g\n", verdict.trial.c_str(), verdict.p_value);
        worst = least_of(worst, verdict);
    }
    const bool good = (worst.p_value >= least_p_value) != broken;
    std::printf("%s  %-58s least p = %.3g: %s\n", good ? "ok   " : "ALARM", name.c_str(), worst.p_value,
                worst.trial.c_str());
    std::fflush(stdout);
    trials_ += verdicts.size();
    alarms_ += good ? 0 : 1;
    if (!broken) {
        ++samples_;
        least_ = least_of(least_, {name + ", " + worst.trial, worst.p_value});
    }
}

int Report::end(const std::string &size) const
{
    std::printf("evidence: %zu samples of %s, %zu trials, %zu alarms; least p = %.3g (%s)\n", samples_, size.c_str(),
                trials_, alarms_, least_.p_value, least_.trial.c_str());
    return alarms_ == 0 ? 0 : 1;
}

} // namespace battery
