// Keeps the promises of lib/core/parallel.hpp and thread_pool.hpp: each item once, ranges that depend on no timing, no
// more threads than were asked for, loops within loops, forks, the system without threads, and every way to end.
// Where threads must meet, ranges wait for each other: a test that is broken does not end.
#include "core/child.hpp"
#include "core/parallel.hpp"
#include "core/pthread_create.hpp"
#include "core/thread_pool.hpp"
#include "support/floating_point.h"

#include <doctest/doctest.h>
#include <unitvar/runtime.hpp>

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using support::status_of_child;
using unitvar::core::parallel_for;
using unitvar::core::parallel_slots;

namespace {

// The number of threads for the length of a scope.
class Threads {
public:
    explicit Threads(std::int32_t n) : before_(unitvar::num_threads()) { unitvar::set_num_threads(n); }
    ~Threads() { unitvar::set_num_threads(before_); }
    Threads(const Threads &) = delete;
    Threads &operator=(const Threads &) = delete;

private:
    std::int32_t before_;
};

// Returns when as many threads are here at once.
class Meeting {
public:
    explicit Meeting(std::size_t expected) : expected_(expected) {}
    void join()
    {
        ++present_;
        while (present_ < expected_)
            std::this_thread::yield();
    }

private:
    std::size_t expected_;
    std::atomic<std::size_t> present_{0};
};

void meet(std::size_t threads)
{
    Meeting meeting(threads);
    parallel_for(threads, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i)
            meeting.join();
    });
}

// Names of this process's threads.
std::multiset<std::string> thread_names()
{
    std::multiset<std::string> names;
    DIR *const directory = opendir("/proc/self/task");
    REQUIRE(directory != nullptr);
    while (const dirent *entry = readdir(directory)) {
        std::string name;
        std::ifstream comm(std::string("/proc/self/task/") + entry->d_name + "/comm");
        if (entry->d_name[0] != '.' && std::getline(comm, name))
            names.insert(name);
    }
    closedir(directory);
    return names;
}

std::uint64_t sum_to(std::size_t count)
{
    std::atomic<std::uint64_t> sum{0};
    parallel_for(count, 1, [&](std::size_t begin, std::size_t end) {
        std::uint64_t part = 0;
        for (std::size_t i = begin; i < end; ++i)
            part += i;
        sum += part;
    });
    return sum;
}

constexpr std::size_t items = 1000;
constexpr std::uint64_t sum_of_items = items * (items - 1) / 2;

} // namespace

TEST_CASE("every item is in one range, whatever the count, the grain and the number of threads")
{
    for (const std::int32_t threads : {1, 2, 3, 8}) {
        const Threads forced(threads);
        for (const std::size_t count : {0UL, 1UL, 2UL, 3UL, 7UL, 16UL, 17UL, 1000UL, 4096UL, 100003UL})
            for (const std::size_t grain : {0UL, 1UL, 2UL, 5UL, 64UL, 1000UL, 1000000UL, ~0UL}) {
                std::vector<std::atomic<int>> visits(count);
                parallel_for(count, grain, [&](std::size_t begin, std::size_t end) {
                    for (std::size_t i = begin; i < end; ++i)
                        ++visits[i];
                });
                CHECK(std::all_of(visits.begin(), visits.end(), [](const std::atomic<int> &n) { return n == 1; }));
            }
    }
}

TEST_CASE("the boundaries of ranges are the same in every run")
{
    const Threads forced(4);
    const auto ranges = [] {
        std::set<std::pair<std::size_t, std::size_t>> result;
        std::mutex mutex;
        parallel_for(12345, 10, [&](std::size_t begin, std::size_t end) {
            const std::lock_guard lock(mutex);
            result.emplace(begin, end);
        });
        return result;
    };
    const auto expected = ranges();
    CHECK(expected.size() > 4);
    for (int run = 0; run < 100; ++run)
        CHECK(ranges() == expected);
}

