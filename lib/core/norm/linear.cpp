// The linear layer y = x W^T + b and its gradients, all by one blocked product C += A B: B is packed a block of depth
// at a time into panels as wide as a tile, A beforehand into panels as high as a tile, and each tile of C stays in
// registers for a block of depth. Threads share the columns.
#include <algorithm>
#include <cstring>
#include <optional>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/gradients.hpp"
#include "core/norm/staging.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/scratch.hpp"
#include "core/sharing.hpp"
#include "unitvar/activation.hpp"

namespace unitvar {
namespace {

using core::Access;
using core::product_depth;
using core::Tensor;

// Element (i, k) is that many elements behind the first: i * step + k * depth_step.
struct Factor {
    const unsigned char *data;
    DType dtype;
    std::int64_t step;
    std::int64_t depth_step;
};

constexpr std::size_t columns_at_once = 256;

// An element of type E as a T.
template <class T, class E> T element_as(const unsigned char *at) noexcept
{
    E value;
    std::memcpy(&value, at, sizeof(value));
    if constexpr (std::is_same_v<E, core::Bf16Element>) {
        return core::widen_bf16(value.bits);
    } else if constexpr (std::is_same_v<E, core::F16Element>) {
        return core::widen_f16(value.bits);
    } else {
        return value;
    }
}

// Part of a factor: vectors first to first + width - 1 of `count`, of which those that do not exist are zeros, from
// depth `from` on.
struct Panel {
    std::size_t first;
    std::size_t count;
    std::size_t width;
    std::size_t from;
    std::size_t depth;
};

// `width` interleaved vectors of `depth` elements.
template <class T, class E> void pack_elements(const Factor &factor, const Panel &panel, T *target)
{
    constexpr auto bytes = static_cast<std::int64_t>(sizeof(E));
    const std::int64_t step = factor.step * bytes;
    const std::int64_t depth_step = factor.depth_step * bytes;
    const unsigned char *source = factor.data + static_cast<std::int64_t>(panel.first) * step +
                                  static_cast<std::int64_t>(panel.from) * depth_step;
    const std::size_t width = panel.width;
    const std::size_t present = std::min(width, panel.count - panel.first);
    if (present != width) {
        std::memset(target, 0, width * panel.depth * sizeof(T));
    }
    if (factor.step == 1) {
        for (std::size_t k = 0; k < panel.depth; ++k, source += depth_step) {
            if constexpr (std::is_same_v<T, E>) {
                std::memcpy(target + k * width, source, present * sizeof(T));
            } else {
                for (std::size_t i = 0; i < present; ++i) {
                    target[k * width + i] = element_as<T, E>(source + i * sizeof(E));
                }
            }
        }
        return;
    }
    constexpr std::size_t group = 4; // vectors read side by side
    std::size_t i = 0;
    for (; i + group <= present; i += group) {
        const unsigned char *a = source + static_cast<std::int64_t>(i) * step;
        for (std::size_t k = 0; k < panel.depth; ++k, a += depth_step) {
            T four[group];
            for (std::size_t j = 0; j < group; ++j) {
                four[j] = element_as<T, E>(a + static_cast<std::int64_t>(j) * step);
            }
            std::memcpy(target + k * width + i, four, sizeof(four));
        }
    }
    for (; i < present; ++i) {
        const unsigned char *a = source + static_cast<std::int64_t>(i) * step;
        for (std::size_t k = 0; k < panel.depth; ++k, a += depth_step) {
            target[k * width + i] = element_as<T, E>(a);
        }
    }
}
template <class T> void pack(const Factor &factor, const Panel &panel, T *target)
{
    if constexpr (std::is_same_v<T, double>) {
        pack_elements<double, double>(factor, panel, target);
    } else if (factor.dtype == DType::f32) {
        pack_elements<float, float>(factor, panel, target);
    } else if (factor.dtype == DType::bf16) {
        pack_elements<float, core::Bf16Element>(factor, panel, target);
    } else {
        pack_elements<float, core::F16Element>(factor, panel, target);
    }
}

// C += A B, C row-major of `rows` by `columns`. A is packed before C is written: C may be the memory of A.
template <class T> class Product {
public:
    Product(core::Scratch &scratch, const core::ProductKernels &kernels, std::size_t rows, std::size_t columns,
            std::size_t depth)
        : kernels_(kernels), scratch_(scratch), rows_(rows), columns_(columns), depth_(depth),
          height_(kernels.tile_rows), width_(kernels.tile_columns), panels_((rows + height_ - 1) / height_),
          block_columns_(columns_at_once / width_ * width_),
          slots_(core::slots_for(blocks(), core::grain_of(block_columns_ * depth * (rows / 8 + 1)))),
          left_(scratch.add<T>(panels_ * height_ * depth)),
          right_(scratch.add<T>(slots_ * block_columns_ * std::min(product_depth, depth)))
    {
    }

    // Panels of the first block of depth, of the second, ...
    void pack_left(const Factor &a) const noexcept
    {
        core::parallel_for(panels_, core::grain_of(height_ * depth_), [&](std::size_t begin, std::size_t end) {
            for (std::size_t p = begin; p < end; ++p) {
                for (std::size_t k = 0; k < depth_; k += product_depth) {
                    pack(a, {p * height_, rows_, height_, k, block_of(k)}, panel(p, k));
                }
            }
        });
    }

    void run(const Factor &b, T *c) const noexcept
    {
        const std::size_t buffer = block_columns_ * std::min(product_depth, depth_);
        core::parallel_slots(slots_, blocks(), [&](std::size_t slot, std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                for (std::size_t k = 0; k < depth_; k += product_depth) {
                    multiply_block(b, i * block_columns_, k, scratch_.data(right_) + slot * buffer, c);
                }
            }
        });
    }

private:
    [[nodiscard]] std::size_t blocks() const noexcept { return (columns_ + block_columns_ - 1) / block_columns_; }
    [[nodiscard]] std::size_t block_of(std::size_t k) const noexcept { return std::min(product_depth, depth_ - k); }
    [[nodiscard]] T *panel(std::size_t p, std::size_t k) const noexcept
    {
        return scratch_.data(left_) + k * panels_ * height_ + p * height_ * block_of(k);
    }

