// Backward passes of layer_norm and rms_norm. With n elements in a row, d = x - mean and g = grad_y weight:
//   grad_x = rstd g - rstd sum(g) / n - d rstd^3 sum(g d) / n      (rms_norm: mean = 0, and no second term)
//   grad_weight = sum of grad_y d rstd, grad_bias = sum of grad_y, over the rows of a band in order and then over bands
#include <algorithm>
#include <cstring>
#include <optional>
#include <span>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/axes.hpp"
#include "core/norm/gradients.hpp"
#include "core/norm/staging.hpp"
#include "core/runtime.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::Access;
using core::GradientSums;
using core::Tensor;

constexpr std::size_t columns_at_once = 256;
constexpr std::size_t most_bands = 64;
constexpr std::size_t visit_bytes = std::size_t{1} << 17U; // of grad_y and x, which stay in cache between their uses

// The rows of a band are one thread's, and each band has sums of its own. The rows' shape alone says how many there are.
struct Bands {
    explicit Bands(const core::Rows &rows)
        : height(std::max<std::size_t>(16, (rows.count + most_bands - 1) / most_bands))
    {
        count = (rows.count + height - 1) / height;
        if (count < fewest) {
            height = rows.count;
            count = 1;
        }
    }
    static constexpr std::size_t fewest = 8;
    std::size_t height;
    std::size_t count;
};

struct RowTensors {
    Tensor grad_y;
    Tensor x;
    Tensor mean; // absent: rms_norm
    Tensor rstd;
    Tensor weight;
    const core::GradientOutputs &gradients;
};

// The same as the kernels take them.
struct RowOperands {
    RowOperands(core::Operands &operands, const RowTensors &t)
        : grad_y(operands.input(t.grad_y)), x(operands.input(t.x)), mean(operands.input(t.mean)),
          rstd(operands.input(t.rstd)), weight(operands.parameter(t.weight, t.x)),
          grad_x(operands.output(t.gradients.x, core::MemoryFormat::row_major, &grad_y)),
          grad_weight(operands.output(t.gradients.weight)), grad_bias(operands.output(t.gradients.bias))
    {
    }

    const Tensor &grad_y;
    const Tensor &x;
    const Tensor &mean;
    const Tensor &rstd;
    const Tensor &weight;
    const Tensor &grad_x;
    const Tensor &grad_weight;
    const Tensor &grad_bias;
};

class RowNormBackward {
public:
    RowNormBackward(const RowOperands &tensors, const core::Rows &rows)
        : t_(tensors), rows_(rows), bands_(rows), kernels_(core::norm_kernels(t_.x.dtype())),
          mean_(scratch_.add<double>(rows.count)), rstd_(scratch_, t_.rstd),
          weight_sums_(scratch_.add<double>(sums() ? bands_.count * rows.length : 0)),
          bias_sums_(scratch_.add<double>(sums() ? bands_.count * rows.length : 0))
    {
        scratch_.allocate();
    }

    void run() const noexcept
    {
        rstd_.read();
        double *const mean = scratch_.data(mean_);
        if (t_.mean.present()) {
            core::norm_kernels(t_.mean.dtype()).convert->widen(t_.mean.data(), mean, rows_.count);
        } else {
            std::fill_n(mean, rows_.count, 0.0);
        }
        if (sums() && bands_.count > 1) {
            run_bands();
        } else {
            if (sums()) {
                sum_columns();
            }
            if (t_.grad_x.present()) {
                core::parallel_for(rows_.count, core::grain_of(rows_.length),
                                   [&](std::size_t begin, std::size_t end) { write_x(begin, end); });
            }
        }
        if (sums()) {
            narrow(scratch_.data(weight_sums_), t_.grad_weight);
            narrow(scratch_.data(bias_sums_), t_.grad_bias);
        }
    }

private:
    [[nodiscard]] bool sums() const noexcept { return t_.grad_weight.present() || t_.grad_bias.present(); }

    // Adds rows begin to end - 1 to the sums of columns first to first + n - 1.
    void add_rows(std::size_t begin, std::size_t end, std::size_t first, std::size_t n, double *weight,
                  double *bias) const noexcept
    {
        const std::size_t at = (begin * rows_.length + first) * t_.x.element_bytes();
        kernels_.gradient->columns(t_.grad_y.data() + at, t_.x.data() + at, end - begin, rows_.length, n,
                                   scratch_.data(mean_) + begin, rstd_.data() + begin, bias, weight);
    }

