// Sequences of words for the battery and for others' (stream_words.cpp): engines' words, what can be had back of them from
// samplers' elements, generators that have something in common, side by side, and sequences that are broken on purpose.
#ifndef UNITVAR_TESTS_BATTERY_SOURCES_HPP
#define UNITVAR_TESTS_BATTERY_SOURCES_HPP

#include "unitvar.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace battery {

struct Destroy {
    void operator()(unitvar_generator *g) const noexcept { unitvar_generator_destroy(g); }
};
using Generator = std::shared_ptr<unitvar_generator>;
// Ends the program with the library's message where there is none.
[[nodiscard]] Generator generator(std::int32_t engine, std::uint64_t seed, std::uint64_t stream = 0);
[[nodiscard]] Generator forked(const Generator &g, const std::string &name);

// The next words of a sequence, a multiple of 1536: whole blocks of every draw below.
using Next = std::function<void(std::span<std::uint32_t>)>;
inline constexpr std::size_t unit = 1536;

// What words are had back from: "bits_u32", the words themselves; the upper 24 bits of uniform_f32, four of which make three
// words, and the upper 32 of uniform_f64; of a pair of normals the uniforms of its radius and its angle, 16 bits of each of
// normal_f32 and 32 of normal_f64. Empty for another name.
[[nodiscard]] Next recovered(const Generator &g, std::string_view draw);
inline constexpr std::string_view draws[] = {"bits_u32", "uniform_f32", "uniform_f64", "normal_f32", "normal_f64"};

// A word of each in turn.
[[nodiscard]] Next interleaved(const std::vector<Generator> &generators);

struct Source {
    std::string name;
    Next next;
};
// Of one engine, all that must pass.
[[nodiscard]] std::vector<Source> sources_of(std::int32_t engine);
// All that must fail.
[[nodiscard]] std::vector<Source> broken_sources();

} // namespace battery

#endif
