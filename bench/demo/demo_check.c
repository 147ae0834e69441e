/* demo_check.c: see demo_check.h.
 *
 * Rounding to the element type may move mean and deviation by no more than the largest rounding error of an element,
 * half an ulp at 7 deviations. Where the type is fine beside the deviation, rounding errors cancel but for Sheppard's
 * corrections, which are of the order of ulp^2 / deviation (W. F. Sheppard, 1898); the smaller bound is allowed for.
 */
#include "demo_check.h"

#include <float.h>
#include <math.h>

/* A NaN stays a NaN, and a difference where no error can be is infinite. */
static double distance(double measured, double expected, double allowance, double standard_error)
{
    const double difference = fabs(measured - expected);
    if (difference <= allowance) {
        return 0.0;
    }
    return (difference - allowance) / standard_error;
}

static double rounding(const struct dtype *dtype, const struct expectation *expected)
{
    const double mean = fabs(expected->mean);
    const double deviation = expected->deviation;
    const double arithmetic = 4.0 * DBL_EPSILON * (mean + deviation); /* of the measurement */
    if (expected->exact) {
        return arithmetic;
    }
    const double parameters = dtype->parameter_roundoff * (mean + 2.0 * deviation);
    const double largest = dtype->roundoff * (mean + 7.0 * deviation) + 0.5 * dtype->step;
    const double ulp = 2.0 * dtype->roundoff * hypot(mean, deviation) + dtype->step;
    const double smooth = deviation > 0.0 ? ulp * ulp / deviation : largest;
    return arithmetic + parameters + fmin(largest, smooth);
}

static void compare(const struct dtype *dtype, struct check *check)
{
    const struct expectation *const expected = &check->expected;
    double allowance = rounding(dtype, expected);
    double deviation_error = expected->deviation_error;
    if (expected->orthogonal) {
        allowance += dtype->orthogonality * expected->deviation;
        deviation_error *= dtype->roundoff;
    }
    const double of_mean = distance(check->mean, expected->mean, allowance, expected->mean_error);
    const double of_deviation = distance(check->deviation, expected->deviation, allowance, deviation_error);
    check->distance = of_mean > of_deviation || isnan(of_mean) ? of_mean : of_deviation;
}

int32_t check_tensor(const struct model *model, const struct tensor *tensor, const void *data, struct check *out)
{
    const unitvar_tensor view = {NULL, {1, 0}, tensor->ndim, model->dtype->code, tensor->shape, NULL, 0};
    unitvar_moments moments = {0.0, 0.0, 0.0};
    double variance = 0.0;
    int32_t status = rule_expect(&tensor->rule, &view, &out->expected);
    if (status == UNITVAR_OK) {
        status = dtype_moments(model->dtype, data, tensor->elements, &moments);
    }
    if (status == UNITVAR_OK) {
        status = unitvar_moments_variance(&moments, 0.0, &variance); /* biased, so that one element has one too */
    }
    if (status != UNITVAR_OK) {
        return status;
    }
    out->mean = moments.mean;
    out->deviation = sqrt(variance + (out->expected.orthogonal ? moments.mean * moments.mean : 0.0));
    compare(model->dtype, out);
    return UNITVAR_OK;
}

bool check_passes(const struct check *check)
{
    return check->distance <= CHECK_STANDARD_ERRORS; /* false for NaN */
}
