// Waiting for another thread by looking again and again, for as long as it has paid lately: most calls follow each
// other closely or not at all, and sleeping costs both sides a system call.
#pragma once

#include <algorithm>
#include <chrono>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace unitvar::core {

inline void pause_processor() noexcept
{
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("isb" ::: "memory");
#endif
}

// Of one waiting thread.
class AdaptiveSpin {
public:
    using Clock = std::chrono::steady_clock;

    // Looks until done() or until the patience ends. Then the caller sleeps, and tells by ended() when that was over.
    template <class Done> [[nodiscard]] bool until(const Done &done) noexcept
    {
        start_ = Clock::now();
        do {
            for (int i = 0; i < looks_between_clocks; ++i) {
                if (done()) {
                    return true;
                }
                pause_processor();
            }
        } while (Clock::now() - start_ < patience_);
        return false;
    }
    // Looking pays where it would have saved the sleep.
    void ended() noexcept { patience_ = Clock::now() - start_ < most ? most : patience_ / 2; }

private:
    // About what a sleep and a wake cost all in all, so that at worst twice as much is lost.
    static constexpr Clock::duration most = std::chrono::microseconds(50);
    static constexpr int looks_between_clocks = 16;

    Clock::duration patience_ = most;
    Clock::time_point start_{};
};

} // namespace unitvar::core
