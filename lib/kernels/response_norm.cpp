// Local response normalisation of a strip of positions: squares of all channels in double, then for each channel the
// sum over its window, k + a S, and the power. beta = 1/2, 3/4 and 1 need square roots and quotients alone: at most 3
// roundings of half an ulp each that count fully. They are f32's own where all k + a S are well within its range, and
// its usual case, beta = 3/4, is iterated: the root of a root and a quotient take twice as long. What double's range or
// precision does not bear is left to response_precise.hpp.
#include "kernels/response_precise.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

inline constexpr std::size_t strip = core::response_strip;
inline constexpr std::size_t line = 64;
using Strip = F64x<strip>;
using NarrowStrip = F32x<strip>;

// What elements of type E are computed as: 16-bit ones as f32.
template <class E> using Value = Parameter<E>;

// One strip of one channel after the other, whole: narrower ones are filled up with zeros.
template <class E> class Strips {
public:
    using T = Value<E>;
    Strips(const E *x, E *y, std::size_t channel_stride, std::size_t width)
        : x_(x), y_(y), stride_(channel_stride), width_(width)
    {
    }
    // Fetches the next strip too: its lines are too far apart for the processor to see a pattern.
    UNITVAR_INLINE const T *ahead(std::size_t channel)
    {
        for (std::size_t i = 0; i < strip * sizeof(E); i += line) {
            __builtin_prefetch(reinterpret_cast<const unsigned char *>(x_ + channel * stride_ + strip) + i);
            __builtin_prefetch(reinterpret_cast<const unsigned char *>(y_ + channel * stride_ + strip) + i, 1);
        }
        return values(channel);
    }
    UNITVAR_INLINE const T *values(std::size_t channel)
    {
        const E *const at = x_ + channel * stride_;
        if constexpr (direct) {
            if (width_ == strip) {
                return at;
            }
            __builtin_memcpy(row_, at, width_ * sizeof(E));
        } else {
            __builtin_memcpy(halves_, at, width_ * sizeof(E));
            for (std::size_t i = 0; i < strip; i += norm_lanes) {
                store_from_f64<float>(row_ + i, load_as_f64<Wide, E>(halves_ + i));
            }
        }
        return row_;
    }
    // Where the results of a channel go, and once they are there.
    UNITVAR_INLINE T *results(std::size_t channel)
    {
        if constexpr (direct) {
            return width_ == strip ? y_ + channel * stride_ : row_;
        } else {
            return row_;
        }
    }
    UNITVAR_INLINE void finish(std::size_t channel)
    {
        E *const at = y_ + channel * stride_;
        if constexpr (!direct) {
            for (std::size_t i = 0; i < strip; i += norm_lanes) {
                store_from_f64<E>(halves_ + i, load_as_f64<Wide, float>(row_ + i));
            }
            __builtin_memcpy(at, halves_, width_ * sizeof(E));
        } else if (width_ != strip) {
            __builtin_memcpy(at, row_, width_ * sizeof(E));
        }
    }

private:
    static constexpr bool direct = std::is_same_v<T, E>;

    const E *x_;
    E *y_;
    std::size_t stride_;
    std::size_t width_;
    alignas(line) T row_[strip] = {};
    alignas(line) E halves_[direct ? 1 : strip] = {};
};

// t^-beta x, x and t in one type.
template <class P> UNITVAR_INLINE P quotient(const P &x, const P &t, double beta)
{
    if (beta == 1) {
        return x / t;
    }
    const P root = sqrt(t);
    return beta == 0.5 ? x / root : x / (root * sqrt(root));
}

// Are roots and quotients all that t^-beta takes?
constexpr bool has_roots(double beta)
{
    return beta == 0.5 || beta == 0.75 || beta == 1;
}

NegativePower power_of(double beta)
{
    const double infinity = __builtin_inf();
    const double at_zero = beta > 0 ? infinity : beta < 0 ? 0.0 : 1.0;
    const double at_infinity = beta > 0 ? 0.0 : beta < 0 ? infinity : 1.0;
    return {beta, at_zero, at_infinity};
}

