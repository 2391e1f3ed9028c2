#include "base/status.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct {
    int exit_status;
    const char *text;
} statuses[] = {
#define NN_STATUS(name, exit_status, text) {exit_status, text},
#include "base/status.def"
#undef NN_STATUS
};

/* Formats into `out`, whatever bytes the arguments hold. A buffer between, so that the arguments
 * may point into `out`, as when a message is put around an earlier one. */
static void format_visible(char *out, size_t capacity, const char *format, va_list list)
{
    char raw[1024];
    if (vsnprintf(raw, sizeof raw, format, list) < 0)
        raw[0] = '\0';
    nn_text_visible(out, capacity, raw, strlen(raw), 0);
}

enum nn_status nn_fail(struct nn_error *error, enum nn_status status, const char *format, ...)
{
    if (!error)
        return status;
    struct nn_error filled = {.status = status};
    va_list list;
    va_start(list, format);
    format_visible(filled.message, sizeof filled.message, format, list);
    va_end(list);
    *error = filled;
    return status;
}

enum nn_status nn_fail_at(struct nn_error *error, const char *file, size_t line, size_t column)
{
    if (!error)
        return NN_FAILED;
    if (error->file[0] != '\0')
        return error->status;
    if (file)
        nn_text_visible(error->file, sizeof error->file, file, strlen(file), 0);
    if (error->line == 0) {
        error->line = line;
        if (error->column == 0)
            error->column = column;
    }
    return error->status;
}

void nn_fail_hint(struct nn_error *error, const char *format, ...)
{
    if (!error)
        return;
    va_list list;
    va_start(list, format);
    format_visible(error->hint, sizeof error->hint, format, list);
    va_end(list);
}

enum nn_status nn_fail_memory(struct nn_error *error, size_t bytes)
{
    return nn_fail(error, NN_MEMORY, "out of memory (%zu bytes needed)", bytes);
}

const char *nn_status_text(enum nn_status status)
{
    return statuses[status].text;
}

int nn_status_exit(enum nn_status status)
{
    return statuses[status].exit_status;
}
