// Initialisers: write every element of a tensor, with the semantics of torch.nn.init, JAX and Keras.
// capi/include/unitvar.h, section 7, gives formulas and sources.
//
// A tensor may have any strides under which no two elements share memory; it gets the values that a row-major tensor
// of its shape would get. Tensors without elements are left alone, and so is the generator. All arguments are checked
// before the first byte is written: InvalidArgument for malformed tensors and parameters out of range,
// StreamExhausted where the stream is too short, std::bad_alloc where an initialiser's working memory is not to be had.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "unitvar/generator.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar {

enum class FanMode : std::int32_t {
    // from unitvar.h by cmake/bindings.py: FanMode
    fan_in = 0,
    fan_out = 1,
    fan_avg = 2,
    fan_geo_avg = 3,
    // end
};

enum class Nonlinearity : std::int32_t {
    // from unitvar.h by cmake/bindings.py: Nonlinearity
    linear = 0,
    sigmoid = 1,
    tanh = 2,
    relu = 3,
    leaky_relu = 4,
    selu = 5,
    gelu = 6,
    silu = 7,
    elu = 8,
    softplus = 9,
    mish = 10,
    gain = 11,
    // end
};

enum class Distribution : std::int32_t {
    // from unitvar.h by cmake/bindings.py: Distribution
    uniform = 0,
    normal = 1,
    truncated_normal = 2,
    // end
};

enum class WeightLayout : std::int32_t {
    // from unitvar.h by cmake/bindings.py: WeightLayout
    out_in_k = 0,
    k_in_out = 1,
    in_out_k = 2,
    // end
};

enum class InitKind : std::int32_t {
    // from unitvar.h by cmake/bindings.py: Kind
    constant = 1,
    zeros = 2,
    ones = 3,
    eye = 4,
    dirac = 5,
    uniform = 6,
    normal = 7,
    trunc_normal = 8,
    xavier_uniform = 9,
    xavier_normal = 10,
    kaiming_uniform = 11,
    kaiming_normal = 12,
    orthogonal = 13,
    delta_orthogonal = 14,
    sparse = 15,
    variance_scaling = 16,
    variance_scaling_fans = 17,
    orthogonal_axis = 18,
    delta_orthogonal_layout = 19,
    glorot_uniform = 20,
    glorot_normal = 21,
    he_uniform = 22,
    he_normal = 23,
    lecun_uniform = 24,
    lecun_normal = 25,
    identity = 26,
    // end
};

// Any initialiser as a value: what unitvar_initializer is in C. Each kind looks only at what its function below takes.
struct Initializer {
    InitKind kind = InitKind::zeros;
    FanMode fan_mode = FanMode::fan_in;
    Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
    Distribution distribution = Distribution::truncated_normal;
    std::int64_t groups = 1;
    std::array<double, 4> p{}; // the function's other numbers, in its order
};

// The kind with the defaults of PyTorch, or of Keras where PyTorch has no such initialiser. Throws InvalidArgument.
[[nodiscard]] Initializer default_initializer(InitKind kind);
// "constant", "zeros", ...; empty for an unknown kind. kind_from_name throws InvalidArgument for an unknown name.
[[nodiscard]] std::string_view name_of(InitKind kind) noexcept;
[[nodiscard]] InitKind kind_from_name(std::string_view name);

// generator may be null for the kinds that draw nothing.
void initialize(Generator *generator, const Initializer &initializer, const TensorView &tensor);
// Writes the slice of a tensor of global_shape that begins at offset and has the local tensor's shape: the bits that
// it has in the whole. The generator advances as for the whole.
void initialize_shard(Generator *generator, const Initializer &initializer, const TensorView &local,
                      std::span<const std::int64_t> global_shape, std::span<const std::int64_t> offset);

struct NamedTensor {
    std::string_view name;
    Initializer initializer;
    TensorView tensor;
};
// Each tensor by generator.fork(name): neither the order nor the threads, which share the tensors, change a bit. All
// arguments of all tensors are checked before anything is written, and all working memory is had. Throws InvalidArgument
// for two equal names, and for tensors that share memory.
void initialize_all(const Generator &generator, std::span<const NamedTensor> tensors);

struct Fans {
    std::int64_t in;
    std::int64_t out;
};

// The default negative slope of leaky_relu is 0.01, asked for by NaN.
inline constexpr double default_slope = std::numeric_limits<double>::quiet_NaN();

[[nodiscard]] double calculate_gain(Nonlinearity nonlinearity, double param = default_slope);
// Throws InvalidArgument for fewer than 2 dimensions.
[[nodiscard]] Fans calculate_fans(std::span<const std::int64_t> shape);
// Of a convolution in groups, and of shapes of 0 and 1 dimensions by Keras' rules. Throws InvalidArgument where a layout
// has no fans of that many dimensions, and for groups that do not divide it.
[[nodiscard]] Fans calculate_fans(std::span<const std::int64_t> shape, WeightLayout layout, std::int64_t groups = 1);
// As JAX's variance_scaling; negative axes count from the last. Throws InvalidArgument for an axis that is not there or
// there twice.
[[nodiscard]] Fans calculate_fans(std::span<const std::int64_t> shape, std::span<const std::int32_t> in_axes,
                                  std::span<const std::int32_t> out_axes,
                                  std::span<const std::int32_t> batch_axes = {});

