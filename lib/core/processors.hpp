// How many processors this process may use, and on which of them its threads may run.
//
// Both belong to the process and not to the thread that asks: a program that pins the thread which calls first still
// has its other processors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace unitvar::core {

// The processors in the affinity of any thread of this process, at most as many as the control groups' quota of
// processor time buys, rounded up; at least 1. What cannot be found out limits nothing.
[[nodiscard]] std::int32_t usable_processors() noexcept;

// Whole processors that the quotas of the control groups of this process buy, rounded up: the least along the way from
// its groups to their roots, by cpu.max (version 2) and cpu.cfs_quota_us over cpu.cfs_period_us (version 1). Nothing
// where no quota is set. The files are looked for below root, which is "" but for tests.
[[nodiscard]] std::optional<std::int32_t> processor_quota(const std::string &root);

// The affinity of a process: the union of its threads', since each may be pinned by itself.
class Affinity {
public:
    [[nodiscard]] static Affinity of_process() noexcept;
    [[nodiscard]] static Affinity of_this_thread() noexcept;

    // 0 where the system does not say.
    [[nodiscard]] int count() const noexcept;
    // Makes it the calling thread's. Where the system refuses, the thread stays where it was.
    void apply() const noexcept;
    friend bool operator==(const Affinity &, const Affinity &) = default;

private:
    void add(std::int32_t thread) noexcept;

    static constexpr std::size_t most_processors = 8192; // the most that Linux can be built for
    static constexpr std::size_t word_bits = 8 * sizeof(unsigned long);
    unsigned long words_[most_processors / word_bits] = {};
};

} // namespace unitvar::core
