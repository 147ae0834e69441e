// unitvar_checkkernels: every kernel of every table that this machine can run against the portable one. See --help and
// tests/README.md.
#include "core/cpu.hpp"
#include "core/tables.hpp"
#include "crash.hpp"
#include "entries.hpp"
#include "faults.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>

namespace {

using namespace checkkernels;

constexpr int exit_usage = 2;
constexpr int exit_not_this_machine = 77;

void print_usage()
{
    std::puts(
        "usage: unitvar_checkkernels [OPTION ...]\n"
        "\n"
        "Calls every kernel of every table that this machine can run, and the portable kernel, with the same random\n"
        "arguments: all lengths to two blocks and some larger, all alignments, up against inaccessible pages, in\n"
        "place where the contract allows it. Results, guard bytes, inputs and the floating-point control word must\n"
        "agree; a crash is reported with its arguments.\n"
        "\n"
        "  --isa NAME[,NAME ...]  these tables; --bench: the first is what the others are compared with.\n"
        "                         avx2+vaes and so on are the entries of ars4x32 by AES instructions\n"
        "  --filter PATTERN       entries whose names match the shell pattern, or contain the text\n"
        "  --seed N               the arguments; without it they are new each time, and the seed is printed\n"
        "  --bench                nanoseconds per element of each entry on each table, the median of rounds in\n"
        "                         turn less an empty call, +- half the distance between the quartiles\n"
        "  --rounds N             rounds of --bench, 15 unless given\n"
        "  --self-test            substitutes kernels that are wrong on purpose: each must be found\n"
        "  --list                 the entries' names\n"
        "\n"
        "UNITVAR_TEST_QUICK=1 leaves out some lengths and placements. Ends with 0 where all is well, 1 where\n"
        "something was found, 2 for wrong usage, 77 for a table that this machine cannot run.");
}

struct Arguments {
    Options options;
    std::vector<std::string> isas;
    std::string filter = "*";
    bool has_seed = false;
    bool list = false;
    bool self_test = false;
    bool help = false;
};

bool parse(int argc, char **argv, Arguments &arguments)
{
    const auto number = [](const char *text, std::uint64_t &value) {
        char *end = nullptr;
        value = std::strtoull(text, &end, 0);
        return *text != '\0' && *end == '\0';
    };
    for (int i = 1; i < argc; ++i) {
        const std::string_view option = argv[i];
        const bool takes_value =
            option == "--isa" || option == "--filter" || option == "--seed" || option == "--rounds";
        if (takes_value && i + 1 == argc) {
            std::fprintf(stderr, "unitvar_checkkernels: %s needs a value\n", argv[i]);
            return false;
        }
        if (option == "--isa") {
            std::string names = argv[++i];
            for (std::size_t comma; (comma = names.find(',')) != std::string::npos; names.erase(0, comma + 1))
                arguments.isas.push_back(names.substr(0, comma));
            arguments.isas.push_back(names);
        } else if (option == "--filter") {
            arguments.filter = argv[++i];
            if (arguments.filter.find_first_of("*?[") == std::string::npos)
                arguments.filter = "*" + arguments.filter + "*";
        } else if (option == "--seed" || option == "--rounds") {
            std::uint64_t value = 0;
            if (!number(argv[++i], value) || (option == "--rounds" && value == 0)) {
                std::fprintf(stderr, "unitvar_checkkernels: %s is '%s'; expected a number\n", argv[i - 1], argv[i]);
                return false;
            }
            if (option == "--seed") {
                arguments.options.seed = value;
                arguments.has_seed = true;
            } else {
                arguments.options.rounds = value;
            }
        } else if (option == "--bench") {
            arguments.options.bench = true;
        } else if (option == "--self-test") {
            arguments.self_test = true;
        } else if (option == "--list") {
            arguments.list = true;
        } else if (option == "--help") {
            arguments.help = true;
        } else {
            std::fprintf(stderr, "unitvar_checkkernels: unknown option '%s'; --help lists them\n", argv[i]);
            return false;
        }
    }
    return true;
}

const KernelTable &portable()
{
    for (const core::IsaRow &row : core::isa_rows)
        if (row.name == "scalar")
            return *row.table;
    std::abort(); // cmake/isa.cmake has that row
}

// An instruction set's table, or one with other fills of ars4x32.
struct Named {
    std::string name;
    bool runs; // on this machine
    bool only_ars4x32;
    KernelTable table;
};

// In the order of cmake/isa.cmake, the portable one first.
std::deque<Named> all_tables()
{
    std::deque<Named> result;
    for (const core::IsaRow &row : core::isa_rows) {
        const bool runs = row.table != nullptr && core::cpu_has(row.features);
        result.push_front({std::string(row.name), runs, false, row.table != nullptr ? *row.table : KernelTable{}});
        const KernelTable plain = result.front().table;
        for (const core::AesRow &aes : core::aes_rows)
            if (aes.isa == row.name)
                result.push_back({std::string(aes.isa) + "+" + std::string(aes.name),
                                  runs && aes.fills != nullptr && core::cpu_has(aes.features), true,
                                  aes.fills != nullptr ? core::with_fills(plain, *aes.fills) : KernelTable{}});
    }
    for (Named &one : result)
        one.table.name = one.name.c_str();
    return result;
}

// The tables that were asked for, or all that this machine can run. A number to exit with where one cannot be had.
int find_tables(const std::deque<Named> &all, const std::vector<std::string> &names, std::vector<const Named *> &tables)
{
    if (names.empty()) {
        for (const Named &one : all)
            if (one.runs)
                tables.push_back(&one);
        return 0;
    }
    for (const std::string &name : names) {
        const auto one = std::find_if(all.begin(), all.end(), [&](const Named &each) { return each.name == name; });
        if (one == all.end()) {
            std::string expected;
            for (const Named &each : all)
                expected += (expected.empty() ? "" : ", ") + each.name;
            std::fprintf(stderr, "unitvar_checkkernels: --isa is '%s'; expected one of %s\n", name.c_str(),
                         expected.c_str());
            return exit_usage;
        }
        if (!one->runs) {
            std::fprintf(stderr, "unitvar_checkkernels: this machine cannot run %s\n", name.c_str());
            return exit_not_this_machine;
        }
        tables.push_back(&*one);
    }
    return 0;
}

// The number of entries with findings.
std::size_t check(const Entries &entries, const Named &named, const Options &options)
{
    const KernelTable &table = named.table;
    const KernelTable *const pair[] = {&portable(), &table};
    std::size_t count = 0;
    std::size_t calls = 0;
    std::size_t failed = 0;
    for (const Entry &entry : entries) {
        if (named.only_ars4x32 && entry.name.find("ars4x32") == std::string::npos)
            continue;
        ++count;
        const Outcome outcome = entry.run(options, pair);
        calls += outcome.calls;
        failed += outcome.findings.empty() ? 0 : 1;
        if (outcome.calls == 0) {
            std::printf("FAIL %s.%s: not called\n", table.name, entry.name.c_str());
            ++failed;
        }
        std::fflush(stdout);
    }
    std::printf("%s: %zu entries, %zu calls, %zu entries failed\n", table.name, count, calls, failed);
    return failed;
}

void bench(const Entries &entries, const std::vector<const Named *> &named, const Options &options)
{
    std::vector<const KernelTable *> tables;
    for (const Named *const one : named)
        tables.push_back(&one->table);
    std::printf("%-36s %8s", "ns per element", "elements");
    for (const KernelTable *const table : tables)
        std::printf("  %18s", table->name);
    for (std::size_t i = 1; i < tables.size(); ++i)
        std::printf("  %8s", (std::string(tables[0]->name) + "/").c_str());
    std::puts("");
    for (const Entry &entry : entries) {
        const Outcome outcome = entry.run(options, tables);
        std::printf("%-36s %8zu", entry.name.c_str(), outcome.timed_elements);
        for (const Timing &timing : outcome.timings)
            std::printf("  %10.4f +-%4.1f%%", timing.nanoseconds, 100 * timing.spread);
        for (std::size_t i = 1; i < outcome.timings.size(); ++i)
            std::printf("  %8.2f", outcome.timings[0].nanoseconds / outcome.timings[i].nanoseconds);
        std::puts("");
        std::fflush(stdout);
    }
}

} // namespace

