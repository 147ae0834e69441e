// Backward passes of group_norm, instance_norm and batch_norm. Over the m elements that share statistics, with
// d = x - mean and w the weight of an element's channel:
//   grad_x = w rstd grad_y - rstd sum(w grad_y) / m - d rstd^3 sum(w grad_y d) / m
//   grad_weight = sum of grad_y d rstd, grad_bias = sum of grad_y, over a channel
// That of batch_norm also in two parts, for a batch that lies in several places: the sums of one part, and the gradients
// from those of all.
// With recorded statistics only the first term is left.
#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/gradients.hpp"
#include "core/norm/image_affine.hpp"
#include "core/norm/image_moments.hpp"
#include "core/norm/staging.hpp"
#include "core/norm/wide_moments.hpp"
#include "core/runtime.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::Access;
using core::GradientSums;
using core::Tensor;

struct ImageTensors {
    Tensor grad_y;
    Tensor x;
    Tensor weight;
    core::GradientOutputs gradients;
};

// The same in one layout.
struct ImageOperands {
    ImageOperands(core::Operands &operands, const ImageTensors &t, core::MemoryFormat format)
        : grad_y(operands.input(t.grad_y, format)), x(operands.input(t.x, format)), weight(t.weight),
          grad_x(operands.output(t.gradients.x, format, &grad_y)), grad_weight(t.gradients.weight),
          grad_bias(t.gradients.bias)
    {
    }

    const Tensor &grad_y;
    const Tensor &x;
    const Tensor &weight;
    const Tensor &grad_x;
    const Tensor &grad_weight;
    const Tensor &grad_bias;
};

core::MemoryFormat format_of(const ImageTensors &t)
{
    return core::working_format({&t.x, &t.grad_y, &t.gradients.x});
}

void check_kinds(const ImageTensors &t)
{
    core::require_kind({&t.grad_y, &t.x, &t.gradients.x});
    core::require_parameter_kind(t.x, {&t.weight, &t.gradients.weight, &t.gradients.bias});
}

// What all check of these.
void check(const ImageTensors &t, const core::Images &images)
{
    core::require_like(t.grad_y, t.x);
    core::require_like(t.gradients.x, t.x);
    core::require_channels(t.weight, images.channels);
    t.gradients.require_channels(images.channels);
}

// Of groups of channels within one image. recorded: the statistics do not depend on x.
class GroupBackward {
public:
    GroupBackward(core::Scratch &scratch, const ImageOperands &tensors, const core::Images &images, std::size_t groups,
                  bool recorded)
        : t_(tensors), images_(images), groups_(groups), width_(images.channels / groups), recorded_(recorded),
          scratch_(scratch), g_(scratch, t_.grad_y), x_(scratch, t_.x),
          sums_(scratch.add<GradientSums>(images.count * images.channels))
    {
    }

    // mean and rstd: one for each group of each image.
    void run(const double *mean, const double *rstd) const noexcept
    {
        g_.read();
        x_.read();
        core::parallel_for(images_.count * groups_, core::grain_of(width_ * images_.positions),
                           [&](std::size_t begin, std::size_t end) {
                               for (std::size_t u = begin; u < end; ++u) {
                                   run_group(u, mean[u], rstd[u]);
                               }
                           });
        write_sums(rstd);
        g_.write_to(t_.grad_x);
    }

private:
    void run_group(std::size_t u, double mean, double rstd) const noexcept
    {
        const core::GradientKernels &kernels = *core::norm_kernels(t_.x.dtype()).gradient;
        const std::size_t bytes = t_.x.element_bytes();
        const core::Runs runs{images_.positions, 1, 0};
        GradientSums *const sums = scratch_.data(sums_);
        GradientSums group{0, 0};
        for (std::size_t i = u * width_; i < (u + 1) * width_; ++i) {
            const std::size_t at = i * images_.positions * bytes;
            sums[i] = core::gradient_sums(kernels, g_.data() + at, x_.data() + at, runs, mean, nullptr, bytes);
            const double w = core::value_or(t_.weight, i % images_.channels, 1);
            group.gradient += w * sums[i].gradient;
            group.product += w * sums[i].product;
        }
        if (recorded_) {
            group = {0, 0};
        }
        if (!t_.grad_x.present()) {
            return;
        }
        // A copy of grad_y has done its service once its group is read.
        unsigned char *const target = g_.copied() ? g_.data() : t_.grad_x.data();
        for (std::size_t i = u * width_; i < (u + 1) * width_; ++i) {
            const std::size_t at = i * images_.positions * bytes;
            kernels.runs(g_.data() + at, x_.data() + at, target + at, runs,
                         core::gradient_affine({mean, rstd}, core::value_or(t_.weight, i % images_.channels, 1), group,
                                               static_cast<double>(width_ * images_.positions)),
                         nullptr);
        }
    }

