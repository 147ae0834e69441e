// Axes.
#include "core/norm/axes.hpp"

#include <algorithm>
#include <string>

#include "core/message.hpp"

namespace unitvar::core {

Axes::Axes(const Tensor &x, std::span<const std::int32_t> axes) : ndim_(x.ndim())
{
    const auto ndim = static_cast<std::int64_t>(ndim_);
    std::fill_n(reduced_, ndim_, axes.data() == nullptr);
    for (const std::int32_t axis : axes) {
        const std::int64_t from_front = axis < 0 ? axis + ndim : axis;
        if (from_front < 0 || from_front >= ndim) {
            invalid_value("an axis", std::int64_t{axis},
                          ndim == 0 ? "no axis of a scalar" : text(-ndim) + " to " + text(ndim - 1));
        }
        bool &reduced = reduced_[from_front];
        if (reduced) {
            invalid_value("an axis", std::int64_t{axis}, "each axis once");
        }
        reduced = true;
    }
}

std::size_t Axes::count() const noexcept
{
    return static_cast<std::size_t>(std::ranges::count(reduced(), true));
}

void Axes::require_some() const
{
    if (count() == 0) {
        invalid("axes", "none", "at least one");
    }
}

void Axes::require_shape(const Tensor &x, const Tensor &result) const
{
    if (!result.present()) {
        return;
    }
    std::int64_t removed[most_dimensions];
    std::int64_t kept[most_dimensions];
    std::size_t count = 0;
    for (std::size_t d = 0; d < ndim_; ++d) {
        kept[d] = reduced_[d] ? 1 : x.shape()[d];
        if (!reduced_[d]) {
            removed[count++] = x.shape()[d];
        }
    }
    const std::span<const std::int64_t> without{removed, count};
    const std::span<const std::int64_t> with{kept, ndim_};
    if (!std::ranges::equal(result.shape(), without) && !std::ranges::equal(result.shape(), with)) {
        invalid(std::string("shape of ") + result.name(), text(result.shape()), text(without) + " or " + text(with));
    }
}

AxesLast::AxesLast(const Tensor &tensor, const Axes &axes) noexcept
    : data_(tensor.data()), dtype_(tensor.dtype()), ndim_(tensor.ndim())
{
    std::size_t to = 0;
    for (const bool last : {false, true}) {
        for (std::size_t d = 0; d < ndim_; ++d) {
            if (axes.reduced()[d] == last) {
                shape_[to] = tensor.shape()[d];
                strides_[to++] = tensor.stride(d);
            }
        }
    }
}

} // namespace unitvar::core
