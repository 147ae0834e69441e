// Backward passes of group_norm, instance_norm and batch_norm. Over the m elements that share statistics, with
// d = x - mean and w the weight of an element's channel:
//   grad_x = w rstd grad_y - rstd sum(w grad_y) / m - d rstd^3 sum(w grad_y d) / m
//   grad_weight = sum of grad_y d rstd, grad_bias = sum of grad_y, over a channel
// With recorded statistics only the first term is left.
#include <algorithm>
#include <vector>

#include "core/message.hpp"
#include "core/norm/gradients.hpp"
#include "core/norm/image_norm.hpp"
#include "core/norm/statistics.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::GradientAffine;
using core::GradientSums;
using core::Operand;

// The coefficients for channels of weight w, from sums over m elements.
GradientAffine coefficients(double mean, double rstd, double w, const GradientSums &sums, double m)
{
    return {mean, w * rstd, -rstd * rstd * rstd * (sums.product / m), -rstd * (sums.gradient / m)};
}

struct Statistics {
    std::vector<double> mean;
    std::vector<double> rstd;
};

Statistics statistics_of(const Operand &mean, const Operand &rstd)
{
    Statistics result{std::vector<double>(mean.elements), std::vector<double>(rstd.elements)};
    for (std::size_t i = 0; i < mean.elements; ++i) {
        result.mean[i] = mean.at(i);
        result.rstd[i] = rstd.at(i);
    }
    return result;
}

struct Arguments {
    const Operand &grad_y;
    const Operand &x;
    const Operand &weight;
    const core::GradientOutputs &gradients;
};

// recorded: the statistics do not depend on x.
void backward_groups(const core::NormKernels &norm_kernels, const core::Images &images, std::size_t groups,
                     const Statistics &statistics, bool recorded, const Arguments &a)
{
    const core::GradientKernels &kernels = *norm_kernels.gradient;
    const std::size_t bytes = a.x.element_bytes;
    const std::size_t width = images.channels / groups;
    const core::Runs runs{images.positions, 1, 0};
    const core::RowMajor g(a.grad_y);
    const core::RowMajor x(a.x);
    const core::RowMajor target(a.gradients.x);
    std::vector<GradientSums> sums(images.count * images.channels);
    g.read();
    x.read();
    core::parallel_for(
        images.count * groups, core::grain_of(width * images.positions), [&](std::size_t begin, std::size_t end) {
            for (std::size_t u = begin; u < end; ++u) {
                const double mean = statistics.mean[u];
                const double rstd = statistics.rstd[u];
                GradientSums group{0, 0};
                for (std::size_t i = u * width; i < (u + 1) * width; ++i) {
                    const std::size_t at = i * images.positions * bytes;
                    sums[i] = core::gradient_sums(kernels, g.data() + at, x.data() + at, runs, mean, nullptr, bytes);
                    const double w = core::value_or(a.weight, i % images.channels, 1);
                    group.gradient += w * sums[i].gradient;
                    group.product += w * sums[i].product;
                }
                if (recorded) {
                    group = {0, 0};
                }
                for (std::size_t i = u * width; a.gradients.x.present && i < (u + 1) * width; ++i) {
                    const std::size_t at = i * images.positions * bytes;
                    kernels.runs(g.data() + at, x.data() + at, target.data() + at, runs,
                                 coefficients(mean, rstd, core::value_or(a.weight, i % images.channels, 1), group,
                                              static_cast<double>(width * images.positions)),
                                 nullptr);
                }
            }
        });
    for (std::size_t c = 0; c < images.channels; ++c) {
        double weight = 0;
        double bias = 0;
        for (std::size_t n = 0; n < images.count; ++n) {
            const std::size_t i = n * images.channels + c;
            weight += sums[i].product * statistics.rstd[i / width];
            bias += sums[i].gradient;
        }
        a.gradients.weight.set(c, weight);
        a.gradients.bias.set(c, bias);
    }
    target.write();
}

void backward_channels(const core::NormKernels &norm_kernels, const core::Images &images, const Statistics &statistics,
                       bool recorded, const Arguments &a)
{
    using Content = core::ChannelRows::Content;
    const core::GradientKernels &kernels = *norm_kernels.gradient;
    const std::size_t bytes = a.x.element_bytes;
    // Long runs stay where they are; short ones are put side by side.
    const bool in_place = !images.channels_last && images.positions >= 16;
    const std::size_t count = in_place ? 1 : images.channels;
    const std::size_t run = images.channels_last ? 1 : images.positions;
    const core::ChannelRows g(a.grad_y, count, run);
    const core::ChannelRows x(a.x, count, run);
    const core::ChannelRows target(a.gradients.x, count, run, Content::undefined);
    const std::size_t values = images.count * images.positions;
    const core::Runs runs =
        in_place ? core::Runs{images.positions, images.count, images.image()} : core::Runs{values, 1, 0};
    const std::size_t step = (in_place ? images.positions : values) * bytes;
    core::parallel_for(images.channels, core::grain_of(values), [&](std::size_t begin, std::size_t end) {
        for (std::size_t c = begin; c < end; ++c) {
            const unsigned char *gradient = g.row(0) + c * step;
            const unsigned char *source = x.row(0) + c * step;
            const double mean = statistics.mean[c];
            const double rstd = statistics.rstd[c];
            const double w = core::value_or(a.weight, c, 1);
            GradientSums sums = core::gradient_sums(kernels, gradient, source, runs, mean, nullptr, bytes);
            a.gradients.weight.set(c, sums.product * rstd);
            a.gradients.bias.set(c, sums.gradient);
            sums = recorded ? GradientSums{0, 0} : GradientSums{w * sums.gradient, w * sums.product};
            if (a.gradients.x.present) {
                kernels.runs(gradient, source, target.row(0) + c * step, runs,
                             coefficients(mean, rstd, w, sums, static_cast<double>(values)), nullptr);
            }
        }
    });
    target.write();
}

} // namespace

