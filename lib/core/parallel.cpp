// Fork and join.
#include "core/parallel.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <vector>

#include "unitvar/runtime.hpp"

namespace unitvar::core {

void parallel_ranges(std::size_t count, std::size_t grain, RangeWork work, void *context)
{
    const std::size_t parts =
        std::min(static_cast<std::size_t>(num_threads()), count / std::max<std::size_t>(grain, 1));
    if (parts <= 1) {
        if (count != 0) {
            work(context, 0, count);
        }
        return;
    }
    const auto boundary = [&](std::size_t part) { return count / parts * part + std::min(part, count % parts); };
    std::vector<std::thread> threads;
    threads.reserve(parts - 1);
    std::size_t part = 1;
    try {
        for (; part < parts; ++part) {
            threads.emplace_back(work, context, boundary(part), boundary(part + 1));
        }
    } catch (const std::system_error &) {
        work(context, boundary(part), count);
    } catch (const std::bad_alloc &) {
        work(context, boundary(part), count);
    }
    work(context, 0, boundary(1));
    for (std::thread &thread : threads) {
        thread.join();
    }
}

} // namespace unitvar::core
