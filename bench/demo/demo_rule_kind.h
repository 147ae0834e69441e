/* demo_rule_kind.h: what demo_rule.c, which knows the rules, tells demo_rule_parse.c, which reads them.
 */
#ifndef DEMO_RULE_KIND_H
#define DEMO_RULE_KIND_H

#include "demo_rule.h"

enum parameter {
    PARAMETER_REAL,
    PARAMETER_NON_NEGATIVE,
    PARAMETER_UPPER_BOUND, /* not below the parameter before it */
    PARAMETER_FAN_MODE,
    PARAMETER_NONLINEARITY
};

enum { PARAMETERS_MOST = 3 };

struct rule_kind {
    const char *name;
    int parameter_count;
    enum parameter parameter[PARAMETERS_MOST];
    bool needs_fans; /* and therefore two dimensions */
    double kurtosis;
    int32_t (*expect)(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out);
    int32_t (*fill)(unitvar_generator *generator, unitvar_tensor *tensor, const struct rule *rule);
};

extern const struct rule_kind rule_kinds[];
extern const int rule_kind_count;

#endif
