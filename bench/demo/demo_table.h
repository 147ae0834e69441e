/* demo_table.h: reads a model from its parameter table.
 *
 * A table is a text file with one tensor per line: name, shape (768x3072, or `scalar`) and rule, separated by tabs.
 * Lines that are blank or start with '#' are comments. Reading either gives a complete model or prints one message
 * "FILE:LINE: reason" that quotes the offending text.
 */
#ifndef DEMO_TABLE_H
#define DEMO_TABLE_H

#include "demo_model.h"

/* A model of this element type, not cut yet. DEMO_OK, DEMO_USAGE for a file that cannot be read or is wrong,
 * DEMO_FAILED without memory. On failure the model is empty. */
int model_read(const char *path, const struct dtype *dtype, struct model *model);

#endif
