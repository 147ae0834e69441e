/* demo_options.c: see demo_options.h. getopt_long names an option that it does not know on stderr by itself; values
 * are checked here, and the names of engines and instruction sets by the library.
 */
#include "demo_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_number.h"
#include "demo_status.h"
#include "demo_timing.h"
#include "unitvar.h"

#ifndef UNITVAR_MODELS_DIR
#define UNITVAR_MODELS_DIR "models"
#endif

enum { THREADS_MOST = 1024 };

static const char *const default_models[] = {
    UNITVAR_MODELS_DIR "/gpt2-small.tsv",
    UNITVAR_MODELS_DIR "/resnet50.tsv",
    UNITVAR_MODELS_DIR "/mlp.tsv",
};

enum { DEFAULT_MODELS = (int)(sizeof default_models / sizeof default_models[0]) };

static void print_help(const char *program)
{
    printf("Usage: %s [OPTION]...\n", program);
    printf(
        "Initialises every tensor of real networks with Unitvar %s, compares the mean and the deviation of each with\n"
        "those that its rule promises, times the whole against memset, and compares the SHA-256 of the model under\n"
        "each instruction set of this machine.\n"
        "\n"
        "      --model FILE    initialise the model of this table; may be repeated. Default: all of\n",
        unitvar_version_string());
    for (int i = 0; i < DEFAULT_MODELS; ++i) {
        printf("                      %s\n", default_models[i]);
    }
    printf(
        "      --seed N        0 to 2^64-1, decimal or 0x...; default 42\n"
        "      --engine NAME   pcg32 or philox4x32; default pcg32\n"
        "      --isa NAME      only this instruction set: scalar, avx2, avx512, neon, or auto for the best. Default: "
        "all;\n"
        "                      moments are measured under the one that the library chooses\n"
        "      --threads N     at most so many threads, 1 to %d, or 0 for every processor; default 1, so that the\n"
        "                      comparison with memset, which has one, is fair. Threads never change the bytes\n"
        "      --quiet         print no row for a tensor, unless it is not as expected\n"
        "  -h, --help          print this help\n"
        "\n"
        "A table has one tensor per line, NAME tab SHAPE tab RULE; lines with # are comments. A shape is 768x3072.\n"
        "A rule is zeros, ones, constant(v), uniform(a,b), normal(mean,std), xavier_uniform(gain),\n"
        "xavier_normal(gain), kaiming_uniform(a,FAN,NONLINEARITY) or kaiming_normal(a,FAN,NONLINEARITY), with fan_in,\n"
        "fan_out or fan_avg and the nonlinearities of the library: linear, relu, leaky_relu, tanh and so on.\n"
        "\n"
        "In the table of tensors, \"off\" is the distance from the expectation in standard errors, the larger of\n"
        "those of mean and deviation. Times are medians of %d runs, %d to %d where these take longer than %d s.\n"
        "\n"
        "Examples:\n"
        "  %s\n"
        "  %s --quiet --engine philox4x32 --seed 0x5eed\n"
        "  %s --model mine.tsv --isa avx2 --threads 0\n"
        "\n"
        "Exit status: 0 all as expected; 1 bytes differ between instruction sets, or a mean or deviation is more\n"
        "than 6 standard errors off; 2 wrong option or table; 3 the library or the system failed.\n",
        THREADS_MOST, TIMING_RUNS_MOST, TIMING_RUNS_LEAST, TIMING_RUNS_MOST, TIMING_SECONDS, program, program, program);
}

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

enum option_code { OPTION_SEED = 256, OPTION_ENGINE, OPTION_ISA, OPTION_THREADS, OPTION_MODEL, OPTION_QUIET };

static const struct option long_options[] = {
    {"seed", required_argument, NULL, OPTION_SEED},
    {"engine", required_argument, NULL, OPTION_ENGINE},
    {"isa", required_argument, NULL, OPTION_ISA},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"model", required_argument, NULL, OPTION_MODEL},
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
        print_help(argv[0]);
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
