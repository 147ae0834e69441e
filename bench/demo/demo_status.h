/* demo_status.h: the exit statuses of the demo, which its functions also return. Whoever returns one other than
 * DEMO_OK has already printed why.
 */
#ifndef DEMO_STATUS_H
#define DEMO_STATUS_H

enum {
    DEMO_OK = 0,
    DEMO_MISMATCH = 1, /* bytes differ that must be equal, or moments are off */
    DEMO_USAGE = 2,    /* a wrong option or a wrong file */
    DEMO_FAILED = 3    /* the library or the system refused: no memory, no output */
};

#endif
