// Overlap of strided arrays, by search from the largest stride down: what the smaller strides can still make up for
// bounds each difference to a few values, and their common divisor rules most of those out.
#include "core/overlap.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace unitvar::core {
namespace {

constexpr std::int64_t most_nodes = 1000000;

class Search {
public:
    // Dimensions in descending order of stride.
    explicit Search(std::span<OverlapDimension> dimensions) : dimensions_(dimensions)
    {
        std::int64_t reach = 0;
        std::int64_t divisor = 0;
        for (std::size_t k = dimensions.size(); k-- > 0;) {
            OverlapDimension &d = dimensions[k];
            d.reach = reach += (d.length - 1) * d.stride;
            d.divisor = divisor = std::gcd(divisor, d.stride);
        }
    }

    [[nodiscard]] Overlap run() noexcept
    {
        const bool found = solve(0, 0, false);
        return found ? Overlap::found : nodes_ > most_nodes ? Overlap::undecided : Overlap::none;
    }

private:
    // Can dimensions k and later bring sum to 0? The first difference that is not 0 may be taken as positive.
    [[nodiscard]] bool solve(std::size_t k, std::int64_t sum, bool nonzero) noexcept
    {
        if (k == dimensions_.size()) {
            return nonzero && sum == 0;
        }
        if (++nodes_ > most_nodes) {
            return false;
        }
        const auto [length, stride, reach, divisor] = dimensions_[k];
        const bool divisible = divisor == 0 ? sum == 0 : sum % divisor == 0;
        if (!divisible || sum > reach || sum < -reach) {
            return false;
        }
        if (stride == 0) {
            return sum == 0; // length >= 2: any difference does
        }
        // |sum + d * stride| <= reach of the rest.
        const std::int64_t rest = k + 1 == dimensions_.size() ? 0 : dimensions_[k + 1].reach;
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
    std::int64_t nodes_ = 0;
};

class SumSearch {
public:
    // Terms in descending order of stride, all different.
    explicit SumSearch(std::span<SumTerm> terms) : terms_(terms)
    {
        std::uint64_t reach = 0;
        std::uint64_t divisor = 0;
        for (std::size_t k = terms.size(); k-- > 0;) {
            terms[k].reach = reach += terms[k].most * terms[k].stride;
            terms[k].divisor = divisor = std::gcd(divisor, terms[k].stride);
        }
    }

    [[nodiscard]] Overlap run(std::uint64_t sum) noexcept
    {
        const bool found = solve(0, sum);
        return found ? Overlap::found : nodes_ > most_nodes ? Overlap::undecided : Overlap::none;
    }

private:
    [[nodiscard]] bool solve(std::size_t k, std::uint64_t sum) noexcept
    {
        if (k == terms_.size()) {
            return sum == 0;
        }
        if (++nodes_ > most_nodes) {
            return false;
        }
        const auto [stride, most, reach, divisor] = terms_[k];
        if (sum > reach || sum % divisor != 0) {
            return false;
        }
        // What is left must be within reach of the rest.
        const std::uint64_t rest = reach - most * stride;
        const std::uint64_t low = sum > rest ? (sum - rest - 1) / stride + 1 : 0;
        const std::uint64_t high = std::min(most, sum / stride);
        for (std::uint64_t i = low; i <= high; ++i) {
            if (solve(k + 1, sum - i * stride)) {
                return true;
            }
        }
        return false;
    }

    std::span<const SumTerm> terms_;
    std::int64_t nodes_ = 0;
};

} // namespace

Overlap find_overlap(std::span<OverlapDimension> dimensions) noexcept
{
    std::ranges::sort(dimensions, std::ranges::greater{}, &OverlapDimension::stride);
    return Search(dimensions).run();
}

Overlap find_sum(std::span<SumTerm> terms, std::uint64_t sum) noexcept
{
    std::ranges::sort(terms, std::ranges::greater{}, &SumTerm::stride);
    // Two indices of one stride are one index, up to the sum of both.
    std::size_t count = 0;
    for (const SumTerm &term : terms) {
        if (count != 0 && terms[count - 1].stride == term.stride) {
            terms[count - 1].most += term.most;
        } else {
            terms[count++] = term;
        }
    }
    return SumSearch(terms.first(count)).run(sum);
}

} // namespace unitvar::core
