/* demo_expect.h: the mean and the deviation that each kind of initialiser promises, and how far those of a sample of
 * the tensor's size stray from them. Computed from the definitions in unitvar.h, in double, never by sampling.
 */
#ifndef DEMO_EXPECT_H
#define DEMO_EXPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "unitvar.h"

struct expectation {
    double mean;
    double deviation;
    double mean_error; /* standard errors of the two; 0 where chance plays no part */
    double deviation_error;
    bool exact; /* elements are 0 or 1: rounding plays no part either */
    /* The deviation is the root mean square, which orthogonality fixes but for the elements' relative rounding errors:
     * deviation_error is to be multiplied by those. */
    bool orthogonal;
};

/* *out is zero on entry; the tensor has `elements` elements, and its data are not looked at. Returns the status of the
 * library, which is asked for fans and gains. */
typedef int32_t expect_function(const unitvar_initializer *init, const unitvar_tensor *tensor, double elements,
                                struct expectation *out);

expect_function expect_zeros, expect_ones, expect_constant, expect_eye, expect_dirac;
expect_function expect_uniform, expect_normal, expect_trunc_normal;
expect_function expect_xavier_uniform, expect_xavier_normal, expect_kaiming_uniform, expect_kaiming_normal;
expect_function expect_orthogonal, expect_delta_orthogonal, expect_sparse, expect_variance_scaling;

#endif
