// Sums of a chunk in one pass: with a shift K near the data, s1 = sum(x - K) and s2 = sum((x - K)^2) give
// mean = K + s1 / n and m2 = s2 - s1^2 / n. K is an element of the chunk, so that (K - mean)^2 <= m2 and s2 <= (n + 1)
// m2: the difference loses at most a factor of n = 2^13 of the 2^-53 of a double, whatever the data. That is ample for
// f32 data. f64 data take a second pass with K = the mean of the first, and more where the squares leave double's range.
//
// bf16 data need no K: their squares have 16 bits, so that the sums of up to 2^13 of them are exact wherever the values
// are within a factor of 2^12 of each other, which is all data whose mean is many deviations from 0.
//
// Port budget for 16 f32 with AVX-512: 2 conversions, 2 subtractions, 2 additions, 2 fma: 8 operations for 64 bytes.
#include "kernels/chunk_range.hpp"
#include "kernels/norm_lanes.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

struct ShiftedSums {
    double s1;
    double s2;
};

struct SumLanes {
    Wide s1;
    Wide s2;
    UNITVAR_INLINE void add(const Wide &d)
    {
        s1 = s1 + d;
        s2 = fma(d, d, s2);
    }
};

template <class T> inline constexpr bool unshifted = std::is_same_v<T, core::Bf16Element>;

template <class T> double value_of(const T *x)
{
    T value;
    __builtin_memcpy(&value, x, sizeof(T));
    if constexpr (std::is_same_v<T, core::Bf16Element>) {
        return static_cast<double>(core::widen_bf16(value.bits));
    } else if constexpr (std::is_same_v<T, core::F16Element>) {
        return static_cast<double>(core::widen_f16(value.bits));
    } else {
        return static_cast<double>(value);
    }
}

template <class T, class Scale>
ShiftedSums shifted_sums(const T *x, const core::Runs &runs, double shift, const Scale &scale)
{
    const auto center = broadcast<Wide>(shift);
    SumLanes sums{broadcast<Wide>(0.0), broadcast<Wide>(0.0)};
    const std::size_t rest = runs.length % norm_lanes;
    for (std::size_t r = 0; r < runs.count; ++r, x += runs.stride) {
        if (runs.length < norm_lanes) {
            const ShortRun<T> run(x, runs.length);
            sums.add(keep_lanes({0, static_cast<double>(rest)}, scale(load_as_f64<Wide, T>(run.lane)) - center));
            continue;
        }
        std::size_t i = 0;
        for (; i + norm_lanes <= runs.length; i += norm_lanes) {
            sums.add(scale(load_as_f64<Wide, T>(x + i)) - center);
        }
        if (rest != 0) {
            sums.add(keep_lanes({static_cast<double>(norm_lanes - rest), static_cast<double>(norm_lanes)},
                                scale(load_as_f64<Wide, T>(x + runs.length - norm_lanes)) - center));
        }
    }
    return {merge_norm_lanes(sums.s1), merge_norm_lanes(sums.s2)};
}

core::ChunkMoments moments_of(double shift, double count, const ShiftedSums &sums)
{
    const double step = sums.s1 / count;
    const double mean = shift + step;
    const double part = mean - shift;
    const double low = (shift - (mean - part)) + (step - part);
    const double m2 = sums.s2 - sums.s1 * step;
    // Infinite data have an infinite or undefined mean, about which there are no deviations.
    return {count, mean, finite(low) ? low : 0, m2 < 0 ? 0 : m2};
}

template <class T, class Scale>
core::ChunkMoments moments_about_mean(const T *x, const core::Runs &runs, double first, const Scale &scale)
{
    const auto count = static_cast<double>(runs.length * runs.count);
    double shift = !unshifted<T> && finite(first) ? first : 0;
    ShiftedSums sums = shifted_sums(x, runs, shift, scale);
    if constexpr (sizeof(T) == sizeof(double)) {
        const double mean = shift + sums.s1 / count;
        if (finite(mean)) {
            shift = mean;
            sums = shifted_sums(x, runs, shift, scale);
        }
    }
    return moments_of(shift, count, sums);
}

template <class T> core::ChunkMoments moments(const void *source, const core::Runs &runs)
{
    const auto *x = static_cast<const T *>(source);
    const double first = value_of(x);
    const core::ChunkMoments m = moments_about_mean(x, runs, first, Unscaled{});
    if constexpr (sizeof(T) == sizeof(double)) {
        return within_range(
            m, [&](double prescale) { return moments_about_mean(x, runs, first * prescale, Prescaled{prescale}); });
    } else {
        return m;
    }
}

template <class T> core::ChunkSquares sum_of_squares(const void *source, std::size_t n)
{
    const auto *x = static_cast<const T *>(source);
    const core::Runs runs{n, 1, 0};
    const double sum = shifted_sums(x, runs, 0, Unscaled{}).s2;
    if constexpr (sizeof(T) == sizeof(double)) {
        return within_range(sum, [&](double prescale) { return shifted_sums(x, runs, 0, Prescaled{prescale}).s2; });
    } else {
        return {sum};
    }
}

