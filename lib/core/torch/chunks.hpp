// Pieces of a fill: elements in order, written in place where they follow one another, else through a buffer.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>

#include "core/parallel.hpp"
#include "core/sharing.hpp"
#include "core/spin.hpp"
#include "core/store_mode.hpp"
#include "core/torch/fill.hpp"
#include "core/write.hpp"

namespace unitvar::core {

// Words at a time: whole periods, so that a fill that begins with one stays aligned, and whole blocks of normal.
inline constexpr std::size_t chunk_words = 2 * mt19937_words; // on the stack

// Behind the values that are in use kernels find zeros.
template <class T> void pad(T *values, std::size_t n) noexcept
{
    std::fill_n(values + n, torch_read_ahead, T(0));
}

struct alignas(64) ChunkOfWords {
    std::uint32_t word[chunk_words + torch_read_ahead];
    void draw(const TorchSource &source, std::size_t n) noexcept
    {
        source.engine.words(source.kernels, word, n);
        pad(word, n);
    }
};

// Who draws: one thread at a time, piece after piece. The wait is for some 1000 words, half a microsecond.
class Turns {
public:
    // Calls draw(piece) alone, for the piece that comes next. Returns it.
    template <class Draw> std::uint64_t take(const Draw &draw) noexcept
    {
        constexpr int looks_between_yields = 200;
        for (int looks = 1; taken_.test_and_set(std::memory_order_acquire); ++looks) {
            if (looks % looks_between_yields == 0) {
                std::this_thread::yield();
            }
            pause_processor();
        }
        const std::uint64_t piece = next_++;
        draw(piece);
        taken_.clear(std::memory_order_release);
        return piece;
    }

private:
    std::atomic_flag taken_ = ATOMIC_FLAG_INIT;
    std::uint64_t next_ = 0;
};

// What making elements of words costs: where it is less than drawing them, one thread does both.
enum class Making : std::uint8_t { cheap, dear };

// Calls transform(words, out, count, mode) for pieces of elements 0 to last - 1, which have so many words each; if it is
// dear, on several threads where that pays: whichever is free draws the next words, and all make elements of them.
// Words have zeros behind them.
template <class Transform>
void draw_pieces(const TorchSource &source, const TorchTarget &target, std::uint64_t last, std::size_t words_each,
                 Making making, const Transform &transform)
{
    const std::size_t most = chunk_words / words_each;
    const std::size_t bytes = element_bytes(target.dtype);
    const StoreMode mode = store_mode_of(last * bytes);
    const auto count_of = [&](std::uint64_t piece) {
        return static_cast<std::size_t>(std::min<std::uint64_t>(most, last - piece * most));
    };
    Turns turns;
    const std::size_t slots = making == Making::cheap ? 1 : static_cast<std::size_t>(-1);
    parallel_slots(slots, static_cast<std::size_t>((last + most - 1) / most), grain_of(share_bytes, most * bytes),
                   [&](std::size_t /*slot*/, std::size_t begin, std::size_t end) noexcept {
                       ChunkOfWords words;
                       alignas(64) unsigned char buffer[chunk_words * sizeof(double)];
                       for (; begin != end; ++begin) {
                           const std::uint64_t piece =
                               turns.take([&](std::uint64_t next) { words.draw(source, count_of(next) * words_each); });
                           const std::size_t count = count_of(piece);
                           if (target.strided == nullptr) {
                               transform(words.word, static_cast<unsigned char *>(target.data) + piece * most * bytes,
                                         count, mode);
                           } else {
                               transform(words.word, buffer, count, StoreMode::cached);
                               target.strided->scatter(buffer, piece * most, count);
                           }
                       }
                       if (mode == StoreMode::streaming) {
                           source.kernels.fence();
                       }
                   });
}

// Calls write(out, count, mode) for pieces of up to most elements, from element 0 to last - 1.
template <class Write>
void for_each_piece(const TorchSource &source, const TorchTarget &target, std::uint64_t last, std::size_t most,
                    const Write &write)
{
    const std::size_t bytes = element_bytes(target.dtype);
    const StoreMode mode = store_mode_of(last * bytes);
    alignas(64) unsigned char buffer[chunk_words * sizeof(double)];
    for (std::uint64_t first = 0; first < last; first += most) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(most, last - first));
        if (target.strided == nullptr) {
            write(static_cast<unsigned char *>(target.data) + first * bytes, count, mode);
        } else {
            write(buffer, count, StoreMode::cached);
            target.strided->scatter(buffer, first, count);
        }
    }
    if (mode == StoreMode::streaming) {
        source.kernels.fence();
    }
}

// Calls change(values, first, count) for elements first to last - 1 in pieces of up to most, and writes them back where it
// returns true.
template <class T, class Change>
void change_pieces(const TorchTarget &target, std::uint64_t first, std::uint64_t last, std::size_t most,
                   const Change &change)
{
    alignas(64) T values[chunk_words];
    for (std::size_t count = 0; first < last; first += count) {
        count = static_cast<std::size_t>(std::min<std::uint64_t>(most, last - first));
        auto *const place = static_cast<unsigned char *>(target.data) + first * sizeof(T);
        if (target.strided == nullptr) {
            std::memcpy(values, place, count * sizeof(T));
        } else {
            target.strided->gather(values, first, count);
        }
        if (!change(values, first, count)) {
            continue;
        }
        if (target.strided == nullptr) {
            std::memcpy(place, values, count * sizeof(T));
        } else {
            target.strided->scatter(values, first, count);
        }
    }
}

// A value at any address.
template <class T> void put(unsigned char *out, std::size_t i, T value) noexcept
{
    std::memcpy(out + i * sizeof(T), &value, sizeof(T));
}

} // namespace unitvar::core
