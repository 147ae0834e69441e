// The linear layer y = x W^T + b and its gradients, all by one blocked product C += A B: B is packed a block of depth
// at a time into panels as wide as a tile, A beforehand into panels as high as a tile, and each tile of C stays in
// registers for a block of depth. Threads share the columns.
#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include "core/message.hpp"
#include "core/norm/statistics.hpp"
#include "core/norm/support.hpp"
#include "unitvar/activation.hpp"

namespace unitvar {
namespace {

using core::Operand;
using core::product_depth;

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

// C += A B, C row-major of `rows` by `columns`. Everything is allocated first, and A is packed before C is written:
// C may be the memory of A.
template <class T> class Product {
public:
    Product(const core::ProductKernels &kernels, std::size_t rows, std::size_t columns, std::size_t depth)
        : kernels_(kernels), rows_(rows), columns_(columns), depth_(depth), height_(kernels.tile_rows),
          width_(kernels.tile_columns), panels_((rows + height_ - 1) / height_),
          block_columns_(columns_at_once / width_ * width_), left_(allocate(panels_ * height_ * depth))
    {
        const std::size_t slots = core::slots_for(blocks(), core::grain_of(block_columns_ * depth * (rows / 8 + 1)));
        for (std::size_t i = 0; i < slots; ++i) {
            right_.push_back(allocate(block_columns_ * product_depth));
        }
    }

    // Panels of the first block of depth, of the second, ...
    void pack_left(const Factor &a) const
    {
        core::parallel_for(panels_, core::grain_of(height_ * depth_), [&](std::size_t begin, std::size_t end) {
            for (std::size_t p = begin; p < end; ++p) {
                for (std::size_t k = 0; k < depth_; k += product_depth) {
                    pack(a, p * height_, rows_, height_, k, block_of(k), panel(p, k));
                }
            }
        });
    }

    void run(const Factor &b, T *c) const
    {
        core::parallel_slots(right_.size(), blocks(), [&](std::size_t slot, std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                for (std::size_t k = 0; k < depth_; k += product_depth) {
                    multiply_block(b, i * block_columns_, k, array(right_[slot]), c);
                }
            }
        });
    }

private:
    static core::Bytes allocate(std::size_t elements)
    {
        std::size_t bytes = 0;
        if (__builtin_mul_overflow(elements, sizeof(T), &bytes)) {
            throw std::bad_alloc();
        }
        return core::allocate_bytes(bytes);
    }
    [[nodiscard]] static T *array(const core::Bytes &bytes) noexcept { return reinterpret_cast<T *>(bytes.get()); }
    [[nodiscard]] std::size_t blocks() const noexcept { return (columns_ + block_columns_ - 1) / block_columns_; }
    [[nodiscard]] std::size_t block_of(std::size_t k) const noexcept { return std::min(product_depth, depth_ - k); }
    [[nodiscard]] T *panel(std::size_t p, std::size_t k) const noexcept
    {
        return array(left_) + k * panels_ * height_ + p * height_ * block_of(k);
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
    std::size_t rows_;
    std::size_t columns_;
    std::size_t depth_;
    std::size_t height_;
    std::size_t width_;
    std::size_t panels_;
    std::size_t block_columns_;
    core::Bytes left_;
    std::vector<core::Bytes> right_;
};

struct Shape {
    std::size_t batch;
    std::size_t in;
    std::size_t out;
};

Shape shape_of(const Operand &x, const Operand &weight)
{
    if (weight.shape.size() != 2) {
        core::invalid("shape of weight", core::text(weight.shape), "(out, in)");
    }
    if (x.shape.empty() || x.shape.back() != weight.shape[1]) {
        core::invalid("shape of x", core::text(x.shape),
                      "(..., " + core::text(weight.shape[1]) + "), the columns of weight");
    }
    core::require_row_major(x);
    core::require_row_major(weight);
    Shape shape{1, weight.length(1), weight.length(0)};
    for (std::size_t d = 0; d + 1 < x.shape.size(); ++d) {
        shape.batch *= x.length(d);
    }
    return shape;
}

std::vector<std::int64_t> result_shape(const Operand &x, const Operand &weight)
{
    std::vector<std::int64_t> shape(x.shape.begin(), x.shape.end());
    shape.back() = weight.shape[0];
    return shape;
}

template <class T>
void forward(const core::NormKernels &kernels, const Shape &shape, const Operand &x, const Operand &weight,
             const Operand &bias, const Operand &y)
{
    const Product<T> product(*kernels.product, shape.batch, shape.out, shape.in);
    auto *const target = reinterpret_cast<T *>(y.data);
    product.pack_left({x.data, shape.in, 1});
    for (std::size_t r = 0; r < shape.batch; ++r) {
        if (bias.present) {
            std::memcpy(target + r * shape.out, bias.data, shape.out * sizeof(T));
        } else {
            std::memset(target + r * shape.out, 0, shape.out * sizeof(T));
        }
    }
    product.run({weight.data, shape.in, 1}, target);
}

// In this order, since grad_x may be the memory of grad_y or x.
template <class T>
void backward(const core::NormKernels &kernels, const Shape &shape, const Operand &grad_y, const Operand &x,
              const Operand &weight, const Operand &grad_x, const Operand &grad_weight, const Operand &grad_bias)
{
    const bool wants_x = grad_x.elements != 0;
    const bool wants_weight = grad_weight.elements != 0;
    const Product<T> for_weight(*kernels.product, wants_weight ? shape.out : 0, shape.in, shape.batch);
    const Product<T> for_x(*kernels.product, wants_x ? shape.batch : 0, shape.in, shape.out);
    std::vector<double> sums(grad_bias.elements);
    if (wants_weight) {
        std::memset(grad_weight.data, 0, grad_weight.bytes());
        for_weight.pack_left({grad_y.data, 1, shape.out});
        for_weight.run({x.data, 1, shape.in}, reinterpret_cast<T *>(grad_weight.data));
    }
    for (std::size_t r = 0; r < shape.batch; ++r) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            sums[i] += grad_y.at(r * shape.out + i);
        }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        grad_bias.set(i, sums[i]);
    }
    if (wants_x) {
        for_x.pack_left({grad_y.data, shape.out, 1});
        std::memset(grad_x.data, 0, grad_x.bytes());
        for_x.run({weight.data, 1, shape.in}, reinterpret_cast<T *>(grad_x.data));
    }
}

} // namespace

