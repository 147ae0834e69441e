// Sources of elements that come only one after the other.
#include "core/torch/initializers.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/engine.hpp"
#include "core/runtime.hpp"
#include "core/torch/qr.hpp"

namespace unitvar::core {
namespace {

// Draws a tensor as a whole.
class SequentialSource : public ElementSource {
public:
    explicit SequentialSource(const InitRequest &request)
        : generator_(*request.generator), dtype_(request.dtype), shape_(request.shape),
          bytes_(request.elements * element_bytes(request.dtype)), kernels_(*kernels().torch)
    {
    }

    bool write_whole(const TensorView &tensor) final
    {
        reserve();
        draw({GeneratorAccess::torch(generator_), kernels_}, tensor);
        return true;
    }

    void prepare() final
    {
        whole_ = std::make_unique_for_overwrite<unsigned char[]>(bytes_);
        reserve();
        after_.emplace(GeneratorAccess::torch(generator_));
        draw({*after_, kernels_}, {whole_.get(), dtype_, shape_, {}});
    }
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode /*mode*/) const noexcept final
    {
        const std::size_t element = element_bytes(dtype_);
        std::memcpy(target, whole_.get() + first * element, count * element);
    }
    void advance() noexcept final { GeneratorAccess::torch(generator_) = *after_; }

protected:
    // Allocates what draw() needs.
    virtual void reserve() {}
    virtual void draw(const TorchSource &source, const TensorView &tensor) = 0;

    Generator &generator_;
    DType dtype_;
    std::span<const std::int64_t> shape_;

private:
    std::size_t bytes_;
    const TorchKernels &kernels_;
    std::unique_ptr<unsigned char[]> whole_;
    std::optional<TorchEngine> after_;
};

class TorchUniform final : public SequentialSource {
public:
    TorchUniform(const InitRequest &request, double low, double high)
        : SequentialSource(request), low_(low), high_(high)
    {
    }

private:
    void draw(const TorchSource &source, const TensorView &tensor) override
    {
        torch_fill_uniform(source, TorchTensor(Tensor("t", tensor, Access::write)).target(), low_, high_);
    }
    double low_;
    double high_;
};

class TorchNormal final : public SequentialSource {
public:
    TorchNormal(const InitRequest &request, double mean, double std) : SequentialSource(request), mean_(mean), std_(std)
    {
    }

private:
    void draw(const TorchSource &source, const TensorView &tensor) override
    {
        torch_fill_normal(source, TorchTensor(Tensor("t", tensor, Access::write)).target(), mean_, std_);
    }
    double mean_;
    double std_;
};

class TorchTruncNormal final : public SequentialSource {
public:
    TorchTruncNormal(const InitRequest &request, double mean, double std, double a, double b)
        : SequentialSource(request), mean_(mean), std_(std), a_(a), b_(b)
    {
    }

private:
    void draw(const TorchSource &source, const TensorView &tensor) override
    {
        torch_fill_trunc_normal(source, TorchTensor(Tensor("t", tensor, Access::write)).target(), mean_, std_, a_, b_);
    }
    double mean_;
    double std_;
    double a_;
    double b_;
};

class TorchSparse final : public SequentialSource {
public:
    TorchSparse(const InitRequest &request, std::uint64_t zeros, double std)
        : SequentialSource(request), zeros_(zeros), std_(std)
    {
    }

private:
    void reserve() override { permutation_.resize(static_cast<std::size_t>(shape_[0])); }
    void draw(const TorchSource &source, const TensorView &tensor) override
    {
        torch_fill_normal(source, TorchTensor(Tensor("t", tensor, Access::write)).target(), 0, std_);
        const std::int64_t row_stride = tensor.strides.empty() ? tensor.shape[1] : tensor.strides[0];
        const std::int64_t column_stride = tensor.strides.empty() ? 1 : tensor.strides[1];
        const auto bytes = static_cast<std::int64_t>(element_bytes(dtype_));
        auto *const data = static_cast<unsigned char *>(tensor.data);
        for (std::int64_t column = 0; column < tensor.shape[1]; ++column) {
            torch_fill_permutation(source, permutation_.data(), permutation_.size());
            for (std::uint64_t i = 0; i < zeros_; ++i) {
                std::memset(data + (permutation_[i] * row_stride + column * column_stride) * bytes, 0,
                            static_cast<std::size_t>(bytes));
            }
        }
    }
    std::uint64_t zeros_;
    double std_;
    std::vector<std::int64_t> permutation_;
};

// The matrix is drawn row by row and factored in double, its transpose where it is wide.
template <class T> class TorchOrthogonal final : public ElementSource {
public:
    TorchOrthogonal(const InitRequest &request, std::uint64_t rows, double gain)
        : generator_(*request.generator), rows_(rows), columns_(request.elements / rows), gain_(static_cast<T>(gain)),
          kernels_(kernels())
    {
    }

    void prepare() override
    {
        after_.emplace(GeneratorAccess::torch(generator_));
        const auto drawn = std::make_unique_for_overwrite<T[]>(rows_ * columns_);
        torch_fill_normal({*after_, *kernels_.torch}, {dtype_of<T>, rows_ * columns_, true, drawn.get()}, 0, 1);
        matrix_.emplace(*kernels_.reflectors_f64, std::max(rows_, columns_), std::min(rows_, columns_));
        for (std::uint64_t row = 0; row < rows_; ++row) {
            for (std::uint64_t column = 0; column < columns_; ++column) {
                const auto value = static_cast<double>(drawn[row * columns_ + column]);
                (wide() ? matrix_->at(column, row) : matrix_->at(row, column)) = value;
            }
        }
        matrix_->factor();
    }
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode /*mode*/) const noexcept override
    {
        auto *out = static_cast<unsigned char *>(target);
        std::uint64_t row = first / columns_;
        std::uint64_t column = first % columns_;
        for (; count != 0; --count, out += sizeof(T)) {
            const auto q = static_cast<T>(wide() ? std::as_const(*matrix_).at(column, row)
                                                 : std::as_const(*matrix_).at(row, column));
            const T value = q * gain_;
            std::memcpy(out, &value, sizeof(T));
            if (++column == columns_) {
                column = 0;
                ++row;
            }
        }
    }
    void advance() noexcept override { GeneratorAccess::torch(generator_) = *after_; }

private:
    [[nodiscard]] bool wide() const noexcept { return rows_ < columns_; }

