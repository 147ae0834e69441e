/* demo_check.c: see demo_check.h. The standard errors are those of n independent elements: deviation / sqrt(n) for
 * the mean, deviation * sqrt((kurtosis - 1) / 4n) for the deviation.
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

static void compare(struct check *check, double elements)
{
    const struct expectation *const expected = &check->expected;
    /* Elements are rounded to f32, by half an ulp of the largest that is to be expected, 7 deviations out. */
    const double rounding = 0.5 * FLT_EPSILON * (fabs(expected->mean) + 7.0 * expected->deviation);
    const double mean_error = expected->deviation / sqrt(elements);
    const double deviation_error = expected->deviation * sqrt((expected->kurtosis - 1.0) / (4.0 * elements));
    const double of_mean = distance(check->mean, expected->mean, rounding, mean_error);
    const double of_deviation = distance(check->deviation, expected->deviation, rounding, deviation_error);
    check->distance = of_mean > of_deviation || isnan(of_mean) ? of_mean : of_deviation;
}

int32_t check_tensor(struct tensor *tensor, unitvar_generator *generator, struct check *out)
{
    unitvar_moments moments = {0.0, 0.0, 0.0};
    double variance = 0.0;
    int32_t status = rule_expect(&tensor->rule, &tensor->view, &out->expected);
    if (status == UNITVAR_OK) {
        status = rule_fill(&tensor->rule, generator, &tensor->view);
    }
    if (status == UNITVAR_OK) {
        status = unitvar_moments_update_f32(&moments, tensor->view.data, tensor->elements);
    }
    if (status == UNITVAR_OK) {
        status = unitvar_moments_variance(&moments, 0.0, &variance); /* biased, so that one element has one too */
    }
    if (status != UNITVAR_OK) {
        return status;
    }
    out->mean = moments.mean;
    out->deviation = sqrt(variance);
    compare(out, (double)tensor->elements);
    return UNITVAR_OK;
}

bool check_passes(const struct check *check)
{
    return check->distance <= CHECK_STANDARD_ERRORS; /* false for NaN */
}
