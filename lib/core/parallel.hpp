// Fork and join on std::thread, for work that is large enough to pay for it. The ranges depend on the number of
// threads; callers must compute the same whatever the ranges are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

#include "unitvar/runtime.hpp"

namespace unitvar::core {

// Calls work(context, begin, end) on disjoint ranges that cover 0 to count, each of at least grain items but the
// last. work must not throw. Where the system has no thread to give, the caller's thread does that part too.
using RangeWork = void (*)(void *context, std::size_t begin, std::size_t end) noexcept;
void parallel_ranges(std::size_t count, std::size_t grain, RangeWork work, void *context);

template <class Work> void parallel_for(std::size_t count, std::size_t grain, Work &&work)
{
    using Target = std::remove_reference_t<Work>;
    parallel_ranges(
        count, grain,
        [](void *context, std::size_t begin, std::size_t end) noexcept {
            (*static_cast<Target *>(context))(begin, end);
        },
        std::addressof(work));
}

// Work that needs a buffer for each thread: `slots` shares of `count` items, each done by one thread. The number of
// threads may change between the two calls.
[[nodiscard]] inline std::size_t slots_for(std::size_t count, std::size_t grain) noexcept
{
    return std::clamp<std::size_t>(count / grain, 1, static_cast<std::size_t>(num_threads()));
}
// work(slot, begin, end)
template <class Work> void parallel_slots(std::size_t slots, std::size_t count, const Work &work)
{
    parallel_for(slots, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t slot = begin; slot < end; ++slot) {
            work(slot, count / slots * slot + std::min(slot, count % slots),
                 count / slots * (slot + 1) + std::min(slot + 1, count % slots));
        }
    });
}

} // namespace unitvar::core
