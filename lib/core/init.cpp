// Initialisers: a distribution's parameters from the shape, then a fill that follows the layout.
#include "unitvar/init.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "core/fill.hpp"
#include "core/layout.hpp"
#include "core/message.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/torch/sample.hpp"
#include "core/truncation.hpp"
#include "unitvar/error.hpp"

namespace unitvar {
namespace {

// Strided tensors are filled through a buffer of this many elements, a multiple of every block.
constexpr std::size_t staged_elements = 4096;
constexpr std::size_t staged_per_thread = 64;

// Calls fill(buffer, first, count) for each piece of a strided tensor and scatters it.
template <class FillPiece> void fill_strided(const core::Layout &layout, const FillPiece &fill)
{
    const std::uint64_t pieces = (layout.elements() - 1) / staged_elements + 1;
    core::parallel_for(pieces, staged_per_thread, [&](std::size_t begin, std::size_t end) {
        std::array<double, staged_elements> buffer;
        for (std::size_t piece = begin; piece < end; ++piece) {
            const std::size_t first = piece * staged_elements;
            const std::size_t count = std::min<std::uint64_t>(staged_elements, layout.elements() - first);
            fill(buffer.data(), first, count);
            layout.scatter(buffer.data(), first, count);
        }
    });
}

void fill_tensor(Generator &generator, const core::Layout &layout, core::DrawIndex draw,
                 const core::DrawParameters &parameters)
{
    if (layout.elements() == 0) {
        return;
    }
    const core::Fill fill(generator, draw, parameters, layout.elements());
    if (layout.contiguous()) {
        fill.write_all(layout.data());
    } else {
        fill_strided(layout, [&](void *buffer, std::size_t first, std::size_t count) {
            fill.write(buffer, first, count, core::StoreMode::cached);
        });
    }
    fill.advance(generator);
}

void fill_uniform(Generator &generator, const TensorView &tensor, double low, double high, core::ParameterNames names)
{
    if (core::is_torch(generator)) {
        core::torch_uniform(generator, core::TorchTensor(tensor).target(), low, high, names);
        return;
    }
    const core::Layout layout(tensor);
    if (tensor.dtype == DType::f32) {
        fill_tensor(generator, layout, core::DrawIndex::uniform_f32, core::uniform_parameters<float>(low, high, names));
    } else {
        fill_tensor(generator, layout, core::DrawIndex::uniform_f64,
                    core::uniform_parameters<double>(low, high, names));
    }
}

void fill_normal(Generator &generator, const TensorView &tensor, double mean, double std, core::ParameterNames names)
{
    if (core::is_torch(generator)) {
        core::torch_normal(generator, core::TorchTensor(tensor).target(), mean, std, names);
        return;
    }
    const core::Layout layout(tensor);
    if (tensor.dtype == DType::f32) {
        fill_tensor(generator, layout, core::DrawIndex::normal_f32, core::normal_parameters<float>(mean, std, names));
    } else {
        fill_tensor(generator, layout, core::DrawIndex::normal_f64, core::normal_parameters<double>(mean, std, names));
    }
}

void fill_trunc_normal(Generator &generator, const TensorView &tensor, double mean, double std, double a, double b)
{
    if (core::is_torch(generator)) {
        core::torch_trunc_normal(generator, core::TorchTensor(tensor).target(), mean, std, a, b);
        return;
    }
    const core::Layout layout(tensor);
    core::Truncation truncation;
    if (tensor.dtype == DType::f32) {
        fill_tensor(generator, layout, core::DrawIndex::trunc_normal_f32,
                    core::trunc_normal_parameters<float>(mean, std, a, b, truncation));
    } else {
        fill_tensor(generator, layout, core::DrawIndex::trunc_normal_f64,
                    core::trunc_normal_parameters<double>(mean, std, a, b, truncation));
    }
}

// The argument that a deviation was computed from, for messages.
struct Source {
    std::string_view name;
    double value;
};

// Throws InvalidArgument where [-bound, bound) is too wide for the element type.
void require_bound(DType dtype, double bound, Source source)
{
    const double most = dtype == DType::f32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
    if (!(bound <= most / 2)) {
        core::invalid_value(source.name, source.value,
                            "a value whose deviation is within the range of the element type");
    }
}

// A uniform distribution of deviation std about 0, and a normal one.
void fill_scaled_uniform(Generator &generator, const TensorView &tensor, double std, Source source)
{
    const double bound = std::sqrt(3.0) * std;
    require_bound(tensor.dtype, bound, source);
    fill_uniform(generator, tensor, -bound, bound, {source.name, source.name});
}

void fill_scaled_normal(Generator &generator, const TensorView &tensor, double std, Source source)
{
    require_bound(tensor.dtype, std, source);
    fill_normal(generator, tensor, 0, std, {source.name, source.name});
}

template <class T> void fill_constant(const core::Layout &layout, double value)
{
    core::require_environment();
    const T element = static_cast<T>(value);
    if (layout.contiguous()) {
        constexpr std::size_t per_thread = std::size_t{1} << 18U;
        core::parallel_for(layout.elements(), per_thread, [&](std::size_t begin, std::size_t end) {
            // By bytes: the tensor may have any address.
            std::array<T, staged_elements> buffer;
            buffer.fill(element);
            for (std::size_t first = begin; first < end; first += staged_elements) {
                layout.scatter(buffer.data(), first, std::min(staged_elements, end - first));
            }
        });
        return;
    }
    fill_strided(layout, [&](void *buffer, std::size_t /*first*/, std::size_t count) {
        std::fill_n(static_cast<T *>(buffer), count, element);
    });
}

double xavier_std(const TensorView &tensor, double gain)
{
    core::require_finite("gain", gain);
    if (gain < 0) {
        core::invalid_value("gain", gain, "a number >= 0");
    }
    const Fans fans = calculate_fans(tensor.shape);
    const double sum = static_cast<double>(fans.in) + static_cast<double>(fans.out);
    return sum == 0 ? 0 : gain * std::sqrt(2.0 / sum);
}

double kaiming_std(const TensorView &tensor, double a, FanMode fan_mode, Nonlinearity nonlinearity)
{
    if (std::isinf(a)) {
        core::invalid_value("a", a, "a finite negative slope, or NaN for 0.01");
    }
    const double gain = calculate_gain(nonlinearity, a);
    const Fans fans = calculate_fans(tensor.shape);
    double fan = 0;
    switch (fan_mode) {
    case FanMode::fan_in:
        fan = static_cast<double>(fans.in);
        break;
    case FanMode::fan_out:
        fan = static_cast<double>(fans.out);
        break;
    case FanMode::fan_avg:
        fan = (static_cast<double>(fans.in) + static_cast<double>(fans.out)) / 2;
        break;
    default:
        core::invalid_value("fan_mode", static_cast<std::int64_t>(fan_mode), "fan_in (0), fan_out (1) or fan_avg (2)");
    }
    return fan == 0 ? 0 : gain / std::sqrt(fan);
}

} // namespace

double calculate_gain(Nonlinearity nonlinearity, double param)
{
    if (std::isinf(param)) {
        core::invalid_value("param", param, "a finite negative slope, or NaN for 0.01");
    }
    switch (nonlinearity) {
    case Nonlinearity::linear:
    case Nonlinearity::sigmoid:
        return 1;
    case Nonlinearity::tanh:
        return 5.0 / 3;
    case Nonlinearity::relu:
        return std::sqrt(2.0);
    case Nonlinearity::leaky_relu: {
        const double slope = std::isnan(param) ? 0.01 : param;
        return std::sqrt(2.0 / (1 + slope * slope));
    }
    case Nonlinearity::selu:
        return 0.75;
    }
    core::invalid_value("nonlinearity", static_cast<std::int64_t>(nonlinearity),
                        "linear (0), sigmoid (1), tanh (2), relu (3), leaky_relu (4) or selu (5)");
}

Fans calculate_fans(std::span<const std::int64_t> shape)
{
    if (shape.size() < 2) {
        core::invalid_value("ndim", std::uint64_t{shape.size()}, "at least 2 dimensions to compute fans of");
    }
    std::int64_t receptive_field = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] < 0) {
            core::invalid_value("shape[" + core::text(std::uint64_t{i}) + "]", shape[i], "a length >= 0");
        }
        if (i >= 2 && __builtin_mul_overflow(receptive_field, shape[i], &receptive_field)) {
            core::invalid_value("shape[" + core::text(std::uint64_t{i}) + "]", shape[i], "fans below 2^63");
        }
    }
    Fans fans{};
    if (__builtin_mul_overflow(shape[1], receptive_field, &fans.in)) {
        core::invalid_value("shape[1]", shape[1], "fans below 2^63");
    }
    if (__builtin_mul_overflow(shape[0], receptive_field, &fans.out)) {
        core::invalid_value("shape[0]", shape[0], "fans below 2^63");
    }
    return fans;
}

