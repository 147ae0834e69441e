// What batch, instance and switchable normalisation keep from batch to batch.
#pragma once

#include "core/norm/geometry.hpp"
#include "core/norm/image_affine.hpp"
#include "unitvar/norm.hpp"

namespace unitvar::core {

class Running {
public:
    // updates: whether this call records statistics.
    Running(const RunningStatistics &statistics, bool updates);

    // Throws InvalidArgument for one statistic without the other, other lengths than that, a momentum that is infinite,
    // or NaN without a count of batches.
    void check(std::size_t channels);

    [[nodiscard]] bool present() const noexcept { return mean_.present(); }
    [[nodiscard]] double mean(std::size_t channel) const noexcept { return value_at(mean_, channel); }
    [[nodiscard]] double var(std::size_t channel) const noexcept { return value_at(var_, channel); }
    [[nodiscard]] const Tensor &mean_tensor() const noexcept { return mean_; }
    [[nodiscard]] const Tensor &var_tensor() const noexcept { return var_; }

    // (1 - momentum) * kept + momentum * new. Nothing where there are no statistics.
    void record(std::size_t channel, double mean, double unbiased_var) const noexcept;
    void count_batch() const noexcept;
    // The coefficients of a channel from what is kept.
    [[nodiscard]] Affine affine(std::size_t channel, const Tensor &weight, const Tensor &bias,
                                double eps) const noexcept;

private:
    Tensor mean_;
    Tensor var_;
    bool updates_;
    std::int64_t *batches_;
    double momentum_;
};

} // namespace unitvar::core
