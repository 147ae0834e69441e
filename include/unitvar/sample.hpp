// Samplers: fill a span with draws; element i is a pure function of the generator's engine, seed, stream and position,
// i, and the parameters. capi/include/unitvar.h, section 5, gives the formula of each.
//
// All check their arguments before the first byte is written, advance the generator by ceil(words / 64) blocks, and
// throw InvalidArgument for parameters out of range and StreamExhausted where the stream is too short. An empty span
// is a success.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "unitvar/generator.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar {

// The words themselves; for u64 the first of two words is the low half.
void bits(Generator &generator, std::span<std::uint32_t> target);
void bits(Generator &generator, std::span<std::uint64_t> target);

// Uniform on [low, high); low == high gives low. low <= high, both and their difference finite in the target's type.
void uniform(Generator &generator, std::span<float> target, double low = 0, double high = 1);
void uniform(Generator &generator, std::span<double> target, double low = 0, double high = 1);

// Normal by Box and Muller. mean finite, std finite and >= 0 in the target's type.
void normal(Generator &generator, std::span<float> target, double mean = 0, double std = 1);
void normal(Generator &generator, std::span<double> target, double mean = 0, double std = 1);

// Normal by the inverse of the distribution function: one word, or one pair of words, per element. Parameters as above.
void normal_icdf(Generator &generator, std::span<float> target, double mean = 0, double std = 1);
void normal_icdf(Generator &generator, std::span<double> target, double mean = 0, double std = 1);

// Normal between the bounds a < b, which may be infinite; std > 0. Inverse of the distribution function, no rejection.
void trunc_normal(Generator &generator, std::span<float> target, double mean, double std, double a, double b);
void trunc_normal(Generator &generator, std::span<double> target, double mean, double std, double a, double b);

// A uniformly distributed permutation of 0 to n - 1, n being the target's size. Takes 16 bytes an element of working
// memory; throws std::bad_alloc where they are not to be had.
void permutation(Generator &generator, std::span<std::int64_t> target);

// Different numbers of 0 to population - 1, as many as the target has room for, in a random order; the beginning of a
// longer choice from as many. Throws InvalidArgument for a target that is larger than the population; takes up to 96
// bytes an element of working memory.
void choice(Generator &generator, std::span<std::int64_t> target, std::uint64_t population);

// The others, as section 5 says of each.
// from unitvar.h by cmake/bindings.py: samplers
void exponential(Generator &generator, std::span<float> target, double scale = 1);
void exponential(Generator &generator, std::span<double> target, double scale = 1);
void laplace(Generator &generator, std::span<float> target, double location = 0, double scale = 1);
void laplace(Generator &generator, std::span<double> target, double location = 0, double scale = 1);
void logistic(Generator &generator, std::span<float> target, double location = 0, double scale = 1);
void logistic(Generator &generator, std::span<double> target, double location = 0, double scale = 1);
void gumbel(Generator &generator, std::span<float> target, double location = 0, double scale = 1);
void gumbel(Generator &generator, std::span<double> target, double location = 0, double scale = 1);
void cauchy(Generator &generator, std::span<float> target, double location = 0, double scale = 1);
void cauchy(Generator &generator, std::span<double> target, double location = 0, double scale = 1);
void weibull(Generator &generator, std::span<float> target, double shape, double scale = 1);
void weibull(Generator &generator, std::span<double> target, double shape, double scale = 1);
void rayleigh(Generator &generator, std::span<float> target, double scale = 1);
void rayleigh(Generator &generator, std::span<double> target, double scale = 1);
void log_normal(Generator &generator, std::span<float> target, double mean = 0, double std = 1);
void log_normal(Generator &generator, std::span<double> target, double mean = 0, double std = 1);
void integers(Generator &generator, std::span<std::int32_t> target, std::int64_t low, std::int64_t high);
void integers(Generator &generator, std::span<std::int64_t> target, std::int64_t low, std::int64_t high);
void bernoulli(Generator &generator, std::span<std::uint8_t> target, double p = 0.5);
void uniform(Generator &generator, std::span<bfloat16> target, double low = 0, double high = 1);
void uniform(Generator &generator, std::span<float16> target, double low = 0, double high = 1);
void normal(Generator &generator, std::span<bfloat16> target, double mean = 0, double std = 1);
void normal(Generator &generator, std::span<float16> target, double mean = 0, double std = 1);
void trunc_normal(Generator &generator, std::span<bfloat16> target, double mean, double std, double a, double b);
void trunc_normal(Generator &generator, std::span<float16> target, double mean, double std, double a, double b);
// end

