// Samplers of engine 3: checks, and the order of a tensor's elements.
#include "core/torch/sample.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "core/engine.hpp"
#include "core/message.hpp"
#include "core/runtime.hpp"
#include "core/torch/chunks.hpp"
#include "core/torch/half.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {
namespace {

// A parameter in the type that is written.
double rounded(double value, DType dtype) noexcept
{
    switch (dtype) {
    case DType::f32:
        return static_cast<double>(static_cast<float>(value));
    case DType::f64:
        return value;
    case DType::bf16:
        return static_cast<double>(widen_bf16(round_to_bf16(static_cast<float>(value))));
    case DType::f16:
        return static_cast<double>(widen_f16(round_to_f16(static_cast<float>(value))));
    }
    return value;
}

// Returns it rounded.
double require_within(std::string_view name, double value, DType dtype)
{
    require_finite(name, value);
    const double result = rounded(value, dtype);
    if (!std::isfinite(result)) {
        invalid_value(name, value, "a number within the range of the element type");
    }
    return result;
}

void require_room(const TorchTarget &target)
{
    const std::uint64_t most = most_bytes / element_bytes(target.dtype);
    if (target.count > most) {
        invalid_value("n", target.count, "at most " + text(most) + " elements");
    }
}

[[noreturn]] void refuse_order(std::string_view first, double low, std::string_view second, double high)
{
    throw InvalidArgument(std::string(first) + " is " + text(low) + " and " + std::string(second) + " is " +
                          text(high) + "; expected " + std::string(first) + " <= " + std::string(second));
}

} // namespace

TorchSource torch_source(Generator &generator)
{
    return {GeneratorAccess::torch(generator), *kernels().torch};
}

void torch_refuse(const char *what)
{
    throw Unsupported("engine is 3 (torch_mt19937), and PyTorch has no " + std::string(what) + "; expected 1 or 2");
}

void torch_check_uniform(DType dtype, double low, double high, ParameterNames names)
{
    const double first = require_within(names.first, low, dtype);
    const double second = require_within(names.second, high, dtype);
    if (low > high) {
        refuse_order(names.first, low, names.second, high);
    }
    if (!std::isfinite(rounded(second - first, dtype))) {
        invalid_value(std::string(names.second) + " - " + std::string(names.first), second - first,
                      "a difference within the range of the element type");
    }
}

void torch_check_normal(DType dtype, double mean, double std, ParameterNames names)
{
    static_cast<void>(require_within(names.first, mean, dtype));
    static_cast<void>(require_within(names.second, std, dtype));
    if (std < 0) {
        invalid_value(names.second, std, "a number >= 0");
    }
}

void torch_check_trunc_normal(DType dtype, double mean, double std, double a, double b)
{
    if (dtype == DType::f16) {
        torch_refuse("trunc_normal_ for f16 on the CPU");
    }
    static_cast<void>(require_within("mean", mean, dtype));
    static_cast<void>(require_within("std", std, dtype));
    if (!(std > 0)) {
        invalid_value("std", std, "a number > 0");
    }
    if (std::isnan(a)) {
        invalid_value("a", a, "a number");
    }
    if (std::isnan(b)) {
        invalid_value("b", b, "a number");
    }
    if (a > b) {
        refuse_order("a", a, "b", b);
    }
}

void torch_uniform(Generator &generator, const TorchTarget &target, double low, double high)
{
    require_room(target);
    torch_check_uniform(target.dtype, low, high, {"low", "high"});
    torch_fill_uniform(torch_source(generator), target, low, high);
}

void torch_normal(Generator &generator, const TorchTarget &target, double mean, double std)
{
    require_room(target);
    torch_check_normal(target.dtype, mean, std, {"mean", "std"});
    torch_fill_normal(torch_source(generator), target, mean, std);
}

void torch_trunc_normal(Generator &generator, const TorchTarget &target, double mean, double std, double a, double b)
{
    require_room(target);
    torch_check_trunc_normal(target.dtype, mean, std, a, b);
    torch_fill_trunc_normal(torch_source(generator), target, mean, std, a, b);
}

void torch_permutation(Generator &generator, std::span<std::int64_t> target)
{
    require_room({DType::f64, target.size(), true, target.data()});
    torch_fill_permutation(torch_source(generator), target.data(), target.size());
}

TorchTensor::TorchTensor(const Tensor &tensor) noexcept
    : layout_(tensor, Traversal::addresses), target_{tensor.dtype(), tensor.elements(),
                                                     tensor.format() == MemoryFormat::row_major, layout_.data(),
                                                     layout_.contiguous() ? nullptr : &layout_}
{
}

} // namespace unitvar::core
