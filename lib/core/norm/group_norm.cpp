// group_norm and instance_norm: statistics of groups of channels within one image.
#include <cmath>
#include <vector>

#include "core/message.hpp"
#include "core/norm/image_norm.hpp"
#include "core/norm/running_statistics.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::Affine;
using core::ChunkMoments;
using core::Operand;

// statistics(u, moments) gives the reciprocal deviation of group u and may record it.
template <class Statistics>
void normalise_groups(const core::ImageNorm &norm, std::size_t groups, const Operand &weight, const Operand &bias,
                      const Statistics &statistics)
{
    const core::Images &images = norm.images;
    const std::size_t width = images.channels / groups;
    const auto affine = [&](std::size_t channel, const ChunkMoments &m, double rstd) {
        return Affine{m.mean, m.mean_low, rstd * core::value_or(weight, channel, 1), core::value_or(bias, channel, 0)};
    };
    const core::Runs runs{width * images.positions, 1, 0};
    const std::size_t count = images.count * groups;
    if (norm.has_runs() && (core::Chunks(runs).count() == 1 || core::enough_for_threads(count))) {
        core::parallel_for(count, core::grain_of(runs.length), [&](std::size_t begin, std::size_t end) {
            for (std::size_t u = begin; u < end; ++u) {
                const std::size_t at = u * runs.length * norm.element_bytes;
                const ChunkMoments m = core::runs_moments(*norm.kernels.moments, norm.x + at, runs, norm.element_bytes);
                const double rstd = statistics(u, m);
                for (std::size_t i = 0; i < width; ++i) {
                    const std::size_t channel = at + i * images.positions * norm.element_bytes;
                    norm.kernels.affine->runs(norm.x + channel, norm.y + channel, {images.positions, 1, 0},
                                              affine(u % groups * width + i, m, rstd), norm.mode);
                }
            }
        });
        return;
    }
    std::vector<Affine> all(images.count * images.channels);
    const std::vector<ChunkMoments> moments = norm.group_moments(groups);
    for (std::size_t u = 0; u < count; ++u) {
        const double rstd = statistics(u, moments[u]);
        for (std::size_t i = 0; i < width; ++i) {
            all[u * width + i] = affine(u % groups * width + i, moments[u], rstd);
        }
    }
    norm.apply_to_images(all);
}

} // namespace

void group_norm(const TensorView &x_view, std::int64_t groups, const TensorView *weight_view,
                const TensorView *bias_view, double eps, const TensorView &y_view, const TensorView *mean_view,
                const TensorView *rstd_view)
{
    core::Operands operands;
    const Operand &x = operands.input("x", x_view);
    const Operand &weight = operands.input("weight", weight_view);
    const Operand &bias = operands.input("bias", bias_view);
    const Operand &y = operands.output("y", y_view);
    const Operand &mean = operands.output("mean", mean_view);
    const Operand &rstd = operands.output("rstd", rstd_view);
    const core::Images images = core::images_of(x, 2, SIZE_MAX);
    core::require_groups(images, groups);
    core::require_channels(weight, images.channels);
    core::require_channels(bias, images.channels);
    core::require_like(y, x);
    const std::int64_t shape[2] = {x.shape[0], groups};
    core::require_shape(mean, shape);
    core::require_shape(rstd, shape);
    const double rounded = core::rounded_eps(eps, x.dtype);
    const auto count = static_cast<std::size_t>(groups);
    core::require_two_values(x, images.count * (images.channels / count) * images.positions);
    operands.check_aliases(y, {&x});
    const core::NormKernels &kernels = operands.kernels();
    if (x.elements == 0) {
        return;
    }
    normalise_groups(core::ImageNorm(kernels, images, x, y), count, weight, bias,
                     [&](std::size_t u, const ChunkMoments &m) {
                         const double scale = 1 / std::sqrt(m.m2 / m.count + rounded);
                         mean.set(u, m.mean + m.mean_low);
                         rstd.set(u, scale);
                         return scale;
                     });
}

void instance_norm(const TensorView &x_view, const TensorView *weight_view, const TensorView *bias_view,
                   const RunningStatistics &statistics, bool use_input_stats, double eps, const TensorView &y_view)
{
    core::Operands operands;
    const Operand &x = operands.input("x", x_view);
    const Operand &weight = operands.input("weight", weight_view);
    const Operand &bias = operands.input("bias", bias_view);
    const Operand &y = operands.output("y", y_view);
    const core::Images images = core::instances_of(x);
    core::require_channels(weight, images.channels);
    core::require_channels(bias, images.channels);
    core::require_like(y, x);
    const core::Running running(operands, statistics, images.channels, use_input_stats);
    if (!use_input_stats && !running.present()) {
        core::invalid("running_mean", "NULL", "a tensor, since use_input_stats is 0");
    }
    const double rounded = core::rounded_eps(eps, x.dtype);
    if (use_input_stats && x.elements != 0 && images.positions == 1) {
        core::invalid("shape of x", core::text(x.shape), "more than 1 spatial element to take statistics of");
    }
    operands.check_aliases(y, {&x});
    const core::NormKernels &kernels = operands.kernels();
    if (x.elements == 0) {
        return;
    }
    const core::ImageNorm norm(kernels, images, x, y);
    if (!use_input_stats) {
        norm.apply_to_channels(core::running_affine(running, weight, bias, images.channels, rounded));
        return;
    }
    std::vector<ChunkMoments> moments(images.count * images.channels);
    normalise_groups(norm, images.channels, weight, bias, [&](std::size_t u, const ChunkMoments &m) {
        moments[u] = m;
        return core::reciprocal_deviation(m.m2 / m.count, rounded);
    });
    for (std::size_t c = 0; c < images.channels; ++c) {
        double mean = 0;
        double var = 0;
        for (std::size_t n = 0; n < images.count; ++n) {
            const ChunkMoments &m = moments[n * images.channels + c];
            mean += m.mean + m.mean_low;
            var += m.m2 / (m.count - 1);
        }
        const auto count = static_cast<double>(images.count);
        running.record(c, mean / count, var / count);
    }
}

} // namespace unitvar
