// Running statistics.
#include "core/norm/running_statistics.hpp"

#include <cmath>

#include "core/message.hpp"
#include "core/norm/image_norm.hpp"

namespace unitvar::core {

Running::Running(Operands &operands, const RunningStatistics &statistics, std::size_t channels, bool updates)
    : mean_(updates ? operands.output("running_mean", statistics.mean)
                    : operands.input("running_mean", statistics.mean)),
      var_(updates ? operands.output("running_var", statistics.var) : operands.input("running_var", statistics.var)),
      batches_(statistics.num_batches_tracked), momentum_(statistics.momentum)
{
    if (mean_.present != var_.present) {
        invalid(mean_.present ? "running_var" : "running_mean", "NULL",
                std::string("a tensor, since ") + (mean_.present ? "running_mean" : "running_var") + " is one");
    }
    require_channels(mean_, channels);
    require_channels(var_, channels);
    if (std::isinf(momentum_)) {
        invalid_value("momentum", momentum_, "a finite number, or NaN for the average of all batches");
    }
    if (batches_ != nullptr && (*batches_ < 0 || *batches_ == INT64_MAX)) {
        invalid_value("num_batches_tracked", *batches_, "0 to 2^63 - 2");
    }
    if (updates && std::isnan(momentum_) && mean_.present && batches_ == nullptr) {
        invalid_value("momentum", momentum_, "a finite number where num_batches_tracked is absent");
    }
    if (std::isnan(momentum_) && batches_ != nullptr) {
        momentum_ = 1 / (static_cast<double>(*batches_) + 1);
    }
}

void Running::record(std::size_t channel, double mean, double unbiased_var) const noexcept
{
    if (mean_.present) {
        mean_.set(channel, (1 - momentum_) * mean_.at(channel) + momentum_ * mean);
        var_.set(channel, (1 - momentum_) * var_.at(channel) + momentum_ * unbiased_var);
    }
}

void Running::count_batch() const noexcept
{
    if (batches_ != nullptr) {
        ++*batches_;
    }
}

std::vector<Affine> running_affine(const Running &running, const Operand &weight, const Operand &bias,
                                   std::size_t channels, double eps)
{
    std::vector<Affine> affine(channels);
    for (std::size_t c = 0; c < channels; ++c) {
        affine[c] = {running.mean(c), 0, reciprocal_deviation(running.var(c), eps) * value_or(weight, c, 1),
                     value_or(bias, c, 0)};
    }
    return affine;
}

} // namespace unitvar::core
