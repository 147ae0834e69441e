/* demo_table.h: a model as its parameter table describes it.
 *
 * A table is a text file with one tensor per line: name, shape (768x3072) and rule, separated by tabs. Lines that
 * are blank or start with '#' are comments. Reading either gives a complete model or prints one message
 * "FILE:LINE: reason" that quotes the offending text.
 */
#ifndef DEMO_TABLE_H
#define DEMO_TABLE_H

#include <stddef.h>

#include "demo_rule.h"
#include "unitvar.h"

struct tensor {
    char *name;
    char *rule_text; /* as the table spells it */
    struct rule rule;
    unitvar_tensor view; /* f32, row-major; owns shape; data stays NULL until model_allocate */
    size_t elements;     /* at least 1 */
    size_t line;
};

struct model {
    char *path;
    struct tensor *tensors; /* in file order */
    size_t tensor_count;
    size_t parameters; /* elements of all tensors; times sizeof(float) fits size_t */
    void *memory;      /* one block for all tensors, owned; NULL until model_allocate */
};

/* DEMO_OK, DEMO_USAGE for a file that cannot be read or is wrong, DEMO_FAILED without memory. On failure the model
 * is empty. */
int model_read(const char *path, struct model *model);

/* Reserves the memory of every tensor, each aligned to 64 bytes. DEMO_OK, or DEMO_FAILED with a message. */
int model_allocate(struct model *model);

/* Releases everything and leaves an empty model, which may be released again. */
void model_free(struct model *model);

#endif
