// Keeps the promise that AES instructions change the speed of ars4x32 and nothing else: each kind that this machine has,
// and the portable rounds of every table, write the oracle's words. Which kind a table takes is checked too.
#include "core/cpu.hpp"
#include "core/tables.hpp"
#include "oracle/words.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace core = unitvar::core;

namespace {

struct Fills {
    std::string name;
    const core::FillRow *row;
};

const core::FillRow *fills_of(const core::KernelTable &table)
{
    return table.fill[static_cast<std::size_t>(core::EngineIndex::ars4x32)];
}

std::vector<Fills> fills_here()
{
    std::vector<Fills> result;
    for (const core::IsaRow &row : core::isa_rows) {
        if (row.table == nullptr || !core::cpu_has(row.features))
            continue;
        result.push_back({std::string(row.name), fills_of(*row.table)});
        for (const core::AesRow &aes : core::aes_rows)
            if (aes.isa == row.name && aes.fills != nullptr && core::cpu_has(aes.features))
                result.push_back({std::string(row.name) + "+" + std::string(aes.name), aes.fills});
    }
    return result;
}

const std::uint64_t numbers[] = {0, 1, 42, 0x123456789ABCDEFu, ~std::uint64_t{0}};
// Around the ends of runs for which lanes share a difference, and around carries.
const std::uint64_t blocks[] = {0,        1,          0xFF,       0xFFFE,     0xFFFF,     0x10000,
                                0xFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF, 1ULL << 32, 1ULL << 56, (1ULL << 60) - 2};

} // namespace

TEST_CASE("ars4x32 has the oracle's words with every kind of AES and without")
{
    for (const Fills &fills : fills_here())
        for (const std::uint64_t seed : numbers)
            for (const std::uint64_t stream : numbers)
                for (const std::uint64_t block : blocks) {
                    std::vector<std::uint32_t> words(127);
                    fills.row->draw[static_cast<std::size_t>(core::DrawIndex::bits_u32)](
                        {block, seed, stream}, {}, words.data(), words.size(), core::StoreMode::cached);
                    const bool equal = words == oracle::ars4x32_words(seed, stream, block, words.size());
                    CHECK_MESSAGE(equal, fills.name, " seed ", seed, " stream ", stream, " block ", block);
                }
}

TEST_CASE("lanes follow where a long run goes beyond what they share")
{
    const std::size_t n = 64 * 66000;
    std::vector<std::uint32_t> reference;
    for (const Fills &fills : fills_here()) {
        std::vector<std::uint32_t> words(n);
        fills.row->draw[static_cast<std::size_t>(core::DrawIndex::bits_u32)]({0x3FF00, 5, 6}, {}, words.data(), n,
                                                                             core::StoreMode::streaming);
        if (reference.empty())
            reference = words;
        const bool equal = words == reference;
        CHECK_MESSAGE(equal, fills.name);
        const std::vector<std::uint32_t> last(words.end() - 6400, words.end());
        const bool as_defined = last == oracle::ars4x32_words(5, 6, 0x3FF00 + n / 64 - 100, 6400);
        CHECK_MESSAGE(as_defined, fills.name);
    }
}

TEST_CASE("a table takes the best AES that the processor has, and the portable one none")
{
    for (const core::IsaRow &row : core::isa_rows) {
        if (row.table == nullptr || !core::cpu_has(row.features))
            continue;
        const core::FillRow *expected = fills_of(*row.table);
        for (auto aes = core::aes_rows.rbegin(); aes != core::aes_rows.rend(); ++aes)
            if (aes->isa == row.name && aes->fills != nullptr && core::cpu_has(aes->features))
                expected = aes->fills;
        CHECK(fills_of(core::table_here(row)) == expected);
        CHECK(core::table_here(row).name == row.name);
        CHECK(core::table_here(row).fill[0] == row.table->fill[0]);
        if (row.name == "scalar")
            CHECK(expected == fills_of(*row.table));
    }
}
