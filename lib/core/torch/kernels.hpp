// The kernels of engine 3: MT19937 in SIMD, and PyTorch's transforms of its words. Words are tempered, 32 bits each.
//
// Sources of words and of uniforms may be read up to torch_read_ahead elements past their end; targets are written
// exactly, at any address.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/kernel_table.hpp"

namespace unitvar::core {

inline constexpr std::size_t mt19937_words = 624;
inline constexpr std::size_t torch_read_ahead = 64;

// The state of MT19937; the padding behind it belongs to the kernels.
struct Mt19937State {
    alignas(64) std::uint32_t word[mt19937_words + torch_read_ahead];
};

// PyTorch's box_muller works on blocks of this many elements.
inline constexpr std::size_t torch_normal_block = 16;

// Rounded to the type of the target.
struct TorchTruncation {
    double scale;  // std * sqrt(2)
    double offset; // mean
    double low;
    double high;
};

struct TorchKernels {
    // To be called after what was written with StoreMode::streaming.
    void (*fence)();
    // Moves the state on by one period of 624 words.
    void (*regenerate)(Mt19937State &state);
    // Moves it on by a number of periods, and writes all their words.
    void (*generate)(Mt19937State &state, std::uint32_t *words, std::size_t periods);
    // n words from n words of state.
    void (*temper)(const std::uint32_t *state, std::uint32_t *words, std::size_t n);
    // fma(u, width, low), u from the low 24 or 53 bits of one or two words.
    void (*uniform_f32)(const std::uint32_t *words, double low, double width, void *target, std::size_t n, StoreMode);
    void (*uniform_f64)(const std::uint32_t *words, double low, double width, void *target, std::size_t n, StoreMode);
    // n elements from as many words, n a multiple of torch_normal_block.
    void (*normal_f32)(const std::uint32_t *words, double mean, double std, void *target, std::size_t n, StoreMode);
    // The same from two words each.
    void (*normal_f64)(const std::uint32_t *words, double mean, double std, void *target, std::size_t n, StoreMode);
    // glibc's functions of n numbers in place, and of some of the torch_read_ahead elements behind them; all arrays are
    // aligned to 64 bytes. log of normal numbers > 0, log1p of -1 < x <= 0, exp of |x| < 512, cos and sin, which goes to
    // sines, of 0 <= x < 2^26.
    void (*log_f64)(double *x, std::size_t n);
    void (*log1p_f64)(double *x, std::size_t n);
    void (*exp_f64)(double *x, std::size_t n);
    void (*cos_sin_f64)(double *x, double *sines, std::size_t n);
    // The inverse error function of n uniforms, |y| <= 1, in place, and of some of the torch_read_ahead elements behind
    // them; y is aligned to 64 bytes.
    void (*erfinv_f32)(float *y, std::size_t n);
    // The same on the erff of glibc 2.41 and later.
    void (*erfinv_241_f32)(float *y, std::size_t n);
    // clamp(y * scale + offset, low, high), each operation rounded.
    void (*truncate_f32)(const float *y, const TorchTruncation &, void *target, std::size_t n, StoreMode);
};

} // namespace unitvar::core
