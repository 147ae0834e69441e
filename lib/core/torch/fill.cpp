// Words, uniforms and permutations of engine 3.
#include "core/torch/fill.hpp"

#include <cmath>
#include <limits>

#include "core/torch/chunks.hpp"
#include "core/torch/formats.hpp"

namespace unitvar::core {
namespace {

// PyTorch 1.13 to 2.11: as many bits as the type's significand has, the width rounded to the type, one rounding at the
// end.
template <class Format>
void fill_uniform_16(const TorchSource &source, const TorchTarget &target, double low, double high)
{
    constexpr std::uint32_t mask = (1U << Format::bits) - 1;
    constexpr float step = 1.0F / static_cast<float>(1U << Format::bits);
    const float a = Format::rounded(static_cast<float>(low));
    const float width = Format::rounded(Format::rounded(static_cast<float>(high)) - a);
    draw_pieces(source, target, target.count, 1, Making::cheap,
                [&](const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode) {
                    for (std::size_t i = 0; i < count; ++i) {
                        put(out, i, Format::round(std::fma(static_cast<float>(word[i] & mask) * step, width, a)));
                    }
                });
}

// 2.12 and later: in f32 with its 24 bits, rounded once, and the upper bound replaced.
template <class Format>
void fill_uniform_op_math(const TorchSource &source, const TorchTarget &target, double low, double high)
{
    const auto a = static_cast<float>(low);
    const float width = static_cast<float>(high) - a;
    const float upper = Format::rounded(static_cast<float>(high));
    const std::uint16_t lower = Format::round(a);
    const RoundKernel round = Format::kernel(source.table);
    draw_pieces(source, target, target.count, 1, Making::cheap,
                [&](const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode) {
                    alignas(64) float uniform[chunk_words];
                    alignas(64) std::uint16_t rounded[chunk_words];
                    source.kernels.uniform_f32(word, static_cast<double>(a), static_cast<double>(width), uniform, count,
                                               StoreMode::cached);
                    round(uniform, rounded, count);
                    for (std::size_t i = 0; i < count; ++i) {
                        put(out, i, Format::widen(rounded[i]) == upper ? lower : rounded[i]);
                    }
                });
}

// Elements that are the upper bound become the lower one.
template <class T> void replace_upper(unsigned char *values, std::size_t n, T low, T high) noexcept
{
    for (std::size_t i = 0; i < n; ++i) {
        T x = 0;
        std::memcpy(&x, values + i * sizeof(T), sizeof(T));
        put(values, i, x == high ? low : x);
    }
}

// f32 and f64, from words of an element's size. The replacement is only looked for where the greatest uniform needs it.
template <class T, class Kernel>
void fill_uniform(const TorchSource &source, const TorchTarget &target, T low, T high, const Kernel &kernel)
{
    constexpr std::size_t words_each = sizeof(T) / sizeof(std::uint32_t);
    constexpr T greatest = 1 - std::numeric_limits<T>::epsilon() / 2;
    const T width = high - low;
    const bool replaces = source.engine.rules().upper_becomes_lower && std::fma(greatest, width, low) == high;
    draw_pieces(source, target, target.count, words_each, Making::cheap,
                [&](const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode mode) {
                    kernel(word, static_cast<double>(low), static_cast<double>(width), out, count,
                           replaces ? StoreMode::cached : mode);
                    if (replaces) {
                        replace_upper(out, count, low, high);
                    }
                });
}

} // namespace

void torch_fill_u32(const TorchSource &source, void *target, std::uint64_t n) noexcept
{
    const TorchTarget elements{DType::f32, n, true, target};
    draw_pieces(source, elements, n, 1, Making::cheap,
                [](const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode) {
                    std::memcpy(out, word, count * sizeof(std::uint32_t));
                });
}

void torch_fill_u64(const TorchSource &source, void *target, std::uint64_t n) noexcept
{
    const TorchTarget elements{DType::f64, n, true, target};
    draw_pieces(source, elements, n, 2, Making::cheap,
                [](const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode) {
                    for (std::size_t i = 0; i < count; ++i) {
                        put(out, i, (std::uint64_t{word[2 * i]} << 32U) | word[2 * i + 1]);
                    }
                });
}

void torch_fill_uniform(const TorchSource &source, const TorchTarget &target, double low, double high) noexcept
{
    const bool op_math = source.engine.rules().op_math;
    switch (target.dtype) {
    case DType::f32:
        fill_uniform(source, target, static_cast<float>(low), static_cast<float>(high), source.kernels.uniform_f32);
        return;
    case DType::f64:
        fill_uniform(source, target, low, high, source.kernels.uniform_f64);
        return;
    case DType::bf16:
        return op_math ? fill_uniform_op_math<Bf16>(source, target, low, high)
                       : fill_uniform_16<Bf16>(source, target, low, high);
    default:
        return op_math ? fill_uniform_op_math<F16>(source, target, low, high)
                       : fill_uniform_16<F16>(source, target, low, high);
    }
}

void torch_fill_permutation(const TorchSource &source, void *target, std::uint64_t n) noexcept
{
    // Releases since 2.6: from here on 64 bits for each element, and the shuffle that needs no beginning.
    constexpr std::uint64_t many = UINT32_MAX / 20;
    auto *out = static_cast<unsigned char *>(target);
    if (source.engine.rules().wide_permutation && n >= many) {
        for (std::uint64_t i = 0; i < n; ++i) {
            const std::uint64_t high = source.engine.word(source.kernels);
            const std::uint64_t j = (high << 32U | source.engine.word(source.kernels)) % (i + 1);
            std::int64_t moved = static_cast<std::int64_t>(i);
            std::memcpy(&moved, out + j * sizeof(moved), j == i ? 0 : sizeof(moved));
            put(out, i, moved);
            put(out, j, static_cast<std::int64_t>(i));
        }
        return;
    }
    const auto at = [out](std::uint64_t i) { return out + i * sizeof(std::int64_t); };
    for (std::uint64_t i = 0; i < n; ++i) {
        put(out, i, static_cast<std::int64_t>(i));
    }
    for (std::uint64_t i = 0; i + 1 < n; ++i) {
        const std::uint64_t j = i + source.engine.word(source.kernels) % (n - i);
        std::int64_t a = 0;
        std::int64_t b = 0;
        std::memcpy(&a, at(i), sizeof(a));
        std::memcpy(&b, at(j), sizeof(b));
        std::memcpy(at(i), &b, sizeof(b));
        std::memcpy(at(j), &a, sizeof(a));
    }
}

} // namespace unitvar::core
