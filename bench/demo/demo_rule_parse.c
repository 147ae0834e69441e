/* demo_rule_parse.c: reads a rule.
 *
 * Parameters are checked while the table is read, so that a mistake is reported with its line and before any model
 * is initialised; names of fan modes and nonlinearities are looked up in the library, which is the one that knows.
 */
#include <ctype.h>
#include <float.h>
#include <stdio.h>
#include <string.h>

#include "demo_number.h"
#include "demo_rule.h"
#include "demo_rule_kind.h"

enum { PARAMETER_LENGTH_MOST = 63 };

static const struct rule_kind *find_kind(const char *name, size_t length)
{
    for (int i = 0; i < rule_kind_count; ++i) {
        if (strlen(rule_kinds[i].name) == length && memcmp(rule_kinds[i].name, name, length) == 0) {
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
        used += snprintf(reason + used, reason_size - (size_t)used, " %s", rule_kinds[i].name);
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

static bool parse_parameter(enum parameter parameter, const char *text, double *number, struct rule *rule, char *reason,
                            size_t reason_size)
{
    if (parameter == PARAMETER_FAN_MODE || parameter == PARAMETER_NONLINEARITY) {
        const int32_t status = parameter == PARAMETER_FAN_MODE
                                   ? unitvar_fan_mode_from_name(text, &rule->fan_mode)
                                   : unitvar_nonlinearity_from_name(text, &rule->nonlinearity);
        if (status != UNITVAR_OK) {
            snprintf(reason, reason_size, "unknown %s '%s' (%s)",
                     parameter == PARAMETER_FAN_MODE ? "fan mode" : "nonlinearity", text, unitvar_last_error());
        }
        return status == UNITVAR_OK;
    }
    const enum number_status status = number_parse_real(text, number);
    if (status != NUMBER_OK) {
        snprintf(reason, reason_size, "'%s' is not a number%s", text,
                 status == NUMBER_OUT_OF_RANGE ? " that a 32-bit float can hold" : "");
        return false;
    }
    if (parameter == PARAMETER_NON_NEGATIVE && *number < 0.0) {
        snprintf(reason, reason_size, "'%s' is negative; a deviation or gain is at least 0", text);
        return false;
    }
    if (parameter == PARAMETER_UPPER_BOUND && !(number[0] >= number[-1] && number[0] - number[-1] <= FLT_MAX)) {
        snprintf(reason, reason_size, "'%s' is %s the lower bound", text,
                 number[0] < number[-1] ? "below" : "too far above");
        return false;
    }
    return true;
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

bool rule_parse(const char *text, int32_t dimensions, struct rule *rule, char *reason, size_t reason_size)
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
        snprintf(reason, reason_size, "rule '%.100s' has %d parameters; %s takes %d", text, found, rule->kind->name,
                 rule->kind->parameter_count);
        return false;
    }
    double *number = rule->number;
    for (int i = 0; i < found; ++i) {
        const char *end = list + strcspn(list, ",)");
        char copy[PARAMETER_LENGTH_MOST + 1];
        char why[200];
        if (!copy_trimmed(list, end, copy)) {
            snprintf(why, sizeof why, "'%s...' is too long", copy);
        } else if (parse_parameter(rule->kind->parameter[i], copy, number, rule, why, sizeof why)) {
            number += rule->kind->parameter[i] <= PARAMETER_UPPER_BOUND; /* the others are names */
            list = end + 1;
            continue;
        }
        snprintf(reason, reason_size, "rule '%.100s', parameter %d: %s", text, i + 1, why);
        return false;
    }
    if (rule->kind->needs_fans && dimensions < 2) {
        snprintf(reason, reason_size, "rule '%.100s' needs a shape of 2 dimensions or more", text);
        return false;
    }
    return true;
}
