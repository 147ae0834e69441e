// orthogonal and delta_orthogonal. The matrix is computed as a whole, in f32 for 16-bit tensors, whatever slice of it
// is asked for.
#include "core/init/kinds.hpp"
#include "core/init/orthogonal_matrix.hpp"
#include "core/message.hpp"
#include "core/tensor.hpp"
#include "core/torch/initializers.hpp"

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

    void form() { matrix_.form(); }
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

template <class T> class OrthogonalSource final : public ElementSource {
public:
    OrthogonalSource(const InitRequest &request, std::uint64_t rows, double gain)
        : matrix_(*request.generator, request.dtype, rows, request.elements / rows, gain)
    {
    }
    void prepare() override { matrix_.form(); }
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode /*mode*/) const noexcept override
    {
        matrix_.read(target, first, count);
    }
    void advance() noexcept override { matrix_.advance(); }

private:
    Orthogonal<T> matrix_;
};

// Element (o, i, s) is that of the matrix at the spatial centre and 0 elsewhere.
template <class T> class DeltaOrthogonalSource final : public ElementSource {
public:
    DeltaOrthogonalSource(const InitRequest &request, std::uint64_t spatial, std::uint64_t center, double gain)
        : matrix_(*request.generator, request.dtype, static_cast<std::uint64_t>(request.shape[0]),
                  static_cast<std::uint64_t>(request.shape[1]), gain),
          element_bytes_(element_bytes(request.dtype)), spatial_(spatial), center_(center)
    {
    }
    void prepare() override { matrix_.form(); }
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

private:
    Orthogonal<T> matrix_;
    std::size_t element_bytes_;
    std::uint64_t spatial_;
    std::uint64_t center_;
};

} // namespace

SourcePointer make_orthogonal(const InitRequest &request)
{
    if (request.shape.size() < 2) {
        invalid_value("ndim", std::uint64_t{request.shape.size()}, "at least 2 dimensions");
    }
    const double gain = rounded_parameter(request.dtype, "gain", request.initializer.p[0]);
    if (request.elements == 0) {
        return make_zeros(request);
    }
    const auto rows = static_cast<std::uint64_t>(request.shape[0]);
    if (is_torch(request)) {
        return make_torch_orthogonal(request, rows, gain);
    }
    if (request.dtype == DType::f64) {
        return std::make_unique<OrthogonalSource<double>>(request, rows, gain);
    }
    return std::make_unique<OrthogonalSource<float>>(request, rows, gain);
}

SourcePointer make_delta_orthogonal(const InitRequest &request)
{
    if (is_torch(request)) {
        torch_refuse("delta_orthogonal");
    }
    const std::span<const std::int64_t> shape = request.shape;
    if (shape.size() < 3 || shape.size() > 5) {
        invalid_value("ndim", std::uint64_t{shape.size()}, "3 to 5 dimensions");
    }
    const double gain = rounded_parameter(request.dtype, "gain", request.initializer.p[0]);
    if (shape[1] > shape[0]) {
        invalid_value("shape[1]", shape[1], "at most shape[0], " + text(shape[0]));
    }
    if (request.elements == 0) {
        return make_zeros(request);
    }
    std::uint64_t spatial = 1;
    std::uint64_t center = 0;
    for (std::size_t i = 2; i < shape.size(); ++i) {
        const auto length = static_cast<std::uint64_t>(shape[i]);
        center = center * length + (length - 1) / 2;
        spatial *= length;
    }
    if (request.dtype == DType::f64) {
        return std::make_unique<DeltaOrthogonalSource<double>>(request, spatial, center, gain);
    }
    return std::make_unique<DeltaOrthogonalSource<float>>(request, spatial, center, gain);
}

} // namespace unitvar::core
