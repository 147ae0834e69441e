// The draws of torch.hpp: what their arguments may be, and where the elements go.
#include <cmath>
#include <limits>
#include <string>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/torch/draws.hpp"
#include "core/torch/multinomial.hpp"
#include "core/torch/target.hpp"
#include "unitvar/error.hpp"
#include "unitvar/torch.hpp"

namespace unitvar {
namespace {

void require_torch(const Generator &generator)
{
    if (generator.engine() != Engine::torch_mt19937) {
        core::invalid_value("g's engine", static_cast<std::int64_t>(generator.engine()),
                            "3 (torch_mt19937), whose draws these are");
    }
}

// Draws into a tensor, the parameters having been checked for its type.
template <class Fill> void draw(Generator &generator, const core::Tensor &tensor, const Fill &fill)
{
    if (tensor.elements() != 0) {
        const core::TorchTensor target(tensor);
        fill(core::torch_source(generator), target.target());
    }
}

core::Tensor written(const TensorView &t, core::Numbers numbers)
{
    return {"t", t, core::Access::write, numbers};
}

void require(bool holds, std::string_view name, double value, std::string_view expected)
{
    if (!holds) {
        core::invalid_value(name, value, expected);
    }
}

// The least and the greatest integer of a type.
core::TorchRange limits_of(DType dtype) noexcept
{
    switch (dtype) {
    case DType::boolean:
        return {0, 1};
    case DType::u8:
        return {0, UINT8_MAX};
    case DType::i8:
        return {INT8_MIN, INT8_MAX};
    case DType::i16:
        return {INT16_MIN, INT16_MAX};
    case DType::i32:
        return {INT32_MIN, INT32_MAX};
    case DType::f16:
        return {-65504, 65504};
    default:
        return {INT64_MIN, INT64_MAX};
    }
}

} // namespace

void torch_random(Generator &generator, const TensorView &t)
{
    const core::DefaultFloatingPoint environment;
    require_torch(generator);
    draw(generator, written(t, core::Numbers::all), core::torch_fill_random);
}

void torch_randint(Generator &generator, const TensorView &t, std::int64_t low, std::int64_t high)
{
    const core::DefaultFloatingPoint environment;
    require_torch(generator);
    const core::Tensor tensor = written(t, core::Numbers::all);
    const auto [least, greatest] = limits_of(t.dtype);
    if (low < least || low > greatest) {
        core::invalid_value("low", low, core::text(least) + " to " + core::text(greatest) + ", which the type holds");
    }
    if (high <= low || high - 1 > greatest) {
        core::invalid_value("high", high,
                            "a number above low, " + core::text(low) + ", of which the one below is at most " +
                                core::text(greatest));
    }
    const core::TorchRange range = core::torch_range(t.dtype, {low, high});
    if (range.from >= range.to) {
        core::invalid_value("high", high, "numbers of the type between low and it");
    }
    draw(generator, tensor, [&](const core::TorchSource &source, const core::TorchTarget &target) {
        core::torch_fill_randint(source, target, range.from,
                                 static_cast<std::uint64_t>(range.to) - static_cast<std::uint64_t>(range.from));
    });
}

void torch_bernoulli(Generator &generator, const TensorView &t, double p)
{
    const core::DefaultFloatingPoint environment;
    require_torch(generator);
    const core::Tensor tensor = written(t, core::Numbers::all);
    require(p >= 0 && p <= 1, "p", p, "a probability, 0 to 1");
    draw(generator, tensor,
         [p](const auto &source, const auto &target) { core::torch_fill_bernoulli(source, target, p); });
}

void torch_geometric(Generator &generator, const TensorView &t, double p)
{
    const core::DefaultFloatingPoint environment;
    require_torch(generator);
    const core::Tensor tensor = written(t, core::Numbers::all);
    if (t.dtype == DType::boolean) {
        throw Unsupported(core::message("dtype of t", "bool", "another type, as geometric_"));
    }
    require(p > 0 && p < 1, "p", p, "a probability above 0 and below 1");
    draw(generator, tensor,
         [p](const auto &source, const auto &target) { core::torch_fill_geometric(source, target, p); });
}

void torch_exponential(Generator &generator, const TensorView &t, double lambda)
{
    const core::DefaultFloatingPoint environment;
    require_torch(generator);
    const core::Tensor tensor = written(t, core::Numbers::floating);
    core::require_finite("lambda", lambda);
    require(lambda > 0, "lambda", lambda, "a number > 0");
    draw(generator, tensor,
         [lambda](const auto &source, const auto &target) { core::torch_fill_exponential(source, target, lambda); });
}

void torch_log_normal(Generator &generator, const TensorView &t, double mean, double std)
{
    const core::DefaultFloatingPoint environment;
    require_torch(generator);
    const core::Tensor tensor = written(t, core::Numbers::floating);
    core::require_finite("mean", mean);
    core::require_finite("std", std);
    require(std > 0, "std", std, "a number > 0");
    draw(generator, tensor,
         [=](const auto &source, const auto &target) { core::torch_fill_log_normal(source, target, mean, std); });
}

void torch_cauchy(Generator &generator, const TensorView &t, double median, double sigma)
{
    const core::DefaultFloatingPoint environment;
    require_torch(generator);
    const core::Tensor tensor = written(t, core::Numbers::floating);
    core::require_finite("median", median);
    core::require_finite("sigma", sigma);
    require(sigma > 0, "sigma", sigma, "a number > 0");
    draw(generator, tensor,
         [=](const auto &source, const auto &target) { core::torch_fill_cauchy(source, target, median, sigma); });
}

void torch_multinomial(Generator &generator, const TensorView &weights, bool replacement, const TensorView &samples)
{
    const core::DefaultFloatingPoint environment;
    require_torch(generator);
    const core::Tensor from("weights", weights, core::Access::read);
    const core::Tensor to("samples", samples, core::Access::write, core::Numbers::all);
    if (to.dtype() != DType::i64) {
        throw Unsupported(core::message("dtype of samples", core::name_of(to.dtype()), "i64"));
    }
    if (from.ndim() < 1 || from.ndim() > 2) {
        core::invalid_value("weights->ndim", std::uint64_t{from.ndim()}, "1 dimension, the categories, or 2");
    }
    if (to.ndim() != from.ndim() || (from.ndim() == 2 && to.length(0) != from.length(0))) {
        core::invalid("shape of samples", core::text(to.shape()),
                      "one number of samples for each row of weights, " + core::text(from.shape()));
    }
    constexpr std::uint64_t most = std::uint64_t{1} << 24U;
    const core::TorchMultinomial call{from, to.length(to.ndim() - 1), replacement};
    if (call.categories() == 0 || call.categories() > most) {
        core::invalid_value("the number of weights", call.categories(), "1 to 2^24 categories");
    }
    if (call.samples == 0 || (!replacement && call.samples > call.categories())) {
        core::invalid_value("the number of samples", call.samples,
                            replacement ? "at least 1" : "1 to the number of categories, without replacement");
    }
    if (to.elements() == 0) {
        return;
    }
    const core::Layout layout(to);
    const std::vector<std::int64_t> drawn = core::torch_multinomial(core::torch_source(generator), call);
    layout.scatter(drawn.data(), 0, drawn.size());
}

} // namespace unitvar