void linear(const TensorView &x_view, const TensorView &weight_view, const TensorView *bias_view,
            const TensorView &y_view)
{
    core::Operands operands;
    const Operand &x = operands.input("x", x_view);
    const Operand &weight = operands.input("weight", weight_view);
    const Operand &bias = operands.input("bias", bias_view);
    const Operand &y = operands.output("y", y_view);
    const Shape shape = shape_of(x, weight);
    core::require_channels(bias, shape.out);
    core::require_shape(y, result_shape(x, weight));
    operands.check_aliases(y, {&x});
    const core::NormKernels &kernels = operands.kernels();
    if (y.elements == 0) {
        return;
    }
    if (x.dtype == DType::f32) {
        forward<float>(kernels, shape, x, weight, bias, y);
    } else {
        forward<double>(kernels, shape, x, weight, bias, y);
    }
}

void linear_backward(const TensorView &grad_y_view, const TensorView &x_view, const TensorView &weight_view,
                     const NormGradients &gradients)
{
    core::Operands operands;
    const Operand &grad_y = operands.input("grad_y", grad_y_view);
    const Operand &x = operands.input("x", x_view);
    const Operand &weight = operands.input("weight", weight_view);
    const Operand &grad_x = operands.output("grad_x", gradients.x);
    const Operand &grad_weight = operands.output("grad_weight", gradients.weight);
    const Operand &grad_bias = operands.output("grad_bias", gradients.bias);
    const Shape shape = shape_of(x, weight);
    core::require_shape(grad_y, result_shape(x, weight));
    core::require_like(grad_x, x);
    core::require_like(grad_weight, weight);
    core::require_channels(grad_bias, shape.out);
    operands.check_aliases(grad_x, {&grad_y, &x});
    const core::NormKernels &kernels = operands.kernels();
    if (x.dtype == DType::f32) {
        backward<float>(kernels, shape, grad_y, x, weight, grad_x, grad_weight, grad_bias);
    } else {
        backward<double>(kernels, shape, grad_y, x, weight, grad_x, grad_weight, grad_bias);
    }
}

} // namespace unitvar
