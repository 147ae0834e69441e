// The second half of a norm: y = ((x - mean) - mean_low) * scale * weight + bias in double, rounded once to the
// element type. The mean is subtracted first, which is exact for data near it: a constant row gives exactly the bias,
// however large it is. The mean's low part goes by way of the constant of the first fma.
//
// Port budget for 16 f32 with AVX-512: 2 conversions, 2 subtractions, 2 fma, 2 conversions: 8 operations for 128
// bytes; with weights and biases 2 fma more, and 4 conversions where those are f32.
#include "kernels/norm_lanes.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

// y[i] = f(i, x[i]) for a run of n >= 16. A rest is computed as the last 16 elements, which are read before anything
// is written because y may be x. f gets the index and 16 elements. What follows the run is most likely the next one,
// whose statistics come next: it is fetched while this one, in cache already, is computed.
template <class T, bool Streamed, class F> UNITVAR_INLINE void transform(const T *x, T *y, std::size_t n, const F &f)
{
    const std::size_t rest = n % norm_lanes;
    Wide last = broadcast<Wide>(0.0);
    if (rest != 0) {
        last = f(n - norm_lanes, load_as_f64<Wide, T>(x + n - norm_lanes));
    }
    const T *const next = x + n;
    for (std::size_t i = 0; i + norm_lanes <= n; i += norm_lanes) {
        __builtin_prefetch(next + i);
        store_from_f64<T, Streamed>(y + i, f(i, load_as_f64<Wide, T>(x + i)));
    }
    if (rest != 0) {
        store_from_f64<T>(y + n - norm_lanes, last);
    }
}

template <class T> bool streams(const T *y, std::size_t n, std::size_t stride, core::StoreMode mode)
{
    constexpr std::size_t line = 64;
    return mode == core::StoreMode::streaming && reinterpret_cast<std::uintptr_t>(y) % line == 0 &&
           n * sizeof(T) % line == 0 && stride * sizeof(T) % line == 0;
}

template <class T, bool Streamed> void runs_of(const T *x, T *y, const core::Runs &runs, const core::Affine &affine)
{
    const auto mean = broadcast<Wide>(affine.mean);
    const auto scale = broadcast<Wide>(affine.scale);
    const auto bias = broadcast<Wide>(affine.bias - affine.mean_low * affine.scale);
    const auto f = [&](std::size_t, const Wide &v) UNITVAR_INLINE_LAMBDA { return fma(v - mean, scale, bias); };
    for (std::size_t r = 0; r < runs.count; ++r, x += runs.stride, y += runs.stride) {
        if (runs.length < norm_lanes) {
            ShortRun<T> run(x, runs.length);
            store_from_f64<T>(run.lane, f(0, load_as_f64<Wide, T>(run.lane)));
            __builtin_memcpy(y, run.lane, runs.length * sizeof(T));
        } else {
            transform<T, Streamed>(x, y, runs.length, f);
        }
    }
}

template <class T>
void affine_runs(const void *source, void *target, const core::Runs &runs, const core::Affine &affine,
                 core::StoreMode mode)
{
    const auto *x = static_cast<const T *>(source);
    auto *y = static_cast<T *>(target);
    if (streams(y, runs.length, runs.stride, mode)) {
        runs_of<T, true>(x, y, runs, affine);
        stream_fence();
    } else {
        runs_of<T, false>(x, y, runs, affine);
    }
}

// Weights and biases of type W. What is not there is a one or a positive zero, which no sum with it leaves negative;
// the other's address stands in for its own.
template <class T, class W, bool Weighted, bool Biased>
void combine_row(const T *x, T *y, std::size_t n, const core::Affine &affine, const W *weight, const W *bias,
                 core::StoreMode mode)
{
    const auto one = broadcast<Wide>(1.0);
    const auto zero = broadcast<Wide>(0.0);
    const auto mean = broadcast<Wide>(affine.mean);
    const auto scale = broadcast<Wide>(affine.scale);
    const auto shift = broadcast<Wide>(-affine.mean_low * affine.scale);
    const auto combine = [&](const Wide &v, const W *w, const W *b) UNITVAR_INLINE_LAMBDA {
        Wide factor = one;
        Wide summand = zero;
        if constexpr (Weighted) {
            factor = load_as_f64<Wide, W>(w);
        }
        if constexpr (Biased) {
            summand = load_as_f64<Wide, W>(b);
        }
        return fma(fma(v - mean, scale, shift), factor, summand);
    };
    if (n < norm_lanes) {
        ShortRun<T> run(x, n);
        const ShortRun<W> w(weight, n);
        const ShortRun<W> b(bias, n);
        store_from_f64<T>(run.lane, combine(load_as_f64<Wide, T>(run.lane), w.lane, b.lane));
        __builtin_memcpy(y, run.lane, n * sizeof(T));
        return;
    }
    const auto f = [&](std::size_t i, const Wide &v) UNITVAR_INLINE_LAMBDA { return combine(v, weight + i, bias + i); };
    if (streams(y, n, 0, mode)) {
        transform<T, true>(x, y, n, f);
        stream_fence();
    } else {
        transform<T, false>(x, y, n, f);
    }
}

template <class T, class W>
void row_of(const T *x, T *y, std::size_t n, const core::Affine &affine, const W *weight, const W *bias,
            core::StoreMode mode)
{
    if (weight == nullptr) {
        combine_row<T, W, false, true>(x, y, n, affine, bias, bias, mode);
    } else if (bias == nullptr) {
        combine_row<T, W, true, false>(x, y, n, affine, weight, weight, mode);
    } else {
        combine_row<T, W, true, true>(x, y, n, affine, weight, bias, mode);
    }
}

