// torch.nn.init.trunc_normal_ on engine 3. To PyTorch 2.11 it is the inverse of the distribution function at uniforms
// between its values at the bounds, as five operations that each round to the type; in f64 the C library's erf, exp and
// log are called. From 2.12 on it is rejection (rejection.hpp).
#include <cmath>
#include <limits>
#include <numbers>

#include "core/torch/chunks.hpp"
#include "core/torch/formats.hpp"
#include "core/torch/rejection.hpp"

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

// In f32, by the dialect's C library.
auto erfinv_of(const TorchSource &source)
{
    return source.engine.dialect().libm == 228 ? source.kernels.erfinv_f32 : source.kernels.erfinv_241_f32;
}

// 16 bits: uniforms of the type, the inverse error function in f32.
template <class Format>
void fill_16(const TorchSource &source, const TorchTarget &target, const TorchTruncNormal &p, double low, double high)
{
    const auto round = [](double x) { return Format::rounded(static_cast<float>(x)); };
    const bool wide = source.engine.rules().wide_scalars;
    const double factor = p.std * sqrt_2;
    const float scale = wide ? static_cast<float>(factor) : round(factor);
    const float offset = round(p.mean);
    const float a = round(p.a);
    const float b = round(p.b);
    alignas(64) float uniform[chunk_words + torch_read_ahead];
    alignas(64) std::uint16_t drawn[chunk_words];
    for_each_piece(source, target, target.count, chunk_words, [&](unsigned char *out, std::size_t count, StoreMode) {
        torch_fill_uniform(source, {target.dtype, count, true, drawn}, low, high);
        for (std::size_t i = 0; i < count; ++i) {
            uniform[i] = Format::widen(drawn[i]);
        }
        pad(uniform, count);
        erfinv_of(source)(uniform, count);
        for (std::size_t i = 0; i < count; ++i) {
            const float x = Format::rounded(Format::rounded(uniform[i]) * scale);
            put(out, i, Format::round(clamp(Format::rounded(x + offset), a, b)));
        }
    });
}

} // namespace

std::size_t torch_trunc_normal_memory(const TorchRules &rules, const TorchTruncNormal &parameters,
                                      std::uint64_t elements)
{
    return rules.rejection && torch_draws_uniforms(parameters) ? static_cast<std::size_t>((elements + 63) / 64) : 0;
}

void torch_fill_trunc_normal(const TorchSource &source, const TorchTarget &target, const TorchTruncNormal &parameters,
                             std::uint64_t *memory) noexcept
{
    if (source.engine.rules().rejection) {
        return torch_fill_by_rejection(source, target, parameters, memory);
    }
    const auto [mean, std, a, b] = parameters;
    const double low = 2 * normal_cdf((a - mean) / std) - 1;
    const double high = 2 * normal_cdf((b - mean) / std) - 1;
    const TorchTruncation truncation{std * sqrt_2, mean, a, b};
    switch (target.dtype) {
    case DType::f32: {
        const auto first = static_cast<float>(low);
        const float width = static_cast<float>(high) - first;
        draw_pieces(source, target, target.count, 1, Making::dear,
                    [&](const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode mode) {
                        alignas(64) float uniform[chunk_words + torch_read_ahead];
                        source.kernels.uniform_f32(word, static_cast<double>(first), static_cast<double>(width),
                                                   uniform, count, StoreMode::cached);
                        pad(uniform, count);
                        erfinv_of(source)(uniform, count);
                        source.kernels.truncate_f32(uniform, truncation, out, count, mode);
                    });
        return;
    }
    case DType::f64:
        draw_pieces(source, target, target.count, 2, Making::dear,
                    [&](const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode) {
                        source.kernels.uniform_f64(word, low, high - low, out, count, StoreMode::cached);
                        for (std::size_t i = 0; i < count; ++i) {
                            double y = 0;
                            std::memcpy(&y, out + i * sizeof(y), sizeof(y));
                            const double scaled = erfinv(y) * truncation.scale;
                            put(out, i, clamp(scaled + truncation.offset, truncation.low, truncation.high));
                        }
                    });
        return;
    case DType::bf16:
        return fill_16<Bf16>(source, target, parameters, low, high);
    default:
        return fill_16<F16>(source, target, parameters, low, high);
    }
}

} // namespace unitvar::core
