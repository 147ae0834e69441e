// Samplers of engine 3: checks, and the order of a tensor's elements.
#include "core/torch/target.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "core/engine.hpp"
#include "core/half.hpp"
#include "core/message.hpp"
#include "core/runtime.hpp"
#include "core/torch/chunks.hpp"
#include "core/torch/rejection.hpp"
#include "core/torch/row.hpp"
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
    default:
        return static_cast<double>(widen_f16(round_to_f16(static_cast<float>(value))));
    }
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

void require_room(std::uint64_t count, std::size_t bytes)
{
    const std::uint64_t most = most_bytes / bytes;
    if (count > most) {
        invalid_value("n", count, "at most " + text(most) + " elements");
    }
}

TorchTarget checked(const SampleTarget &target)
{
    require_room(target.count, element_bytes(target.dtype));
    return {target.dtype, target.count, true, target.data};
}

// Of the elements that are left, in each of the draws that trunc_normal_ repeats: less would take PyTorch's loop to no end.
constexpr double least_accepted = 1e-4;

bool addresses_are_row_major(const Tensor &tensor) noexcept
{
    std::int64_t outer = std::numeric_limits<std::int64_t>::max();
    for (std::size_t d = 0; d < tensor.ndim(); ++d) {
        if (tensor.length(d) != 1) {
            const std::int64_t stride = std::abs(tensor.stride(d));
            if (stride > outer) {
                return false;
            }
            outer = stride;
        }
    }
    return true;
}

[[noreturn]] void refuse_order(std::string_view first, double low, std::string_view second, double high)
{
    throw InvalidArgument(std::string(first) + " is " + text(low) + " and " + std::string(second) + " is " +
                          text(high) + "; expected " + std::string(first) + " <= " + std::string(second));
}

} // namespace

TorchSource torch_source(const Generator &generator)
{
    const KernelTable &table = kernels();
    return {TorchEngine::of(generator), *table.torch, table};
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

void torch_check_trunc_normal(const Generator &generator, DType dtype, const TorchTruncNormal &parameters)
{
    const auto [mean, std, a, b] = parameters;
    const TorchRules &rules = TorchEngine::of(generator).rules();
    if (dtype == DType::f16 && !rules.f16_trunc_normal) {
        refuse_draw(engine_row(Engine::torch_mt19937), "trunc_normal_ for f16 on the CPU before 2.1");
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
    if (!rules.rejection) {
        return;
    }
    if (torch_draws_uniforms(parameters)) {
        torch_check_uniform(dtype, a, b, {"a", "b"});
    }
    if (!(torch_accepted(rules, dtype, parameters) >= least_accepted)) {
        throw InvalidArgument(
            "a is " + text(a) + " and b is " + text(b) +
            "; expected bounds that more than 1 of 10000 draws meets, of which PyTorch since 2.12 draws "
            "until all elements do");
    }
}

TorchTensor::TorchTensor(const Tensor &tensor) noexcept
    : layout_(tensor, Traversal::addresses), target_{tensor.dtype(),
                                                     tensor.elements(),
                                                     tensor.format() == MemoryFormat::row_major,
                                                     layout_.data(),
                                                     layout_.contiguous() ? nullptr : &layout_,
                                                     addresses_are_row_major(tensor)}
{
}

namespace {

void bits_u32(Generator &generator, std::span<std::uint32_t> target)
{
    require_room(target.size(), sizeof(std::uint32_t));
    torch_fill_u32(torch_source(generator), target.data(), target.size());
}

void bits_u64(Generator &generator, std::span<std::uint64_t> target)
{
    require_room(target.size(), sizeof(std::uint64_t));
    torch_fill_u64(torch_source(generator), target.data(), target.size());
}

void uniform(Generator &generator, const SampleTarget &target, double low, double high)
{
    const TorchTarget elements = checked(target);
    torch_check_uniform(target.dtype, low, high, {"low", "high"});
    torch_fill_uniform(torch_source(generator), elements, low, high);
}

void normal(Generator &generator, const SampleTarget &target, double mean, double std)
{
    const TorchTarget elements = checked(target);
    torch_check_normal(target.dtype, mean, std, {"mean", "std"});
    torch_fill_normal(torch_source(generator), elements, mean, std);
}

void trunc_normal(Generator &generator, const SampleTarget &target, double mean, double std, double a, double b)
{
    const TorchTarget elements = checked(target);
    const TorchTruncNormal parameters{mean, std, a, b};
    torch_check_trunc_normal(generator, target.dtype, parameters);
    const TorchSource source = torch_source(generator);
    std::vector<std::uint64_t> memory(torch_trunc_normal_memory(source.engine.rules(), parameters, target.count));
    torch_fill_trunc_normal(source, elements, parameters, memory.data());
}

void permutation(Generator &generator, std::span<std::int64_t> target)
{
    require_room(target.size(), sizeof(std::int64_t));
    torch_fill_permutation(torch_source(generator), target.data(), target.size());
}

} // namespace

constinit const Samplers torch_samplers{&bits_u32, &bits_u64,     &uniform,     &normal,
                                        nullptr,   &trunc_normal, &permutation, nullptr};

} // namespace unitvar::core
