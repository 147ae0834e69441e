// Mean and variance along axes: the arguments, and the results of each set.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/arguments.hpp"
#include "core/norm/reduction_moments.hpp"
#include "unitvar/error.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::Access;
using core::most_dimensions;
using core::Position;
using core::Tensor;
using core::text;

// One flag for each dimension of x.
class Axes {
public:
    Axes(const Tensor &x, std::span<const std::int32_t> axes) : ndim_(x.ndim())
    {
        const auto ndim = static_cast<std::int64_t>(ndim_);
        std::fill_n(reduced_, ndim_, axes.data() == nullptr);
        for (const std::int32_t axis : axes) {
            const std::int64_t from_front = axis < 0 ? axis + ndim : axis;
            if (from_front < 0 || from_front >= ndim) {
                core::invalid_value("an axis", std::int64_t{axis},
                                    ndim == 0 ? "no axis of a scalar" : text(-ndim) + " to " + text(ndim - 1));
            }
            bool &reduced = reduced_[from_front];
            if (reduced) {
                core::invalid_value("an axis", std::int64_t{axis}, "each axis once");
            }
            reduced = true;
        }
    }
    [[nodiscard]] std::span<const bool> reduced() const noexcept { return {reduced_, ndim_}; }

    // Throws InvalidArgument unless the result has x's shape without the axes, or with 1 in their places.
    void require_shape(const Tensor &x, const Tensor &result) const
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
            core::invalid(std::string("shape of ") + result.name(), text(result.shape()),
                          text(without) + " or " + text(with));
        }
    }

private:
    std::size_t ndim_;
    bool reduced_[most_dimensions];
};

class Results {
public:
    Results(const Tensor &mean, const Tensor &var, double correction, const Position &first) noexcept
        : mean_(mean), var_(var), correction_(correction), first_(first)
    {
    }
    void operator()(const Position &at, const core::ChunkMoments &m) const noexcept
    {
        write(mean_, first_.mean + at.mean, core::mean_of(m));
        write(var_, first_.var + at.var, core::variance_of(m, std::max(0.0, m.count - correction_)));
    }
    // Of no elements.
    void undefined(const Position &at) const noexcept
    {
        constexpr double nan = std::numeric_limits<double>::quiet_NaN();
        write(mean_, first_.mean + at.mean, nan);
        write(var_, first_.var + at.var, nan);
    }

private:
    static void write(const Tensor &result, std::int64_t offset, double value) noexcept
    {
        if (result.present()) {
            const auto bytes = static_cast<std::int64_t>(result.element_bytes());
            core::store_value(result.dtype(), result.data() + offset * bytes, value);
        }
    }

    const Tensor &mean_;
    const Tensor &var_;
    double correction_;
    Position first_;
};

} // namespace

void mean_var(const TensorView &x_view, std::span<const std::int32_t> axes, double correction,
              const TensorView *mean_view, const TensorView *var_view)
{
    const core::DefaultFloatingPoint environment;
    core::require_finite("correction", correction);
    const Tensor x("x", x_view, Access::read);
    const Tensor mean("mean", mean_view, Access::write);
    const Tensor var("var", var_view, Access::write);
    core::require_parameter_kind(x, {&mean, &var});
    const Axes reduced(x, axes);
    reduced.require_shape(x, mean);
    reduced.require_shape(x, var);
    core::require_own_memory({&x, &mean, &var}, x, {});
    const core::NormKernels &kernels = core::norm_kernels(x.dtype());

    const core::Reduction reduction(x, reduced.reduced(), mean, var);
    const Results results(mean, var, correction, reduction.first);
    const std::size_t sets = reduction.kept.elements();
    if (sets != 0 && reduction.reduced.elements() == 0) {
        for (std::size_t i = 0; i < sets; ++i) {
            results.undefined(reduction.kept.at(i));
        }
    }
    if (x.elements() == 0) {
        return;
    }
    core::Scratch scratch;
    const core::ReductionMoments moments(scratch, *kernels.moments, reduction,
                                         x.data() + reduction.first.x * static_cast<std::int64_t>(x.element_bytes()),
                                         x.element_bytes());
    scratch.allocate();
    moments.run(results);
}

} // namespace unitvar
