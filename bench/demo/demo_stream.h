/* demo_stream.h: the run of a model that does not stay in memory. Its tensors go one by one through a buffer that is
 * used again; each is timed beside memset of the same bytes, hashed and measured before the next takes its place.
 */
#ifndef DEMO_STREAM_H
#define DEMO_STREAM_H

#include "demo_init.h"
#include "demo_options.h"
#include "demo_progress.h"

/* Larger models are streamed without being asked to. */
#define STREAM_BYTES 2e9

/* Uses the instruction set in force. DEMO_OK, DEMO_MISMATCH, or DEMO_FAILED with a message. */
int stream_run(const struct model *model, const struct options *options, struct source *source,
               struct progress *progress);

#endif
