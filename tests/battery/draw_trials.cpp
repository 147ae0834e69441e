// The trials of samples.
#include "draw_trials.hpp"

#include "distributions.hpp"
#include "oracle/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace battery {
namespace {

// The distribution function of A^2 for n values: Marsaglia and Marsaglia, "Evaluating the Anderson-Darling Distribution",
// Journal of Statistical Software 9(2), 2004; to some 1e-6.
double anderson_darling_of_infinity(double z)
{
    if (z < 2)
        return std::exp(-1.2337141 / z) / std::sqrt(z) *
               (2.00012 + (0.247105 - (0.0649821 - (0.0347962 - (0.011672 - 0.00168691 * z) * z) * z) * z) * z);
    return std::exp(
        -std::exp(1.0776 - (2.30695 - (0.43424 - (0.082433 - (0.008056 - 0.0003146 * z) * z) * z) * z) * z));
}
double anderson_darling_cdf(double n, double z)
{
    const double x = anderson_darling_of_infinity(z);
    double error = 0;
    if (x > 0.8) {
        error = (-130.2137 + (745.2337 - (1705.091 - (1950.646 - (1116.360 - 255.7844 * x) * x) * x) * x) * x) / n;
    } else {
        const double c = 0.01265 + 0.1757 / n;
        if (x < c) {
            const double t = x / c;
            error = std::sqrt(t) * (1 - t) * (49 * t - 102) * (0.0037 / (n * n) + 0.00078 / n + 0.00006) / n;
        } else {
            const double t = (x - c) / (0.8 - c);
            error = (-0.00022633 + (6.54034 - (14.6538 - (14.458 - (8.259 - 1.91864 * t) * t) * t) * t) * t) *
                    (0.04213 + 0.01365 / n) / n;
        }
    }
    return x + error;
}

double anderson_darling(std::span<const double> sorted)
{
    const double n = static_cast<double>(sorted.size());
    double sum = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i)
        sum += (2 * static_cast<double>(i) + 1) * std::log(sorted[i] * (1 - sorted[sorted.size() - 1 - i]));
    return -n - sum / n;
}

// Sums of a block are of this many, side by side: they need not wait for one another, and are more exact than one.
constexpr std::size_t lanes = 8;
using Lanes = std::array<double, lanes>;

double sum(const Lanes &of) noexcept
{
    return std::accumulate(of.begin(), of.end(), 0.0);
}

double sum_of_products(const double *a, const double *b, std::size_t n)
{
    Lanes sums{};
    for (std::size_t i = 0; i < n; i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += a[i + lane] * b[i + lane];
    return sum(sums);
}

std::size_t cell(double x, std::size_t of)
{
    return std::min(static_cast<std::size_t>(x * static_cast<double>(of)), of - 1);
}

// E z^k of a standard normal.
double normal_moment(int k)
{
    if (k % 2 != 0)
        return 0;
    double product = 1;
    for (int i = k - 1; i > 1; i -= 2)
        product *= i;
    return product;
}

} // namespace

ContinuousTrials::ContinuousTrials(std::vector<Tail> tails, std::size_t chi_square_cells)
    : tails_(std::move(tails)), chi_square_cells_(chi_square_cells), beyond_(tails_.size())
{
}

void ContinuousTrials::add(std::span<const double> u)
{
    // A sort by cells, of about one element each, and then by insertion.
    std::fill(ends_.begin(), ends_.end(), 0);
    for (const double x : u)
        ++ends_[cell(x, cells)];
    std::uint32_t end = 0;
    for (std::size_t i = 0; i < cells; ++i) {
        count_[i] += ends_[i];
        ends_[i] = end += ends_[i];
    }
    for (const double x : u)
        sorted_[--ends_[cell(x, cells)]] = x;
    for (std::size_t i = 1; i < block; ++i) {
        const double x = sorted_[i];
        std::size_t to = i;
        for (; to > 0 && sorted_[to - 1] > x; --to)
            sorted_[to] = sorted_[to - 1];
        sorted_[to] = x;
    }
    anderson_darling_.push_back(anderson_darling_cdf(static_cast<double>(sorted_.size()), anderson_darling(sorted_)));
    for (std::size_t t = 0; t < tails_.size(); ++t) {
        const auto first_not_below = std::lower_bound(sorted_.begin(), sorted_.end(), tails_[t].below);
        beyond_[t][0] += static_cast<std::uint64_t>(first_not_below - sorted_.begin());
        const auto first_above =
            std::partition_point(sorted_.begin(), sorted_.end(), [&](double x) { return !(1 - x < tails_[t].below); });
        beyond_[t][1] += static_cast<std::uint64_t>(sorted_.end() - first_above);
    }

    for (std::size_t i = 0; i + 1 < u.size(); i += 2)
        ++pairs_[cell(u[i], pair_cells) * pair_cells + cell(u[i + 1], pair_cells)];
    add_legendre(u);
    std::transform(u.begin(), u.end(), centered_.begin(), [](double x) { return x - 0.5; });
    static_assert(block % lanes == 0 && whole % lanes == 0);
    for (std::size_t lag = 1; lag <= lags; ++lag)
        correlation_[lag - 1] += sum_of_products(centered_.data(), centered_.data() + lag, whole);
}