    void write_sums(const double *rstd) const noexcept
    {
        const GradientSums *const sums = scratch_.data(sums_);
        for (std::size_t c = 0; c < images_.channels; ++c) {
            double weight = 0;
            double bias = 0;
            for (std::size_t n = 0; n < images_.count; ++n) {
                const std::size_t i = n * images_.channels + c;
                weight += sums[i].product * rstd[i / width_];
                bias += sums[i].gradient;
            }
            core::set_value(t_.grad_weight, c, weight);
            core::set_value(t_.grad_bias, c, bias);
        }
    }

    const ImageOperands &t_;
    core::Images images_;
    std::size_t groups_;
    std::size_t width_;
    bool recorded_;
    const core::Scratch &scratch_;
    core::RowMajor g_;
    core::RowMajor x_;
    core::Scratch::Buffer<GradientSums> sums_; // of each channel of each image
};

// Of channels over all images.
class ChannelBackward {
public:
    ChannelBackward(core::Scratch &scratch, const ImageOperands &tensors, const core::Images &images, bool recorded)
        : t_(tensors), images_(images), recorded_(recorded), in_place_(images.has_runs()),
          g_(scratch, t_.grad_y, in_place_ ? 1 : images.channels, images.channels_last ? 1 : images.positions),
          x_(scratch, t_.x, in_place_ ? 1 : images.channels, images.channels_last ? 1 : images.positions)
    {
    }

    void run(const double *mean, const double *rstd) const noexcept
    {
        g_.read();
        x_.read();
        for_channels([&](std::size_t c) {
            const GradientSums sums = sums_of(c, mean[c]);
            core::set_value(t_.grad_weight, c, sums.product * rstd[c]);
            core::set_value(t_.grad_bias, c, sums.gradient);
            apply(c, {mean[c], rstd[c]}, sums, static_cast<double>(values()));
        });
        g_.write_to(t_.grad_x);
    }

    // The two halves of it: the sums of each channel, and the rest from sums over more than is here.
    void sum(const double *mean, std::span<BatchGradientSums> sums) const noexcept
    {
        g_.read();
        x_.read();
        for_channels([&](std::size_t c) {
            const GradientSums s = sums_of(c, mean[c]);
            sums[c] = {static_cast<double>(values()), s.gradient, s.product};
        });
    }
    void apply(const double *mean, const double *rstd, std::span<const BatchGradientSums> sums) const noexcept
    {
        g_.read();
        x_.read();
        for_channels([&](std::size_t c) {
            apply(c, {mean[c], rstd[c]}, {sums[c].gradient, sums[c].product}, sums[c].count);
        });
        g_.write_to(t_.grad_x);
    }

private:
    [[nodiscard]] std::size_t values() const noexcept { return images_.count * images_.positions; }

    template <class Work> void for_channels(const Work &work) const noexcept
    {
        core::parallel_for(images_.channels, core::grain_of(values()), [&](std::size_t begin, std::size_t end) {
            for (std::size_t c = begin; c < end; ++c) {
                work(c);
            }
        });
    }

