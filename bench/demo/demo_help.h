/* demo_help.h: the text of --help, which documents the options and the tables. */
#ifndef DEMO_HELP_H
#define DEMO_HELP_H

#include <stddef.h>

enum { THREADS_MOST = 1024 };

void help_print(const char *program, const char *const *default_models, size_t default_count);

#endif
