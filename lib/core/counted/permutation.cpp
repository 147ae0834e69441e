// Random permutations: the order that sorts (key, index), one 64-bit key for each index.
//
// Keys are uniform, so their top bits cut them into buckets of about the same size that a cache holds; each is sorted
// by itself.
#include "core/counted/permutation.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "core/counted/fill.hpp"
#include "core/parallel.hpp"
#include "core/tensor.hpp"

namespace unitvar::core {
namespace {

struct Entry {
    std::uint64_t key;
    std::uint64_t index;
    friend bool operator<(const Entry &a, const Entry &b) noexcept
    {
        return a.key != b.key ? a.key < b.key : a.index < b.index;
    }
};

constexpr std::size_t bucket_entries = 512;
constexpr std::size_t chunk = 4096;

} // namespace

void counted_permutation(Generator &generator, std::span<std::int64_t> target)
{
    const std::size_t n = target.size();
    const Fill keys(generator, DrawIndex::bits_u64, {}, n);
    if (n == 0) {
        return;
    }
    if (n > most_bytes / sizeof(Entry)) {
        throw std::bad_alloc();
    }
    const auto bits = static_cast<int>(std::bit_width((n - 1) / bucket_entries));
    const auto bucket_of = [bits](std::uint64_t key) { return bits == 0 ? 0 : key >> (64 - bits); };
    const auto entries = std::make_unique_for_overwrite<Entry[]>(n);
    std::vector<std::size_t> end((std::size_t{1} << bits) + 1);

    // The keys twice, to count and to place them: they are cheaper to make than to keep.
    std::array<std::uint64_t, chunk> key;
    const auto for_each_key = [&](auto &&visit) {
        for (std::size_t first = 0; first < n; first += chunk) {
            const std::size_t count = std::min(chunk, n - first);
            keys.write(key.data(), first, count, StoreMode::cached);
            for (std::size_t i = 0; i < count; ++i) {
                visit(key[i], first + i);
            }
        }
    };
    for_each_key([&](std::uint64_t k, std::size_t /*index*/) { ++end[bucket_of(k) + 1]; });
    for (std::size_t b = 1; b < end.size(); ++b) {
        end[b] += end[b - 1];
    }
    // end[b] is now where bucket b begins, and moves to its end.
    for_each_key([&](std::uint64_t k, std::size_t index) { entries[end[bucket_of(k)]++] = {k, index}; });

    const std::size_t buckets = std::size_t{1} << bits;
    auto *out = reinterpret_cast<unsigned char *>(target.data());
    parallel_for(buckets, 16, [&](std::size_t from, std::size_t to) {
        for (std::size_t b = from; b < to; ++b) {
            const std::size_t first = b == 0 ? 0 : end[b - 1];
            std::sort(entries.get() + first, entries.get() + end[b]);
            for (std::size_t i = first; i < end[b]; ++i) {
                // The target may have any address.
                std::memcpy(out + i * sizeof(std::int64_t), &entries[i].index, sizeof(std::int64_t));
            }
        }
    });
    keys.advance(generator);
}

} // namespace unitvar::core
