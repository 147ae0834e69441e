/* demo_options.c: see demo_options.h. getopt_long names an option that it does not know on stderr by itself; values
 * are checked here, and the names of engines and instruction sets by the library.
 */
#include "demo_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_help.h"
#include "demo_number.h"
#include "demo_status.h"
#include "unitvar.h"

#ifndef UNITVAR_MODELS_DIR
#define UNITVAR_MODELS_DIR "models"
#endif

enum { RANKS_MOST = 1000000 };

static const char *const default_models[] = {
    UNITVAR_MODELS_DIR "/gpt2-small.tsv",
    UNITVAR_MODELS_DIR "/resnet50.tsv",
    UNITVAR_MODELS_DIR "/mlp.tsv",
};

enum { DEFAULT_MODELS = (int)(sizeof default_models / sizeof default_models[0]) };

static int wrong_value(const char *option, const char *value, const char *why)
{
    fprintf(stderr, "--%s: '%s': %s\n", option, value, why);
    return DEMO_USAGE;
}

static int parse_unsigned(const char *option, const char *text, uint64_t largest, uint64_t *out)
{
    switch (number_parse_unsigned(text, largest, out)) {
    case NUMBER_OK:
        return DEMO_OK;
    case NUMBER_OUT_OF_RANGE: {
        char why[64];
        snprintf(why, sizeof why, "more than %llu", (unsigned long long)largest);
        return wrong_value(option, text, why);
    }
    case NUMBER_MALFORMED:
        break;
    }
    return wrong_value(option, text, "not a whole number, 0 or more, in digits");
}

/* R/N with 0 <= R < N. */
static int parse_shard(const char *text, struct options *options)
{
    const char *const slash = strchr(text, '/');
    const size_t length = slash != NULL ? (size_t)(slash - text) : 0;
    char rank[32];
    if (slash == NULL || length >= sizeof rank) {
        return wrong_value("shard", text, "not of the form R/N, such as 0/4");
    }
    memcpy(rank, text, length);
    rank[length] = '\0';
    if (number_parse_unsigned(rank, UINT64_MAX, &options->rank) != NUMBER_OK ||
        number_parse_unsigned(slash + 1, RANKS_MOST, &options->ranks) != NUMBER_OK || options->ranks == 0) {
        return wrong_value("shard", text, "not of the form R/N, such as 0/4, with N from 1 to 1000000");
    }
    if (options->rank >= options->ranks) {
        return wrong_value("shard", text, "ranks are counted from 0, so R is less than N");
    }
    return DEMO_OK;
}

enum option_code {
    OPTION_SEED = 256,
    OPTION_ENGINE,
    OPTION_ISA,
    OPTION_THREADS,
    OPTION_MODEL,
    OPTION_DTYPE,
    OPTION_BY_NAME,
    OPTION_SHARD,
    OPTION_ONLY,
    OPTION_STREAM,
    OPTION_NO_DIGEST,
    OPTION_QUIET
};

static const struct option long_options[] = {
    {"seed", required_argument, NULL, OPTION_SEED},
    {"engine", required_argument, NULL, OPTION_ENGINE},
    {"isa", required_argument, NULL, OPTION_ISA},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"model", required_argument, NULL, OPTION_MODEL},
    {"dtype", required_argument, NULL, OPTION_DTYPE},
    {"by-name", no_argument, NULL, OPTION_BY_NAME},
    {"shard", required_argument, NULL, OPTION_SHARD},
    {"only", required_argument, NULL, OPTION_ONLY},
    {"stream", no_argument, NULL, OPTION_STREAM},
    {"no-digest", no_argument, NULL, OPTION_NO_DIGEST},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int apply_option(struct options *options, int code, const char *value)
{
    uint64_t number = 0;
    int status = DEMO_OK;
    switch (code) {
    case OPTION_SEED:
        return parse_unsigned("seed", value, UINT64_MAX, &options->seed);
    case OPTION_ENGINE:
        options->engine_name = value;
        return unitvar_engine_from_name(value, &options->engine) == UNITVAR_OK
                   ? DEMO_OK
                   : wrong_value("engine", value, unitvar_last_error());
    case OPTION_ISA:
        options->isa = value;
        return unitvar_set_isa(value) == UNITVAR_OK ? DEMO_OK : wrong_value("isa", value, unitvar_last_error());
    case OPTION_THREADS:
        status = parse_unsigned("threads", value, THREADS_MOST, &number);
        options->threads = (int32_t)number;
        return status;
    case OPTION_MODEL:
        options->models[options->model_count++] = value;
        return DEMO_OK;
    case OPTION_DTYPE:
        options->dtype = dtype_from_name(value);
        return options->dtype != NULL ? DEMO_OK : wrong_value("dtype", value, "not one of f32, f64, bf16, f16");
    case OPTION_BY_NAME:
        options->by_name = true;
        return DEMO_OK;
    case OPTION_SHARD:
        return parse_shard(value, options);
    case OPTION_ONLY:
        options->only = value;
        return DEMO_OK;
    case OPTION_STREAM:
        options->stream = true;
        return DEMO_OK;
    case OPTION_NO_DIGEST:
        options->digest = false;
        return DEMO_OK;
    case OPTION_QUIET:
        options->quiet = true;
        return DEMO_OK;
    case 'h':
        options->help = true;
        return DEMO_OK;
    default:
        return DEMO_USAGE; /* getopt_long has said why */
    }
}

int options_parse(int argc, char **argv, struct options *options)
{
    memset(options, 0, sizeof *options);
    options->seed = 42;
    options->engine = UNITVAR_PCG32;
    options->engine_name = "pcg32";
    options->threads = 1;
    options->dtype = dtype_from_name("f32");
    options->ranks = 1;
    options->digest = true;
    options->models = malloc(((size_t)argc + DEFAULT_MODELS) * sizeof *options->models);
    if (options->models == NULL) {
        fprintf(stderr, "out of memory\n");
        return DEMO_FAILED;
    }
    int status = DEMO_OK;
    int code = 0;
    while (status == DEMO_OK && !options->help && (code = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        status = apply_option(options, code, optarg);
    }
    if (status == DEMO_OK && options->help) {
        help_print(argv[0], default_models, DEFAULT_MODELS);
        return DEMO_OK;
    }
    if (status == DEMO_OK && optind < argc) {
        fprintf(stderr, "unexpected argument '%s'; tables are given with --model\n", argv[optind]);
        status = DEMO_USAGE;
    }
    if (status != DEMO_OK) {
        fprintf(stderr, "Try '%s --help'.\n", argv[0]);
        return status;
    }
    if (options->model_count == 0) {
        memcpy((void *)options->models, (const void *)default_models, sizeof default_models);
        options->model_count = DEFAULT_MODELS;
    }
    return DEMO_OK;
}

void options_free(struct options *options)
{
    free((void *)options->models);
    memset(options, 0, sizeof *options);
}
