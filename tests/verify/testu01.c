/* Feeds 32-bit words of the standard input to a battery of TestU01 (L'Ecuyer and Simard, 2007), whose library Debian does not
 * have; batteries.sh compiles it where TestU01's headers and libraries are found.
 *
 *   testu01 SmallCrush|Crush|BigCrush     its report, by TestU01; 2 where the input ends too soon
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bbattery.h"
#include "unif01.h"

static unsigned int next_word(void)
{
    static uint32_t words[1 << 14];
    static size_t used, count;
    if (used == count) {
        count = fread(words, sizeof words[0], sizeof words / sizeof words[0], stdin);
        used = 0;
        if (count == 0) {
            fputs("testu01: the words have ended\n", stderr);
            exit(2);
        }
    }
    return words[used++];
}

int main(int argc, char **argv)
{
    static char name[] = "words of the standard input";
    const char *const battery = argc == 2 ? argv[1] : "";
    void (*run)(unif01_Gen *) = NULL;
    if (strcmp(battery, "SmallCrush") == 0)
        run = bbattery_SmallCrush;
    else if (strcmp(battery, "Crush") == 0)
        run = bbattery_Crush;
    else if (strcmp(battery, "BigCrush") == 0)
        run = bbattery_BigCrush;
    if (run == NULL) {
        fprintf(stderr, "usage: testu01 SmallCrush|Crush|BigCrush, not \"%s\"\n", battery);
        return 2;
    }
    unif01_Gen *const words = unif01_CreateExternGenBits(name, next_word);
    run(words);
    unif01_DeleteExternGenBits(words);
    return 0;
}
