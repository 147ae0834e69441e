// What the kernels are measured against, in the same run: memory itself and the generators of pcg-cpp and the
// standard library.
#pragma once

#include <pcg_random.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>

namespace unitvar::bench {

// Stores with prefetchw 4 KiB ahead, so that no line is read before it is written.
inline void store_prefetched(void *target, std::size_t bytes)
{
    auto *p = static_cast<unsigned char *>(target);
    constexpr std::size_t line = 64;
    for (std::size_t i = 0; i + line <= bytes; i += line) {
        __builtin_prefetch(p + i + 4096, 1);
        std::memset(p + i, 1, line);
    }
    std::memset(p + bytes / line * line, 1, bytes % line);
}

inline void pcg_uniform(pcg32 &generator, float *target, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i) {
        target[i] = static_cast<float>(generator() >> 8U) * 0x1p-24F;
    }
}

template <class T> void std_normal(pcg32 &generator, T *target, std::size_t n)
{
    std::normal_distribution<T> normal;
    for (std::size_t i = 0; i < n; ++i) {
        target[i] = normal(generator);
    }
}

} // namespace unitvar::bench
