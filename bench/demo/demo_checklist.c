/* demo_checklist.c: see demo_checklist.h. */
#include "demo_checklist.h"

#include <math.h>

#include "demo_init.h"
#include "demo_status.h"

void checklist_start(struct checklist *list, const struct model *model, bool quiet, struct progress *progress)
{
    list->model = model;
    list->progress = progress;
    list->quiet = quiet;
    list->columns = report_columns(model);
    list->passed = 0;
    list->farthest = NULL;
    list->farthest_distance = 0.0;
    if (!quiet) {
        report_check_heading(&list->columns);
    }
}

int checklist_add(struct checklist *list, const struct tensor *tensor, const void *data)
{
    struct check check;
    if (check_tensor(list->model, tensor, data, &check) != UNITVAR_OK) {
        progress_clear(list->progress);
        return init_failed(list->model, tensor);
    }
    const bool pass = check_passes(&check);
    list->passed += pass;
    if (list->farthest == NULL || check.distance > list->farthest_distance || isnan(check.distance)) {
        list->farthest = tensor;
        list->farthest_distance = check.distance;
    }
    if (!list->quiet || !pass) {
        progress_clear(list->progress);
        report_check(&list->columns, tensor, &check);
    }
    return DEMO_OK;
}

int checklist_end(const struct checklist *list)
{
    progress_clear(list->progress);
    report_check_summary(list->model, list->passed, list->farthest, list->farthest_distance);
    return list->passed == list->model->selected_count ? DEMO_OK : DEMO_MISMATCH;
}
