// Initialisers: write every element of a tensor, with the semantics of torch.nn.init. capi/include/unitvar.h, section
// 7, gives formulas and sources.
//
// A tensor may have any strides under which no two elements share memory; it gets the values that a row-major tensor
// of its shape would get. Tensors without elements are left alone, and so is the generator. All arguments are checked
// before the first byte is written: InvalidArgument for malformed tensors and parameters out of range,
// StreamExhausted where the stream is too short.
#pragma once

#include <cstdint>
#include <limits>

#include "unitvar/generator.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar {

enum class FanMode : std::int32_t { fan_in = 0, fan_out = 1, fan_avg = 2 };

enum class Nonlinearity : std::int32_t { linear = 0, sigmoid = 1, tanh = 2, relu = 3, leaky_relu = 4, selu = 5 };

struct Fans {
    std::int64_t in;
    std::int64_t out;
};

// The default negative slope of leaky_relu is 0.01, asked for by NaN.
inline constexpr double default_slope = std::numeric_limits<double>::quiet_NaN();

[[nodiscard]] double calculate_gain(Nonlinearity nonlinearity, double param = default_slope);
// Throws InvalidArgument for fewer than 2 dimensions.
[[nodiscard]] Fans calculate_fans(std::span<const std::int64_t> shape);

void init_constant(const TensorView &tensor, double value);
void init_zeros(const TensorView &tensor);
void init_ones(const TensorView &tensor);

void init_uniform(Generator &generator, const TensorView &tensor, double a = 0, double b = 1);
void init_normal(Generator &generator, const TensorView &tensor, double mean = 0, double std = 1);
// Defaults as in PyTorch: a and b are bounds, not deviations.
void init_trunc_normal(Generator &generator, const TensorView &tensor, double mean = 0, double std = 1, double a = -2,
                       double b = 2);

void init_xavier_uniform(Generator &generator, const TensorView &tensor, double gain = 1);
void init_xavier_normal(Generator &generator, const TensorView &tensor, double gain = 1);

void init_kaiming_uniform(Generator &generator, const TensorView &tensor, double a = 0,
                          FanMode fan_mode = FanMode::fan_in, Nonlinearity nonlinearity = Nonlinearity::leaky_relu);
void init_kaiming_normal(Generator &generator, const TensorView &tensor, double a = 0,
                         FanMode fan_mode = FanMode::fan_in, Nonlinearity nonlinearity = Nonlinearity::leaky_relu);

// Uniformly distributed (Haar) orthogonal matrices times gain. The second writes one, of shape[0] x shape[1] with
// shape[1] <= shape[0], into the spatial centre of a tensor of 3 to 5 dimensions, and zeros around it. std::bad_alloc
// where the working memory, a little more than the matrix itself, is not to be had; the tensor is then untouched.
void init_orthogonal(Generator &generator, const TensorView &tensor, double gain = 1);
void init_delta_orthogonal(Generator &generator, const TensorView &tensor, double gain = 1);

} // namespace unitvar
