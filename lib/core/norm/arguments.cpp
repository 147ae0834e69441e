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

// beside: another element type that is allowed.
void require_dtype(const Tensor &tensor, const Tensor &x, DType beside)
{
    if (tensor.present() && tensor.dtype() != x.dtype() && tensor.dtype() != beside) {
        std::string expected = std::string(name_of(x.dtype())) + ", that of " + x.name();
        if (beside != x.dtype()) {
            expected += std::string(", or ") + name_of(beside);
        }
        invalid(of("dtype", tensor), name_of(tensor.dtype()), expected);
    }
}

} // namespace

void require_kind(std::initializer_list<const Tensor *> tensors)
{
    const Tensor &first = **tensors.begin();
    for (const Tensor *tensor : tensors) {
        require_dtype(*tensor, first, first.dtype());
    }
}

void require_parameter_kind(const Tensor &x, std::initializer_list<const Tensor *> parameters)
{
    for (const Tensor *tensor : parameters) {
        require_dtype(*tensor, x, parameter_type(x.dtype()));
    }
}

void require_statistics_kind(const Tensor &x, std::initializer_list<const Tensor *> statistics)
{
    for (const Tensor *tensor : statistics) {
        const bool f32_of_halves = tensor->present() && tensor->dtype() == parameter_type(x.dtype());
        if (!f32_of_halves) {
            require_dtype(*tensor, x, DType::f64);
        }
    }
}

void require_own_memory(std::initializer_list<const Tensor *> tensors, std::initializer_list<const Tensor *> targets,
                        std::initializer_list<const Tensor *> sources)
{
    for (const Tensor *output : tensors) {
        if (output->access() == Access::read || !output->present()) {
            continue;
        }
        for (const Tensor *other : tensors) {
            if (other == output || !other->present() || common_elements(*output, *other) == Overlap::none) {
                continue;
            }
            const auto among = [](std::initializer_list<const Tensor *> list, const Tensor *tensor) {
                return std::ranges::find(list, tensor) != list.end();
            };
            const bool allowed = among(targets, output) && among(sources, other);
            const bool other_way = among(targets, other) && among(sources, output);
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
}

void require_length(const char *name, std::size_t length, std::size_t channels)
{
    if (length != channels) {
        invalid_value(name, std::uint64_t{length}, text(std::uint64_t{channels}) + ", the channels of x");
    }
}

void require_multiple(const char *name, std::size_t length, std::size_t channels)
{
    if (channels == 0 ? length != 0 : length == 0 || length % channels != 0) {
        invalid_value(name, std::uint64_t{length},
                      "a multiple of " + text(std::uint64_t{channels}) + ", the channels of x");
    }
}

void require_channels(const Tensor &tensor, std::size_t channels)
{
    const std::int64_t shape[1] = {static_cast<std::int64_t>(channels)};
    require_shape(tensor, shape);
}

void require_like(const Tensor &tensor, const Tensor &other)
{
    if (!tensor.present()) {
        return;
    }
    if (!std::ranges::equal(tensor.shape(), other.shape())) {
        invalid(of("shape", tensor), text(tensor.shape()), text(other.shape()) + ", that of " + other.name());
    }
}

double rounded_eps(double eps, DType dtype)
{
    const double rounded = dtype == DType::f64 ? eps : static_cast<double>(static_cast<float>(eps));
    if (!(eps >= 0) || !std::isfinite(rounded)) {
        invalid_value("eps", eps, "a finite number >= 0");
    }
    return rounded;
}

const NormKernels &norm_kernels(DType dtype)
{
    const KernelTable &table = core::kernels();
    switch (dtype) {
    case DType::f32:
        return *table.norms_f32;
    case DType::f64:
        return *table.norms_f64;
    case DType::bf16:
        return *table.norms_bf16;
    default: // f16: a Tensor is of floating-point numbers where it is not made for others
        return *table.norms_f16;
    }
}

} // namespace unitvar::core
