// Dropout without a mask. capi/include/unitvar.h, section 10, gives formula and errors.
#pragma once

#include "unitvar/generator.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar {

// y = x / (1 - p) with probability 1 - p, else 0, independently for each element; y may be x. Of a generator at the same
// position the same elements are kept, of whatever tensor of that many: so backward is the same call on the gradient.
// Throws InvalidArgument for p outside 0 to 1, Unsupported for an engine without positions, StreamExhausted.
void dropout(Generator &generator, const TensorView &x, double p, const TensorView &y);

} // namespace unitvar