    // Long runs stay where they are; short ones are put side by side.
    [[nodiscard]] core::Runs runs() const noexcept
    {
        return in_place_ ? core::channel_runs(images_) : core::Runs{values(), 1, 0};
    }
    [[nodiscard]] std::size_t offset(std::size_t c) const noexcept
    {
        return c * (in_place_ ? images_.positions : values()) * t_.x.element_bytes();
    }

    [[nodiscard]] GradientSums sums_of(std::size_t c, double mean) const noexcept
    {
        const core::GradientKernels &kernels = *core::norm_kernels(t_.x.dtype()).gradient;
        return core::gradient_sums(kernels, g_.row(0) + offset(c), x_.row(0) + offset(c), runs(), mean, nullptr,
                                   t_.x.element_bytes());
    }

    // sums: of gradients without their weight, over m elements.
    void apply(std::size_t c, const core::Normalization &norm, const GradientSums &sums, double m) const noexcept
    {
        if (!t_.grad_x.present()) {
            return;
        }
        const core::GradientKernels &kernels = *core::norm_kernels(t_.x.dtype()).gradient;
        const std::size_t at = offset(c);
        const double w = core::value_or(t_.weight, c, 1);
        const GradientSums weighted =
            recorded_ ? GradientSums{0, 0} : GradientSums{w * sums.gradient, w * sums.product};
        // A copy of grad_y has done its service once its channel is read.
        unsigned char *const target = (g_.copied() ? g_.row(0) : t_.grad_x.data()) + at;
        kernels.runs(g_.row(0) + at, x_.row(0) + at, target, runs(), core::gradient_affine(norm, w, weighted, m),
                     nullptr);
    }

    const ImageOperands &t_;
    core::Images images_;
    bool recorded_;
    bool in_place_;
    core::ChannelRows g_;
    core::ChannelRows x_;
};

// The arguments of batch_norm's gradients and of their parts, of which the sums have no rstd and no outputs.
struct BatchTensors {
    ImageTensors images;
    Tensor mean;
    Tensor rstd;

    BatchTensors(const TensorView &grad_y, const TensorView &x, const TensorView &mean_view,
                 const TensorView *rstd_view, const TensorView *weight, const NormGradients &gradients)
        : images{{"grad_y", grad_y, Access::read},
                 {"x", x, Access::read},
                 {"weight", weight, Access::read},
                 core::GradientOutputs(gradients)},
          mean("mean", mean_view, Access::read), rstd("rstd", rstd_view, Access::read)
    {
    }
    [[nodiscard]] core::Images check() const
    {
        const ImageTensors &t = images;
        check_kinds(t);
        core::require_statistics_kind(t.x, {&mean, &rstd});
        const core::Images shape = core::images_of(t.x, 2, SIZE_MAX, format_of(t));
        unitvar::check(t, shape);
        core::require_channels(mean, shape.channels);
        core::require_channels(rstd, shape.channels);
        core::require_own_memory(
            {&t.grad_y, &t.x, &mean, &rstd, &t.weight, &t.gradients.x, &t.gradients.weight, &t.gradients.bias},
            t.gradients.x, {&t.grad_y, &t.x});
        return shape;
    }
};

// Those of all parts, added in their order. Throws what batch_norm_backward_given throws for them.
std::vector<BatchGradientSums> total(std::span<const BatchGradientSums> parts, std::size_t channels, bool elements)
{
    core::require_multiple("n", parts.size(), channels);
    std::vector<BatchGradientSums> all(channels);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        core::require_count("count of sums", parts[i].count);
        BatchGradientSums &sums = all[i % channels];
        sums.count += parts[i].count;
        sums.gradient += parts[i].gradient;
        sums.product += parts[i].product;
    }
    for (const BatchGradientSums &sums : all) {
        if (elements && !(sums.count > 0)) {
            core::invalid_value("the count of a channel's sums", sums.count, "those of grad_y among them");
        }
    }
    return all;
}

} // namespace

