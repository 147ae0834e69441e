// Sampling without replacement: the first elements of a Fisher and Yates shuffle (Durstenfeld, "Algorithm 235", CACM 7,
// 1964), of which only the places that were exchanged are kept.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/counted/fill.hpp"
#include "core/engine.hpp"
#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "unitvar/sample.hpp"

namespace unitvar {
namespace {

// What lies at each place of a shuffle of 0, 1, 2, ..., where that is not the place's own number: a table with open
// addresses, at most half full.
class Places {
public:
    explicit Places(std::size_t most)
        : entry_(std::bit_ceil(2 * most + 2)), shift_(std::countl_zero(std::uint64_t{entry_.size() - 1}))
    {
    }
    // What lies at the place, and what does from now on.
    std::uint64_t exchange(std::uint64_t place, std::uint64_t value) noexcept
    {
        Entry &entry = find(place);
        const std::uint64_t before = entry.used ? entry.value : place;
        entry = {place, value, true};
        return before;
    }
    [[nodiscard]] std::uint64_t at(std::uint64_t place) noexcept
    {
        const Entry &entry = find(place);
        return entry.used ? entry.value : place;
    }

private:
    struct Entry {
        std::uint64_t place;
        std::uint64_t value;
        bool used;
    };
    // Its entry, or the free one for it. Fibonacci hashing (Knuth, volume 3, 6.4).
    Entry &find(std::uint64_t place) noexcept
    {
        std::size_t i = place * 0x9E3779B97F4A7C15U >> shift_;
        while (entry_[i].used && entry_[i].place != place) {
            i = (i + 1) % entry_.size();
        }
        return entry_[i];
    }

    std::vector<Entry> entry_;
    int shift_;
};

// The upper half of the product.
std::uint64_t scaled(std::uint64_t word, std::uint64_t range) noexcept
{
    const std::uint64_t low = (word & 0xFFFFFFFFU) * (range & 0xFFFFFFFFU);
    const std::uint64_t middle = (word >> 32U) * (range & 0xFFFFFFFFU) + (low >> 32U);
    const std::uint64_t other = (word & 0xFFFFFFFFU) * (range >> 32U) + (middle & 0xFFFFFFFFU);
    return (word >> 32U) * (range >> 32U) + (middle >> 32U) + (other >> 32U);
}

} // namespace

void choice(Generator &generator, std::span<std::int64_t> target, std::uint64_t population)
{
    const core::DefaultFloatingPoint environment;
    core::require_counted(generator, "choice");
    if (population > INT64_MAX) {
        core::invalid_value("population", population, "at most 2^63 - 1");
    }
    if (target.size() > population) {
        core::invalid_value("n", std::uint64_t{target.size()}, "at most population, " + core::text(population));
    }
    const core::Fill words(generator, core::DrawIndex::bits_u64, {}, target.size());
    if (target.empty()) {
        return;
    }
    Places places(target.size());
    constexpr std::size_t piece = 512;
    std::array<std::uint64_t, piece> word;
    auto *out = reinterpret_cast<unsigned char *>(target.data());
    for (std::uint64_t i = 0; i < target.size(); ++i) {
        if (i % piece == 0) {
            words.write(word.data(), i, std::min<std::size_t>(piece, target.size() - i), core::StoreMode::cached);
        }
        // Place i is never looked at again.
        const std::uint64_t chosen = places.exchange(i + scaled(word[i % piece], population - i), places.at(i));
        // The target may have any address.
        std::memcpy(out + i * sizeof(chosen), &chosen, sizeof(chosen));
    }
    words.advance(generator);
}

} // namespace unitvar