    void multiply_block(const Factor &b, std::size_t first, std::size_t k, T *right, T *c) const noexcept
    {
        const std::size_t last = std::min(columns_, first + block_columns_);
        const std::size_t block = block_of(k);
        for (std::size_t j = first; j < last; j += width_) {
            pack(b, {j, columns_, width_, k, block}, right + (j - first) * block);
        }
        for (std::size_t p = 0; p < panels_; ++p) {
            for (std::size_t j = first; j < last; j += width_) {
                kernels_.multiply(panel(p, k), right + (j - first) * block, block, c + p * height_ * columns_ + j,
                                  columns_, std::min(height_, rows_ - p * height_), std::min(width_, last - j));
            }
        }
    }

    const core::ProductKernels &kernels_;
    const core::Scratch &scratch_;
    std::size_t rows_;
    std::size_t columns_;
    std::size_t depth_;
    std::size_t height_;
    std::size_t width_;
    std::size_t panels_;
    std::size_t block_columns_;
    std::size_t slots_;
    core::Scratch::Buffer<T> left_;
    core::Scratch::Buffer<T> right_; // of each slot
};

struct Shape {
    std::size_t batch;
    std::size_t in;
    std::size_t out;
};

Shape shape_of(const Tensor &x, const Tensor &weight)
{
    if (weight.ndim() != 2) {
        core::invalid("shape of weight", core::text(weight.shape()), "(out, in)");
    }
    if (x.ndim() == 0 || x.shape().back() != weight.shape()[1]) {
        core::invalid("shape of x", core::text(x.shape()),
                      "(..., " + core::text(weight.shape()[1]) + "), the columns of weight");
    }
    Shape shape{1, weight.length(1), weight.length(0)};
    for (std::size_t d = 0; d + 1 < x.ndim(); ++d) {
        shape.batch *= x.length(d);
    }
    return shape;
}

// The shape of x, with the rows of weight for the last length.
void require_result(const Tensor &result, const Tensor &x, const Tensor &weight)
{
    const std::size_t outer = x.ndim() - 1;
    const std::int64_t out = weight.shape()[0];
    if (result.ndim() != x.ndim() || result.shape().back() != out ||
        !std::ranges::equal(result.shape().first(outer), x.shape().first(outer))) {
        std::string expected = core::text(x.shape().first(outer));
        expected.pop_back();
        expected += (outer == 0 ? "" : ", ") + core::text(out) + ")";
        core::invalid(std::string("shape of ") + result.name(), core::text(result.shape()), expected);
    }
}

// A matrix of rows in its own memory: the last dimension of a tensor, and all others.
Factor rows_of(const Tensor &tensor)
{
    const std::size_t ndim = tensor.ndim();
    return {tensor.data(), tensor.dtype(), ndim < 2 ? 0 : tensor.stride(ndim - 2), tensor.stride(ndim - 1)};
}
Factor transposed(const Factor &factor)
{
    return {factor.data, factor.dtype, factor.depth_step, factor.step};
}
// Whether that has one stride, else the tensor is copied.
const Tensor &matrix(core::Operands &operands, const Tensor &tensor)
{
    return tensor.ndim() <= 2 ? tensor : operands.input(tensor);
}

// A result of a product, in the tensor's memory or as T until it is rounded.
template <class T> class Result {
public:
    Result(core::Scratch &scratch, core::Operands &operands, const Tensor &tensor)
        : scratch_(scratch), tensor_(operands.output(tensor)),
          wide_(tensor.present() && tensor.element_bytes() != sizeof(T)),
          values_(scratch.add<T>(wide_ ? tensor.elements() : 0))
    {
    }
    [[nodiscard]] T *data() const noexcept
    {
        return wide_ ? scratch_.data(values_) : reinterpret_cast<T *>(tensor_.data());
    }
    void clear() const noexcept { std::memset(data(), 0, tensor_.elements() * sizeof(T)); }
    void round() const noexcept
    {
        if (!wide_) {
            return;
        }
        const core::ConvertKernels &from = *core::norm_kernels(core::parameter_type(tensor_.dtype())).convert;
        const core::ConvertKernels &to = *core::norm_kernels(tensor_.dtype()).convert;
        core::parallel_for((tensor_.elements() + piece - 1) / piece, core::grain_of(piece),
                           [&](std::size_t begin, std::size_t end) {
                               double values[piece];
                               for (std::size_t i = begin; i < end; ++i) {
                                   const std::size_t first = i * piece;
                                   const std::size_t n = std::min<std::size_t>(piece, tensor_.elements() - first);
                                   from.widen(data() + first, values, n);
                                   to.narrow(values, tensor_.data() + first * tensor_.element_bytes(), n);
                               }
                           });
    }

private:
    static constexpr std::size_t piece = 512;

    const core::Scratch &scratch_;
    const Tensor &tensor_;
    bool wide_;
    core::Scratch::Buffer<T> values_;
};

template <class T>
void forward(const Shape &shape, const Tensor &x, const Tensor &weight, const Tensor &bias, const Tensor &y)
{
    core::Operands operands;
    const Tensor &source = matrix(operands, x);
    const Tensor &summands = operands.parameter(bias, x);
    core::Scratch scratch;
    const Result<T> result(scratch, operands, y);
    const Product<T> product(scratch, *core::norm_kernels(x.dtype()).product, shape.batch, shape.out, shape.in);
    scratch.allocate();
    T *const target = result.data();
    product.pack_left(x.ndim() > 2 ? Factor{source.data(), x.dtype(), static_cast<std::int64_t>(shape.in), 1}
                                   : rows_of(source));
    if (!bias.present()) {
        result.clear();
    }
    for (std::size_t r = 0; bias.present() && r < shape.batch; ++r) {
        std::memcpy(target + r * shape.out, summands.data(), shape.out * sizeof(T));
    }
    product.run(rows_of(weight), target);
    result.round();
    operands.write_back();
}

template <class T> class Backward {
public:
    Backward(const Shape &shape, const Tensor &grad_y, const Tensor &x, const Tensor &weight,
             const core::GradientOutputs &gradients)
        : shape_(shape), grad_y_(operands_.input(grad_y)), x_(operands_.input(x)), weight_(weight),
          bias_(gradients.bias), for_weight_(scratch_, operands_, gradients.weight),
          for_x_(scratch_, operands_, gradients.x), sums_(scratch_.add<double>(gradients.bias.elements()))
    {
        const core::ProductKernels &kernels = *core::norm_kernels(x.dtype()).product;
        if (gradients.weight.elements() != 0) {
            product_for_weight_.emplace(scratch_, kernels, shape.out, shape.in, shape.batch);
        }
        if (gradients.x.elements() != 0) {
            product_for_x_.emplace(scratch_, kernels, shape.batch, shape.in, shape.out);
        }
        scratch_.allocate();
    }

    // In this order, since grad_x may be the memory of grad_y or x.
    void run() const noexcept
    {
        const Factor gradient{grad_y_.data(), grad_y_.dtype(), static_cast<std::int64_t>(shape_.out), 1};
        if (product_for_weight_) {
            for_weight_.clear();
            product_for_weight_->pack_left(transposed(gradient));
            product_for_weight_->run({x_.data(), x_.dtype(), 1, static_cast<std::int64_t>(shape_.in)},
                                     for_weight_.data());
            for_weight_.round();
        }
        sum_bias();
        if (product_for_x_) {
            product_for_x_->pack_left(gradient);
            for_x_.clear();
            product_for_x_->run(transposed(rows_of(weight_)), for_x_.data());
            for_x_.round();
        }
        operands_.write_back();
    }

private:
    void sum_bias() const noexcept
    {
        double *const sums = scratch_.data(sums_);
        std::fill_n(sums, sums_.size(), 0.0);
        for (std::size_t r = 0; r < shape_.batch; ++r) {
            for (std::size_t i = 0; i < sums_.size(); ++i) {
                sums[i] += core::value_at(grad_y_, r * shape_.out + i);
            }
        }
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            core::set_value(bias_, i, sums[i]);
        }
    }

