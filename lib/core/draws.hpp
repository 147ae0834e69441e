// Counted engines and draws, the two sides of the table of fill kernels: every engine's words become every draw's
// elements. To add a draw: an enumerator, a row, and in lib/kernels a specialisation of Draw; bench/operations.hpp says
// how it is called. To add an engine: core/engine.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace unitvar::core {

// A macro, because each also names a kernel unit of its own (lib/kernels/units.hpp).
#define UNITVAR_COUNTED_ENGINES(ENGINE) ENGINE(pcg32) ENGINE(philox4x32) ENGINE(ars4x32)

enum class EngineIndex : std::uint32_t {
#define UNITVAR_ENUMERATOR(name) name,
    UNITVAR_COUNTED_ENGINES(UNITVAR_ENUMERATOR)
#undef UNITVAR_ENUMERATOR
};
#define UNITVAR_ONE(name) +1 // NOLINT(bugprone-macro-parentheses): a term of the sum below
inline constexpr std::size_t engine_count = 0 UNITVAR_COUNTED_ENGINES(UNITVAR_ONE);
#undef UNITVAR_ONE

enum class DrawIndex : std::uint32_t {
    bits_u32,
    bits_u64,
    uniform_f32,
    uniform_f64,
    normal_f32,
    normal_f64,
    normal_icdf_f32,
    normal_icdf_f64,
    trunc_normal_f32,
    trunc_normal_f64,
    uniform_bf16,
    uniform_f16,
    normal_bf16,
    normal_f16,
    trunc_normal_bf16,
    trunc_normal_f16
};
inline constexpr std::size_t draw_count = 16;

inline constexpr std::size_t words_per_block = 64;

struct DrawRow {
    const char *name;
    std::size_t element_bytes;
    std::size_t words_per_element;
    // An element takes the words of the other half of its 32 too: those at its own words' indices with bit 4 flipped.
    bool paired = false;
    [[nodiscard]] constexpr std::size_t elements_per_block() const noexcept
    {
        return words_per_block / words_per_element;
    }
};

inline constexpr std::array<DrawRow, draw_count> draws{{
    {"bits_u32", 4, 1},
    {"bits_u64", 8, 2},
    {"uniform_f32", 4, 1},
    {"uniform_f64", 8, 2},
    {"normal_f32", 4, 1, true},
    {"normal_f64", 8, 2, true},
    {"normal_icdf_f32", 4, 1},
    {"normal_icdf_f64", 8, 2},
    {"trunc_normal_f32", 4, 1},
    {"trunc_normal_f64", 8, 2},
    {"uniform_bf16", 2, 1},
    {"uniform_f16", 2, 1},
    {"normal_bf16", 2, 1, true},
    {"normal_f16", 2, 1, true},
    {"trunc_normal_bf16", 2, 1},
    {"trunc_normal_f16", 2, 1},
}};

[[nodiscard]] constexpr const DrawRow &row(DrawIndex draw) noexcept
{
    return draws[static_cast<std::size_t>(draw)];
}

} // namespace unitvar::core
