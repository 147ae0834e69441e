// Activations and their gradients: one comparison and one selection for each element, in the element type. NaN passes
// through, and relu keeps -0.
#include "kernels/norm_lanes.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

inline constexpr std::size_t block_bytes = 128;
template <class T> inline constexpr std::size_t block = is_half<T> ? core::half_block : block_bytes / sizeof(T);
// 16-bit elements are computed with in f32: a product errs by 2^-24, 2^-16 of an ulp of bf16 and 2^-13 of one of f16.
template <class T> using Block = std::conditional_t<sizeof(T) == sizeof(double), F64x<block<T>>, F32x<block<T>>>;
template <class T> using Lane = typename Block<T>::Lane;

template <class T> struct ShortBlock {
    alignas(64) T lane[block_bytes / sizeof(T)] = {};
    ShortBlock(const T *source, std::size_t count) { __builtin_memcpy(lane, source, count * sizeof(T)); }
};

// Of sources of type S beside elements of type T.
template <class T, class S> UNITVAR_INLINE Block<T> load_block(const S *source)
{
    if constexpr (is_half<T>) {
        return InFloat<T>::load_from(source);
    } else {
        return load<Block<T>>(source);
    }
}
template <class T, bool Streamed = false> UNITVAR_INLINE void store_block(T *target, const Block<T> &value)
{
    if constexpr (is_half<T>) {
        InFloat<T>::template store_to<Streamed>(target, value);
    } else if constexpr (Streamed) {
        stream(target, value);
    } else {
        store(target, value);
    }
}

// y[i] = f(source[i]...). The last block of a longer run is read before anything is written, because y may be a source.
template <class T, class F, class... S>
UNITVAR_INLINE void transform(void *target, std::size_t n, const F &f, const S *...source)
{
    auto *y = static_cast<T *>(target);
    if (n < block<T>) {
        ShortBlock<T> result(y, 0);
        store_block<T>(result.lane, f(load_block<T>(ShortBlock<S>(source, n).lane)...));
        __builtin_memcpy(y, result.lane, n * sizeof(T));
        return;
    }
    const std::size_t rest = n - block<T>;
    const Block<T> last = f(load_block<T>(source + rest)...);
    for (std::size_t i = 0; i + block<T> <= n; i += block<T>) {
        store_block<T>(y + i, f(load_block<T>(source + i)...));
    }
    store_block<T>(y + rest, last);
}

// The same of runs, past the caches where those are whole lines of whole blocks.
template <class T, class F>
UNITVAR_INLINE void transform_runs(const T *x, void *target, const core::Runs &runs, core::StoreMode mode, const F &f)
{
    auto *y = static_cast<T *>(target);
    const std::size_t n = runs.length;
    if (n % block<T> != 0 || !streams(y, n, runs.stride, mode)) {
        for (std::size_t r = 0; r < runs.count; ++r) {
            transform<T>(y + r * runs.stride, n, f, x + r * runs.stride);
        }
        return;
    }
    for (std::size_t r = 0; r < runs.count; ++r, x += runs.stride, y += runs.stride) {
        for (std::size_t i = 0; i < n; i += block<T>) {
            store_block<T, true>(y + i, f(load_block<T>(x + i)));
        }
    }
}

void fence()
{
    stream_fence();
}

template <class T> const T *elements(const void *source)
{
    return static_cast<const T *>(source);
}

template <class T> UNITVAR_INLINE Block<T> where_positive(const Block<T> &x, const Block<T> &a, const Block<T> &b)
{
    return select_less(broadcast<Block<T>>(Lane<T>(0)), x, a, b);
}

template <class T> void relu(const void *x, void *y, const core::Runs &runs, core::StoreMode mode)
{
    const auto zero = broadcast<Block<T>>(Lane<T>(0));
    transform_runs(elements<T>(x), y, runs, mode,
                   [&](const Block<T> &v) UNITVAR_INLINE_LAMBDA { return select_less(v, zero, zero, v); });
}

template <class T> void leaky_relu(const void *x, void *y, const core::Runs &runs, double slope, core::StoreMode mode)
{
    const auto s = broadcast<Block<T>>(static_cast<Lane<T>>(slope));
    transform_runs(elements<T>(x), y, runs, mode,
                   [&](const Block<T> &v) UNITVAR_INLINE_LAMBDA { return where_positive<T>(v, v, v * s); });
}

template <class T> void prelu(const void *x, const void *slope, void *y, std::size_t n)
{
    transform<T>(
        y, n, [](const Block<T> &v, const Block<T> &s) UNITVAR_INLINE_LAMBDA { return where_positive<T>(v, v, v * s); },
        elements<T>(x), elements<Parameter<T>>(slope));
}

template <class T> void relu_gradient(const void *gradient, const void *x, void *y, std::size_t n)
{
    const auto zero = broadcast<Block<T>>(Lane<T>(0));
    transform<T>(
        y, n,
        [&](const Block<T> &g, const Block<T> &v) UNITVAR_INLINE_LAMBDA { return select_not_positive(v, zero, g); },
        elements<T>(gradient), elements<T>(x));
}

template <class T> void leaky_relu_gradient(const void *gradient, const void *x, void *y, std::size_t n, double slope)
{
    const auto s = broadcast<Block<T>>(static_cast<Lane<T>>(slope));
    transform<T>(
        y, n,
        [&](const Block<T> &g, const Block<T> &v) UNITVAR_INLINE_LAMBDA { return where_positive<T>(v, g, g * s); },
        elements<T>(gradient), elements<T>(x));
}

template <class T> void prelu_gradient(const void *gradient, const void *x, const void *slope, void *y, std::size_t n)
{
    transform<T>(
        y, n,
        [](const Block<T> &g, const Block<T> &v, const Block<T> &s)
            UNITVAR_INLINE_LAMBDA { return where_positive<T>(v, g, g * s); },
        elements<T>(gradient), elements<T>(x), elements<Parameter<T>>(slope));
}

template <class T> double prelu_slope_gradient(const void *gradient, const void *source, std::size_t n)
{
    const auto *g = static_cast<const T *>(gradient);
    const auto *x = static_cast<const T *>(source);
    const auto zero = broadcast<Wide>(0.0);
    Wide sum = zero;
    const auto add = [&](const T *gs, const T *xs) UNITVAR_INLINE_LAMBDA {
        const auto v = load_as_f64<Wide, T>(xs);
        sum = sum + select_less(zero, v, zero, load_as_f64<Wide, T>(gs) * v);
    };
    std::size_t i = 0;
    for (; i + norm_lanes <= n; i += norm_lanes) {
        add(g + i, x + i);
    }
    if (i != n) {
        add(ShortRun<T>(g + i, n - i).lane, ShortRun<T>(x + i, n - i).lane);
    }
    return merge_norm_lanes(sum);
}

template <class T>
constexpr core::ActivationKernels activation_kernels{&fence,
                                                     &relu<T>,
                                                     &leaky_relu<T>,
                                                     &prelu<T>,
                                                     &relu_gradient<T>,
                                                     &leaky_relu_gradient<T>,
                                                     &prelu_gradient<T>,
                                                     &prelu_slope_gradient<T>};

} // namespace

constinit const core::ActivationKernels activation_kernels_f32 = activation_kernels<float>;
constinit const core::ActivationKernels activation_kernels_f64 = activation_kernels<double>;
constinit const core::ActivationKernels activation_kernels_bf16 = activation_kernels<core::Bf16Element>;
constinit const core::ActivationKernels activation_kernels_f16 = activation_kernels<core::F16Element>;

} // namespace unitvar::UNITVAR_ISA
