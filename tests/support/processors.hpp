// Work that takes minutes, as many parts of it at a time as there are processors.
#ifndef UNITVAR_TESTS_SUPPORT_PROCESSORS_HPP
#define UNITVAR_TESTS_SUPPORT_PROCESSORS_HPP

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace support {

// Calls part(0) to part(count - 1), begun in this order; its end waits for the last.
class OnAllProcessors {
public:
    OnAllProcessors(std::size_t count, std::function<void(std::size_t)> part)
        : part_(std::move(part)), workers_(std::max(1U, std::thread::hardware_concurrency()))
    {
        for (std::jthread &worker : workers_)
            worker = std::jthread([this, count] {
                for (std::size_t i = next_++; i < count; i = next_++)
                    part_(i);
            });
    }
    OnAllProcessors(const OnAllProcessors &) = delete;
    OnAllProcessors &operator=(const OnAllProcessors &) = delete;

private:
    std::function<void(std::size_t)> part_;
    std::atomic<std::size_t> next_ = 0;
    std::vector<std::jthread> workers_; // last: joined before the others go
};

} // namespace support

#endif