int main(int argc, char **argv)
{
    Arguments arguments;
    if (!parse(argc, argv, arguments))
        return exit_usage;
    if (arguments.help) {
        print_usage();
        return 0;
    }
    Entries entries = all_entries();
    std::erase_if(entries,
                  [&](const Entry &entry) { return fnmatch(arguments.filter.c_str(), entry.name.c_str(), 0) != 0; });
    if (entries.empty()) {
        std::fprintf(stderr, "unitvar_checkkernels: no entry matches '%s'; --list names them\n",
                     arguments.filter.c_str());
        return exit_usage;
    }
    if (arguments.list) {
        for (const Entry &entry : entries)
            std::puts(entry.name.c_str());
        return 0;
    }
    Options &options = arguments.options;
    const char *const quick = std::getenv("UNITVAR_TEST_QUICK");
    options.quick = quick != nullptr && *quick != '\0' && std::strcmp(quick, "0") != 0;
    if (!arguments.has_seed)
        options.seed = std::random_device()();
    const std::deque<Named> all = all_tables();
    std::vector<const Named *> tables;
    if (const int status = find_tables(all, arguments.isas, tables); status != 0)
        return status;

    if (options.bench) {
        bench(entries, tables, options);
        return 0;
    }
    catch_crashes();
    std::printf("seed %llu%s\n", static_cast<unsigned long long>(options.seed), options.quick ? ", quick" : "");
    if (arguments.self_test)
        return all_faults_are_found(entries, portable(), options) ? 0 : 1;
    std::size_t failed = 0;
    for (const Named *const table : tables)
        failed += check(entries, *table, options);
    return failed == 0 ? 0 : 1;
}
