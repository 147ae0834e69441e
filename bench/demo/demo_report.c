/* demo_report.c: see demo_report.h. */
#include "demo_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { COUNT_TEXT = 32, SHAPE_TEXT = 64 * 20 + 1 };

/* 124439808 as "124,439,808". */
static const char *grouped(size_t value, char text[COUNT_TEXT])
{
    char digits[COUNT_TEXT];
    const int length = snprintf(digits, sizeof digits, "%zu", value);
    char *out = text;
    for (int i = 0; i < length; ++i) {
        if (i > 0 && (length - i) % 3 == 0) {
            *out++ = ',';
        }
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}

static const char *shape_text(const struct tensor *tensor, char text[SHAPE_TEXT])
{
    char *out = text;
    if (tensor->ndim == 0) {
        strcpy(text, "scalar");
    }
    for (int32_t i = 0; i < tensor->ndim; ++i) {
        out += sprintf(out, "%s%" PRId64, i > 0 ? "x" : "", tensor->shape[i]);
    }
    return text;
}

static double megabytes(const struct model *model, size_t elements)
{
    return 1e-6 * (double)elements * (double)model->dtype->bytes;
}

void report_model(const struct model *model, const struct options *options)
{
    char parameters[COUNT_TEXT];
    char bytes[COUNT_TEXT];
    printf("%s: %zu tensors, %s parameters, %.1f MB of %s\n", model->path, model->tensor_count,
           grouped(model->parameters, parameters), megabytes(model, model->parameters), model->dtype->name);
    printf("engine %s, seed %" PRIu64 ", threads %" PRId32 ", instruction set %s\n", options->engine_name,
           options->seed, unitvar_num_threads(), unitvar_isa());
    if (options->only != NULL) {
        printf("Only the %zu tensors with '%s' in their names\n", model->selected_count, options->only);
    }
    if (options->by_name) {
        puts("Each tensor has a generator of its own, forked by its name, so the order of tensors does not matter");
    }
    if (options->ranks > 1) {
        printf("Rank %" PRIu64 " of %" PRIu64 " holds %s bytes (%.1f MB), %s parameters\n", options->rank,
               options->ranks, grouped(model->held * model->dtype->bytes, bytes), megabytes(model, model->held),
               grouped(model->held, parameters));
    }
}

struct report_columns report_columns(const struct model *model)
{
    struct report_columns columns = {.name = (int)strlen("tensor"), .shape = (int)strlen("shape")};
    char shape[SHAPE_TEXT];
    for (size_t i = 0; i < model->tensor_count; ++i) {
        const int name_width = (int)strlen(model->tensors[i].name);
        const int shape_width = (int)strlen(shape_text(&model->tensors[i], shape));
        columns.name = name_width > columns.name ? name_width : columns.name;
        columns.shape = shape_width > columns.shape ? shape_width : columns.shape;
    }
    return columns;
}

void report_check_heading(const struct report_columns *columns)
{
    printf("\n%*s  ---------- mean ----------  ------- deviation --------\n", columns->name + 2 + columns->shape, "");
    printf("%-*s  %-*s  %12s  %12s  %12s  %12s  %5s  %s\n", columns->name, "tensor", columns->shape, "shape",
           "expected", "measured", "expected", "measured", "off", "rule");
}

void report_check(const struct report_columns *columns, const struct tensor *tensor, const struct check *check)
{
    char shape[SHAPE_TEXT];
    printf("%-*s  %-*s  %12.6g  %12.6g  %12.6g  %12.6g  %5.2f  %s%s\n", columns->name, tensor->name, columns->shape,
           shape_text(tensor, shape), check->expected.mean, check->mean, check->expected.deviation, check->deviation,
           check->distance, tensor->rule_text, check_passes(check) ? "" : "  <-- NOT AS EXPECTED");
}

void report_check_summary(const struct model *model, size_t passed, const struct tensor *farthest, double distance)
{
    printf("\n%zu of %zu tensors have the expected mean and deviation; the farthest off is %s, %.2f standard errors "
           "(limit %g)\n",
           passed, model->selected_count, farthest->name, distance, CHECK_STANDARD_ERRORS);
}

static double ratio(double a, double b)
{
    return b > 0.0 ? a / b : 0.0;
}

void report_timings(const struct model *model, const struct timing *timings, size_t count, bool digests)
{
    const double elements = (double)model->held;
    const double bytes = elements * (double)model->dtype->bytes;
    char text[DIGEST_TEXT];
    printf("\nInitialisation, %s; memset (1 thread) overwrites the same memory before each\n",
           count == 1 && timings[0].runs == 1 ? "tensor by tensor, once" : "medians of the runs");
    printf("%-8s %4s  %11s  %10s  %6s  %11s  %8s  %s\n", "isa", "runs", "total time", "ns/element", "GB/s", "memset",
           "x memset", digests ? "SHA-256 of the model" : "");
    for (size_t i = 0; i < count; ++i) {
        const struct timing *const t = &timings[i];
        printf("%-8s %4d  %8.2f ms  %10.3f  %6.2f  %8.2f ms  %8.2f  %s\n", t->isa, t->runs, 1e3 * t->init_seconds,
               ratio(1e9 * t->init_seconds, elements), ratio(1e-9 * bytes, t->init_seconds), 1e3 * t->memset_seconds,
               ratio(t->init_seconds, t->memset_seconds), digests ? digest_text(t->digest, text) : "");
    }
}

void report_digests(bool equal, size_t count, const char *missing)
{
    if (count == 1) {
        printf("One instruction set, nothing to compare");
    } else if (equal) {
        printf("The same bytes under all %zu instruction sets", count);
    } else {
        printf("DIFFERENT BYTES: the %zu instruction sets do not agree", count);
    }
    printf("%s%s%s\n", missing[0] != '\0' ? " (not available here:" : "", missing, missing[0] != '\0' ? ")" : "");
}

void report_slices(const struct options *options, const unsigned char whole[DIGEST_BYTES], bool equal)
{
    char text[DIGEST_TEXT];
    printf("%s: rank %" PRIu64 "'s rows, cut out of whole tensors, have the SHA-256 %s\n",
           equal ? "The same bytes as in the whole" : "DIFFERENT BYTES FROM THE WHOLE", options->rank,
           digest_text(whole, text));
}

void report_order(const unsigned char reversed[DIGEST_BYTES], bool equal)
{
    char text[DIGEST_TEXT];
    printf("%s: initialised from the last tensor to the first, the model has the SHA-256 %s\n",
           equal ? "The same bytes in reverse order" : "DIFFERENT BYTES IN REVERSE ORDER", digest_text(reversed, text));
}

void report_order_of_tensors(const struct model *model, size_t equal)
{
    printf("%s: initialised from the last to the first, %zu of %zu tensors have the same SHA-256\n",
           equal == model->selected_count ? "The same bytes in reverse order" : "DIFFERENT BYTES IN REVERSE ORDER",
           equal, model->selected_count);
}

void report_stream(const struct model *model)
{
    printf("Streamed: the model does not stay in memory; its tensors go one by one through a buffer of %.1f MB\n",
           megabytes(model, model->largest_held));
}

void report_stream_seconds(double all, double digest, double check)
{
    printf("Altogether %.2f s, of which SHA-256 took %.2f s and mean and deviation %.2f s\n", all, digest, check);
}

void report_no_digest(const struct options *options)
{
    printf("No SHA-256 was computed (--no-digest)%s\n",
           options->by_name || options->ranks > 1 ? ", so neither slices nor orders were compared" : "");
}
