// switchable_norm (Luo, Ren, Peng, Zhang and Li, "Differentiable learning-to-normalize via switchable normalization",
// 2018): mean and variance are softmax-weighted averages of those of the instance, the layer and the batch. The latter
// two are merged from the first by Chan's rule, so that nothing cancels.
//
// Its gradient: with the gradients of the mixed mean and variance of a channel of an image,
//   dm = -rstd sum(w grad_y),  dv = -1/2 rstd^3 sum(w grad_y (x - mean))
// each of the three means and variances k, over n_k elements, has the sum of those it is part of, times its weight:
//   grad_x = w rstd grad_y + sum over k of (m_k sum(dm) + 2 v_k sum(dv) (x - mean_k)) / n_k
// and the logits have w_k sum(dm (mean_k - mean)) and w_k sum(dv (var_k - var)). Means count from that of the instance, so
// that it does not matter how far from 0 they are.
#include <algorithm>
#include <cmath>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/gradients.hpp"
#include "core/norm/image_moments.hpp"
#include "core/norm/running_statistics.hpp"
#include "core/norm/staging.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/sharing.hpp"
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

// Layers and batches merged of instances.
void merge(const core::Images &images, const ChunkMoments *instance, ChunkMoments *layer, ChunkMoments *batch)
{
    std::fill_n(layer, images.count, ChunkMoments{});
    std::fill_n(batch, images.channels, ChunkMoments{});
    for (std::size_t i = 0; i < images.count * images.channels; ++i) {
        core::append(layer[i / images.channels], instance[i]);
        core::append(batch[i % images.channels], instance[i]);
    }
}

// A mean as the distance from that of the instance, whose high part is the origin, and a variance: of scaled data.
struct Part {
    double mean;
    double var;
};
struct Parts {
    Part instance;
    Part layer;
    Part batch;
    Part mixed;
    double rstd;
};

// The gradients of the mixed mean and variance.
struct MixedGradient {
    double mean = 0;
    double var = 0;
    void add(const MixedGradient &other) noexcept
    {
        mean += other.mean;
        var += other.var;
    }
};

struct SwitchTensors {
    Tensor grad_y;
    Tensor x;
    Tensor weight;
    core::GradientOutputs gradients;
};

class SwitchBackward {
public:
    // recorded: the batch's statistics are the running ones.
    SwitchBackward(core::Scratch &scratch, const SwitchTensors &tensors, core::Operands &operands,
                   const core::Images &images, const Weights &mean_weights, const Weights &var_weights,
                   const core::Running &running, bool recorded, double eps)
        : t_(tensors), g_(operands.input(t_.grad_y)), x_(operands.input(t_.x)),
          grad_x_(operands.output(t_.gradients.x, core::MemoryFormat::row_major, &g_)), images_(images),
          mean_weights_(mean_weights), var_weights_(var_weights), running_(running), recorded_(recorded), eps_(eps),
          scratch_(scratch), kernels_(core::norm_kernels(t_.x.dtype())),
          instances_(scratch, *kernels_.moments, images, images.channels, t_.x.element_bytes()),
          layers_(scratch.add<ChunkMoments>(images.count)), batches_(scratch.add<ChunkMoments>(images.channels)),
          sums_(scratch.add<core::GradientSums>(sets())), own_(scratch.add<MixedGradient>(sets())),
          of_layer_(scratch.add<MixedGradient>(images.count)), of_batch_(scratch.add<MixedGradient>(images.channels))
    {
    }

    void run(SwitchLogits &logits)
    {
        instances_.run(x_.data());
        merge(images_, instances_.data(), scratch_.data(layers_), scratch_.data(batches_));
        choose_prescale();
        core::parallel_for(sets(), core::grain_of(images_.positions), [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                const std::size_t at = i * images_.positions * t_.x.element_bytes();
                scratch_.data(sums_)[i] = core::gradient_sums(*kernels_.gradient, g_.data() + at, x_.data() + at,
                                                              run_(), origin(i), nullptr, t_.x.element_bytes());
            }
        });
        collect(logits);
        if (grad_x_.present()) {
            core::parallel_for(sets(), core::grain_of(images_.positions), [&](std::size_t begin, std::size_t end) {
                for (std::size_t i = begin; i < end; ++i) {
                    const std::size_t at = i * images_.positions * t_.x.element_bytes();
                    kernels_.gradient->runs(g_.data() + at, x_.data() + at, grad_x_.data() + at, run_(), affine(i),
                                            nullptr);
                }
            });
        }
    }

