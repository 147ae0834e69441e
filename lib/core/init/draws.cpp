// The initialisers that draw every element by itself: uniform, normal and truncated normal, with parameters that are
// given or follow from the shape.
#include <cmath>
#include <limits>
#include <string>

#include "core/init/dimensions.hpp"
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

double chosen_fan(FanMode mode, double fan_in, double fan_out)
{
    switch (mode) {
    case FanMode::fan_in:
        return fan_in;
    case FanMode::fan_out:
        return fan_out;
    case FanMode::fan_avg:
        return (fan_in + fan_out) / 2;
    case FanMode::fan_geo_avg:
        return std::sqrt(fan_in * fan_out);
    }
    invalid_value("fan_mode", static_cast<std::int64_t>(mode),
                  "fan_in (0), fan_out (1), fan_avg (2) or fan_geo_avg (3)");
}

double chosen_fan(FanMode mode, const Fans &fans)
{
    return chosen_fan(mode, static_cast<double>(fans.in), static_cast<double>(fans.out));
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
    const double fan = chosen_fan(request.initializer.fan_mode, fans_of(request));
    return fan == 0 ? 0 : gain / std::sqrt(fan);
}

// Numbers of the deviation sqrt(scale / fan); a fan of 0 is that of a tensor without elements.
void scaled(PlanSlot &slot, const InitRequest &request, double scale, double fan, Distribution distribution,
            Origin origin)
{
    // The deviation of a standard normal that is truncated at 2 deviations, as JAX and Keras write it.
    constexpr double truncated_std = 0.87962566103423978;
    const double std = fan == 0 ? 0 : std::sqrt(scale / fan);
    switch (distribution) {
    case Distribution::uniform:
        scaled_uniform(slot, request, std, origin);
        return;
    case Distribution::normal:
        scaled_normal(slot, request, std, origin);
        return;
    case Distribution::truncated_normal: {
        if (fan == 0) {
            sources_of(request).normal(slot, request, 0, 0, {origin.name, origin.name});
            return;
        }
        const double wide = std / truncated_std;
        require_reach(request.dtype, 2 * wide, origin);
        if (!(rounded_parameter(request.dtype, origin.name, wide) > 0)) {
            invalid_value(origin.name, origin.value, "a value whose deviation is within the range of the element type");
        }
        sources_of(request).trunc_normal(slot, request, 0, wide, -2 * wide, 2 * wide);
        return;
    }
    }
    invalid_value("distribution", static_cast<std::int64_t>(distribution),
                  "uniform (0), normal (1) or truncated_normal (2)");
}

double scale_of(const InitRequest &request)
{
    const double scale = request.initializer.p[0];
    require_finite("scale", scale);
    if (!(scale > 0)) {
        invalid_value("scale", scale, "a number > 0");
    }
    return scale;
}

double given_fan(std::string_view name, double fan)
{
    require_finite(name, fan);
    if (!(fan > 0)) {
        invalid_value(name, fan, "a number > 0");
    }
    return fan;
}

// Those of JAX and Keras by name, for a weight of the layout that the first number is.
void scaled_by_layout(PlanSlot &slot, const InitRequest &request, double scale, FanMode mode, Distribution distribution)
{
    const WeightLayout layout = layout_of(request.initializer.p[0]);
    const bool empty = request.elements == 0 && (request.shape.size() >= 2 || layout == WeightLayout::k_in_out);
    const Fans fans = empty ? Fans{0, 0} : calculate_fans(request.shape, layout);
    scaled(slot, request, scale, chosen_fan(mode, fans), distribution, {"scale", scale});
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
    const double scale = scale_of(request);
    const double fan = chosen_fan(request.initializer.fan_mode, fans_of(request));
    scaled(slot, request, scale, fan, request.initializer.distribution, {"scale", scale});
}

void make_variance_scaling_fans(PlanSlot &slot, const InitRequest &request)
{
    const auto &p = request.initializer.p;
    const double scale = scale_of(request);
    const double fan = chosen_fan(request.initializer.fan_mode, given_fan("fan_in", p[1]), given_fan("fan_out", p[2]));
    scaled(slot, request, scale, fan, request.initializer.distribution, {"scale", scale});
}

void make_glorot_uniform(PlanSlot &slot, const InitRequest &request)
{
    scaled_by_layout(slot, request, 1, FanMode::fan_avg, Distribution::uniform);
}

void make_glorot_normal(PlanSlot &slot, const InitRequest &request)
{
    scaled_by_layout(slot, request, 1, FanMode::fan_avg, Distribution::truncated_normal);
}

void make_he_uniform(PlanSlot &slot, const InitRequest &request)
{
    scaled_by_layout(slot, request, 2, FanMode::fan_in, Distribution::uniform);
}

void make_he_normal(PlanSlot &slot, const InitRequest &request)
{
    scaled_by_layout(slot, request, 2, FanMode::fan_in, Distribution::truncated_normal);
}

void make_lecun_uniform(PlanSlot &slot, const InitRequest &request)
{
    scaled_by_layout(slot, request, 1, FanMode::fan_in, Distribution::uniform);
}

void make_lecun_normal(PlanSlot &slot, const InitRequest &request)
{
    scaled_by_layout(slot, request, 1, FanMode::fan_in, Distribution::truncated_normal);
}

} // namespace unitvar::core
