// Overlap of strided arrays, by search from the largest stride down: what the smaller strides can still make up for
// bounds each difference to a few values, and their common divisor rules most of those out.
#include "core/overlap.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/layout.hpp"

namespace unitvar::core {
namespace {

class Search {
public:
    // Dimensions in descending order of stride.
    explicit Search(std::span<const OverlapDimension> dimensions) : dimensions_(dimensions)
    {
        for (std::size_t k = dimensions.size(); k-- > 0;) {
            reach_[k] = reach_[k + 1] + (dimensions[k].length - 1) * dimensions[k].stride;
            divisor_[k] = std::gcd(divisor_[k + 1], dimensions[k].stride);
        }
    }

    [[nodiscard]] Overlap run() noexcept
    {
        const bool found = solve(0, 0, false);
        return found ? Overlap::found : nodes_ > most_nodes ? Overlap::undecided : Overlap::none;
    }

private:
    static constexpr std::int64_t most_nodes = 1000000;

    // Can dimensions k and later bring sum to 0? The first difference that is not 0 may be taken as positive.
    [[nodiscard]] bool solve(std::size_t k, std::int64_t sum, bool nonzero) noexcept
    {
        if (k == dimensions_.size()) {
            return nonzero && sum == 0;
        }
        if (++nodes_ > most_nodes) {
            return false;
        }
        const bool divisible = divisor_[k] == 0 ? sum == 0 : sum % divisor_[k] == 0;
        if (!divisible || sum > reach_[k] || sum < -reach_[k]) {
            return false;
        }
        const auto [length, stride] = dimensions_[k];
        if (stride == 0) {
            return sum == 0; // length >= 2: any difference does
        }
        // |sum + d * stride| <= reach of the rest.
        const std::int64_t rest = reach_[k + 1];
        const std::int64_t low = std::max(nonzero ? 1 - length : 0, ceiling(-rest - sum, stride));
        const std::int64_t high = std::min(length - 1, floor(rest - sum, stride));
        for (std::int64_t d = low; d <= high; ++d) {
            if (solve(k + 1, sum + d * stride, nonzero || d != 0)) {
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] static std::int64_t floor(std::int64_t a, std::int64_t b) noexcept
    {
        return a / b - (a % b < 0 ? 1 : 0);
    }
    [[nodiscard]] static std::int64_t ceiling(std::int64_t a, std::int64_t b) noexcept
    {
        return a / b + (a % b > 0 ? 1 : 0);
    }

    std::span<const OverlapDimension> dimensions_;
    std::array<std::int64_t, most_dimensions + 1> reach_{};
    std::array<std::int64_t, most_dimensions + 1> divisor_{};
    std::int64_t nodes_ = 0;
};

} // namespace

Overlap find_overlap(std::span<OverlapDimension> dimensions) noexcept
{
    std::ranges::sort(dimensions, std::ranges::greater{}, &OverlapDimension::stride);
    return Search(dimensions).run();
}

} // namespace unitvar::core
