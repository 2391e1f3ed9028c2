/* A result as one JSON object on one line.
 *
 * Strings are written by jansson. Numbers are not: jansson prints every real with one precision,
 * which is either too few digits for a double or seventeen for each float; nn_number_float and
 * nn_number_double give the shortest text that reads back as the same number, and it is valid JSON
 * when finite. */
#include "base/mem.h"
#include "base/number.h"
#include "view/draw.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct writer {
    struct nn_buffer *out;
    bool comma; /* the next element follows another */
};

static int append(const char *bytes, size_t length, void *out)
{
    nn_buffer_append(out, bytes, length);
    return 0;
}

static void separate(struct writer *writer)
{
    if (writer->comma)
        nn_buffer_char(writer->out, ',');
    writer->comma = true;
}

void nn_json_quote(const char *text, struct nn_buffer *out)
{
    json_t *string = json_string(text);

    if (!string || json_dump_callback(string, append, out, JSON_ENCODE_ANY) != 0)
        out->failed = true;
    json_decref(string);
}

static void string_value(struct writer *writer, const char *text)
{
    nn_json_quote(text, writer->out);
}

static void open_list(struct writer *writer, char bracket)
{
    nn_buffer_char(writer->out, bracket);
    writer->comma = false;
}

static void close_list(struct writer *writer, char bracket)
{
    nn_buffer_char(writer->out, bracket);
    writer->comma = true;
}

static void key(struct writer *writer, const char *name)
{
    separate(writer);
    string_value(writer, name);
    nn_buffer_char(writer->out, ':');
}

static void string_member(struct writer *writer, const char *name, const char *text)
{
    if (!*text)
        return;
    key(writer, name);
    string_value(writer, text);
}

static void float_value(struct writer *writer, float value)
{
    char text[NN_NUMBER_SIZE];

    separate(writer);
    nn_buffer_text(writer->out, isfinite(value) ? nn_number_float(text, value) : "null");
}

static void double_value(struct writer *writer, double value)
{
    char text[NN_NUMBER_SIZE];

    nn_buffer_text(writer->out, isfinite(value) ? nn_number_double(text, value) : "null");
}

static void string_list(struct writer *writer, const char *name, char **items, size_t count)
{
    key(writer, name);
    open_list(writer, '[');
    for (size_t i = 0; i < count; i++) {
        separate(writer);
        string_value(writer, items[i] ? items[i] : "");
    }
    close_list(writer, ']');
}

static void head(struct writer *writer, const struct nn_result *result)
{
    static const char *const kinds[] = {"attribution", "image",     "maps",    "table",
                                        "series",      "matrix",    "gallery", "curves",
                                        "points",      "waterfall", "timeline"};

    string_member(writer, "command", result->command);
    string_member(writer, "kind", kinds[result->kind]);
    string_member(writer, "title", result->title);
    string_member(writer, "method", result->method);
    string_member(writer, "parameters", result->parameters);
    string_member(writer, "target", result->target);
    string_member(writer, "layer", result->layer);
    string_member(writer, "split", result->split);
    if (result->sample >= 0) {
        key(writer, "sample");
        nn_buffer_printf(writer->out, "%ld", result->sample);
    }
    string_member(writer, "note", result->note);
}

static void number_member(struct writer *writer, const char *name, const char *suffix, double value)
{
    char full[64];

    snprintf(full, sizeof full, "%s%s", name, suffix);
    key(writer, full);
    double_value(writer, value);
}

static void figures(struct writer *writer, const struct nn_result *result)
{
    if (result->figure_count == 0)
        return;
    key(writer, "figures");
    open_list(writer, '{');
    for (size_t i = 0; i < result->figure_count; i++)
        number_member(writer, result->figures[i].name, "", result->figures[i].value);
    close_list(writer, '}');
}

/* Figures that were not measured are absent; those that cannot be had are null. */
static void trust(struct writer *writer, const struct nn_result *result)
{
    if (result->trust_count == 0)
        return;
    key(writer, "trust");
    open_list(writer, '{');
    for (size_t i = 0; i < result->trust_count; i++) {
        const struct nn_trust_figure *figure = &result->trust[i];
        number_member(writer, figure->name, "", figure->value);
        if (isfinite(figure->chance))
            number_member(writer, figure->name, " at random", figure->chance);
        if (isfinite(figure->spread))
            number_member(writer, figure->name, " spread", figure->spread);
    }
    string_member(writer, "verdict", result->trust_note);
    close_list(writer, '}');
}

static void values(struct writer *writer, const struct nn_result *result)
{
    const struct nn_shape *shape = &result->values.shape;
    size_t count = nn_shape_size(shape);

    if (!result->values.data)
        return;
    key(writer, "shape");
    open_list(writer, '[');
    for (int i = 0; i < shape->rank; i++) {
        separate(writer);
        nn_buffer_printf(writer->out, "%zu", shape->dim[i]);
    }
    close_list(writer, ']');
    key(writer, "values");
    open_list(writer, '[');
    for (size_t i = 0; i < count && !writer->out->failed; i++)
        float_value(writer, result->values.data[i]);
    close_list(writer, ']');
}

static void cell(struct writer *writer, const struct nn_cell *cell)
{
    separate(writer);
    if (cell->text)
        string_value(writer, cell->text);
    else
        double_value(writer, cell->number);
}

static void rows(struct writer *writer, const struct nn_result *result)
{
    if (result->column_count == 0)
        return;
    string_list(writer, "columns", result->columns, result->column_count);
    key(writer, "rows");
    open_list(writer, '[');
    for (size_t r = 0; r < result->rows && !writer->out->failed; r++) {
        separate(writer);
        open_list(writer, '[');
        for (size_t c = 0; c < result->column_count; c++)
            cell(writer, &result->cells[r * result->column_count + c]);
        close_list(writer, ']');
    }
    close_list(writer, ']');
}

enum nn_status nn_result_json(const struct nn_result *result, struct nn_buffer *out,
                              struct nn_error *error)
{
    struct writer writer = {out, false};

    open_list(&writer, '{');
    head(&writer, result);
    if (result->name_count > 0)
        string_list(&writer, "names", result->names, result->name_count);
    figures(&writer, result);
    trust(&writer, result);
    values(&writer, result);
    rows(&writer, result);
    close_list(&writer, '}');
    nn_buffer_char(out, '\n');
    return nn_buffer_check(out, error);
}