enum class Path : unsigned char {
    narrow_iterated, // f32, beta = 3/4
    narrow_roots,    // in f32
    roots,           // in double
    power,           // in double, of f32 data
    precise,
};

// most: no k + factor S is above it where factor and k are positive.
template <class T> Path path_of(const core::ResponseWindow &window, double most)
{
    const bool exact = has_roots(window.beta);
    const bool positive = window.factor >= 0 && window.k >= 0;
    if constexpr (sizeof(T) == sizeof(float)) {
        // In double, squares of f32 are exact and the sum is, for f32.
        if (positive && exact && window.k >= 0x1p-60 && most < 0x1p60) {
            return window.beta == 0.75 ? Path::narrow_iterated : Path::narrow_roots;
        }
        const auto between = [&](double least_factor, double limit, double most_beta) {
            return positive && (window.factor >= least_factor || window.factor == 0) && most < limit &&
                   (exact || (window.beta < most_beta && window.beta > -most_beta));
        };
        // The least k + a S is k or the square of the least f32, 2^-298, times the factor: its power is a double.
        const bool bounded = (window.k >= 0x1p-60 && between(0, 0x1p60, 16)) || between(0x1p-200, 0x1p500, 2);
        return !bounded ? Path::precise : exact ? Path::roots : Path::power;
    } else {
        // Rounding adds up in long sums.
        constexpr std::size_t most_terms = 16;
        const bool bounded = positive && window.factor < 0x1p60 && window.k >= 0x1p-900 && most < 0x1p1000 &&
                             window.before + window.after < most_terms;
        return bounded && exact ? Path::roots : Path::precise;
    }
}

template <class E>
void precise_response(Strips<E> &strips, std::size_t channels, const core::ResponseWindow &window, double *values)
{
    using T = Value<E>;
    for (std::size_t c = 0; c < channels; ++c) {
        const T *const source = strips.values(c);
        for (std::size_t i = 0; i < strip; i += norm_lanes) {
            store(values + (window.before + c) * strip + i, load_as_f64<Wide, T>(source + i));
        }
    }
    const PreciseResponse response(window);
    alignas(line) double lanes[norm_lanes];
    for (std::size_t c = 0; c < channels; ++c) {
        T *const results = strips.results(c);
        for (std::size_t i = 0; i < strip; i += norm_lanes) {
            response.run(values + c * strip + i, values + (window.before + c) * strip + i, lanes);
            store_from_f64<T>(results + i, load<Wide>(lanes));
        }
        strips.finish(c);
    }
}

template <class E>
void direct_response(Strips<E> &strips, std::size_t channels, const core::ResponseWindow &window, const double *squares,
                     Path path)
{
    using T = Value<E>;
    const NegativePower power = power_of(window.beta);
    const std::size_t size = window.before + window.after + 1;
    for (std::size_t c = 0; c < channels; ++c) {
        const T *const values = strips.values(c);
        T *const results = strips.results(c);
        Strip sum = load<Strip>(squares + c * strip);
        for (std::size_t j = 1; j < size; ++j) {
            sum = sum + load<Strip>(squares + (c + j) * strip);
        }
        const Strip t = fma(sum, broadcast<Strip>(window.factor), broadcast<Strip>(window.k));
        if (path == Path::roots) {
            alignas(line) double base[strip];
            store(base, t);
            for (std::size_t i = 0; i < strip; i += norm_lanes) {
                store_from_f64<T>(results + i,
                                  quotient(load_as_f64<Wide, T>(values + i), load<Wide>(base + i), window.beta));
            }
        } else if constexpr (sizeof(T) == sizeof(float)) {
            if (path == Path::narrow_iterated) {
                store(results, load<NarrowStrip>(values) * inverse_three_quarters(to_f32(t)));
            } else if (path == Path::narrow_roots) {
                store(results, quotient(load<NarrowStrip>(values), to_f32(t), window.beta));
            } else {
                alignas(line) double base[strip];
                store(base, t);
                for (std::size_t i = 0; i < strip; i += norm_lanes) {
                    const Wide factor = negative_power(load<Wide>(base + i), power);
                    store_from_f64<T>(results + i, load_as_f64<Wide, T>(values + i) * factor);
                }
            }
        }
        strips.finish(c);
    }
}

