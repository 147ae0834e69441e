// Keeps unitvar_permutation_i64: the order that sorts (key, index), keys being the words of unitvar_bits_u64, so that a
// naive sort gives the same; every order equally likely; the same on any number of threads.
#include "support/buffers.hpp"
#include "support/capi.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

using support::check_fails;
using support::Engine;
using support::filled;
using support::Generator;
using support::require_ok;

namespace {

std::vector<std::int64_t> sorted_keys(const Engine &engine, std::uint64_t seed, std::uint64_t block, std::size_t n)
{
    const std::vector<std::uint64_t> keys =
        filled<std::uint64_t>(unitvar_bits_u64, Generator(engine, seed, 7, block), n);
    std::vector<std::pair<std::uint64_t, std::int64_t>> pairs;
    for (std::size_t i = 0; i < n; ++i)
        pairs.push_back({keys[i], static_cast<std::int64_t>(i)});
    std::sort(pairs.begin(), pairs.end());
    std::vector<std::int64_t> order;
    for (const auto &pair : pairs)
        order.push_back(pair.second);
    return order;
}

void check_sorted(const Engine &engine, std::size_t n)
{
    const Generator g(engine, n, 7, 3);
    const std::vector<std::int64_t> order = filled<std::int64_t>(unitvar_permutation_i64, g, n);
    CAPTURE(n);
    CAPTURE(engine.name);
    const bool equal = order == sorted_keys(engine, n, 3, n);
    CHECK(equal);
    CHECK(g.tell() == 3 + (n + 31) / 32);
}

} // namespace

TEST_CASE("a permutation is the order that sorts the pairs of key and index")
{
    const std::size_t most = support::quick() ? 600 : 2000;
    const std::size_t step = support::quick() ? 29 : 1;
    for (const Engine &engine : support::engines()) {
        for (std::size_t n = 0; n <= most; n += step)
            check_sorted(engine, n);
        // The lengths at which the keys are cut into more buckets, and where a chunk of keys ends.
        for (const std::size_t n : {511u, 512u, 513u, 1025u, 4096u, 4097u, 8192u})
            check_sorted(engine, n);
        check_sorted(engine, support::scaled(100000));
    }
}

TEST_CASE("a permutation has every index once")
{
    for (const Engine &engine : support::engines())
        for (const std::size_t n : {std::size_t{1}, std::size_t{100}, support::scaled(1000000)}) {
            const std::vector<std::int64_t> order =
                filled<std::int64_t>(unitvar_permutation_i64, Generator(engine, 1), n);
            std::vector<bool> seen(n, false);
            for (const std::int64_t index : order) {
                REQUIRE(index >= 0);
                REQUIRE(index < static_cast<std::int64_t>(n));
                seen[static_cast<std::size_t>(index)] = true;
            }
            CHECK(std::count(seen.begin(), seen.end(), true) == static_cast<std::ptrdiff_t>(n));
        }
}

TEST_CASE("the 24 orders of 4 are equally likely")
{
    const std::size_t trials = support::scaled(48000);
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 2024);
        std::map<std::array<std::int64_t, 4>, std::size_t> counts;
        for (std::size_t trial = 0; trial < trials; ++trial) {
            std::array<std::int64_t, 4> order{};
            require_ok(unitvar_permutation_i64(g, order.data(), 4));
            ++counts[order];
        }
        CHECK(counts.size() == 24);
        const double expected = static_cast<double>(trials) / 24;
        double chi_square = 0;
        for (const auto &[order, count] : counts) {
            const double difference = static_cast<double>(count) - expected;
            chi_square += difference * difference / expected;
        }
        // 23 degrees of freedom: above 58.6 with a probability of 6e-5, below 6.0 with one of 1e-4.
        CHECK(chi_square < 58.6);
        CHECK(chi_square > 6.0);
    }
}

