// Backward passes of norms. With d = x - mean and g the gradient of y, weighted where there are weights, the gradient
// of x is a linear function of g and d whose coefficients come from the sums of g and of g d; the gradients of weight
// and bias are sums of the same kind. All in double, rounded once, but for gradients of 16-bit x.
#include "kernels/norm_lanes.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

struct SumLanes {
    Wide gradient;
    Wide product;
    UNITVAR_INLINE void add(const Wide &g, const Wide &d)
    {
        gradient = gradient + g;
        product = fma(g, d, product);
    }
};

template <class T, bool Weighted>
core::GradientSums sums_of(const T *gradient, const T *x, const core::Runs &runs, double mean,
                           const Parameter<T> *weight)
{
    const auto center = broadcast<Wide>(mean);
    SumLanes sums{broadcast<Wide>(0.0), broadcast<Wide>(0.0)};
    const std::size_t rest = runs.length % norm_lanes;
    const auto weighted = [=](const T *g, std::size_t i) UNITVAR_INLINE_LAMBDA {
        const auto value = load_as_f64<Wide, T>(g);
        if constexpr (Weighted) {
            return value * load_as_f64<Wide, Parameter<T>>(weight + i);
        } else {
            return value;
        }
    };
    for (std::size_t r = 0; r < runs.count; ++r, x += runs.stride, gradient += runs.stride) {
        if (runs.length < norm_lanes) {
            const ShortRun<T> g(gradient, runs.length);
            const ShortRun<T> v(x, runs.length);
            auto value = load_as_f64<Wide, T>(g.lane);
            if constexpr (Weighted) {
                value = value * load_as_f64<Wide, Parameter<T>>(ShortRun<Parameter<T>>(weight, runs.length).lane);
            }
            const LaneRange range{0, static_cast<double>(rest)};
            sums.add(keep_lanes(range, value), keep_lanes(range, load_as_f64<Wide, T>(v.lane) - center));
            continue;
        }
        std::size_t i = 0;
        for (; i + norm_lanes <= runs.length; i += norm_lanes) {
            sums.add(weighted(gradient + i, i), load_as_f64<Wide, T>(x + i) - center);
        }
        if (rest != 0) {
            const std::size_t last = runs.length - norm_lanes;
            const LaneRange range{static_cast<double>(norm_lanes - rest), static_cast<double>(norm_lanes)};
            sums.add(keep_lanes(range, weighted(gradient + last, last)),
                     keep_lanes(range, load_as_f64<Wide, T>(x + last) - center));
        }
    }
    return {merge_norm_lanes(sums.gradient), merge_norm_lanes(sums.product)};
}

template <class T>
core::GradientSums gradient_sums(const void *gradient, const void *x, const core::Runs &runs, double mean,
                                 const void *weight)
{
    const auto *g = static_cast<const T *>(gradient);
    const auto *v = static_cast<const T *>(x);
    return weight != nullptr ? sums_of<T, true>(g, v, runs, mean, static_cast<const Parameter<T> *>(weight))
                             : sums_of<T, false>(g, v, runs, mean, nullptr);
}

// target = f(gradient, x, weight), each where a block begins, block by block.
template <class A, bool Weighted, class T, class F>
UNITVAR_INLINE void for_blocks(const T *gradient, const T *x, T *target, const core::Runs &runs,
                               const Parameter<T> *weight, const F &f)
{
    constexpr std::size_t lanes = A::Lanes::lanes;
    const std::size_t n = runs.length;
    const auto weights = [&](std::size_t i) { return Weighted ? weight + i : nullptr; };
    for (std::size_t r = 0; r < runs.count; ++r, gradient += runs.stride, x += runs.stride, target += runs.stride) {
        if (n < lanes) {
            ShortRun<T, lanes> g(gradient, n);
            const ShortRun<T, lanes> v(x, n);
            const ShortRun<Parameter<T>, lanes> w(weight, Weighted ? n : 0);
            A::store_to(g.lane, f(g.lane, v.lane, w.lane));
            __builtin_memcpy(target, g.lane, n * sizeof(T));
            continue;
        }
        // Read before anything is written: the target may be one of the sources.
        const std::size_t rest = n - lanes;
        const auto last = f(gradient + rest, x + rest, weights(rest));
        for (std::size_t i = 0; i + lanes <= n; i += lanes) {
            A::store_to(target + i, f(gradient + i, x + i, weights(i)));
        }
        A::store_to(target + rest, last);
    }
}