    Shape shape_;
    core::Operands operands_;
    core::Scratch scratch_;
    const Tensor &grad_y_;
    const Tensor &x_;
    const Tensor &weight_;
    const Tensor &bias_;
    Result<T> for_weight_;
    Result<T> for_x_;
    core::Scratch::Buffer<double> sums_;
    std::optional<Product<T>> product_for_weight_;
    std::optional<Product<T>> product_for_x_;
};

} // namespace

void linear(const TensorView &x_view, const TensorView &weight_view, const TensorView *bias_view,
            const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor weight("weight", weight_view, Access::read);
    const Tensor bias("bias", bias_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    const std::initializer_list<const Tensor *> tensors = {&x, &weight, &bias, &y};
    core::require_kind({&x, &weight, &y});
    core::require_parameter_kind(x, {&bias});
    const Shape shape = shape_of(x, weight);
    core::require_channels(bias, shape.out);
    require_result(y, x, weight);
    core::require_own_memory(tensors, y, {&x});
    core::require_environment();
    if (y.elements() == 0) {
        return;
    }
    if (x.dtype() != DType::f64) {
        forward<float>(shape, x, weight, bias, y);
    } else {
        forward<double>(shape, x, weight, bias, y);
    }
}

void linear_backward(const TensorView &grad_y_view, const TensorView &x_view, const TensorView &weight_view,
                     const NormGradients &gradients)
{
    const core::DefaultFloatingPoint environment;
    const Tensor grad_y("grad_y", grad_y_view, Access::read);
    const Tensor x("x", x_view, Access::read);
    const Tensor weight("weight", weight_view, Access::read);
    const core::GradientOutputs outputs(gradients);
    const std::initializer_list<const Tensor *> tensors = {&grad_y,         &x,           &weight, &outputs.x,
                                                           &outputs.weight, &outputs.bias};
    core::require_kind({&x, &grad_y, &weight, &outputs.x, &outputs.weight});
    core::require_parameter_kind(x, {&outputs.bias});
    const Shape shape = shape_of(x, weight);
    require_result(grad_y, x, weight);
    core::require_like(outputs.x, x);
    core::require_like(outputs.weight, weight);
    core::require_channels(outputs.bias, shape.out);
    core::require_own_memory(tensors, outputs.x, {&grad_y, &x});
    core::require_environment();
    if (x.dtype() != DType::f64) {
        Backward<float>(shape, grad_y, x, weight, outputs).run();
    } else {
        Backward<double>(shape, grad_y, x, weight, outputs).run();
    }
}

} // namespace unitvar
