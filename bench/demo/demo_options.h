/* demo_options.h: the command line. The help text, of demo_help.h, is the documentation of the options. */
#ifndef DEMO_OPTIONS_H
#define DEMO_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "demo_dtype.h"

struct options {
    uint64_t seed;
    int32_t engine;
    const char *engine_name;
    const char *isa; /* NULL: every one that the machine has */
    int32_t threads;
    const struct dtype *dtype;
    bool by_name;
    uint64_t rank; /* below ranks */
    uint64_t ranks;
    const char *only; /* NULL: all tensors */
    bool stream;      /* also models that would fit */
    bool digest;      /* of streamed models */
    bool quiet;
    bool help;           /* the help has been printed, nothing else is to be done */
    const char **models; /* paths; the array is owned, the paths are not */
    size_t model_count;
};

/* DEMO_OK, DEMO_USAGE or DEMO_FAILED. The paths stay valid as long as argv. */
int options_parse(int argc, char **argv, struct options *options);
void options_free(struct options *options);

#endif
