// PyTorch's normal_ on engine 3: the block form from 16 elements on, where they are row-major and contiguous, and the
// scalar form, in double whatever the type, elsewhere. Only 16-bit blocks of releases to 2.12 call the C library, logf, sinf
// and cosf; other logarithms, sines and cosines are kernels.
#include <cmath>
#include <numbers>
#include <type_traits>

#include "core/torch/chunks.hpp"
#include "core/torch/formats.hpp"

namespace unitvar::core {
namespace {

constexpr std::size_t block = torch_normal_block;
constexpr std::size_t half_block = block / 2;
constexpr double two_pi = 2.0 * std::numbers::pi;

// Calls take(j, 1 - u of element j, u of element j + 8) for the first halves of blocks.
template <int Bits, class Take> void for_each_pair(const std::uint32_t *word, std::size_t count, const Take &take)
{
    constexpr std::uint32_t mask = (1U << Bits) - 1;
    constexpr float step = 1.0F / static_cast<float>(1U << Bits);
    for (std::size_t i = 0; i < count; i += block) {
        for (std::size_t j = i; j < i + half_block; ++j) {
            take(j, 1.0F - static_cast<float>(word[j] & mask) * step,
                 static_cast<float>(word[j + half_block] & mask) * step);
        }
    }
}

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
    const TorchKernels &kernels;
    double mean;
    double std;
    void operator()(const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode mode) const
    {
        kernels.normal_f64(word, mean, std, out, count, mode);
    }
};

// To 2.11, all of bf16 and f16 from 2.1 on: every operation rounds to the type.
template <class Format> struct RoundedBlock {
    static constexpr std::size_t words = 1;
    float mean;
    float std;
    RoundedBlock(double location, double scale) : mean(round(location)), std(round(scale)) {}
    template <class T> [[nodiscard]] static float round(T x) noexcept { return Format::rounded(static_cast<float>(x)); }
    void operator()(const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode /*mode*/) const
    {
        for_each_pair<Format::bits>(word, count, [&](std::size_t j, float u1, float u2) {
            const float radius = round(std::sqrt(round(-2.0F * round(std::log(u1)))));
            const float angle = round(two_pi * static_cast<double>(u2));
            const auto scaled = [&](float z) { return Format::round(round(round(radius * round(z)) * std) + mean); };
            put(out, j, scaled(std::cos(angle)));
            put(out, j + half_block, scaled(std::sin(angle)));
        });
    }
};

// f16 to 2.0: only u, the radius, the angle and the result are of the type.
struct MixedBlockOfF16 {
    static constexpr std::size_t words = 1;
    float mean;
    float std;
    MixedBlockOfF16(double location, double scale)
        : mean(F16::rounded(static_cast<float>(location))), std(F16::rounded(static_cast<float>(scale)))
    {
    }
    void operator()(const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode /*mode*/) const
    {
        for_each_pair<F16::bits>(word, count, [&](std::size_t j, float u1, float u2) {
            const float radius = F16::rounded(std::sqrt(-2.0F * std::log(u1)));
            const float angle = F16::rounded(static_cast<float>(two_pi * static_cast<double>(u2)));
            put(out, j, F16::round(std::fma(radius * std::cos(angle), std, mean)));
            put(out, j + half_block, F16::round(std::fma(radius * std::sin(angle), std, mean)));
        });
    }
};

// 2.12: f32 by the C library's functions, mean and std of the type, the result rounded to it.
template <class Format> struct LibmBlock {
    static constexpr std::size_t words = 1;
    float mean;
    float std;
    LibmBlock(double location, double scale)
        : mean(Format::rounded(static_cast<float>(location))), std(Format::rounded(static_cast<float>(scale)))
    {
    }
    void operator()(const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode /*mode*/) const
    {
        for_each_pair<24>(word, count, [&](std::size_t j, float u1, float u2) {
            const float radius = std::sqrt(-2.0F * std::log(u1));
            const auto angle = static_cast<float>(two_pi * static_cast<double>(u2));
            put(out, j, Format::round(std::fma(radius * std::cos(angle), std, mean)));
            put(out, j + half_block, Format::round(std::fma(radius * std::sin(angle), std, mean)));
        });
    }
};

// 2.13 and later: that of f32, rounded to the type.
template <class Format> struct RoundedF32Block {
    static constexpr std::size_t words = 1;
    const TorchSource &source;
    double mean;
    double std;
    void operator()(const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode /*mode*/) const
    {
        alignas(64) float normal[chunk_words];
        alignas(64) std::uint16_t rounded[chunk_words];
        source.kernels.normal_f32(word, mean, std, normal, count, StoreMode::cached);
        Format::kernel(source.table)(normal, rounded, count);
        std::memcpy(out, rounded, count * sizeof(*rounded));
    }
};

// A whole number of blocks. Where elements are left over, a block of fresh words goes to the last 16 elements; before
// it their own words are drawn in vain, but for 16-bit types from 2.12 on.
template <class Block>
void fill_blocks(const TorchSource &source, const TorchTarget &target, const Block &transform, bool skips)
{
    const std::uint64_t rest = target.count % block;
    draw_pieces(source, target, target.count - rest, Block::words, Making::dear, transform);
    if (rest != 0) {
        ChunkOfWords words;
        if (skips) {
            source.engine.skip(source.kernels, rest * Block::words);
        }
        words.draw(source, block * Block::words);
        transform(words.word,
                  static_cast<unsigned char *>(target.data) + (target.count - block) * element_bytes(target.dtype),
                  block, StoreMode::cached);
    }
}

// Calls use(block, whether left-over words are drawn in vain) with the block form of a type.
template <class Format, class Use>
decltype(auto) with_block(Format /*of 16 bits*/, const TorchSource &source, double mean, double std, const Use &use)
{
    const TorchRules &rules = source.engine.rules();
    if (rules.f32_blocks) {
        return use(RoundedF32Block<Format>{source, mean, std}, false);
    }
    if (rules.op_math) {
        return use(LibmBlock<Format>(mean, std), false);
    }
    if constexpr (std::is_same_v<Format, F16>) {
        if (!rules.every_f16_operation) {
            return use(MixedBlockOfF16(mean, std), true);
        }
    }
    return use(RoundedBlock<Format>(mean, std), true);
}

template <class Use>
decltype(auto) with_block(F32 /*format*/, const TorchSource &source, double mean, double std, const Use &use)
{
    return use(BlockOfF32{source.kernels, mean, std}, true);
}

template <class Use>
decltype(auto) with_block(F64 /*format*/, const TorchSource &source, double mean, double std, const Use &use)
{
    return use(BlockOfF64{source.kernels, mean, std}, true);
}

template <class Format> void fill_scalars(const TorchSource &source, const TorchTarget &target, double mean, double std)
{
    constexpr std::size_t most = 1024;
    double normal[most];
    for_each_piece(source, target, target.count, most, [&](unsigned char *out, std::size_t count, StoreMode /*mode*/) {
        source.engine.normals(source.kernels, normal, count);
        for (std::size_t i = 0; i < count; ++i) {
            const double x = std::fma(normal[i], std, mean);
            put(out, i, Format::round(static_cast<typename Format::Value>(x)));
        }
    });
}

// The elements outside of the bounds.
template <class Format> class Pending {
public:
    using Stored = typename Format::Stored;
    explicit Pending(TorchBounds bounds)
        : low_(static_cast<typename Format::Value>(bounds.low)), high_(static_cast<typename Format::Value>(bounds.high))
    {
    }
    [[nodiscard]] bool has(Stored x) const noexcept { return outside(x) != 0; }
    [[nodiscard]] bool any(const Stored *values, std::size_t n) const noexcept
    {
        std::size_t i = 0;
        for (; i + block <= n; i += block) {
            if (any_of_block(values + i)) {
                return true;
            }
        }
        for (; i < n; ++i) {
            if (has(values[i])) {
                return true;
            }
        }
        return false;
    }
    // Puts fresh values in their place; how many are outside again.
    std::size_t replace(Stored *values, const unsigned char *fresh, std::size_t n) const noexcept
    {
        std::size_t left = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (i % block == 0) {
                // Most blocks have none.
                while (i + block <= n && !any_of_block(values + i)) {
                    i += block;
                }
                if (i >= n) {
                    break;
                }
            }
            if (has(values[i])) {
                std::memcpy(values + i, fresh + i * sizeof(Stored), sizeof(Stored));
                left += has(values[i]) ? 1 : 0;
            }
        }
        return left;
    }

private:
    [[nodiscard]] unsigned outside(Stored x) const noexcept
    {
        return static_cast<unsigned>(Format::widen(x) < low_) | static_cast<unsigned>(Format::widen(x) > high_);
    }
    // A loop of known length, which compilers make instructions on vectors of.
    [[nodiscard]] bool any_of_block(const Stored *values) const noexcept
    {
        unsigned found = 0;
        for (std::size_t i = 0; i < block; ++i) {
            found |= outside(values[i]);
        }
        return found != 0;
    }