// n Bernoulli draws as bits, the first the least of the first byte; of (n + 7) / 8 bytes, which the target must have.
void bernoulli_bits(Generator &generator, std::span<std::uint8_t> target, std::size_t n, double p = 0.5);

enum class DrawKind : std::int32_t {
    // from unitvar.h by cmake/bindings.py: DrawKind
    bits = 1,
    uniform = 2,
    normal = 3,
    normal_icdf = 4,
    trunc_normal = 5,
    exponential = 6,
    laplace = 7,
    logistic = 8,
    gumbel = 9,
    cauchy = 10,
    weibull = 11,
    log_normal = 12,
    rayleigh = 13,
    integers = 14,
    bernoulli = 15,
    bernoulli_bits = 16,
    // end
};

// Any sampler but permutation() as a value: what unitvar_draw is in C. Each kind looks only at what its function takes.
struct Draw {
    DrawKind kind = DrawKind::uniform;
    std::array<double, 4> p{0, 1};   // the function's doubles, in its order
    std::array<std::int64_t, 2> k{}; // and its whole numbers
};

// The kind with the defaults of its function, or values that serve as such. Throws InvalidArgument.
[[nodiscard]] Draw default_draw(DrawKind kind);
// "bits", "uniform", ...; empty for an unknown kind. draw_from_name throws InvalidArgument for an unknown name.
[[nodiscard]] std::string_view name_of(DrawKind kind) noexcept;
[[nodiscard]] DrawKind draw_from_name(std::string_view name);

// What a sampler fills: a span of any of the types that samplers write.
enum class ElementType : std::uint8_t { f32, f64, bf16, f16, i32, i64, u8, u32, u64 };

struct SampleBuffer {
    ElementType type;
    void *data;
    std::size_t count;

    SampleBuffer(ElementType element_type, void *first, std::size_t n) noexcept
        : type(element_type), data(first), count(n)
    {
    }
    // NOLINTNEXTLINE(google-explicit-constructor): a span is one
    template <
        OneOf<float, double, bfloat16, float16, std::int32_t, std::int64_t, std::uint8_t, std::uint32_t, std::uint64_t>
            T>
    SampleBuffer(std::span<T> target) noexcept : type(type_of<T>), data(target.data()), count(target.size())
    {
    }

private:
    template <class T>
    static constexpr ElementType type_of = std::same_as<T, float>           ? ElementType::f32
                                           : std::same_as<T, double>        ? ElementType::f64
                                           : std::same_as<T, bfloat16>      ? ElementType::bf16
                                           : std::same_as<T, float16>       ? ElementType::f16
                                           : std::same_as<T, std::int32_t>  ? ElementType::i32
                                           : std::same_as<T, std::int64_t>  ? ElementType::i64
                                           : std::same_as<T, std::uint8_t>  ? ElementType::u8
                                           : std::same_as<T, std::uint32_t> ? ElementType::u32
                                                                            : ElementType::u64;
};

// The sampler that the draw describes. Throws what it throws, and InvalidArgument where it does not write that type.
void sample(Generator &generator, const Draw &draw, const SampleBuffer &target);
// Elements first to first + target.count - 1 of what sample() would write; the generator stays where it is. So a stream
// goes on element by element: the caller counts them. Throws Unsupported for an engine without positions.
void sample_at(const Generator &generator, const Draw &draw, std::uint64_t first, const SampleBuffer &target);

} // namespace unitvar
