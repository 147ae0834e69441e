// The initialisers that draw every element by itself: uniform, normal and truncated normal, with parameters that are
// given or follow from the shape.
#include <cmath>
#include <limits>
#include <string>

#include "core/init/kinds.hpp"
#include "core/message.hpp"

namespace unitvar::core {
namespace {

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
void scaled_uniform(PlanSlot &slot, const InitRequest &request, double std, Origin origin)
{
    const double bound = std::sqrt(3.0) * std;
    require_reach(request.dtype, bound, origin);
    sources_of(request).uniform(slot, request, -bound, bound, {origin.name, origin.name});
}

void scaled_normal(PlanSlot &slot, const InitRequest &request, double std, Origin origin)
{
    require_reach(request.dtype, std, origin);
    sources_of(request).normal(slot, request, 0, std, {origin.name, origin.name});
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
    case FanMode::fan_geo_avg:
        return std::sqrt(static_cast<double>(fans.in) * static_cast<double>(fans.out));
    }
    invalid_value("fan_mode", static_cast<std::int64_t>(request.initializer.fan_mode),
                  "fan_in (0), fan_out (1), fan_avg (2) or fan_geo_avg (3)");
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
    if (request.initializer.nonlinearity == Nonlinearity::gain && !(a >= 0)) {
        invalid_value("a", a, "a gain >= 0");
    }
    const double gain = calculate_gain(request.initializer.nonlinearity, a);
    const double fan = chosen_fan(request);
    return fan == 0 ? 0 : gain / std::sqrt(fan);
}

} // namespace

void make_uniform(PlanSlot &slot, const InitRequest &request)
{
    const auto &p = request.initializer.p;
    sources_of(request).uniform(slot, request, p[0], p[1], {"a", "b"});
}

void make_normal(PlanSlot &slot, const InitRequest &request)
{
    const auto &p = request.initializer.p;
    sources_of(request).normal(slot, request, p[0], p[1], {"mean", "std"});
}

void make_trunc_normal(PlanSlot &slot, const InitRequest &request)
{
    const auto &p = request.initializer.p;
    sources_of(request).trunc_normal(slot, request, p[0], p[1], p[2], p[3]);
}

void make_xavier_uniform(PlanSlot &slot, const InitRequest &request)
{
    scaled_uniform(slot, request, xavier_std(request), {"gain", request.initializer.p[0]});
}

void make_xavier_normal(PlanSlot &slot, const InitRequest &request)
{
    scaled_normal(slot, request, xavier_std(request), {"gain", request.initializer.p[0]});
}

void make_kaiming_uniform(PlanSlot &slot, const InitRequest &request)
{
    scaled_uniform(slot, request, kaiming_std(request), {"a", request.initializer.p[0]});
}

void make_kaiming_normal(PlanSlot &slot, const InitRequest &request)
{
    scaled_normal(slot, request, kaiming_std(request), {"a", request.initializer.p[0]});
}

void make_variance_scaling(PlanSlot &slot, const InitRequest &request)
{
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
        scaled_uniform(slot, request, std, origin);
        return;
    case Distribution::normal:
        scaled_normal(slot, request, std, origin);
        return;
    case Distribution::truncated_normal: {
        if (fan == 0) {
            sources_of(request).normal(slot, request, 0, 0, {"scale", "scale"}); // a tensor without elements
            return;
        }
        const double wide = std / truncated_std;
        require_reach(request.dtype, 2 * wide, origin);
        if (!(rounded_parameter(request.dtype, "scale", wide) > 0)) {
            invalid_value("scale", scale, "a value whose deviation is within the range of the element type");
        }
        sources_of(request).trunc_normal(slot, request, 0, wide, -2 * wide, 2 * wide);
        return;
    }
    }
    invalid_value("distribution", static_cast<std::int64_t>(request.initializer.distribution),
                  "uniform (0), normal (1) or truncated_normal (2)");
}

} // namespace unitvar::core
