// The threads that help a call with its work: started at first need and kept, asleep while there is nothing to do.
//
// The calling thread does a part of the work itself and needs nobody: helpers that have not begun when it is through are
// called off, so that a helper without a processor delays nothing, and where no thread can be had the caller does it
// all. A forked child starts helpers of its own. Unloading the library, and the end of the process by exit, join them.
#pragma once

#include <cstddef>

namespace unitvar::core {

// What all participants run, each once; participant 0 is the calling thread.
struct SharedTask {
    void (*run)(void *context, std::size_t participant) noexcept;
    void *context;
    std::size_t participants; // the most that it is worth
    std::size_t threads;      // the most that may compute in the process: participants and other callers
};

// Runs the task on this thread, and meanwhile on others if no other call has these. Returns when all who have begun are
// through. Allocates nothing but the threads.
void run_shared(const SharedTask &task) noexcept;

// Whether a participant is one too many now: callers that came meanwhile are counted before helpers. Helpers ask this
// from time to time and then leave; participant 0 stays.
[[nodiscard]] bool superfluous(std::size_t participant, std::size_t threads) noexcept;

} // namespace unitvar::core
