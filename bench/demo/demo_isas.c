/* demo_isas.c: see demo_isas.h. */
#include "demo_isas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_status.h"
#include "unitvar.h"

static const char *const all_isas[ISAS_MOST] = {"avx512", "avx2", "neon", "scalar"};

int isas_find(const char *only, struct isas *out)
{
    const char *const preferred = unitvar_isa(); /* of --isa, of the environment, or the best */
    memset(out, 0, sizeof *out);
    for (int i = 0; i < ISAS_MOST; ++i) {
        if (strcmp(all_isas[i], preferred) == 0) {
            out->names[out->count++] = all_isas[i];
        }
    }
    if (out->count == 0) {
        const char *const forced = getenv("UNITVAR_ISA");
        fprintf(stderr, "UNITVAR_ISA: '%s' cannot be used here\n", forced != NULL ? forced : preferred);
        return DEMO_USAGE;
    }
    for (int i = 0; i < ISAS_MOST && only == NULL; ++i) {
        if (all_isas[i] == out->names[0]) {
            continue;
        }
        const int32_t status = unitvar_set_isa(all_isas[i]);
        if (status == UNITVAR_OK) {
            out->names[out->count++] = all_isas[i];
        } else if (status == UNITVAR_UNSUPPORTED) {
            strcat(strcat(out->missing, " "), all_isas[i]);
        } else {
            fprintf(stderr, "%s\n", unitvar_last_error());
            return DEMO_FAILED;
        }
    }
    return DEMO_OK;
}
