/* demo_number.c: see demo_number.h. strtoull and strtod do the arithmetic; this file refuses what they let pass:
 * leading space, a sign on an unsigned number, trailing text, NaN.
 */
#include "demo_number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum number_status number_parse_unsigned(const char *text, uint64_t largest, uint64_t *out)
{
    const int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
    const char *digits = base == 16 ? text + 2 : text;
    if (base == 16 ? !isxdigit((unsigned char)digits[0]) : !isdigit((unsigned char)digits[0])) {
        return NUMBER_MALFORMED;
    }
    char *end = NULL;
    errno = 0;
    const unsigned long long value = strtoull(digits, &end, base);
    if (*end != '\0') {
        return NUMBER_MALFORMED;
    }
    if (errno == ERANGE || value > largest) {
        return NUMBER_OUT_OF_RANGE;
    }
    *out = value;
    return NUMBER_OK;
}

enum number_status number_parse_real(const char *text, double largest, double *out)
{
    if (text[0] == '\0' || isspace((unsigned char)text[0])) {
        return NUMBER_MALFORMED;
    }
    char *end = NULL;
    const double value = strtod(text, &end);
    if (end == text || *end != '\0' || isnan(value)) {
        return NUMBER_MALFORMED;
    }
    if (fabs(value) > largest) {
        return NUMBER_OUT_OF_RANGE;
    }
    *out = value;
    return NUMBER_OK;
}