TEST_CASE("an element of a long permutation is found anywhere, and neighbours are independent")
{
    const std::size_t n = support::scaled(200000);
    for (const Engine &engine : support::engines()) {
        const std::vector<std::int64_t> order = filled<std::int64_t>(unitvar_permutation_i64, Generator(engine, 6), n);
        // Spearman's correlations of a value with its place and with its successor: standard error 1 / sqrt(n).
        const double mean = static_cast<double>(n - 1) / 2;
        const double variance = (static_cast<double>(n) * static_cast<double>(n) - 1) / 12;
        double with_place = 0;
        double with_next = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double here = static_cast<double>(order[i]) - mean;
            with_place += here * (static_cast<double>(i) - mean);
            with_next += here * (static_cast<double>(order[(i + 1) % n]) - mean);
        }
        const double bound = 5 * std::sqrt(static_cast<double>(n));
        CHECK(std::abs(with_place / variance) < bound);
        CHECK(std::abs(with_next / variance) < bound);
    }
}

TEST_CASE("the number of threads, the instruction set and the address never change a permutation")
{
    const std::size_t n = support::quick() ? 20000 : 300001;
    for (const Engine &engine : support::engines()) {
        std::vector<std::int64_t> reference;
        {
            const support::ForcedIsa scalar("scalar");
            const support::ForcedThreads one(1);
            reference = filled<std::int64_t>(unitvar_permutation_i64, Generator(engine, 9, 8, 7), n);
        }
        for (const std::string &isa : support::isas())
            for (const std::int32_t threads : {1, 2, 3, 4}) {
                const support::ForcedIsa forced_isa(isa);
                const support::ForcedThreads forced(threads);
                CAPTURE(isa);
                CAPTURE(threads);
                const bool equal =
                    filled<std::int64_t>(unitvar_permutation_i64, Generator(engine, 9, 8, 7), n) == reference;
                CHECK(equal);
            }
        for (const std::size_t offset : support::byte_offsets) {
            if (support::quick() && offset % 8 == 0)
                continue;
            const std::size_t small = 1000;
            support::GuardedBuffer buffer(small * sizeof(std::int64_t), offset);
            require_ok(unitvar_permutation_i64(Generator(engine, 5), buffer.as<std::int64_t>(), small));
            CHECK(buffer.canaries_intact());
            const bool equal = buffer.values<std::int64_t>() ==
                               filled<std::int64_t>(unitvar_permutation_i64, Generator(engine, 5), small);
            CHECK(equal);
        }
    }
}

TEST_CASE("permutations of nothing, without memory or beyond the stream")
{
    std::int64_t one = -77;
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 1, 0, 5);
        require_ok(unitvar_permutation_i64(g, nullptr, 0));
        CHECK(g.tell() == 5);
        check_fails(unitvar_permutation_i64(g, nullptr, 3), UNITVAR_INVALID_ARGUMENT, {"dst", "NULL"});
        check_fails(unitvar_permutation_i64(nullptr, &one, 1), UNITVAR_INVALID_ARGUMENT, {"g", "NULL"});
        for (const std::size_t n :
             {std::numeric_limits<std::size_t>::max(), std::size_t{1} << 63, std::size_t{1} << 60})
            check_fails(unitvar_permutation_i64(g, &one, n), UNITVAR_INVALID_ARGUMENT, {"n", std::to_string(n)});
        CHECK(g.tell() == 5);
        const Generator last(engine, 1, 0, engine.blocks - 1);
        check_fails(unitvar_permutation_i64(last, &one, 33), UNITVAR_STREAM_EXHAUSTED, {"2", "1"});
        CHECK(last.tell() == engine.blocks - 1);
        CHECK(one == -77);
        std::array<std::int64_t, 32> all{};
        require_ok(unitvar_permutation_i64(last, all.data(), all.size()));
        CHECK(last.tell() == engine.blocks);
    }
}

#if !defined(UNITVAR_SANITIZED) // which ends the program where operator new should throw
TEST_CASE("a permutation that needs more memory than there is is refused and nothing changes")
{
    std::int64_t one = -77;
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 1, 0, 5);
        for (const std::size_t n : {(std::size_t{1} << 60) - 1, std::size_t{1} << 59, std::size_t{1} << 50}) {
            check_fails(unitvar_permutation_i64(g, &one, n), UNITVAR_OUT_OF_MEMORY, {});
            CHECK(one == -77);
            CHECK(g.tell() == 5);
        }
    }
}
#endif
