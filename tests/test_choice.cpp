// Keeps unitvar_choice_i64: the first places of a Fisher-Yates shuffle by its definition, every choice equally likely, the
// beginning of a longer one, from populations of any size.
#include "support/buffers.hpp"
#include "support/capi.hpp"
#include "support/scale.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <vector>

using support::check_fails;
using support::Engine;
using support::filled;
using support::Generator;
using support::require_ok;

namespace {

std::vector<std::int64_t> chosen(const Generator &g, std::size_t n, std::uint64_t population)
{
    std::vector<std::int64_t> result(n);
    require_ok(unitvar_choice_i64(g, result.data(), n, population));
    return result;
}

std::vector<std::int64_t> shuffled(const std::vector<std::uint64_t> &words, std::uint64_t population)
{
    std::vector<std::int64_t> numbers(population);
    std::iota(numbers.begin(), numbers.end(), 0);
    for (std::size_t i = 0; i < words.size(); ++i) {
        __extension__ const auto product = static_cast<unsigned __int128>(words[i]) * (population - i);
        std::swap(numbers[i], numbers[i + static_cast<std::size_t>(product >> 64U)]);
    }
    numbers.resize(words.size());
    return numbers;
}

} // namespace

TEST_CASE("a choice is the beginning of a shuffle")
{
    for (const Engine &engine : support::engines())
        for (const std::uint64_t population : {1u, 2u, 3u, 10u, 100u, 1000u, 5000u})
            for (const std::size_t n : {0u, 1u, 2u, 3u, 10u, 31u, 32u, 33u, 511u, 512u, 513u, 1000u, 5000u}) {
                if (n > population)
                    continue;
                CAPTURE(engine.name);
                CAPTURE(population);
                CAPTURE(n);
                const Generator g(engine, 4, 1, 2);
                const std::vector<std::int64_t> got = chosen(g, n, population);
                const std::vector<std::uint64_t> words =
                    filled<std::uint64_t>(unitvar_bits_u64, Generator(engine, 4, 1, 2), n);
                CHECK(got == shuffled(words, population));
                CHECK(g.tell() == 2 + (n + 31) / 32);
            }
}

TEST_CASE("a choice from more than memory holds has different numbers, of its whole range")
{
    const std::size_t n = support::scaled(200000);
    for (const std::uint64_t population :
         {std::uint64_t{1} << 20U, std::uint64_t{1} << 62U, std::uint64_t{INT64_MAX}}) {
        const std::vector<std::int64_t> got = chosen(Generator(support::engines()[0], 3), n, population);
        CHECK(std::set<std::int64_t>(got.begin(), got.end()).size() == n);
        const auto [least, most] = std::minmax_element(got.begin(), got.end());
        CHECK(*least >= 0);
        CHECK(static_cast<std::uint64_t>(*most) < population);
        CHECK(static_cast<double>(*least) < 0.01 * static_cast<double>(population));
        CHECK(static_cast<double>(*most) > 0.99 * static_cast<double>(population));
        const std::vector<std::int64_t> shorter = chosen(Generator(support::engines()[0], 3), n / 3, population);
        CHECK(std::equal(shorter.begin(), shorter.end(), got.begin()));
    }
}

TEST_CASE("every choice is equally likely")
{
    // 3 of 5 in order: 60 of them.
    const Generator g(support::engines()[0], 17);
    std::map<std::vector<std::int64_t>, double> count;
    const std::size_t draws = support::scaled(120000);
    for (std::size_t i = 0; i < draws; ++i)
        count[chosen(g, 3, 5)] += 1;
    CHECK(count.size() == 60);
    const double expected = static_cast<double>(draws) / 60;
    double chi_square = 0;
    for (const auto &[choice, times] : count)
        chi_square += (times - expected) * (times - expected) / expected;
    // 59 degrees of freedom: beyond 133 with a probability of 1e-7.
    CHECK(chi_square < 133);
}

TEST_CASE("a choice goes to any address, and refuses what it cannot do")
{
    support::GuardedBuffer buffer(100 * sizeof(std::int64_t), 3);
    require_ok(unitvar_choice_i64(Generator(support::engines()[0], 8), buffer.as<std::int64_t>(), 100, 1000));
    CHECK(buffer.canaries_intact());
    CHECK(buffer.values<std::int64_t>() == chosen(Generator(support::engines()[0], 8), 100, 1000));

    const Generator g(support::engines()[0], 1);
    std::vector<std::int64_t> x(4, -1);
    check_fails(unitvar_choice_i64(g, x.data(), 4, 3), UNITVAR_INVALID_ARGUMENT, {"n is 4", "population"});
    check_fails(unitvar_choice_i64(g, x.data(), 4, std::uint64_t{1} << 63U), UNITVAR_INVALID_ARGUMENT, {"population"});
    check_fails(unitvar_choice_i64(g, nullptr, 4, 9), UNITVAR_INVALID_ARGUMENT, {"dst"});
    check_fails(unitvar_choice_i64(nullptr, x.data(), 4, 9), UNITVAR_INVALID_ARGUMENT, {"g"});
    check_fails(unitvar_choice_i64(Generator(UNITVAR_TORCH_MT19937, 1), x.data(), 4, 9), UNITVAR_UNSUPPORTED,
                {"choice"});
    CHECK(x == std::vector<std::int64_t>(4, -1));
    CHECK(g.tell() == 0);
    require_ok(unitvar_choice_i64(g, nullptr, 0, 0));
}
