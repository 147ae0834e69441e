// The linear layer y = x W^T + b and its gradients, all by one blocked product C += A B: B is packed a block of depth
// at a time into panels as wide as a tile, A beforehand into panels as high as a tile, and each tile of C stays in
// registers for a block of depth. Threads share the columns.
#include <algorithm>
#include <cstring>
#include <optional>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/gradients.hpp"
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

// Element (i, k) is data[i * step + k * depth_step].
struct Factor {
    const unsigned char *data;
    std::size_t step;
    std::size_t depth_step;
};

constexpr std::size_t columns_at_once = 256;

// `width` interleaved vectors of `depth` elements, from vector `first` on; vectors at `count` and beyond are zeros.
template <class T>
void pack(const Factor &factor, std::size_t first, std::size_t count, std::size_t width, std::size_t from,
          std::size_t depth, T *target)
{
    const T *source = reinterpret_cast<const T *>(factor.data) + first * factor.step + from * factor.depth_step;
    const std::size_t present = std::min(width, count - first);
    if (present != width) {
        std::memset(target, 0, width * depth * sizeof(T));
    }
    if (factor.step == 1) {
        for (std::size_t k = 0; k < depth; ++k) {
            std::memcpy(target + k * width, source + k * factor.depth_step, present * sizeof(T));
        }
        return;
    }
    constexpr std::size_t group = 4; // vectors read side by side
    std::size_t i = 0;
    for (; i + group <= present; i += group) {
        const T *a = source + i * factor.step;
        for (std::size_t k = 0; k < depth; ++k) {
            T four[group];
            for (std::size_t j = 0; j < group; ++j) {
                std::memcpy(&four[j], a + j * factor.step + k * factor.depth_step, sizeof(T));
            }
            std::memcpy(target + k * width + i, four, sizeof(four));
        }
    }
    for (; i < present; ++i) {
        for (std::size_t k = 0; k < depth; ++k) {
            std::memcpy(target + k * width + i, source + i * factor.step + k * factor.depth_step, sizeof(T));
        }
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
                    pack(a, p * height_, rows_, height_, k, block_of(k), panel(p, k));
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
            pack(b, j, columns_, width_, k, block, right + (j - first) * block);
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
    core::require_row_major(x);
    core::require_row_major(weight);
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
    core::require_row_major(result);
}

template <class T>
void forward(const Shape &shape, const Tensor &x, const Tensor &weight, const Tensor &bias, const Tensor &y)
{
    core::Scratch scratch;
    const Product<T> product(scratch, *core::norm_kernels(x.dtype()).product, shape.batch, shape.out, shape.in);
    scratch.allocate();
    auto *const target = reinterpret_cast<T *>(y.data());
    product.pack_left({x.data(), shape.in, 1});
    for (std::size_t r = 0; r < shape.batch; ++r) {
        if (bias.present()) {
            std::memcpy(target + r * shape.out, bias.data(), shape.out * sizeof(T));
        } else {
            std::memset(target + r * shape.out, 0, shape.out * sizeof(T));
        }
    }
    product.run({weight.data(), shape.in, 1}, target);
}

template <class T> class Backward {
public:
    Backward(const Shape &shape, const Tensor &grad_y, const Tensor &x, const Tensor &weight,
             const core::GradientOutputs &gradients)
        : shape_(shape), grad_y_(grad_y), x_(x), weight_(weight), gradients_(gradients),
          sums_(scratch_.add<double>(gradients.bias.elements()))
    {
        const core::ProductKernels &kernels = *core::norm_kernels(x.dtype()).product;
        if (gradients.weight.elements() != 0) {
            for_weight_.emplace(scratch_, kernels, shape.out, shape.in, shape.batch);
        }
        if (gradients.x.elements() != 0) {
            for_x_.emplace(scratch_, kernels, shape.batch, shape.in, shape.out);
        }
        scratch_.allocate();
    }

    // In this order, since grad_x may be the memory of grad_y or x.
    void run() const noexcept
    {
        if (for_weight_) {
            std::memset(gradients_.weight.data(), 0, gradients_.weight.bytes());
            for_weight_->pack_left({grad_y_.data(), 1, shape_.out});
            for_weight_->run({x_.data(), 1, shape_.in}, reinterpret_cast<T *>(gradients_.weight.data()));
        }
        sum_bias();
        if (for_x_) {
            for_x_->pack_left({grad_y_.data(), shape_.out, 1});
            std::memset(gradients_.x.data(), 0, gradients_.x.bytes());
            for_x_->run({weight_.data(), 1, shape_.in}, reinterpret_cast<T *>(gradients_.x.data()));
        }
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
            core::set_value(gradients_.bias, i, sums[i]);
        }
    }

    Shape shape_;
    const Tensor &grad_y_;
    const Tensor &x_;
    const Tensor &weight_;
    const core::GradientOutputs &gradients_;
    core::Scratch scratch_;
    core::Scratch::Buffer<double> sums_;
    std::optional<Product<T>> for_weight_;
    std::optional<Product<T>> for_x_;
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
    core::require_kind(tensors);
    const Shape shape = shape_of(x, weight);
    core::require_channels(bias, shape.out);
    require_result(y, x, weight);
    core::require_own_memory(tensors, y, {&x});
    core::require_environment();
    if (y.elements() == 0) {
        return;
    }
    if (x.dtype() == DType::f32) {
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
    core::require_kind(tensors);
    const Shape shape = shape_of(x, weight);
    require_result(grad_y, x, weight);
    core::require_like(outputs.x, x);
    core::require_like(outputs.weight, weight);
    core::require_channels(outputs.bias, shape.out);
    core::require_own_memory(tensors, outputs.x, {&grad_y, &x});
    core::require_environment();
    if (x.dtype() == DType::f32) {
        Backward<float>(shape, grad_y, x, weight, outputs).run();
    } else {
        Backward<double>(shape, grad_y, x, weight, outputs).run();
    }
}

} // namespace unitvar