TEST_CASE("as many threads as are allowed work at once, and never more")
{
    for (const std::int32_t threads : {2, 1, 8, 3, 16}) {
        const Threads forced(threads);
        meet(static_cast<std::size_t>(threads));
        std::atomic<int> present{0};
        std::atomic<int> most{0};
        parallel_for(2000, 1, [&](std::size_t, std::size_t) {
            const int now = ++present;
            int seen = most;
            while (seen < now && !most.compare_exchange_weak(seen, now)) {
            }
            std::this_thread::yield();
            --present;
        });
        CHECK(most <= threads);
    }
}

TEST_CASE("work of less than two shares stays on the thread that asks, and asks for no other")
{
    const Threads forced(8);
    const int before = support::threads_asked_for;
    std::set<std::thread::id> seen;
    for (const std::size_t count : {1UL, 10UL, 19UL})
        parallel_for(count, 10, [&](std::size_t, std::size_t) { seen.insert(std::this_thread::get_id()); });
    CHECK(seen == std::set{std::this_thread::get_id()});
    CHECK(support::threads_asked_for == before);
}

TEST_CASE("threads at work at once have different slots, all below the limit")
{
    const Threads forced(8);
    for (const std::size_t slots : {1UL, 2UL, 5UL, 8UL, 100UL}) {
        std::vector<std::atomic<bool>> taken(slots);
        std::atomic<int> wrong{0};
        parallel_slots(slots, 3000, [&](std::size_t slot, std::size_t, std::size_t) {
            if (slot >= slots || taken[slot].exchange(true)) {
                ++wrong;
                return;
            }
            std::this_thread::yield();
            taken[slot] = false;
        });
        CHECK(wrong == 0);
    }
}

TEST_CASE("a loop within a range stays on the range's thread")
{
    const Threads forced(4);
    std::atomic<int> elsewhere{0};
    std::atomic<std::size_t> visits{0};
    parallel_for(64, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const std::thread::id outer = std::this_thread::get_id();
            parallel_slots(4, 100, [&](std::size_t slot, std::size_t first, std::size_t last) {
                elsewhere += slot != 0 || std::this_thread::get_id() != outer ? 1 : 0;
                visits += last - first;
            });
        }
    });
    CHECK(elsewhere == 0);
    CHECK(visits == 6400);
    meet(4); // and a loop after it is shared again
}

TEST_CASE("with more callers than threads each does its own work, and no more helpers run than one caller may have")
{
    constexpr int callers = 8;
    const Threads forced(3);
    std::set<std::thread::id> own;
    std::set<std::thread::id> all;
    std::mutex mutex;
    std::atomic<int> wrong{0};
    Meeting start(callers);
    std::vector<std::thread> threads;
    for (int caller = 0; caller < callers; ++caller)
        threads.emplace_back([&] {
            const std::thread::id id = std::this_thread::get_id();
            start.join();
            for (int loop = 0; loop < 200; ++loop) {
                std::atomic<std::uint64_t> sum{0};
                parallel_for(items, 1, [&](std::size_t begin, std::size_t end) {
                    for (std::size_t i = begin; i < end; ++i)
                        sum += i;
                    const std::lock_guard lock(mutex);
                    all.insert(std::this_thread::get_id());
                });
                wrong += sum == sum_of_items ? 0 : 1;
            }
            const std::lock_guard lock(mutex);
            own.insert(id);
        });
    for (std::thread &thread : threads)
        thread.join();
    CHECK(wrong == 0);
    CHECK(own.size() == callers);
    for (const std::thread::id &id : own)
        all.erase(id);
    CHECK(all.size() <= 2);
}

