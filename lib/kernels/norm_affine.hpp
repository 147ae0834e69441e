// The second half of a norm: y = ((x - mean) - mean_low) * scale * weight + bias, rounded once to the element type. The
// mean is subtracted first, which is exact for data near it: a constant row gives exactly the bias, however large it is.
// The mean's low part goes by way of the constant of the first fma.
//
// Port budget for 16 f32 with AVX-512: 2 conversions, 2 subtractions, 2 fma, 2 conversions: 8 operations for 128
// bytes; with weights and biases 2 fma more, and 4 conversions where those are f32.
#pragma once

#include "kernels/norm_lanes.hpp"

namespace unitvar {
namespace {

// The coefficients as they are computed with.
template <class A> struct Coefficients {
    using Lanes = typename A::Lanes;
    using Value = typename A::Value;

    explicit Coefficients(const core::Affine &affine) : Coefficients(affine, affine.bias) {}
    // Of rows, whose biases are arrays.
    static Coefficients without_bias(const core::Affine &affine) { return Coefficients(affine, 0); }
    UNITVAR_INLINE Lanes operator()(const Lanes &x) const { return fma(x - mean, scale, bias); }

    Lanes mean;
    Lanes scale;
    Lanes bias;

private:
    Coefficients(const core::Affine &affine, double b)
        : mean(broadcast<Lanes>(static_cast<Value>(affine.mean))),
          scale(broadcast<Lanes>(static_cast<Value>(affine.scale))),
          bias(broadcast<Lanes>(static_cast<Value>(b - low_part<Value>(affine.mean, affine.mean_low) * affine.scale)))
    {
    }
};

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

template <class T, bool Streamed> void runs_of(const T *x, T *y, const core::Runs &runs, const core::Affine &affine)
{
    const Coefficients<InDouble> value(affine);
    const auto f = [&](std::size_t, const Wide &v) UNITVAR_INLINE_LAMBDA { return value(v); };
    for (std::size_t r = 0; r < runs.count; ++r, x += runs.stride, y += runs.stride) {
        if (runs.length < norm_lanes) {
            ShortRun<T> run(x, runs.length);
            store_from_f64<T>(run.lane, value(load_as_f64<Wide, T>(run.lane)));
            __builtin_memcpy(y, run.lane, runs.length * sizeof(T));
        } else {
            transform<T, Streamed>(x, y, runs.length, f);
        }
    }
}

template <class T>
void runs_in_double(const T *x, T *y, const core::Runs &runs, const core::Affine &affine, core::StoreMode mode)
{
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
    const auto normalised = Coefficients<InDouble>::without_bias(affine);
    const auto combine = [&](const Wide &v, const W *w, const W *b) UNITVAR_INLINE_LAMBDA {
        Wide factor = one;
        Wide summand = zero;
        if constexpr (Weighted) {
            factor = load_as_f64<Wide, W>(w);
        }
        if constexpr (Biased) {
            summand = load_as_f64<Wide, W>(b);
        }
        return fma(normalised(v), factor, summand);
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
void columns_in_double(const T *x, T *y, std::size_t rows, std::size_t row_stride, std::size_t columns,
                       const core::ColumnAffine &affine)
{
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

} // namespace
} // namespace unitvar
