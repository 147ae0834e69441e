/* demo_stream.c: see demo_stream.h. The proofs of demo_resident.h are made tensor by tensor: of a slice, beside the
 * whole tensor in a second buffer; of the order, by a second pass from the last tensor to the first.
 */
#include "demo_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_checklist.h"
#include "demo_digest.h"
#include "demo_report.h"
#include "demo_status.h"
#include "demo_timing.h"

struct stream {
    const struct model *model;
    const struct options *options;
    struct source *source;
    struct progress *progress;
    struct progress_bar bar;
    struct checklist list;
    struct timing timing;
    double digest_seconds;
    double check_seconds;
    void *buffer;                                  /* for the largest slice */
    void *whole;                                   /* for the largest tensor; NULL where slices are whole */
    struct digest written;                         /* of the slices, in file order */
    struct digest expected;                        /* of the same parts of whole tensors */
    unsigned char (*tensor_digests)[DIGEST_BYTES]; /* with --by-name */
};

/* Into the buffer. */
static int initialise(struct stream *stream, const struct tensor *tensor)
{
    const double start = seconds_now();
    const int32_t status = init_slice(stream->source, stream->model, tensor, stream->buffer);
    stream->timing.init_seconds += seconds_now() - start;
    if (status != UNITVAR_OK) {
        progress_clear(stream->progress);
        return init_failed(stream->model, tensor);
    }
    return DEMO_OK;
}

static int digest_tensor(const struct stream *stream, const struct tensor *tensor, unsigned char out[DIGEST_BYTES])
{
    struct digest digest;
    digest_start(&digest);
    digest_add(&digest, stream->buffer, tensor_bytes(stream->model, tensor));
    return digest_end(&digest, stream->model->path, out);
}

static int digest_slice(struct stream *stream, const struct tensor *tensor)
{
    const double start = seconds_now();
    int status = DEMO_OK;
    digest_add(&stream->written, stream->buffer, tensor_bytes(stream->model, tensor));
    if (stream->tensor_digests != NULL) {
        status = digest_tensor(stream, tensor, stream->tensor_digests[tensor - stream->model->tensors]);
    }
    stream->digest_seconds += seconds_now() - start;
    return status;
}

/* Makes the whole tensor again, from the state in which its slice started. */
static int make_whole(struct stream *stream, const struct tensor *tensor, const unitvar_generator *before)
{
    if (source_resume(stream->source, before) != UNITVAR_OK ||
        init_whole(stream->source, stream->model, tensor, stream->whole) != UNITVAR_OK) {
        progress_clear(stream->progress);
        return init_failed(stream->model, tensor);
    }
    if (stream->options->digest) {
        const double start = seconds_now();
        digest_add(&stream->expected, (unsigned char *)stream->whole + tensor_offset(stream->model, tensor),
                   tensor_bytes(stream->model, tensor));
        stream->digest_seconds += seconds_now() - start;
    }
    return DEMO_OK;
}

/* `before` is the state of the generator; NULL where slices are whole. */
static int take_selected(struct stream *stream, const struct tensor *tensor, const unitvar_generator *before)
{
    int status = initialise(stream, tensor);
    if (status == DEMO_OK && stream->options->digest) {
        status = digest_slice(stream, tensor);
    }
    if (status == DEMO_OK && before != NULL) {
        status = make_whole(stream, tensor, before);
    }
    if (status == DEMO_OK) {
        const double start = seconds_now();
        status = checklist_add(&stream->list, tensor, before != NULL ? stream->whole : stream->buffer);
        stream->check_seconds += seconds_now() - start;
    }
    return status;
}

static int take_tensor(struct stream *stream, const struct tensor *tensor)
{
    unitvar_generator *before = NULL;
    if (!tensor->selected) {
        return initialise(stream, tensor);
    }
    if (stream->whole != NULL && unitvar_generator_clone(stream->source->generator, &before) != UNITVAR_OK) {
        progress_clear(stream->progress);
        return init_failed(stream->model, tensor);
    }
    stream->timing.memset_seconds += timing_memset(stream->buffer, tensor_bytes(stream->model, tensor));
    const int status = take_selected(stream, tensor, before);
    unitvar_generator_destroy(before);
    return status;
}

/* The bytes that a pass works through: of the whole tensors, which are made where only slices are kept. */
static double work_bytes(const struct stream *stream, const struct tensor *tensor)
{
    return tensor->selected ? (double)tensor->elements * (double)stream->model->dtype->bytes : 0.0;
}

