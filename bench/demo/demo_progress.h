/* demo_progress.h: the clock, and a progress line for people who wait.
 *
 * The line goes to stderr, and only when that is a terminal; it changes at most ten times a second. Clear it before
 * anything else is printed.
 */
#ifndef DEMO_PROGRESS_H
#define DEMO_PROGRESS_H

#include <stdbool.h>

struct progress {
    bool on_terminal;
    bool visible;
    double shown_at;
};

double seconds_now(void); /* monotonic, from an arbitrary origin */

void progress_start(struct progress *progress);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void progress_show(struct progress *progress, const char *format, ...);
void progress_clear(struct progress *progress);

/* How far a long work is, with its rate since it was started and the time that the rest takes at that rate. */
struct progress_bar {
    const char *label;
    double done; /* bytes */
    double total;
    double started; /* by seconds_now */
};

void progress_bar_show(struct progress *progress, const struct progress_bar *bar);

#endif
