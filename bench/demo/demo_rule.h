/* demo_rule.h: the initialisation rules of a parameter table.
 *
 * A rule is written as a call of the library: `normal(0,0.02)`, `kaiming_normal(0,fan_out,relu)`, `zeros`. This
 * module reads one into an initialiser of the library and says which mean and deviation it promises. Every kind of the
 * library is a rule, under the library's name; to add one, add its row to the table in demo_rule.c.
 */
#ifndef DEMO_RULE_H
#define DEMO_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "demo_dtype.h"
#include "demo_expect.h"
#include "unitvar.h"

struct rule_kind;

struct rule {
    const struct rule_kind *kind;
    unitvar_initializer initializer;
};

/* Reads a rule for a tensor of this shape and type. On failure writes the reason, which names the offending text. */
bool rule_parse(const char *text, const struct dtype *dtype, int32_t dimensions, int64_t *shape, struct rule *rule,
                char *reason, size_t reason_size);

/* What the rule promises for the tensor, whose data may be NULL. Returns the status of the library. */
int32_t rule_expect(const struct rule *rule, const unitvar_tensor *tensor, struct expectation *out);

#endif
