/* demo_rule.c: one row per rule; the expectations come from that table, and so does the parser. */
#include "demo_rule.h"

#include "demo_rule_kind.h"

#define REAL PARAMETER_REAL
#define NON_NEGATIVE PARAMETER_NON_NEGATIVE
#define POSITIVE PARAMETER_POSITIVE
#define FRACTION PARAMETER_FRACTION
#define UPPER_BOUND PARAMETER_UPPER_BOUND
#define OPEN_LOWER PARAMETER_OPEN_LOWER
#define OPEN_UPPER PARAMETER_OPEN_UPPER
#define GROUPS PARAMETER_GROUPS
#define FAN_MODE PARAMETER_FAN_MODE
#define NONLINEARITY PARAMETER_NONLINEARITY
#define DISTRIBUTION PARAMETER_DISTRIBUTION
#define ANY DIMENSIONS_MOST

const struct rule_kind rule_kinds[] = {
    {UNITVAR_INIT_ZEROS, 0, ANY, expect_zeros, 0, {REAL}},
    {UNITVAR_INIT_ONES, 0, ANY, expect_ones, 0, {REAL}},
    {UNITVAR_INIT_CONSTANT, 0, ANY, expect_constant, 1, {REAL}},
    {UNITVAR_INIT_EYE, 2, 2, expect_eye, 0, {REAL}},
    {UNITVAR_INIT_DIRAC, 3, 5, expect_dirac, 1, {GROUPS}},
    {UNITVAR_INIT_UNIFORM, 0, ANY, expect_uniform, 2, {REAL, UPPER_BOUND}},
    {UNITVAR_INIT_NORMAL, 0, ANY, expect_normal, 2, {REAL, NON_NEGATIVE}},
    {UNITVAR_INIT_TRUNC_NORMAL, 0, ANY, expect_trunc_normal, 4, {REAL, POSITIVE, OPEN_LOWER, OPEN_UPPER}},
    {UNITVAR_INIT_XAVIER_UNIFORM, 2, ANY, expect_xavier_uniform, 1, {NON_NEGATIVE}},
    {UNITVAR_INIT_XAVIER_NORMAL, 2, ANY, expect_xavier_normal, 1, {NON_NEGATIVE}},
    {UNITVAR_INIT_KAIMING_UNIFORM, 2, ANY, expect_kaiming_uniform, 3, {REAL, FAN_MODE, NONLINEARITY}},
    {UNITVAR_INIT_KAIMING_NORMAL, 2, ANY, expect_kaiming_normal, 3, {REAL, FAN_MODE, NONLINEARITY}},
    {UNITVAR_INIT_ORTHOGONAL, 2, ANY, expect_orthogonal, 1, {REAL}},
    {UNITVAR_INIT_DELTA_ORTHOGONAL, 3, 5, expect_delta_orthogonal, 1, {REAL}},
    {UNITVAR_INIT_SPARSE, 2, 2, expect_sparse, 2, {FRACTION, NON_NEGATIVE}},
    {UNITVAR_INIT_VARIANCE_SCALING, 2, ANY, expect_variance_scaling, 3, {POSITIVE, FAN_MODE, DISTRIBUTION}},
};

const int rule_kind_count = (int)(sizeof rule_kinds / sizeof rule_kinds[0]);

int32_t rule_expect(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out)
{
    double elements = 1.0;
    for (int32_t i = 0; i < tensor->ndim; ++i) {
        elements *= (double)tensor->shape[i];
    }
    *out = (struct expectation){.mean = 0.0};
    return rule->kind->expect(&rule->initializer, tensor, elements, out);
}
