// The pool. Each helper has a word of its own, by which it is invited and says that it is through:
//
//   idle or asleep --inviter--> invited --helper--> busy --helper--> idle
//                                  \--caller, called off--> idle
//
// A helper touches the task only while it is busy, and the caller waits for those that are. A caller that finds the pool
// taken works alone. Helpers use no thread-local variable but within a task: its first use may take the dynamic linker's
// lock, which dlclose holds while it waits for them in stop().
#include "core/thread_pool.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "core/floating_point.hpp"
#include "core/futex.hpp"
#include "core/not_cancelled.hpp"
#include "core/processors.hpp"
#include "core/runtime.hpp"
#include "core/spin.hpp"

namespace unitvar::core {
namespace {

enum State : std::uint32_t {
    idle,    // looks at the word, or is about to
    asleep,  // must be woken
    invited, // has not begun
    busy,
    awaited, // busy, and the caller sleeps until it is through
};

// Apart from its neighbours, since each is written by two threads.
struct alignas(64) Helper {
    FutexWord state{idle};
    pthread_t thread{};
};

// Five times what the deepest share needs: 45 KiB, those of initialize_all and of strided tensors.
class SmallStack {
public:
    SmallStack() noexcept : usable_(pthread_attr_init(&attributes_) == 0)
    {
#if !defined(UNITVAR_SANITIZED) // whose frames are larger
        if (usable_) {
            pthread_attr_setstacksize(&attributes_, std::size_t{256} << 10U);
        }
#endif
    }
    ~SmallStack()
    {
        if (usable_) {
            pthread_attr_destroy(&attributes_);
        }
    }
    SmallStack(const SmallStack &) = delete;
    SmallStack &operator=(const SmallStack &) = delete;

    [[nodiscard]] const pthread_attr_t *attributes() const noexcept
    {
        return usable_ ? &attributes_ : nullptr;
    }

private:
    pthread_attr_t attributes_{};
    bool usable_;
};

class Pool {
public:
    void run(const SharedTask &task) noexcept;
    [[nodiscard]] bool superfluous(std::size_t participant, std::size_t threads) const noexcept
    {
        return callers_.load(std::memory_order_relaxed) + participant > threads ||
               stopping_.load(std::memory_order_relaxed);
    }
    // Ends the helpers. Calls that come later work alone.
    void stop() noexcept;

private:
    static void *help(void *participant) noexcept;
    void serve(std::size_t participant) noexcept;
    void wait_for_invitation(FutexWord &state, AdaptiveSpin &spin) noexcept;
    void invite_next(std::size_t participant) noexcept;
    void dismiss(FutexWord &state) noexcept;

    [[nodiscard]] std::size_t helpers_for(std::size_t wanted) noexcept;
    void start_helpers(std::size_t wanted) noexcept;
    [[nodiscard]] bool prepare_to_start() noexcept;
    [[nodiscard]] bool start_helper(std::size_t participant) noexcept;
    // In a forked child, which has only the thread that forked.
    static void forget_helpers() noexcept;

    // Participant 0 is the caller.
    [[nodiscard]] Helper &helper(std::size_t participant) noexcept { return helpers_[participant - 1]; }

    alignas(64) std::atomic<std::size_t> callers_{0}; // in run(), with the pool or without
    std::atomic_flag taken_;                          // by one of them, whose the next are
    SharedTask task_{};
    std::size_t last_participant_ = 0;
    std::size_t calls_until_retry_ = 0; // after the system had no thread to give
    AdaptiveSpin caller_spin_;

