// Samplers: fill a span with draws; element i is a pure function of the generator's engine, seed, stream and position,
// i, and the parameters. capi/include/unitvar.h, section 5, gives the formula of each.
//
// All check their arguments before the first byte is written, advance the generator by ceil(words / 64) blocks, and
// throw InvalidArgument for parameters out of range and StreamExhausted where the stream is too short. An empty span
// is a success.
#pragma once

#include <cstdint>
#include <span>

#include "unitvar/generator.hpp"

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

} // namespace unitvar