private:
    [[nodiscard]] std::size_t sets() const noexcept { return images_.count * images_.channels; }
    [[nodiscard]] core::Runs run_() const noexcept { return {images_.positions, 1, 0}; }
    [[nodiscard]] double origin(std::size_t i) const noexcept
    {
        return instances_.data()[i].mean / instances_.data()[i].prescale;
    }
    [[nodiscard]] double weight(std::size_t i) const noexcept
    {
        return core::value_or(t_.weight, i % images_.channels, 1);
    }

    // One for all, since the sums are over all: that of the largest data. Of tiny data the variance does not count beside
    // an eps.
    void choose_prescale() noexcept
    {
        prescale_ = recorded_ ? 1 : core::tiny_prescale;
        for (std::size_t i = 0; i < sets(); ++i) {
            prescale_ = std::min(
                {prescale_, instances_.data()[i].prescale, scratch_.data(layers_)[i / images_.channels].prescale});
        }
        for (std::size_t c = 0; !recorded_ && c < images_.channels; ++c) {
            prescale_ = std::min(prescale_, scratch_.data(batches_)[c].prescale);
        }
        if (prescale_ == core::tiny_prescale && eps_ > 0x1p-600) {
            prescale_ = 1;
        }
    }

    [[nodiscard]] Part part_of(const ChunkMoments &m, const ChunkMoments &instance) const noexcept
    {
        const double of_m = prescale_ / m.prescale;
        const double of_instance = prescale_ / instance.prescale;
        return {(m.mean * of_m - instance.mean * of_instance) + m.mean_low * of_m, variance_at(prescale_, m)};
    }
    [[nodiscard]] Parts parts_of(std::size_t i) const noexcept
    {
        const ChunkMoments &instance = instances_.data()[i];
        const std::size_t c = i % images_.channels;
        Parts p{};
        p.instance = part_of(instance, instance);
        p.layer = part_of(scratch_.data(layers_)[i / images_.channels], instance);
        p.batch = recorded_ ? Part{(running_.mean(c) - origin(i)) * prescale_, running_.var(c) * prescale_ * prescale_}
                            : part_of(scratch_.data(batches_)[c], instance);
        p.mixed = {mean_weights_.mix(p.instance.mean, p.layer.mean, p.batch.mean),
                   var_weights_.mix(p.instance.var, p.layer.var, p.batch.var)};
        const double square = p.mixed.var + eps_ * prescale_ * prescale_;
        p.rstd = square == 0 ? 0 : 1 / std::sqrt(square);
        return p;
    }

    // What is summed over sets, and the gradients that are such sums.
    void collect(SwitchLogits &logits) noexcept
    {
        MixedGradient *const own = scratch_.data(own_);
        MixedGradient *const of_layer = scratch_.data(of_layer_);
        MixedGradient *const of_batch = scratch_.data(of_batch_);
        std::fill_n(of_layer, images_.count, MixedGradient{});
        std::fill_n(of_batch, images_.channels, MixedGradient{});
        double sums[2][3] = {};
        for (std::size_t c = 0; c < images_.channels; ++c) {
            double for_weight = 0;
            double for_bias = 0;
            for (std::size_t n = 0; n < images_.count; ++n) {
                const std::size_t i = n * images_.channels + c;
                const core::GradientSums &s = scratch_.data(sums_)[i];
                const Parts p = parts_of(i);
                const double product = (s.product * prescale_ - p.mixed.mean * s.gradient) * p.rstd;
                for_weight += product;
                for_bias += s.gradient;
                const double w = weight(i);
                own[i] = {-p.rstd * (w * s.gradient), -0.5 * p.rstd * p.rstd * (w * product)};
                of_layer[n].add(own[i]);
                of_batch[c].add(own[i]);
                const Part *const three[3] = {&p.instance, &p.layer, &p.batch};
                for (std::size_t k = 0; k < 3; ++k) {
                    sums[0][k] += own[i].mean * (three[k]->mean - p.mixed.mean);
                    sums[1][k] += own[i].var * (three[k]->var - p.mixed.var);
                }
            }
            core::set_value(t_.gradients.weight, c, for_weight);
            core::set_value(t_.gradients.bias, c, for_bias);
        }
        logits = {
            {mean_weights_.instance * sums[0][0], mean_weights_.layer * sums[0][1], mean_weights_.batch * sums[0][2]},
            {var_weights_.instance * sums[1][0], var_weights_.layer * sums[1][1], var_weights_.batch * sums[1][2]}};
    }

    [[nodiscard]] core::GradientAffine affine(std::size_t i) const noexcept
    {
        const Parts p = parts_of(i);
        double slope = 0;
        double offset = 0;
        const auto add = [&](const MixedGradient &sum, double of_mean, double of_var, const Part &part, std::size_t n) {
            const auto count = static_cast<double>(n);
            const double through_var = 2 * (of_var * sum.var / count);
            slope += through_var;
            offset += of_mean * sum.mean / count - through_var * part.mean;
        };
        add(scratch_.data(own_)[i], mean_weights_.instance, var_weights_.instance, p.instance, images_.positions);
        add(scratch_.data(of_layer_)[i / images_.channels], mean_weights_.layer, var_weights_.layer, p.layer,
            images_.image());
        if (!recorded_) {
            add(scratch_.data(of_batch_)[i % images_.channels], mean_weights_.batch, var_weights_.batch, p.batch,
                images_.count * images_.positions);
        }
        return {origin(i), prescale_ * (weight(i) * p.rstd), prescale_ * slope, prescale_ * offset, prescale_};
    }

    const SwitchTensors &t_;
    const Tensor &g_;
    const Tensor &x_;
    const Tensor &grad_x_;
    core::Images images_;
    const Weights &mean_weights_;
    const Weights &var_weights_;
    const core::Running &running_;
    bool recorded_;
    double eps_;
    double prescale_ = 1;
    const core::Scratch &scratch_;
    const core::NormKernels &kernels_;
    core::GroupMoments instances_;
    core::Scratch::Buffer<ChunkMoments> layers_;
    core::Scratch::Buffer<ChunkMoments> batches_;
    core::Scratch::Buffer<core::GradientSums> sums_; // of each channel of each image, about its origin
    core::Scratch::Buffer<MixedGradient> own_;       // of each
    core::Scratch::Buffer<MixedGradient> of_layer_;  // summed over the channels of an image
    core::Scratch::Buffer<MixedGradient> of_batch_;  // and over all images
};

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
                                   target, core::Activated({}, x.dtype()));
    const auto layers = scratch.add<ChunkMoments>(images.count);
    const auto batches = scratch.add<ChunkMoments>(images.channels);
    scratch.allocate();

    instances.run(source.data());
    const ChunkMoments *const instance = instances.data();
    ChunkMoments *const layer = scratch.data(layers);
    ChunkMoments *const batch = scratch.data(batches);
    merge(images, instance, layer, batch);
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

