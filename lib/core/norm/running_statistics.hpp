// What batch, instance and switchable normalisation keep from batch to batch.
#pragma once

#include "core/norm/support.hpp"
#include "unitvar/norm.hpp"

namespace unitvar::core {

class Running {
public:
    // Throws InvalidArgument for one statistic without the other, a momentum that is infinite, or NaN without a count
    // of batches. updates: whether this call records statistics.
    Running(Operands &operands, const RunningStatistics &statistics, std::size_t channels, bool updates);

    [[nodiscard]] bool present() const noexcept { return mean_.present; }
    [[nodiscard]] double mean(std::size_t channel) const noexcept { return mean_.at(channel); }
    [[nodiscard]] double var(std::size_t channel) const noexcept { return var_.at(channel); }

    // (1 - momentum) * kept + momentum * new. Nothing where there are no statistics.
    void record(std::size_t channel, double mean, double unbiased_var) const noexcept;
    void count_batch() const noexcept;

private:
    const Operand &mean_;
    const Operand &var_;
    std::int64_t *batches_;
    double momentum_;
};

// The coefficients of each channel from recorded statistics.
[[nodiscard]] std::vector<Affine> running_affine(const Running &running, const Operand &weight, const Operand &bias,
                                                 std::size_t channels, double eps);

} // namespace unitvar::core
