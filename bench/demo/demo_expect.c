/* demo_expect.c: see demo_expect.h.
 *
 * Standard errors are those of n independent elements: deviation / sqrt(n) for the mean, deviation * sqrt((kurtosis -
 * 1) / 4n) for the deviation, unless a function says otherwise.
 */
#include "demo_expect.h"

#include <math.h>

#include "demo_truncated.h"

#define KURTOSIS_UNIFORM 1.8
#define KURTOSIS_NORMAL 3.0

static int32_t independent(struct expectation *out, double mean, double deviation, double kurtosis, double elements)
{
    out->mean = mean;
    out->deviation = deviation;
    out->mean_error = deviation / sqrt(elements);
    out->deviation_error = deviation * sqrt((kurtosis - 1.0) / (4.0 * elements));
    return UNITVAR_OK;
}

/* So many ones among zeros. */
static int32_t indicator(struct expectation *out, double ones, double elements)
{
    const double share = ones / elements;
    out->mean = share;
    out->deviation = sqrt(share * (1.0 - share));
    out->exact = true;
    return UNITVAR_OK;
}

int32_t expect_zeros(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                     struct expectation *out)
{
    (void)init;
    (void)tensor;
    return indicator(out, 0.0, elements);
}

int32_t expect_ones(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                    struct expectation *out)
{
    (void)init;
    (void)tensor;
    return indicator(out, elements, elements);
}

int32_t expect_constant(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                        struct expectation *out)
{
    (void)tensor;
    (void)elements;
    out->mean = init->p[0];
    return UNITVAR_OK;
}

int32_t expect_eye(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                   struct expectation *out)
{
    (void)init;
    return indicator(out, fmin((double)tensor->shape[0], (double)tensor->shape[1]), elements);
}

/* Each group of out / groups filters passes as many channels on as it has, or as there are. */
int32_t expect_dirac(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                     struct expectation *out)
{
    const double groups = (double)init->groups;
    return indicator(out, groups * fmin((double)tensor->shape[0] / groups, (double)tensor->shape[1]), elements);
}

int32_t expect_uniform(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                       struct expectation *out)
{
    (void)tensor;
    return independent(out, 0.5 * init->p[0] + 0.5 * init->p[1], (init->p[1] - init->p[0]) / sqrt(12.0),
                       KURTOSIS_UNIFORM, elements);
}

int32_t expect_normal(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                      struct expectation *out)
{
    (void)tensor;
    return independent(out, init->p[0], init->p[1], KURTOSIS_NORMAL, elements);
}

int32_t expect_trunc_normal(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                            struct expectation *out)
{
    const struct truncated t = truncated_normal(init->p[0], init->p[1], init->p[2], init->p[3]);
    (void)tensor;
    return independent(out, t.mean, t.deviation, t.kurtosis, elements);
}

static int32_t xavier(const unitvar_initializer *init, const unitvar_tensor *tensor, double kurtosis, double elements,
                      struct expectation *out)
{
    int64_t fan_in = 0;
    int64_t fan_out = 0;
    const int32_t status = unitvar_calculate_fans(tensor, &fan_in, &fan_out);
    return status != UNITVAR_OK
               ? status
               : independent(out, 0.0, init->p[0] * sqrt(2.0 / ((double)fan_in + (double)fan_out)), kurtosis, elements);
}

int32_t expect_xavier_uniform(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                              struct expectation *out)
{
    return xavier(init, tensor, KURTOSIS_UNIFORM, elements, out);
}

int32_t expect_xavier_normal(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                             struct expectation *out)
{
    return xavier(init, tensor, KURTOSIS_NORMAL, elements, out);
}

static int32_t chosen_fan(const unitvar_initializer *init, const unitvar_tensor *tensor, double *fan)
{
    int64_t fan_in = 0;
    int64_t fan_out = 0;
    const int32_t status = unitvar_calculate_fans(tensor, &fan_in, &fan_out);
    *fan = init->fan_mode == UNITVAR_FAN_IN    ? (double)fan_in
           : init->fan_mode == UNITVAR_FAN_OUT ? (double)fan_out
                                               : 0.5 * ((double)fan_in + (double)fan_out);
    return status;
}

static int32_t kaiming(const unitvar_initializer *init, const unitvar_tensor *tensor, double kurtosis, double elements,
                       struct expectation *out)
{
    double gain = 0.0;
    double fan = 0.0;
    int32_t status = chosen_fan(init, tensor, &fan);
    if (status == UNITVAR_OK) {
        status = unitvar_calculate_gain(init->nonlinearity, init->p[0], &gain);
    }
    return status != UNITVAR_OK ? status : independent(out, 0.0, gain / sqrt(fan), kurtosis, elements);
}

int32_t expect_kaiming_uniform(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                               struct expectation *out)
{
    return kaiming(init, tensor, KURTOSIS_UNIFORM, elements, out);
}

int32_t expect_kaiming_normal(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                              struct expectation *out)
{
    return kaiming(init, tensor, KURTOSIS_NORMAL, elements, out);
}

int32_t expect_variance_scaling(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                                struct expectation *out)
{
    double fan = 0.0;
    const int32_t status = chosen_fan(init, tensor, &fan);
    const double kurtosis = init->distribution == UNITVAR_UNIFORM  ? KURTOSIS_UNIFORM
                            : init->distribution == UNITVAR_NORMAL ? KURTOSIS_NORMAL
                                                                   : truncated_normal(0.0, 1.0, -2.0, 2.0).kurtosis;
    return status != UNITVAR_OK ? status : independent(out, 0.0, sqrt(init->p[0] / fan), kurtosis, elements);
}

/* gain times min(rows, columns) orthonormal vectors: the sum of squares is gain^2 min(rows, columns), whatever is
 * drawn. Elements of a Haar matrix have mean 0 and, the signs of its rows and columns being free, no correlation: the
 * sum of all has the variance that independent ones would have. Only the elements of the matrix, others being 0, are
 * rounded. */
static int32_t orthonormal(struct expectation *out, double gain, double vectors, double of_matrix, double elements)
{
    out->deviation = fabs(gain) * sqrt(vectors / elements);
    out->mean_error = out->deviation / sqrt(elements);
    out->deviation_error = out->deviation / sqrt(of_matrix);
    out->orthogonal = true;
    return UNITVAR_OK;
}

int32_t expect_orthogonal(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                          struct expectation *out)
{
    const double rows = (double)tensor->shape[0];
    return orthonormal(out, init->p[0], fmin(rows, elements / rows), elements, elements);
}

int32_t expect_delta_orthogonal(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                                struct expectation *out)
{
    const double columns = (double)tensor->shape[1];
    return orthonormal(out, init->p[0], columns, columns * (double)tensor->shape[0], elements);
}

/* As many elements of each column stay as the definition says, so only they contribute to the errors. */
int32_t expect_sparse(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                      struct expectation *out)
{
    const double rows = (double)tensor->shape[0];
    const double kept = (rows - ceil(init->p[0] * rows)) * (double)tensor->shape[1];
    out->deviation = init->p[1] * sqrt(kept / elements);
    out->mean_error = out->deviation / sqrt(elements);
    out->deviation_error = kept > 0.0 ? out->deviation / sqrt(2.0 * kept) : 0.0;
    return UNITVAR_OK;
}
