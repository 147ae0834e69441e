// Argument checks that norms, activations and products share.
#include "core/norm/operand.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "core/message.hpp"
#include "core/runtime.hpp"
#include "core/tensor.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {
namespace {

std::string of(const char *what, const char *name)
{
    return std::string(what) + " of " + name;
}

// Whether the strides are those of a dense tensor whose dimensions lie in this order in memory, the last one
// innermost. Dimensions of length 1 may have any stride.
bool dense(const TensorView &tensor, std::span<const std::size_t> order)
{
    std::int64_t step = 1;
    for (std::size_t i = order.size(); i-- > 0;) {
        const std::int64_t length = tensor.shape[order[i]];
        if (length != 1 && tensor.strides[order[i]] != step) {
            return false;
        }
        step *= length;
    }
    return true;
}

Format format_of(const char *name, const TensorView &tensor)
{
    const std::size_t ndim = tensor.shape.size();
    if (tensor.strides.empty()) {
        return Format::row_major;
    }
    std::size_t order[most_dimensions];
    for (std::size_t d = 0; d < ndim; ++d) {
        order[d] = d;
    }
    if (dense(tensor, {order, ndim})) {
        return Format::row_major;
    }
    if (ndim >= 3) {
        std::rotate(order + 1, order + 2, order + ndim);
        if (dense(tensor, {order, ndim})) {
            return Format::channels_last;
        }
    }
    throw Unsupported(message(of("strides", name), text(tensor.strides), "row-major or channels-last strides"));
}

std::size_t checked_elements(const char *name, const TensorView &tensor)
{
    const std::size_t ndim = tensor.shape.size();
    if (ndim > most_dimensions) {
        invalid_value(of("ndim", name), std::uint64_t{ndim}, "0 to " + text(std::uint64_t{most_dimensions}));
    }
    if (!tensor.strides.empty() && tensor.strides.size() != ndim) {
        invalid_value(of("the number of strides", name), std::uint64_t{tensor.strides.size()},
                      text(std::uint64_t{ndim}));
    }
    bool empty = false;
    for (std::size_t i = 0; i < ndim; ++i) {
        if (tensor.shape[i] < 0) {
            invalid_value(of(indexed("shape", i).c_str(), name), tensor.shape[i], "a length >= 0");
        }
        empty = empty || tensor.shape[i] == 0;
    }
    if (empty) {
        return 0;
    }
    std::uint64_t elements = 1;
    for (const std::int64_t length : tensor.shape) {
        if (__builtin_mul_overflow(elements, static_cast<std::uint64_t>(length), &elements) ||
            elements > most_bytes / element_bytes(tensor.dtype)) {
            invalid(of("shape", name), text(tensor.shape), "a tensor of fewer than 2^63 bytes");
        }
    }
    return elements;
}

} // namespace

double Operand::at(std::size_t i) const noexcept
{
    if (dtype == DType::f32) {
        float value;
        std::memcpy(&value, data + i * sizeof(value), sizeof(value));
        return static_cast<double>(value);
    }
    double value;
    std::memcpy(&value, data + i * sizeof(value), sizeof(value));
    return value;
}

void Operand::set(std::size_t i, double value) const noexcept
{
    if (!present) {
        return;
    }
    if (dtype == DType::f32) {
        const auto narrow = static_cast<float>(value);
        std::memcpy(data + i * sizeof(narrow), &narrow, sizeof(narrow));
    } else {
        std::memcpy(data + i * sizeof(value), &value, sizeof(value));
    }
}

const Operand &Operands::add(const char *name, const TensorView *tensor, bool output)
{
    Operand &operand = operand_[count_];
    output_[count_++] = output;
    operand.name = name;
    if (tensor == nullptr) {
        return operand;
    }
    if (tensor->dtype != DType::f32 && tensor->dtype != DType::f64) {
        throw Unsupported(message(of("dtype", name), name_of(tensor->dtype), "f32 or f64"));
    }
    operand.elements = checked_elements(name, *tensor);
    operand.present = true;
    operand.data = static_cast<unsigned char *>(tensor->data);
    operand.dtype = tensor->dtype;
    operand.shape = tensor->shape;
    operand.element_bytes = element_bytes(tensor->dtype);
    if (operand.elements != 0) {
        operand.format = format_of(name, *tensor);
        if (operand.data == nullptr) {
            invalid(of("data", name), "NULL", "the address of " + text(std::uint64_t{operand.elements}) + " elements");
        }
    }
    if (operand.dtype != operand_[0].dtype) {
        invalid(of("dtype", name), name_of(operand.dtype),
                std::string(name_of(operand_[0].dtype)) + ", that of " + operand_[0].name);
    }
    return operand;
}

void Operands::check_aliases(const Operand &target, std::initializer_list<const Operand *> sources) const
{
    const std::less<const unsigned char *> before;
    for (std::size_t i = 0; i < count_; ++i) {
        for (std::size_t j = 0; output_[i] && j < count_; ++j) {
            const Operand &a = operand_[i];
            const Operand &b = operand_[j];
            if (i == j || a.bytes() == 0 || b.bytes() == 0 || !before(a.data, b.data + b.bytes()) ||
                !before(b.data, a.data + a.bytes())) {
                continue;
            }
            const bool allowed = &a == &target && std::ranges::find(sources, &b) != sources.end();
            const bool other_way = &b == &target && std::ranges::find(sources, &a) != sources.end();
            if ((allowed || other_way) && a.data == b.data && a.bytes() == b.bytes()) {
                continue;
            }
            invalid(of("memory", a.name), std::string("shared with ") + b.name,
                    allowed ? std::string("memory of its own, or exactly that of ") + b.name : "memory of its own");
        }
    }
}

const NormKernels &Operands::kernels() const
{
    const KernelTable &table = core::kernels();
    return operand_[0].dtype == DType::f32 ? *table.norms_f32 : *table.norms_f64;
}

void require_shape(const Operand &operand, std::span<const std::int64_t> shape)
{
    require_shape(operand, shape, shape);
}

void require_shape(const Operand &operand, std::span<const std::int64_t> shape, std::span<const std::int64_t> other)
{
    if (!operand.present) {
        return;
    }
    if (!std::ranges::equal(operand.shape, shape) && !std::ranges::equal(operand.shape, other)) {
        const std::string second = std::ranges::equal(shape, other) ? "" : " or " + text(other);
        invalid(of("shape", operand.name), text(operand.shape), text(shape) + second);
    }
    require_row_major(operand);
}

void require_like(const Operand &operand, const Operand &other)
{
    if (!operand.present) {
        return;
    }
    if (!std::ranges::equal(operand.shape, other.shape)) {
        invalid(of("shape", operand.name), text(operand.shape), text(other.shape) + ", that of " + other.name);
    }
    if (operand.format != other.format) {
        invalid(of("layout", operand.name), operand.format == Format::row_major ? "row-major" : "channels-last",
                std::string("that of ") + other.name);
    }
}

void require_row_major(const Operand &operand)
{
    if (operand.format != Format::row_major) {
        throw Unsupported(message(of("layout", operand.name), "channels-last", "row-major"));
    }
}

double rounded_eps(double eps, DType dtype)
{
    const double rounded = dtype == DType::f32 ? static_cast<double>(static_cast<float>(eps)) : eps;
    if (!(eps >= 0) || !std::isfinite(rounded)) {
        invalid_value("eps", eps, "a finite number >= 0");
    }
    return rounded;
}

} // namespace unitvar::core
