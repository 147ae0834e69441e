/* demo_rule.h: the initialisation rules of a parameter table.
 *
 * A rule is written as a call of the library: `normal(0,0.02)`, `kaiming_normal(0,fan_out,relu)`, `zeros`. This
 * module reads one, says which mean and deviation it promises (in closed form, not by sampling), and carries it out.
 * To add a rule, add its row to the table in demo_rule.c.
 */
#ifndef DEMO_RULE_H
#define DEMO_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unitvar.h"

struct rule_kind;

struct rule {
    const struct rule_kind *kind;
    double number[2]; /* the numeric parameters, in the order of the call */
    int32_t fan_mode;
    int32_t nonlinearity;
};

/* What the elements of a tensor are distributed like. */
struct expectation {
    double mean;
    double deviation;
    double kurtosis; /* fourth central moment / deviation^4: 3 for a normal, 9/5 for a uniform */
};

/* Reads a rule for a tensor with so many dimensions. On failure writes the reason, which names the offending text. */
bool rule_parse(const char *text, int32_t dimensions, struct rule *rule, char *reason, size_t reason_size);

/* Both return the status of the library. */
int32_t rule_expect(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out);
int32_t rule_fill(const struct rule *rule, unitvar_generator *generator, unitvar_tensor *tensor);

#endif
