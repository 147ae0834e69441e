// Numbers as bytes, little endian, and a checksum of them: the saved forms of generators.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace unitvar::core {

// The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014, with
// Stafford's variant 13 constants): a bijection, so different seeds stay different.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t z) noexcept
{
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
}

// The caller sees to the room.
struct ByteWriter {
    std::span<std::byte> bytes;
    std::size_t at = 0;
    template <class Number> void put(Number value) noexcept
    {
        for (std::size_t i = 0; i < sizeof(Number); ++i) {
            bytes[at++] = static_cast<std::byte>(value >> (8 * i));
        }
    }
};

struct ByteReader {
    std::span<const std::byte> bytes;
    std::size_t at = 0;
    template <class Number> [[nodiscard]] Number get() noexcept
    {
        Number value = 0;
        for (std::size_t i = 0; i < sizeof(Number); ++i) {
            value |= static_cast<Number>(static_cast<Number>(bytes[at++]) << (8 * i));
        }
        return value;
    }
};

// Changes with every bit of the bytes: each step is a bijection of the running value.
[[nodiscard]] inline std::uint64_t checksum(std::span<const std::byte> bytes) noexcept
{
    std::uint64_t sum = 0x9E3779B97F4A7C15U;
    for (const std::byte b : bytes) {
        sum = mix(sum ^ static_cast<std::uint64_t>(b)) + 0x9E3779B97F4A7C15U;
    }
    return sum;
}

} // namespace unitvar::core
