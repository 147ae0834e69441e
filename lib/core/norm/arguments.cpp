// Checks of arguments.
#include "core/norm/arguments.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/message.hpp"
#include "core/runtime.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {
namespace {

std::string of(std::string_view what, const Tensor &tensor)
{
    std::string result(what);
    result.append(" of ").append(tensor.name());
    return result;
}

void require_dense(const Tensor &tensor)
{
    if (tensor.format() == MemoryFormat::strided) {
        throw Unsupported(message(of("strides", tensor), text(tensor.strides()), "row-major or channels-last strides"));
    }
}

} // namespace

void require_float(const Tensor &tensor)
{
    if (tensor.dtype() != DType::f32 && tensor.dtype() != DType::f64) {
        throw Unsupported(message(of("dtype", tensor), name_of(tensor.dtype()), "f32 or f64"));
    }
}

void require_kind(std::initializer_list<const Tensor *> tensors)
{
    const Tensor &first = **tensors.begin();
    for (const Tensor *tensor : tensors) {
        if (!tensor->present()) {
            continue;
        }
        require_float(*tensor);
        const DType dtype = tensor->dtype();
        if (dtype != first.dtype()) {
            invalid(of("dtype", *tensor), name_of(dtype),
                    std::string(name_of(first.dtype())) + ", that of " + first.name());
        }
        require_dense(*tensor);
    }
}

void require_statistics_kind(const Tensor &x, std::initializer_list<const Tensor *> statistics)
{
    for (const Tensor *tensor : statistics) {
        if (!tensor->present()) {
            continue;
        }
        if (tensor->dtype() != x.dtype() && tensor->dtype() != DType::f64) {
            invalid(of("dtype", *tensor), name_of(tensor->dtype()),
                    std::string(name_of(x.dtype())) + ", that of " + x.name() + ", or f64");
        }
        require_dense(*tensor);
    }
}

void require_own_memory(std::initializer_list<const Tensor *> tensors, const Tensor &target,
                        std::initializer_list<const Tensor *> sources)
{
    for (const Tensor *output : tensors) {
        if (output->access() == Access::read) {
            continue;
        }
        for (const Tensor *other : tensors) {
            if (other == output || !share_memory(*output, *other)) {
                continue;
            }
            const bool allowed = output == &target && std::ranges::find(sources, other) != sources.end();
            const bool other_way = other == &target && std::ranges::find(sources, output) != sources.end();
            if ((allowed || other_way) && same_memory(*output, *other)) {
                continue;
            }
            const std::string own = "memory of its own";
            invalid(of("memory", *output), std::string("shared with ") + other->name(),
                    allowed ? own + ", or exactly that of " + other->name() : own);
        }
    }
}

void require_shape(const Tensor &tensor, std::span<const std::int64_t> shape)
{
    if (!tensor.present()) {
        return;
    }
    if (!std::ranges::equal(tensor.shape(), shape)) {
        invalid(of("shape", tensor), text(tensor.shape()), text(shape));
    }
    require_row_major(tensor);
}

void require_channels(const Tensor &tensor, std::size_t channels)
{
    const std::int64_t shape[1] = {static_cast<std::int64_t>(channels)};
    require_shape(tensor, shape);
}

void require_row_major(const Tensor &tensor)
{
    if (tensor.format() != MemoryFormat::row_major) {
        throw Unsupported(message(of("layout", tensor), name_of(tensor.format()), "row-major"));
    }
}

void require_like(const Tensor &tensor, const Tensor &other)
{
    if (!tensor.present()) {
        return;
    }
    if (!std::ranges::equal(tensor.shape(), other.shape())) {
        invalid(of("shape", tensor), text(tensor.shape()), text(other.shape()) + ", that of " + other.name());
    }
    if (tensor.format() != other.format()) {
        invalid(of("layout", tensor), name_of(tensor.format()),
                std::string(name_of(other.format())) + ", that of " + other.name());
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

const NormKernels &norm_kernels(DType dtype)
{
    const KernelTable &table = core::kernels();
    return dtype == DType::f32 ? *table.norms_f32 : *table.norms_f64;
}

} // namespace unitvar::core