    // Few rows: threads share columns.
    void sum_columns() const noexcept
    {
        double *const weight = scratch_.data(weight_sums_);
        double *const bias = scratch_.data(bias_sums_);
        const std::size_t strips = (rows_.length + columns_at_once - 1) / columns_at_once;
        core::parallel_for(strips, core::grain_of(rows_.count * columns_at_once),
                           [&](std::size_t begin, std::size_t end) {
                               const std::size_t first = begin * columns_at_once;
                               const std::size_t n = std::min(rows_.length, end * columns_at_once) - first;
                               std::fill_n(weight + first, n, 0.0);
                               std::fill_n(bias + first, n, 0.0);
                               add_rows(0, rows_.count, first, n, weight + first, bias + first);
                           });
    }

    // Many: threads share bands, of which some rows at a time are summed and written while they are in cache.
    void run_bands() const noexcept
    {
        const std::size_t length = rows_.length;
        double *const weight = scratch_.data(weight_sums_);
        double *const bias = scratch_.data(bias_sums_);
        const std::size_t visit = std::max<std::size_t>(1, visit_bytes / (2 * length * t_.x.element_bytes()));
        core::parallel_for(bands_.count, core::grain_of(bands_.height * length),
                           [&](std::size_t begin, std::size_t end) {
                               for (std::size_t b = begin; b < end; ++b) {
                                   const std::size_t last = std::min(rows_.count, (b + 1) * bands_.height);
                                   std::fill_n(weight + b * length, length, 0.0);
                                   std::fill_n(bias + b * length, length, 0.0);
                                   for (std::size_t r = b * bands_.height; r < last; r += visit) {
                                       const std::size_t next = std::min(last, r + visit);
                                       add_rows(r, next, 0, length, weight + b * length, bias + b * length);
                                       if (t_.grad_x.present()) {
                                           write_x(r, next);
                                       }
                                   }
                               }
                           });
        core::parallel_for(length, core::grain_of(2 * bands_.count), [&](std::size_t begin, std::size_t end) {
            for (std::size_t b = 1; b < bands_.count; ++b) {
                for (std::size_t c = begin; c < end; ++c) {
                    weight[c] += weight[b * length + c];
                    bias[c] += bias[b * length + c];
                }
            }
        });
    }

    void narrow(const double *sums, const Tensor &target) const noexcept
    {
        if (target.present()) {
            core::norm_kernels(target.dtype()).convert->narrow(sums, target.data(), rows_.length);
        }
    }

    void write_x(std::size_t begin, std::size_t end) const noexcept
    {
        const std::size_t bytes = t_.x.element_bytes();
        const double *const mean = scratch_.data(mean_);
        const double *const rstd = rstd_.data();
        const auto n = static_cast<double>(rows_.length);
        const unsigned char *weight = t_.weight.present() ? t_.weight.data() : nullptr;
        unsigned char *const target = t_.grad_x.data();
        for (std::size_t r = begin; r < end; ++r) {
            const std::size_t at = r * rows_.length * bytes;
            const core::Runs row{rows_.length, 1, 0};
            const GradientSums s = core::gradient_sums(*kernels_.gradient, t_.grad_y.data() + at, t_.x.data() + at, row,
                                                       mean[r], weight, bytes);
            core::GradientAffine affine = core::gradient_affine({mean[r], rstd[r]}, 1, s, n);
            affine.offset = t_.mean.present() ? affine.offset : 0;
            kernels_.gradient->runs(t_.grad_y.data() + at, t_.x.data() + at, target + at, row, affine, weight);
        }
    }

    const RowOperands &t_;
    core::Rows rows_;
    Bands bands_;
    const core::NormKernels &kernels_;
    core::Scratch scratch_;
    core::Scratch::Buffer<double> mean_;
    core::Widened rstd_;
    core::Scratch::Buffer<double> weight_sums_;
    core::Scratch::Buffer<double> bias_sums_;
};

// What both layers check and do.
void backward(const RowTensors &t, std::int32_t normalized_ndim)
{
    const std::initializer_list<const Tensor *> tensors = {
        &t.grad_y, &t.x, &t.mean, &t.rstd, &t.weight, &t.gradients.x, &t.gradients.weight, &t.gradients.bias};
    core::require_kind({&t.grad_y, &t.x, &t.gradients.x});
    core::require_parameter_kind(t.x, {&t.weight, &t.gradients.weight, &t.gradients.bias});
    core::require_statistics_kind(t.x, {&t.mean, &t.rstd});
    const core::Rows rows = core::rows_of(t.x, normalized_ndim);
    core::require_like(t.grad_y, t.x);
    core::require_like(t.gradients.x, t.x);
    core::require_row_statistics(t.mean, rows);
    core::require_row_statistics(t.rstd, rows);
    core::require_shape(t.weight, rows.shape);
    core::require_shape(t.gradients.weight, rows.shape);
    core::require_shape(t.gradients.bias, rows.shape);
    core::require_own_memory(tensors, t.gradients.x, {&t.grad_y, &t.x});
    core::require_environment();
    if (t.x.elements() == 0) {
        t.gradients.clear();
        return;
    }
    core::Operands operands;
    const RowOperands row_operands(operands, t);
    RowNormBackward(row_operands, rows).run();
    operands.write_back();
}

