// unitvar_stores [--max-mib N]: nanoseconds per element of stores alone and of fills by each way of storing, for sizes
// around the caches'. What lib/core/store_mode.hpp chooses from which size comes from here. One thread; medians of
// rounds in which all ways take turns.
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#include "compare.hpp"
#include "core/runtime.hpp"
#include "core/store_mode.hpp"
#include "memory.hpp"
#include "peers.hpp"
#include "unitvar.h"

namespace {

using unitvar::bench::Clock;
using unitvar::core::DrawIndex;
using unitvar::core::EngineIndex;
using unitvar::core::StoreMode;

constexpr int rounds = 9;

struct Way {
    const char *name;
    std::function<void()> body;
};

void print_row(const char *what, std::size_t bytes, const std::vector<Way> &ways)
{
    std::vector<std::vector<double>> times(ways.size());
    std::vector<int> repeats;
    repeats.reserve(ways.size());
    for (const Way &way : ways) {
        repeats.push_back(std::max(1, unitvar::bench::repetitions_for(way.body, Clock::thread)));
    }
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < ways.size(); ++i) {
            times[i].push_back(unitvar::bench::seconds(ways[i].body, repeats[i], Clock::thread));
        }
    }
    std::printf("%5zu MiB  %-22s", bytes >> 20U, what);
    for (std::size_t i = 0; i < ways.size(); ++i) {
        const double time = unitvar::bench::median(times[i]) * 1e9 * sizeof(float) / static_cast<double>(bytes);
        std::printf("  %s %.3f", ways[i].name, time);
    }
    std::printf("\n");
    std::fflush(stdout);
}

// Into memory that the system gives now, by small and by huge pages where it has them: page faults are in the time.
void measure_pages(std::size_t bytes)
{
    const auto fresh = [=](int advice) {
        return [=] {
            void *const pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (pages == MAP_FAILED) {
                std::exit(1);
            }
            madvise(pages, bytes, advice);
            const unitvar::core::DrawParameters unit{0, 1, 0x1.fffffep-1F};
            const auto &row = *unitvar::core::kernels().fill[static_cast<std::size_t>(EngineIndex::ars4x32)];
            row.draw[static_cast<std::size_t>(DrawIndex::uniform_f32)]({1, 3, 5}, unit, pages, bytes / sizeof(float),
                                                                       unitvar::core::store_mode_of(bytes));
            munmap(pages, bytes);
        };
    };
    print_row("fresh pages, uniform", bytes, {{"small", fresh(MADV_NOHUGEPAGE)}, {"huge", fresh(MADV_HUGEPAGE)}});
}

void measure(unsigned char *memory, std::size_t bytes)
{
    print_row("stores alone", bytes,
              {{"memset", [=] { std::memset(memory, 1, bytes); }},
               {"prefetched", [=] { unitvar::bench::store_prefetched(memory, bytes); }}});
    unitvar::core::DrawParameters unit{0, 1, 0x1.fffffep-1F};
    for (const auto &[engine, engine_name] :
         {std::pair{EngineIndex::pcg32, "pcg32"}, std::pair{EngineIndex::ars4x32, "ars4x32"}}) {
        for (const auto &[draw, draw_name] :
             {std::pair{DrawIndex::uniform_f32, "uniform"}, std::pair{DrawIndex::normal_f32, "normal"}}) {
            const auto kernel =
                unitvar::core::kernels().fill[static_cast<std::size_t>(engine)]->draw[static_cast<std::size_t>(draw)];
            const auto fill = [&](StoreMode mode) {
                return [=] { kernel({1, 3, 5}, unit, memory, bytes / sizeof(float), mode); };
            };
            print_row((std::string(draw_name) + "_f32, " + engine_name).c_str(), bytes,
                      {{"cached", fill(StoreMode::cached)},
                       {"prefetched", fill(StoreMode::prefetched)},
                       {"streaming", fill(StoreMode::streaming)}});
        }
    }
}

} // namespace

int main(int argc, char **argv)
{
    std::size_t largest = 256;
    if (argc == 3 && std::strcmp(argv[1], "--max-mib") == 0) {
        largest = std::strtoull(argv[2], nullptr, 10);
    } else if (argc != 1) {
        std::fprintf(stderr, "usage: %s [--max-mib N]\n", argv[0]);
        return 2;
    }
    std::printf("%s; ns per 4 bytes, medians of %d rounds\n\n", unitvar_isa(), rounds);
    const auto memory = unitvar::bench::touched_pages((largest << 20U) + 8192);
    for (std::size_t mib = 1; mib <= largest; mib *= 2) {
        measure(memory.get(), mib << 20U);
    }
    measure_pages(largest << 20U);
    return 0;
}
