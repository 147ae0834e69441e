// Local response normalisation of a strip of positions: squares of all channels in double, then for each channel the
// sum over its window, k + a S, and the power. beta = 1/2, 3/4 and 1 need square roots and quotients alone, and those
// in the element type: at most 3 roundings of half an ulp each that count fully. The usual case of f32 data, beta = 3/4
// and k about 1, is iterated: the root of a root and a quotient take twice as long.
#include "kernels/norm_lanes.hpp"
#include "kernels/units.hpp"
#include "simd/power.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

inline constexpr std::size_t strip = core::response_strip;
inline constexpr std::size_t line = 64;
using Strip = F64x<strip>;
template <class T> using Native = std::conditional_t<std::is_same_v<T, float>, F32x<strip>, F64x<strip>>;

// t^-beta x, x and t in the element type.
template <class T> UNITVAR_INLINE Native<T> quotient(const Native<T> &x, const Native<T> &t, double beta)
{
    if (beta == 1) {
        return x / t;
    }
    const Native<T> root = sqrt(t);
    return beta == 0.5 ? x / root : x / (root * sqrt(root));
}

template <class T>
void local_response(const void *source, void *target, std::size_t channels, std::size_t channel_stride,
                    std::size_t width, const core::ResponseWindow &window, double *squares)
{
    const auto *x = static_cast<const T *>(source);
    auto *y = static_cast<T *>(target);
    const auto zero = broadcast<Wide>(0.0);
    const auto clear = [&](double *row, std::size_t rows) {
        for (std::size_t i = 0; i < rows * strip; i += norm_lanes) {
            store(row + i, zero);
        }
    };
    alignas(64) T row[strip] = {};
    Wide total = zero;
    clear(squares, window.before);
    clear(squares + (window.before + channels) * strip, window.after);
    for (std::size_t c = 0; c < channels; ++c) {
        // The next strip: its lines are too far apart for the processor to see a pattern.
        for (std::size_t i = 0; i < strip * sizeof(T); i += line) {
            __builtin_prefetch(reinterpret_cast<const unsigned char *>(x + c * channel_stride + strip) + i);
            __builtin_prefetch(reinterpret_cast<const unsigned char *>(y + c * channel_stride + strip) + i, 1);
        }
        const T *values = x + c * channel_stride;
        if (width != strip) {
            __builtin_memcpy(row, values, width * sizeof(T));
            values = row;
        }
        for (std::size_t i = 0; i < strip; i += norm_lanes) {
            const auto v = load_as_f64<Wide, T>(values + i);
            store(squares + (window.before + c) * strip + i, v * v);
            total = fma(v, v, total);
        }
    }
    // All t are in the range of inverse_three_quarters: from k up to this.
    const double most = window.k + window.factor * merge_norm_lanes(total);
    const bool common =
        sizeof(T) == sizeof(float) && window.beta == 0.75 && window.factor >= 0 && window.k >= 0x1p-60 && most < 0x1p60;
    const bool exact = window.beta == 0.5 || window.beta == 0.75 || window.beta == 1;
    const double infinity = __builtin_inf();
    const NegativePower power{window.beta,
                              window.beta > 0   ? infinity
                              : window.beta < 0 ? 0.0
                                                : 1.0,
                              window.beta > 0   ? 0.0
                              : window.beta < 0 ? infinity
                                                : 1.0};
    const std::size_t size = window.before + window.after + 1;
    for (std::size_t c = 0; c < channels; ++c) {
        const T *values = x + c * channel_stride;
        T *results = y + c * channel_stride;
        if (width != strip) {
            __builtin_memcpy(row, values, width * sizeof(T));
            values = row;
            results = row;
        }
        Strip sum = load<Strip>(squares + c * strip);
        for (std::size_t j = 1; j < size; ++j) {
            sum = sum + load<Strip>(squares + (c + j) * strip);
        }
        const Strip t = fma(sum, broadcast<Strip>(window.factor), broadcast<Strip>(window.k));
        if (common) {
            if constexpr (sizeof(T) == sizeof(float)) {
                store(results, load<Native<T>>(values) * inverse_three_quarters(to_f32(t)));
            }
        } else if (exact) {
            alignas(64) T base[strip];
            store_from_f64<T>(base, t);
            store(results, quotient<T>(load<Native<T>>(values), load<Native<T>>(base), window.beta));
        } else {
            alignas(64) double base[strip];
            store(base, t);
            for (std::size_t i = 0; i < strip; i += norm_lanes) {
                const Wide factor = negative_power(load<Wide>(base + i), power);
                store_from_f64<T>(results + i, load_as_f64<Wide, T>(values + i) * factor);
            }
        }
        if (width != strip) {
            __builtin_memcpy(y + c * channel_stride, row, width * sizeof(T));
        }
    }
}

} // namespace

void local_response_f32(const void *x, void *y, std::size_t channels, std::size_t channel_stride, std::size_t width,
                        const core::ResponseWindow &window, double *squares)
{
    local_response<float>(x, y, channels, channel_stride, width, window, squares);
}

void local_response_f64(const void *x, void *y, std::size_t channels, std::size_t channel_stride, std::size_t width,
                        const core::ResponseWindow &window, double *squares)
{
    local_response<double>(x, y, channels, channel_stride, width, window, squares);
}

} // namespace unitvar::UNITVAR_ISA
