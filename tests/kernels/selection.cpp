// Rounding to 16 bits, and what the sparse initialiser chooses with.
#include "entries.hpp"

namespace checkkernels {
namespace {

using Table = core::SelectionKernels;

void drive_round(Trial<core::RoundKernel> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = 32})) {
        Random &random = trial.random;
        // Every exponent, and the middles between two results.
        const auto any = [&]() -> float {
            const auto bits = static_cast<std::uint32_t>(random.next());
            const float value = std::bit_cast<float>(random.one_in(2) ? bits & 0xFFFF8000U : bits);
            return std::isnan(value) ? 0.0F : value;
        };
        Case c(trial, formatted("n = %zu", n));
        const auto x = c.in("source", random.one_in(2) ? random.values<float>(n, any) : random.floats<float>(n, false));
        const auto y = c.out("target", Elements<std::uint16_t>{n});
        c.every_offset(n == 35);
        c.run_elementwise(n, [&](auto kernel, std::size_t i, std::size_t count) { kernel(x + i, y + i, count); });
    }
}

constexpr std::size_t word_bits = 64;
constexpr Session::Lengths groups{.first = 0, .block = 4, .largest = 40, .bench = 64};

// Keys near the limit are frequent.
std::vector<std::uint32_t> keys_of(Random &random, std::size_t n, std::uint32_t limit)
{
    return random.values<std::uint32_t>(n, [&] {
        return random.one_in(2) ? limit + static_cast<std::uint32_t>(random.below(3)) - 1
                                : static_cast<std::uint32_t>(random.next());
    });
}
std::uint32_t limit_of(Session &session)
{
    return session.pick<std::uint32_t>(
        {static_cast<std::uint32_t>(session.random.next()), 0U, 1U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU});
}

void drive_count_below(Trial<std::size_t (*)(const std::uint32_t *, std::size_t, std::uint32_t)> &trial)
{
    for (const std::size_t group : trial.lengths(groups)) {
        const std::uint32_t limit = limit_of(trial);
        const std::size_t n = group * word_bits;
        Case c(trial, formatted("n = %zu, limit = 0x%X", n, limit));
        const auto keys = c.in("keys", keys_of(trial.random, n, limit), {.alignment = alignof(std::uint32_t)});
        c.run(n, [&](auto kernel, Role) { return kernel(keys, n, limit); });
    }
}

void drive_mark_below(Trial<void (*)(const std::uint32_t *, std::size_t, std::uint32_t, std::uint64_t *)> &trial)
{
    for (const std::size_t group : trial.lengths(groups)) {
        const std::uint32_t limit = limit_of(trial);
        const std::size_t n = group * word_bits;
        Case c(trial, formatted("n = %zu, limit = 0x%X", n, limit));
        const auto keys = c.in("keys", keys_of(trial.random, n, limit), {.alignment = alignof(std::uint32_t)});
        const auto bits = c.out("bits", Elements<std::uint64_t>{group}, {.alignment = alignof(std::uint64_t)});
        c.run(n, [&](auto kernel, Role) { kernel(keys, n, limit, bits); });
    }
}

using ZeroMarked = void (*)(void *, std::size_t, const std::uint64_t *, std::size_t);
template <class T> void drive_zero_marked(Trial<ZeroMarked> &trial)
{
    for (const std::size_t count : trial.lengths(groups)) {
        Random &random = trial.random;
        const std::size_t stride = random.between(1, 3);
        const std::size_t words = count == 0 ? 0 : (count - 1) * stride + 1;
        const auto marks = random.values<std::uint64_t>(words, [&] {
            switch (random.below(4)) {
            case 0:
                return std::uint64_t{0};
            case 1:
                return std::uint64_t{1} << random.below(word_bits);
            case 2:
                return ~(std::uint64_t{1} << random.below(word_bits));
            default:
                return random.next();
            }
        });
        Case c(trial, formatted("%zu groups, words %zu apart", count, stride));
        const auto elements = c.in_out("elements", random.words<T>(count * word_bits), {.alignment = alignof(T)});
        const auto bits = c.in("bits", marks, {.alignment = alignof(std::uint64_t)});
        c.run(count * word_bits, [&](auto kernel, Role) { kernel(elements, count, bits, stride); });
    }
}

} // namespace

void drive_round_to_bf16(Trial<core::RoundKernel> &trial)
{
    drive_round(trial);
}
void drive_round_to_f16(Trial<core::RoundKernel> &trial)
{
    drive_round(trial);
}

void add_selection(Entries &entries, const std::string &name, const Access<Table> &at)
{
    constexpr auto zero_marked = [](Entries &list, const std::string &full, const Access<ZeroMarked[3]> &member) {
        const auto one = [&](const char *type, std::size_t index, void (*driver)(Trial<ZeroMarked> &)) {
            kernel(driver)(list, full + "." + type,
                           [member, index](const KernelTable &t) -> const ZeroMarked & { return member(t)[index]; });
        };
        one("u16", 0, drive_zero_marked<std::uint16_t>);
        one("u32", 1, drive_zero_marked<std::uint32_t>);
        one("u64", 2, drive_zero_marked<std::uint64_t>);
    };
    static constexpr std::tuple rows{
        Row{"count_below", &Table::count_below, kernel(drive_count_below)},
        Row{"mark_below", &Table::mark_below, kernel(drive_mark_below)},
        Row{"zero_marked", &Table::zero_marked, zero_marked},
    };
    static_assert(has_a_row_for_each_member(rows));
    add_rows(entries, name, at, rows);
}

} // namespace checkkernels
