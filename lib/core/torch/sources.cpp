// Initialisers of engine 3: torch.nn.init on PyTorch's own words, which come only one after the other.
//
// A whole tensor is filled in PyTorch's order, that of memory. For a slice the whole is made in working memory, as
// PyTorch would make it row-major, and the slice copied.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <tuple>
#include <vector>

#include "core/init/plan.hpp"
#include "core/torch/qr.hpp"
#include "core/torch/row.hpp"
#include "core/torch/target.hpp"

namespace unitvar::core {
namespace {

// Draws a tensor as a whole.
class SequentialPlan : public InitPlan, public ElementSource {
public:
    explicit SequentialPlan(const InitRequest &request)
        : source_(torch_source(*request.generator)), dtype_(request.dtype), shape_(request.shape),
          bytes_(request.elements * element_bytes(request.dtype))
    {
    }

    void reserve(const Output &output) final
    {
        if (output.whole) {
            tensor_ = output.tensor;
        } else {
            whole_ = std::make_unique_for_overwrite<unsigned char[]>(bytes_);
            tensor_ = Tensor("t", {whole_.get(), dtype_, shape_, {}}, Access::write);
        }
        if (tensor_.format() == MemoryFormat::row_major) {
            target_ = {dtype_, tensor_.elements(), true, tensor_.data()};
        } else {
            strided_ = std::make_unique<TorchTensor>(tensor_);
            target_ = strided_->target();
        }
        allocate();
    }
    void run(const Output &output) noexcept final
    {
        draw(source_, target_);
        if (!output.whole && output.layout.elements() != 0) {
            write_region(*this, output.layout, output.region);
        }
    }

protected:
    // The tensor that is drawn.
    [[nodiscard]] const Tensor &tensor() const noexcept { return tensor_; }

private:
    // Allocates what draw() needs.
    virtual void allocate() {}
    virtual void draw(const TorchSource &source, const TorchTarget &target) noexcept = 0;

    void write(void *target, std::uint64_t first, std::size_t count, StoreMode /*mode*/) const noexcept final
    {
        const std::size_t element = element_bytes(dtype_);
        std::memcpy(target, whole_.get() + first * element, count * element);
    }