    Generator &generator_;
    std::uint64_t rows_;
    std::uint64_t columns_;
    T gain_;
    const KernelTable &kernels_;
    std::optional<TorchEngine> after_;
    std::optional<PositiveQr> matrix_;
};

} // namespace

SourcePointer make_torch_uniform(const InitRequest &request, double low, double high, ParameterNames names)
{
    torch_check_uniform(request.dtype, low, high, names);
    return std::make_unique<TorchUniform>(request, low, high);
}

SourcePointer make_torch_normal(const InitRequest &request, double mean, double std, ParameterNames names)
{
    torch_check_normal(request.dtype, mean, std, names);
    return std::make_unique<TorchNormal>(request, mean, std);
}

SourcePointer make_torch_trunc_normal(const InitRequest &request, double mean, double std, double a, double b)
{
    torch_check_trunc_normal(request.dtype, mean, std, a, b);
    return std::make_unique<TorchTruncNormal>(request, mean, std, a, b);
}

SourcePointer make_torch_sparse(const InitRequest &request, std::uint64_t zeros, double std)
{
    torch_check_normal(request.dtype, 0, std, {"mean", "std"});
    return std::make_unique<TorchSparse>(request, zeros, std);
}

SourcePointer make_torch_orthogonal(const InitRequest &request, std::uint64_t rows, double gain)
{
    switch (request.dtype) {
    case DType::f32:
        return std::make_unique<TorchOrthogonal<float>>(request, rows, gain);
    case DType::f64:
        return std::make_unique<TorchOrthogonal<double>>(request, rows, gain);
    default:
        torch_refuse("orthogonal_ for 16-bit types");
    }
}

} // namespace unitvar::core
