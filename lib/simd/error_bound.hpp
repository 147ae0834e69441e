// What the coefficients beside it promise: on [from, to] the exact polynomial is within this error of its function,
// relative unless the comment there says otherwise. lib/simd/coefficients measures it, tests/accuracy.cpp derives its limits from it.
#pragma once

namespace unitvar {
namespace {

struct ErrorBound {
    double from;
    double to;
    double error;
};

} // namespace
} // namespace unitvar
