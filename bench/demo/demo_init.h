/* demo_init.h: initialises the tensors of a model, whole or the slice that this run writes.
 *
 * One generator either runs through the tensors in file order, or (by name) is the parent of a generator for each.
 */
#ifndef DEMO_INIT_H
#define DEMO_INIT_H

#include <stdbool.h>

#include "demo_model.h"

struct source {
    unitvar_generator *start; /* stays where the first tensor starts */
    unitvar_generator *generator;
    bool by_name;
};

/* Both return the status of the library. A source must be closed also where it could not be opened. */
int32_t source_open(struct source *source, int32_t engine, uint64_t seed, bool by_name);
void source_close(struct source *source);

/* To the state of another generator: a copy, since not every engine can seek. Returns the status of the library. */
int32_t source_resume(struct source *source, const unitvar_generator *state);

/* Both return the status of the library, and leave the generator behind the tensor: init_slice also for the rows that
 * it does not write. `data` takes the elements of the tensor, or of its slice. */
int32_t init_whole(const struct source *source, const struct model *model, const struct tensor *tensor, void *data);
int32_t init_slice(const struct source *source, const struct model *model, const struct tensor *tensor, void *data);

/* Prints why the library could not initialise the tensor. DEMO_FAILED. */
int init_failed(const struct model *model, const struct tensor *tensor);

#endif
