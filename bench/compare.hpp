// Timing two bodies against one another, round by round, because a shared machine's speed wanders: the ratio of each
// round is taken before the median.
#pragma once

#include <time.h>

#include <algorithm>
#include <vector>

namespace unitvar::bench {

// Processor time of this thread does not count what other programs take meanwhile; wall time is for several threads.
enum class Clock { thread, wall };

inline double now(Clock clock)
{
    timespec time{};
    clock_gettime(clock == Clock::thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// What a body's prepare() does is not part of its time.
template <class Body> double seconds(const Body &body, int repetitions, Clock clock)
{
    if constexpr (requires { body.prepare(); }) {
        body.prepare();
    }
    const double start = now(clock);
    for (int i = 0; i < repetitions; ++i) {
        body();
    }
    return (now(clock) - start) / repetitions;
}

// The value below which the fraction of them lies.
inline double quantile(std::vector<double> values, double fraction)
{
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(fraction * static_cast<double>(values.size() - 1) + 0.5)];
}
inline double median(std::vector<double> values)
{
    return quantile(std::move(values), 0.5);
}

// Enough repetitions that the clock does not matter.
template <class Body> int repetitions_for(const Body &body, Clock clock)
{
    body();
    return std::max(1, static_cast<int>(2e-3 / std::max(seconds(body, 1, clock), 1e-7)));
}

struct Comparison {
    double ratio; // median of other / own, round by round: how many times faster own is
    double own;   // median seconds
    double other;
    double spread;    // half of what lies between the quartiles of the ratios, relative to their median
    double own_least; // of all rounds
};

template <class Own, class Other>
Comparison compare(int rounds, const Own &own, const Other &other, Clock clock = Clock::thread)
{
    const int repeat_own = repetitions_for(own, clock);
    const int repeat_other = repetitions_for(other, clock);
    std::vector<double> ratios;
    std::vector<double> times_own;
    std::vector<double> times_other;
    for (int round = 0; round < rounds; ++round) {
        times_own.push_back(seconds(own, repeat_own, clock));
        times_other.push_back(seconds(other, repeat_other, clock));
        ratios.push_back(times_other.back() / times_own.back());
    }
    const double ratio = median(ratios);
    return {ratio, median(times_own), median(times_other),
            (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 2 / ratio, *std::ranges::min_element(times_own)};
}

} // namespace unitvar::bench
