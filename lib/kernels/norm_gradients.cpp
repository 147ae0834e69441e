// Backward passes of norms. With d = x - mean and g the gradient of y, weighted where there are weights, the gradient
// of x is a linear function of g and d whose coefficients come from the sums of g and of g d; the gradients of weight
// and bias are sums of the same kind. All in double, rounded once.
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

template <class T, bool Weighted, bool Scaled>
void runs_of(const T *gradient, const T *x, T *target, const core::Runs &runs, const core::GradientAffine &affine,
             const Parameter<T> *weight)
{
    const auto mean = broadcast<Wide>(affine.mean);
    const auto scale = broadcast<Wide>(affine.scale);
    const auto slope = broadcast<Wide>(affine.slope);
    const auto offset = broadcast<Wide>(affine.offset);
    const auto prescale = broadcast<Wide>(affine.prescale);
    // w: the weights, of which f takes those from i on.
    const auto f = [&](const T *g, const T *v, const Parameter<T> *w, std::size_t i) UNITVAR_INLINE_LAMBDA {
        auto value = load_as_f64<Wide, T>(g);
        if constexpr (Weighted) {
            value = value * load_as_f64<Wide, Parameter<T>>(w + i);
        }
        Wide deviation = load_as_f64<Wide, T>(v) - mean;
        if constexpr (Scaled) {
            deviation = deviation * prescale;
        }
        return fma(value, scale, fma(deviation, slope, offset));
    };
    const std::size_t n = runs.length;
    for (std::size_t r = 0; r < runs.count; ++r) {
        const std::size_t at = r * runs.stride;
        if (n < norm_lanes) {
            ShortRun<T> g(gradient + at, n);
            const ShortRun<T> v(x + at, n);
            const ShortRun<Parameter<T>> w(weight, Weighted ? n : 0);
            store_from_f64<T>(g.lane, f(g.lane, v.lane, w.lane, 0));
            __builtin_memcpy(target + at, g.lane, n * sizeof(T));
            continue;
        }
        // Read before anything is written: the target may be one of the sources.
        const std::size_t rest = at + n - norm_lanes;
        const Wide last = f(gradient + rest, x + rest, weight, n - norm_lanes);
        for (std::size_t i = 0; i + norm_lanes <= n; i += norm_lanes) {
            store_from_f64<T>(target + at + i, f(gradient + at + i, x + at + i, weight, i));
        }
        store_from_f64<T>(target + rest, last);
    }
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
    weighted_runs<T, false>(g, v, y, runs, affine, w);
}

template <class T>
void gradient_columns(const void *gradients, const void *source, std::size_t rows, std::size_t row_stride,
                      std::size_t columns, const double *mean, const double *scale, double *gradient_sum,
                      double *product_sum)
{
    const auto *g = static_cast<const T *>(gradients);
    const auto *x = static_cast<const T *>(source);
    const std::size_t whole = columns / norm_lanes * norm_lanes;
    for (std::size_t r = 0; r < rows; ++r, g += row_stride, x += row_stride) {
        const auto center = broadcast<Wide>(mean[r]);
        const auto factor = broadcast<Wide>(scale[r]);
        const auto add = [&](const T *gradient, const T *v, double *first, double *second) UNITVAR_INLINE_LAMBDA {
            const auto value = load_as_f64<Wide, T>(gradient);
            store(first, load<Wide>(first) + value);
            store(second, fma(value, (load_as_f64<Wide, T>(v) - center) * factor, load<Wide>(second)));
        };
        for (std::size_t c = 0; c < whole; c += norm_lanes) {
            add(g + c, x + c, gradient_sum + c, product_sum + c);
        }
        if (whole != columns) {
            const std::size_t rest = columns - whole;
            const ShortRun<T> gradient(g + whole, rest);
            const ShortRun<T> v(x + whole, rest);
            ShortRun<double> first(gradient_sum + whole, rest);
            ShortRun<double> second(product_sum + whole, rest);
            add(gradient.lane, v.lane, first.lane, second.lane);
            __builtin_memcpy(gradient_sum + whole, first.lane, rest * sizeof(double));
            __builtin_memcpy(product_sum + whole, second.lane, rest * sizeof(double));
        }
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
