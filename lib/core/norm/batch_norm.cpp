// batch_norm: statistics of a channel over all images, biased to normalise and unbiased to record. Its parts, for a batch
// that lies in several places: the moments of each channel of one part, and the norm from those of all of them.
#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/image_moments.hpp"
#include "core/norm/running_statistics.hpp"
#include "core/norm/staging.hpp"
#include "core/norm/wide_moments.hpp"
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
    // given: the moments of each channel, or none: they are taken of x.
    BatchNorm(const BatchTensors &tensors, const core::Images &images, const core::Running &running, bool training,
              double eps, const core::Activated &activated, std::span<const ChunkMoments> given)
        : t_(tensors), images_(images), running_(running), training_(training),
          recorded_(!training && running.present()), eps_(eps), given_(given),
          kernels_(core::norm_kernels(t_.x.dtype())),
          affine_(scratch_, *kernels_.affine, images, core::ImageAffine::Per::channel, t_.x, t_.y, activated)
    {
        const bool fused = images.has_runs() && core::enough_for_threads(images.channels);
        if (!given_.empty()) {
            // Nothing of x is reduced.
        } else if (!recorded_ && fused) {
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
                affine_.set(c, recorded_ ? from_running(c) : finish(c, moments_ ? moments_->data()[c] : given_[c]));
            }
            if (t_.x.elements() != 0) {
                affine_.run();
            }
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
    std::span<const ChunkMoments> given_;
    const core::NormKernels &kernels_;
    core::Scratch scratch_;
    core::ImageAffine affine_;
    std::optional<core::RunMoments> fused_;
    std::optional<core::ChannelMoments> moments_;
};

// The arguments of a call.
struct BatchArguments {
    Tensor x;
    Tensor weight;
    Tensor bias;
    Tensor y;
    Tensor save_mean;
    Tensor save_rstd;

    BatchArguments(const TensorView &x_view, const TensorView *weight_view, const TensorView *bias_view,
                   const TensorView &y_view, const TensorView *save_mean_view, const TensorView *save_rstd_view)
        : x("x", x_view, Access::read), weight("weight", weight_view, Access::read),
          bias("bias", bias_view, Access::read), y("y", y_view, Access::write),
          save_mean("save_mean", save_mean_view, Access::write), save_rstd("save_rstd", save_rstd_view, Access::write)
    {
    }
    [[nodiscard]] core::MemoryFormat format() const noexcept { return core::working_format({&x, &y}); }

    // Checks all but that no output shares memory, and eps.
    [[nodiscard]] core::Images check(core::Running &running) const
    {
        core::require_kind({&x, &y});
        core::require_parameter_kind(x, {&weight, &bias});
        core::require_parameter_kind(x, {&running.mean_tensor(), &running.var_tensor()});
        core::require_statistics_kind(x, {&save_mean, &save_rstd});
        const core::Images images = core::images_of(x, 2, SIZE_MAX, format());
        core::require_channels(weight, images.channels);
        core::require_channels(bias, images.channels);
        core::require_channels(save_mean, images.channels);
        core::require_channels(save_rstd, images.channels);
        core::require_like(y, x);
        running.check(images.channels);
        return images;
    }
    void require_own_memory(const core::Running &running) const
    {
        core::require_own_memory(
            {&x, &weight, &bias, &y, &save_mean, &save_rstd, &running.mean_tensor(), &running.var_tensor()}, y, {&x});
    }
    void run(const core::Images &images, const core::Running &running, bool training, double eps,
             const core::Activated &activated, std::span<const ChunkMoments> given = {}) const
    {
        core::Operands operands;
        const Tensor &source = operands.input(x, format());
        const Tensor &target = operands.output(y, format(), &source);
        BatchNorm({source, weight, bias, target, save_mean, save_rstd}, images, running, training, eps, activated,
                  given)
            .run();
        operands.write_back();
    }
};

// Those of all parts, merged in their order. Throws what batch_norm_given throws for them; none where no part has any.
std::vector<ChunkMoments> merged(std::span<const WideMoments> parts, std::size_t channels, bool elements)
{
    core::require_multiple("n", parts.size(), channels);
    std::vector<ChunkMoments> all(channels);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        core::require_valid("count of moments", parts[i]);
        core::append(all[i % channels], core::chunk_moments_of(parts[i]));
    }
    if (!elements && std::ranges::all_of(all, [](const ChunkMoments &m) { return m.count == 0; })) {
        return {};
    }
    for (const ChunkMoments &m : all) {
        if (!(m.count > 1)) {
            core::invalid_value("the count of a channel's moments", m.count,
                                "more than 1 value for each channel to take statistics of");
        }
    }
    return all;
}

} // namespace

void batch_norm(const TensorView &x, const TensorView *weight, const TensorView *bias,
                const RunningStatistics &statistics, bool training, double eps, const TensorView &y,
                const TensorView *save_mean, const TensorView *save_rstd, const Activation &activation)
{
    const core::DefaultFloatingPoint environment;
    const BatchArguments a(x, weight, bias, y, save_mean, save_rstd);
    core::Running running(statistics, training);
    const core::Images images = a.check(running);
    const double rounded = core::rounded_eps(eps, a.x.dtype());
    const core::Activated activated(activation, a.x.dtype());
    if (training) {
        core::require_two_values(a.x, images.count * images.positions);
    }
    a.require_own_memory(running);
    core::require_environment();
    if (a.x.elements() != 0) {
        a.run(images, running, training, rounded, activated);
    }
}

void batch_moments(const TensorView &x_view, std::span<WideMoments> moments)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const core::MemoryFormat format = core::working_format({&x});
    const core::Images images = core::images_of(x, 2, SIZE_MAX, format);
    core::require_length("n", moments.size(), images.channels);
    const core::NormKernels &kernels = core::norm_kernels(x.dtype());
    if (x.elements() == 0) {
        std::ranges::fill(moments, WideMoments{});
        return;
    }
    core::Operands operands;
    const Tensor &source = operands.input(x, format);
    core::Scratch scratch;
    const core::ChannelMoments all(scratch, *kernels.moments, images, x.element_bytes());
    scratch.allocate();
    all.run(source.data());
    std::transform(all.data(), all.data() + images.channels, moments.begin(), core::wide_moments_of);
}

void batch_norm_given(const TensorView &x, const TensorView *weight, const TensorView *bias,
                      std::span<const WideMoments> moments, const RunningStatistics &statistics, double eps,
                      const TensorView &y, const TensorView *save_mean, const TensorView *save_rstd,
                      const Activation &activation)
{
    const core::DefaultFloatingPoint environment;
    const BatchArguments a(x, weight, bias, y, save_mean, save_rstd);
    core::Running running(statistics, true);
    const core::Images images = a.check(running);
    const double rounded = core::rounded_eps(eps, a.x.dtype());
    const core::Activated activated(activation, a.x.dtype());
    a.require_own_memory(running);
    const std::vector<ChunkMoments> given = merged(moments, images.channels, a.x.elements() != 0);
    core::require_environment();
    if (!given.empty()) {
        a.run(images, running, true, rounded, activated, given);
    }
}

} // namespace unitvar