void switchable_norm_backward(const TensorView &grad_y, const TensorView &x, const TensorView *weight,
                              const SwitchLogits &logits, const TensorView *running_mean, const TensorView *running_var,
                              bool training, double eps, const NormGradients &gradients, SwitchLogits *grad_logits)
{
    const core::DefaultFloatingPoint environment;
    const SwitchTensors t{{"grad_y", grad_y, Access::read},
                          {"x", x, Access::read},
                          {"weight", weight, Access::read},
                          core::GradientOutputs(gradients)};
    core::Running running({running_mean, running_var}, false);
    const std::initializer_list<const Tensor *> tensors = {&t.grad_y,
                                                           &t.x,
                                                           &t.weight,
                                                           &running.mean_tensor(),
                                                           &running.var_tensor(),
                                                           &t.gradients.x,
                                                           &t.gradients.weight,
                                                           &t.gradients.bias};
    core::require_kind({&t.grad_y, &t.x, &t.gradients.x});
    core::require_parameter_kind(
        t.x, {&t.weight, &t.gradients.weight, &t.gradients.bias, &running.mean_tensor(), &running.var_tensor()});
    const core::Images images = core::images_of(t.x, 3, SIZE_MAX, core::MemoryFormat::row_major);
    core::require_channels(t.weight, images.channels);
    t.gradients.require_channels(images.channels);
    core::require_like(t.grad_y, t.x);
    core::require_like(t.gradients.x, t.x);
    const Weights mean_weights("mean_logits", logits.mean);
    const Weights var_weights("var_logits", logits.var);
    running.check(images.channels);
    const double rounded = core::rounded_eps(eps, t.x.dtype());
    if (training) {
        core::require_two_values(t.x, images.count * images.positions);
    }
    core::require_own_memory(tensors, t.gradients.x, {&t.grad_y, &t.x});
    core::require_environment();
    SwitchLogits result{};
    if (t.x.elements() == 0) {
        t.gradients.clear();
    } else {
        core::Operands operands;
        core::Scratch scratch;
        SwitchBackward backward(scratch, t, operands, images, mean_weights, var_weights, running,
                                !training && running.present(), rounded);
        scratch.allocate();
        backward.run(result);
        operands.write_back();
    }
    if (grad_logits != nullptr) {
        for (std::size_t k = 0; k < 3; ++k) {
            grad_logits->mean[k] = environment.computed(result.mean[k]);
            grad_logits->var[k] = environment.computed(result.var[k]);
        }
    }
}

} // namespace unitvar