    TorchSource source_;
    DType dtype_;
    std::span<const std::int64_t> shape_;
    std::size_t bytes_;
    std::unique_ptr<unsigned char[]> whole_; // of a slice
    Tensor tensor_{"t", nullptr, Access::write};
    TorchTarget target_{};
    std::unique_ptr<TorchTensor> strided_; // what target_ refers to
};

// A sampler with its parameters.
template <auto fill, std::size_t N> class FillPlan final : public SequentialPlan {
public:
    FillPlan(const InitRequest &request, const std::array<double, N> &parameters)
        : SequentialPlan(request), parameters_(parameters)
    {
    }

private:
    void draw(const TorchSource &source, const TorchTarget &target) noexcept override
    {
        std::apply([&](auto... parameter) { fill(source, target, parameter...); }, parameters_);
    }
    std::array<double, N> parameters_;
};

class TruncNormalPlan final : public SequentialPlan {
public:
    TruncNormalPlan(const InitRequest &request, const TorchTruncNormal &parameters)
        : SequentialPlan(request), parameters_(parameters),
          words_(torch_trunc_normal_memory(TorchEngine::of(*request.generator).rules(), parameters, request.elements))
    {
    }

private:
    void allocate() override { memory_.resize(words_); }
    void draw(const TorchSource &source, const TorchTarget &target) noexcept override
    {
        torch_fill_trunc_normal(source, target, parameters_, memory_.data());
    }
    TorchTruncNormal parameters_;
    std::size_t words_;
    std::vector<std::uint64_t> memory_;
};

// Zeros of each column are chosen by randperm, one column after the other.
class SparsePlan final : public SequentialPlan {
public:
    SparsePlan(const InitRequest &request, std::uint64_t zeros, double std)
        : SequentialPlan(request), rows_(static_cast<std::size_t>(request.shape[0])), zeros_(zeros), std_(std)
    {
    }

private:
    void allocate() override { permutation_.resize(rows_); }
    void draw(const TorchSource &source, const TorchTarget &target) noexcept override
    {
        torch_fill_normal(source, target, 0, std_);
        const Tensor &matrix = tensor();
        const auto bytes = static_cast<std::int64_t>(matrix.element_bytes());
        const std::int64_t row_step = matrix.stride(0) * bytes;
        const std::int64_t column_step = matrix.stride(1) * bytes;
        for (std::int64_t column = 0; column < matrix.shape()[1]; ++column) {
            torch_fill_permutation(source, permutation_.data(), permutation_.size());
            for (std::uint64_t i = 0; i < zeros_; ++i) {
                std::memset(matrix.data() + permutation_[i] * row_step + column * column_step, 0,
                            static_cast<std::size_t>(bytes));
            }
        }
    }
    std::size_t rows_;
    std::uint64_t zeros_;
    double std_;
    std::vector<std::int64_t> permutation_;
};

// The matrix is drawn row by row and factored in double, its transpose where it is wide.
template <class T> class OrthogonalPlan final : public InitPlan, public ElementSource {
public:
    OrthogonalPlan(const InitRequest &request, std::uint64_t rows, double gain)
        : source_(torch_source(*request.generator)), rows_(rows), columns_(request.elements / rows),
          gain_(static_cast<T>(gain)), matrix_(std::max(rows_, columns_), std::min(rows_, columns_))
    {
    }

    void reserve(const Output &output) override
    {
        drawn_ = std::make_unique_for_overwrite<T[]>(rows_ * columns_);
        if (output.layout.elements() != 0) {
            matrix_.reserve();
        }
    }
    void run(const Output &output) noexcept override
    {
        torch_fill_normal(source_, {dtype_of<T>, rows_ * columns_, true, drawn_.get()}, 0, 1);
        if (output.layout.elements() == 0) {
            return;
        }
        matrix_.clear();
        for (std::uint64_t row = 0; row < rows_; ++row) {
            for (std::uint64_t column = 0; column < columns_; ++column) {
                at(row, column) = static_cast<double>(drawn_[row * columns_ + column]);
            }
        }
        drawn_.reset();
        matrix_.factor();
        write_region(*this, output.layout, output.region);
    }

private:
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode /*mode*/) const noexcept override
    {
        auto *out = static_cast<unsigned char *>(target);
        std::uint64_t row = first / columns_;
        std::uint64_t column = first % columns_;
        for (; count != 0; --count, out += sizeof(T)) {
            const T value = static_cast<T>(at(row, column)) * gain_;
            std::memcpy(out, &value, sizeof(T));
            if (++column == columns_) {
                column = 0;
                ++row;
            }
        }
    }

    [[nodiscard]] double &at(std::uint64_t row, std::uint64_t column) const noexcept
    {
        return rows_ < columns_ ? matrix_.at(column, row) : matrix_.at(row, column);
    }

    TorchSource source_;
    std::uint64_t rows_;
    std::uint64_t columns_;
    T gain_;
    std::unique_ptr<T[]> drawn_;
    PositiveQr matrix_;
};

void uniform(PlanSlot &slot, const InitRequest &request, double low, double high, ParameterNames names)
{
    torch_check_uniform(request.dtype, low, high, names);
    slot.emplace<FillPlan<&torch_fill_uniform, 2>>(request, std::array{low, high});
}

void normal(PlanSlot &slot, const InitRequest &request, double mean, double std, ParameterNames names)
{
    torch_check_normal(request.dtype, mean, std, names);
    slot.emplace<FillPlan<&torch_fill_normal, 2>>(request, std::array{mean, std});
}

void trunc_normal(PlanSlot &slot, const InitRequest &request, double mean, double std, double a, double b)
{
    const TorchTruncNormal parameters{mean, std, a, b};
    torch_check_trunc_normal(*request.generator, request.dtype, parameters);
    slot.emplace<TruncNormalPlan>(request, parameters);
}

void sparse(PlanSlot &slot, const InitRequest &request, std::uint64_t zeros, double std)
{
    torch_check_normal(request.dtype, 0, std, {"mean", "std"});
    slot.emplace<SparsePlan>(request, zeros, std);
}

void orthogonal(PlanSlot &slot, const InitRequest &request, std::uint64_t rows, double gain)
{
    switch (request.dtype) {
    case DType::f32:
        slot.emplace<OrthogonalPlan<float>>(request, rows, gain);
        return;
    case DType::f64:
        slot.emplace<OrthogonalPlan<double>>(request, rows, gain);
        return;
    default:
        refuse_draw(engine_row(Engine::torch_mt19937), "orthogonal_ for 16-bit types");
    }
}

} // namespace

constinit const ElementSources torch_sources{&uniform, &normal, &trunc_normal, &sparse, &orthogonal, nullptr, true};

} // namespace unitvar::core
