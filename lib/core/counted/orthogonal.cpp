// orthogonal and delta_orthogonal. The matrix is computed as a whole, in f32 for 16-bit tensors, whatever slice of it
// is asked for.
#include <algorithm>
#include <array>
#include <cstring>

#include "core/counted/orthogonal_matrix.hpp"
#include "core/counted/sources.hpp"
#include "core/runtime.hpp"

namespace unitvar::core {
namespace {

// gain times a random orthogonal matrix of rows x columns, in row-major order.
template <class T> class Orthogonal {
public:
    Orthogonal(Generator &generator, DType dtype, std::uint64_t rows, std::uint64_t columns, double gain)
        : generator_(generator), dtype_(dtype), transposed_(rows < columns), gain_(static_cast<T>(gain)),
          matrix_(generator, std::max(rows, columns), std::min(rows, columns))
    {
    }

    void reserve() { matrix_.reserve(); }
    void form() noexcept { matrix_.form(); }
    void advance() noexcept { matrix_.advance(generator_); }

    void read(void *target, std::uint64_t first, std::size_t count) const noexcept
    {
        auto *out = static_cast<unsigned char *>(target);
        std::array<T, 2048> buffer;
        for (; count != 0;) {
            const std::size_t part = std::min(count, buffer.size());
            matrix_.read(transposed_, gain_, first, part, buffer.data());
            out += put(buffer.data(), part, out);
            first += part;
            count -= part;
        }
    }

private:
    // Rounds to the tensor's type; returns the bytes written.
    std::size_t put(const T *values, std::size_t count, unsigned char *out) const noexcept
    {
        if constexpr (std::is_same_v<T, float>) {
            if (dtype_ != DType::f32) {
                std::array<std::uint16_t, 2048> rounded;
                (dtype_ == DType::bf16 ? kernels_.round_to_bf16 : kernels_.round_to_f16)(values, rounded.data(), count);
                std::memcpy(out, rounded.data(), count * sizeof(std::uint16_t));
                return count * sizeof(std::uint16_t);
            }
        }
        std::memcpy(out, values, count * sizeof(T));
        return count * sizeof(T);
    }

    Generator &generator_;
    const KernelTable &kernels_ = kernels();
    DType dtype_;
    bool transposed_;
    T gain_;
    OrthogonalMatrix<T> matrix_;
};

template <class T> class OrthogonalPlan final : public AddressedPlan {
public:
    OrthogonalPlan(const InitRequest &request, std::uint64_t rows, double gain)
        : matrix_(*request.generator, request.dtype, rows, request.elements / rows, gain)
    {
    }

private:
    void allocate() override { matrix_.reserve(); }
    void compute() noexcept override { matrix_.form(); }
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode /*mode*/) const noexcept override
    {
        matrix_.read(target, first, count);
    }
    void advance() noexcept override { matrix_.advance(); }

    Orthogonal<T> matrix_;
};

// Element (o, i, s) is that of the matrix at the spatial centre and 0 elsewhere.
template <class T> class DeltaOrthogonalPlan final : public AddressedPlan {
public:
    DeltaOrthogonalPlan(const InitRequest &request, std::uint64_t spatial, std::uint64_t center, double gain)
        : matrix_(*request.generator, request.dtype, static_cast<std::uint64_t>(request.shape[0]),
                  static_cast<std::uint64_t>(request.shape[1]), gain),
          element_bytes_(element_bytes(request.dtype)), spatial_(spatial), center_(center)
    {
    }

private:
    void allocate() override { matrix_.reserve(); }
    void compute() noexcept override { matrix_.form(); }
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode /*mode*/) const noexcept override
    {
        auto *out = static_cast<unsigned char *>(target);
        std::memset(out, 0, count * element_bytes_);
        const std::uint64_t end = first + count;
        std::array<unsigned char, 512 * sizeof(double)> buffer;
        // The matrix elements whose centres lie in the range.
        std::uint64_t i = first / spatial_ + (first % spatial_ > center_ ? 1 : 0);
        const std::uint64_t last = end / spatial_ + (end % spatial_ > center_ ? 1 : 0);
        while (i < last) {
            const std::size_t part = std::min<std::uint64_t>(last - i, 512);
            matrix_.read(buffer.data(), i, part);
            for (std::size_t k = 0; k < part; ++k) {
                std::memcpy(out + ((i + k) * spatial_ + center_ - first) * element_bytes_,
                            buffer.data() + k * element_bytes_, element_bytes_);
            }
            i += part;
        }
    }
    void advance() noexcept override { matrix_.advance(); }

    Orthogonal<T> matrix_;
    std::size_t element_bytes_;
    std::uint64_t spatial_;
    std::uint64_t center_;
};

} // namespace

void counted_orthogonal(PlanSlot &slot, const InitRequest &request, std::uint64_t rows, double gain)
{
    if (request.dtype == DType::f64) {
        slot.emplace<OrthogonalPlan<double>>(request, rows, gain);
    } else {
        slot.emplace<OrthogonalPlan<float>>(request, rows, gain);
    }
}

void counted_delta_orthogonal(PlanSlot &slot, const InitRequest &request, double gain)
{
    std::uint64_t spatial = 1;
    std::uint64_t center = 0;
    for (std::size_t i = 2; i < request.shape.size(); ++i) {
        const auto length = static_cast<std::uint64_t>(request.shape[i]);
        center = center * length + (length - 1) / 2;
        spatial *= length;
    }
    if (request.dtype == DType::f64) {
        slot.emplace<DeltaOrthogonalPlan<double>>(request, spatial, center, gain);
    } else {
        slot.emplace<DeltaOrthogonalPlan<float>>(request, spatial, center, gain);
    }
}

} // namespace unitvar::core
