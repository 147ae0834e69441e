// Axes and layouts by number.
#include "core/init/dimensions.hpp"

#include <cmath>
#include <string>

#include "core/message.hpp"

namespace unitvar::core {
namespace {

[[noreturn]] void refuse_layout(double number)
{
    invalid_value("layout", number, "out_in_k (0), k_in_out (1) or in_out_k (2)");
}

} // namespace

LayoutAxes layout_axes(WeightLayout layout, std::size_t ndim)
{
    switch (layout) {
    case WeightLayout::out_in_k:
        return {0, 1};
    case WeightLayout::k_in_out:
        return {ndim - 1, ndim - 2};
    case WeightLayout::in_out_k:
        return {1, 0};
    }
    refuse_layout(static_cast<double>(layout));
}

std::size_t counted_axis(std::string_view name, std::int64_t axis, std::size_t ndim)
{
    const auto n = static_cast<std::int64_t>(ndim);
    if (axis < -n || axis >= n) {
        invalid_value(name, axis, n == 0 ? "no axis of a scalar" : text(-n) + " to " + text(n - 1));
    }
    return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
}

std::size_t axis_of(double number, std::size_t ndim)
{
    // What is no integer of 32 bits is no axis.
    if (!(std::abs(number) < 0x1p31) || number != std::trunc(number)) {
        invalid_value("axis", number, "the number of a dimension");
    }
    return counted_axis("axis", static_cast<std::int64_t>(number), ndim);
}

WeightLayout layout_of(double number)
{
    if (number != 0 && number != 1 && number != 2) {
        refuse_layout(number);
    }
    return static_cast<WeightLayout>(number);
}

} // namespace unitvar::core
