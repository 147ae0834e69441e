// Mean and variance along axes: the arguments, and the results of each set.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/arguments.hpp"
#include "core/norm/axes.hpp"
#include "core/norm/reduction_moments.hpp"
#include "unitvar/error.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::Access;
using core::Position;
using core::Tensor;

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
    const core::Axes reduced(x, axes);
    reduced.require_shape(x, mean);
    reduced.require_shape(x, var);
    core::require_own_memory({&x, &mean, &var}, x, {});
    const core::NormKernels &kernels = core::norm_kernels(x.dtype());

    const core::Reduction reduction(x, reduced.reduced(), mean, var);
    const Results results(mean, var, correction, reduction.first);
    // Without results there is nothing to write, and no memory that bounds how many sets a shape without elements has.
    if (reduction.reduced.elements() == 0 && (mean.present() || var.present())) {
        const std::size_t sets = reduction.kept.elements();
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
