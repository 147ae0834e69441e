// batch_norm: statistics of a channel over all images, biased to normalise and unbiased to record.
#include <optional>

#include "core/floating_point.hpp"
#include "core/norm/image_moments.hpp"
#include "core/norm/running_statistics.hpp"
#include "core/norm/staging.hpp"
#include "core/runtime.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::Access;
using core::Affine;
using core::ChunkMoments;
using core::Tensor;

struct BatchTensors {
    const Tensor &x;
    const Tensor &weight;
    const Tensor &bias;
    const Tensor &y;
    const Tensor &save_mean;
    const Tensor &save_rstd;
};

class BatchNorm {
public:
    BatchNorm(const BatchTensors &tensors, const core::Images &images, const core::Running &running, bool training,
              double eps)
        : t_(tensors), images_(images), running_(running), training_(training),
          recorded_(!training && running.present()), eps_(eps), kernels_(core::norm_kernels(t_.x.dtype())),
          affine_(scratch_, *kernels_.affine, images, core::ImageAffine::Per::channel, t_.x, t_.y)
    {
        const bool fused = images.has_runs() && core::enough_for_threads(images.channels);
        if (!recorded_ && fused) {
            fused_.emplace(scratch_, *kernels_.moments, images.channels, core::channel_runs(images),
                           t_.x.element_bytes());
        } else if (!recorded_) {
            moments_.emplace(scratch_, *kernels_.moments, images, t_.x.element_bytes());
        }
        scratch_.allocate();
    }

    void run() const noexcept
    {
        if (fused_) {
            // A channel is normalised while it is in cache.
            fused_->run(
                t_.x.data(), [this](std::size_t c) { return c * images_.positions; },
                [this](std::size_t c, const ChunkMoments &m) { affine_.apply_to_channel(c, finish(c, m)); });
        } else {
            if (moments_) {
                moments_->run(t_.x.data());
            }
            for (std::size_t c = 0; c < images_.channels; ++c) {
                affine_.set(c, recorded_ ? from_running(c) : finish(c, moments_->data()[c]));
            }
            affine_.run();
        }
        if (training_) {
            running_.count_batch();
        }
    }

private:
    [[nodiscard]] Affine from_running(std::size_t c) const noexcept
    {
        core::set_value(t_.save_mean, c, running_.mean(c));
        core::set_value(t_.save_rstd, c, core::reciprocal_deviation(running_.var(c), eps_));
        return running_.affine(c, t_.weight, t_.bias, eps_);
    }
    [[nodiscard]] Affine finish(std::size_t c, const ChunkMoments &m) const noexcept
    {
        const double rstd = core::reciprocal_deviation(m, eps_);
        core::set_value(t_.save_mean, c, core::mean_of(m));
        core::set_value(t_.save_rstd, c, rstd);
        if (training_) {
            running_.record(c, core::mean_of(m), core::variance_of(m, m.count - 1));
        }
        return core::affine_of(m, rstd * core::value_or(t_.weight, c, 1), core::value_or(t_.bias, c, 0));
    }

    const BatchTensors &t_;
    core::Images images_;
    const core::Running &running_;
    bool training_;
    bool recorded_; // the running statistics normalise
    double eps_;
    const core::NormKernels &kernels_;
    core::Scratch scratch_;
    core::ImageAffine affine_;
    std::optional<core::RunMoments> fused_;
    std::optional<core::ChannelMoments> moments_;
};

} // namespace

void batch_norm(const TensorView &x_view, const TensorView *weight_view, const TensorView *bias_view,
                const RunningStatistics &statistics, bool training, double eps, const TensorView &y_view,
                const TensorView *save_mean_view, const TensorView *save_rstd_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor weight("weight", weight_view, Access::read);
    const Tensor bias("bias", bias_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    const Tensor save_mean("save_mean", save_mean_view, Access::write);
    const Tensor save_rstd("save_rstd", save_rstd_view, Access::write);
    core::Running running(statistics, training);
    const std::initializer_list<const Tensor *> tensors = {
        &x, &weight, &bias, &y, &save_mean, &save_rstd, &running.mean_tensor(), &running.var_tensor()};
    core::require_kind({&x, &y});
    core::require_parameter_kind(x, {&weight, &bias});
    core::require_parameter_kind(x, {&running.mean_tensor(), &running.var_tensor()});
    core::require_statistics_kind(x, {&save_mean, &save_rstd});
    const core::MemoryFormat format = core::working_format({&x, &y});
    const core::Images images = core::images_of(x, 2, SIZE_MAX, format);
    core::require_channels(weight, images.channels);
    core::require_channels(bias, images.channels);
    core::require_channels(save_mean, images.channels);
    core::require_channels(save_rstd, images.channels);
    core::require_like(y, x);
    running.check(images.channels);
    const double rounded = core::rounded_eps(eps, x.dtype());
    if (training) {
        core::require_two_values(x, images.count * images.positions);
    }
    core::require_own_memory(tensors, y, {&x});
    core::require_environment();
    if (x.elements() != 0) {
        core::Operands operands;
        const Tensor &source = operands.input(x, format);
        const Tensor &target = operands.output(y, format, &source);
        BatchNorm({source, weight, bias, target, save_mean, save_rstd}, images, running, training, rounded).run();
        operands.write_back();
    }
}

} // namespace unitvar