    typename Format::Value low_;
    typename Format::Value high_;
};

template <class Format>
std::uint64_t redraw_scalars(const TorchSource &source, const TorchTarget &target, double mean, double std,
                             const Pending<Format> &pending)
{
    using Stored = typename Format::Stored;
    std::uint64_t left = 0;
    double normal[chunk_words];
    change_pieces<Stored>(target, 0, target.count, chunk_words,
                          [&](Stored *values, std::uint64_t /*first*/, std::size_t count) {
                              bool changed = false;
                              source.engine.normals(source.kernels, normal, count);
                              for (std::size_t i = 0; i < count; ++i) {
                                  const double x = std::fma(normal[i], std, mean);
                                  if (pending.has(values[i])) {
                                      values[i] = Format::round(static_cast<typename Format::Value>(x));
                                      left += pending.has(values[i]) ? 1 : 0;
                                      changed = true;
                                  }
                              }
                              return changed;
                          });
    return left;
}

// The last 16 elements take their values from the block that is drawn last. Words of pieces that need none are skipped.
template <class Format, class Block>
std::uint64_t redraw_blocks(const TorchSource &source, const TorchTarget &target, const Pending<Format> &pending,
                            const Block &transform, bool skips)
{
    using Stored = typename Format::Stored;
    ChunkOfWords words;
    alignas(64) unsigned char fresh[chunk_words / Block::words * sizeof(Stored)];
    std::uint64_t left = 0;
    const std::uint64_t rest = target.count % block;
    const std::uint64_t whole = target.count - rest;
    const std::uint64_t lasting = rest == 0 ? whole : target.count - block;
    change_pieces<Stored>(target, 0, whole, chunk_words / Block::words,
                          [&](Stored *values, std::uint64_t first, std::size_t count) {
                              const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(count, lasting - first));
                              if (!pending.any(values, n)) {
                                  source.engine.skip(source.kernels, count * Block::words);
                                  return false;
                              }
                              words.draw(source, count * Block::words);
                              transform(words.word, fresh, count, StoreMode::cached);
                              left += pending.replace(values, fresh, n);
                              return true;
                          });
    if (rest != 0) {
        if (skips) {
            source.engine.skip(source.kernels, rest * Block::words);
        }
        words.draw(source, block * Block::words);
        transform(words.word, fresh, block, StoreMode::cached);
        change_pieces<Stored>(target, lasting, target.count, block,
                              [&](Stored *values, std::uint64_t /*first*/, std::size_t count) {
                                  left += pending.replace(values, fresh, count);
                                  return true;
                              });
    }
    return left;
}

} // namespace

