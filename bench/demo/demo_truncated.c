/* demo_truncated.c: see demo_truncated.h. In deviations s from the point t of the largest density between the bounds,
 * the density is exp(-s (s + 2 t) / 2), 1 at s = 0; it is cut off where it is below e^-80.
 */
#include "demo_truncated.h"

#include <math.h>

enum { SIMPSON_INTERVALS = 20000 };

#define CUT_EXPONENT 80.0

/* The integral of (s - center)^power times the density from low to high, by Simpson's rule. */
static double integral(double t, double low, double high, double center, int power)
{
    const double step = (high - low) / SIMPSON_INTERVALS;
    double sum = 0.0;
    for (int i = 0; i <= SIMPSON_INTERVALS; ++i) {
        const double s = low + step * i;
        double term = exp(-0.5 * s * (s + 2.0 * t));
        for (int k = 0; k < power; ++k) {
            term *= s - center;
        }
        sum += term * (i == 0 || i == SIMPSON_INTERVALS ? 1.0 : i % 2 == 1 ? 4.0 : 2.0);
    }
    return sum * step / 3.0;
}

struct truncated truncated_normal(double mean, double std, double a, double b)
{
    const double width = (b - a) / std;
    const double alpha = (a - mean) / std;
    const double beta = (b - mean) / std;
    const double t = alpha > 0.0 ? alpha : beta < 0.0 ? beta : 0.0;
    const double origin = alpha > 0.0 ? a : beta < 0.0 ? b : mean;
    const double reach = 2.0 * CUT_EXPONENT / (fabs(t) + sqrt(t * t + 2.0 * CUT_EXPONENT));
    const double low = alpha > 0.0 ? 0.0 : fmax(beta < 0.0 ? -width : alpha, -reach);
    const double high = beta < 0.0 ? 0.0 : fmin(alpha > 0.0 ? width : beta, reach);

    const double mass = integral(t, low, high, 0.0, 0);
    const double center = alpha == -beta ? 0.0 : integral(t, low, high, 0.0, 1) / mass;
    const double second = integral(t, low, high, center, 2) / mass;
    const double fourth = integral(t, low, high, center, 4) / mass;
    const struct truncated result = {
        .mean = origin + std * center, .deviation = std * sqrt(second), .kurtosis = fourth / (second * second)};
    return result;
}
