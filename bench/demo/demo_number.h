/* demo_number.h: numbers from text, strictly.
 *
 * A number is accepted only when the whole text is the number, without spaces around it, and in range. What was
 * wrong is told apart, so that messages can say it.
 */
#ifndef DEMO_NUMBER_H
#define DEMO_NUMBER_H

#include <stdint.h>

enum number_status { NUMBER_OK, NUMBER_MALFORMED, NUMBER_OUT_OF_RANGE };

/* Decimal digits, or 0x and hexadecimal ones; at most `largest`. A sign is malformed. */
enum number_status number_parse_unsigned(const char *text, uint64_t largest, uint64_t *out);

/* Whatever strtod reads in the C locale except NaN, of a magnitude of at most `largest`, which may be infinite. */
enum number_status number_parse_real(const char *text, double largest, double *out);

#endif