// Columns, a block of them at a time with its sums in the first cache level; a sum takes its rows in order. Four rows
// are added per visit of the sums, since two stores a line cost more than the arithmetic.
inline constexpr std::size_t column_block = 512;
inline constexpr std::size_t rows_at_once = 4;

struct ColumnSums {
    alignas(64) double shift[column_block];
    alignas(64) double s1[column_block];
    alignas(64) double s2[column_block];
};

template <std::size_t Rows, class T>
void add_rows(const T *x, std::size_t row_stride, std::size_t columns, ColumnSums &sums)
{
    for (std::size_t c = 0; c < columns; c += norm_lanes) {
        // The rows that come next: a block is too narrow for the processor to see the pattern in time.
        for (std::size_t r = 0; r < Rows; ++r) {
            __builtin_prefetch(x + (Rows + r) * row_stride + c);
        }
        const Wide shift = load<Wide>(sums.shift + c);
        SumLanes lanes{load<Wide>(sums.s1 + c), load<Wide>(sums.s2 + c)};
        for (std::size_t r = 0; r < Rows; ++r) {
            lanes.add(load_as_f64<Wide, T>(x + r * row_stride + c) - shift);
        }
        store(sums.s1 + c, lanes.s1);
        store(sums.s2 + c, lanes.s2);
    }
}

// columns: a multiple of the lanes, or fewer, whose rows then go through a buffer.
template <class T>
void sum_columns(const T *x, std::size_t rows, std::size_t row_stride, std::size_t columns, ColumnSums &sums)
{
    __builtin_memset(sums.s1, 0, sizeof(sums.s1));
    __builtin_memset(sums.s2, 0, sizeof(sums.s2));
    std::size_t r = 0;
    if (columns < norm_lanes) {
        for (; r < rows; ++r) {
            const ShortRun<T> row(x + r * row_stride, columns);
            add_rows<1>(row.lane, 0, norm_lanes, sums);
        }
    }
    for (; r + rows_at_once <= rows; r += rows_at_once) {
        add_rows<rows_at_once>(x + r * row_stride, row_stride, columns, sums);
    }
    for (; r < rows; ++r) {
        add_rows<1>(x + r * row_stride, row_stride, columns, sums);
    }
}

// The moments of columns skip to columns - 1.
template <class T>
void block_moments(const T *x, std::size_t rows, std::size_t row_stride, std::size_t columns, std::size_t skip,
                   core::ChunkMoments *result)
{
    ColumnSums sums;
    __builtin_memset(sums.shift, 0, sizeof(sums.shift));
    const auto count = static_cast<double>(rows);
    for (std::size_t c = 0; c < columns; ++c) {
        const double first = value_of(x + c);
        sums.shift[c] = finite(first) ? first : 0;
    }
    sum_columns(x, rows, row_stride, columns, sums);
    if constexpr (sizeof(T) == sizeof(double)) {
        for (std::size_t c = 0; c < columns; ++c) {
            const double mean = sums.shift[c] + sums.s1[c] / count;
            sums.shift[c] = finite(mean) ? mean : sums.shift[c];
        }
        sum_columns(x, rows, row_stride, columns, sums);
    }
    for (std::size_t c = skip; c < columns; ++c) {
        core::ChunkMoments m = moments_of(sums.shift[c], count, {sums.s1[c], sums.s2[c]});
        if constexpr (sizeof(T) == sizeof(double)) {
            m = within_range(m, [&](double prescale) {
                double first;
                __builtin_memcpy(&first, x + c, sizeof(first));
                return moments_about_mean(x + c, {1, rows, row_stride}, first * prescale, Prescaled{prescale});
            });
        }
        *result++ = m;
    }
}

template <class T>
void column_moments(const void *source, std::size_t rows, std::size_t row_stride, std::size_t columns,
                    core::ChunkMoments *result)
{
    const auto *x = static_cast<const T *>(source);
    if (columns < norm_lanes) {
        block_moments(x, rows, row_stride, columns, 0, result);
        return;
    }
    const std::size_t whole = columns / norm_lanes * norm_lanes;
    for (std::size_t c = 0; c < whole; c += column_block) {
        const std::size_t width = whole - c < column_block ? whole - c : column_block;
        block_moments(x + c, rows, row_stride, width, 0, result + c);
    }
    if (whole != columns) {
        block_moments(x + columns - norm_lanes, rows, row_stride, norm_lanes, whole + norm_lanes - columns,
                      result + whole);
    }
}

} // namespace

template <class T> constexpr core::MomentKernels moment_kernels{&moments<T>, &sum_of_squares<T>, &column_moments<T>};

constinit const core::MomentKernels moment_kernels_f32 = moment_kernels<float>;
constinit const core::MomentKernels moment_kernels_f64 = moment_kernels<double>;
constinit const core::MomentKernels moment_kernels_bf16 = moment_kernels<core::Bf16Element>;
constinit const core::MomentKernels moment_kernels_f16 = moment_kernels<core::F16Element>;

} // namespace unitvar::UNITVAR_ISA
