// The geometry of a reduction.
#include "core/norm/reduction.hpp"

namespace unitvar::core {
namespace {

void move(Position &position, const Position &step, std::int64_t steps) noexcept
{
    position.x += step.x * steps;
    position.mean += step.mean * steps;
    position.var += step.var * steps;
}

bool is_turn(const Position &outer, const ReductionDimension &inner) noexcept
{
    const std::int64_t n = inner.length;
    return outer.x == inner.step.x * n && outer.mean == inner.step.mean * n && outer.var == inner.step.var * n;
}

// The strides of a result that has no dimension, or one of length 1, for each that is reduced; from the last one back.
class ResultStrides {
public:
    ResultStrides(const Tensor &result, std::size_t ndim_of_x) noexcept
        : result_(result), keeps_(result.present() && result.ndim() == ndim_of_x),
          next_(result.present() ? result.ndim() : 0)
    {
    }
    std::int64_t previous(bool reduced) noexcept
    {
        if (!result_.present() || (reduced && !keeps_)) {
            return 0;
        }
        --next_;
        return reduced ? 0 : result_.stride(next_);
    }

private:
    const Tensor &result_;
    bool keeps_;
    std::size_t next_;
};

} // namespace

void ReductionDimensions::simplify() noexcept
{
    // By insertion, which keeps the order of equal strides and allocates nothing.
    for (std::size_t i = 1; i < count_; ++i) {
        const ReductionDimension dimension = item_[i];
        std::size_t at = i;
        for (; at != 0 && item_[at - 1].step.x < dimension.step.x; --at) {
            item_[at] = item_[at - 1];
        }
        item_[at] = dimension;
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        const ReductionDimension inner = item_[i];
        if (inner.length == 1) {
            continue;
        }
        if (kept != 0 && is_turn(item_[kept - 1].step, inner)) {
            item_[kept - 1] = {item_[kept - 1].length * inner.length, inner.step};
        } else {
            item_[kept++] = inner;
        }
    }
    count_ = kept;
}

ReductionDimensions ReductionDimensions::outer() const noexcept
{
    ReductionDimensions result;
    for (std::size_t i = 0; i + 1 < count_; ++i) {
        result.add(item_[i]);
    }
    return result;
}

std::size_t ReductionDimensions::elements() const noexcept
{
    std::size_t product = 1;
    for (std::size_t i = 0; i < count_; ++i) {
        product *= static_cast<std::size_t>(item_[i].length);
    }
    return product;
}

Position ReductionDimensions::at(std::size_t i) const noexcept
{
    Position position;
    for (std::size_t d = count_; d-- > 0 && i != 0;) {
        const auto length = static_cast<std::size_t>(item_[d].length);
        move(position, item_[d].step, static_cast<std::int64_t>(d == 0 ? i : i % length));
        i /= length;
    }
    return position;
}

ReductionWalk::ReductionWalk(const ReductionDimensions &dimensions, std::size_t first) noexcept
    : dimensions_(dimensions)
{
    for (std::size_t d = dimensions.count(); d-- > 0;) {
        const auto length = static_cast<std::size_t>(dimensions[d].length);
        index_[d] = static_cast<std::int64_t>(first % length);
        offset_ += index_[d] * dimensions[d].step.x;
        first /= length;
    }
}

void ReductionWalk::next() noexcept
{
    for (std::size_t d = dimensions_.count(); d-- > 0;) {
        const auto &[length, step] = dimensions_[d];
        offset_ += step.x;
        if (++index_[d] < length) {
            return;
        }
        offset_ -= length * step.x;
        index_[d] = 0;
    }
}

Reduction::Reduction(const Tensor &x, std::span<const bool> is_reduced, const Tensor &mean, const Tensor &var) noexcept
{
    ReductionDimension all[most_dimensions];
    ResultStrides mean_strides(mean, x.ndim());
    ResultStrides var_strides(var, x.ndim());
    for (std::size_t d = x.ndim(); d-- > 0;) {
        ReductionDimension &dimension = all[d];
        const bool gone = is_reduced[d];
        dimension = {x.shape()[d], {x.stride(d), mean_strides.previous(gone), var_strides.previous(gone)}};
        Position &step = dimension.step;
        if (step.x < 0 && dimension.length > 0) {
            move(first, step, dimension.length - 1);
            step = {-step.x, -step.mean, -step.var};
        }
    }
    for (std::size_t d = 0; d < x.ndim(); ++d) {
        (is_reduced[d] ? reduced : kept).add(all[d]);
    }
    if (kept.elements() != 0 && reduced.elements() != 0) {
        kept.simplify();
        reduced.simplify();
    }
}

} // namespace unitvar::core
