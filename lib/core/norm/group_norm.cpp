// group_norm and instance_norm: statistics of groups of channels within one image.
#include <optional>

#include "core/floating_point.hpp"
#include "core/message.hpp"
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
using core::ImageAffine;
using core::Tensor;

struct ImageTensors {
    const Tensor &x;
    const Tensor &weight;
    const Tensor &bias;
    const Tensor &y;
};

// Statistics of each group of each image, which are then applied to it.
class GroupNorm {
public:
    GroupNorm(core::Scratch &scratch, const ImageTensors &tensors, const core::Images &images, std::size_t groups,
              const core::Activated &activated)
        : t_(tensors), images_(images), groups_(groups), width_(images.channels / groups),
          affine_(scratch, *core::norm_kernels(t_.x.dtype()).affine, images, ImageAffine::Per::image_channel, t_.x,
                  t_.y, activated)
    {
        const core::MomentKernels &kernels = *core::norm_kernels(t_.x.dtype()).moments;
        const core::Runs runs{width_ * images.positions, 1, 0};
        const std::size_t count = images.count * groups;
        if (images.has_runs() && (core::Chunks(runs).count() == 1 || core::enough_for_threads(count))) {
            fused_.emplace(scratch, kernels, count, runs, t_.x.element_bytes());
        } else {
            moments_.emplace(scratch, kernels, images, groups, t_.x.element_bytes());
        }
    }

    // statistics(u, moments) gives the reciprocal deviation of group u and may record it.
    template <class Statistics> void run(const Statistics &statistics) const noexcept
    {
        if (fused_) {
            // A group is normalised while it is in cache.
            fused_->run(
                t_.x.data(), [this](std::size_t u) { return u * width_ * images_.positions; },
                [&](std::size_t u, const ChunkMoments &m) {
                    const double rstd = statistics(u, m);
                    for (std::size_t i = 0; i < width_; ++i) {
                        const std::size_t channel = u % groups_ * width_ + i;
                        affine_.apply(u / groups_, channel, affine(channel, m, rstd));
                    }
                });
            return;
        }
        moments_->run(t_.x.data());
        for (std::size_t u = 0; u < moments_->size(); ++u) {
            const ChunkMoments &m = moments_->data()[u];
            const double rstd = statistics(u, m);
            for (std::size_t i = 0; i < width_; ++i) {
                affine_.set(u * width_ + i, affine(u % groups_ * width_ + i, m, rstd));
            }
        }
        affine_.run();
    }

private:
    [[nodiscard]] Affine affine(std::size_t channel, const ChunkMoments &m, double rstd) const noexcept
    {
        return core::affine_of(m, rstd * core::value_or(t_.weight, channel, 1), core::value_or(t_.bias, channel, 0));
    }

    const ImageTensors &t_;
    core::Images images_;
    std::size_t groups_;
    std::size_t width_;
    ImageAffine affine_;
    std::optional<core::RunMoments> fused_;
    std::optional<core::GroupMoments> moments_;
};

// The averages over the images of the means and the unbiased variances of each channel.
void record(const core::Running &running, const core::Images &images, const ChunkMoments *moments) noexcept
{
    const auto count = static_cast<double>(images.count);
    for (std::size_t c = 0; c < images.channels; ++c) {
        double mean = 0;
        double var = 0;
        for (std::size_t n = 0; n < images.count; ++n) {
            const ChunkMoments &m = moments[n * images.channels + c];
            mean += core::mean_of(m);
            var += core::variance_of(m, m.count - 1);
        }
        running.record(c, mean / count, var / count);
    }
}

} // namespace

