// Quantiles of the normal distribution, whole and between two bounds, by Newton's method from a candidate, in MPFR.
// A candidate only decides how many steps it takes; where they do not converge the result is NaN, and every
// comparison with it fails.
#ifndef UNITVAR_TESTS_ORACLE_NORMAL_DISTRIBUTION_HPP
#define UNITVAR_TESTS_ORACLE_NORMAL_DISTRIBUTION_HPP

#include "real.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

namespace oracle {

inline Real normal_density(const Real &z)
{
    return exp(-(z * z) / Real(2)) / sqrt(Real(2) * Real::pi());
}

inline Real normal_upper_tail(const Real &z)
{
    return erfc(z / sqrt(Real(2))) / Real(2);
}

// normal_upper_tail(z) / normal_density(z), far out by its asymptotic series: its terms fall to e^(-z^2 / 2) before
// they rise, and MPFR takes milliseconds there.
inline Real mills_ratio(const Real &z)
{
    if (z < Real(20))
        return normal_upper_tail(z) / normal_density(z);
    const Real square = z * z;
    Real term = Real(1) / z;
    Real sum = term;
    for (int k = 1; k < 190 && Real(0x1p-256) * sum < abs(term); ++k) {
        term = -(term * Real(2 * k - 1)) / square;
        sum = sum + term;
    }
    return sum;
}

// x with step(x) = 0, step being the way to the next iterate, and the last one shorter than tolerance.
template <class Step> Real newton(Real x, double tolerance, Step step)
{
    for (int i = 0; i < 60; ++i) {
        const Real move = step(x);
        x = x + move;
        if (abs(move) < Real(tolerance))
            return x;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

// z with Phi(z) = (word | 1) / 2^32 for 32 bits, (word + 1/2) / 2^64 for 64.
inline Real normal_quantile(std::uint64_t word, int bits, double candidate, double tolerance)
{
    const std::uint64_t all = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    const bool upper = word > all / 2;
    const std::uint64_t nearer = upper ? all - word : word;
    const Real tail =
        bits == 32 ? Real(static_cast<double>(nearer | 1U) * 0x1p-32) : Real::middle_of_word(nearer, bits);
    const Real z = newton(std::abs(candidate), tolerance,
                          [&](const Real &x) { return (normal_upper_tail(x) - tail) / normal_density(x); });
    return upper ? z : -z;
}

// The normal distribution of a mean and a deviation between two bounds, of which infinite ones are none. Everything is
// turned round so that the interval reaches farther above the mean than below it.
class TruncatedNormal {
public:
    TruncatedNormal(double mean, double std, double a, double b)
        : mean_(mean), std_(std), low_(a), high_(b), turned_(is_turned(mean, a, b))
    {
        const double near = turned_ ? b : a;
        const double far = turned_ ? a : b;
        bounded_above_ = std::isfinite(far);
        alpha_ = std::isfinite(near) ? standardised(near) : Real(-1e9);
        by_ratio_ = Real(1) < alpha_;
        if (by_ratio_)
            alpha_mills_ = mills_ratio(alpha_);
        below_ = std::isfinite(near) ? tail(alpha_) : Real(1);
        above_ = bounded_above_ ? tail(standardised(far)) : Real(0);
    }

    // The probability of values below x, relative precision at a; and that of values above.
    Real below(const Real &x) const { return turned_ ? from_far(x) : from_near(x); }
    Real above(const Real &x) const { return turned_ ? from_near(x) : from_far(x); }

    // x with the probability (word + 1/2) / 2^bits of values below it.
    Real quantile(std::uint64_t word, int bits, double candidate, double tolerance) const
    {
        const Real u = Real::middle_of_word(turned_ ? complement(word, bits) : word, bits);
        const Real target = below_ - u * (below_ - above_);
        const Real log_target = log(target);
        const Real z = newton(standardised(candidate), tolerance / std_, [&](const Real &x) {
            const Real t = tail(x);
            const Real fall = by_ratio_ ? t / mills_ratio(x) : normal_density(x);
            // Far out ln t is nearly straight, and t itself is not.
            return by_ratio_ ? (log(t) - log_target) * (t / fall) : (t - target) / fall;
        });
        return Real(mean_) + (turned_ ? -z : z) * Real(std_);
    }

private:
    static bool is_turned(double mean, double a, double b)
    {
        if (std::isinf(a) || std::isinf(b))
            return std::isinf(a) && !std::isinf(b);
        return Real(a) + Real(b) < Real(2) * Real(mean);
    }
    static std::uint64_t complement(std::uint64_t word, int bits)
    {
        return bits == 64 ? ~word : (std::uint64_t{1} << bits) - 1 - word;
    }
    Real standardised(const Real &x) const
    {
        const Real z = (x - Real(mean_)) / Real(std_);
        return turned_ ? -z : z;
    }
    // The probability of values beyond z: of the whole distribution, or as a part of that beyond alpha.
    Real tail(const Real &z) const
    {
        if (!by_ratio_)
            return normal_upper_tail(z);
        return exp(-((z - alpha_) * (z + alpha_)) / Real(2)) * mills_ratio(z) / alpha_mills_;
    }
    Real from_near(const Real &x) const { return (below_ - tail(standardised(x))) / (below_ - above_); }
    Real from_far(const Real &x) const { return (tail(standardised(x)) - above_) / (below_ - above_); }

    double mean_;
    double std_;
    double low_;
    double high_;
    bool turned_;
    bool bounded_above_;
    bool by_ratio_;
    Real alpha_;
    Real alpha_mills_;
    Real below_;
    Real above_;
};

} // namespace oracle

#endif
