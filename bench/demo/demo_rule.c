/* demo_rule.c: one row per rule; the expectations and the calls come from that table, and so does the parser.
 */
#include "demo_rule.h"

#include <math.h>

#include "demo_rule_kind.h"

/* ---- The library calls ---- */

static int32_t fill_zeros(unitvar_generator *generator, unitvar_tensor *tensor, const struct rule *rule)
{
    (void)generator;
    (void)rule;
    return unitvar_init_zeros(tensor);
}

static int32_t fill_ones(unitvar_generator *generator, unitvar_tensor *tensor, const struct rule *rule)
{
    (void)generator;
    (void)rule;
    return unitvar_init_ones(tensor);
}

static int32_t fill_constant(unitvar_generator *generator, unitvar_tensor *tensor, const struct rule *rule)
{
    (void)generator;
    return unitvar_init_constant(tensor, rule->number[0]);
}

static int32_t fill_uniform(unitvar_generator *generator, unitvar_tensor *tensor, const struct rule *rule)
{
    return unitvar_init_uniform(generator, tensor, rule->number[0], rule->number[1]);
}

static int32_t fill_normal(unitvar_generator *generator, unitvar_tensor *tensor, const struct rule *rule)
{
    return unitvar_init_normal(generator, tensor, rule->number[0], rule->number[1]);
}

static int32_t fill_xavier_uniform(unitvar_generator *generator, unitvar_tensor *tensor, const struct rule *rule)
{
    return unitvar_init_xavier_uniform(generator, tensor, rule->number[0]);
}

static int32_t fill_xavier_normal(unitvar_generator *generator, unitvar_tensor *tensor, const struct rule *rule)
{
    return unitvar_init_xavier_normal(generator, tensor, rule->number[0]);
}

static int32_t fill_kaiming_uniform(unitvar_generator *generator, unitvar_tensor *tensor, const struct rule *rule)
{
    return unitvar_init_kaiming_uniform(generator, tensor, rule->number[0], rule->fan_mode, rule->nonlinearity);
}

static int32_t fill_kaiming_normal(unitvar_generator *generator, unitvar_tensor *tensor, const struct rule *rule)
{
    return unitvar_init_kaiming_normal(generator, tensor, rule->number[0], rule->fan_mode, rule->nonlinearity);
}

/* ---- What they promise ---- */

static int32_t expect_zeros(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out)
{
    (void)rule;
    (void)tensor;
    out->mean = 0.0;
    out->deviation = 0.0;
    return UNITVAR_OK;
}

static int32_t expect_ones(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out)
{
    (void)rule;
    (void)tensor;
    out->mean = 1.0;
    out->deviation = 0.0;
    return UNITVAR_OK;
}

static int32_t expect_constant(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out)
{
    (void)tensor;
    out->mean = (double)(float)rule->number[0];
    out->deviation = 0.0;
    return UNITVAR_OK;
}

static int32_t expect_uniform(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out)
{
    (void)tensor;
    out->mean = 0.5 * (rule->number[0] + rule->number[1]);
    out->deviation = (rule->number[1] - rule->number[0]) / sqrt(12.0);
    return UNITVAR_OK;
}

static int32_t expect_normal(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out)
{
    (void)tensor;
    out->mean = rule->number[0];
    out->deviation = rule->number[1];
    return UNITVAR_OK;
}

static int32_t expect_xavier(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out)
{
    int64_t fan_in = 0;
    int64_t fan_out = 0;
    const int32_t status = unitvar_calculate_fans(tensor, &fan_in, &fan_out);
    if (status == UNITVAR_OK) {
        out->mean = 0.0;
        out->deviation = rule->number[0] * sqrt(2.0 / ((double)fan_in + (double)fan_out));
    }
    return status;
}

static int32_t expect_kaiming(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out)
{
    int64_t fan_in = 0;
    int64_t fan_out = 0;
    double gain = 0.0;
    int32_t status = unitvar_calculate_fans(tensor, &fan_in, &fan_out);
    if (status == UNITVAR_OK) {
        status = unitvar_calculate_gain(rule->nonlinearity, rule->number[0], &gain);
    }
    if (status == UNITVAR_OK) {
        const double fan = rule->fan_mode == UNITVAR_FAN_IN    ? (double)fan_in
                           : rule->fan_mode == UNITVAR_FAN_OUT ? (double)fan_out
                                                               : 0.5 * ((double)fan_in + (double)fan_out);
        out->mean = 0.0;
        out->deviation = gain / sqrt(fan);
    }
    return status;
}

/* ---- The table ---- */

#define KURTOSIS_CONSTANT 1.0 /* gives the deviation of a constant a standard error of 0 */
#define KURTOSIS_UNIFORM 1.8
#define KURTOSIS_NORMAL 3.0

#define REAL PARAMETER_REAL
#define NON_NEGATIVE PARAMETER_NON_NEGATIVE
#define UPPER_BOUND PARAMETER_UPPER_BOUND
#define FAN_MODE PARAMETER_FAN_MODE
#define NONLINEARITY PARAMETER_NONLINEARITY

const struct rule_kind rule_kinds[] = {
    {"zeros", 0, {REAL}, false, KURTOSIS_CONSTANT, expect_zeros, fill_zeros},
    {"ones", 0, {REAL}, false, KURTOSIS_CONSTANT, expect_ones, fill_ones},
    {"constant", 1, {REAL}, false, KURTOSIS_CONSTANT, expect_constant, fill_constant},
    {"uniform", 2, {REAL, UPPER_BOUND}, false, KURTOSIS_UNIFORM, expect_uniform, fill_uniform},
    {"normal", 2, {REAL, NON_NEGATIVE}, false, KURTOSIS_NORMAL, expect_normal, fill_normal},
    {"xavier_uniform", 1, {NON_NEGATIVE}, true, KURTOSIS_UNIFORM, expect_xavier, fill_xavier_uniform},
    {"xavier_normal", 1, {NON_NEGATIVE}, true, KURTOSIS_NORMAL, expect_xavier, fill_xavier_normal},
    {"kaiming_uniform",
     3,
     {REAL, FAN_MODE, NONLINEARITY},
     true,
     KURTOSIS_UNIFORM,
     expect_kaiming,
     fill_kaiming_uniform},
    {"kaiming_normal", 3, {REAL, FAN_MODE, NONLINEARITY}, true, KURTOSIS_NORMAL, expect_kaiming, fill_kaiming_normal},
};

const int rule_kind_count = (int)(sizeof rule_kinds / sizeof rule_kinds[0]);

int32_t rule_expect(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out)
{
    out->kurtosis = rule->kind->kurtosis;
    return rule->kind->expect(rule, tensor, out);
}

int32_t rule_fill(const struct rule *rule, unitvar_generator *generator, unitvar_tensor *tensor)
{
    return rule->kind->fill(generator, tensor, rule);
}