void group_norm_backward(const TensorView &grad_y_view, const TensorView &x_view, std::int64_t groups,
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
    const core::Images images = core::images_of(x, 2, SIZE_MAX);
    core::require_groups(images, groups);
    core::require_like(grad_y, x);
    core::require_like(outputs.x, x);
    const std::int64_t shape[2] = {x.shape[0], groups};
    core::require_shape(mean, shape);
    core::require_shape(rstd, shape);
    core::require_channels(weight, images.channels);
    outputs.require_channels(images.channels);
    operands.check_aliases(outputs.x, {&grad_y, &x});
    const core::NormKernels &kernels = operands.kernels();
    if (x.elements == 0) {
        outputs.clear();
        return;
    }
    backward_groups(kernels, images, static_cast<std::size_t>(groups), statistics_of(mean, rstd), false,
                    {grad_y, x, weight, outputs});
}

void instance_norm_backward(const TensorView &grad_y_view, const TensorView &x_view, const TensorView *weight_view,
                            const TensorView *running_mean_view, const TensorView *running_var_view,
                            bool use_input_stats, double eps, const NormGradients &gradients)
{
    core::Operands operands;
    const Operand &grad_y = operands.input("grad_y", grad_y_view);
    const Operand &x = operands.input("x", x_view);
    const Operand &weight = operands.input("weight", weight_view);
    const Operand &running_mean = operands.input("running_mean", running_mean_view);
    const Operand &running_var = operands.input("running_var", running_var_view);
    const core::GradientOutputs outputs(operands, gradients);
    const core::Images images = core::instances_of(x);
    core::require_like(grad_y, x);
    core::require_like(outputs.x, x);
    core::require_channels(weight, images.channels);
    core::require_channels(running_mean, images.channels);
    core::require_channels(running_var, images.channels);
    outputs.require_channels(images.channels);
    if (!use_input_stats && !(running_mean.present && running_var.present)) {
        core::invalid(running_mean.present ? "running_var" : "running_mean", "NULL",
                      "a tensor, since use_input_stats is 0");
    }
    if (use_input_stats && x.elements != 0 && images.positions == 1) {
        core::invalid("shape of x", core::text(x.shape), "more than 1 spatial element to take statistics of");
    }
    const double rounded = core::rounded_eps(eps, x.dtype);
    operands.check_aliases(outputs.x, {&grad_y, &x});
    const core::NormKernels &kernels = operands.kernels();
    if (x.elements == 0) {
        outputs.clear();
        return;
    }
    const std::size_t count = images.count * images.channels;
    Statistics statistics{std::vector<double>(count), std::vector<double>(count)};
    std::vector<core::ChunkMoments> moments;
    if (use_input_stats) {
        moments = core::ImageNorm(kernels, images, x, x).group_moments(images.channels);
    }
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t c = i % images.channels;
        statistics.mean[i] = use_input_stats ? moments[i].mean + moments[i].mean_low : running_mean.at(c);
        const double var = use_input_stats ? moments[i].m2 / moments[i].count : running_var.at(c);
        statistics.rstd[i] = core::reciprocal_deviation(var, rounded);
    }
    backward_groups(kernels, images, images.channels, statistics, !use_input_stats, {grad_y, x, weight, outputs});
}

void batch_norm_backward(const TensorView &grad_y_view, const TensorView &x_view, const TensorView &mean_view,
                         const TensorView &rstd_view, const TensorView *weight_view, bool training,
                         const NormGradients &gradients)
{
    core::Operands operands;
    const Operand &grad_y = operands.input("grad_y", grad_y_view);
    const Operand &x = operands.input("x", x_view);
    const Operand &mean = operands.input("mean", mean_view);
    const Operand &rstd = operands.input("rstd", rstd_view);
    const Operand &weight = operands.input("weight", weight_view);
    const core::GradientOutputs outputs(operands, gradients);
    const core::Images images = core::images_of(x, 2, 5);
    core::require_like(grad_y, x);
    core::require_like(outputs.x, x);
    core::require_channels(mean, images.channels);
    core::require_channels(rstd, images.channels);
    core::require_channels(weight, images.channels);
    outputs.require_channels(images.channels);
    operands.check_aliases(outputs.x, {&grad_y, &x});
    const core::NormKernels &kernels = operands.kernels();
    if (x.elements == 0) {
        outputs.clear();
        return;
    }
    backward_channels(kernels, images, statistics_of(mean, rstd), !training, {grad_y, x, weight, outputs});
}

} // namespace unitvar
