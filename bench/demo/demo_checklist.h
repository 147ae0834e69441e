/* demo_checklist.h: the checks of all tensors of a model, with a row for each and their sum at the end. */
#ifndef DEMO_CHECKLIST_H
#define DEMO_CHECKLIST_H

#include "demo_check.h"
#include "demo_progress.h"
#include "demo_report.h"

struct checklist {
    const struct model *model;
    struct progress *progress;
    bool quiet; /* rows only for tensors that are not as expected */
    struct report_columns columns;
    size_t passed;
    const struct tensor *farthest;
    double farthest_distance;
};

/* Prints the heading. */
void checklist_start(struct checklist *list, const struct model *model, bool quiet, struct progress *progress);

/* Checks the whole tensor, whose elements are in data. DEMO_OK, also where it is not as expected, or DEMO_FAILED. */
int checklist_add(struct checklist *list, const struct tensor *tensor, const void *data);

/* Prints the sum. DEMO_OK or DEMO_MISMATCH. */
int checklist_end(const struct checklist *list);

#endif
