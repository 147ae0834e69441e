// Counted engines and draws, the two sides of the table of fill kernels: every engine's words become every draw's
// elements. To add a draw: a row, and in lib/kernels a specialisation of Draw (lib/README.md). To add an engine:
// core/engine.hpp.
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

// One row for every draw: what users call the distribution, the type of an element, its bytes, the words that it takes,
// whether it takes those of its pair too, its parameters (core/distributions.cpp), and whether each engine has a kernel
// of its own for it. Cheap draws have: their words never see memory. For the others engines share a kernel that takes
// words from the first cache level, and a draw costs the library one kernel for each instruction set.
#define UNITVAR_REALS(ROW, kind, paired, kernels, parameters)                                                          \
    ROW(kind, f32, 4, 1, paired, kernels, parameters) ROW(kind, f64, 8, 2, paired, kernels, parameters)
#define UNITVAR_HALVES(ROW, kind, paired, kernels, parameters)                                                         \
    ROW(kind, bf16, 2, 1, paired, kernels, parameters) ROW(kind, f16, 2, 1, paired, kernels, parameters)
#define UNITVAR_DRAWS(ROW)                                                                                             \
    ROW(bits, u32, 4, 1, single, each, none)                                                                           \
    ROW(bits, u64, 8, 2, single, each, none)                                                                           \
    UNITVAR_REALS(ROW, uniform, single, each, low_high)                                                                \
    UNITVAR_REALS(ROW, normal, pair, each, mean_std)                                                                   \
    UNITVAR_REALS(ROW, normal_icdf, single, each, mean_std)                                                            \
    UNITVAR_REALS(ROW, trunc_normal, single, each, mean_std_bounds)                                                    \
    UNITVAR_HALVES(ROW, uniform, single, each, low_high)                                                               \
    UNITVAR_HALVES(ROW, normal, pair, each, mean_std)                                                                  \
    UNITVAR_HALVES(ROW, trunc_normal, single, each, mean_std_bounds)                                                   \
    UNITVAR_REALS(ROW, exponential, single, shared, scale)                                                             \
    UNITVAR_REALS(ROW, laplace, single, shared, location_scale)                                                        \
    UNITVAR_REALS(ROW, logistic, single, shared, location_scale)                                                       \
    UNITVAR_REALS(ROW, gumbel, single, shared, location_scale)                                                         \
    UNITVAR_REALS(ROW, cauchy, single, shared, location_scale)                                                         \
    UNITVAR_REALS(ROW, weibull, single, shared, shape_scale)                                                           \
    UNITVAR_REALS(ROW, log_normal, pair, shared, mean_std)                                                             \
    UNITVAR_REALS(ROW, rayleigh, single, shared, scale)                                                                \
    ROW(integers, i32, 4, 2, single, shared, low_below)                                                                \
    ROW(integers, i64, 8, 2, single, shared, low_below)                                                                \
    ROW(bernoulli, u8, 1, 1, single, shared, probability)                                                              \
    ROW(bernoulli_bits, u8, 1, 8, single, shared, probability)

enum class DrawIndex : std::uint32_t {
#define UNITVAR_ENUMERATOR(kind, type, ...) kind##_##type,
    UNITVAR_DRAWS(UNITVAR_ENUMERATOR)
#undef UNITVAR_ENUMERATOR
};
#define UNITVAR_ONE(...) +1
inline constexpr std::size_t draw_count = 0 UNITVAR_DRAWS(UNITVAR_ONE);
#undef UNITVAR_ONE

inline constexpr std::size_t words_per_block = 64;

enum class DrawWords : bool { single, pair };
enum class DrawKernels : bool { each, shared };

struct DrawRow {
    const char *name;
    std::size_t element_bytes;
    std::size_t words_per_element;
    // An element takes the words of the other half of its 32 too: those at its own words' indices with bit 4 flipped.
    bool paired;
    bool shared;
    [[nodiscard]] constexpr std::size_t elements_per_block() const noexcept
    {
        return words_per_block / words_per_element;
    }
};

inline constexpr std::array<DrawRow, draw_count> draws{{
#define UNITVAR_ROW(kind, type, bytes, words, paired, kernels, parameters)                                             \
    {#kind "_" #type, bytes, words, DrawWords::paired == DrawWords::pair, DrawKernels::kernels == DrawKernels::shared},
    UNITVAR_DRAWS(UNITVAR_ROW)
#undef UNITVAR_ROW
}};

[[nodiscard]] constexpr const DrawRow &row(DrawIndex draw) noexcept
{
    return draws[static_cast<std::size_t>(draw)];
}

} // namespace unitvar::core
