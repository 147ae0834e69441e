/* demo_progress.c: see demo_progress.h. The terminal's own "erase to the end of the line" keeps leftovers of a
 * longer line away.
 */
#include "demo_progress.h"

#include <math.h>
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

void progress_bar_show(struct progress *progress, const struct progress_bar *bar)
{
    enum { WIDTH = 24 };
    static const char full[] = "########################";
    static const char empty[] = "........................";
    const double share = bar->total > 0.0 ? bar->done / bar->total : 1.0;
    const double seconds = seconds_now() - bar->started;
    const double rate = seconds > 0.0 ? bar->done / seconds : 0.0;
    const int filled = (int)(share * WIDTH);
    char left[32] = "";
    if (rate > 0.0) {
        const double rest = (bar->total - bar->done) / rate;
        snprintf(left, sizeof left, ", %.0f:%02d left", floor(rest / 60.0), (int)fmod(rest, 60.0));
    }
    progress_show(progress, "%s [%.*s%.*s] %3.0f%%, %.2f of %.2f GB, %.2f GB/s%s", bar->label, filled, full,
                  WIDTH - filled, empty, 100.0 * share, 1e-9 * bar->done, 1e-9 * bar->total, 1e-9 * rate, left);
}