void torch_fill_normal(const TorchSource &source, const TorchTarget &target, double mean, double std) noexcept
{
    with_format(target.dtype, [&](auto format) {
        if (!target.row_major || target.count < block) {
            return fill_scalars<decltype(format)>(source, target, mean, std);
        }
        with_block(format, source, mean, std,
                   [&](const auto &transform, bool skips) { fill_blocks(source, target, transform, skips); });
    });
}

bool torch_all_within(const TorchTarget &target, TorchBounds bounds) noexcept
{
    return with_format(target.dtype, [&](auto format) {
        using Stored = typename decltype(format)::Stored;
        const Pending<decltype(format)> pending(bounds);
        bool within = true;
        change_pieces<Stored>(target, 0, target.count, chunk_words,
                              [&](Stored *values, std::uint64_t /*first*/, std::size_t count) {
                                  within = within && !pending.any(values, count);
                                  return false;
                              });
        return within;
    });
}

std::uint64_t torch_redraw_normal(const TorchSource &source, const TorchTarget &target, double mean, double std,
                                  TorchBounds bounds) noexcept
{
    return with_format(target.dtype, [&](auto format) {
        const Pending<decltype(format)> pending(bounds);
        if (!target.dense_row_major || target.count < block) {
            return redraw_scalars(source, target, mean, std, pending);
        }
        return with_block(format, source, mean, std, [&](const auto &transform, bool skips) {
            return redraw_blocks(source, target, pending, transform, skips);
        });
    });
}

} // namespace unitvar::core
