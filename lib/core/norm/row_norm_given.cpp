// layer_norm with statistics that are given: y = (x - mean) rstd weight + bias, and nothing is reduced.
#include <algorithm>

#include "core/floating_point.hpp"
#include "core/norm/geometry.hpp"
#include "core/norm/gradients.hpp"
#include "core/norm/row_parameters.hpp"
#include "core/norm/staging.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/sharing.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::Access;
using core::Tensor;

constexpr std::size_t piece = std::size_t{1} << 16U; // of a row, for one thread

} // namespace

void layer_norm_given(const TensorView &x_view, std::int32_t normalized_ndim, const TensorView &mean_view,
                      const TensorView &rstd_view, const TensorView *weight_view, const TensorView *bias_view,
                      const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor mean("mean", mean_view, Access::read);
    const Tensor rstd("rstd", rstd_view, Access::read);
    const Tensor weight("weight", weight_view, Access::read);
    const Tensor bias("bias", bias_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    core::require_kind({&x, &y});
    core::require_parameter_kind(x, {&weight, &bias});
    core::require_statistics_kind(x, {&mean, &rstd});
    const core::Rows rows = core::rows_of(x, normalized_ndim);
    core::require_shape(weight, rows.shape);
    core::require_shape(bias, rows.shape);
    core::require_like(y, x);
    core::require_row_statistics(mean, rows);
    core::require_row_statistics(rstd, rows);
    core::require_own_memory({&x, &mean, &rstd, &weight, &bias, &y}, y, {&x});
    if (x.elements() == 0) {
        return;
    }
    core::Operands operands;
    const Tensor &source = operands.input_rows(x, rows);
    const Tensor &target = operands.output_rows(y, rows, &source);
    core::Scratch scratch;
    const core::RowParameters parameters(scratch, core::norm_kernels(x.dtype()), operands.input(weight),
                                         operands.input(bias), rows);
    const core::Widened means(scratch, operands.input(mean));
    const core::Widened rstds(scratch, operands.input(rstd));
    scratch.allocate();
    means.read();
    rstds.read();
    parameters.prepare();
    const core::RowPlaces in(source, rows);
    const core::RowPlaces out(target, rows);
    const core::StoreMode mode = core::store_mode(source, target);
    const std::size_t pieces = (rows.length + piece - 1) / piece;
    const std::size_t longest = std::min(piece, rows.length);
    core::parallel_for(rows.count * pieces, core::grain_of(longest), [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const std::size_t row = i / pieces;
            const std::size_t first = i % pieces * piece;
            const std::size_t n = std::min(piece, rows.length - first);
            const std::size_t at = first * x.element_bytes();
            const core::Affine affine{means.data()[row], 0, rstds.data()[row], 0};
            parameters.apply(in[row] + at, out[row] + at, first, n, affine, mode);
        }
    });
    operands.write_back();
}

} // namespace unitvar
