// PyTorch's normal_ on engine 3: the block form from 16 elements on, where they are row-major and contiguous, and the
// scalar form, in double whatever the type, elsewhere. Only the block form in f32 does without the C library's log,
// sin and cos.
#include <cmath>
#include <numbers>

#include "core/torch/chunks.hpp"
#include "core/half.hpp"

namespace unitvar::core {
namespace {

constexpr std::size_t block = torch_normal_block;
constexpr std::size_t half_block = block / 2;
constexpr double two_pi = 2.0 * std::numbers::pi;

// How a type's blocks are computed. transform takes the uniforms of a block and writes its normals.
struct BlockOfF32 {
    static constexpr std::size_t words = 1;
    const TorchKernels &kernels;
    double mean;
    double std;
    void operator()(const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode mode) const
    {
        kernels.normal_f32(word, mean, std, out, count, mode);
    }
};

struct BlockOfF64 {
    static constexpr std::size_t words = 2;
    double mean;
    double std;
    void operator()(const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode /*mode*/) const
    {
        const auto uniform = [word](std::size_t i) {
            const std::uint64_t bits = (std::uint64_t{word[2 * i]} << 32U) | word[2 * i + 1];
            return static_cast<double>(bits & ((std::uint64_t{1} << 53U) - 1)) * 0x1p-53;
        };
        for (std::size_t i = 0; i < count; i += block) {
            for (std::size_t j = i; j < i + half_block; ++j) {
                const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform(j)));
                const double angle = two_pi * uniform(j + half_block);
                put(out, j, std::fma(radius * std::cos(angle), std, mean));
                put(out, j + half_block, std::fma(radius * std::sin(angle), std, mean));
            }
        }
    }
};

// Every operation rounds to bf16.
struct BlockOfBf16 {
    static constexpr std::size_t words = 1;
    float mean;
    float std;
    BlockOfBf16(double location, double scale)
        : mean(round(static_cast<float>(location))), std(round(static_cast<float>(scale)))
    {
    }
    [[nodiscard]] static float round(float x) noexcept { return widen_bf16(round_to_bf16(x)); }
    void operator()(const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode /*mode*/) const
    {
        for (std::size_t i = 0; i < count; i += block) {
            for (std::size_t j = i; j < i + half_block; ++j) {
                const float u1 = 1.0F - static_cast<float>(word[j] & 0xFFU) * 0x1p-8F;
                const float u2 = static_cast<float>(word[j + half_block] & 0xFFU) * 0x1p-8F;
                const float radius = round(std::sqrt(round(-2.0F * round(std::log(u1)))));
                const float angle = round(static_cast<float>(two_pi * static_cast<double>(u2)));
                const auto scaled = [&](float z) {
                    return round_to_bf16(round(round(radius * round(z)) * std) + mean);
                };
                put(out, j, scaled(std::cos(angle)));
                put(out, j + half_block, scaled(std::sin(angle)));
            }
        }
    }
};

// Only u, the radius, the angle and the result are f16.
struct BlockOfF16 {
    static constexpr std::size_t words = 1;
    float mean;
    float std;
    BlockOfF16(double location, double scale)
        : mean(round(static_cast<float>(location))), std(round(static_cast<float>(scale)))
    {
    }
    [[nodiscard]] static float round(float x) noexcept { return widen_f16(round_to_f16(x)); }
    void operator()(const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode /*mode*/) const
    {
        for (std::size_t i = 0; i < count; i += block) {
            for (std::size_t j = i; j < i + half_block; ++j) {
                const float u1 = 1.0F - static_cast<float>(word[j] & 0x7FFU) * 0x1p-11F;
                const float u2 = static_cast<float>(word[j + half_block] & 0x7FFU) * 0x1p-11F;
                const float radius = round(std::sqrt(-2.0F * std::log(u1)));
                const float angle = round(static_cast<float>(two_pi * static_cast<double>(u2)));
                put(out, j, round_to_f16(std::fma(radius * std::cos(angle), std, mean)));
                put(out, j + half_block, round_to_f16(std::fma(radius * std::sin(angle), std, mean)));
            }
        }
    }
};

// A whole number of blocks; where elements are left over, their words are drawn in vain, and a block of fresh words
// goes to the last 16 elements.
template <class Block> void fill_blocks(const TorchSource &source, const TorchTarget &target, const Block &transform)
{
    ChunkOfWords words;
    const std::uint64_t rest = target.count % block;
    for_each_piece(source, target, target.count - rest, chunk_words / Block::words,
                   [&](unsigned char *out, std::size_t count, StoreMode mode) {
                       words.draw(source, count * Block::words);
                       transform(words.word, out, count, mode);
                   });
    if (rest != 0) {
        source.engine.skip(source.kernels, rest * Block::words);
        words.draw(source, block * Block::words);
        transform(words.word,
                  static_cast<unsigned char *>(target.data) + (target.count - block) * element_bytes(target.dtype),
                  block, StoreMode::cached);
    }
}

template <class Round>
void fill_scalars(const TorchSource &source, const TorchTarget &target, double mean, double std, Round round)
{
    constexpr std::size_t most = 1024;
    for_each_piece(source, target, target.count, most, [&](unsigned char *out, std::size_t count, StoreMode /*mode*/) {
        for (std::size_t i = 0; i < count; ++i) {
            put(out, i, round(std::fma(source.engine.normal(source.kernels), std, mean)));
        }
    });
}

} // namespace

void torch_fill_normal(const TorchSource &source, const TorchTarget &target, double mean, double std) noexcept
{
    const bool blocks = target.row_major && target.count >= block;
    switch (target.dtype) {
    case DType::f32:
        return blocks ? fill_blocks(source, target, BlockOfF32{source.kernels, mean, std})
                      : fill_scalars(source, target, mean, std, [](double x) { return static_cast<float>(x); });
    case DType::f64:
        return blocks ? fill_blocks(source, target, BlockOfF64{mean, std})
                      : fill_scalars(source, target, mean, std, [](double x) { return x; });
    case DType::bf16:
        return blocks ? fill_blocks(source, target, BlockOfBf16{mean, std})
                      : fill_scalars(source, target, mean, std,
                                     [](double x) { return round_to_bf16(static_cast<float>(x)); });
    case DType::f16:
        return blocks ? fill_blocks(source, target, BlockOfF16{mean, std})
                      : fill_scalars(source, target, mean, std,
                                     [](double x) { return round_to_f16(static_cast<float>(x)); });
    }
}

} // namespace unitvar::core
