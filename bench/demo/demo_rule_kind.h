/* demo_rule_kind.h: what demo_rule.c, which knows the rules, tells demo_rule_parse.c, which reads them.
 */
#ifndef DEMO_RULE_KIND_H
#define DEMO_RULE_KIND_H

#include "demo_rule.h"

enum parameter {
    PARAMETER_REAL,
    PARAMETER_NON_NEGATIVE,
    PARAMETER_POSITIVE,
    PARAMETER_FRACTION,    /* 0 to 1 */
    PARAMETER_UPPER_BOUND, /* not below the parameter before it */
    PARAMETER_OPEN_LOWER,  /* a bound that may be infinite */
    PARAMETER_OPEN_UPPER,
    PARAMETER_LAST_REAL = PARAMETER_OPEN_UPPER, /* those up to here are doubles of the initialiser, in its order */
    PARAMETER_GROUPS,
    PARAMETER_FAN_MODE,
    PARAMETER_NONLINEARITY,
    PARAMETER_DISTRIBUTION
};

enum { PARAMETERS_MOST = 4, DIMENSIONS_MOST = 64 };

struct rule_kind {
    int32_t kind; /* of the library, which has its name */
    int32_t dimensions_least;
    int32_t dimensions_most;
    expect_function *expect;
    int parameter_count;
    enum parameter parameter[PARAMETERS_MOST];
};

extern const struct rule_kind rule_kinds[];
extern const int rule_kind_count;

#endif
