/* demo_truncated.h: mean, deviation and kurtosis of a normal distribution between two bounds.
 *
 * The density is integrated numerically, relative to its largest value between the bounds: unlike the formula with erf
 * and exp, that loses nothing where the bounds are close together or both far out in one tail.
 */
#ifndef DEMO_TRUNCATED_H
#define DEMO_TRUNCATED_H

struct truncated {
    double mean;
    double deviation;
    double kurtosis; /* fourth central moment / deviation^4 */
};

/* normal(mean, std) between a < b, either of which may be infinite; std > 0. */
struct truncated truncated_normal(double mean, double std, double a, double b);

#endif
