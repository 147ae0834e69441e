// Backward passes of layer_norm and rms_norm. With n elements in a row, d = x - mean and g = grad_y weight:
//   grad_x = rstd g - rstd sum(g) / n - d rstd^3 sum(g d) / n      (rms_norm: mean = 0, and no second term)
//   grad_weight = sum of grad_y d rstd, grad_bias = sum of grad_y, over the rows in order
#include <algorithm>
#include <vector>

#include "core/message.hpp"
#include "core/norm/gradients.hpp"
#include "core/norm/statistics.hpp"
#include "core/norm/support.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::GradientSums;
using core::Operand;

constexpr std::size_t columns_at_once = 256;

struct Arguments {
    const Operand &grad_y;
    const Operand &x;
    const Operand *mean; // null: rms_norm
    const Operand &rstd;
    const Operand &weight;
    const core::GradientOutputs &gradients;
};

void backward(const core::NormKernels &norm_kernels, const core::Rows &rows, const Arguments &a)
{
    const core::GradientKernels &kernels = *norm_kernels.gradient;
    const std::size_t bytes = a.x.element_bytes;
    const core::RowMajor g(a.grad_y);
    const core::RowMajor x(a.x);
    const core::RowMajor target(a.gradients.x);
    std::vector<double> mean(rows.count);
    std::vector<double> rstd(rows.count);
    std::vector<double> bias_sums(rows.length);
    std::vector<double> weight_sums(rows.length);
    g.read();
    x.read();
    for (std::size_t r = 0; r < rows.count; ++r) {
        mean[r] = a.mean == nullptr ? 0 : a.mean->at(r);
        rstd[r] = a.rstd.at(r);
    }
    if (a.gradients.weight.present || a.gradients.bias.present) {
        const std::size_t strips = (rows.length + columns_at_once - 1) / columns_at_once;
        core::parallel_for(strips, core::grain_of(rows.count * columns_at_once),
                           [&](std::size_t begin, std::size_t end) {
                               const std::size_t first = begin * columns_at_once;
                               const std::size_t last = std::min(rows.length, end * columns_at_once);
                               kernels.columns(g.data() + first * bytes, x.data() + first * bytes, rows.count,
                                               rows.length, last - first, mean.data(), rstd.data(),
                                               bias_sums.data() + first, weight_sums.data() + first);
                           });
        for (std::size_t i = 0; i < rows.length; ++i) {
            a.gradients.weight.set(i, weight_sums[i]);
            a.gradients.bias.set(i, bias_sums[i]);
        }
    }
    if (!a.gradients.x.present) {
        return;
    }
    const auto n = static_cast<double>(rows.length);
    const unsigned char *weight = a.weight.present ? a.weight.data : nullptr;
    core::parallel_for(rows.count, core::grain_of(rows.length), [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end; ++r) {
            const std::size_t at = r * rows.length * bytes;
            const core::Runs row{rows.length, 1, 0};
            const GradientSums sums =
                core::gradient_sums(kernels, g.data() + at, x.data() + at, row, mean[r], weight, bytes);
            const double offset = a.mean == nullptr ? 0 : -rstd[r] * (sums.gradient / n);
            kernels.runs(g.data() + at, x.data() + at, target.data() + at, row,
                         {mean[r], rstd[r], -rstd[r] * rstd[r] * rstd[r] * (sums.product / n), offset}, weight);
        }
    });
    target.write();
}

} // namespace

void layer_norm_backward(const TensorView &grad_y_view, const TensorView &x_view, std::int32_t normalized_ndim,
                         const TensorView &mean_view, const TensorView &rstd_view, const TensorView *weight_view,
                         const NormGradients &gradients)
{
    core::Operands operands;
    const Operand &grad_y = operands.input("grad_y", grad_y_view);
    const Operand &x = operands.input("x", x_view);
    const Operand &mean = operands.input("mean", mean_view);
    const Operand &rstd = operands.input("rstd", rstd_view);
    const Operand &weight = operands.input("weight", weight_view);
    const core::GradientOutputs outputs(operands, gradients);
    const core::Rows rows = core::rows_of(x, normalized_ndim);
    core::require_like(grad_y, x);
    core::require_like(outputs.x, x);
    core::require_shape(mean, rows.outer, rows.outer_kept());
    core::require_shape(rstd, rows.outer, rows.outer_kept());
    core::require_shape(weight, rows.shape);
    core::require_shape(outputs.weight, rows.shape);
    core::require_shape(outputs.bias, rows.shape);
    operands.check_aliases(outputs.x, {&grad_y, &x});
    const core::NormKernels &kernels = operands.kernels();
    if (x.elements == 0) {
        outputs.clear();
        return;
    }
    backward(kernels, rows, {grad_y, x, &mean, rstd, weight, outputs});
}

void rms_norm_backward(const TensorView &grad_y_view, const TensorView &x_view, std::int32_t normalized_ndim,
                       const TensorView &rstd_view, const TensorView *weight_view, const NormGradients &gradients)
{
    core::Operands operands;
    const Operand &grad_y = operands.input("grad_y", grad_y_view);
    const Operand &x = operands.input("x", x_view);
    const Operand &rstd = operands.input("rstd", rstd_view);
    const Operand &weight = operands.input("weight", weight_view);
    const core::GradientOutputs outputs(operands, {gradients.x, gradients.weight, nullptr});
    const core::Rows rows = core::rows_of(x, normalized_ndim);
    if (gradients.bias != nullptr) {
        core::invalid("grad_bias", "a tensor", "none: rms_norm has no bias");
    }
    core::require_like(grad_y, x);
    core::require_like(outputs.x, x);
    core::require_shape(rstd, rows.outer, rows.outer_kept());
    core::require_shape(weight, rows.shape);
    core::require_shape(outputs.weight, rows.shape);
    operands.check_aliases(outputs.x, {&grad_y, &x});
    const core::NormKernels &kernels = operands.kernels();
    if (x.elements == 0) {
        outputs.clear();
        return;
    }
    backward(kernels, rows, {grad_y, x, nullptr, rstd, weight, outputs});
}

} // namespace unitvar
