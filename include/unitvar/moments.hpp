// Count, mean and sum of squared deviations of a sequence, in double, by block Welford updates: no cancellation where
// |mean| is far larger than the deviation; the same bits on every instruction set and number of threads.
#pragma once

#include <span>

#include "unitvar/tensor.hpp"

namespace unitvar {

// Three doubles. Each update and merge rounds the mean, which after k of them can move the variance by
// k 2^-53 |mean| / deviation of itself: WideMoments keep what is rounded away. All zero is the empty sequence.
struct Moments {
    double count = 0;
    double mean = 0;
    double m2 = 0; // sum of (x - mean)^2

    // Appends a sequence. Throws InvalidArgument where count is negative, infinite or NaN.
    void update(std::span<const float> x);
    void update(std::span<const double> x);
    // The elements of a tensor of floats in the order of their indices.
    void update(const TensorView &x);

    // Appends another's sequence; the rule of Chan, Golub and LeVeque (1979). Throws as update.
    void merge(const Moments &other);

    // m2 / max(0, count - correction): correction 0 for the biased, 1 for Bessel's unbiased variance. NaN where the
    // sequence is empty or the quotient 0 / 0, infinity for a positive m2 over 0.
    // Throws InvalidArgument for a NaN or infinite correction.
    [[nodiscard]] double variance(double correction = 1) const;
};

// The same with the mean in two parts and a scale: any number of updates and merges costs the variance some 2^-50 of
// itself, and data up to the ends of double's range have moments. All zero is the empty sequence.
struct WideMoments {
    double count = 0;
    double mean = 0; // mean_low is what it lacks
    double mean_low = 0;
    double m2 = 0;
    // The power of two that the data of mean, mean_low and m2 are multiplied with: 1, or 2^600 or 2^-600 where their
    // squares would leave double's range; anything where count is 0.
    double prescale = 0;

    // As those of Moments. Throws InvalidArgument also for another prescale.
    void update(std::span<const float> x);
    void update(std::span<const double> x);
    void update(const TensorView &x);
    void merge(const WideMoments &other);
    // The mean of the data, NaN for the empty sequence.
    [[nodiscard]] double average() const;
    [[nodiscard]] double variance(double correction = 1) const;
};

} // namespace unitvar
