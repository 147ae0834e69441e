/* demo_dtype.h: the element types that a model can have, with what the checks need to know about each, and moments of
 * tensors of any of them.
 */
#ifndef DEMO_DTYPE_H
#define DEMO_DTYPE_H

#include <stddef.h>

#include "unitvar.h"

struct dtype {
    const char *name;
    unitvar_dtype code; /* as DLPack has it */
    size_t bytes;
    double largest;            /* finite */
    double step;               /* the smallest subnormal: no two numbers are closer */
    double roundoff;           /* largest relative error of rounding to it */
    double parameter_roundoff; /* the same for parameters: those of 16-bit tensors are rounded to f32 */
    double orthogonality;      /* relative error of the root mean square of orthogonal matrices, half of |Q^T Q - I| */
};

/* NULL for a name other than f32, f64, bf16, f16. */
const struct dtype *dtype_from_name(const char *name);

/* Appends n elements to the sequence. 16-bit elements are widened to f32, which holds every one of them, here and not
 * by the library, whose rounding is what is being checked. Returns the status of the library. */
int32_t dtype_moments(const struct dtype *dtype, const void *data, size_t n, unitvar_moments *moments);

#endif
