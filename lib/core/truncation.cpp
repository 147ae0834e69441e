// Truncated normal distributions: one of six forms, and its coefficients.
#include "core/truncation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "core/message.hpp"
#include "core/normal_distribution.hpp"
#include "core/parameters.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {
namespace {

// In deviations. From exponential_limit on -ln of the tail is so large that the series in it converges for every
// word; below direct_limit no word of the lower half can lie in the upper tail.
constexpr double central_limit = 0.5;
constexpr double far_limit = 5;
constexpr double exponential_limit = 36;
// Intervals of f32 that are shorter than this resolve more than f32 arithmetic on z gives.
constexpr double direct_width = 0.25;
// The series at a bound x reaches this / max(1, |x|) deviations far.
constexpr double near_bound_reach = 1.0 / 32;

// The interval in deviations from the mean.
struct Interval {
    double alpha;
    double beta;
    double width;
};

double standardised(double x, double mean, double std) noexcept
{
    const double distance = x - mean;
    return std::isfinite(distance) ? distance / std : (x / 2 - mean / 2) / (std / 2);
}

// The quantile as a series at a bound: y is the distance from it in units of reach deviations, n the probability in
// units of reach * density there. dy/dn = g and dg/dn = reach (bound + reach y) g^2.
void set_series(TruncationSide &side, double bound, double reach, double unit) noexcept
{
    std::array<double, near_bound_terms + 1> x{};
    std::array<double, near_bound_terms + 1> g{};
    std::array<double, near_bound_terms + 1> square{};
    x[0] = reach * bound;
    g[0] = 1;
    for (std::size_t n = 0; n < near_bound_terms; ++n) {
        const double y = g[n] / static_cast<double>(n + 1);
        side.series[n] = unit * y;
        x[n + 1] = reach * reach * y;
        for (std::size_t i = 0; i <= n; ++i) {
            square[n] += g[i] * g[n - i];
        }
        double sum = 0;
        for (std::size_t i = 0; i <= n; ++i) {
            sum += x[i] * square[n - i];
        }
        g[n + 1] = sum / static_cast<double>(n + 1);
    }
}

// mass is the probability of the interval over the density at the bound; distances count into the interval. word is
// the probability of one word, negative in the upper half, whose e are negative.
void set_near_bound(TruncationSide &side, double bound, double at, double mass, double scale, double word) noexcept
{
    // Beyond every e, and within the range of f32.
    constexpr double never = 1e38;
    side.rate = std::copysign(never, word);
    if (!std::isfinite(bound) || !(mass > 0)) {
        return;
    }
    const double reach = near_bound_reach / std::max(1.0, std::abs(bound));
    const double rate = word * (mass / reach);
    if (std::abs(rate) < never) {
        side.rate = rate;
        side.bound = at;
        set_series(side, bound, reach, scale * reach);
    }
}

// The integral of density(bound + s width) / density(bound) over s from 0 to 1, for a short interval: the integrand
// f has f' = -(bound width + width^2 s) f.
double mean_density_ratio(double bound, double width) noexcept
{
    double before = 0;
    double f = 1;
    double sum = 1;
    for (int n = 1; n < 16; ++n) {
        const double next = -(bound * width * f + width * width * before) / n;
        before = f;
        f = next;
        sum += f / (n + 1);
    }
    return sum;
}

// x - bound as a series in T = -2 ln(p / p_bound) by way of s = 1 / x: dx/dT = m / 2 with Mills' ratio
// m = s (1 - s^2 + 3 s^4 - 15 s^6 + ...). Everything in units of alpha: s = sigma / alpha, v = s^2.
void set_exponential(Truncation &truncation, double alpha, double scale) noexcept
{
    constexpr std::array<double, 8> mills{1, -1, 3, -15, 105, -945, 10395, -135135};
    constexpr std::size_t terms = exponential_terms;
    using Series = std::array<double, terms>;
    const auto product = [](const Series &a, const Series &b, std::size_t n) {
        double sum = 0;
        for (std::size_t i = 0; i <= n; ++i) {
            sum += a[i] * b[n - i];
        }
        return sum;
    };
    const double square = 1 / alpha / alpha;
    Series sigma{};
    Series v{};
    std::array<Series, mills.size()> horner{};
    Series m{}; // Mills' ratio
    Series vm{};
    sigma[0] = 1;
    for (std::size_t n = 0; n < terms; ++n) {
        v[n] = square * product(sigma, sigma, n);
        horner.back()[n] = n == 0 ? mills.back() : 0;
        for (std::size_t k = mills.size() - 1; k-- > 0;) {
            horner[k][n] = product(horner[k + 1], v, n) + (n == 0 ? mills[k] : 0);
        }
        m[n] = product(sigma, horner[0], n);
        vm[n] = product(v, m, n);
        const double step = 0.5 / static_cast<double>(n + 1);
        truncation.exponential[n] = scale / alpha * m[n] * step;
        if (n + 1 < terms) {
            sigma[n + 1] = -vm[n] * step;
        }
    }
}

void set_narrow(Truncation &truncation, const Interval &interval, double length, double word) noexcept
{
    truncation.mode = TruncationMode::narrow;
    const double unit = std::copysign(length, truncation.scale);
    const auto set_side = [&](TruncationSide &side, double bound, double rate) {
        const double ratio = mean_density_ratio(bound, interval.width);
        side.rate = rate;
        set_series(side, bound, interval.width * ratio, unit * ratio);
    };
    set_side(truncation.side[0], interval.alpha, word);
    set_side(truncation.side[1], -interval.beta, word);
    for (double &term : truncation.side[1].series) {
        term = -term;
    }
    truncation.side[1].rate = -word;
}

// Probabilities as parts of that above alpha, so that nothing underflows.
void set_tail(Truncation &truncation, const Interval &interval, double word) noexcept
{
    const auto [alpha, beta, width] = interval;
    const double mills = mills_ratio(alpha);
    const double ratio = std::isfinite(beta) && std::isfinite(alpha)
                             ? exponential(-width * ((alpha + beta) / 2)) * (mills_ratio(beta) / mills)
                             : 0;
    const double mass = 1 - ratio;
    TruncationSide &lower = truncation.side[0];
    TruncationSide &upper = truncation.side[1];
    lower.slope = -mass * word;
    lower.base = 1;
    upper.slope = lower.slope; // e is negative there
    upper.base = ratio;
    set_near_bound(lower, alpha, lower.bound, mass * mills, truncation.scale, word);
    set_near_bound(upper, -beta, upper.bound, ratio > 0 ? mass / ratio * mills_ratio(beta) : 0, -truncation.scale,
                   -word);
    if (alpha >= exponential_limit) {
        truncation.mode = TruncationMode::exponential;
        set_exponential(truncation, alpha, truncation.scale);
        return;
    }
    constexpr double log_two_pi = 0x1.d67f1c864beb5p0;
    truncation.mode = alpha < far_limit ? TruncationMode::tail : TruncationMode::far_tail;
    truncation.probability = normal_upper_tail(alpha);
    truncation.minus_two_log = alpha * alpha + (log_two_pi - 2 * logarithm(mills));
}

void set_central(Truncation &truncation, const Interval &interval, bool direct, double word) noexcept
{
    const auto [alpha, beta, width] = interval;
    truncation.mode = direct && width >= direct_width ? TruncationMode::direct : TruncationMode::central;
    const double below_alpha = normal_central(alpha);
    const double below_beta = normal_central(beta);
    const double mass = below_beta - below_alpha;
    truncation.middle = (below_alpha + below_beta) / 2;
    truncation.middle_slope = mass * word;
    TruncationSide &lower = truncation.side[0];
    TruncationSide &upper = truncation.side[1];
    lower.slope = mass * word;
    lower.base = normal_upper_tail(-alpha);
    upper.slope = -lower.slope;
    upper.base = normal_upper_tail(beta);
    set_near_bound(lower, alpha, lower.bound, mass / normal_density(alpha), truncation.scale, word);
    set_near_bound(upper, -beta, upper.bound, mass / normal_density(beta), -truncation.scale, -word);
}

[[nodiscard]] bool too_large(DType dtype, double bound) noexcept
{
    return dtype == DType::f64 ? std::isinf(bound) : !finite_in(dtype, static_cast<float>(bound));
}

[[nodiscard]] double rounded_bound(DType dtype, std::string_view name, double value)
{
    if (std::isnan(value)) {
        invalid_value(name, value, "a number, or an infinity");
    }
    return dtype == DType::f64 ? value : static_cast<double>(static_cast<float>(value));
}

} // namespace

