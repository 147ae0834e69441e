// Tail probabilities of the statistics of the battery, two-sided: the smaller tail, twice. From their definitions; the
// incomplete gamma function after Numerical Recipes, section 6.2 (a series below its middle, a continued fraction above).
#ifndef UNITVAR_TESTS_BATTERY_DISTRIBUTIONS_HPP
#define UNITVAR_TESTS_BATTERY_DISTRIBUTIONS_HPP

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>

namespace battery {

// The upper part of the gamma function, divided by the whole.
inline double upper_gamma(double a, double x)
{
    if (x <= 0)
        return 1;
    const double scale = std::exp(-x + a * std::log(x) - std::lgamma(a));
    if (x < a + 1) {
        double term = 1 / a;
        double sum = term;
        for (double n = a + 1; std::abs(term) > std::abs(sum) * 1e-16; n += 1) {
            term *= x / n;
            sum += term;
        }
        return std::max(0.0, 1 - sum * scale);
    }
    // Lentz's method.
    constexpr double tiny = 1e-300;
    double b = x + 1 - a;
    double c = 1 / tiny;
    double d = 1 / b;
    double fraction = d;
    for (double i = 1; i < 100000; i += 1) {
        const double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = 1 / (std::abs(d) < tiny ? tiny : d);
        c = b + an / c;
        c = std::abs(c) < tiny ? tiny : c;
        fraction *= c * d;
        if (std::abs(c * d - 1) < 1e-15)
            break;
    }
    return scale * fraction;
}

inline double both_sides(double upper)
{
    return std::min(1.0, 2 * std::min(upper, 1 - upper));
}

inline double chi_square_p_value(double chi_square, double degrees)
{
    // The lower tail by its own series, which 1 - upper loses where it is small.
    const double upper = upper_gamma(degrees / 2, chi_square / 2);
    return both_sides(upper);
}
inline double normal_p_value(double z)
{
    return std::erfc(std::abs(z) / std::numbers::sqrt2);
}
inline double poisson_p_value(double count, double mean)
{
    const double at_most = upper_gamma(count + 1, mean);
    const double at_least = count == 0 ? 1 : 1 - upper_gamma(count, mean);
    return std::min(1.0, 2 * std::min(at_most, at_least));
}

// Counts of cells with these probabilities; cells that expect fewer than 10 are put together with the next.
inline double chi_square_of_counts(std::span<const double> counts, std::span<const double> probabilities)
{
    double total = 0;
    for (const double count : counts)
        total += count;
    double chi_square = 0;
    double cells = 0;
    double observed = 0;
    double expected = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        observed += counts[i];
        expected += total * probabilities[i];
        if (expected < 10)
            continue;
        chi_square += (observed - expected) * (observed - expected) / expected;
        cells += 1;
        observed = expected = 0;
    }
    // What is left over belongs to no cell of its own, and is little.
    return chi_square_p_value(chi_square, cells - 1);
}

} // namespace battery

#endif