void ContinuousTrials::add_legendre(std::span<const double> u)
{
    // Bonnet's recursion.
    std::array<Lanes, moments> sums{};
    for (std::size_t i = 0; i < u.size(); i += lanes) {
        Lanes y;
        Lanes before;
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            y[lane] = 2 * u[i + lane] - 1;
            before[lane] = 1;
        }
        Lanes now = y;
        for (std::size_t k = 1; k <= moments; ++k) {
            const double degree = static_cast<double>(k);
            const double upper = (2 * degree + 1) / (degree + 1);
            const double lower = degree / (degree + 1);
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                sums[k - 1][lane] += now[lane];
                before[lane] = std::exchange(now[lane], upper * y[lane] * now[lane] - lower * before[lane]);
            }
        }
    }
    for (std::size_t k = 0; k < moments; ++k)
        legendre_[k] += sum(sums[k]);
}

void ContinuousTrials::add_normal_moments(std::span<const double> z)
{
    std::array<Lanes, moments> sums{};
    for (std::size_t i = 0; i < z.size(); i += lanes) {
        Lanes power;
        power.fill(1);
        for (Lanes &of_power : sums)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                of_power[lane] += power[lane] *= z[i + lane];
    }
    for (std::size_t k = 0; k < moments; ++k)
        power_[k] += sum(sums[k]);
}

std::vector<Verdict> ContinuousTrials::verdicts() const
{
    std::vector<Verdict> all;
    const double blocks = static_cast<double>(anderson_darling_.size());
    const double n = blocks * block;
    // At the boundaries of cells, so that the distance is no more than the true one.
    double distance = 0;
    double below = 0;
    std::vector<double> counts(chi_square_cells_);
    for (std::size_t i = 0; i < cells; ++i) {
        const auto count = static_cast<double>(count_[i]);
        counts[i / (cells / chi_square_cells_)] += count;
        below += count;
        distance = std::max(distance, std::abs(below / n - static_cast<double>(i + 1) / cells));
    }
    all.push_back({"Kolmogorov-Smirnov", oracle::kolmogorov_p_value(distance, static_cast<std::size_t>(n))});
    const double of_a_cell = 1 / static_cast<double>(chi_square_cells_);
    all.push_back({"chi-square of " + std::to_string(chi_square_cells_) + " cells",
                   chi_square_of_counts(counts, std::vector<double>(chi_square_cells_, of_a_cell))});
    if (anderson_darling_.size() > 1)
        all.push_back(
            {"Anderson-Darling of blocks", oracle::kolmogorov_smirnov_p_value(anderson_darling_, oracle::uniform_cdf)});
    const double least = *std::min_element(anderson_darling_.begin(), anderson_darling_.end());
    const double most = *std::max_element(anderson_darling_.begin(), anderson_darling_.end());
    all.push_back({"extreme Anderson-Darling", std::min(1.0, 2 * blocks * std::min(least, std::max(0.0, 1 - most)))});
    for (std::size_t k = 1; k <= moments; ++k) {
        const double degree = static_cast<double>(k);
        all.push_back({"moment " + std::to_string(k) + " of the transform",
                       normal_p_value(legendre_[k - 1] * std::sqrt((2 * degree + 1) / n))});
    }
    for (int k = 1; power_[1] != 0 && k <= static_cast<int>(moments); ++k) {
        const double variance = normal_moment(2 * k) - normal_moment(k) * normal_moment(k);
        all.push_back({"moment " + std::to_string(k),
                       normal_p_value((power_[static_cast<std::size_t>(k) - 1] / n - normal_moment(k)) /
                                      std::sqrt(variance / n))});
    }
    for (std::size_t t = 0; t < tails_.size(); ++t) {
        const double mean = n * tails_[t].probability;
        all.push_back({"below " + tails_[t].name, poisson_p_value(static_cast<double>(beyond_[t][0]), mean)});
        all.push_back({"above " + tails_[t].name, poisson_p_value(static_cast<double>(beyond_[t][1]), mean)});
    }
    constexpr std::size_t squares = pair_cells * pair_cells;
    std::vector<double> pairs(pairs_.begin(), pairs_.end());
    all.push_back({"pairs, 64 x 64 cells", chi_square_of_counts(pairs, std::vector<double>(squares, 1.0 / squares))});
    for (std::size_t lag = 1; lag <= lags; ++lag)
        all.push_back({"correlation at " + std::to_string(lag),
                       normal_p_value(correlation_[lag - 1] * 12 / std::sqrt(blocks * whole))});
    return all;
}

DiscreteTrials::DiscreteTrials(std::vector<double> probabilities)
    : probability_(std::move(probabilities)), count_(probability_.size()),
      folds_(std::min<std::size_t>(probability_.size(), 32))
{
    pairs_.resize(folds_ * folds_);
}

void DiscreteTrials::add(std::span<const std::uint32_t> values)
{
    for (const std::uint32_t value : values)
        count_[value] += 1;
    for (std::size_t i = 0; i + 1 < values.size(); i += 2)
        pairs_[values[i] % folds_ * folds_ + values[i + 1] % folds_] += 1;
}

std::vector<Verdict> DiscreteTrials::verdicts() const
{
    std::vector<double> folded(folds_);
    for (std::size_t i = 0; i < probability_.size(); ++i)
        folded[i % folds_] += probability_[i];
    std::vector<double> of_pairs;
    for (const double first : folded)
        for (const double second : folded)
            of_pairs.push_back(first * second);
    return {{"chi-square of the values", chi_square_of_counts(count_, probability_)},
            {"pairs", chi_square_of_counts(pairs_, of_pairs)}};
}

} // namespace battery
