// What the core knows of a set of kernels: plain structures and function pointers, one table for each row of
// cmake/isa.cmake. Every table computes the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/draws.hpp"

namespace unitvar::core {

// An engine at the start of a block.
struct EngineState {
    std::uint64_t position; // pcg32: the state of the generator; philox4x32: the counter
    std::uint64_t key;      // pcg32: the increment; philox4x32: the seed
    std::uint64_t stream;   // philox4x32 only
};

// Parameters of a draw, rounded to the type that it writes.
struct DrawParameters {
    double location; // uniform: low; normal: mean
    double scale;    // uniform: high - low; normal: std
    double limit;    // uniform: no result is above it
};

enum class StoreMode : std::uint32_t {
    cached,
    streaming, // past the caches, for targets that do not fit them
};

// Writes elements 0 to n-1 of a draw that starts at the engine's block. The target may have any address.
using FillKernel = void (*)(const EngineState &, const DrawParameters &, void *target, std::size_t n, StoreMode);

// The mean is the sum of its two parts: what rounding would lose of it matters where chunks' means are subtracted.
struct ChunkMoments {
    double count;
    double mean;
    double mean_low;
    double m2;
};

// Moments of n elements, 0 < n <= moments_chunk.
inline constexpr std::size_t moments_chunk = 8192;
using MomentsKernel = ChunkMoments (*)(const void *source, std::size_t n);

// All draws from one engine.
struct FillRow {
    FillKernel draw[draw_count];
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
};

struct NormKernels; // core/norm_kernels.hpp

struct KernelTable {
    const char *name;
    const FillRow *fill[engine_count];
    MomentsKernel moments_f32;
    MomentsKernel moments_f64;
    const ReflectorKernels *reflectors_f32;
    const ReflectorKernels *reflectors_f64;
    const NormKernels *norms_f32;
    const NormKernels *norms_f64;
};

} // namespace unitvar::core