static int take_all(struct stream *stream)
{
    const struct model *const model = stream->model;
    int status = DEMO_OK;
    for (size_t i = 0; i < model->tensor_count && status == DEMO_OK; ++i) {
        progress_bar_show(stream->progress, &stream->bar);
        status = take_tensor(stream, &model->tensors[i]);
        stream->bar.done += work_bytes(stream, &model->tensors[i]);
    }
    progress_clear(stream->progress);
    return status;
}

/* A second pass, from the last tensor to the first. */
static int prove_order(struct stream *stream)
{
    const struct model *const model = stream->model;
    size_t equal = 0;
    stream->bar.done = 0.0;
    stream->bar.started = seconds_now();
    stream->bar.label = "reverse order";
    for (size_t i = model->tensor_count; i-- > 0;) {
        const struct tensor *const tensor = &model->tensors[i];
        unsigned char digest[DIGEST_BYTES];
        if (!tensor->selected) {
            continue;
        }
        progress_bar_show(stream->progress, &stream->bar);
        timing_memset(stream->buffer, tensor_bytes(model, tensor));
        if (initialise(stream, tensor) != DEMO_OK || digest_tensor(stream, tensor, digest) != DEMO_OK) {
            return DEMO_FAILED;
        }
        equal += memcmp(digest, stream->tensor_digests[i], DIGEST_BYTES) == 0;
        stream->bar.done += work_bytes(stream, tensor);
    }
    progress_clear(stream->progress);
    report_order_of_tensors(model, equal);
    return equal == model->selected_count ? DEMO_OK : DEMO_MISMATCH;
}

/* The sums of the pass; the digests are ended whatever happened. */
static int finish(struct stream *stream, int status, double seconds)
{
    unsigned char expected[DIGEST_BYTES];
    if (digest_end(&stream->written, stream->model->path, stream->timing.digest) != DEMO_OK) {
        status = DEMO_FAILED;
    }
    if (digest_end(&stream->expected, stream->model->path, expected) != DEMO_OK) {
        status = DEMO_FAILED;
    }
    if (status != DEMO_OK) {
        return status;
    }
    status = checklist_end(&stream->list);
    report_timings(stream->model, &stream->timing, 1, stream->options->digest);
    report_stream_seconds(seconds, stream->digest_seconds, stream->check_seconds);
    if (!stream->options->digest) {
        report_no_digest(stream->options);
    } else if (stream->whole != NULL) {
        const bool equal = memcmp(expected, stream->timing.digest, DIGEST_BYTES) == 0;
        report_slices(stream->options, expected, equal);
        status = equal ? status : DEMO_MISMATCH;
    }
    return status;
}

static int reserve(struct stream *stream)
{
    const struct model *const model = stream->model;
    stream->buffer = model_buffer(model, model->largest_held);
    if (stream->buffer != NULL && stream->options->ranks > 1) {
        stream->whole = model_buffer(model, model->largest);
    }
    if (stream->source->by_name && stream->options->digest) {
        stream->tensor_digests = malloc(model->tensor_count * sizeof *stream->tensor_digests);
        if (stream->tensor_digests == NULL) {
            fprintf(stderr, "%s: out of memory\n", model->path);
            return DEMO_FAILED;
        }
    }
    if (stream->buffer == NULL || (stream->options->ranks > 1 && stream->whole == NULL)) {
        return DEMO_FAILED;
    }
    timing_memset(stream->buffer, model->largest_held * model->dtype->bytes); /* no page faults are timed */
    return DEMO_OK;
}

int stream_run(const struct model *model, const struct options *options, struct source *source,
               struct progress *progress)
{
    struct stream stream = {.model = model,
                            .options = options,
                            .source = source,
                            .progress = progress,
                            .timing = {.isa = unitvar_isa(), .runs = 1}};
    int status = reserve(&stream);
    if (status == DEMO_OK) {
        report_stream(model);
        stream.bar = (struct progress_bar){.label = "streaming", .started = seconds_now()};
        for (size_t i = 0; i < model->tensor_count; ++i) {
            stream.bar.total += work_bytes(&stream, &model->tensors[i]);
        }
        digest_start(&stream.written);
        digest_start(&stream.expected);
        checklist_start(&stream.list, model, options->quiet, progress);
        status = take_all(&stream);
        status = finish(&stream, status, seconds_now() - stream.bar.started);
    }
    if (status <= DEMO_MISMATCH && stream.tensor_digests != NULL) {
        const int ordered = prove_order(&stream);
        status = ordered > status ? ordered : status;
    }
    free(stream.tensor_digests);
    free(stream.whole);
    free(stream.buffer);
    return status;
}
