/* demo_rule_parse.c: reads a rule.
 *
 * Parameters are checked while the table is read, so that a mistake is reported with its line and before any model
 * is initialised; names of rules, fan modes and so on are those of the library. What depends on the shape is left to
 * the library's own checks, whose message is passed on.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "demo_number.h"
#include "demo_rule.h"
#include "demo_rule_kind.h"

enum { PARAMETER_LENGTH_MOST = 63 };

static const struct rule_kind *find_kind(const char *name, size_t length)
{
    for (int i = 0; i < rule_kind_count; ++i) {
        const char *const kind_name = unitvar_initializer_name(rule_kinds[i].kind);
        if (strlen(kind_name) == length && memcmp(kind_name, name, length) == 0) {
            return &rule_kinds[i];
        }
    }
    return NULL;
}

static void describe_unknown_rule(const char *name, size_t length, char *reason, size_t reason_size)
{
    const int shown = length < PARAMETER_LENGTH_MOST ? (int)length : PARAMETER_LENGTH_MOST;
    int used = snprintf(reason, reason_size, "unknown rule '%.*s'; the rules are", shown, name);
    for (int i = 0; i < rule_kind_count && used >= 0 && (size_t)used < reason_size; ++i) {
        used +=
            snprintf(reason + used, reason_size - (size_t)used, " %s", unitvar_initializer_name(rule_kinds[i].kind));
    }
}

/* Copies [begin, end) without the spaces around it. False if it is too long to be a parameter. */
static bool copy_trimmed(const char *begin, const char *end, char copy[PARAMETER_LENGTH_MOST + 1])
{
    while (begin < end && isspace((unsigned char)*begin)) {
        ++begin;
    }
    while (begin < end && isspace((unsigned char)end[-1])) {
        --end;
    }
    const size_t length = (size_t)(end - begin);
    const size_t kept = length <= PARAMETER_LENGTH_MOST ? length : PARAMETER_LENGTH_MOST;
    memcpy(copy, begin, kept);
    copy[kept] = '\0';
    return kept == length;
}

static bool parse_name(enum parameter parameter, const char *text, unitvar_initializer *init, char *reason,
                       size_t reason_size)
{
    const char *const what = parameter == PARAMETER_FAN_MODE       ? "fan mode"
                             : parameter == PARAMETER_NONLINEARITY ? "nonlinearity"
                                                                   : "distribution";
    const int32_t status = parameter == PARAMETER_FAN_MODE ? unitvar_fan_mode_from_name(text, &init->fan_mode)
                           : parameter == PARAMETER_NONLINEARITY
                               ? unitvar_nonlinearity_from_name(text, &init->nonlinearity)
                               : unitvar_distribution_from_name(text, &init->distribution);
    if (status != UNITVAR_OK) {
        snprintf(reason, reason_size, "unknown %s '%s' (%s)", what, text, unitvar_last_error());
    }
    return status == UNITVAR_OK;
}

static bool parse_groups(const char *text, unitvar_initializer *init, char *reason, size_t reason_size)
{
    uint64_t groups = 0;
    if (number_parse_unsigned(text, INT64_MAX, &groups) != NUMBER_OK || groups == 0) {
        snprintf(reason, reason_size, "'%s' is not a number of groups, which is whole and at least 1", text);
        return false;
    }
    init->groups = (int64_t)groups;
    return true;
}

/* number[-1] is the parameter before. */
static const char *fault(enum parameter parameter, const double *number)
{
    switch (parameter) {
    case PARAMETER_NON_NEGATIVE:
        return *number < 0.0 ? "is negative; a deviation or gain is at least 0" : NULL;
    case PARAMETER_POSITIVE:
        return !(*number > 0.0) ? "is not more than 0" : NULL;
    case PARAMETER_FRACTION:
        return !(*number >= 0.0 && *number <= 1.0) ? "is not between 0 and 1" : NULL;
    case PARAMETER_UPPER_BOUND:
        return number[0] < number[-1] ? "is below the lower bound" : NULL;
    case PARAMETER_OPEN_UPPER:
        return !(number[0] > number[-1]) ? "is not above the lower bound" : NULL;
    default:
        return NULL;
    }
}

static bool parse_number(enum parameter parameter, const char *text, const struct dtype *dtype, double *number,
                         char *reason, size_t reason_size)
{
    const bool may_be_infinite = parameter == PARAMETER_OPEN_LOWER || parameter == PARAMETER_OPEN_UPPER;
    const enum number_status status =
        number_parse_real(text, may_be_infinite ? (double)INFINITY : dtype->largest, number);
    if (status == NUMBER_MALFORMED) {
        snprintf(reason, reason_size, "'%s' is not a number", text);
        return false;
    }
    if (status == NUMBER_OUT_OF_RANGE) {
        snprintf(reason, reason_size, "'%s' is not a number that %s can hold", text, dtype->name);
        return false;
    }
    const char *const why = fault(parameter, number);
    if (why != NULL) {
        snprintf(reason, reason_size, "'%s' %s", text, why);
    }
    return why == NULL;
}