TEST_CASE("callers are counted before helpers: a helper is superfluous as soon as the callers are enough")
{
    const Threads forced(2);
    Meeting first(2);
    Meeting second(2);
    std::atomic<bool> ended{false};
    bool with_one = true;
    bool with_two = false;
    std::thread other;
    parallel_for(2, 1, [&](std::size_t begin, std::size_t) {
        first.join(); // the helper is there
        if (begin == 0) {
            with_one = unitvar::core::superfluous(1, 2);
            other = std::thread([&] {
                parallel_for(2, 1, [&](std::size_t item, std::size_t) {
                    if (item == 0) {
                        with_two = unitvar::core::superfluous(1, 2);
                        ended = true;
                    }
                });
            });
        }
        second.join();
        while (!ended)
            std::this_thread::yield();
    });
    other.join();
    CHECK_FALSE(with_one);
    CHECK(with_two);
    CHECK_FALSE(unitvar::core::superfluous(1, 2));
}

TEST_CASE("where the system has no thread to give the caller does the work, and asks again later")
{
    CHECK(status_of_child([] {
              unitvar::set_num_threads(4);
              support::threads_to_be_had = 0;
              support::threads_asked_for = 0;
              std::set<std::thread::id> seen;
              std::mutex mutex;
              for (int loop = 0; loop < 50; ++loop)
                  parallel_for(items, 1, [&](std::size_t, std::size_t) {
                      const std::lock_guard lock(mutex);
                      seen.insert(std::this_thread::get_id());
                  });
              if (seen != std::set{std::this_thread::get_id()} || support::threads_asked_for != 1)
                  return 1;
              support::threads_to_be_had = 1;
              for (int loop = 0; loop < 200; ++loop)
                  if (sum_to(items) != sum_of_items)
                      return 2;
              meet(2); // one was to be had
              support::threads_to_be_had = -1;
              for (int loop = 0; loop < 200; ++loop)
                  static_cast<void>(sum_to(items));
              meet(4);
              return 0;
          }) == 0);
}

TEST_CASE("a forked child has helpers of its own, also when another thread of the parent was within a loop")
{
    const Threads forced(3);
    meet(3);
    std::atomic<bool> ended{false};
    std::thread busy([&] {
        while (!ended)
            static_cast<void>(sum_to(items));
    });
    for (int round = 0; round < 50; ++round)
        CHECK(status_of_child([] {
                  meet(3);
                  return sum_to(items) == sum_of_items && thread_names().count("unitvar") == 2 ? 0 : 1;
              }) == 0);
    ended = true;
    busy.join();
    CHECK(status_of_child([] {
              return status_of_child([] {
                  meet(3);
                  return 7;
              });
          }) == 7);
    CHECK(status_of_child([] { return 5; }) == 5); // a child that never computes ends as well
    meet(3);
}

TEST_CASE("helpers are named, take no signal, and run where the process may, not where their creator was pinned")
{
    CHECK(status_of_child([] {
              unitvar::set_num_threads(3);
              meet(3);
              if (thread_names().count("unitvar") != 2)
                  return 1;
              sigset_t user;
              sigemptyset(&user);
              sigaddset(&user, SIGUSR1);
              pthread_sigmask(SIG_BLOCK, &user, nullptr);
              kill(getpid(), SIGUSR1);
              meet(3);
              sigset_t pending;
              sigpending(&pending);
              return sigismember(&pending, SIGUSR1) == 1 ? 0 : 2;
          }) == 0);
    cpu_set_t all;
    REQUIRE(sched_getaffinity(0, sizeof all, &all) == 0);
    if (CPU_COUNT(&all) < 2)
        return;
    CHECK(status_of_child([&] {
              int only = 0;
              while (!CPU_ISSET(only, &all))
                  ++only;
              int result = 0;
              // Another thread is pinned and asks first; the process, by its first thread, still has the others.
              std::thread([&] {
                  cpu_set_t one;
                  CPU_ZERO(&one);
                  CPU_SET(only, &one);
                  if (sched_setaffinity(0, sizeof one, &one) != 0)
                      result = 1;
                  unitvar::set_num_threads(0);
                  if (unitvar::num_threads() < 2)
                      result = 2;
                  unitvar::set_num_threads(2);
                  std::atomic<int> alike{0};
                  Meeting meeting(2);
                  const pthread_t self = pthread_self();
                  parallel_for(2, 1, [&](std::size_t, std::size_t) {
                      cpu_set_t own;
                      sched_getaffinity(0, sizeof own, &own);
                      alike += CPU_EQUAL(&own, pthread_equal(self, pthread_self()) != 0 ? &one : &all) ? 1 : 0;
                      meeting.join();
                  });
                  if (alike != 2)
                      result = 3;
              }).join();
              return result;
          }) == 0);
}

