// batch_norm: statistics of a channel over all images, biased to normalise and unbiased to record.
#include <vector>

#include "core/message.hpp"
#include "core/norm/image_norm.hpp"
#include "core/norm/running_statistics.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {

using core::Affine;
using core::ChunkMoments;
using core::Operand;

void batch_norm(const TensorView &x_view, const TensorView *weight_view, const TensorView *bias_view,
                const RunningStatistics &statistics, bool training, double eps, const TensorView &y_view,
                const TensorView *save_mean_view, const TensorView *save_rstd_view)
{
    core::Operands operands;
    const Operand &x = operands.input("x", x_view);
    const Operand &weight = operands.input("weight", weight_view);
    const Operand &bias = operands.input("bias", bias_view);
    const Operand &y = operands.output("y", y_view);
    const Operand &save_mean = operands.output("save_mean", save_mean_view);
    const Operand &save_rstd = operands.output("save_rstd", save_rstd_view);
    const core::Images images = core::images_of(x, 2, 5);
    core::require_channels(weight, images.channels);
    core::require_channels(bias, images.channels);
    core::require_channels(save_mean, images.channels);
    core::require_channels(save_rstd, images.channels);
    core::require_like(y, x);
    const core::Running running(operands, statistics, images.channels, training);
    const double rounded = core::rounded_eps(eps, x.dtype);
    if (training) {
        core::require_two_values(x, images.count * images.positions);
    }
    operands.check_aliases(y, {&x});
    const core::NormKernels &kernels = operands.kernels();
    if (x.elements == 0) {
        return;
    }
    const core::ImageNorm norm(kernels, images, x, y);
    if (!training && running.present()) {
        const std::vector<Affine> affine = core::running_affine(running, weight, bias, images.channels, rounded);
        for (std::size_t c = 0; c < images.channels; ++c) {
            save_mean.set(c, running.mean(c));
            save_rstd.set(c, core::reciprocal_deviation(running.var(c), rounded));
        }
        norm.apply_to_channels(affine);
        return;
    }
    const auto finish = [&](std::size_t c, const ChunkMoments &m) {
        const double rstd = core::reciprocal_deviation(m.m2 / m.count, rounded);
        save_mean.set(c, m.mean + m.mean_low);
        save_rstd.set(c, rstd);
        if (training) {
            running.record(c, m.mean + m.mean_low, m.m2 / (m.count - 1));
        }
        return Affine{m.mean, m.mean_low, rstd * core::value_or(weight, c, 1), core::value_or(bias, c, 0)};
    };
    if (norm.has_runs() && core::enough_for_threads(images.channels)) {
        core::parallel_for(
            images.channels, core::grain_of(images.count * images.positions), [&](std::size_t begin, std::size_t end) {
                for (std::size_t c = begin; c < end; ++c) {
                    const ChunkMoments m =
                        core::runs_moments(*kernels.moments, norm.x + c * images.positions * norm.element_bytes,
                                           norm.channel_runs(), norm.element_bytes);
                    norm.apply_to_channel(c, finish(c, m));
                }
            });
    } else {
        std::vector<Affine> affine(images.channels);
        const std::vector<ChunkMoments> moments = norm.channel_moments();
        for (std::size_t c = 0; c < images.channels; ++c) {
            affine[c] = finish(c, moments[c]);
        }
        norm.apply_to_channels(affine);
    }
    if (training) {
        running.count_batch();
    }
}

} // namespace unitvar
