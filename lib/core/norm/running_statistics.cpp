// Running statistics.
#include "core/norm/running_statistics.hpp"

#include <cmath>
#include <string>

#include "core/message.hpp"

namespace unitvar::core {

Running::Running(const RunningStatistics &statistics, bool updates)
    : mean_("running_mean", statistics.mean, updates ? Access::write : Access::read),
      var_("running_var", statistics.var, updates ? Access::write : Access::read), updates_(updates),
      batches_(statistics.num_batches_tracked), momentum_(statistics.momentum)
{
}

void Running::check(std::size_t channels)
{
    if (mean_.present() != var_.present()) {
        invalid(mean_.present() ? "running_var" : "running_mean", "NULL",
                std::string("a tensor, since ") + (mean_.present() ? "running_mean" : "running_var") + " is one");
    }
    require_channels(mean_, channels);
    require_channels(var_, channels);
    if (std::isinf(momentum_)) {
        invalid_value("momentum", momentum_, "a finite number, or NaN for the average of all batches");
    }
    if (batches_ != nullptr && (*batches_ < 0 || *batches_ == INT64_MAX)) {
        invalid_value("num_batches_tracked", *batches_, "0 to 2^63 - 2");
    }
    if (updates_ && std::isnan(momentum_) && mean_.present() && batches_ == nullptr) {
        invalid_value("momentum", momentum_, "a finite number where num_batches_tracked is absent");
    }
    if (std::isnan(momentum_) && batches_ != nullptr) {
        momentum_ = 1 / (static_cast<double>(*batches_) + 1);
    }
}

void Running::record(std::size_t channel, double mean, double unbiased_var) const noexcept
{
    if (present()) {
        set_value(mean_, channel, (1 - momentum_) * this->mean(channel) + momentum_ * mean);
        set_value(var_, channel, (1 - momentum_) * var(channel) + momentum_ * unbiased_var);
    }
}

void Running::count_batch() const noexcept
{
    if (batches_ != nullptr) {
        ++*batches_;
    }
}

Affine Running::affine(std::size_t channel, const Tensor &weight, const Tensor &bias, double eps) const noexcept
{
    return {mean(channel), 0, reciprocal_deviation(var(channel), eps) * value_or(weight, channel, 1),
            value_or(bias, channel, 0)};
}

} // namespace unitvar::core
