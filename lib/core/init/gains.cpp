// Fans and gains (capi/include/unitvar.h, section 7).
#include <cmath>
#include <string>

#include "core/floating_point.hpp"
#include "core/init/dimensions.hpp"
#include "core/message.hpp"
#include "core/tensor.hpp"
#include "unitvar/init.hpp"

namespace unitvar {

double calculate_gain(Nonlinearity nonlinearity, double param)
{
    const core::DefaultFloatingPoint environment;
    if (std::isinf(param)) {
        core::invalid_value("param", param, "a finite number, or NaN for the default slope of 0.01");
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
        return environment.computed(std::sqrt(2.0 / (1 + slope * slope)));
    }
    case Nonlinearity::selu:
        return 0.75;
    // from gains.py
    case Nonlinearity::gelu:
        return 1.5335304411955353;
    case Nonlinearity::silu:
        return 1.676532470331091;
    case Nonlinearity::elu:
        return 1.2451983007007066;
    case Nonlinearity::softplus:
        return 1.0418668355353018;
    case Nonlinearity::mish:
        return 1.486847581273208;
    // end
    case Nonlinearity::gain:
        if (!(param >= 0)) {
            core::invalid_value("param", param, "a gain >= 0");
        }
        return param;
    }
    core::invalid_value("nonlinearity", static_cast<std::int64_t>(nonlinearity), "0 (linear) to 11 (gain)");
}

Fans calculate_fans(std::span<const std::int64_t> shape)
{
    if (shape.size() < 2) {
        core::invalid_value("ndim", std::uint64_t{shape.size()}, "at least 2 dimensions to compute fans of");
    }
    std::int64_t receptive_field = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] < 0) {
            core::invalid_value(core::indexed("shape", i), shape[i], "a length >= 0");
        }
        if (i >= 2 && __builtin_mul_overflow(receptive_field, shape[i], &receptive_field)) {
            core::invalid_value(core::indexed("shape", i), shape[i], "fans below 2^63");
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

namespace {

// Products of lengths >= 0.
class Product {
public:
    void take(std::size_t dimension, std::int64_t length)
    {
        if (__builtin_mul_overflow(value_, length, &value_)) {
            core::invalid_value(core::indexed("shape", dimension), length, "fans below 2^63");
        }
    }
    [[nodiscard]] std::int64_t value() const noexcept { return value_; }

private:
    std::int64_t value_ = 1;
};

void require_dimensions(std::size_t ndim)
{
    if (ndim > core::most_dimensions) {
        core::invalid_value("ndim", std::uint64_t{ndim}, "0 to " + core::text(std::uint64_t{core::most_dimensions}));
    }
}

enum class Role : std::uint8_t { of_both, in, out, of_none };

Fans fans_of(std::span<const std::int64_t> shape, std::span<const Role> roles)
{
    Product in;
    Product out;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        if (shape[d] < 0) {
            core::invalid_value(core::indexed("shape", d), shape[d], "a length >= 0");
        }
        if (roles[d] == Role::of_both || roles[d] == Role::in) {
            in.take(d, shape[d]);
        }
        if (roles[d] == Role::of_both || roles[d] == Role::out) {
            out.take(d, shape[d]);
        }
    }
    return {in.value(), out.value()};
}

} // namespace

Fans calculate_fans(std::span<const std::int64_t> shape, WeightLayout layout, std::int64_t groups)
{
    const std::size_t ndim = shape.size();
    require_dimensions(ndim);
    const core::LayoutAxes axes = core::layout_axes(layout, ndim);
    if (groups < 1) {
        core::invalid_value("groups", groups, "a number >= 1");
    }
    if (ndim < 2) {
        if (layout != WeightLayout::k_in_out) {
            core::invalid_value("ndim", std::uint64_t{ndim}, "at least 2 dimensions to compute fans of");
        }
        if (groups != 1) {
            core::invalid_value("groups", groups, "1 for fewer than 2 dimensions");
        }
        constexpr Role both[1]{Role::of_both};
        return fans_of(shape, both);
    }
    Role roles[core::most_dimensions]{};
    roles[axes.in] = Role::in;
    roles[axes.out] = Role::out;
    // The dimension that all groups share has the others' inputs, or outputs, too.
    const std::size_t shared = layout == WeightLayout::in_out_k ? axes.in : axes.out;
    if (shape[shared] % groups != 0) {
        core::invalid_value("groups", groups,
                            "a divisor of " + core::indexed("shape", shared) + ", which is " +
                                core::text(shape[shared]));
    }
    Fans fans = fans_of(shape, {roles, ndim});
    (layout == WeightLayout::in_out_k ? fans.in : fans.out) /= groups;
    return fans;
}

Fans calculate_fans(std::span<const std::int64_t> shape, std::span<const std::int32_t> in_axes,
                    std::span<const std::int32_t> out_axes, std::span<const std::int32_t> batch_axes)
{
    require_dimensions(shape.size());
    Role roles[core::most_dimensions]{};
    const auto give = [&](std::string_view name, std::span<const std::int32_t> axes, Role role) {
        for (std::size_t i = 0; i < axes.size(); ++i) {
            Role &of_axis = roles[core::counted_axis(core::indexed(name, i), axes[i], shape.size())];
            if (of_axis != Role::of_both) {
                core::invalid_value(core::indexed(name, i), std::int64_t{axes[i]}, "an axis that is there once");
            }
            of_axis = role;
        }
    };
    give("in_axes", in_axes, Role::in);
    give("out_axes", out_axes, Role::out);
    give("batch_axes", batch_axes, Role::of_none);
    return fans_of(shape, {roles, shape.size()});
}

} // namespace unitvar
