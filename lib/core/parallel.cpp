// Fork and join.
#include "core/parallel.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <vector>

#include "unitvar/runtime.hpp"

namespace unitvar::core {
namespace {

// A range that itself calls parallel_ranges keeps its own thread: the others are busy already.
constinit thread_local bool within_range = false;

class Range {
public:
    Range() noexcept : before_(within_range) { within_range = true; }
    ~Range() { within_range = before_; }
    Range(const Range &) = delete;
    Range &operator=(const Range &) = delete;

private:
    bool before_;
};

struct Job {
    RangeWork work;
    void *context;
    void operator()(std::size_t begin, std::size_t end) const noexcept
    {
        const Range range;
        work(context, begin, end);
    }
};

} // namespace

void parallel_ranges(std::size_t count, std::size_t grain, RangeWork work, void *context)
{
    const std::size_t parts =
        within_range ? 1 : std::min(static_cast<std::size_t>(num_threads()), count / std::max<std::size_t>(grain, 1));
    if (parts <= 1) {
        if (count != 0) {
            work(context, 0, count);
        }
        return;
    }
    const auto boundary = [&](std::size_t part) { return count / parts * part + std::min(part, count % parts); };
    const Job job{work, context};
    std::vector<std::thread> threads;
    threads.reserve(parts - 1);
    std::size_t part = 1;
    try {
        for (; part < parts; ++part) {
            threads.emplace_back(job, boundary(part), boundary(part + 1));
        }
    } catch (const std::system_error &) {
        job(boundary(part), count);
    } catch (const std::bad_alloc &) {
        job(boundary(part), count);
    }
    job(0, boundary(1));
    for (std::thread &thread : threads) {
        thread.join();
    }
}

} // namespace unitvar::core
