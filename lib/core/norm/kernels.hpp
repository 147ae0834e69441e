// Kernels of moments, norms, activations and matrix products: one structure for each element type, filled in by
// lib/kernels. All statistics are double, whatever the element type, and so is the arithmetic on an element between
// its load and its store.
#pragma once

#include <cstddef>
#include <cstdint>

namespace unitvar::core {

struct ChunkMoments;
struct ChunkSquares;
enum class StoreMode : std::uint32_t;

// count runs of length contiguous elements, stride elements from the start of one to that of the next.
struct Runs {
    std::size_t length;
    std::size_t count;
    std::size_t stride;
};

// y = ((x - mean) - mean_low) * scale + bias
struct Affine {
    double mean;
    double mean_low;
    double scale;
    double bias;
};
// y = (x - mean) * scale + bias for each column of a matrix.
struct ColumnAffine {
    const double *mean;
    const double *scale;
    const double *bias;
};

// sum of w g and of w g (x - mean) over gradients g, with w = 1 where there are no weights.
struct GradientSums {
    double gradient;
    double product;
};

// grad_x = g w scale + ((x - mean) prescale slope + offset), prescale a power of two and, for f32, 1.
struct GradientAffine {
    double mean;
    double scale;
    double slope;
    double offset;
    double prescale = 1;
};

struct MomentKernels {
    // Moments of a chunk of 1 to moments_chunk elements.
    ChunkMoments (*moments)(const void *x, const Runs &runs);
    // Sum of squares of n elements, n <= moments_chunk.
    ChunkSquares (*sum_of_squares)(const void *x, std::size_t n);
    // Moments of each column of a matrix of 1 to moments_chunk rows and any number of columns.
    void (*column_moments)(const void *x, std::size_t rows, std::size_t row_stride, std::size_t columns,
                           ChunkMoments *result);
};

inline constexpr std::size_t half_block = 32;
// y may be x everywhere.
struct AffineKernels {
    void (*runs)(const void *x, void *y, const Runs &runs, const Affine &affine, StoreMode mode);
    // y = ((x - mean) - mean_low) * scale * weight + bias for a row of n elements; weight and bias have n elements, and
    // one of them may be null: ones or positive zeros. Beside elements of 16 bits they are what order_parameters gave.
    void (*row)(const void *x, void *y, std::size_t n, const Affine &affine, const void *weight, const void *bias,
                StoreMode mode);
    // The same with weights and biases that are double already, for many short rows. Null for elements of 16 bits.
    void (*row_of_doubles)(const void *x, void *y, std::size_t n, const Affine &affine, const double *weight,
                           const double *bias, StoreMode mode);
    void (*columns)(const void *x, void *y, std::size_t rows, std::size_t row_stride, std::size_t columns,
                    const ColumnAffine &affine);
    // sum = x + other of n elements, rounded once; it may be either of them.
    void (*add)(const void *x, const void *other, void *sum, std::size_t n);
    // n weights or biases, f32 or of 16 bits as x, as `row` takes them: f32 in the order of its lanes, up to the next
    // multiple of half_block. Null for elements of other types.
    void (*order_parameters)(const void *source, bool halves, float *target, std::size_t n);
};

// n elements from and to doubles.
struct ConvertKernels {
    void (*widen)(const void *x, double *y, std::size_t n);
    void (*narrow)(const double *x, void *y, std::size_t n);
};

struct GradientKernels {
    // Of at most moments_chunk elements. weight: one for each element of a run, or null.
    GradientSums (*sums)(const void *gradient, const void *x, const Runs &runs, double mean, const void *weight);
    // grad_x may be gradient or x.
    void (*runs)(const void *gradient, const void *x, void *grad_x, const Runs &runs, const GradientAffine &affine,
                 const void *weight);
    // Adds to each column's sums g and g ((x - mean) scale), for rows with a mean and a scale each.
    void (*columns)(const void *gradient, const void *x, std::size_t rows, std::size_t row_stride, std::size_t columns,
                    const double *mean, const double *scale, double *gradient_sum, double *product_sum);
};

struct ActivationKernels {
    // Comes after the last of those that store past the caches: a fence in each would wait for memory once for every piece.
    void (*fence)();
    void (*relu)(const void *x, void *y, const Runs &runs, StoreMode mode);
    // y = x > 0 ? x : x * slope, slope rounded to the element type.
    void (*leaky_relu)(const void *x, void *y, const Runs &runs, double slope, StoreMode mode);
    // A slope for each element.
    void (*prelu)(const void *x, const void *slope, void *y, std::size_t n);
    // y = x <= 0 ? 0 : gradient; y = x > 0 ? gradient : gradient * slope
    void (*relu_gradient)(const void *gradient, const void *x, void *y, std::size_t n);
    void (*leaky_relu_gradient)(const void *gradient, const void *x, void *y, std::size_t n, double slope);
    void (*prelu_gradient)(const void *gradient, const void *x, const void *slope, void *y, std::size_t n);
    // The sum of gradient * x over x <= 0 or NaN, n <= moments_chunk.
    double (*prelu_slope_gradient)(const void *gradient, const void *x, std::size_t n);
};

// y = x (k + (factor + factor_low) S)^-beta, S the sum of squares of channels c - before ... c + after; those outside
// count as zeros.
struct ResponseWindow {
    std::size_t before;
    std::size_t after;
    double k;
    double factor;
    double factor_low; // what rounding took from factor; 0 where that is below 2^-900
    double beta;
};
// All channels of width <= response_strip positions; y may be x. workspace: (channels + before + after) * response_strip
// doubles, aligned to 64 bytes.
inline constexpr std::size_t response_strip = 32;
using LocalResponseKernel = void (*)(const void *x, void *y, std::size_t channels, std::size_t channel_stride,
                                     std::size_t width, const ResponseWindow &window, double *workspace);
// grad_x = gradient t^-beta - 2 beta factor x sum of gradient x t^-(beta + 1) over the channels in whose windows x is, with
// t = k + (factor + factor_low) S of each channel. grad_x may be gradient or x. workspace: 3 (channels + before + after) *
// response_strip doubles, aligned to 64 bytes.
using LocalResponseGradientKernel = void (*)(const void *gradient, const void *x, void *grad_x, std::size_t channels,
                                             std::size_t channel_stride, std::size_t width,
                                             const ResponseWindow &window, double *workspace);

// y = word <= last_kept ? x * scale : 0 of n elements with a word each, scale rounded to f32 unless x is f64; y may be x.
using DropoutKernel = void (*)(const void *x, const std::uint32_t *words, void *y, std::size_t n,
                               std::uint32_t last_kept, double scale);

// C += A B for one block of depth: A in panels of tile_rows interleaved rows, B in panels of tile_columns.
inline constexpr std::size_t product_depth = 256;
struct ProductKernels {
    std::size_t tile_rows;
    std::size_t tile_columns;
    // c: row-major, rows <= tile_rows and columns <= tile_columns of it exist.
    void (*multiply)(const void *a, const void *b, std::size_t depth, void *c, std::size_t c_stride, std::size_t rows,
                     std::size_t columns);
};

struct NormKernels {
    const MomentKernels *moments;
    const AffineKernels *affine;
    const ConvertKernels *convert;
    const GradientKernels *gradient;
    const ActivationKernels *activation;
    const ProductKernels *product;
    LocalResponseKernel local_response;
    LocalResponseGradientKernel local_response_gradient;
    DropoutKernel dropout;
};

} // namespace unitvar::core
