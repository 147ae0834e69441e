// Count, mean and sum of squared deviations of a sequence, in double, by block Welford updates: no cancellation where
// |mean| is far larger than the deviation; the same bits on every instruction set and number of threads.
#pragma once

#include <span>

namespace unitvar {

// All zero is the empty sequence.
struct Moments {
    double count = 0;
    double mean = 0;
    double m2 = 0; // sum of (x - mean)^2

    // Appends a sequence. Throws InvalidArgument where count is negative, infinite or NaN.
    void update(std::span<const float> x);
    void update(std::span<const double> x);

    // Appends another's sequence; the rule of Chan, Golub and LeVeque (1979). Throws as update.
    void merge(const Moments &other);

    // m2 / max(0, count - correction): correction 0 for the biased, 1 for Bessel's unbiased variance. NaN where the
    // sequence is empty or the quotient 0 / 0, infinity for a positive m2 over 0.
    // Throws InvalidArgument for a NaN or infinite correction.
    [[nodiscard]] double variance(double correction = 1) const;
};

} // namespace unitvar
