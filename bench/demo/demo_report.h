/* demo_report.h: what the demo prints on stdout. Nothing is computed here but sums and ratios of what is passed in.
 */
#ifndef DEMO_REPORT_H
#define DEMO_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "demo_check.h"
#include "demo_options.h"
#include "demo_table.h"
#include "demo_timing.h"

/* The widths of the columns that depend on the model. */
struct report_columns {
    int name;
    int shape;
};

/* Which model, how large, initialised how; which part of it is written. */
void report_model(const struct model *model, const struct options *options);

struct report_columns report_columns(const struct model *model);

void report_check_heading(const struct report_columns *columns);
void report_check(const struct report_columns *columns, const struct tensor *tensor, const struct check *check);

/* How many tensors passed, and which was the farthest from its expectation. */
void report_check_summary(const struct model *model, size_t passed, const struct tensor *farthest, double distance);

void report_timings(const struct model *model, const struct timing *timings, size_t count, bool digests);

/* Whether all digests are equal, in words; `missing` names the instruction sets that are not available, or is "". */
void report_digests(bool equal, size_t count, const char *missing);

/* Whether the rank's bytes are those of its slices of the whole tensors, whose digest is passed in. */
void report_slices(const struct options *options, const unsigned char whole[DIGEST_BYTES], bool equal);

/* Whether the model that was initialised in reverse order, whose digest is passed in, is the same. */
void report_order(const unsigned char reversed[DIGEST_BYTES], bool equal);

/* The same of a model that was streamed: so many tensors have the same digest in both orders. */
void report_order_of_tensors(const struct model *model, size_t equal);

void report_stream(const struct model *model);
void report_stream_seconds(double all, double digest, double check);
void report_no_digest(const struct options *options);

#endif
