/* demo_help.c: see demo_help.h. */
#include "demo_help.h"

#include <stdio.h>

#include "demo_stream.h"
#include "demo_timing.h"
#include "unitvar.h"

static void print_options(void)
{
    printf(
        "      --dtype NAME    f32, f64, bf16 or f16; default f32\n"
        "      --by-name       each tensor from a generator of its own, forked by its name, so that their order does\n"
        "                      not matter; proved by initialising the model from the last tensor to the first, too\n"
        "      --shard R/N     only the rows of rank R, 0 to N-1: each tensor's first dimension is cut into N ranges\n"
        "                      of nearly equal length; proved to be the slices of the whole by SHA-256\n"
        "      --only TEXT     only tensors with TEXT in their names, with the bytes that they have in the whole\n"
        "      --stream        keep no model in memory: tensors go one by one through a buffer that is used again,\n"
        "                      once, under one instruction set. Chosen by itself for models of more than %.0f GB\n"
        "      --no-digest     do not hash streamed models, which takes longer than initialising them\n"
        "      --seed N        0 to 2^64-1, decimal or 0x...; default 42\n"
        "      --engine NAME   pcg32, philox4x32, ars4x32 or torch_mt19937, which has PyTorch's bits, one after\n"
        "                      the other and not by name; default pcg32\n"
        "      --isa NAME      only this instruction set: scalar, avx2, avx512, neon, or auto for the best. Default: "
        "all;\n"
        "                      moments are measured under the one that the library chooses\n"
        "      --threads N     at most so many threads, 1 to %d, or 0 for every processor; default 1, so that the\n"
        "                      comparison with memset, which has one, is fair. Threads never change the bytes\n"
        "      --quiet         print no row for a tensor, unless it is not as expected\n"
        "  -h, --help          print this help\n"
        "\n",
        1e-9 * STREAM_BYTES, THREADS_MOST);
}

static void print_tables(void)
{
    printf("A table has one tensor per line, NAME tab SHAPE tab RULE; lines with # are comments. A shape is 768x3072, "
           "or\n"
           "the word scalar. A rule is one of\n"
           "  zeros            ones                 constant(v)              eye\n"
           "  dirac(groups)    uniform(a,b)         normal(mean,std)         trunc_normal(mean,std,a,b)\n"
           "  xavier_uniform(gain)                  kaiming_uniform(a,FAN,NONLINEARITY)\n"
           "  xavier_normal(gain)                   kaiming_normal(a,FAN,NONLINEARITY)\n"
           "  orthogonal(gain)                      delta_orthogonal(gain)\n"
           "  sparse(sparsity,std)                  variance_scaling(scale,FAN,DISTRIBUTION)\n"
           "with fan_in, fan_out or fan_avg; uniform, normal or truncated_normal; and the nonlinearities of the "
           "library:\n"
           "linear, relu, leaky_relu, tanh and so on. Bounds of trunc_normal may be -inf and inf.\n"
           "\n"
           "In the table of tensors, \"off\" is the distance from the expectation in standard errors, the larger of\n"
           "those of mean and deviation; the deviation of orthogonal tensors is their root mean square, which is\n"
           "fixed. Times are medians of %d runs, %d to %d where these take longer than %d s; of streamed models, of "
           "one.\n"
           "\n",
           TIMING_RUNS_MOST, TIMING_RUNS_LEAST, TIMING_RUNS_MOST, TIMING_SECONDS);
}

void help_print(const char *program, const char *const *default_models, size_t default_count)
{
    printf("Usage: %s [OPTION]...\n", program);
    printf("Initialises every tensor of real networks with Unitvar %s, compares the mean and the deviation of each "
           "with\n"
           "those that its rule promises, times the whole against memset, and compares the SHA-256 of the model under\n"
           "each instruction set of this machine.\n"
           "\n"
           "      --model FILE    initialise the model of this table; may be repeated. Default: all of\n",
           unitvar_version_string());
    for (size_t i = 0; i < default_count; ++i) {
        printf("                      %s\n", default_models[i]);
    }
    print_options();
    print_tables();
    printf("Examples:\n"
           "  %s\n"
           "  %s --quiet --engine philox4x32 --seed 0x5eed --dtype bf16\n"
           "  %s --model mine.tsv --isa avx2 --threads 0 --by-name\n"
           "  %s --model mine.tsv --shard 1/4\n"
           "  %s --model llama-7b.tsv --dtype bf16\n"
           "\n"
           "Exit status: 0 all as expected; 1 bytes differ that must be equal, or a mean or deviation is more than 6\n"
           "standard errors off; 2 wrong option or table; 3 the library or the system failed.\n",
           program, program, program, program, program);
}
