/* demo_timing.c: see demo_timing.h. */
#include "demo_timing.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_status.h"

static size_t tensor_bytes(const struct tensor *tensor)
{
    return tensor->elements * sizeof(float);
}

/* Not zero: some processors write lines of zeros faster than memory takes other bytes, which no weights are. */
enum { MEMSET_BYTE = 0xA5 };

static double memset_all(struct model *model)
{
    double seconds = 0.0;
    for (size_t i = 0; i < model->tensor_count; ++i) {
        struct tensor *const tensor = &model->tensors[i];
        const double start = seconds_now();
        memset(tensor->view.data, MEMSET_BYTE, tensor_bytes(tensor));
        seconds += seconds_now() - start;
    }
    return seconds;
}

static int initialise_all(struct model *model, unitvar_generator *generator, struct progress *progress,
                          const struct timing *timing, double *seconds)
{
    if (unitvar_generator_seek(generator, 0) != UNITVAR_OK) {
        fprintf(stderr, "%s\n", unitvar_last_error());
        return DEMO_FAILED;
    }
    *seconds = 0.0;
    for (size_t i = 0; i < model->tensor_count; ++i) {
        struct tensor *const tensor = &model->tensors[i];
        progress_show(progress, "%s: %s, run %d, tensor %zu of %zu", model->path, timing->isa, timing->runs + 1, i + 1,
                      model->tensor_count);
        const double start = seconds_now();
        const int32_t status = rule_fill(&tensor->rule, generator, &tensor->view);
        *seconds += seconds_now() - start;
        if (status != UNITVAR_OK) {
            progress_clear(progress);
            fprintf(stderr, "%s:%zu: %s: %s\n", model->path, tensor->line, tensor->name, unitvar_last_error());
            return DEMO_FAILED;
        }
    }
    return DEMO_OK;
}

static int digest_all(const struct model *model, struct progress *progress, unsigned char digest[DIGEST_BYTES])
{
    EVP_MD_CTX *const context = EVP_MD_CTX_new();
    int ok = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    for (size_t i = 0; ok && i < model->tensor_count; ++i) {
        progress_show(progress, "%s: SHA-256, tensor %zu of %zu", model->path, i + 1, model->tensor_count);
        ok = EVP_DigestUpdate(context, model->tensors[i].view.data, tensor_bytes(&model->tensors[i]));
    }
    ok = ok && EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    if (!ok) {
        progress_clear(progress);
        fprintf(stderr, "%s: OpenSSL cannot compute a SHA-256\n", model->path);
        return DEMO_FAILED;
    }
    return DEMO_OK;
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

int timing_measure(struct model *model, unitvar_generator *generator, struct progress *progress, struct timing *out)
{
    double init_seconds[TIMING_RUNS_MOST];
    double memset_seconds[TIMING_RUNS_MOST];
    const double start = seconds_now();
    int status = DEMO_OK;
    out->runs = 0;
    while (out->runs < TIMING_RUNS_LEAST || (out->runs < TIMING_RUNS_MOST && seconds_now() - start < TIMING_SECONDS)) {
        memset_seconds[out->runs] = memset_all(model);
        status = initialise_all(model, generator, progress, out, &init_seconds[out->runs]);
        if (status != DEMO_OK) {
            return status;
        }
        ++out->runs;
    }
    out->init_seconds = median(init_seconds, out->runs);
    out->memset_seconds = median(memset_seconds, out->runs);
    status = digest_all(model, progress, out->digest);
    progress_clear(progress);
    return status;
}
