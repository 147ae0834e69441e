/* demo_table.c: see demo_table.h. The reader owns the current line; fields point into it until a tensor is complete
 * and are copied then, so a failure anywhere leaves only the model to release.
 */
#include "demo_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "demo_number.h"
#include "demo_rule_kind.h"
#include "demo_status.h"

enum { FIELDS = 3 };

static const char *const field_names[FIELDS] = {"name", "shape", "rule"};

/* Leaves room to align every tensor and to count bytes in int64_t. */
static uint64_t elements_most(const struct model *model)
{
    return (SIZE_MAX / 2 < INT64_MAX ? SIZE_MAX / 2 : INT64_MAX) / (2 * model->dtype->bytes);
}

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static int
wrong_line(const struct model *model, size_t line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s:%zu: ", model->path, line);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return DEMO_USAGE;
}

static int out_of_memory(const char *path)
{
    fprintf(stderr, "%s: out of memory\n", path);
    return DEMO_FAILED;
}

/* Cuts the line at its tabs. */
static int split_fields(const struct model *model, size_t line, char *text, char *fields[FIELDS])
{
    int count = 0;
    for (char *field = text; field != NULL; ++count) {
        char *const tab = strchr(field, '\t');
        if (tab != NULL) {
            *tab = '\0';
        }
        if (count < FIELDS) {
            fields[count] = field;
        }
        field = tab != NULL ? tab + 1 : NULL;
    }
    if (count > FIELDS) {
        return wrong_line(model, line, "%d fields after '%.80s'; a line has 3, separated by tabs: name, shape, rule",
                          count - 1, fields[0]);
    }
    if (count < FIELDS) {
        return wrong_line(model, line, "no %s after '%.80s'; a line has 3 fields, separated by tabs: name, shape, rule",
                          field_names[count], fields[count - 1]);
    }
    for (int i = 0; i < FIELDS; ++i) {
        if (fields[i][strspn(fields[i], " ")] == '\0') {
            return wrong_line(model, line, "the %s '%s' is empty", field_names[i], fields[i]);
        }
    }
    return DEMO_OK;
}

static int parse_shape(const struct model *model, size_t line, const char *text, struct tensor *tensor)
{
    int64_t shape[DIMENSIONS_MOST];
    int32_t dimensions = 0;
    uint64_t elements = 1;
    for (const char *begin = strcmp(text, "scalar") != 0 ? text : NULL; begin != NULL; ++dimensions) {
        const char *const end = begin + strcspn(begin, "x");
        const int length = end - begin < 80 ? (int)(end - begin) : 80;
        char digits[81];
        uint64_t size = 0;
        if (dimensions == DIMENSIONS_MOST) {
            return wrong_line(model, line, "shape '%.80s...' has more than %d dimensions", text, DIMENSIONS_MOST);
        }
        memcpy(digits, begin, (size_t)length);
        digits[length] = '\0';
        const bool negative = digits[0] == '-';
        const enum number_status status = number_parse_unsigned(digits + negative, INT64_MAX, &size);
        if (status == NUMBER_MALFORMED) {
            return wrong_line(model, line,
                              "bad shape '%.80s': '%s' is not a dimension; a shape looks like 768x3072, or is scalar",
                              text, digits);
        }
        if (negative || (status == NUMBER_OK && size == 0)) {
            return wrong_line(model, line, "bad shape '%.80s': dimension '%s' is not positive", text, digits);
        }
        if (status == NUMBER_OUT_OF_RANGE || size > elements_most(model) / elements) {
            return wrong_line(model, line, "bad shape '%.80s': too many elements for memory at dimension '%s'", text,
                              digits);
        }
        elements *= size;
        shape[dimensions] = (int64_t)size;
        begin = *end == 'x' ? end + 1 : NULL;
    }
    tensor->ndim = dimensions;
    tensor->shape = malloc(sizeof shape);
    if (tensor->shape == NULL) {
        return out_of_memory(model->path);
    }
    memcpy(tensor->shape, shape, (size_t)dimensions * sizeof *shape);
    tensor->elements = (size_t)elements;
    return DEMO_OK;
}