void group_norm_backward(const TensorView &grad_y, const TensorView &x, std::int64_t groups,
                         const TensorView &mean_view, const TensorView &rstd_view, const TensorView *weight,
                         const NormGradients &gradients)
{
    const core::DefaultFloatingPoint environment;
    const ImageTensors t{{"grad_y", grad_y, Access::read},
                         {"x", x, Access::read},
                         {"weight", weight, Access::read},
                         core::GradientOutputs(gradients)};
    const Tensor mean("mean", mean_view, Access::read);
    const Tensor rstd("rstd", rstd_view, Access::read);
    const std::initializer_list<const Tensor *> tensors = {
        &t.grad_y, &t.x, &mean, &rstd, &t.weight, &t.gradients.x, &t.gradients.weight, &t.gradients.bias};
    check_kinds(t);
    core::require_statistics_kind(t.x, {&mean, &rstd});
    const core::Images images = core::images_of(t.x, 2, SIZE_MAX, format_of(t));
    core::require_groups(images, groups);
    check(t, images);
    const std::int64_t shape[2] = {t.x.shape()[0], groups};
    core::require_shape(mean, shape);
    core::require_shape(rstd, shape);
    core::require_own_memory(tensors, t.gradients.x, {&t.grad_y, &t.x});
    core::require_environment();
    if (t.x.elements() == 0) {
        t.gradients.clear();
        return;
    }
    core::Operands operands;
    const ImageOperands image_operands(operands, t, format_of(t));
    core::Scratch scratch;
    const GroupBackward backward(scratch, image_operands, images, static_cast<std::size_t>(groups), false);
    const core::Widened means(scratch, operands.input(mean));
    const core::Widened rstds(scratch, operands.input(rstd));
    scratch.allocate();
    means.read();
    rstds.read();
    backward.run(means.data(), rstds.data());
    operands.write_back();
}

void instance_norm_backward(const TensorView &grad_y, const TensorView &x, const TensorView *weight,
                            const TensorView *running_mean_view, const TensorView *running_var_view,
                            bool use_input_stats, double eps, const NormGradients &gradients)
{
    const core::DefaultFloatingPoint environment;
    const ImageTensors t{{"grad_y", grad_y, Access::read},
                         {"x", x, Access::read},
                         {"weight", weight, Access::read},
                         core::GradientOutputs(gradients)};
    const Tensor running_mean("running_mean", running_mean_view, Access::read);
    const Tensor running_var("running_var", running_var_view, Access::read);
    const std::initializer_list<const Tensor *> tensors = {
        &t.grad_y,    &t.x,           &t.weight,           &running_mean,
        &running_var, &t.gradients.x, &t.gradients.weight, &t.gradients.bias};
    check_kinds(t);
    core::require_parameter_kind(t.x, {&running_mean, &running_var});
    const core::Images images = core::instances_of(t.x, format_of(t));
    check(t, images);
    core::require_channels(running_mean, images.channels);
    core::require_channels(running_var, images.channels);
    if (!use_input_stats && !(running_mean.present() && running_var.present())) {
        core::invalid(running_mean.present() ? "running_var" : "running_mean", "NULL",
                      "a tensor, since use_input_stats is 0");
    }
    if (use_input_stats && t.x.elements() != 0 && images.positions == 1) {
        core::invalid("shape of x", core::text(t.x.shape()), "more than 1 spatial element to take statistics of");
    }
    const double rounded = core::rounded_eps(eps, t.x.dtype());
    core::require_own_memory(tensors, t.gradients.x, {&t.grad_y, &t.x});
    const core::NormKernels &kernels = core::norm_kernels(t.x.dtype());
    if (t.x.elements() == 0) {
        t.gradients.clear();
        return;
    }
    const std::size_t count = images.count * images.channels;
    core::Operands operands;
    const ImageOperands image_operands(operands, t, format_of(t));
    core::Scratch scratch;
    const GroupBackward backward(scratch, image_operands, images, images.channels, !use_input_stats);
    const auto means = scratch.add<double>(count);
    const auto rstds = scratch.add<double>(count);
    std::optional<core::GroupMoments> moments;
    if (use_input_stats) {
        moments.emplace(scratch, *kernels.moments, images, images.channels, t.x.element_bytes());
    }
    scratch.allocate();
    if (moments) {
        moments->run(image_operands.x.data());
    }
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t c = i % images.channels;
        double &mean = scratch.data(means)[i];
        double &rstd = scratch.data(rstds)[i];
        if (moments) {
            mean = core::mean_of(moments->data()[i]);
            rstd = core::reciprocal_deviation(moments->data()[i], rounded);
        } else {
            mean = core::value_at(running_mean, c);
            rstd = core::reciprocal_deviation(core::value_at(running_var, c), rounded);
        }
    }
    backward.run(scratch.data(means), scratch.data(rstds));
    operands.write_back();
}

