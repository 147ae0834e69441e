// The statistics that the tests ask for, from their textbook definitions: the distribution functions, the distance of
// Kolmogorov and Smirnov with its p-value, and sums of products as correlations.
#ifndef UNITVAR_TESTS_ORACLE_STATISTICS_HPP
#define UNITVAR_TESTS_ORACLE_STATISTICS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace oracle {

inline double normal_cdf(double x)
{
    return std::erfc(-x / std::numbers::sqrt2) / 2;
}
inline double uniform_cdf(double x)
{
    return std::clamp(x, 0.0, 1.0);
}

// The probability of a larger distance d between n samples and their distribution: Kolmogorov's series, with
// Stephens' (1970) correction for finite n.
inline double kolmogorov_p_value(double d, std::size_t n)
{
    const double root = std::sqrt(static_cast<double>(n));
    const double lambda = (root + 0.12 + 0.11 / root) * d;
    if (lambda < 0.2)
        return 1.0; // the series needs too many terms there, and its value is 1 to 12 digits
    double sum = 0.0;
    for (int k = 1; k <= 100; ++k) {
        const double term = std::exp(-2.0 * k * k * lambda * lambda);
        sum += k % 2 == 1 ? term : -term;
    }
    return std::clamp(2.0 * sum, 0.0, 1.0);
}

template <class T, class Cdf> double kolmogorov_smirnov_p_value(std::vector<T> samples, Cdf cdf)
{
    std::sort(samples.begin(), samples.end());
    const double n = static_cast<double>(samples.size());
    double largest = 0.0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double expected = cdf(static_cast<double>(samples[i]));
        largest = std::max({largest, static_cast<double>(i + 1) / n - expected, expected - static_cast<double>(i) / n});
    }
    return kolmogorov_p_value(largest, samples.size());
}

// The mean of x[i] * y[i]. For independent x and y of mean 0 and variance 1 its standard error is 1 / sqrt(n).
inline double mean_product(const std::vector<double> &x, const std::vector<double> &y)
{
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += x[i] * y[i];
    return sum / static_cast<double>(x.size());
}

} // namespace oracle

#endif