void init_constant(const TensorView &tensor, double value)
{
    const core::Layout layout(tensor);
    if (layout.elements() == 0) {
        return;
    }
    if (tensor.dtype == DType::f32) {
        fill_constant<float>(layout, value);
    } else {
        fill_constant<double>(layout, value);
    }
}

void init_zeros(const TensorView &tensor)
{
    init_constant(tensor, 0);
}

void init_ones(const TensorView &tensor)
{
    init_constant(tensor, 1);
}

void init_uniform(Generator &generator, const TensorView &tensor, double a, double b)
{
    fill_uniform(generator, tensor, a, b, {"a", "b"});
}

void init_normal(Generator &generator, const TensorView &tensor, double mean, double std)
{
    fill_normal(generator, tensor, mean, std, {"mean", "std"});
}

void init_trunc_normal(Generator &generator, const TensorView &tensor, double mean, double std, double a, double b)
{
    fill_trunc_normal(generator, tensor, mean, std, a, b);
}

void init_xavier_uniform(Generator &generator, const TensorView &tensor, double gain)
{
    fill_scaled_uniform(generator, tensor, xavier_std(tensor, gain), {"gain", gain});
}

void init_xavier_normal(Generator &generator, const TensorView &tensor, double gain)
{
    fill_scaled_normal(generator, tensor, xavier_std(tensor, gain), {"gain", gain});
}

void init_kaiming_uniform(Generator &generator, const TensorView &tensor, double a, FanMode fan_mode,
                          Nonlinearity nonlinearity)
{
    fill_scaled_uniform(generator, tensor, kaiming_std(tensor, a, fan_mode, nonlinearity), {"a", a});
}

void init_kaiming_normal(Generator &generator, const TensorView &tensor, double a, FanMode fan_mode,
                         Nonlinearity nonlinearity)
{
    fill_scaled_normal(generator, tensor, kaiming_std(tensor, a, fan_mode, nonlinearity), {"a", a});
}

} // namespace unitvar
