// The initialisers that draw every element by itself: uniform, normal and truncated normal, with parameters that are
// given or follow from the shape.
#include <cmath>
#include <string>

#include "core/fill.hpp"
#include "core/init/kinds.hpp"
#include "core/init/normal_source.hpp"
#include "core/message.hpp"
#include "core/torch/initializers.hpp"
#include "core/truncation.hpp"

namespace unitvar::core {
namespace {

// One distribution's draws, by dtype.
struct DrawsByType {
    DrawIndex f32, f64, bf16, f16;
    [[nodiscard]] DrawIndex operator[](DType dtype) const noexcept
    {
        switch (dtype) {
        case DType::f64:
            return f64;
        case DType::bf16:
            return bf16;
        case DType::f16:
            return f16;
        default:
            return f32;
        }
    }
};
constexpr DrawsByType uniform_draws{DrawIndex::uniform_f32, DrawIndex::uniform_f64, DrawIndex::uniform_bf16,
                                    DrawIndex::uniform_f16};
constexpr DrawsByType normal_draws{DrawIndex::normal_f32, DrawIndex::normal_f64, DrawIndex::normal_bf16,
                                   DrawIndex::normal_f16};
constexpr DrawsByType trunc_normal_draws{DrawIndex::trunc_normal_f32, DrawIndex::trunc_normal_f64,
                                         DrawIndex::trunc_normal_bf16, DrawIndex::trunc_normal_f16};

class DrawSource final : public ElementSource {
public:
    // truncation: what parameters refer to.
    DrawSource(const InitRequest &request, DrawIndex draw, const DrawParameters &parameters,
               std::unique_ptr<const Truncation> truncation = nullptr)
        : generator_(*request.generator), truncation_(std::move(truncation)),
          fill_(generator_, draw, parameters, request.elements)
    {
    }
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept override
    {
        fill_.write(target, first, count, mode);
    }
    void advance() noexcept override { fill_.advance(generator_); }

private:
    Generator &generator_;
    std::unique_ptr<const Truncation> truncation_;
    Fill fill_;
};

SourcePointer uniform(const InitRequest &request, double low, double high, ParameterNames names)
{
    if (is_torch(request)) {
        return make_torch_uniform(request, low, high, names);
    }
    return std::make_unique<DrawSource>(request, uniform_draws[request.dtype],
                                        uniform_parameters(request.dtype, low, high, names));
}

SourcePointer normal(const InitRequest &request, double mean, double std, ParameterNames names)
{
    if (is_torch(request)) {
        return make_torch_normal(request, mean, std, names);
    }
    return std::make_unique<DrawSource>(request, normal_draws[request.dtype],
                                        normal_parameters(request.dtype, mean, std, names));
}

SourcePointer truncated_normal(const InitRequest &request, double mean, double std, double a, double b)
{
    auto truncation = std::make_unique<Truncation>();
    const DrawParameters parameters = trunc_normal_parameters(request.dtype, mean, std, a, b, *truncation);
    return std::make_unique<DrawSource>(request, trunc_normal_draws[request.dtype], parameters, std::move(truncation));
}

// The argument that a deviation was computed from, for messages.
struct Origin {
    std::string_view name;
    double value;
};

// Throws InvalidArgument where a distribution of this reach about 0 is too wide for the element type.
void require_reach(DType dtype, double reach, Origin origin)
{
    double most = std::numeric_limits<double>::max();
    if (dtype == DType::f16) {
        most = 65504;
    } else if (dtype != DType::f64) {
        most = std::numeric_limits<float>::max();
    }
    if (!(reach <= most / 2)) {
        invalid_value(origin.name, origin.value, "a value whose deviation is within the range of the element type");
    }
}

// A uniform distribution of deviation std about 0, and a normal one.
SourcePointer scaled_uniform(const InitRequest &request, double std, Origin origin)
{
    const double bound = std::sqrt(3.0) * std;
    require_reach(request.dtype, bound, origin);
    return uniform(request, -bound, bound, {origin.name, origin.name});
}

SourcePointer scaled_normal(const InitRequest &request, double std, Origin origin)
{
    require_reach(request.dtype, std, origin);
    return normal(request, 0, std, {origin.name, origin.name});
}

// Zeros for tensors without elements, whose other lengths may have products of any size.
Fans fans_of(const InitRequest &request)
{
    return request.elements == 0 && request.shape.size() >= 2 ? Fans{0, 0} : calculate_fans(request.shape);
}

double chosen_fan(const InitRequest &request)
{
    const Fans fans = fans_of(request);
    switch (request.initializer.fan_mode) {
    case FanMode::fan_in:
        return static_cast<double>(fans.in);
    case FanMode::fan_out:
        return static_cast<double>(fans.out);
    case FanMode::fan_avg:
        return (static_cast<double>(fans.in) + static_cast<double>(fans.out)) / 2;
    }
    invalid_value("fan_mode", static_cast<std::int64_t>(request.initializer.fan_mode),
                  "fan_in (0), fan_out (1) or fan_avg (2)");
}

double xavier_std(const InitRequest &request)
{
    const double gain = request.initializer.p[0];
    require_finite("gain", gain);
    if (gain < 0) {
        invalid_value("gain", gain, "a number >= 0");
    }
    const Fans fans = fans_of(request);
    const double sum = static_cast<double>(fans.in) + static_cast<double>(fans.out);
    return sum == 0 ? 0 : gain * std::sqrt(2.0 / sum);
}

double kaiming_std(const InitRequest &request)
{
    const double a = request.initializer.p[0];
    if (std::isinf(a)) {
        invalid_value("a", a, "a finite negative slope, or NaN for 0.01");
    }
    const double gain = calculate_gain(request.initializer.nonlinearity, a);
    const double fan = chosen_fan(request);
    return fan == 0 ? 0 : gain / std::sqrt(fan);
}

} // namespace

SourcePointer make_uniform(const InitRequest &request)
{
    const auto &p = request.initializer.p;
    return uniform(request, p[0], p[1], {"a", "b"});
}

SourcePointer make_normal(const InitRequest &request)
{
    const auto &p = request.initializer.p;
    return normal(request, p[0], p[1], {"mean", "std"});
}

SourcePointer make_trunc_normal(const InitRequest &request)
{
    const auto &p = request.initializer.p;
    if (is_torch(request)) {
        return make_torch_trunc_normal(request, p[0], p[1], p[2], p[3]);
    }
    return truncated_normal(request, p[0], p[1], p[2], p[3]);
}

SourcePointer make_xavier_uniform(const InitRequest &request)
{
    return scaled_uniform(request, xavier_std(request), {"gain", request.initializer.p[0]});
}

SourcePointer make_xavier_normal(const InitRequest &request)
{
    return scaled_normal(request, xavier_std(request), {"gain", request.initializer.p[0]});
}

SourcePointer make_kaiming_uniform(const InitRequest &request)
{
    return scaled_uniform(request, kaiming_std(request), {"a", request.initializer.p[0]});
}

SourcePointer make_kaiming_normal(const InitRequest &request)
{
    return scaled_normal(request, kaiming_std(request), {"a", request.initializer.p[0]});
}

SourcePointer make_variance_scaling(const InitRequest &request)
{
    if (is_torch(request)) {
        torch_refuse("variance_scaling");
    }
    // The deviation of a standard normal that is truncated at 2 deviations, as JAX and Keras write it.
    constexpr double truncated_std = 0.87962566103423978;
    const double scale = request.initializer.p[0];
    require_finite("scale", scale);
    if (!(scale > 0)) {
        invalid_value("scale", scale, "a number > 0");
    }
    const double fan = chosen_fan(request);
    const double std = fan == 0 ? 0 : std::sqrt(scale / fan);
    const Origin origin{"scale", scale};
    switch (request.initializer.distribution) {
    case Distribution::uniform:
        return scaled_uniform(request, std, origin);
    case Distribution::normal:
        return scaled_normal(request, std, origin);
    case Distribution::truncated_normal: {
        if (fan == 0) {
            return normal(request, 0, 0, {"scale", "scale"}); // a tensor without elements
        }
        const double wide = std / truncated_std;
        require_reach(request.dtype, 2 * wide, origin);
        if (!(rounded_parameter(request.dtype, "scale", wide) > 0)) {
            invalid_value("scale", scale, "a value whose deviation is within the range of the element type");
        }
        return truncated_normal(request, 0, wide, -2 * wide, 2 * wide);
    }
    }
    invalid_value("distribution", static_cast<std::int64_t>(request.initializer.distribution),
                  "uniform (0), normal (1) or truncated_normal (2)");
}

Fill normal_fill(const Generator &generator, DType dtype, double mean, double std, std::uint64_t n)
{
    return {generator, normal_draws[dtype], normal_parameters(dtype, mean, std, {"mean", "std"}), n};
}

} // namespace unitvar::core
