// Words, uniforms and permutations of engine 3.
#include "core/torch/fill.hpp"

#include <cmath>

#include "core/torch/chunks.hpp"
#include "core/half.hpp"

namespace unitvar::core {
namespace {

// PyTorch 1.13 to 2.11: as many bits as the type's significand has, the width rounded to the type, one rounding at the
// end.
template <int Bits, class Round, class Widen>
void fill_uniform_16(const TorchSource &source, const TorchTarget &target, double low, double high, Round round,
                     Widen widen)
{
    constexpr std::uint32_t mask = (1U << Bits) - 1;
    constexpr float step = 1.0F / static_cast<float>(1U << Bits);
    const float a = widen(round(static_cast<float>(low)));
    const float width = widen(round(widen(round(static_cast<float>(high))) - a));
    ChunkOfWords words;
    for_each_piece(source, target, target.count, chunk_words, [&](unsigned char *out, std::size_t count, StoreMode) {
        words.draw(source, count);
        for (std::size_t i = 0; i < count; ++i) {
            put(out, i, round(std::fma(static_cast<float>(words.word[i] & mask) * step, width, a)));
        }
    });
}

} // namespace

void torch_fill_u32(const TorchSource &source, void *target, std::uint64_t n) noexcept
{
    ChunkOfWords words;
    const TorchTarget elements{DType::f32, n, true, target};
    for_each_piece(source, elements, n, chunk_words, [&](unsigned char *out, std::size_t count, StoreMode) {
        words.draw(source, count);
        std::memcpy(out, words.word, count * sizeof(std::uint32_t));
    });
}

void torch_fill_u64(const TorchSource &source, void *target, std::uint64_t n) noexcept
{
    ChunkOfWords words;
    const TorchTarget elements{DType::f64, n, true, target};
    for_each_piece(source, elements, n, chunk_words / 2, [&](unsigned char *out, std::size_t count, StoreMode) {
        words.draw(source, 2 * count);
        for (std::size_t i = 0; i < count; ++i) {
            put(out, i, (std::uint64_t{words.word[2 * i]} << 32U) | words.word[2 * i + 1]);
        }
    });
}

void torch_fill_uniform(const TorchSource &source, const TorchTarget &target, double low, double high) noexcept
{
    switch (target.dtype) {
    case DType::f32: {
        const auto a = static_cast<float>(low);
        const float width = static_cast<float>(high) - a;
        ChunkOfWords words;
        for_each_piece(source, target, target.count, chunk_words,
                       [&](unsigned char *out, std::size_t count, StoreMode mode) {
                           words.draw(source, count);
                           source.kernels.uniform_f32(words.word, static_cast<double>(a), static_cast<double>(width),
                                                      out, count, mode);
                       });
        return;
    }
    case DType::f64: {
        ChunkOfWords words;
        for_each_piece(source, target, target.count, chunk_words / 2,
                       [&](unsigned char *out, std::size_t count, StoreMode mode) {
                           words.draw(source, 2 * count);
                           source.kernels.uniform_f64(words.word, low, high - low, out, count, mode);
                       });
        return;
    }
    case DType::bf16:
        fill_uniform_16<8>(source, target, low, high, round_to_bf16, widen_bf16);
        return;
    case DType::f16:
        fill_uniform_16<11>(source, target, low, high, round_to_f16, widen_f16);
        return;
    }
}

void torch_fill_permutation(const TorchSource &source, void *target, std::uint64_t n) noexcept
{
    auto *out = static_cast<unsigned char *>(target);
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
