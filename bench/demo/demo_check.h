/* demo_check.h: does a tensor have the mean and the deviation that its rule promises?
 *
 * Distances are in standard errors of the estimate, so the same limit serves a bias of 64 elements and an embedding
 * of 38 million. At 6 standard errors a correct generator fails about twice in a billion checks.
 */
#ifndef DEMO_CHECK_H
#define DEMO_CHECK_H

#include <stdbool.h>

#include "demo_model.h"

#define CHECK_STANDARD_ERRORS 6.0

struct check {
    struct expectation expected;
    double mean;
    double deviation; /* of orthogonal tensors the root mean square */
    double distance;  /* the larger of the two, in standard errors; infinite where a constant is off, NaN for NaN */
};

/* Measures the whole tensor, whose elements are in data. Returns the status of the library. */
int32_t check_tensor(const struct model *model, const struct tensor *tensor, const void *data, struct check *out);

bool check_passes(const struct check *check);

#endif
