// Tensors as arguments of norms, activations and products: dense, row-major or channels-last, f32 or f64, with the
// name that messages call them by. An argument list is checked as a whole before anything is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "core/kernel_table.hpp"
#include "core/norm/kernels.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::core {

enum class Format { row_major, channels_last };

struct Operand {
    const char *name = "";
    unsigned char *data = nullptr; // null: the argument is absent, or has no elements
    DType dtype = DType::f32;
    std::span<const std::int64_t> shape;
    Format format = Format::row_major;
    std::size_t elements = 0;
    std::size_t element_bytes = 0;
    bool present = false;

    [[nodiscard]] std::size_t bytes() const noexcept { return elements * element_bytes; }
    // Element i in memory, as a double.
    [[nodiscard]] double at(std::size_t i) const noexcept;
    // Rounded to the element type. Nothing where the argument is absent.
    void set(std::size_t i, double value) const noexcept;
    [[nodiscard]] std::size_t length(std::size_t dimension) const noexcept
    {
        return static_cast<std::size_t>(shape[dimension]);
    }
};

class Operands {
public:
    // Throw InvalidArgument for a malformed tensor and Unsupported for other strides or element types. The first
    // operand decides on the element type of all.
    const Operand &input(const char *name, const TensorView &tensor) { return add(name, &tensor, false); }
    const Operand &output(const char *name, const TensorView &tensor) { return add(name, &tensor, true); }
    const Operand &input(const char *name, const TensorView *tensor) { return add(name, tensor, false); }
    const Operand &output(const char *name, const TensorView *tensor) { return add(name, tensor, true); }

    // Throws InvalidArgument where an output shares memory with another operand. target may be the very memory of
    // source.
    void check_aliases(const Operand &target, std::initializer_list<const Operand *> sources) const;

    // The kernels for the common element type.
    [[nodiscard]] const NormKernels &kernels() const;

private:
    const Operand &add(const char *name, const TensorView *tensor, bool output);

    static constexpr std::size_t most_operands = 12;
    Operand operand_[most_operands];
    bool output_[most_operands] = {};
    std::size_t count_ = 0;
};

// Throw InvalidArgument; absent operands pass.
void require_shape(const Operand &operand, std::span<const std::int64_t> shape);
// The first shape or the second.
void require_shape(const Operand &operand, std::span<const std::int64_t> shape, std::span<const std::int64_t> other);
void require_like(const Operand &operand, const Operand &other);
void require_row_major(const Operand &operand);

// Finite and not negative in the element type, to which it is rounded.
[[nodiscard]] double rounded_eps(double eps, DType dtype);

} // namespace unitvar::core
