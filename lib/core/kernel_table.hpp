// What the core knows of a set of kernels: plain structures and function pointers, one table for each row of
// cmake/isa.cmake. Every table computes the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/draws.hpp"

namespace unitvar::core {

// An engine at the start of a block.
struct EngineState {
    std::uint64_t position; // pcg32: the state of the generator; philox4x32: the counter; ars4x32: the block
    std::uint64_t key;      // pcg32: the increment; philox4x32, ars4x32: the seed
    std::uint64_t stream;   // philox4x32, ars4x32
};

// How a truncated normal distribution gets from a word to x; lib/kernels/trunc_normal.hpp has the formulas.
enum class TruncationMode : std::uint32_t {
    direct,      // f32 only: as central, in f32 arithmetic
    central,     // the interval begins below the mean, or little above it
    tail,        // it begins above the mean, by less than 5 deviations
    far_tail,    // by 5 or more
    exponential, // by so many that a series in ln p converges
    narrow,      // the series at its two ends cover the interval
};

inline constexpr std::size_t near_bound_terms = 10;
inline constexpr std::size_t exponential_terms = 14;

// One half of the words, and the bound that it approaches. e is a word's signed distance to the nearer end.
struct TruncationSide {
    double slope; // probability = base + slope e
    double base;
    double rate; // n = rate e; where n < 1, x = bound + n (series[0] + series[1] n + ...)
    double bound;
    double series[near_bound_terms];
};

// Turned round where need be, so that the bound nearer to the mean is the lower one.
struct Truncation {
    TruncationMode mode;
    bool turned;          // words count down
    double scale;         // std, or -std where turned
    double low;           // no result is below it
    double high;          // or above
    double middle_slope;  // central: p - 1/2 = middle + middle_slope * distance to the middle word
    double middle;        //
    double probability;   // tails: that of everything above the lower bound
    double minus_two_log; // and -2 ln of it
    double exponential[exponential_terms];
    TruncationSide side[2]; // the lower and the upper half of the words
};

// Parameters of a draw, rounded to the type that it writes.
struct DrawParameters {
    double location;                        // uniform: low; normal: mean
    double scale;                           // uniform: high - low; normal: std
    double limit;                           // uniform: no result is above it; a number of the element type
    const Truncation *truncation = nullptr; // trunc_normal; must outlive the draw
    double shape = 0;                       // weibull
    std::uint64_t low = 0;                  // integers: the least; bernoulli: words below it are successes
    std::uint64_t range = 0;                // integers: how many; bernoulli: all ones where every word is a success
};

enum class StoreMode : std::uint32_t {
    cached,
    prefetched, // each line is asked for, to be written, some time before it is
    streaming,  // past the caches where that pays (lib/kernels/fill.hpp), else prefetched
};

// Writes elements 0 to n-1 of a draw that starts at the engine's block. The target may have any address.
using FillKernel = void (*)(const EngineState &, const DrawParameters &, void *target, std::size_t n, StoreMode);

// The mean is the sum of its two parts: what rounding would lose of it matters where chunks' means are subtracted.
// All are of the data times prescale, a power of two: 1, or tiny_prescale or huge_prescale where the squares of f64
// data would leave double's range (lib/kernels/chunk_range.hpp, core/norm/chunk_moments.cpp).
struct ChunkMoments {
    double count;
    double mean;
    double mean_low;
    double m2;
    double prescale = 1;
};
struct ChunkSquares {
    double sum;
    double prescale = 1;
};
inline constexpr double tiny_prescale = 0x1p600;  // of data whose squares vanish
inline constexpr double huge_prescale = 0x1p-600; // of data whose squares overflow
// A sum of squares below this may have lost digits to the underflow of single squares.
inline constexpr double least_squares = 0x1p-900;

// Moments of n elements, 0 < n <= moments_chunk.
inline constexpr std::size_t moments_chunk = 8192;
using MomentsKernel = ChunkMoments (*)(const void *source, std::size_t n);

// Words by their index, counted from the engine's block on, in groups of 32; the indices may have any order.
using GatherKernel = void (*)(const EngineState &, const std::uint64_t *index, std::uint32_t *words,
                              std::size_t groups);

// Groups of 32 words, from wherever, to the elements that a draw makes of them; elements_per_block() / 2 of each.
using TransformKernel = void (*)(const std::uint32_t *words, const DrawParameters &, void *target, std::size_t groups);

struct TransformRow {
    TransformKernel draw[draw_count];
};

// As FillKernel, of a draw that engines share; its transform is the table's.
using SharedFillKernel = void (*)(const EngineState &, DrawIndex, TransformKernel, const DrawParameters &, void *target,
                                  std::size_t n);

// All draws from one engine.
struct FillRow {
    FillKernel draw[draw_count]; // null for those that engines share
    SharedFillKernel shared;
    // The word of each of 32 indices.
    GatherKernel gather;
    // Of each of 16 indices: first the words where bit 4 of the index is 0, then those where it is 1.
    GatherKernel gather_pairs;
};

// Householder reflectors v, (I - 2 v v^T / v^T v), in panels of up to panel_width: the product of a panel is
// I - V T V^T (lib/kernels/reflectors.cpp). V is a row-major array of panel_width columns, of which the first count
// are in use and lower trapezoidal; the others, and rows up to the next multiple of panel_group, hold zeros.
//
// A matrix that reflectors are applied to lies in strips of strip_width columns, each a row-major array. The width
// is the instruction set's choice and divides panel_width; no element depends on it. V, T and strips are aligned to
// 64 bytes.
inline constexpr std::size_t panel_width = 96;
inline constexpr std::size_t panel_group = 24;

struct ReflectorKernels {
    std::size_t strip_width;
    // Of n elements, in double.
    double (*sum_of_squares)(const void *x, std::size_t n);
    // -T of a panel, panel_width^2 elements. squares: v^T v of each reflector; workspace: panel_width^2 doubles.
    void (*factor)(const void *v, std::size_t rows, std::size_t count, const double *squares, double *workspace,
                   void *minus_t);
    // Multiplies a strip by I - V T V^T from the left. The strip is zero outside rows first to last - 1.
    void (*apply)(const void *v, const void *minus_t, std::size_t rows, std::size_t count, std::size_t first,
                  std::size_t last, void *strip);
    // The same with the transpose, I - V T^T V^T.
    void (*apply_transposed)(const void *v, const void *minus_t, std::size_t rows, std::size_t count, std::size_t first,
                             std::size_t last, void *strip);
};

// Rounds n elements of f32, none of them NaN, to 16 bits, to nearest even.
using RoundKernel = void (*)(const float *source, std::uint16_t *target, std::size_t n);

// What the sparse initialiser chooses with. Keys come in whole words of 64 bits.
struct SelectionKernels {
    // How many of n keys are below the limit; n is a multiple of 64.
    std::size_t (*count_below)(const std::uint32_t *keys, std::size_t n, std::uint32_t limit);
    // Bit i % 64 of bits[i / 64]: is key i below the limit?
    void (*mark_below)(const std::uint32_t *keys, std::size_t n, std::uint32_t limit, std::uint64_t *bits);
    // Zeros the elements, of 2, 4 and 8 bytes, whose bits are set; the word of elements 64 g to 64 g + 63 is
    // bits[g * stride].
    void (*zero_marked[3])(void *elements, std::size_t groups, const std::uint64_t *bits, std::size_t stride);
};

struct TorchKernels; // core/torch/kernels.hpp
struct NormKernels;  // core/norm/kernels.hpp

struct KernelTable {
    const char *name;
    const FillRow *fill[engine_count];
    const TransformRow *transform;
    MomentsKernel moments_f32;
    MomentsKernel moments_f64;
    const ReflectorKernels *reflectors_f32;
    const ReflectorKernels *reflectors_f64;
    RoundKernel round_to_bf16;
    RoundKernel round_to_f16;
    const SelectionKernels *selection;
    const TorchKernels *torch;
    const NormKernels *norms_f32;
    const NormKernels *norms_f64;
    const NormKernels *norms_bf16;
    const NormKernels *norms_f16;
};

} // namespace unitvar::core
