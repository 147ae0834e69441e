/* demo_model.h: a model: its tensors, in the order of its table, and the part of them that this run writes.
 */
#ifndef DEMO_MODEL_H
#define DEMO_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "demo_dtype.h"
#include "demo_rule.h"

struct tensor {
    char *name;
    char *rule_text; /* as the table spells it */
    struct rule rule;
    int64_t *shape; /* ndim lengths, each at least 1; owned */
    int32_t ndim;
    size_t elements; /* at least 1 */
    size_t line;
    bool selected;     /* by --only */
    int64_t rows;      /* shape[0]; 1 for a scalar */
    int64_t first_row; /* the slice that is written, row_count rows from first_row on */
    int64_t row_count;
    size_t held; /* elements of the slice */
    void *data;  /* the slice; NULL until model_allocate */
};

struct model {
    char *path;
    const struct dtype *dtype;
    struct tensor *tensors; /* in file order */
    size_t tensor_count;
    size_t parameters; /* elements of all tensors; their bytes fit size_t */
    size_t selected_count;
    size_t held;         /* elements of all slices */
    size_t largest;      /* elements of the largest selected tensor */
    size_t largest_held; /* elements of the largest slice */
    void *memory;        /* one block for all slices, owned; NULL until model_allocate */
};

/* Chooses what is written: of the tensors whose name contains `only` (NULL: of all) part number `rank` of `ranks`.
 * Each tensor's first dimension is cut into so many ranges, whose lengths differ by at most 1, the longer ones first;
 * a scalar is one row. */
void model_cut(struct model *model, const char *only, uint64_t rank, uint64_t ranks);

/* Whether the slice is the whole tensor. */
bool tensor_is_whole(const struct tensor *tensor);

/* The bytes of a model's slice of the tensor, and where they start in the whole tensor. */
size_t tensor_bytes(const struct model *model, const struct tensor *tensor);
size_t tensor_offset(const struct model *model, const struct tensor *tensor);

/* Memory aligned to 64 bytes, for at least one element. NULL, after a message, where there is none. */
void *model_buffer(const struct model *model, size_t elements);

/* Reserves the memory of every slice, each aligned to 64 bytes. DEMO_OK, or DEMO_FAILED with a message. */
int model_allocate(struct model *model);

void tensor_free(struct tensor *tensor);

/* Releases everything and leaves an empty model, which may be released again. */
void model_free(struct model *model);

#endif