// The elements of values, of any floating type, by NumPy's broadcasting. Throws InvalidArgument where its shape does not
// fit the tensor's, and where both share memory.
void init_values(const TensorView &tensor, const TensorView &values);

// from unitvar.h by cmake/bindings.py: initialisers
// One value everywhere.
void init_constant(const TensorView &tensor, double value);
// 0 everywhere.
void init_zeros(const TensorView &tensor);
// 1 everywhere.
void init_ones(const TensorView &tensor);
// The identity matrix.
void init_eye(const TensorView &tensor);
// The identity of a convolution (out, in, k...) in groups.
void init_dirac(const TensorView &tensor, std::int64_t groups = 1);
// Uniform numbers of [a, b).
void init_uniform(Generator &generator, const TensorView &tensor, double a = 0, double b = 1);
// Normal numbers.
void init_normal(Generator &generator, const TensorView &tensor, double mean = 0, double std = 1);
// Normal numbers between the bounds a and b.
void init_trunc_normal(Generator &generator, const TensorView &tensor, double mean = 0, double std = 1, double a = -2,
                       double b = 2);
// Glorot and Bengio's uniform weights (out, in, k...).
void init_xavier_uniform(Generator &generator, const TensorView &tensor, double gain = 1);
// Glorot and Bengio's normal weights (out, in, k...).
void init_xavier_normal(Generator &generator, const TensorView &tensor, double gain = 1);
// He's uniform weights (out, in, k...); a is leaky_relu's slope.
void init_kaiming_uniform(Generator &generator, const TensorView &tensor, double a = 0,
                          FanMode fan_mode = FanMode::fan_in, Nonlinearity nonlinearity = Nonlinearity::leaky_relu);
// He's normal weights (out, in, k...); a is leaky_relu's slope.
void init_kaiming_normal(Generator &generator, const TensorView &tensor, double a = 0,
                         FanMode fan_mode = FanMode::fan_in, Nonlinearity nonlinearity = Nonlinearity::leaky_relu);
// Gain times a Haar-distributed orthogonal matrix.
void init_orthogonal(Generator &generator, const TensorView &tensor, double gain = 1);
// An orthogonal matrix at the centre of a convolution (out, in, k...).
void init_delta_orthogonal(Generator &generator, const TensorView &tensor, double gain = 1);
// Normal numbers, the fraction sparsity of each column 0.
void init_sparse(Generator &generator, const TensorView &tensor, double sparsity, double std = 0.01);
// Weights (out, in, k...) of the deviation sqrt(scale / fan).
void init_variance_scaling(Generator &generator, const TensorView &tensor, double scale = 1,
                           FanMode fan_mode = FanMode::fan_in,
                           Distribution distribution = Distribution::truncated_normal);
// Weights of the deviation sqrt(scale / fan), of fans that are given.
void init_variance_scaling_fans(Generator &generator, const TensorView &tensor, double scale, double fan_in,
                                double fan_out, FanMode fan_mode = FanMode::fan_in,
                                Distribution distribution = Distribution::truncated_normal);
// Gain times an orthogonal matrix with any axis for its rows.
void init_orthogonal_axis(Generator &generator, const TensorView &tensor, double gain, std::int32_t axis);
// An orthogonal matrix at the centre of a convolution of any layout.
void init_delta_orthogonal_layout(Generator &generator, const TensorView &tensor, double gain = 1,
                                  WeightLayout layout = WeightLayout::k_in_out);
// JAX's and Keras' glorot_uniform.
void init_glorot_uniform(Generator &generator, const TensorView &tensor, WeightLayout layout = WeightLayout::out_in_k);
// JAX's and Keras' glorot_normal.
void init_glorot_normal(Generator &generator, const TensorView &tensor, WeightLayout layout = WeightLayout::out_in_k);
// JAX's and Keras' he_uniform.
void init_he_uniform(Generator &generator, const TensorView &tensor, WeightLayout layout = WeightLayout::out_in_k);
// JAX's and Keras' he_normal.
void init_he_normal(Generator &generator, const TensorView &tensor, WeightLayout layout = WeightLayout::out_in_k);
// JAX's and Keras' lecun_uniform.
void init_lecun_uniform(Generator &generator, const TensorView &tensor, WeightLayout layout = WeightLayout::out_in_k);
// JAX's and Keras' lecun_normal.
void init_lecun_normal(Generator &generator, const TensorView &tensor, WeightLayout layout = WeightLayout::out_in_k);
// Gain times the identity matrix.
void init_identity(const TensorView &tensor, double gain = 1);
// end

} // namespace unitvar
