// The native registers F32, U32, U16, F64 and U64 of the instruction set that this unit is compiled for, and the few
// operations on them that packs are built from. cmake/isa.cmake names the header; a new instruction set is one more
// header with the words of vocabulary.hpp. xsimd supplies registers and what it gets right (+ - * & | ^ shifts, loads,
// stores); what it lacks or gets wrong is spelled out in the ops headers.
#pragma once

#include <cstddef>
#include <cstdint>

// Vector registers must stay in registers, so everything is forced inline. Not for the portable lanes, which are
// arrays, nor under sanitizers: there whole kernels in one function take minutes to compile.
#if defined(UNITVAR_NO_FORCED_INLINING)
#define UNITVAR_INLINE inline
#define UNITVAR_INLINE_LAMBDA
#else
#define UNITVAR_INLINE [[gnu::always_inline]] inline
#define UNITVAR_INLINE_LAMBDA __attribute__((always_inline))
#endif
// For what is too much code to repeat at each place that needs it.
#define UNITVAR_CALLED [[gnu::noinline]]

#include UNITVAR_OPS_HEADER
#include "vocabulary.hpp"
