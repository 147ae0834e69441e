// Inverse distribution functions and distribution functions of the samplers that are made by them, from their textbook
// forms: one row each, which every test of them goes through. Number is a floating-point type or MPFR's (oracle/real.hpp).
#ifndef UNITVAR_TESTS_ORACLE_DISTRIBUTIONS_HPP
#define UNITVAR_TESTS_ORACLE_DISTRIBUTIONS_HPP

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace oracle {

// Where a word lies in (0, 1): u, 1 - u, and u - 1/2, each exact.
template <class Number> struct Place {
    Number u;
    Number rest;
    Number from_middle;
};

template <class Number> struct Distribution {
    const char *name; // of the sampler
    std::vector<double> p;
    // Of location 0 and scale 1; shape is p[0].
    Number (*quantile)(const Place<Number> &, double shape);
    double (*cdf)(double x, double shape);
    // The error that is promised, in ulp of the result, or of 1 where that is greater.
    double ulps_f32;
    double ulps_f64;
    bool of_scale;
};

template <class Number> Number weibull_quantile(const Place<Number> &at, double shape)
{
    using std::exp;
    using std::log;
    return exp(log(-log(at.rest)) / Number(shape));
}
inline double weibull_cdf(double x, double shape)
{
    return -std::expm1(-std::pow(x, shape));
}

template <class Number> const std::vector<Distribution<Number>> &distributions()
{
    using std::abs;
    using std::atan;
    using std::exp;
    using std::log;
    using std::sqrt;
    using std::tan;
    using P = const Place<Number> &;
    static const auto half = [](P at) { return at.u < at.rest; };
    static const std::vector<Distribution<Number>> rows{
        {"exponential",
         {1},
         [](P at, double) { return Number(-log(at.rest)); },
         [](double x, double) { return -std::expm1(-x); },
         3,
         3,
         false},
        {"rayleigh",
         {1},
         [](P at, double) { return Number(sqrt(Number(-2.0) * log(at.rest))); },
         [](double x, double) { return -std::expm1(-x * x / 2); },
         3,
         3,
         false},
        {"laplace",
         {0, 1},
         [](P at, double) { return half(at) ? Number(log(Number(2.0) * at.u)) : Number(-log(Number(2.0) * at.rest)); },
         [](double x, double) { return x < 0 ? std::exp(x) / 2 : 1 - std::exp(-x) / 2; },
         3,
         3,
         false},
        {"logistic",
         {0, 1},
         [](P at, double) { return Number(log(at.u) - log(at.rest)); },
         [](double x, double) { return 1 / (1 + std::exp(-x)); },
         4,
         4,
         false},
        {"gumbel",
         {0, 1},
         [](P at, double) { return Number(-log(-log(at.u))); },
         [](double x, double) { return std::exp(-std::exp(-x)); },
         4,
         4,
         true},
        {"cauchy",
         {0, 1},
         [](P at, double) {
             // The cotangent of the lesser angle, or the tangent of the other.
             const Number pi = Number(4.0) * atan(Number(1.0));
             if (abs(at.from_middle) < Number(0.25))
                 return Number(tan(pi * at.from_middle));
             return half(at) ? Number(-(Number(1.0) / tan(pi * at.u))) : Number(Number(1.0) / tan(pi * at.rest));
         },
         [](double x, double) { return 0.5 + std::atan(x) / std::numbers::pi; },
         5,
         5,
         false},
        {"weibull", {0.25, 1}, &weibull_quantile<Number>, &weibull_cdf, 1, 16, false},
        {"weibull", {1.7, 1}, &weibull_quantile<Number>, &weibull_cdf, 1, 8, false},
        {"weibull", {30, 1}, &weibull_quantile<Number>, &weibull_cdf, 1, 8, false},
    };
    return rows;
}

} // namespace oracle

#endif
