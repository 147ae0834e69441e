// Sleeping until a word changes: Linux's futex, of this process alone; elsewhere what the standard library has.
#pragma once

#include <atomic>
#include <cstdint>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace unitvar::core {

using FutexWord = std::atomic<std::uint32_t>;

// Returns at once where the word is not value, else after a wake; perhaps also without a reason.
inline void futex_wait(const FutexWord &word, std::uint32_t value) noexcept
{
#if defined(__linux__)
    static_assert(sizeof(FutexWord) == sizeof(std::uint32_t));
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
#else
    word.wait(value, std::memory_order_relaxed);
#endif
}

// Wakes one thread that waits for the word.
inline void futex_wake(FutexWord &word) noexcept
{
#if defined(__linux__)
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
#else
    word.notify_one();
#endif
}

} // namespace unitvar::core
