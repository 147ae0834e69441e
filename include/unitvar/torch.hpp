// What PyTorch draws beside initialisers, and what its layers construct: the weights and biases of nn.Linear, nn.Conv1d
// to nn.Conv3d and nn.Embedding, bit for bit, on a generator of torch_mt19937. capi/include/unitvar.h, section 7, gives
// formulas and limits.
//
// All throw InvalidArgument for another engine, malformed tensors, shapes that no such layer has, and a weight and a bias
// that share memory, before the first byte is written. bias may be null, as for bias=False.
#pragma once

#include <cstdint>

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

// t.random_() and t.random_(low, high), which is torch.randint: any type.
void torch_random(Generator &generator, const TensorView &t);
void torch_randint(Generator &generator, const TensorView &t, std::int64_t low, std::int64_t high);
// t.bernoulli_(p), any type; the mask of dropout with the probability q is that of p = 1 - q.
void torch_bernoulli(Generator &generator, const TensorView &t, double p);
// t.geometric_(p), any type but bool.
void torch_geometric(Generator &generator, const TensorView &t, double p);
// t.exponential_(lambda), t.log_normal_(mean, std), t.cauchy_(median, sigma): floating point.
void torch_exponential(Generator &generator, const TensorView &t, double lambda = 1);
void torch_log_normal(Generator &generator, const TensorView &t, double mean = 1, double std = 2);
void torch_cauchy(Generator &generator, const TensorView &t, double median = 0, double sigma = 1);
// torch.multinomial: categories drawn by weights [n] or [rows, n] into samples of i64, [k] or [rows, k].
void torch_multinomial(Generator &generator, const TensorView &weights, bool replacement, const TensorView &samples);

} // namespace unitvar
