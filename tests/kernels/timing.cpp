#include "timing.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace checkkernels {
namespace {

// Long against the clock's own cost, some 0.3 us, and short against a time slice.
constexpr double round_nanoseconds = 200e3;

double now()
{
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double time_of(const std::function<void()> &call, std::size_t repeats)
{
    const double start = now();
    for (std::size_t i = 0; i < repeats; ++i)
        call();
    return (now() - start) / static_cast<double>(repeats);
}

} // namespace

std::vector<Sample> time_interleaved(const std::vector<Timed> &calls, std::size_t rounds)
{
    std::vector<std::size_t> repeats;
    for (const Timed &timed : calls) {
        timed.prepare();
        std::size_t n = 1;
        while (time_of(timed.call, n) * static_cast<double>(n) < round_nanoseconds)
            n *= 2;
        repeats.push_back(n);
    }
    std::vector<std::vector<double>> times(calls.size());
    for (std::size_t round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < calls.size(); ++i) {
            calls[i].prepare();
            const double call = time_of(calls[i].call, repeats[i]);
            times[i].push_back(call - time_of(calls[i].empty, repeats[i]));
        }
    std::vector<Sample> samples;
    for (std::vector<double> &sorted : times) {
        std::sort(sorted.begin(), sorted.end());
        const double median = sorted[sorted.size() / 2];
        const double quartiles = sorted[sorted.size() * 3 / 4] - sorted[sorted.size() / 4];
        samples.push_back({median, median > 0 ? quartiles / 2 / median : 0});
    }
    return samples;
}

} // namespace checkkernels
