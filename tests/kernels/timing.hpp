// Times calls against one another: round by round in turn, in the thread's own CPU time, less what the same call of a
// kernel that does nothing takes.
#ifndef UNITVAR_TESTS_KERNELS_TIMING_HPP
#define UNITVAR_TESTS_KERNELS_TIMING_HPP

#include <cstddef>
#include <functional>
#include <vector>

namespace checkkernels {

struct Timed {
    std::function<void()> prepare; // before each round, not timed
    std::function<void()> call;
    std::function<void()> empty;
};

struct Sample {
    double nanoseconds; // of one call, the median of the rounds
    double spread;      // half the distance between the quartiles, as a part of the median
};

[[nodiscard]] std::vector<Sample> time_interleaved(const std::vector<Timed> &calls, std::size_t rounds);

} // namespace checkkernels

#endif
