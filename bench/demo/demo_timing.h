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

#include "demo_digest.h"
#include "demo_init.h"
#include "demo_progress.h"

struct timing {
    const char *isa; /* the caller's */
    int runs;
    double init_seconds; /* medians of the repetitions */
    double memset_seconds;
    unsigned char digest[DIGEST_BYTES]; /* all bytes of all tensors, in file order */
};

/* Repeats at most TIMING_RUNS_MOST times, and stops after TIMING_RUNS_LEAST when it has taken TIMING_SECONDS. */
enum { TIMING_RUNS_LEAST = 3, TIMING_RUNS_MOST = 9, TIMING_SECONDS = 3 };

/* Overwrites with a byte that is not zero: some processors write lines of zeros faster than memory takes other bytes,
 * which no weights are. Returns the seconds. */
double timing_memset(void *data, size_t bytes);

/* Uses the instruction set in force. DEMO_OK, or DEMO_FAILED with a message. */
int timing_measure(struct model *model, struct source *source, struct progress *progress, struct timing *out);

/* The SHA-256 of all slices of a model in memory. DEMO_OK, or DEMO_FAILED with a message. */
int timing_digest(const struct model *model, struct progress *progress, unsigned char digest[DIGEST_BYTES]);

#endif
