/* demo_timing.c: see demo_timing.h. */
#include "demo_timing.h"

#include <stdlib.h>
#include <string.h>

#include "demo_status.h"

double timing_memset(void *data, size_t bytes)
{
    const double start = seconds_now();
    memset(data, 0xA5, bytes);
    return seconds_now() - start;
}

static double memset_all(struct model *model)
{
    double seconds = 0.0;
    for (size_t i = 0; i < model->tensor_count; ++i) {
        seconds += timing_memset(model->tensors[i].data, tensor_bytes(model, &model->tensors[i]));
    }
    return seconds;
}

static int initialise_all(struct model *model, struct source *source, struct progress *progress,
                          const struct timing *timing, double *seconds)
{
    if (source_resume(source, source->start) != UNITVAR_OK) {
        return init_failed(model, &model->tensors[0]);
    }
    *seconds = 0.0;
    for (size_t i = 0; i < model->tensor_count; ++i) {
        struct tensor *const tensor = &model->tensors[i];
        progress_show(progress, "%s: %s, run %d, tensor %zu of %zu", model->path, timing->isa, timing->runs + 1, i + 1,
                      model->tensor_count);
        const double start = seconds_now();
        const int32_t status = init_slice(source, model, tensor, tensor->data);
        *seconds += seconds_now() - start;
        if (status != UNITVAR_OK) {
            progress_clear(progress);
            return init_failed(model, tensor);
        }
    }
    return DEMO_OK;
}

int timing_digest(const struct model *model, struct progress *progress, unsigned char digest[DIGEST_BYTES])
{
    struct digest sum;
    digest_start(&sum);
    for (size_t i = 0; i < model->tensor_count; ++i) {
        progress_show(progress, "%s: SHA-256, tensor %zu of %zu", model->path, i + 1, model->tensor_count);
        digest_add(&sum, model->tensors[i].data, tensor_bytes(model, &model->tensors[i]));
    }
    progress_clear(progress);
    return digest_end(&sum, model->path, digest);
}

static int compare_doubles(const void *left, const void *right)
{
    const double a = *(const double *)left;
    const double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Sorts the values. */
static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare_doubles);
    return 0.5 * (values[(count - 1) / 2] + values[count / 2]);
}

int timing_measure(struct model *model, struct source *source, struct progress *progress, struct timing *out)
{
    double init_seconds[TIMING_RUNS_MOST];
    double memset_seconds[TIMING_RUNS_MOST];
    const double start = seconds_now();
    out->runs = 0;
    while (out->runs < TIMING_RUNS_LEAST || (out->runs < TIMING_RUNS_MOST && seconds_now() - start < TIMING_SECONDS)) {
        memset_seconds[out->runs] = memset_all(model);
        const int status = initialise_all(model, source, progress, out, &init_seconds[out->runs]);
        if (status != DEMO_OK) {
            return status;
        }
        ++out->runs;
    }
    out->init_seconds = median(init_seconds, out->runs);
    out->memset_seconds = median(memset_seconds, out->runs);
    return timing_digest(model, progress, out->digest);
}