template <class T>
void affine_row(const void *x, void *y, std::size_t n, const core::Affine &affine, const void *weight, const void *bias,
                core::StoreMode mode)
{
    row_of(static_cast<const T *>(x), static_cast<T *>(y), n, affine, static_cast<const Parameter<T> *>(weight),
           static_cast<const Parameter<T> *>(bias), mode);
}

template <class T>
void affine_row_of_doubles(const void *x, void *y, std::size_t n, const core::Affine &affine, const double *weight,
                           const double *bias, core::StoreMode mode)
{
    row_of(static_cast<const T *>(x), static_cast<T *>(y), n, affine, weight, bias, mode);
}

template <class T> void widen(const void *source, double *target, std::size_t n)
{
    const auto *x = static_cast<const T *>(source);
    std::size_t i = 0;
    for (; i + norm_lanes <= n; i += norm_lanes) {
        store(target + i, load_as_f64<Wide, T>(x + i));
    }
    if (i != n) {
        const ShortRun<T> run(x + i, n - i);
        alignas(64) double lane[norm_lanes];
        store(lane, load_as_f64<Wide, T>(run.lane));
        __builtin_memcpy(target + i, lane, (n - i) * sizeof(double));
    }
}

template <class T> void narrow(const double *x, void *target, std::size_t n)
{
    auto *y = static_cast<T *>(target);
    std::size_t i = 0;
    for (; i + norm_lanes <= n; i += norm_lanes) {
        store_from_f64<T>(y + i, load<Wide>(x + i));
    }
    if (i != n) {
        const ShortRun<double> run(x + i, n - i);
        alignas(64) T lane[norm_lanes];
        store_from_f64<T>(lane, load<Wide>(run.lane));
        __builtin_memcpy(y + i, lane, (n - i) * sizeof(T));
    }
}

template <class T>
void affine_columns(const void *source, void *target, std::size_t rows, std::size_t row_stride, std::size_t columns,
                    const core::ColumnAffine &affine)
{
    const auto *x = static_cast<const T *>(source);
    auto *y = static_cast<T *>(target);
    const auto combine =
        [](const Wide &v, const double *mean, const double *scale, const double *bias)
            UNITVAR_INLINE_LAMBDA { return fma(v - load<Wide>(mean), load<Wide>(scale), load<Wide>(bias)); };
    if (columns < norm_lanes) {
        const ShortRun<double> mean(affine.mean, columns);
        const ShortRun<double> scale(affine.scale, columns);
        const ShortRun<double> bias(affine.bias, columns);
        for (std::size_t r = 0; r < rows; ++r) {
            ShortRun<T> run(x + r * row_stride, columns);
            store_from_f64<T>(run.lane, combine(load_as_f64<Wide, T>(run.lane), mean.lane, scale.lane, bias.lane));
            __builtin_memcpy(y + r * row_stride, run.lane, columns * sizeof(T));
        }
        return;
    }
    const auto f = [&](std::size_t i, const Wide &v)
                       UNITVAR_INLINE_LAMBDA { return combine(v, affine.mean + i, affine.scale + i, affine.bias + i); };
    for (std::size_t r = 0; r < rows; ++r) {
        transform<T, false>(x + r * row_stride, y + r * row_stride, columns, f);
    }
}

template <class T> void add(const void *first, const void *second, void *target, std::size_t n)
{
    const auto *x = static_cast<const T *>(first);
    const auto *r = static_cast<const T *>(second);
    auto *sum = static_cast<T *>(target);
    if (n < norm_lanes) {
        ShortRun<T> run(x, n);
        const ShortRun<T> other(r, n);
        store_from_f64<T>(run.lane, load_as_f64<Wide, T>(run.lane) + load_as_f64<Wide, T>(other.lane));
        __builtin_memcpy(sum, run.lane, n * sizeof(T));
        return;
    }
    const std::size_t rest = n - norm_lanes;
    const Wide last = load_as_f64<Wide, T>(x + rest) + load_as_f64<Wide, T>(r + rest);
    for (std::size_t i = 0; i + norm_lanes <= n; i += norm_lanes) {
        store_from_f64<T>(sum + i, load_as_f64<Wide, T>(x + i) + load_as_f64<Wide, T>(r + i));
    }
    store_from_f64<T>(sum + rest, last);
}

template <class T>
constexpr core::AffineKernels affine_kernels{&affine_runs<T>, &affine_row<T>, &affine_row_of_doubles<T>,
                                             &affine_columns<T>, &add<T>};
template <class T> constexpr core::ConvertKernels convert_kernels{&widen<T>, &narrow<T>};

} // namespace

constinit const core::AffineKernels affine_kernels_f32 = affine_kernels<float>;
constinit const core::AffineKernels affine_kernels_f64 = affine_kernels<double>;
constinit const core::AffineKernels affine_kernels_bf16 = affine_kernels<core::Bf16Element>;
constinit const core::AffineKernels affine_kernels_f16 = affine_kernels<core::F16Element>;
constinit const core::ConvertKernels convert_kernels_f32 = convert_kernels<float>;
constinit const core::ConvertKernels convert_kernels_f64 = convert_kernels<double>;
constinit const core::ConvertKernels convert_kernels_bf16 = convert_kernels<core::Bf16Element>;
constinit const core::ConvertKernels convert_kernels_f16 = convert_kernels<core::F16Element>;

} // namespace unitvar::UNITVAR_ISA
