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
#include <utility>
#include <vector>

#include "core/counted/fill.hpp"
#include "core/parallel.hpp"
#include "core/sharing.hpp"
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
constexpr std::size_t chunk = 2048; // keys, on the stack

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
    const std::size_t buckets = std::size_t{1} << bits;
    // Parts of the keys, each of which counts and places its own: threads cannot meet in a bucket, and its order is that
    // of the parts until it is sorted.
    const std::size_t parts = slots_for(n, grain_of(share_keys, 1));
    const std::size_t part_length = ((n - 1) / parts / chunk + 1) * chunk;
    const auto entries = std::make_unique_for_overwrite<Entry[]>(n);
    std::vector<std::size_t> place(parts * buckets); // of the next entry of each part in each bucket
    std::vector<std::size_t> end(buckets);

    // The keys twice, to count and to place them: they are cheaper to make than to keep.
    const auto for_each_key = [&](const auto &visit) {
        parallel_for(parts, 1, [&](std::size_t from, std::size_t to) {
            std::array<std::uint64_t, chunk> key;
            for (std::size_t part = from; part < to; ++part) {
                std::size_t *const of_part = place.data() + part * buckets;
                const std::size_t last = std::min(n, (part + 1) * part_length);
                for (std::size_t first = part * part_length; first < last; first += chunk) {
                    const std::size_t count = std::min(chunk, last - first);
                    keys.write(key.data(), first, count, StoreMode::cached);
                    for (std::size_t i = 0; i < count; ++i) {
                        visit(of_part[bucket_of(key[i])], key[i], first + i);
                    }
                }
            }
        });
    };
    for_each_key([](std::size_t &counted, std::uint64_t /*key*/, std::size_t /*index*/) { ++counted; });
    std::size_t begin = 0;
    for (std::size_t b = 0; b < buckets; ++b) {
        for (std::size_t part = 0; part < parts; ++part) {
            begin += std::exchange(place[part * buckets + b], begin);
        }
        end[b] = begin;
    }
    for_each_key([&](std::size_t &next, std::uint64_t key, std::size_t index) { entries[next++] = {key, index}; });

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
