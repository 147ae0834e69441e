/* demo_timing.h: how long the initialisation of a whole model takes, beside memset on the same memory, and the
 * SHA-256 of what it wrote.
 *
 * Each repetition overwrites every tensor with memset and then initialises every tensor; both are timed tensor by
 * tensor with nothing else in between. The memory has been touched before, so no page faults are measured. Hashing is
 * not.
 */
#ifndef DEMO_TIMING_H
#define DEMO_TIMING_H

#include <stddef.h>

#include "demo_progress.h"
#include "demo_table.h"

enum { DIGEST_BYTES = 32 };

struct timing {
    const char *isa; /* the caller's */
    int runs;
    double init_seconds; /* medians of the repetitions */
    double memset_seconds;
    unsigned char digest[DIGEST_BYTES]; /* all bytes of all tensors, in file order */
};

/* Repeats at most TIMING_RUNS_MOST times, and stops after TIMING_RUNS_LEAST when it has taken TIMING_SECONDS. */
enum { TIMING_RUNS_LEAST = 3, TIMING_RUNS_MOST = 9, TIMING_SECONDS = 3 };

/* Uses the instruction set in force, and the generator from its block 0. DEMO_OK, or DEMO_FAILED with a message. */
int timing_measure(struct model *model, unitvar_generator *generator, struct progress *progress, struct timing *out);

#endif
