/* demo_resident.c: see demo_resident.h. Where only slices are kept, each whole tensor is made once more, in a buffer
 * that all share, to be measured and to give the slice that the rank must have.
 */
#include "demo_resident.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_checklist.h"
#include "demo_report.h"
#include "demo_status.h"
#include "demo_timing.h"

/* Initialises and measures every tensor; of the slices, adds the whole tensors' bytes to the digest. */
static int check_tensors(struct model *model, struct source *source, void *whole, struct checklist *list,
                         struct digest *digest)
{
    for (size_t i = 0; i < model->tensor_count; ++i) {
        const struct tensor *const tensor = &model->tensors[i];
        const bool copy = !tensor_is_whole(tensor) && tensor->selected;
        unsigned char *const data = copy ? whole : tensor->data;
        progress_show(list->progress, "%s: tensor %zu of %zu", model->path, i + 1, model->tensor_count);
        const int32_t filled = copy ? init_whole(source, model, tensor, data) : init_slice(source, model, tensor, data);
        if (filled != UNITVAR_OK) {
            progress_clear(list->progress);
            return init_failed(model, tensor);
        }
        const int status = tensor->selected ? checklist_add(list, tensor, data) : DEMO_OK;
        if (status != DEMO_OK) {
            return status;
        }
        digest_add(digest, data + (copy ? tensor_offset(model, tensor) : 0), tensor_bytes(model, tensor));
    }
    return DEMO_OK;
}

static int check_model(struct model *model, const struct options *options, struct source *source,
                       struct progress *progress, unsigned char expected[DIGEST_BYTES])
{
    struct checklist list;
    struct digest digest;
    void *const whole = options->ranks > 1 ? model_buffer(model, model->largest) : NULL;
    if (options->ranks > 1 && whole == NULL) {
        return DEMO_FAILED;
    }
    digest_start(&digest);
    checklist_start(&list, model, options->quiet, progress);
    int status = check_tensors(model, source, whole, &list, &digest);
    if (status == DEMO_OK) {
        status = checklist_end(&list);
    }
    const int digested = digest_end(&digest, model->path, expected);
    free(whole);
    return digested > status ? digested : status;
}

static int compare_isas(struct model *model, const struct isas *isas, struct source *source, struct progress *progress,
                        unsigned char digest[DIGEST_BYTES])
{
    struct timing timings[ISAS_MOST];
    bool equal = true;
    for (size_t i = 0; i < isas->count; ++i) {
        timings[i].isa = isas->names[i];
        if (unitvar_set_isa(isas->names[i]) != UNITVAR_OK) {
            fprintf(stderr, "%s\n", unitvar_last_error());
            return DEMO_FAILED;
        }
        const int status = timing_measure(model, source, progress, &timings[i]);
        if (status != DEMO_OK) {
            return status;
        }
        equal = equal && memcmp(timings[i].digest, timings[0].digest, DIGEST_BYTES) == 0;
    }
    memcpy(digest, timings[0].digest, DIGEST_BYTES);
    report_timings(model, timings, isas->count, true);
    report_digests(equal, isas->count, isas->missing);
    return equal ? DEMO_OK : DEMO_MISMATCH;
}

static int prove_order(struct model *model, const struct isas *isas, struct source *source, struct progress *progress,
                       const unsigned char digest[DIGEST_BYTES])
{
    unsigned char reversed[DIGEST_BYTES];
    if (unitvar_set_isa(isas->names[0]) != UNITVAR_OK) {
        fprintf(stderr, "%s\n", unitvar_last_error());
        return DEMO_FAILED;
    }
    for (size_t i = model->tensor_count; i-- > 0;) {
        struct tensor *const tensor = &model->tensors[i];
        progress_show(progress, "%s: in reverse order, tensor %zu of %zu", model->path, i + 1, model->tensor_count);
        timing_memset(tensor->data, tensor_bytes(model, tensor));
        if (init_slice(source, model, tensor, tensor->data) != UNITVAR_OK) {
            progress_clear(progress);
            return init_failed(model, tensor);
        }
    }
    if (timing_digest(model, progress, reversed) != DEMO_OK) {
        return DEMO_FAILED;
    }
    const bool equal = memcmp(reversed, digest, DIGEST_BYTES) == 0;
    report_order(reversed, equal);
    return equal ? DEMO_OK : DEMO_MISMATCH;
}

static int worse(int a, int b)
{
    return a > b ? a : b;
}

int resident_run(struct model *model, const struct options *options, const struct isas *isas, struct source *source,
                 struct progress *progress)
{
    unsigned char expected[DIGEST_BYTES];
    unsigned char written[DIGEST_BYTES];
    int status = model_allocate(model);
    if (status == DEMO_OK) {
        status = check_model(model, options, source, progress, expected);
    }
    if (status <= DEMO_MISMATCH) {
        status = worse(status, compare_isas(model, isas, source, progress, written));
    }
    if (status <= DEMO_MISMATCH && options->ranks > 1) {
        const bool equal = memcmp(expected, written, DIGEST_BYTES) == 0;
        report_slices(options, expected, equal);
        status = worse(status, equal ? DEMO_OK : DEMO_MISMATCH);
    }
    if (status <= DEMO_MISMATCH && source->by_name) {
        status = worse(status, prove_order(model, isas, source, progress, written));
    }
    return status;
}
