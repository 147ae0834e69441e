// unitvar_parallel: what two threads are worth, and what a shared call costs by itself. Wall time, both sides of each
// ratio one right after the other. A machine that others use takes a processor away for whole rounds, so that beside the
// median the best round stands, which is what the machine does when it is left alone.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "compare.hpp"
#include "core/parallel.hpp"
#include "memory.hpp"
#include "unitvar.h"

namespace {

using unitvar::bench::Clock;
using unitvar::bench::median;
using unitvar::bench::now;

constexpr std::size_t most_elements = std::size_t{1} << 26U;

void check(std::int32_t status)
{
    if (status != UNITVAR_OK) {
        std::fprintf(stderr, "unitvar_parallel: %s\n", unitvar_last_error());
        std::exit(1);
    }
}

template <class Body> double seconds_on(std::int32_t threads, const Body &body)
{
    check(unitvar_set_num_threads(threads));
    const double start = now(Clock::wall);
    body();
    return now(Clock::wall) - start;
}

struct Gain {
    double median;
    double best;
    double least_one; // seconds
    double least_two;
};

template <class Body> Gain two_against_one(int rounds, const Body &body)
{
    std::vector<double> ratios;
    Gain gain{0, 0, 1e9, 1e9};
    for (int round = 0; round < rounds; ++round) {
        const double one = seconds_on(1, body);
        const double two = seconds_on(2, body);
        ratios.push_back(one / two);
        gain.least_one = std::min(gain.least_one, one);
        gain.least_two = std::min(gain.least_two, two);
    }
    gain.median = median(ratios);
    gain.best = *std::ranges::max_element(ratios);
    return gain;
}

void print(const char *what, std::size_t n, const Gain &gain)
{
    std::printf("%-28s %9zu  %8.1f us %8.1f us   %5.2f  median %5.2f, best round %5.2f\n", what, n,
                gain.least_one * 1e6, gain.least_two * 1e6, gain.least_one / gain.least_two, gain.median, gain.best);
}

// So many rounds that the processor is likely to be had in some.
int rounds_for(std::size_t n)
{
    return static_cast<int>(std::clamp<std::size_t>((std::size_t{1} << 26U) / n, 5, 301));
}

void gains()
{
    std::printf("%-28s %9s  %11s %11s   %s\n", "", "elements", "1 thread", "2 threads",
                "times faster, of the least times");
    const unitvar::bench::Pages pages = unitvar::bench::touched_pages(most_elements * sizeof(float));
    auto *const target = reinterpret_cast<float *>(pages.get());
    unitvar_generator *g = nullptr;
    check(unitvar_generator_create(UNITVAR_PCG32, 42, 0, &g));
    for (const unsigned bits : {14U, 15U, 16U, 17U, 18U, 19U, 20U, 22U, 24U, 26U}) {
        const std::size_t n = std::size_t{1} << bits;
        print("normal_f32", n, two_against_one(rounds_for(n), [&] { check(unitvar_normal_f32(g, target, n, 0, 1)); }));
    }
    for (const unsigned bits : {15U, 16U, 17U, 18U, 19U, 20U, 22U, 24U, 26U}) {
        const std::size_t n = std::size_t{1} << bits;
        print("uniform_f32", n,
              two_against_one(rounds_for(n), [&] { check(unitvar_uniform_f32(g, target, n, 0, 1)); }));
    }
    for (const unsigned bits : {17U, 20U, 22U, 26U}) {
        const std::size_t n = std::size_t{1} << bits;
        print("memset, for comparison", n, two_against_one(rounds_for(n), [&] {
                  unitvar::core::parallel_for(n, std::size_t{1} << 15U, [&](std::size_t begin, std::size_t end) {
                      std::memset(target + begin, 1, (end - begin) * sizeof(float));
                  });
              }));
    }
    unitvar_generator_destroy(g);
}

// Of a loop of two empty ranges. With a pause before each call helpers sleep, without they still look for work.
void costs()
{
    for (const bool pauses : {false, true}) {
        std::vector<double> shared;
        std::vector<double> serial;
        for (int round = 0; round < 501; ++round) {
            const auto loop = [](std::size_t items) {
                unitvar::core::parallel_for(items, 1, [](std::size_t begin, std::size_t end) {
                    asm volatile("" ::"r"(begin), "r"(end) : "memory");
                });
            };
            if (pauses) {
                std::this_thread::sleep_for(std::chrono::microseconds(300));
            }
            shared.push_back(seconds_on(2, [&] { loop(2); }));
            serial.push_back(seconds_on(1, [&] { loop(2); }));
        }
        std::printf(
            "a shared call's own cost, %-28s median %5.2f us, least %5.2f us\n",
            pauses ? "300 us after the one before:" : "one after another:", (median(shared) - median(serial)) * 1e6,
            (*std::ranges::min_element(shared) - *std::ranges::min_element(serial)) * 1e6);
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc > 1) {
        std::printf("usage: %s\nPrints what two threads are worth and what a shared call costs. Takes half a minute.\n",
                    argv[0]);
        return std::strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    check(unitvar_set_num_threads(2));
    std::printf("unitvar %s, %s\n\n", unitvar_version_string(), unitvar_isa());
    costs();
    std::printf("\n");
    gains();
    return 0;
}
