/* demo_resident.h: the run of a model that stays in memory. Checks every tensor, times the whole under each
 * instruction set and compares the bytes; proves that slices are those of the whole (--shard) and that the order of
 * tensors does not matter (--by-name).
 */
#ifndef DEMO_RESIDENT_H
#define DEMO_RESIDENT_H

#include "demo_init.h"
#include "demo_isas.h"
#include "demo_options.h"
#include "demo_progress.h"

/* DEMO_OK, DEMO_MISMATCH, or DEMO_FAILED with a message. */
int resident_run(struct model *model, const struct options *options, const struct isas *isas, struct source *source,
                 struct progress *progress);

#endif