void batch_norm_backward(const TensorView &grad_y, const TensorView &x, const TensorView &mean, const TensorView &rstd,
                         const TensorView *weight, bool training, const NormGradients &gradients)
{
    const core::DefaultFloatingPoint environment;
    const BatchTensors a(grad_y, x, mean, &rstd, weight, gradients);
    const ImageTensors &t = a.images;
    const core::Images images = a.check();
    core::require_environment();
    if (t.x.elements() == 0) {
        t.gradients.clear();
        return;
    }
    core::Operands operands;
    const ImageOperands image_operands(operands, t, format_of(t));
    core::Scratch scratch;
    const ChannelBackward backward(scratch, image_operands, images, !training);
    const core::Widened means(scratch, operands.input(a.mean));
    const core::Widened rstds(scratch, operands.input(a.rstd));
    scratch.allocate();
    means.read();
    rstds.read();
    backward.run(means.data(), rstds.data());
    operands.write_back();
}

void batch_norm_backward_sums(const TensorView &grad_y, const TensorView &x, const TensorView &mean,
                              std::span<BatchGradientSums> sums)
{
    const core::DefaultFloatingPoint environment;
    const BatchTensors a(grad_y, x, mean, nullptr, nullptr, {});
    const ImageTensors &t = a.images;
    const core::Images images = a.check();
    core::require_length("n", sums.size(), images.channels);
    core::require_environment();
    if (t.x.elements() == 0) {
        std::ranges::fill(sums, BatchGradientSums{});
        return;
    }
    core::Operands operands;
    const ImageOperands image_operands(operands, t, format_of(t));
    core::Scratch scratch;
    const ChannelBackward backward(scratch, image_operands, images, false);
    const core::Widened means(scratch, operands.input(a.mean));
    scratch.allocate();
    means.read();
    backward.sum(means.data(), sums);
}

void batch_norm_backward_given(const TensorView &grad_y, const TensorView &x, const TensorView &mean,
                               const TensorView &rstd, const TensorView *weight,
                               std::span<const BatchGradientSums> sums, const NormGradients &gradients)
{
    const core::DefaultFloatingPoint environment;
    const BatchTensors a(grad_y, x, mean, &rstd, weight, gradients);
    const ImageTensors &t = a.images;
    const core::Images images = a.check();
    const std::vector<BatchGradientSums> all = total(sums, images.channels, t.x.elements() != 0);
    core::require_environment();
    core::Operands operands;
    const ImageOperands image_operands(operands, t, format_of(t));
    core::Scratch scratch;
    std::optional<ChannelBackward> backward;
    if (t.x.elements() != 0) {
        backward.emplace(scratch, image_operands, images, false);
    }
    const core::Widened means(scratch, operands.input(a.mean));
    const core::Widened rstds(scratch, operands.input(a.rstd));
    scratch.allocate();
    means.read();
    rstds.read();
    for (std::size_t c = 0; c < images.channels; ++c) {
        core::set_value(t.gradients.weight, c, all[c].count == 0 ? 0 : all[c].product * rstds.data()[c]);
        core::set_value(t.gradients.bias, c, all[c].gradient);
    }
    if (backward) {
        backward->apply(means.data(), rstds.data(), all);
    }
    operands.write_back();
}

} // namespace unitvar