void clear(double *row, std::size_t rows)
{
    for (std::size_t i = 0; i < rows * strip; i += norm_lanes) {
        store(row + i, broadcast<Wide>(0.0));
    }
}

template <class E>
void local_response(const void *source, void *target, std::size_t channels, std::size_t channel_stride,
                    std::size_t width, const core::ResponseWindow &window, double *squares)
{
    using T = Value<E>;
    Strips<E> strips(static_cast<const E *>(source), static_cast<E *>(target), channel_stride, width);
    Wide total = broadcast<Wide>(0.0);
    clear(squares, window.before);
    clear(squares + (window.before + channels) * strip, window.after);
    for (std::size_t c = 0; c < channels; ++c) {
        const T *const values = strips.ahead(c);
        for (std::size_t i = 0; i < strip; i += norm_lanes) {
            const auto v = load_as_f64<Wide, T>(values + i);
            store(squares + (window.before + c) * strip + i, v * v);
            total = fma(v, v, total);
        }
    }
    const Path path = path_of<T>(window, window.k + window.factor * merge_norm_lanes(total));
    if (path == Path::precise) {
        precise_response(strips, channels, window, squares);
    } else {
        direct_response(strips, channels, window, squares, path);
    }
}

// The arrays of a backward pass: x with the channels around it, and with those in whose windows it is the gradient times
// t^-beta and x / t. Rows that are no channels are zeros.
struct GradientRows {
    double *values;
    double *scaled;
    double *ratio;
    GradientRows(double *workspace, std::size_t channels, const core::ResponseWindow &window)
        : values(workspace), scaled(workspace + (channels + window.before + window.after) * strip),
          ratio(scaled + (channels + window.before + window.after) * strip)
    {
    }
};

template <class E>
void precise_gradient(Strips<E> &gradients, std::size_t channels, const core::ResponseWindow &window,
                      const GradientRows &rows)
{
    using T = Value<E>;
    core::ResponseWindow reciprocal = window;
    reciprocal.beta = 1;
    const PreciseResponse power(window);
    const PreciseResponse quotient(reciprocal);
    alignas(line) double lanes[norm_lanes];
    for (std::size_t c = 0; c < channels; ++c) {
        const T *const g = gradients.values(c);
        for (std::size_t i = 0; i < strip; i += norm_lanes) {
            const double *const values = rows.values + c * strip + i;
            const std::size_t at = (window.after + c) * strip + i;
            store(lanes, load_as_f64<Wide, T>(g + i));
            power.run(values, lanes, rows.scaled + at);
            quotient.run(values, values + window.before * strip, rows.ratio + at);
        }
    }
}

template <class E>
void direct_gradient(Strips<E> &gradients, std::size_t channels, const core::ResponseWindow &window,
                     const GradientRows &rows)
{
    using T = Value<E>;
    const NegativePower power = power_of(window.beta);
    const bool exact = has_roots(window.beta);
    const std::size_t size = window.before + window.after + 1;
    for (std::size_t c = 0; c < channels; ++c) {
        const T *const gradient = gradients.values(c);
        for (std::size_t i = 0; i < strip; i += norm_lanes) {
            const double *const values = rows.values + c * strip + i;
            Wide sum = broadcast<Wide>(0.0);
            for (std::size_t j = 0; j < size; ++j) {
                const Wide v = load<Wide>(values + j * strip);
                sum = fma(v, v, sum);
            }
            const Wide t = fma(sum, broadcast<Wide>(window.factor), broadcast<Wide>(window.k));
            const auto g = load_as_f64<Wide, T>(gradient + i);
            const std::size_t at = (window.after + c) * strip + i;
            store(rows.scaled + at, exact ? quotient(g, t, window.beta) : g * negative_power(t, power));
            store(rows.ratio + at, load<Wide>(values + window.before * strip) / t);
        }
    }
}

