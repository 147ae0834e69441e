// The 16 lanes of double that statistics and normalised values are computed in, and how a run of n elements falls
// into them: whole blocks from the front, and for what is left the last 16 elements once more with the lanes that
// the blocks have seen masked out. So a run of 16 or more is read without a copy, and lane i of the last block
// depends on n alone. Shorter runs go through a buffer. Values of 16 bits are computed in 32 lanes of f32 where that
// has range enough.
#pragma once

#include "core/kernel_table.hpp"
#include "core/norm/kernels.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

inline constexpr std::size_t norm_lanes = 16;
using Wide = F64x<norm_lanes>;

// Of weights, biases and slopes beside elements of type T: 16-bit ones are f32 by the time kernels see them.
template <class T> using Parameter = std::conditional_t<sizeof(T) == sizeof(std::uint16_t), float, T>;

alignas(64) inline constexpr double lane_numbers[norm_lanes] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// Adds lanes i and i + width for width 8, 4, 2, 1.
template <std::size_t K> UNITVAR_INLINE double merge_norm_lanes(const Pack<F64, K> &sums)
{
    if constexpr (K > 1) {
        return merge_norm_lanes(lower(sums) + upper(sums));
    } else {
        double lane[F64::size];
        store(lane, sums);
        for (std::size_t width = F64::size / 2; width != 0; width /= 2) {
            for (std::size_t i = 0; i < width; ++i) {
                lane[i] += lane[i + width];
            }
        }
        return lane[0];
    }
}

template <class T> inline constexpr bool is_half = sizeof(T) == sizeof(std::uint16_t);

// What a kernel computes in: its lanes, and elements of any type to and from them, rounded once.
struct InDouble {
    using Value = double;
    using Lanes = Wide;
    template <class T> UNITVAR_INLINE static Lanes load_from(const T *x) { return load_as_f64<Lanes, T>(x); }
    template <class T> UNITVAR_INLINE static void store_to(T *y, const Lanes &value) { store_from_f64<T>(y, value); }
};
// Of elements of 16 bits, type T, and f32 parameters. The lanes of bf16 have the even elements before the odd ones.
template <class T> struct InFloat {
    using Value = float;
    using Lanes = F32x<32>;
    static constexpr bool even_odd = std::is_same_v<T, core::Bf16Element>;

    UNITVAR_INLINE static Lanes load_from(const T *x)
    {
        if constexpr (even_odd) {
            return load_even_odd_bf16<Lanes>(x);
        } else {
            return load_f16_as_f32<Lanes>(x);
        }
    }
    UNITVAR_INLINE static Lanes load_from(const float *x)
    {
        if constexpr (even_odd) {
            return load_even_odd<Lanes>(x);
        } else {
            return load<Lanes>(x);
        }
    }
    template <bool Streamed = false> UNITVAR_INLINE static void store_to(T *y, const Lanes &value)
    {
        if constexpr (even_odd) {
            store_even_odd_bf16<Streamed>(y, value);
        } else {
            store_halves<T, Streamed>(y, value);
        }
    }
};

// Does f32 bear these coefficients of 16-bit elements? Nothing of 2^100 or less leaves its range beside the largest
// bf16, and products of what is not tiny are not tiny.
inline bool within_f32(double mean, double scale, double bias)
{
    const double size = __builtin_fabs(scale);
    return __builtin_fabs(mean) <= 0x1p100 && __builtin_fabs(bias) <= 0x1p100 && size <= 0x1p100 &&
           (size >= 0x1p-60 || size == 0);
}

// What a mean loses as a Value.
template <class Value> double low_part(double mean, double mean_low)
{
    if constexpr (std::is_same_v<Value, double>) {
        return mean_low;
    } else {
        return (mean - static_cast<double>(static_cast<Value>(mean))) + mean_low;
    }
}

// Elements i to i + count - 1 of an array in the first lanes of a buffer, zeros in the others.
template <class T, std::size_t Lanes = norm_lanes> struct ShortRun {
    alignas(64) T lane[Lanes] = {};
    ShortRun(const T *source, std::size_t count) { __builtin_memcpy(lane, source, count * sizeof(T)); }
};

// Whether runs of n elements, stride apart, go past the caches in whole lines.
template <class T> bool streams(const T *y, std::size_t n, std::size_t stride, core::StoreMode mode)
{
    constexpr std::size_t line = 64;
    return mode == core::StoreMode::streaming && reinterpret_cast<std::uintptr_t>(y) % line == 0 &&
           n * sizeof(T) % line == 0 && stride * sizeof(T) % line == 0;
}

// Lanes first to last - 1 of a block.
struct LaneRange {
    double first;
    double last;
};
UNITVAR_INLINE Wide keep_lanes(const LaneRange &range, const Wide &value)
{
    const auto zero = broadcast<Wide>(0.0);
    const auto lane = load<Wide>(lane_numbers);
    return select_less(lane, broadcast<Wide>(range.first), zero,
                       select_less(lane, broadcast<Wide>(range.last), value, zero));
}

} // namespace
} // namespace unitvar
