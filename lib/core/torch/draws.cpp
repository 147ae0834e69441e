// PyTorch's other draws.
#include "core/torch/draws.hpp"

#include <cmath>
#include <numbers>

#include "core/torch/chunks.hpp"
#include "core/torch/formats.hpp"

namespace unitvar::core {
namespace {

constexpr std::size_t most = chunk_words / 2; // elements in a piece, of two words each

std::uint64_t joined(const std::uint32_t *pair) noexcept
{
    return std::uint64_t{pair[0]} << 32U | pair[1];
}

// Rounds to the type, by way of f32 where it has 16 bits.
template <class Format> void put_rounded(unsigned char *out, const double *x, std::size_t count) noexcept
{
    for (std::size_t i = 0; i < count; ++i) {
        put(out, i, Format::round(static_cast<typename Format::Value>(x[i])));
    }
}

// Elements of a chunk in double, padded.
struct alignas(64) ChunkOfDoubles {
    double value[most + torch_read_ahead];
};

// Elements that transform(u, count) makes of uniforms in place.
template <class Transform> void fill(const TorchSource &source, const TorchTarget &target, const Transform &transform)
{
    with_number(target.dtype, [&](auto format) {
        draw_pieces(source, target, target.count, 2, Making::dear,
                    [&](const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode) {
                        ChunkOfDoubles chunk;
                        source.kernels.uniform_f64(word, 0, 1, chunk.value, count, StoreMode::cached);
                        pad(chunk.value, count);
                        transform(chunk.value, count);
                        put_rounded<decltype(format)>(out, chunk.value, count);
                    });
    });
}

// Elements that are draw(u).
template <class Draw> auto of_each(const Draw &draw)
{
    return [draw](double *x, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            x[i] = draw(x[i]);
        }
    };
}

// Elements that are convert(word), of 64 bits or 32.
template <class Convert>
void fill_words(const TorchSource &source, const TorchTarget &target, bool wide, const Convert &convert)
{
    draw_pieces(source, target, target.count, wide ? 2 : 1, Making::cheap,
                [&](const std::uint32_t *word, unsigned char *out, std::size_t count, StoreMode) {
                    for (std::size_t i = 0; i < count; ++i) {
                        put(out, i, convert(wide ? joined(word + 2 * i) : word[i]));
                    }
                });
}

template <class Format> constexpr bool is_integer = false;
template <class T> constexpr bool is_integer<Integer<T>> = true;

// Bits of the significand.
template <class Format> constexpr int digits = std::numeric_limits<typename Format::Stored>::digits;
template <> constexpr int digits<Bf16> = Bf16::bits;
template <> constexpr int digits<F16> = F16::bits;

template <class Format> typename Format::Stored number(std::int64_t x) noexcept
{
    if constexpr (is_integer<Format>) {
        return static_cast<typename Format::Stored>(x);
    } else {
        return Format::round(static_cast<typename Format::Value>(x));
    }
}

// A number as the type has it, as an integer again.
template <class Format> std::int64_t held(std::int64_t x) noexcept
{
    return Integer<std::int64_t>::round(static_cast<double>(Format::widen(number<Format>(x))));
}

// The step of the type's numbers at x, which is above 2^digits.
template <class Format> std::int64_t step(std::int64_t x) noexcept
{
    int exponent = 0;
    for (std::uint64_t left = x < 0 ? -static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x); left > 1;
         left >>= 1U) {
        ++exponent;
    }
    return std::int64_t{1} << (exponent - digits<Format> + 1);
}

} // namespace

void torch_fill_random(const TorchSource &source, const TorchTarget &target) noexcept
{
    with_number(target.dtype, [&](auto format) {
        using Format = decltype(format);
        using Stored = typename Format::Stored;
        const bool wide = target.dtype == DType::f64 || target.dtype == DType::i64;
        if constexpr (is_integer<Format>) {
            constexpr std::uint64_t mask = std::numeric_limits<Stored>::max();
            fill_words(source, target, wide, [](std::uint64_t word) { return static_cast<Stored>(word & mask); });
        } else {
            constexpr std::uint64_t range = (std::uint64_t{1} << digits<Format>)+1;
            fill_words(source, target, wide,
                       [](std::uint64_t word) { return number<Format>(static_cast<std::int64_t>(word % range)); });
        }
    });
}

