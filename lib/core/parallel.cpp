// How a loop is cut into ranges, and who does them.
#include "core/parallel.hpp"

#include <atomic>

#include "core/thread_pool.hpp"

namespace unitvar::core {
namespace {

// Whether this thread is within a range of a loop that is shared: the other threads are at the loop's other ranges.
constinit thread_local bool within_range = false;

class WithinRange {
public:
    WithinRange() noexcept { within_range = true; }
    ~WithinRange() { within_range = false; }
    WithinRange(const WithinRange &) = delete;
    WithinRange &operator=(const WithinRange &) = delete;
};

// Enough ranges for each thread that the slowest ends soon after the others, none too short to be worth its claim, nor
// so long that a thread which loses its processor keeps the others waiting.
constexpr std::size_t ranges_per_thread = 8;
constexpr std::size_t ranges_per_share = 4;
constexpr std::size_t shares_per_range = 4;

struct Loop {
    RangeWork work;
    void *context;
    std::size_t count;
    std::size_t length; // of a range
    std::size_t threads;
    alignas(64) std::atomic<std::size_t> next_range{0};

    // What each participant does.
    void operator()(std::size_t slot) noexcept
    {
        const WithinRange scope;
        const std::size_t ranges = (count - 1) / length + 1;
        while (slot == 0 || !superfluous(slot, threads)) {
            const std::size_t range = next_range.fetch_add(1, std::memory_order_relaxed);
            if (range >= ranges) {
                return;
            }
            work(context, slot, range * length, std::min(count, (range + 1) * length));
        }
    }
};

} // namespace

void parallel_ranges(std::size_t count, std::size_t grain, std::size_t threads, RangeWork work, void *context) noexcept
{
    grain = std::max<std::size_t>(grain, 1);
    const std::size_t shares = std::min(count / grain, threads);
    const std::size_t limit = shares <= 1 || within_range ? 1 : static_cast<std::size_t>(num_threads());
    const std::size_t participants = std::min(shares, limit);
    if (participants <= 1) {
        if (count != 0) {
            work(context, 0, 0, count);
        }
        return;
    }
    const std::size_t length = std::clamp(count / (participants * ranges_per_thread),
                                          (grain - 1) / ranges_per_share + 1, grain * shares_per_range);
    Loop loop{work, context, count, length, limit};
    const auto run = [](void *context_of_loop, std::size_t slot) noexcept {
        (*static_cast<Loop *>(context_of_loop))(slot);
    };
    run_shared({run, &loop, participants, limit});
}

} // namespace unitvar::core
