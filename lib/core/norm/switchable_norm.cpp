// switchable_norm (Luo, Ren, Peng, Zhang and Li, "Differentiable learning-to-normalize via switchable normalization",
// 2018): mean and variance are softmax-weighted averages of those of the instance, the layer and the batch. The latter
// two are merged from the first by Chan's rule, so that nothing cancels.
#include <algorithm>
#include <cmath>

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
using core::ChunkMoments;
using core::Tensor;

// e^x for x <= 0, within 2 ulp; the C library's may differ from one system to the next. x = n ln 2 + r.
double exponential(double x)
{
    if (x < -745) {
        return 0;
    }
    const double n = std::floor(std::fma(x, 0x1.71547652b82fep0, 0.5));
    const double r = std::fma(n, -0x1.abc9e3b39803fp-56, std::fma(n, -0x1.62e42fefa39efp-1, x));
    double sum = 1;
    for (int k = 20; k != 0; --k) {
        sum = std::fma(sum, r / k, 1.0);
    }
    return std::ldexp(sum, static_cast<int>(n));
}

struct Weights {
    double instance;
    double layer;
    double batch;

    Weights(const char *name, const double (&logits)[3])
    {
        double largest = logits[0];
        for (const double logit : logits) {
            core::require_finite(name, logit);
            largest = std::max(largest, logit);
        }
        instance = exponential(logits[0] - largest);
        layer = exponential(logits[1] - largest);
        batch = exponential(logits[2] - largest);
        const double sum = instance + layer + batch;
        instance /= sum;
        layer /= sum;
        batch /= sum;
    }
    [[nodiscard]] double mix(double a, double b, double c) const noexcept
    {
        return instance * a + layer * b + batch * c;
    }
};

// The biased variance, as of data times prescale.
double variance_at(double prescale, const ChunkMoments &m)
{
    const double factor = prescale / m.prescale;
    return m.m2 / m.count * factor * factor;
}

} // namespace

void switchable_norm(const TensorView &x_view, const TensorView *weight_view, const TensorView *bias_view,
                     const SwitchLogits &logits, const RunningStatistics &statistics, bool training, double eps,
                     const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor weight("weight", weight_view, Access::read);
    const Tensor bias("bias", bias_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    core::Running running(statistics, training);
    const std::initializer_list<const Tensor *> tensors = {
        &x, &weight, &bias, &y, &running.mean_tensor(), &running.var_tensor()};
    core::require_kind({&x, &y});
    core::require_parameter_kind(x, {&weight, &bias, &running.mean_tensor(), &running.var_tensor()});
    const core::MemoryFormat format = core::working_format({&x, &y});
    const core::Images images = core::images_of(x, 3, SIZE_MAX, format);
    core::require_channels(weight, images.channels);
    core::require_channels(bias, images.channels);
    core::require_like(y, x);
    const Weights mean_weights("mean_logits", logits.mean);
    const Weights var_weights("var_logits", logits.var);
    running.check(images.channels);
    const double rounded = core::rounded_eps(eps, x.dtype());
    if (training) {
        core::require_two_values(x, images.count * images.positions);
    }
    core::require_own_memory(tensors, y, {&x});
    core::require_environment();
    if (x.elements() == 0) {
        return;
    }
    core::Operands operands;
    const Tensor &source = operands.input(x, format);
    const Tensor &target = operands.output(y, format, &source);
    core::Scratch scratch;
    const core::NormKernels &kernels = core::norm_kernels(x.dtype());
    const core::GroupMoments instances(scratch, *kernels.moments, images, images.channels, x.element_bytes());
    const core::ImageAffine affine(scratch, *kernels.affine, images, core::ImageAffine::Per::image_channel, source,
                                   target);
    const auto layers = scratch.add<ChunkMoments>(images.count);
    const auto batches = scratch.add<ChunkMoments>(images.channels);
    scratch.allocate();

    instances.run(source.data());
    const ChunkMoments *const instance = instances.data();
    ChunkMoments *const layer = scratch.data(layers);
    ChunkMoments *const batch = scratch.data(batches);
    std::fill_n(layer, images.count, ChunkMoments{});
    std::fill_n(batch, images.channels, ChunkMoments{});
    for (std::size_t i = 0; i < instances.size(); ++i) {
        core::append(layer[i / images.channels], instance[i]);
        core::append(batch[i % images.channels], instance[i]);
    }
    const bool recorded = !training && running.present();
    for (std::size_t i = 0; i < instances.size(); ++i) {
        const ChunkMoments &l = layer[i / images.channels];
        const std::size_t c = i % images.channels;
        const double prescale = std::min({instance[i].prescale, l.prescale, recorded ? 1 : batch[c].prescale});
        const double batch_mean = recorded ? running.mean(c) : core::mean_of(batch[c]);
        const double batch_var = recorded ? running.var(c) * prescale * prescale : variance_at(prescale, batch[c]);
        const double mean = mean_weights.mix(core::mean_of(instance[i]), core::mean_of(l), batch_mean);
        const double var = var_weights.mix(variance_at(prescale, instance[i]), variance_at(prescale, l), batch_var);
        const double rstd = var == 0 && rounded == 0 ? 0 : core::reciprocal_root(var, rounded, prescale);
        affine.set(i, {mean, 0, rstd * core::value_or(weight, c, 1), core::value_or(bias, c, 0)});
    }
    affine.run();
    for (std::size_t c = 0; training && c < images.channels; ++c) {
        running.record(c, core::mean_of(batch[c]), core::variance_of(batch[c], batch[c].count - 1));
    }
    operands.write_back();
}

} // namespace unitvar