TorchRange torch_range(DType dtype, TorchRange range) noexcept
{
    return with_number(dtype, [&](auto format) {
        using Format = decltype(format);
        if constexpr (!is_integer<Format>) {
            const std::int64_t after = held<Format>(range.from + 1);
            if (after < range.from) {
                range.from = after + step<Format>(range.from + 1);
            }
            const std::int64_t before = held<Format>(range.to - 1);
            if (before >= range.to) {
                range.to = before - step<Format>(range.to - 1);
            }
        }
        return range;
    });
}

void torch_fill_randint(const TorchSource &source, const TorchTarget &target, std::int64_t from,
                        std::uint64_t range) noexcept
{
    const bool narrow_type = target.dtype != DType::i64 && target.dtype != DType::f64 && target.dtype != DType::f32 &&
                             target.dtype != DType::bf16;
    const bool wide = source.engine.rules().wide_integers ? range >= std::uint64_t{1} << 28U
                                                          : range >= std::uint64_t{1} << 32U && !narrow_type;
    with_number(target.dtype, [&](auto format) {
        fill_words(source, target, wide, [=](std::uint64_t word) {
            return number<decltype(format)>(static_cast<std::int64_t>(word % range + static_cast<std::uint64_t>(from)));
        });
    });
}

void torch_fill_bernoulli(const TorchSource &source, const TorchTarget &target, double p) noexcept
{
    fill(source, target, of_each([p](double u) { return u < p ? 1.0 : 0.0; }));
}

void torch_fill_exponential(const TorchSource &source, const TorchTarget &target, double lambda) noexcept
{
    const double factor = -1.0 / lambda;
    const bool log1p = source.engine.rules().log1p;
    fill(source, target, [&](double *x, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            x[i] = log1p ? -x[i] : 1.0 - x[i];
        }
        (log1p ? source.kernels.log1p_f64 : source.kernels.log_f64)(x, n);
        for (std::size_t i = 0; i < n; ++i) {
            x[i] *= factor;
        }
    });
}

void torch_fill_log_normal(const TorchSource &source, const TorchTarget &target, double mean, double std) noexcept
{
    constexpr double most_of_kernel = 512;
    with_format(target.dtype, [&](auto format) {
        ChunkOfDoubles exponent;
        ChunkOfDoubles chunk;
        for_each_piece(source, target, target.count, most, [&](unsigned char *out, std::size_t count, StoreMode) {
            source.engine.normals(source.kernels, exponent.value, count);
            bool large = false;
            for (std::size_t i = 0; i < count; ++i) {
                exponent.value[i] = std::fma(exponent.value[i], std, mean);
                chunk.value[i] = exponent.value[i];
                large = large || !(std::fabs(exponent.value[i]) < most_of_kernel);
            }
            pad(chunk.value, count);
            source.kernels.exp_f64(chunk.value, count);
            for (std::size_t i = 0; large && i < count; ++i) {
                if (!(std::fabs(exponent.value[i]) < most_of_kernel)) {
                    chunk.value[i] = std::exp(exponent.value[i]);
                }
            }
            put_rounded<decltype(format)>(out, chunk.value, count);
        });
    });
}

void torch_fill_cauchy(const TorchSource &source, const TorchTarget &target, double median, double sigma) noexcept
{
    fill(source, target,
         of_each([=](double u) { return std::fma(sigma, std::tan(std::numbers::pi * (u - 0.5)), median); }));
}

void torch_fill_geometric(const TorchSource &source, const TorchTarget &target, double p) noexcept
{
    alignas(64) double scale[torch_read_ahead] = {-p};
    source.kernels.log1p_f64(scale, 1);
    fill(source, target, [&](double *x, std::size_t n) {
        ChunkOfDoubles uniform;
        std::copy_n(x, n, uniform.value);
        source.kernels.log_f64(x, n);
        for (std::size_t i = 0; i < n; ++i) {
            const double logarithm = uniform.value[i] == 0 ? -std::numeric_limits<double>::infinity() : x[i];
            x[i] = std::ceil(logarithm / scale[0]);
        }
    });
}

} // namespace unitvar::core