// The backward pass along axes: that of the rows which tensors with those last have.
void backward_along(const TensorView &grad_y, const TensorView &x, std::span<const std::int32_t> list,
                    const TensorView *mean, const TensorView &rstd, const TensorView *weight,
                    const NormGradients &gradients)
{
    const Tensor given_x("x", x, Access::read);
    const Tensor given_grad_y("grad_y", grad_y, Access::read);
    const Tensor given_grad_x("grad_x", gradients.x, Access::write);
    const Tensor given_mean("mean", mean, Access::read);
    const Tensor given_rstd("rstd", rstd, Access::read);
    const core::Axes axes(given_x, list);
    axes.require_some();
    core::require_like(given_grad_y, given_x);
    core::require_like(given_grad_x, given_x);
    axes.require_shape(given_x, given_mean);
    axes.require_shape(given_x, given_rstd);
    std::optional<core::AxesLast> last[5];
    const auto moved = [&](std::size_t i, const Tensor &tensor, const TensorView *view) -> std::optional<TensorView> {
        if (!tensor.present() || tensor.ndim() != given_x.ndim()) {
            return tensor.present() ? std::optional(*view) : std::nullopt;
        }
        return last[i].emplace(tensor, axes).view();
    };
    const std::optional<TensorView> views[5] = {moved(0, given_grad_y, &grad_y), moved(1, given_x, &x),
                                                moved(2, given_mean, mean), moved(3, given_rstd, &rstd),
                                                moved(4, given_grad_x, gradients.x)};
    const auto view = [&](std::size_t i) { return views[i] ? &*views[i] : nullptr; };
    const core::GradientOutputs outputs({view(4), gradients.weight, gradients.bias});
    backward({{"grad_y", view(0), Access::read},
              {"x", view(1), Access::read},
              {"mean", view(2), Access::read},
              {"rstd", view(3), Access::read},
              {"weight", weight, Access::read},
              outputs},
             static_cast<std::int32_t>(axes.count()));
}

void require_no_bias(const NormGradients &gradients)
{
    if (gradients.bias != nullptr) {
        core::invalid("grad_bias", "a tensor", "none: rms_norm has no bias");
    }
}

} // namespace

void layer_norm_backward(const TensorView &grad_y, const TensorView &x, std::int32_t normalized_ndim,
                         const TensorView &mean, const TensorView &rstd, const TensorView *weight,
                         const NormGradients &gradients)
{
    const core::DefaultFloatingPoint environment;
    const core::GradientOutputs outputs(gradients);
    backward({{"grad_y", grad_y, Access::read},
              {"x", x, Access::read},
              {"mean", mean, Access::read},
              {"rstd", rstd, Access::read},
              {"weight", weight, Access::read},
              outputs},
             normalized_ndim);
}

void rms_norm_backward(const TensorView &grad_y, const TensorView &x, std::int32_t normalized_ndim,
                       const TensorView &rstd, const TensorView *weight, const NormGradients &gradients)
{
    const core::DefaultFloatingPoint environment;
    require_no_bias(gradients);
    const core::GradientOutputs outputs(gradients);
    backward({{"grad_y", grad_y, Access::read},
              {"x", x, Access::read},
              {"mean", nullptr, Access::read},
              {"rstd", rstd, Access::read},
              {"weight", weight, Access::read},
              outputs},
             normalized_ndim);
}

void layer_norm_axes_backward(const TensorView &grad_y, const TensorView &x, std::span<const std::int32_t> axes,
                              const TensorView &mean, const TensorView &rstd, const TensorView *weight,
                              const NormGradients &gradients)
{
    const core::DefaultFloatingPoint environment;
    backward_along(grad_y, x, axes, &mean, rstd, weight, gradients);
}

void rms_norm_axes_backward(const TensorView &grad_y, const TensorView &x, std::span<const std::int32_t> axes,
                            const TensorView &rstd, const TensorView *weight, const NormGradients &gradients)
{
    const core::DefaultFloatingPoint environment;
    require_no_bias(gradients);
    backward_along(grad_y, x, axes, nullptr, rstd, weight, gradients);
}

} // namespace unitvar