static int check_name(const struct model *model, size_t line, const char *name)
{
    for (size_t i = 0; i < model->tensor_count; ++i) {
        if (strcmp(model->tensors[i].name, name) == 0) {
            return wrong_line(model, line, "the name '%.80s' is already on line %zu", name, model->tensors[i].line);
        }
    }
    return DEMO_OK;
}

/* Makes room for one more tensor; capacities are powers of two, so they need no field of their own. */
static bool reserve_tensor(struct model *model)
{
    const size_t count = model->tensor_count;
    if ((count & (count - 1)) != 0) {
        return true;
    }
    const size_t capacity = count == 0 ? 1 : 2 * count;
    struct tensor *const tensors = realloc(model->tensors, capacity * sizeof *tensors);
    if (tensors != NULL) {
        model->tensors = tensors;
    }
    return tensors != NULL;
}

static int read_line(struct model *model, size_t line, char *text)
{
    char *fields[FIELDS];
    char reason[512];
    struct tensor tensor = {.line = line};

    int status = split_fields(model, line, text, fields);
    if (status == DEMO_OK) {
        status = check_name(model, line, fields[0]);
    }
    if (status == DEMO_OK) {
        status = parse_shape(model, line, fields[1], &tensor);
    }
    if (status == DEMO_OK &&
        !rule_parse(fields[2], model->dtype, tensor.ndim, tensor.shape, &tensor.rule, reason, sizeof reason)) {
        status = wrong_line(model, line, "%s", reason);
    }
    if (status == DEMO_OK && tensor.elements > elements_most(model) - model->parameters) {
        status = wrong_line(model, line, "with '%.80s' the model has too many elements for memory", fields[1]);
    }
    if (status == DEMO_OK) {
        tensor.name = strdup(fields[0]);
        tensor.rule_text = strdup(fields[2]);
        if (tensor.name == NULL || tensor.rule_text == NULL || !reserve_tensor(model)) {
            status = out_of_memory(model->path);
        }
    }
    if (status != DEMO_OK) {
        tensor_free(&tensor);
        return status;
    }
    model->tensors[model->tensor_count++] = tensor;
    model->parameters += tensor.elements;
    return DEMO_OK;
}

static int read_lines(struct model *model, FILE *file)
{
    char *text = NULL;
    size_t capacity = 0;
    size_t line = 0;
    int status = DEMO_OK;
    ssize_t read = 0;
    while (status == DEMO_OK && (read = getline(&text, &capacity, file)) >= 0) {
        size_t length = (size_t)read;
        ++line;
        if (memchr(text, '\0', length) != NULL) {
            status = wrong_line(model, line, "a zero byte after '%.80s'; this is not a text file", text);
            break;
        }
        while (length > 0 && strchr("\r\n ", text[length - 1]) != NULL) {
            text[--length] = '\0';
        }
        if (length > 0 && text[0] != '#') {
            status = read_line(model, line, text);
        }
    }
    if (status == DEMO_OK && !feof(file)) {
        fprintf(stderr, "%s: %s\n", model->path, strerror(errno));
        status = DEMO_USAGE;
    }
    if (status == DEMO_OK && model->tensor_count == 0) {
        status = wrong_line(model, line, "the file ends without a tensor");
    }
    free(text);
    return status;
}

int model_read(const char *path, const struct dtype *dtype, struct model *model)
{
    memset(model, 0, sizeof *model);
    model->dtype = dtype;
    FILE *const file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return DEMO_USAGE;
    }
    model->path = strdup(path);
    const int status = model->path != NULL ? read_lines(model, file) : out_of_memory(path);
    fclose(file);
    if (status != DEMO_OK) {
        model_free(model);
    }
    return status;
}