template <class T, bool Weighted, bool Scaled>
void runs_of(const T *gradient, const T *x, T *target, const core::Runs &runs, const core::GradientAffine &affine,
             const Parameter<T> *weight)
{
    const auto mean = broadcast<Wide>(affine.mean);
    const auto scale = broadcast<Wide>(affine.scale);
    const auto slope = broadcast<Wide>(affine.slope);
    const auto offset = broadcast<Wide>(affine.offset);
    const auto prescale = broadcast<Wide>(affine.prescale);
    const auto f = [&](const T *g, const T *v, const Parameter<T> *w) UNITVAR_INLINE_LAMBDA {
        auto value = InDouble::load_from(g);
        if constexpr (Weighted) {
            value = value * InDouble::load_from(w);
        }
        Wide deviation = InDouble::load_from(v) - mean;
        if constexpr (Scaled) {
            deviation = deviation * prescale;
        }
        return fma(value, scale, fma(deviation, slope, offset));
    };
    for_blocks<InDouble, Weighted>(gradient, x, target, runs, weight, f);
}

template <class T, bool Scaled>
void weighted_runs(const T *gradient, const T *x, T *target, const core::Runs &runs, const core::GradientAffine &affine,
                   const Parameter<T> *weight)
{
    if (weight != nullptr) {
        runs_of<T, true, Scaled>(gradient, x, target, runs, affine, weight);
    } else {
        runs_of<T, false, Scaled>(gradient, x, target, runs, affine, nullptr);
    }
}

// 16-bit elements in f32. Each term errs by 2^-22 of itself, far less than an ulp of what is left of terms of 8 or 11 bits
// that differ at all, so that the gradients keep within 8 ulp of the largest.
template <class T, bool Weighted>
void runs_in_float(const T *gradient, const T *x, T *target, const core::Runs &runs, const core::GradientAffine &affine,
                   const float *weight)
{
    using A = InFloat<T>;
    using Lanes = typename A::Lanes;
    const auto mean = broadcast<Lanes>(static_cast<float>(affine.mean));
    const auto scale = broadcast<Lanes>(static_cast<float>(affine.scale));
    const auto slope = broadcast<Lanes>(static_cast<float>(affine.slope));
    const auto offset =
        broadcast<Lanes>(static_cast<float>(affine.offset - low_part<float>(affine.mean, 0) * affine.slope));
    const auto f = [&](const T *g, const T *v, const float *w) UNITVAR_INLINE_LAMBDA {
        Lanes factor = scale;
        if constexpr (Weighted) {
            factor = factor * A::load_from(w);
        }
        return fma(A::load_from(g), factor, fma(A::load_from(v) - mean, slope, offset));
    };
    for_blocks<A, Weighted>(gradient, x, target, runs, weight, f);
}

template <class T>
void gradient_runs(const void *gradient, const void *x, void *target, const core::Runs &runs,
                   const core::GradientAffine &affine, const void *weight)
{
    const auto *g = static_cast<const T *>(gradient);
    const auto *v = static_cast<const T *>(x);
    auto *y = static_cast<T *>(target);
    const auto *w = static_cast<const Parameter<T> *>(weight);
    if constexpr (sizeof(T) == sizeof(double)) {
        if (affine.prescale != 1) {
            weighted_runs<T, true>(g, v, y, runs, affine, w);
            return;
        }
    }
    if constexpr (is_half<T>) {
        if (within_f32(affine.mean, affine.scale, affine.offset) && within_f32(0, affine.slope * 0x1p40, 0)) {
            if (w != nullptr) {
                runs_in_float<T, true>(g, v, y, runs, affine, w);
            } else {
                runs_in_float<T, false>(g, v, y, runs, affine, nullptr);
            }
            return;
        }
    }
    weighted_runs<T, false>(g, v, y, runs, affine, w);
}

