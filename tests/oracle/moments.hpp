// Count, mean and sum of squared deviations in the textbook way: two passes in long double over all of the data.
#ifndef UNITVAR_TESTS_ORACLE_MOMENTS_HPP
#define UNITVAR_TESTS_ORACLE_MOMENTS_HPP

#include <concepts>
#include <span>

namespace oracle {

struct Moments {
    long double count = 0;
    long double mean = 0;
    long double m2 = 0;
};

template <std::floating_point T> Moments moments(std::span<const T> data)
{
    Moments result;
    if (data.empty())
        return result;
    result.count = static_cast<long double>(data.size());
    long double sum = 0;
    for (const T x : data)
        sum += x;
    result.mean = sum / result.count;
    for (const T x : data) {
        const long double deviation = x - result.mean;
        result.m2 += deviation * deviation;
    }
    return result;
}

} // namespace oracle

#endif
