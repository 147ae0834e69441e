// unitvar_sweep: every draw by engine, instruction set, number of threads and size, each beside memset of the same
// bytes in interleaved rounds, as JSON for bench/report.py. One thread is timed by its processor time, several by the
// wall clock.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "compare.hpp"
#include "memory.hpp"
#include "operations.hpp"
#include "unitvar.h"

namespace {

using unitvar::bench::Clock;
using unitvar::bench::Operation;

constexpr std::uint64_t most_elements = std::uint64_t{1} << 30U;
constexpr double seconds_per_row = 1.5; // of rounds, but for the fewest
constexpr double seconds_for_one_round = 2;
constexpr int fewest_rounds = 3;

struct Options {
    std::vector<std::string> draws;
    std::vector<std::string> engines{"pcg32", "philox4x32", "ars4x32"};
    std::vector<std::string> isas{"avx512", "avx2", "neon", "scalar"};
    std::vector<std::string> threads{"1"};
    std::vector<std::string> sizes{"65536"};
    int rounds = 15;
};

[[noreturn]] void fail(const std::string &message)
{
    std::fprintf(stderr, "unitvar_sweep: %s\n", message.c_str());
    std::exit(1);
}

void check(std::int32_t status)
{
    if (status != UNITVAR_OK) {
        fail(unitvar_last_error());
    }
}

std::vector<std::string> split(const std::string &list)
{
    std::vector<std::string> items(1);
    for (const char c : list) {
        if (c == ',') {
            items.emplace_back();
        } else {
            items.back() += c;
        }
    }
    return items;
}

std::uint64_t number(const std::string &text, std::uint64_t most)
{
    const std::uint64_t value = std::strtoull(text.c_str(), nullptr, 10);
    if (value == 0 || value > most) {
        fail("'" + text + "' is not a number from 1 to " + std::to_string(most));
    }
    return value;
}

struct Row {
    const Operation &operation;
    std::string engine;
    std::string isa;
    std::int32_t threads;
    std::size_t n;
};

void measure(const Row &row, unsigned char *memory, int rounds, bool &first)
{
    std::int32_t engine = 0;
    unitvar_generator *g = nullptr;
    check(unitvar_engine_from_name(row.engine.c_str(), &engine));
    check(unitvar_generator_create(engine, 42, 0, &g));
    check(unitvar_set_num_threads(row.threads));
    const std::size_t bytes = row.n * row.operation.row().element_bytes;
    const auto own = [&] { check(row.operation.run(g, memory, row.n)); };
    const auto set = [&] {
        std::memset(memory, 1, bytes);
        asm volatile("" : : "r"(memory) : "memory");
    };
    const Clock clock = row.threads == 1 ? Clock::thread : Clock::wall;
    const double once = unitvar::bench::seconds(own, 1, clock);
    const int affordable = static_cast<int>(std::min(seconds_per_row / std::max(once, 1e-9), 1e6));
    int done = std::clamp(affordable, fewest_rounds, std::max(fewest_rounds, rounds));
    unitvar::bench::Comparison c{};
    if (once < seconds_for_one_round) {
        c = unitvar::bench::compare(done, own, set, clock);
    } else {
        const double other = unitvar::bench::seconds(set, 1, clock);
        c = {other / once, once, other, 0, once};
        done = 1;
    }
    unitvar_generator_destroy(g);
    const double scale = 1e9 / static_cast<double>(row.n);
    std::printf(
        "%s\n    {\"draw\": \"%s\", \"engine\": \"%s\", \"isa\": \"%s\", \"threads\": %d, \"n\": %zu, "
        "\"bytes\": %zu, \"ns\": %.5g, \"least_ns\": %.5g, \"memset_ns\": %.5g, \"spread\": %.4f, \"rounds\": %d}",
        first ? "" : ",", row.operation.row().name, row.engine.c_str(), row.isa.c_str(), row.threads, row.n,
        row.operation.row().element_bytes, c.own * scale, c.own_least * scale, c.other * scale, c.spread, done);
    std::fflush(stdout);
    first = false;
}

bool wanted(const std::vector<std::string> &names, const char *name)
{
    return names.empty() || std::ranges::find(names, name) != names.end();
}

void sweep(const Options &options)
{
    std::printf("{\n  \"version\": \"%s\",\n  \"isa\": \"%s\",\n  \"rows\": [", unitvar_version_string(),
                unitvar_isa());
    bool first = true;
    for (const std::string &size : options.sizes) {
        const auto n = static_cast<std::size_t>(number(size, most_elements));
        std::size_t widest = 0;
        for (const Operation &operation : unitvar::bench::operations) {
            if (wanted(options.draws, operation.row().name)) {
                widest = std::max(widest, operation.row().element_bytes);
            }
        }
        const auto memory = unitvar::bench::touched_pages(n * widest);
        for (const Operation &operation : unitvar::bench::operations) {
            if (!wanted(options.draws, operation.row().name)) {
                continue;
            }
            for (const std::string &isa : options.isas) {
                if (unitvar_set_isa(isa == "best" ? nullptr : isa.c_str()) != UNITVAR_OK) {
                    continue; // not on this machine
                }
                for (const std::string &engine : options.engines) {
                    for (const std::string &threads : options.threads) {
                        measure({operation, engine, unitvar_isa(), static_cast<std::int32_t>(number(threads, 1024)), n},
                                memory.get(), options.rounds, first);
                    }
                }
            }
        }
    }
    std::puts("\n  ]\n}");
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    for (int i = 1; i < argc; i += 2) {
        const std::string name = argv[i];
        const bool help = name == "--help";
        const char *const value = i + 1 < argc ? argv[i + 1] : nullptr;
        if (!help && value != nullptr && name == "--draws") {
            options.draws = split(value);
        } else if (!help && value != nullptr && name == "--engines") {
            options.engines = split(value);
        } else if (!help && value != nullptr && name == "--isas") {
            options.isas = split(value);
        } else if (!help && value != nullptr && name == "--threads") {
            options.threads = split(value);
        } else if (!help && value != nullptr && name == "--sizes") {
            options.sizes = split(value);
        } else if (!help && value != nullptr && name == "--rounds") {
            options.rounds = static_cast<int>(number(value, 1000));
        } else {
            std::fprintf(help ? stdout : stderr,
                         "usage: unitvar_sweep [--draws LIST] [--engines LIST] [--isas LIST] [--threads LIST]\n"
                         "                     [--sizes LIST] [--rounds N]\n"
                         "Nanoseconds per element of draws and of memset, as JSON. Lists have commas; the instruction\n"
                         "set 'best' is the one that the library takes by itself. Default: every draw, engine and\n"
                         "instruction set, one thread, 65536 elements, 15 rounds.\n");
            return help ? 0 : 2;
        }
    }
    sweep(options);
    return 0;
}
