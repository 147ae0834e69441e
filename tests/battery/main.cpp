// unitvar_battery: statistical trials of every engine's words, at fixed seeds, and of broken sequences, which must not pass.
#include "report.hpp"
#include "sources.hpp"
#include "trials.hpp"

#include <string>

namespace {

constexpr battery::Options options{
    "usage: unitvar_battery [--engine NAME] [--words N] [--verbose]\n"
    "Tries the words of engines, words that are had back from uniforms and normals, and interleaved generators that\n"
    "have seeds, streams or names in common; then sequences that are broken on purpose, each of which must fail.\n"
    "  --engine NAME  one engine: pcg32, philox4x32, ars4x32, torch_mt19937\n"
    "  --words N      of each sequence, 2^20 unless given, 2^16 at least; in thousands, millions or billions: 300k, "
    "20M, 1G\n"
    "  --verbose      every probability\n",
    "--words", std::size_t{1} << 16U, ""};

std::vector<battery::Verdict> try_source(const battery::Source &source, std::size_t words)
{
    // Whole units, so that a sequence is one.
    std::vector<std::uint32_t> all((words + battery::unit - 1) / battery::unit * battery::unit);
    for (std::size_t i = 0; i < all.size(); i += battery::unit)
        source.next(std::span(all).subspan(i, battery::unit));
    return battery::try_all(all);
}

} // namespace

int main(int argc, char **argv)
{
    const auto engines = battery::all_engines();
    const battery::CommandLine line =
        battery::command_line(argc, argv, options, {{engines.begin(), engines.end()}, std::size_t{1} << 20U, ""});
    battery::Report report(line.verbose);
    for (const battery::Engine &engine : line.engines)
        for (const battery::Source &source : battery::sources_of(engine.id))
            report.add(std::string(engine.name) + ": " + source.name, try_source(source, line.size));
    for (const battery::Source &source : battery::broken_sources())
        report.add("broken: " + source.name, try_source(source, line.size), true);
    return report.end(std::to_string(line.size) + " words");
}
