// Sobol's quasi-random points. capi/include/unitvar.h, section 5, gives formula, range and errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "unitvar/generator.hpp"

namespace unitvar {

// Points first, first + 1, ... of Sobol's sequence, one after the other, of so many coordinates each: uniform on [0, 1),
// or normal by the inverse of the distribution function. scramble: a generator that scrambles them, by its position and
// without moving it, or null. The target holds whole points.
// Throws InvalidArgument for more dimensions than there are, or points beyond 2^63; StreamExhausted.
void sobol(const Generator *scramble, std::span<float> target, std::size_t dimensions, std::uint64_t first = 0);
void sobol(const Generator *scramble, std::span<double> target, std::size_t dimensions, std::uint64_t first = 0);
void sobol_normal(const Generator *scramble, std::span<float> target, std::size_t dimensions, std::uint64_t first = 0,
                  double mean = 0, double std = 1);
void sobol_normal(const Generator *scramble, std::span<double> target, std::size_t dimensions, std::uint64_t first = 0,
                  double mean = 0, double std = 1);

} // namespace unitvar
