// Loops whose items are shared among threads, for work that is large enough to pay for it (core/sharing.hpp).
//
// Ranges are claimed one after another by whichever thread is free, so that one without a processor delays nobody by
// more than a range. Their boundaries depend on the number of threads and on nothing else; callers must compute the same
// whatever they are. A loop within a range stays on its thread. Nothing here fails: where no thread can be had, the
// caller's does all.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

#include "unitvar/runtime.hpp"

namespace unitvar::core {

// The ranges are disjoint and cover 0 to count. A thread does one after another, under the same slot; the slots of
// threads that are at it at once differ, and are below `threads`.
using RangeWork = void (*)(void *context, std::size_t slot, std::size_t begin, std::size_t end) noexcept;

// On at most `threads` threads, num_threads(), and as many as there are grains: items that make a share worth a thread.
void parallel_ranges(std::size_t count, std::size_t grain, std::size_t threads, RangeWork work, void *context) noexcept;

// work(slot, begin, end). It must not throw.
template <class Work>
void parallel_slots(std::size_t slots, std::size_t count, std::size_t grain, const Work &work) noexcept
{
    parallel_ranges(
        count, grain, slots,
        [](void *context, std::size_t slot, std::size_t begin, std::size_t end) noexcept {
            (*static_cast<const Work *>(context))(slot, begin, end);
        },
        const_cast<Work *>(std::addressof(work))); // NOLINT(cppcoreguidelines-pro-type-const-cast): given back as const
}

// work(begin, end). It must not throw.
template <class Work> void parallel_for(std::size_t count, std::size_t grain, const Work &work) noexcept
{
    parallel_slots(static_cast<std::size_t>(-1), count, grain,
                   [&](std::size_t /*slot*/, std::size_t begin, std::size_t end) { work(begin, end); });
}

// For work that needs a buffer for each thread: how many slots parallel_slots is worth, whatever the number of threads
// becomes until then.
[[nodiscard]] inline std::size_t slots_for(std::size_t count, std::size_t grain) noexcept
{
    return std::clamp<std::size_t>(count / std::max<std::size_t>(grain, 1), 1, static_cast<std::size_t>(num_threads()));
}
template <class Work> void parallel_slots(std::size_t slots, std::size_t count, const Work &work) noexcept
{
    parallel_slots(slots, count, 1, work);
}

} // namespace unitvar::core