TEST_CASE("helpers compute in the default floating-point environment, whatever their creator's is")
{
    for (int environment = 0; environment < floating_point_environments; ++environment)
        CHECK(status_of_child([&] {
                  unitvar::set_num_threads(2);
                  Meeting meeting(2);
                  const pthread_t self = pthread_self();
                  int wrong = 1;
                  const floating_point_state callers = floating_point_set(environment);
                  parallel_for(2, 1, [&](std::size_t, std::size_t) {
                      const volatile float denormal = 1e-39F;
                      const volatile float one = 1;
                      const volatile float little = 1e-10F;
                      meeting.join();
                      if (pthread_equal(self, pthread_self()) == 0)
                          wrong =
                              denormal * one != 0 && one + little == 1 && -one - little == -1 && one / 3 > 0 ? 0 : 2;
                  });
                  const floating_point_state after = floating_point_now();
                  floating_point_reset();
                  return wrong + (floating_point_equal(callers, after) != 0 ? 0 : 4);
              }) == 0);
}

TEST_CASE("a thread that is to be cancelled ends its loop first")
{
    CHECK(status_of_child([] {
              unitvar::set_num_threads(0);
              std::uint64_t sum = 0;
              bool beyond = false;
              std::thread thread([&] {
                  pthread_cancel(pthread_self());
                  unitvar::set_num_threads(std::max(2, unitvar::num_threads()));
                  sum = sum_to(items);
                  meet(2);
                  pthread_testcancel();
                  beyond = true;
              });
              thread.join();
              return sum == sum_of_items && !beyond ? 0 : 1;
          }) == 0);
}

namespace {

// Never ends by itself.
void compute_for_ever()
{
    while (true)
        static_cast<void>(sum_to(items));
}

int result_at_exit = -1;

} // namespace

TEST_CASE("a process ends in every way, with helpers asleep or within a loop")
{
    for (const std::int32_t threads : {1, 2, 8}) {
        const auto ready = [&] {
            unitvar::set_num_threads(threads);
            meet(static_cast<std::size_t>(threads));
        };
        CHECK(status_of_child([&] {
                  ready();
                  return 11; // exit
              }) == 11);
        CHECK(status_of_child([&] {
                  ready();
                  _exit(12);
                  return 0;
              }) == 12);
        CHECK(status_of_child([&] {
                  ready();
                  std::quick_exit(13);
                  return 0;
              }) == 13);
        for (int round = 0; round < 10; ++round) {
            CHECK(status_of_child([&] {
                      ready();
                      std::thread(compute_for_ever).detach();
                      static_cast<void>(sum_to(items));
                      return 14; // while another thread is within a loop
                  }) == 14);
            CHECK(status_of_child([&] {
                      ready();
                      std::thread([] { std::exit(15); }).detach();
                      compute_for_ever();
                      return 0;
                  }) == 15);
        }
        CHECK(status_of_child([&] {
                  ready();
                  std::atexit([] { _exit(sum_to(items) == sum_of_items ? 16 : 17); });
                  return 0;
              }) == 16);
    }
}

// Runs after the library has ended its helpers.
[[gnu::destructor(101)]] static void after_the_library()
{
    if (result_at_exit >= 0 && sum_to(items) == sum_of_items)
        _exit(result_at_exit);
}

TEST_CASE("after the end of its helpers the library still computes")
{
    CHECK(status_of_child([] {
              unitvar::set_num_threads(4);
              meet(4);
              result_at_exit = 18;
              return 0;
          }) == 18);
}