template <class E>
void local_response_gradient(const void *gradient, const void *source, void *target, std::size_t channels,
                             std::size_t channel_stride, std::size_t width, const core::ResponseWindow &window,
                             double *workspace)
{
    using T = Value<E>;
    auto *const to = static_cast<E *>(target);
    Strips<E> inputs(static_cast<const E *>(source), to, channel_stride, width);
    Strips<E> gradients(static_cast<const E *>(gradient), to, channel_stride, width);
    const GradientRows rows(workspace, channels, window);
    const auto zero = broadcast<Wide>(0.0);
    clear(rows.values, window.before);
    clear(rows.values + (window.before + channels) * strip, window.after);
    for (double *const row : {rows.scaled, rows.ratio}) {
        clear(row, window.after);
        clear(row + (window.after + channels) * strip, window.before);
    }
    Wide total = zero;
    for (std::size_t c = 0; c < channels; ++c) {
        const T *const values = inputs.values(c);
        for (std::size_t i = 0; i < strip; i += norm_lanes) {
            const auto v = load_as_f64<Wide, T>(values + i);
            store(rows.values + (window.before + c) * strip + i, v);
            total = fma(v, v, total);
        }
    }
    // Of f64 the direct path would be off by too many ulp.
    const bool precise = sizeof(T) == sizeof(double) ||
                         path_of<T>(window, window.k + window.factor * merge_norm_lanes(total)) == Path::precise;
    if (precise) {
        precise_gradient(gradients, channels, window, rows);
    } else {
        direct_gradient(gradients, channels, window, rows);
    }
    const auto slope = broadcast<Wide>(-2 * window.beta * window.factor);
    const std::size_t size = window.before + window.after + 1;
    for (std::size_t c = 0; c < channels; ++c) {
        T *const results = gradients.results(c);
        for (std::size_t i = 0; i < strip; i += norm_lanes) {
            const Wide x = load<Wide>(rows.values + (window.before + c) * strip + i);
            Wide sum = zero;
            for (std::size_t j = 0; j < size; ++j) {
                const std::size_t at = (c + j) * strip + i;
                sum = fma(load<Wide>(rows.scaled + at), load<Wide>(rows.ratio + at) * x, sum);
            }
            store_from_f64<T>(results + i, fma(sum, slope, load<Wide>(rows.scaled + (window.after + c) * strip + i)));
        }
        gradients.finish(c);
    }
}

} // namespace

#define UNITVAR_LOCAL_RESPONSE(name, type)                                                                             \
    void local_response_##name(const void *x, void *y, std::size_t channels, std::size_t channel_stride,               \
                               std::size_t width, const core::ResponseWindow &window, double *workspace)               \
    {                                                                                                                  \
        local_response<type>(x, y, channels, channel_stride, width, window, workspace);                                \
    }                                                                                                                  \
    void local_response_gradient_##name(const void *gradient, const void *x, void *grad_x, std::size_t channels,       \
                                        std::size_t channel_stride, std::size_t width,                                 \
                                        const core::ResponseWindow &window, double *workspace)                         \
    {                                                                                                                  \
        local_response_gradient<type>(gradient, x, grad_x, channels, channel_stride, width, window, workspace);        \
    }
UNITVAR_LOCAL_RESPONSE(f32, float)
UNITVAR_LOCAL_RESPONSE(f64, double)
UNITVAR_LOCAL_RESPONSE(bf16, core::Bf16Element)
UNITVAR_LOCAL_RESPONSE(f16, core::F16Element)
#undef UNITVAR_LOCAL_RESPONSE

} // namespace unitvar::UNITVAR_ISA
