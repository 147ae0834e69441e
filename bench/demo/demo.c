/* demo.c: initialises real networks with Unitvar and shows that it is right, fast and the same everywhere.
 *
 * For every model: each tensor is initialised and its mean and deviation compared with those that its rule promises;
 * the whole is timed against memset; and the SHA-256 of the whole is taken under every instruction set that the
 * machine has. Models that are too large for that are streamed. `--help` documents the options.
 */
#include <stdio.h>
#include <stdlib.h>

#include "demo_isas.h"
#include "demo_options.h"
#include "demo_progress.h"
#include "demo_report.h"
#include "demo_resident.h"
#include "demo_status.h"
#include "demo_stream.h"
#include "demo_table.h"
#include "unitvar.h"

static int library_failed(void)
{
    fprintf(stderr, "%s\n", unitvar_last_error());
    return DEMO_FAILED;
}

static int run_model(struct model *model, const struct options *options, const struct isas *isas,
                     struct progress *progress)
{
    struct source source;
    const double bytes = (double)model->parameters * (double)model->dtype->bytes;
    int status = DEMO_OK;
    if (source_open(&source, options->engine, options->seed, options->by_name) != UNITVAR_OK ||
        unitvar_set_isa(isas->names[0]) != UNITVAR_OK) {
        status = library_failed();
    } else {
        report_model(model, options);
        status = options->stream || bytes > STREAM_BYTES ? stream_run(model, options, &source, progress)
                                                         : resident_run(model, options, isas, &source, progress);
    }
    source_close(&source);
    return status;
}

/* Reads every table before the first run, so that a mistake in the last one is not reported after minutes. */
static int read_models(const struct options *options, struct model *models)
{
    for (size_t i = 0; i < options->model_count; ++i) {
        const int status = model_read(options->models[i], options->dtype, &models[i]);
        if (status != DEMO_OK) {
            return status;
        }
        model_cut(&models[i], options->only, options->rank, options->ranks);
        if (models[i].selected_count == 0) {
            fprintf(stderr, "--only: '%s': no tensor of %s has it in its name\n", options->only, options->models[i]);
            return DEMO_USAGE;
        }
    }
    return DEMO_OK;
}

static int run_models(const struct options *options, struct model *models)
{
    struct isas isas;
    struct progress progress;
    int status = isas_find(options->isa, &isas);
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
