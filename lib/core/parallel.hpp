// Fork and join on std::thread, for work that is large enough to pay for it. The ranges depend on the number of
// threads; callers must compute the same whatever the ranges are.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

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

} // namespace unitvar::core
