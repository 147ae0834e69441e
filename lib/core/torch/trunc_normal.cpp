// torch.nn.init.trunc_normal_ of PyTorch 1.13 to 2.11 on engine 3: the inverse of the distribution function at uniforms
// between its values at the bounds, as five operations that each round to the type. In f64 the C library's erf, exp and
// log are called.
#include <cmath>
#include <limits>
#include <numbers>

#include "core/torch/chunks.hpp"
#include "core/half.hpp"

namespace unitvar::core {
namespace {

constexpr double sqrt_2 = std::numbers::sqrt2;

double normal_cdf(double x)
{
    return (1.0 + std::erf(x / sqrt_2)) / 2.0;
}

template <std::size_t N> double horner(double x, const double (&c)[N])
{
    double sum = c[N - 1];
    for (std::size_t i = N - 1; i-- > 0;) {
        sum = std::fma(sum, x, c[i]);
    }
    return sum;
}

// As lib/kernels/torch_erfinv.cpp, which has the sources.
double erfinv(double y)
{
    constexpr double inner_numerator[] = {0.886226899, -1.645349621, 0.914624893, -0.140543331};
    constexpr double inner_denominator[] = {1.0, -2.118377725, 1.442710462, -0.329097515, 0.012229801};
    constexpr double outer_numerator[] = {-1.970840454, -1.624906493, 3.429567803, 1.641345311};
    constexpr double outer_denominator[] = {1.0, 3.543889200, 1.637067800};
    const double a = std::fabs(y);
    if (a == 1) {
        return std::copysign(std::numeric_limits<double>::infinity(), y);
    }
    double x = 0;
    if (a <= 0.7) {
        const double z = y * y;
        x = y * horner(z, inner_numerator) / horner(z, inner_denominator);
    } else {
        const double z = std::sqrt(-std::log((1.0 - a) / 2.0));
        x = std::copysign(horner(z, outer_numerator), y) / horner(z, outer_denominator);
    }
    const double slope = 2.0 / std::sqrt(std::numbers::pi);
    for (int step = 0; step < 2; ++step) {
        x -= (std::erf(x) - y) / (slope * std::exp(-x * x));
    }
    return x;
}

// NaN stays.
template <class T> T clamp(T x, T low, T high)
{
    const T raised = x < low ? low : x;
    return raised > high ? high : raised;
}

} // namespace

void torch_fill_trunc_normal(const TorchSource &source, const TorchTarget &target, double mean, double std, double a,
                             double b) noexcept
{
    const double low = 2 * normal_cdf((a - mean) / std) - 1;
    const double high = 2 * normal_cdf((b - mean) / std) - 1;
    const TorchTruncation truncation{std * sqrt_2, mean, a, b};
    ChunkOfWords words;
    alignas(64) float uniform[chunk_words + torch_read_ahead];
    switch (target.dtype) {
    case DType::f32: {
        const auto first = static_cast<float>(low);
        const float width = static_cast<float>(high) - first;
        for_each_piece(source, target, target.count, chunk_words,
                       [&](unsigned char *out, std::size_t count, StoreMode mode) {
                           words.draw(source, count);
                           source.kernels.uniform_f32(words.word, static_cast<double>(first),
                                                      static_cast<double>(width), uniform, count, StoreMode::cached);
                           pad(uniform, count);
                           source.kernels.erfinv_f32(uniform, count);
                           source.kernels.truncate_f32(uniform, truncation, out, count, mode);
                       });
        return;
    }
    case DType::f64:
        for_each_piece(source, target, target.count, chunk_words / 2,
                       [&](unsigned char *out, std::size_t count, StoreMode) {
                           words.draw(source, 2 * count);
                           source.kernels.uniform_f64(words.word, low, high - low, out, count, StoreMode::cached);
                           for (std::size_t i = 0; i < count; ++i) {
                               double y = 0;
                               std::memcpy(&y, out + i * sizeof(y), sizeof(y));
                               const double scaled = erfinv(y) * truncation.scale;
                               put(out, i, clamp(scaled + mean, a, b));
                           }
                       });
        return;
    case DType::bf16: {
        const auto round = [](double x) { return widen_bf16(round_to_bf16(static_cast<float>(x))); };
        const float first = round(low);
        const float width = widen_bf16(round_to_bf16(round(high) - first));
        const float scale = round(truncation.scale);
        const float offset = round(mean);
        for_each_piece(source, target, target.count, chunk_words,
                       [&](unsigned char *out, std::size_t count, StoreMode) {
                           words.draw(source, count);
                           for (std::size_t i = 0; i < count; ++i) {
                               const float u = static_cast<float>(words.word[i] & 0xFFU) * 0x1p-8F;
                               uniform[i] = widen_bf16(round_to_bf16(std::fma(u, width, first)));
                           }
                           pad(uniform, count);
                           source.kernels.erfinv_f32(uniform, count);
                           for (std::size_t i = 0; i < count; ++i) {
                               const float x = widen_bf16(round_to_bf16(widen_bf16(round_to_bf16(uniform[i])) * scale));
                               const float moved = widen_bf16(round_to_bf16(x + offset));
                               put(out, i, round_to_bf16(clamp(moved, round(a), round(b))));
                           }
                       });
        return;
    }
    case DType::f16: // PyTorch has none
        return;
    }
}

} // namespace unitvar::core
