/* demo_init.c: see demo_init.h. */
#include "demo_init.h"

#include <stdio.h>
#include <string.h>

#include "demo_rule_kind.h"
#include "demo_status.h"

int32_t source_open(struct source *source, int32_t engine, uint64_t seed, bool by_name)
{
    *source = (struct source){.by_name = by_name};
    const int32_t status = unitvar_generator_create(engine, seed, 0, &source->start);
    return status != UNITVAR_OK ? status : source_resume(source, source->start);
}

void source_close(struct source *source)
{
    unitvar_generator_destroy(source->start);
    unitvar_generator_destroy(source->generator);
}

int32_t source_resume(struct source *source, const unitvar_generator *state)
{
    unitvar_generator *copy = NULL;
    const int32_t status = unitvar_generator_clone(state, &copy);
    if (status == UNITVAR_OK) {
        unitvar_generator_destroy(source->generator);
        source->generator = copy;
    }
    return status;
}

/* A generator that *own holds has to be destroyed. */
static int32_t generator_of(const struct source *source, const struct tensor *tensor, unitvar_generator **own,
                            unitvar_generator **out)
{
    int32_t status = UNITVAR_OK;
    *own = NULL;
    *out = source->generator;
    if (source->by_name) {
        status = unitvar_generator_fork(source->generator, tensor->name, own);
        *out = *own;
    }
    return status;
}

int32_t init_whole(const struct source *source, const struct model *model, const struct tensor *tensor, void *data)
{
    unitvar_tensor view = {data, {1, 0}, tensor->ndim, model->dtype->code, tensor->shape, NULL, 0};
    unitvar_generator *own = NULL;
    unitvar_generator *generator = NULL;
    int32_t status = generator_of(source, tensor, &own, &generator);
    if (status == UNITVAR_OK) {
        status = unitvar_init(generator, &tensor->rule.initializer, &view);
    }
    unitvar_generator_destroy(own);
    return status;
}

static int32_t init_rows(unitvar_generator *generator, const struct model *model, const struct tensor *tensor,
                         void *data)
{
    /* A scalar, which cannot be cut, is passed as the vector of one element that it equals. */
    const int32_t ndim = tensor->ndim > 0 ? tensor->ndim : 1;
    int64_t global_shape[DIMENSIONS_MOST] = {1};
    int64_t shape[DIMENSIONS_MOST] = {1};
    int64_t offset[DIMENSIONS_MOST] = {0};
    memcpy(global_shape, tensor->shape, (size_t)tensor->ndim * sizeof *shape);
    memcpy(shape, global_shape, (size_t)ndim * sizeof *shape);
    shape[0] = tensor->row_count;
    offset[0] = tensor->first_row;
    unitvar_tensor view = {data, {1, 0}, ndim, model->dtype->code, shape, NULL, 0};
    return unitvar_init_shard(generator, &tensor->rule.initializer, &view, global_shape, offset);
}

int32_t init_slice(const struct source *source, const struct model *model, const struct tensor *tensor, void *data)
{
    if (tensor_is_whole(tensor)) {
        return init_whole(source, model, tensor, data);
    }
    if (source->by_name && tensor->held == 0) {
        return UNITVAR_OK; /* no other tensor depends on it */
    }
    unitvar_generator *own = NULL;
    unitvar_generator *generator = NULL;
    int32_t status = generator_of(source, tensor, &own, &generator);
    if (status == UNITVAR_OK) {
        status = init_rows(generator, model, tensor, data);
    }
    unitvar_generator_destroy(own);
    return status;
}

int init_failed(const struct model *model, const struct tensor *tensor)
{
    fprintf(stderr, "%s:%zu: %s: %s\n", model->path, tensor->line, tensor->name, unitvar_last_error());
    return DEMO_FAILED;
}
