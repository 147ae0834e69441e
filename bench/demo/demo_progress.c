/* demo_progress.c: see demo_progress.h. The terminal's own "erase to the end of the line" keeps leftovers of a
 * longer line away.
 */
#include "demo_progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress_start(struct progress *progress)
{
    progress->on_terminal = isatty(STDERR_FILENO) == 1;
    progress->visible = false;
    progress->shown_at = 0.0;
}

void progress_show(struct progress *progress, const char *format, ...)
{
    if (!progress->on_terminal) {
        return;
    }
    const double now = seconds_now();
    if (progress->visible && now - progress->shown_at < 0.1) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    fputs("\r\033[K", stderr);
    vfprintf(stderr, format, arguments);
    fflush(stderr);
    va_end(arguments);
    progress->visible = true;
    progress->shown_at = now;
}

void progress_clear(struct progress *progress)
{
    if (progress->visible) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        progress->visible = false;
    }
}
