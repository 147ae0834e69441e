/* demo_model.c: see demo_model.h. */
#include "demo_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_status.h"

enum { ALIGNMENT = 64 };

/* How many of the rows come before those of the rank. */
static uint64_t rows_before(uint64_t rows, uint64_t rank, uint64_t ranks)
{
    const uint64_t longer = rows % ranks;
    return rank * (rows / ranks) + (rank < longer ? rank : longer);
}

void model_cut(struct model *model, const char *only, uint64_t rank, uint64_t ranks)
{
    model->selected_count = model->held = model->largest = model->largest_held = 0;
    for (size_t i = 0; i < model->tensor_count; ++i) {
        struct tensor *const tensor = &model->tensors[i];
        tensor->selected = only == NULL || strstr(tensor->name, only) != NULL;
        tensor->rows = tensor->ndim > 0 ? tensor->shape[0] : 1;
        const uint64_t rows = (uint64_t)tensor->rows;
        const uint64_t first = rows_before(rows, rank, ranks);
        const uint64_t count = tensor->selected ? rows_before(rows, rank + 1, ranks) - first : 0;
        tensor->first_row = (int64_t)first;
        tensor->row_count = (int64_t)count;
        tensor->held = (size_t)count * (tensor->elements / (size_t)rows);
        model->held += tensor->held;
        model->largest_held = tensor->held > model->largest_held ? tensor->held : model->largest_held;
        if (tensor->selected) {
            ++model->selected_count;
            model->largest = tensor->elements > model->largest ? tensor->elements : model->largest;
        }
    }
}

bool tensor_is_whole(const struct tensor *tensor)
{
    return tensor->row_count == tensor->rows;
}

size_t tensor_bytes(const struct model *model, const struct tensor *tensor)
{
    return tensor->held * model->dtype->bytes;
}

size_t tensor_offset(const struct model *model, const struct tensor *tensor)
{
    return (size_t)tensor->first_row * (tensor->elements / (size_t)tensor->rows) * model->dtype->bytes;
}

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void *reserve(const struct model *model, size_t bytes)
{
    void *memory = NULL;
    if (posix_memalign(&memory, ALIGNMENT, bytes > 0 ? bytes : ALIGNMENT) != 0) {
        fprintf(stderr, "%s: no memory for %zu bytes of parameters\n", model->path, bytes);
        return NULL;
    }
    return memory;
}

void *model_buffer(const struct model *model, size_t elements)
{
    return reserve(model, aligned(elements * model->dtype->bytes));
}

int model_allocate(struct model *model)
{
    size_t bytes = 0;
    for (size_t i = 0; i < model->tensor_count; ++i) {
        bytes += aligned(tensor_bytes(model, &model->tensors[i]));
    }
    model->memory = reserve(model, bytes);
    if (model->memory == NULL) {
        return DEMO_FAILED;
    }
    unsigned char *next = model->memory;
    for (size_t i = 0; i < model->tensor_count; ++i) {
        model->tensors[i].data = next;
        next += aligned(tensor_bytes(model, &model->tensors[i]));
    }
    return DEMO_OK;
}

void tensor_free(struct tensor *tensor)
{
    free(tensor->name);
    free(tensor->rule_text);
    free(tensor->shape);
}

void model_free(struct model *model)
{
    for (size_t i = 0; i < model->tensor_count; ++i) {
        tensor_free(&model->tensors[i]);
    }
    free(model->tensors);
    free(model->memory);
    free(model->path);
    memset(model, 0, sizeof *model);
}
