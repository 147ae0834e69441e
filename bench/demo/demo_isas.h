/* demo_isas.h: the instruction sets that a run compares. */
#ifndef DEMO_ISAS_H
#define DEMO_ISAS_H

#include <stddef.h>

enum { ISAS_MOST = 4 };

/* The preferred one first, and a list of those that are not available, each after a space. */
struct isas {
    const char *names[ISAS_MOST];
    size_t count;
    char missing[64];
};

/* `only` is that of --isa, already in force, or NULL for all. DEMO_OK, or DEMO_USAGE or DEMO_FAILED with a message. */
int isas_find(const char *only, struct isas *out);

#endif
