/* demo.c: initialises real networks with Unitvar and shows that it is right, fast and the same everywhere.
 *
 * For every model: each tensor is initialised and its mean and deviation compared with the closed form of its rule;
 * the whole is timed against memset; and the SHA-256 of the whole is taken under every instruction set that the
 * machine has. One generator runs through the model, its tensors in file order. `--help` documents the options.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_check.h"
#include "demo_options.h"
#include "demo_progress.h"
#include "demo_report.h"
#include "demo_status.h"
#include "demo_table.h"
#include "demo_timing.h"
#include "unitvar.h"

static const char *const all_isas[] = {"avx512", "avx2", "neon", "scalar"};

enum { ALL_ISAS = (int)(sizeof all_isas / sizeof all_isas[0]) };

/* The instruction sets to run, the preferred one first, and a list of those that are not available. */
struct isa_list {
    const char *names[ALL_ISAS];
    size_t count;
    char missing[64];
};

static int library_failed(void)
{
    fprintf(stderr, "%s\n", unitvar_last_error());
    return DEMO_FAILED;
}

static int find_isas(const struct options *options, struct isa_list *isas)
{
    const char *const preferred = unitvar_isa(); /* of --isa, of the environment, or the best */
    memset(isas, 0, sizeof *isas);
    for (int i = 0; i < ALL_ISAS; ++i) {
        if (strcmp(all_isas[i], preferred) == 0) {
            isas->names[isas->count++] = all_isas[i];
        }
    }
    if (isas->count == 0) {
        const char *const forced = getenv("UNITVAR_ISA");
        fprintf(stderr, "UNITVAR_ISA: '%s' cannot be used here\n", forced != NULL ? forced : preferred);
        return DEMO_USAGE;
    }
    for (int i = 0; i < ALL_ISAS && options->isa == NULL; ++i) {
        if (all_isas[i] == isas->names[0]) {
            continue;
        }
        const int32_t status = unitvar_set_isa(all_isas[i]);
        if (status == UNITVAR_OK) {
            isas->names[isas->count++] = all_isas[i];
        } else if (status == UNITVAR_UNSUPPORTED) {
            strcat(strcat(isas->missing, " "), all_isas[i]);
        } else {
            return library_failed();
        }
    }
    return DEMO_OK;
}

static int check_model(struct model *model, const struct options *options, unitvar_generator *generator,
                       struct progress *progress)
{
    const struct report_columns columns = report_columns(model);
    const struct tensor *farthest = &model->tensors[0];
    double farthest_distance = 0.0;
    size_t passed = 0;
    if (!options->quiet) {
        report_check_heading(&columns);
    }
    for (size_t i = 0; i < model->tensor_count; ++i) {
        struct tensor *const tensor = &model->tensors[i];
        struct check check;
        progress_show(progress, "%s: tensor %zu of %zu", model->path, i + 1, model->tensor_count);
        if (check_tensor(tensor, generator, &check) != UNITVAR_OK) {
            progress_clear(progress);
            fprintf(stderr, "%s:%zu: %s: %s\n", model->path, tensor->line, tensor->name, unitvar_last_error());
            return DEMO_FAILED;
        }
        const bool pass = check_passes(&check);
        passed += pass;
        if (check.distance > farthest_distance || isnan(check.distance)) {
            farthest = tensor;
            farthest_distance = check.distance;
        }
        if (!options->quiet || !pass) {
            progress_clear(progress);
            report_check(&columns, tensor, &check);
        }
    }
    progress_clear(progress);
    report_check_summary(model, passed, farthest, farthest_distance);
    return passed == model->tensor_count ? DEMO_OK : DEMO_MISMATCH;
}

static int compare_isas(struct model *model, const struct isa_list *isas, unitvar_generator *generator,
                        struct progress *progress)
{
    struct timing timings[ALL_ISAS];
    bool equal = true;
    for (size_t i = 0; i < isas->count; ++i) {
        timings[i].isa = isas->names[i];
        if (unitvar_set_isa(isas->names[i]) != UNITVAR_OK) {
            return library_failed();
        }
        const int status = timing_measure(model, generator, progress, &timings[i]);
        if (status != DEMO_OK) {
            return status;
        }
        equal = equal && memcmp(timings[i].digest, timings[0].digest, DIGEST_BYTES) == 0;
    }
    report_timings(model, timings, isas->count);
    report_digests(equal, isas->count, isas->missing);
    return equal ? DEMO_OK : DEMO_MISMATCH;
}

static int run_model(struct model *model, const struct options *options, const struct isa_list *isas,
                     struct progress *progress)
{
    unitvar_generator *generator = NULL;
    if (unitvar_set_isa(isas->names[0]) != UNITVAR_OK ||
        unitvar_generator_create(options->engine, options->seed, 0, &generator) != UNITVAR_OK) {
        return library_failed();
    }
    int status = model_allocate(model);
    if (status == DEMO_OK) {
        report_model(model, options);
        status = check_model(model, options, generator, progress);
    }
    if (status <= DEMO_MISMATCH) {
        const int compared = compare_isas(model, isas, generator, progress);
        status = compared > status ? compared : status;
    }
    unitvar_generator_destroy(generator);
    return status;
}

/* Reads every table before the first run, so that a mistake in the last one is not reported after minutes. */
static int read_models(const struct options *options, struct model *models)
{
    for (size_t i = 0; i < options->model_count; ++i) {
        const int status = model_read(options->models[i], &models[i]);
        if (status != DEMO_OK) {
            return status;
        }
    }
    return DEMO_OK;
}

static int run_models(const struct options *options, struct model *models)
{
    struct isa_list isas;
    struct progress progress;
    int status = find_isas(options, &isas);
    if (status == DEMO_OK) {
        status = read_models(options, models);
    }
    if (status == DEMO_OK && unitvar_set_num_threads(options->threads) != UNITVAR_OK) {
        status = library_failed();
    }
    progress_start(&progress);
    for (size_t i = 0; i < options->model_count && status <= DEMO_MISMATCH; ++i) {
        printf("%s", i > 0 ? "\n\n" : "");
        const int ran = run_model(&models[i], options, &isas, &progress);
        status = ran > status ? ran : status;
        model_free(&models[i]);
    }
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    int status = options_parse(argc, argv, &options);
    if (status == DEMO_OK && !options.help) {
        struct model *const models = calloc(options.model_count, sizeof *models);
        if (models == NULL) {
            fprintf(stderr, "out of memory\n");
            status = DEMO_FAILED;
        } else {
            status = run_models(&options, models);
            for (size_t i = 0; i < options.model_count; ++i) {
                model_free(&models[i]);
            }
            free(models);
        }
    }
    options_free(&options);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("stdout");
        status = DEMO_FAILED;
    }
    return status;
}