void group_norm(const TensorView &x_view, std::int64_t groups, const TensorView *weight_view,
                const TensorView *bias_view, double eps, const TensorView &y_view, const TensorView *mean_view,
                const TensorView *rstd_view, const Activation &activation)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor weight("weight", weight_view, Access::read);
    const Tensor bias("bias", bias_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    const Tensor mean("mean", mean_view, Access::write);
    const Tensor rstd("rstd", rstd_view, Access::write);
    const std::initializer_list<const Tensor *> tensors = {&x, &weight, &bias, &y, &mean, &rstd};
    core::require_kind({&x, &y});
    core::require_parameter_kind(x, {&weight, &bias});
    core::require_statistics_kind(x, {&mean, &rstd});
    const core::MemoryFormat format = core::working_format({&x, &y});
    const core::Images images = core::images_of(x, 2, SIZE_MAX, format);
    core::require_groups(images, groups);
    core::require_channels(weight, images.channels);
    core::require_channels(bias, images.channels);
    core::require_like(y, x);
    const std::int64_t shape[2] = {x.shape()[0], groups};
    core::require_shape(mean, shape);
    core::require_shape(rstd, shape);
    const double rounded = core::rounded_eps(eps, x.dtype());
    const core::Activated activated(activation, x.dtype());
    const auto count = static_cast<std::size_t>(groups);
    core::require_two_values(x, images.count * (images.channels / count) * images.positions);
    core::require_own_memory(tensors, y, {&x});
    core::require_environment();
    if (x.elements() == 0) {
        return;
    }
    core::Operands operands;
    const Tensor &source = operands.input(x, format);
    const Tensor &means = operands.output(mean);
    const Tensor &rstds = operands.output(rstd);
    core::Scratch scratch;
    const ImageTensors image_tensors{source, weight, bias, operands.output(y, format, &source)};
    const GroupNorm norm(scratch, image_tensors, images, count, activated);
    scratch.allocate();
    norm.run([&](std::size_t u, const ChunkMoments &m) {
        const double scale = core::reciprocal_root(m.m2 / m.count, rounded, m.prescale);
        core::set_value(means, u, core::mean_of(m));
        core::set_value(rstds, u, scale);
        return scale;
    });
    operands.write_back();
}

void instance_norm(const TensorView &x_view, const TensorView *weight_view, const TensorView *bias_view,
                   const RunningStatistics &statistics, bool use_input_stats, double eps, const TensorView &y_view,
                   const Activation &activation)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor weight("weight", weight_view, Access::read);
    const Tensor bias("bias", bias_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    core::Running running(statistics, use_input_stats);
    const std::initializer_list<const Tensor *> tensors = {
        &x, &weight, &bias, &y, &running.mean_tensor(), &running.var_tensor()};
    core::require_kind({&x, &y});
    core::require_parameter_kind(x, {&weight, &bias, &running.mean_tensor(), &running.var_tensor()});
    const core::MemoryFormat format = core::working_format({&x, &y});
    const core::Images images = core::instances_of(x, format);
    core::require_channels(weight, images.channels);
    core::require_channels(bias, images.channels);
    core::require_like(y, x);
    running.check(images.channels);
    if (!use_input_stats && !running.present()) {
        core::invalid("running_mean", "NULL", "a tensor, since use_input_stats is 0");
    }
    const double rounded = core::rounded_eps(eps, x.dtype());
    const core::Activated activated(activation, x.dtype());
    if (use_input_stats && x.elements() != 0 && images.positions == 1) {
        core::invalid("shape of x", core::text(x.shape()), "more than 1 spatial element to take statistics of");
    }
    core::require_own_memory(tensors, y, {&x});
    core::require_environment();
    if (x.elements() == 0) {
        return;
    }
    core::Operands operands;
    const Tensor &source = operands.input(x, format);
    const ImageTensors image_tensors{source, weight, bias, operands.output(y, format, &source)};
    core::Scratch scratch;
    if (!use_input_stats) {
        const ImageAffine affine(scratch, *core::norm_kernels(x.dtype()).affine, images, ImageAffine::Per::channel,
                                 image_tensors.x, image_tensors.y, activated);
        scratch.allocate();
        for (std::size_t c = 0; c < images.channels; ++c) {
            affine.set(c, running.affine(c, weight, bias, rounded));
        }
        affine.run();
        operands.write_back();
        return;
    }
    const GroupNorm norm(scratch, image_tensors, images, images.channels, activated);
    const auto kept = scratch.add<ChunkMoments>(running.present() ? images.count * images.channels : 0);
    scratch.allocate();
    ChunkMoments *const moments = kept.size() != 0 ? scratch.data(kept) : nullptr;
    norm.run([&](std::size_t u, const ChunkMoments &m) {
        if (moments != nullptr) {
            moments[u] = m;
        }
        return core::reciprocal_deviation(m, rounded);
    });
    if (moments != nullptr) {
        record(running, images, moments);
    }
    operands.write_back();
}

} // namespace unitvar