static int count_parameters(const char *begin, const char *end)
{
    int count = 0;
    bool blank = true;
    for (const char *c = begin; c < end; ++c) {
        count += *c == ',';
        blank = blank && isspace((unsigned char)*c);
    }
    return blank ? 0 : count + 1;
}

/* Reads the parameters, as many as the rule has, from the list up to its parenthesis. */
static bool parse_parameters(const char *text, const char *list, const struct dtype *dtype, struct rule *rule,
                             char *reason, size_t reason_size)
{
    double *number = rule->initializer.p;
    for (int i = 0; i < rule->kind->parameter_count; ++i) {
        const enum parameter parameter = rule->kind->parameter[i];
        const char *const end = list + strcspn(list, ",)");
        char copy[PARAMETER_LENGTH_MOST + 1];
        char why[200];
        bool good = false;
        if (!copy_trimmed(list, end, copy)) {
            snprintf(why, sizeof why, "'%s...' is too long", copy);
        } else if (parameter <= PARAMETER_LAST_REAL) {
            good = parse_number(parameter, copy, dtype, number++, why, sizeof why);
        } else if (parameter == PARAMETER_GROUPS) {
            good = parse_groups(copy, &rule->initializer, why, sizeof why);
        } else {
            good = parse_name(parameter, copy, &rule->initializer, why, sizeof why);
        }
        if (!good) {
            snprintf(reason, reason_size, "rule '%.100s', parameter %d: %s", text, i + 1, why);
            return false;
        }
        list = end + 1;
    }
    return true;
}

static bool check_dimensions(const char *text, const struct rule_kind *kind, int32_t dimensions, char *reason,
                             size_t reason_size)
{
    const int least = (int)kind->dimensions_least;
    const int most = (int)kind->dimensions_most;
    if (dimensions >= least && dimensions <= most) {
        return true;
    }
    const int used = snprintf(reason, reason_size, "rule '%.100s' needs a shape of ", text);
    if (used >= 0 && (size_t)used < reason_size) {
        snprintf(reason + used, reason_size - (size_t)used,
                 most == DIMENSIONS_MOST ? "%d dimensions or more"
                 : least == most         ? "%d dimensions"
                                         : "%d to %d dimensions",
                 least, most);
    }
    return false;
}

/* The library has the last word: it checks every argument also where nothing is to be written. */
static bool library_accepts(const char *text, const struct dtype *dtype, int32_t dimensions, int64_t *shape,
                            const struct rule *rule, char *reason, size_t reason_size)
{
    static const int64_t origin[DIMENSIONS_MOST];
    int64_t slice_shape[DIMENSIONS_MOST] = {0};
    uint64_t element = 0;
    unitvar_generator *generator = NULL;
    unitvar_tensor slice = {&element, {1, 0}, dimensions, dtype->code, slice_shape, NULL, 0};
    int32_t status = unitvar_generator_create(UNITVAR_PCG32, 0, 0, &generator);
    if (dimensions > 1) {
        memcpy(slice_shape + 1, shape + 1, ((size_t)dimensions - 1) * sizeof *shape);
    }
    if (status == UNITVAR_OK) {
        status = unitvar_init_shard(generator, &rule->initializer, &slice, shape, origin);
    }
    unitvar_generator_destroy(generator);
    if (status != UNITVAR_OK) {
        snprintf(reason, reason_size, "rule '%.100s': %s", text, unitvar_last_error());
    }
    return status == UNITVAR_OK;
}

bool rule_parse(const char *text, const struct dtype *dtype, int32_t dimensions, int64_t *shape, struct rule *rule,
                char *reason, size_t reason_size)
{
    const size_t name_length = strcspn(text, "(");
    const bool has_list = text[name_length] == '(';
    const char *list = text + name_length + (has_list ? 1 : 0);
    const char *list_end = text + strlen(text) - (has_list ? 1 : 0);

    memset(rule, 0, sizeof *rule);
    rule->kind = find_kind(text, name_length);
    if (rule->kind == NULL) {
        describe_unknown_rule(text, name_length, reason, reason_size);
        return false;
    }
    if (has_list && (list_end < list || strcspn(list, ")") != (size_t)(list_end - list))) {
        snprintf(reason, reason_size, "rule '%.100s' does not end with its one ')'", text);
        return false;
    }
    const int found = count_parameters(list, list_end);
    if (found != rule->kind->parameter_count) {
        snprintf(reason, reason_size, "rule '%.100s' has %d parameters; %s takes %d", text, found,
                 unitvar_initializer_name(rule->kind->kind), rule->kind->parameter_count);
        return false;
    }
    rule->initializer.struct_size = sizeof rule->initializer;
    if (unitvar_initializer_defaults(&rule->initializer, rule->kind->kind) != UNITVAR_OK) {
        snprintf(reason, reason_size, "%s", unitvar_last_error());
        return false;
    }
    return parse_parameters(text, list, dtype, rule, reason, reason_size) &&
           check_dimensions(text, rule->kind, dimensions, reason, reason_size) &&
           library_accepts(text, dtype, dimensions, shape, rule, reason, reason_size);
}
