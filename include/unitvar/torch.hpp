// What PyTorch's layers construct: the weights and biases of nn.Linear, nn.Conv1d to nn.Conv3d and nn.Embedding, bit
// for bit, on a generator of torch_mt19937. capi/include/unitvar.h, section 7, gives formulas and limits.
//
// All throw InvalidArgument for another engine, malformed tensors, shapes that no such layer has, and a weight and a bias
// that share memory, before the first byte is written. bias may be null, as for bias=False.
#pragma once

#include "unitvar/generator.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar {

// weight [out, in], bias [out].
void torch_linear_reset(Generator &generator, const TensorView &weight, const TensorView *bias);
// weight [out, in / groups, k...] with 1 to 3 lengths k, bias [out]; for transposed convolutions weight [in, out /
// groups, k...].
void torch_conv_reset(Generator &generator, const TensorView &weight, const TensorView *bias);
// weight [count, dim]: standard normal. A row for padding_idx is the caller's to zero.
void torch_embedding_reset(Generator &generator, const TensorView &weight);

} // namespace unitvar