// Half a block, so that sums, values and deviations keep to 16 registers.
using Columns = F64x<8>;

// Adds some rows to the sums of a block of columns, in their order: a visit of the sums costs two stores a line.
template <std::size_t Rows, class T>
UNITVAR_INLINE void add_rows(const T *gradient, const T *x, std::size_t row_stride, const double *mean,
                             const double *scale, double *gradient_sum, double *product_sum)
{
    auto first = load<Columns>(gradient_sum);
    auto second = load<Columns>(product_sum);
    for (std::size_t r = 0; r < Rows; ++r, gradient += row_stride, x += row_stride) {
        const auto value = load_as_f64<Columns, T>(gradient);
        first = first + value;
        const auto deviation = load_as_f64<Columns, T>(x) - broadcast<Columns>(mean[r]);
        second = fma(value, deviation * broadcast<Columns>(scale[r]), second);
    }
    store(gradient_sum, first);
    store(product_sum, second);
}

template <std::size_t Rows, class T>
void add_rows(const T *g, const T *x, std::size_t row_stride, std::size_t columns, const double *mean,
              const double *scale, double *gradient_sum, double *product_sum)
{
    std::size_t c = 0;
    for (; c + Columns::lanes <= columns; c += Columns::lanes) {
        add_rows<Rows>(g + c, x + c, row_stride, mean, scale, gradient_sum + c, product_sum + c);
    }
    if (c != columns) {
        const std::size_t rest = columns - c;
        ShortRun<double, Columns::lanes> first(gradient_sum + c, rest);
        ShortRun<double, Columns::lanes> second(product_sum + c, rest);
        for (std::size_t r = 0; r < Rows; ++r) {
            const ShortRun<T, Columns::lanes> gradient(g + r * row_stride + c, rest);
            const ShortRun<T, Columns::lanes> v(x + r * row_stride + c, rest);
            add_rows<1>(gradient.lane, v.lane, 0, mean + r, scale + r, first.lane, second.lane);
        }
        __builtin_memcpy(gradient_sum + c, first.lane, rest * sizeof(double));
        __builtin_memcpy(product_sum + c, second.lane, rest * sizeof(double));
    }
}

template <class T>
void gradient_columns(const void *gradients, const void *source, std::size_t rows, std::size_t row_stride,
                      std::size_t columns, const double *mean, const double *scale, double *gradient_sum,
                      double *product_sum)
{
    constexpr std::size_t at_once = 4;
    const auto *g = static_cast<const T *>(gradients);
    const auto *x = static_cast<const T *>(source);
    std::size_t r = 0;
    for (; r + at_once <= rows; r += at_once) {
        add_rows<at_once>(g + r * row_stride, x + r * row_stride, row_stride, columns, mean + r, scale + r,
                          gradient_sum, product_sum);
    }
    for (; r < rows; ++r) {
        add_rows<1>(g + r * row_stride, x + r * row_stride, row_stride, columns, mean + r, scale + r, gradient_sum,
                    product_sum);
    }
}

template <class T>
constexpr core::GradientKernels gradient_kernels{&gradient_sums<T>, &gradient_runs<T>, &gradient_columns<T>};

} // namespace

constinit const core::GradientKernels gradient_kernels_f32 = gradient_kernels<float>;
constinit const core::GradientKernels gradient_kernels_f64 = gradient_kernels<double>;
constinit const core::GradientKernels gradient_kernels_bf16 = gradient_kernels<core::Bf16Element>;
constinit const core::GradientKernels gradient_kernels_f16 = gradient_kernels<core::F16Element>;

} // namespace unitvar::UNITVAR_ISA