DrawParameters trunc_normal_parameters(DType dtype, double mean, double std, double a, double b, Truncation &truncation)
{
    const DrawParameters normal = normal_parameters(dtype, mean, std, {"mean", "std"});
    if (!(normal.scale > 0)) {
        invalid_value("std", std, "a number > 0 within the range of the element type");
    }
    const double low = rounded_bound(dtype, "a", a);
    const double high = rounded_bound(dtype, "b", b);
    if (!(a < b)) {
        throw InvalidArgument("a is " + text(a) + " and b is " + text(b) + "; expected a < b");
    }
    if (too_large(dtype, low) && too_large(dtype, high) && std::signbit(low) == std::signbit(high)) {
        throw InvalidArgument("a is " + text(a) + " and b is " + text(b) +
                              "; expected one of them within the range of the element type");
    }

    truncation = {};
    Interval interval{standardised(low, normal.location, normal.scale),
                      standardised(high, normal.location, normal.scale), (high - low) / normal.scale};
    truncation.turned = interval.alpha + interval.beta < 0;
    truncation.scale = truncation.turned ? -normal.scale : normal.scale;
    truncation.low = low;
    truncation.high = high;
    if (truncation.turned) {
        interval = {-interval.beta, -interval.alpha, interval.width};
    }
    // Infinite bounds are never used as numbers.
    const double nearer = truncation.turned ? high : low;
    const double farther = truncation.turned ? low : high;
    truncation.side[0].bound = std::isfinite(nearer) ? nearer : 0;
    truncation.side[1].bound = std::isfinite(farther) ? farther : 0;

    // The probability of one word; a word has 32 bits or 64.
    const double word = dtype != DType::f64 ? 0x1p-32 : 0x1p-64;
    const double magnitude = std::max({1.0, std::abs(interval.alpha), std::abs(interval.beta)});
    if (low == high || interval.width * magnitude <= 2 * near_bound_reach) {
        set_narrow(truncation, interval, high - low, word);
    } else if (interval.alpha < central_limit) {
        set_central(truncation, interval, dtype != DType::f64, word);
    } else {
        set_tail(truncation, interval, word);
    }
    return {normal.location, normal.scale, 0, &truncation};
}

} // namespace unitvar::core
