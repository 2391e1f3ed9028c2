/* A result as CSV (RFC 4180 quoting, "\n" after each line). */
#include "base/number.h"
#include "view/draw.h"

#include <string.h>

static void field(struct nn_buffer *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        nn_buffer_text(out, text);
        return;
    }
    nn_buffer_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            nn_buffer_char(out, '"');
        nn_buffer_char(out, *text);
    }
    nn_buffer_char(out, '"');
}

static void number(struct nn_buffer *out, double value)
{
    char text[NN_NUMBER_SIZE];

    nn_buffer_text(out, nn_number_double(text, value));
}

static void rows(const struct nn_result *result, struct nn_buffer *out)
{
    for (size_t c = 0; c < result->column_count; c++) {
        if (c)
            nn_buffer_char(out, ',');
        field(out, result->columns[c]);
    }
    nn_buffer_char(out, '\n');
    for (size_t r = 0; r < result->rows; r++) {
        for (size_t c = 0; c < result->column_count; c++) {
            const struct nn_cell *cell = &result->cells[r * result->column_count + c];
            if (c)
                nn_buffer_char(out, ',');
            if (cell->text)
                field(out, cell->text);
            else if (cell->decimals != -3)
                number(out, cell->number);
        }
        nn_buffer_char(out, '\n');
    }
}

/* What the index of a dimension counts; `left` dimensions follow it. */
static const char *dimension_name(const struct nn_result *result, int dimension, int left)
{
    if (dimension == 0 && result->kind == NN_RESULT_ATTRIBUTION)
        return "sample";
    if (dimension == 0 && result->kind == NN_RESULT_GALLERY)
        return "image";
    if (result->kind == NN_RESULT_MATRIX)
        return result->scale == NN_SCALE_RANGE ? "name" : "true";
    if (left == 1)
        return "row";
    return dimension == 0 && result->kind == NN_RESULT_MAPS ? "map" : "channel";
}

static void value_header(const struct nn_result *result, struct nn_buffer *out)
{
    const struct nn_shape *shape = &result->values.shape;
    size_t width = shape->dim[shape->rank - 1];
    char index[NN_NUMBER_SIZE];

    for (int i = 0; i + 1 < shape->rank; i++)
        nn_buffer_printf(out, "%s,", dimension_name(result, i, shape->rank - 1 - i));
    for (size_t i = 0; i < width; i++) {
        if (i)
            nn_buffer_char(out, ',');
        if (result->names && result->name_count == width)
            field(out, result->names[i]);
        else
            nn_buffer_text(out, nn_number_short(index, (double)i, 15));
    }
    nn_buffer_char(out, '\n');
}

/* The indices before a line, from its number. */
static void indices(const struct nn_result *result, size_t line, struct nn_buffer *out)
{
    const struct nn_shape *shape = &result->values.shape;
    size_t below = nn_shape_size(shape) / shape->dim[shape->rank - 1];

    for (int i = 0; i + 1 < shape->rank; i++) {
        size_t index;

        below /= shape->dim[i];
        index = line / below;
        line %= below;
        if (i == 0 && result->kind == NN_RESULT_ATTRIBUTION && result->sample > 0)
            index += (size_t)result->sample;
        if (i == 0 && result->kind == NN_RESULT_MATRIX && index < result->name_count)
            field(out, result->names[index]);
        else
            nn_buffer_printf(out, "%zu", index);
        nn_buffer_char(out, ',');
    }
}

static void values(const struct nn_result *result, struct nn_buffer *out)
{
    const struct nn_shape *shape = &result->values.shape;
    size_t width = shape->rank ? shape->dim[shape->rank - 1] : 0;
    size_t count = nn_shape_size(shape);
    char text[NN_NUMBER_SIZE];

    if (!result->values.data || width == 0)
        return;
    value_header(result, out);
    for (size_t i = 0; i < count && !out->failed; i++) {
        if (i % width == 0)
            indices(result, i / width, out);
        nn_buffer_text(out, nn_number_float(text, result->values.data[i]));
        nn_buffer_char(out, (i + 1) % width ? ',' : '\n');
    }
}

enum nn_status nn_result_csv(const struct nn_result *result, struct nn_buffer *out,
                             struct nn_error *error)
{
    if (result->column_count > 0)
        rows(result, out);
    else
        values(result, out);
    return nn_buffer_check(out, error);
}