    alignas(64) std::atomic<bool> stopping_{false};
    FutexWord starting_{0}; // 1 while helpers are started, and for good once they are to end
    std::atomic<std::size_t> started_{0};
    std::atomic<pid_t> process_{0}; // whose threads the helpers are
    bool handles_fork_ = false;
    bool spreads_ = false; // helpers do not stay where their creator was pinned
    Affinity affinity_{};
    Helper helpers_[most_threads - 1];
};

constinit Pool pool;

// ---- a call

void Pool::run(const SharedTask &task) noexcept
{
    const std::size_t callers = callers_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (taken_.test(std::memory_order_relaxed) || taken_.test_and_set(std::memory_order_acquire)) {
        task.run(task.context, 0);
    } else {
        task_ = task;
        last_participant_ =
            helpers_for(std::min(task.participants - 1, task.threads - std::min(task.threads, callers)));
        invite_next(0);
        task.run(task.context, 0);
        // In the order of invitations: who is through invites nobody more.
        for (std::size_t participant = 1; participant <= last_participant_; ++participant) {
            dismiss(helper(participant).state);
        }
        taken_.clear(std::memory_order_release);
    }
    callers_.fetch_sub(1, std::memory_order_relaxed);
}

// Each participant invites two others, so that the caller's cost does not grow with their number.
void Pool::invite_next(std::size_t participant) noexcept
{
    for (std::size_t next = 2 * participant + 1; next <= std::min(2 * participant + 2, last_participant_); ++next) {
        FutexWord &state = helper(next).state;
        if (state.exchange(invited, std::memory_order_release) == asleep) {
            futex_wake(state);
        }
    }
}

// Calls a helper off that has not begun, and waits for one that has.
void Pool::dismiss(FutexWord &state) noexcept
{
    std::uint32_t seen = invited;
    if (state.compare_exchange_strong(seen, idle, std::memory_order_acquire) || seen != busy) {
        return;
    }
    const bool through = caller_spin_.until([&] { return state.load(std::memory_order_acquire) != busy; });
    if (!through && state.compare_exchange_strong(seen, awaited, std::memory_order_acquire)) {
        while (state.load(std::memory_order_acquire) == awaited) {
            futex_wait(state, awaited);
        }
    }
    caller_spin_.ended();
}

// ---- a helper

void *Pool::help(void *participant) noexcept
{
#if defined(__linux__)
    pthread_setname_np(pthread_self(), "unitvar");
#endif
    FloatingPointState::read().with_default_modes().write();
    if (pool.spreads_) {
        pool.affinity_.apply();
    }
    pool.serve(reinterpret_cast<std::uintptr_t>(participant));
    return nullptr;
}

void Pool::serve(std::size_t participant) noexcept
{
    FutexWord &state = helper(participant).state;
    AdaptiveSpin spin;
    while (true) {
        wait_for_invitation(state, spin);
        if (stopping_.load(std::memory_order_relaxed)) {
            return;
        }
        std::uint32_t seen = invited;
        if (!state.compare_exchange_strong(seen, busy, std::memory_order_acquire)) {
            continue; // called off
        }
        invite_next(participant);
        task_.run(task_.context, participant);
        if (state.exchange(idle, std::memory_order_acq_rel) == awaited) {
            futex_wake(state);
        }
    }
}

// Or for the end of all.
void Pool::wait_for_invitation(FutexWord &state, AdaptiveSpin &spin) noexcept
{
    const bool called = spin.until(
        [&] { return state.load(std::memory_order_relaxed) == invited || stopping_.load(std::memory_order_relaxed); });
    if (!called) {
        // In one order with stop(), which first says so and then looks who sleeps: one of the two sees the other.
        std::uint32_t seen = idle;
        state.compare_exchange_strong(seen, asleep, std::memory_order_seq_cst);
        while (state.load(std::memory_order_relaxed) == asleep && !stopping_.load(std::memory_order_seq_cst)) {
            futex_wait(state, asleep);
        }
    }
    spin.ended();
}

// ---- start and end

// How many of the wanted helpers there are.
std::size_t Pool::helpers_for(std::size_t wanted) noexcept
{
    if (wanted > started_.load(std::memory_order_relaxed)) {
        if (calls_until_retry_ == 0) {
            start_helpers(wanted);
        } else {
            --calls_until_retry_;
        }
    }
    return stopping_.load(std::memory_order_relaxed) ? 0 : std::min(wanted, started_.load(std::memory_order_relaxed));
}

void Pool::start_helpers(std::size_t wanted) noexcept
{
    if (starting_.exchange(1, std::memory_order_acquire) != 0) {
        return; // stop() has been here
    }
    const NotCancelled scope;
    std::size_t count = started_.load(std::memory_order_relaxed);
    if (count != 0 || prepare_to_start()) {
        while (count < wanted && start_helper(count + 1)) {
            started_.store(++count, std::memory_order_relaxed);
        }
    }
    if (count < wanted) {
        constexpr std::size_t calls_between_attempts = 100;
        calls_until_retry_ = calls_between_attempts;
    }
    starting_.store(0, std::memory_order_release);
    futex_wake(starting_);
}

bool Pool::prepare_to_start() noexcept
{
#if !defined(_WIN32) // which has neither fork nor signals
    // Once for as long as the library is loaded: dlclose takes the handler away, and a child inherits it.
    if (!handles_fork_ && pthread_atfork(nullptr, nullptr, forget_helpers) != 0) {
        return false;
    }
    handles_fork_ = true;
#endif
    affinity_ = Affinity::of_process();
    spreads_ = affinity_.count() != 0 && !(affinity_ == Affinity::of_this_thread());
    process_.store(getpid(), std::memory_order_relaxed);
    return true;
}

bool Pool::start_helper(std::size_t participant) noexcept
{
#if !defined(_WIN32)
    // Signals are for the program's own threads.
    sigset_t every_signal;
    sigset_t before;
    sigfillset(&every_signal);
    if (pthread_sigmask(SIG_SETMASK, &every_signal, &before) != 0) {
        return false;
    }
#endif
    Helper &one = helper(participant);
    one.state.store(idle, std::memory_order_relaxed);
    void *const argument = reinterpret_cast<void *>(static_cast<std::uintptr_t>(participant));
    const SmallStack stack;
    int error = pthread_create(&one.thread, stack.attributes(), help, argument);
    if (error == EINVAL) { // other libraries' thread-local variables, which lie on the stack too, leave no room
        error = pthread_create(&one.thread, nullptr, help, argument);
    }
#if !defined(_WIN32)
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
#endif
    return error == 0;
}

void Pool::forget_helpers() noexcept
{
    const std::size_t count = pool.started_.load(std::memory_order_relaxed);
    for (std::size_t participant = 1; participant <= count; ++participant) {
        pool.helper(participant).state.store(idle, std::memory_order_relaxed);
    }
    pool.started_.store(0, std::memory_order_relaxed);
    pool.starting_.store(0, std::memory_order_relaxed);
    pool.calls_until_retry_ = 0;
    pool.callers_.store(0, std::memory_order_relaxed);
    pool.taken_.clear(std::memory_order_relaxed);
}

void Pool::stop() noexcept
{
    stopping_.store(true, std::memory_order_seq_cst);
    const pid_t process = getpid();
    const auto is_childs = [&](pid_t owner) { return owner != 0 && owner != process; };
    if (is_childs(process_.load(std::memory_order_relaxed))) {
        return;
    }
    while (starting_.exchange(1, std::memory_order_acquire) != 0) {
        futex_wait(starting_, 1);
    }
    const NotCancelled scope;
    const std::size_t count = started_.load(std::memory_order_relaxed);
    for (std::size_t participant = 1; participant <= count; ++participant) {
        FutexWord &state = helper(participant).state;
        std::uint32_t seen = asleep;
        if (state.compare_exchange_strong(seen, idle, std::memory_order_seq_cst)) {
            futex_wake(state);
        }
    }
    for (std::size_t participant = 1; participant <= count; ++participant) {
        pthread_join(helper(participant).thread, nullptr);
    }
}

// When the library is unloaded, after which no code is left for helpers, and when the process ends by exit: a thread
// that is still in a call then has its helpers leave after what they are at, and does the rest alone.
[[gnu::destructor]] void end_helpers()
{
    pool.stop();
}

} // namespace

void run_shared(const SharedTask &task) noexcept
{
    pool.run(task);
}

bool superfluous(std::size_t participant, std::size_t threads) noexcept
{
    return pool.superfluous(participant, threads);
}

} // namespace unitvar::core
