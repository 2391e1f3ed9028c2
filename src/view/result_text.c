/* Any result as text for people: a title, its picture, figures and note, never wider than asked.
 *
 * Each part is drawn on a canvas of its own and printed, so that long tables need no large canvas.
 */
#include "view/parts.h"
#include "view/study.h"

#include "base/mem.h"
#include "base/text.h"
#include "explain/explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_SAMPLES  5  /* pictures one below the other */
#define MAX_PICTURE  64 /* columns */
#define PICTURE_ROWS 16
#define CHUNK        900 /* rows of a table printed at a time */
#define BLOCK_ROWS   60  /* of a table that may go on below itself */
#define MAX_MAP_ROWS 120
#define PLOT_ROWS    12
#define MAX_CURVES   6

struct page {
    const struct nn_result *result;
    int columns;
    struct nn_medium medium;
    bool color;
    struct nn_buffer *out;
    struct nn_error *error;
};

/* A part of `rows` rows to draw on. */
static enum nn_status begin(const struct page *page, int rows, struct nn_canvas *canvas)
{
    return nn_canvas_init(canvas, page->columns, rows, page->medium, page->error);
}

static void end(const struct page *page, struct nn_canvas *canvas, bool trim)
{
    nn_canvas_print(canvas, page->color, trim, page->out);
    nn_canvas_clear(canvas);
}

static struct nn_box whole(const struct nn_canvas *canvas)
{
    return (struct nn_box){0, 0, canvas->columns, canvas->rows};
}

/* Words that may take several lines. Nothing for an empty text. */
static enum nn_status paragraph(const struct page *page, const char *text, struct nn_style style)
{
    struct nn_canvas canvas;
    enum nn_status status = NN_OK;

    if (!text || !*text)
        return NN_OK;
    NN_TRY(begin(page, 24, &canvas));
    nn_canvas_wrap(&canvas, whole(&canvas), style, text);
    end(page, &canvas, true);
out:
    return status;
}

static enum nn_status sentence(const struct page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static enum nn_status sentence(const struct page *page, const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return paragraph(page, text, nn_style_dim);
}

/* Adds ", WORD VALUE" unless the title says it already. */
static void add_detail(const struct nn_result *result, const char *word, const char *value,
                       struct nn_buffer *line)
{
    if (*value && !strstr(result->title, value))
        nn_buffer_printf(line, "%s%s%s", line->length ? ", " : "", word, value);
}

/* The title, and below it what else is to be known about how it was computed. */
static enum nn_status heading(const struct page *page)
{
    const struct nn_result *result = page->result;
    struct nn_buffer line;
    enum nn_status status;

    nn_buffer_init(&line, 0);
    add_detail(result, "", result->method, &line);
    add_detail(result, "", result->parameters, &line);
    add_detail(result, "target ", result->target, &line);
    add_detail(result, "layer ", result->layer, &line);
    NN_TRY(nn_buffer_check(&line, page->error));
    NN_TRY(paragraph(page, result->title, nn_style_bold));
    status = paragraph(page, nn_buffer_string(&line), nn_style_dim);
out:
    nn_buffer_clear(&line);
    return status;
}

static void figure_text(const struct nn_figure *figure, char *out, size_t capacity)
{
    char number[NN_NUMBER_SIZE];

    snprintf(out, capacity, "%s %s", figure->name, nn_number_short(number, figure->value, 6));
}

static enum nn_status figures(const struct page *page)
{
    const struct nn_result *result = page->result;
    char line[12 * (32 + NN_NUMBER_SIZE)] = "", one[32 + NN_NUMBER_SIZE];
    size_t length = 0;

    for (size_t i = 0; i < result->figure_count && !result->figures_hidden; i++) {
        figure_text(&result->figures[i], one, sizeof one);
        length +=
            (size_t)snprintf(line + length, sizeof line - length, "%s%s", i ? "   " : "", one);
    }
    return paragraph(page, line, nn_plain);
}

/* How far to trust the map: "trust: gap 0.001   insertion 0.93 (random 0.61 +- 0.05) ...". A line
 * is broken between figures, never within one. */
static enum nn_status trust(const struct page *page)
{
    const struct nn_result *result = page->result;
    char one[NN_TRUST_TEXT];
    struct nn_buffer line;
    enum nn_status status = NN_OK;

    nn_buffer_init(&line, 0);
    for (size_t i = 0; i < result->trust_count; i++) {
        nn_trust_figure_text(&result->trust[i], true, one);
        if (i > 0 && (int)(nn_text_width(nn_buffer_string(&line)) + 3 + nn_text_width(one)) >
                         page->columns) {
            NN_TRY(nn_buffer_check(&line, page->error));
            NN_TRY(paragraph(page, nn_buffer_string(&line), nn_plain));
            nn_buffer_clear(&line);
            nn_buffer_init(&line, 0);
        }
        nn_buffer_printf(&line, "%s%s", i == 0 ? "trust: " : line.length ? "   " : "  ", one);
    }
    NN_TRY(nn_buffer_check(&line, page->error));
    NN_TRY(paragraph(page, nn_buffer_string(&line), nn_plain));
    status = paragraph(page, result->trust_note, nn_style_dim);
out:
    nn_buffer_clear(&line);
    return status;
}

/* A map of its layer's size, brought to the size of the input for showing. *larger must be freed.
 */
static enum nn_status enlarge(const struct nn_heatmap *input, struct nn_heatmap *map,
                              float **larger, struct nn_error *error)
{
    size_t size = input->height * input->width;

    if (map->channels != 1 || map->width >= input->width || map->height >= input->height)
        return NN_OK;
    *larger = nn_calloc(size, sizeof **larger);
    if (!*larger)
        return nn_fail_memory(error, size * sizeof **larger);
    nn_map_resize(map->values, map->height, map->width, *larger, input->height, input->width);
    map->values = *larger;
    map->height = input->height;
    map->width = input->width;
    return NN_OK;
}

static void draw_pair(struct nn_canvas *canvas, const struct nn_heatmap *input,
                      const struct nn_heatmap *map, const char *caption)
{
    struct nn_box rest = whole(canvas), picture;
    int gap = 3, half = (rest.columns - gap) / 2, columns, rows;

    if (input) {
        struct nn_box left;
        nn_heatmap_size(input, canvas->medium, half, PICTURE_ROWS, &columns, &rows);
        left = nn_box_take_left(&rest, columns < 10 ? 10 + gap : columns + gap);
        nn_canvas_text(canvas, left.column, 0, left.columns - 1, nn_style_dim, "input");
        left.row++;
        left.rows = rows;
        nn_draw_heatmap(canvas, left, input);
    }
    nn_canvas_text(canvas, rest.column, 0, rest.columns, nn_style_dim, caption);
    nn_box_take_top(&rest, input || *caption ? 1 : 0);
    rest.rows = PICTURE_ROWS;
    picture = rest;
    picture.columns = input ? half : rest.columns > MAX_PICTURE ? MAX_PICTURE : rest.columns;
    nn_heatmap_size(map, canvas->medium, picture.columns, picture.rows, &columns, &rows);
    nn_draw_heatmap(canvas, picture, map);
    nn_draw_legend(canvas, (struct nn_box){rest.column, rest.row + rows, rest.columns, 1}, map);
}

static enum nn_status picture(const struct page *page, size_t index, bool *drawn)
{
    const struct nn_result *result = page->result;
    bool batched = result->kind == NN_RESULT_ATTRIBUTION;
    struct nn_heatmap map, input;
    struct nn_canvas canvas;
    float *larger = NULL;
    bool with_input;
    enum nn_status status = NN_OK;

    *drawn = nn_heatmap_of(&result->values, batched, index, result->scale, &map);
    if (!*drawn)
        return NN_OK;
    with_input = nn_heatmap_of(&result->input, batched, index, NN_SCALE_RANGE, &input);
    if (with_input)
        NN_TRY(enlarge(&input, &map, &larger, page->error));
    NN_TRY(begin(page, PICTURE_ROWS + 2, &canvas));
    draw_pair(&canvas, with_input ? &input : NULL, &map, *result->method ? result->method : "");
    end(page, &canvas, true);
out:
    nn_free(larger);
    return status;
}

/* Values of a table's row, or of any vector, as bars by name. */
static enum nn_status vector(const struct page *page, const float *values, size_t count,
                             bool sorted)
{
    size_t most = count < CHUNK ? count : CHUNK;
    struct nn_canvas canvas;
    enum nn_status status = NN_OK;

    if (count == 0)
        return NN_OK;
    NN_TRY(begin(page, (int)most, &canvas));
    char **names = page->result->name_count >= count ? page->result->names : NULL;
    nn_draw_value_bars(&canvas, whole(&canvas), values, names, count, sorted, 0, -1);
    end(page, &canvas, true);
    if (most < count)
        status = sentence(page, "%s %zu more", page->medium.ascii ? "..." : "\u2026", count - most);
out:
    return status;
}

static enum nn_status one_sample(const struct page *page, size_t index)
{
    const struct nn_tensor *values = &page->result->values;
    size_t size = nn_shape_size(&values->shape) / values->shape.dim[0];
    bool drawn;
    enum nn_status status;

    NN_TRY(picture(page, index, &drawn));
    if (!drawn)
        status = vector(page, values->data + index * size, size, true);
out:
    return status;
}

static enum nn_status attribution(const struct page *page)
{
    const struct nn_result *result = page->result;
    const struct nn_tensor *values = &result->values;
    size_t count = values->data && values->shape.rank > 1 ? values->shape.dim[0] : 0;
    size_t shown = count < MAX_SAMPLES ? count : MAX_SAMPLES;
    size_t first = result->sample > 0 ? (size_t)result->sample : 0;
    enum nn_status status = NN_OK;

    for (size_t i = 0; i < shown; i++) {
        if (i > 0)
            nn_buffer_char(page->out, '\n');
        if (count > 1)
            NN_TRY(sentence(page, "sample %zu:", first + i));
        NN_TRY(one_sample(page, i));
        if (i == 0) {
            NN_TRY(figures(page));
            NN_TRY(trust(page));
        }
    }
    if (shown < count)
        NN_TRY(sentence(page, "%s %zu more samples, out=FILE writes all",
                        page->medium.ascii ? "..." : "\u2026", count - shown));
out:
    return status;
}

static enum nn_status image(const struct page *page)
{
    const struct nn_tensor *values = &page->result->values;
    bool drawn;
    enum nn_status status;

    NN_TRY(picture(page, 0, &drawn));
    if (!drawn && values->data)
        NN_TRY(vector(page, values->data, nn_shape_size(&values->shape), false));
    status = figures(page);
out:
    return status;
}

/* Rows that a grid of maps needs when a map is about 16 cells wide, or that a list of units needs.
 */
static int maps_rows(const struct page *page)
{
    const struct nn_shape *shape = &page->result->values.shape;
    size_t count = nn_shape_size(shape), width, height, rows, across;
    bool flat = page->medium.ascii || page->medium.depth == NN_DEPTH_MONO;
    size_t aim = page->result->kind == NN_RESULT_GALLERY ? 24 : 16;

    if (shape->rank < 2 || count == 0)
        return (int)(count > MAX_MAP_ROWS ? MAX_MAP_ROWS : count > 16 ? (count + 1) / 2 : count);
    width = shape->dim[shape->rank - 1] * (flat ? 2 : 1);
    height = shape->dim[shape->rank - 2];
    count /= shape->dim[shape->rank - 1] * height;
    if (page->result->kind == NN_RESULT_GALLERY)
        count = shape->dim[0];
    height = flat ? height : (height + 1) / 2;
    while (2 * width <= aim && 2 * height <= aim) {
        width *= 2;
        height *= 2;
    }
    across = ((size_t)page->columns + 2) / (width + 2);
    rows = (count + (across ? across : 1) - 1) / (across ? across : 1) * (height + 1) + 1;
    return (int)(rows > MAX_MAP_ROWS ? MAX_MAP_ROWS : rows < 4 ? 4 : rows);
}

static enum nn_status maps(const struct page *page)
{
    struct nn_canvas canvas;
    enum nn_status status = NN_OK;
    int rows = page->result->values.data ? maps_rows(page) : 0;

    if (rows > 0) {
        NN_TRY(begin(page, rows, &canvas));
        nn_draw_maps(&canvas, whole(&canvas), page->result, 0, -1, false);
        end(page, &canvas, true);
    }
    status = figures(page);
out:
    return status;
}

/* Width of a column's cells. */
static int column_width(const struct nn_result *result, size_t column)
{
    char text[512];
    int width = 0;

    for (size_t r = 0; r < result->rows; r++) {
        const struct nn_cell *cell = &result->cells[r * result->column_count + column];
        int needed = (int)nn_text_width(nn_cell_text(text, sizeof text, cell));
        width = needed > width ? needed : width;
    }
    return width;
}

/* One row of a table of paragraphs: the leading cells, and beside them the texts that are not
 * empty, each but the first under its column's name. */
static enum nn_status paragraphs(const struct page *page, size_t row)
{
    const struct nn_result *result = page->result;
    const struct nn_cell *cells = &result->cells[row * result->column_count];
    struct nn_canvas canvas;
    struct nn_box box;
    char text[512];
    enum nn_status status = NN_OK;

    NN_TRY(begin(page, 24, &canvas));
    box = whole(&canvas);
    for (size_t c = 0; c < result->lead; c++) {
        int width = column_width(result, c);
        nn_canvas_text(&canvas, box.column, 0, width, c ? nn_plain : nn_style_bold,
                       nn_cell_text(text, sizeof text, &cells[c]));
        nn_box_take_left(&box, width + 2);
    }
    for (size_t c = result->lead, shown = 0; c < result->column_count; c++) {
        if (!cells[c].text || !*cells[c].text)
            continue;
        snprintf(text, sizeof text, "%s%s%s", shown ? result->columns[c] : "", shown ? ": " : "",
                 cells[c].text);
        nn_box_take_top(&box, nn_canvas_wrap(&canvas, box, shown ? nn_style_dim : nn_plain, text));
        shown++;
    }
    end(page, &canvas, true);
out:
    return status;
}

/* The columns from `first` on, as many as fit. */
static enum nn_status table_block(const struct page *page, size_t first)
{
    const struct nn_result *result = page->result;
    size_t row = 0;
    enum nn_status status = NN_OK;

    do {
        size_t left = result->rows - row;
        struct nn_canvas canvas;

        NN_TRY(begin(page, (int)(left < CHUNK ? left : CHUNK) + 1, &canvas));
        row += nn_draw_table_part(&canvas, whole(&canvas), result, first, row, -1, row == 0);
        end(page, &canvas, true);
    } while (row < result->rows && result->column_count > 0);
out:
    return status;
}

/* A short table that is too wide goes on below itself; a long one is cut. */
static enum nn_status table(const struct page *page)
{
    const struct nn_result *result = page->result;
    size_t column = 0;
    enum nn_status status = NN_OK;

    for (size_t row = 0; result->lead > 0 && row < result->rows; row++)
        NN_TRY(paragraphs(page, row));
    for (bool more = result->lead == 0; more;) {
        NN_TRY(table_block(page, column));
        column = nn_table_block(result, column, page->columns);
        more = column < result->column_count && result->rows <= BLOCK_ROWS;
    }
    status = figures(page);
out:
    return status;
}

static enum nn_status matrix(const struct page *page)
{
    const struct nn_tensor *values = &page->result->values;
    size_t rows = values->shape.rank == 2 ? values->shape.dim[0] : 0;
    struct nn_canvas canvas;
    enum nn_status status = NN_OK;

    if (rows > 0) {
        NN_TRY(begin(page, rows < 60 ? (int)rows + 1 : 41, &canvas));
        nn_draw_matrix(&canvas, whole(&canvas), page->result);
        end(page, &canvas, true);
    }
    status = figures(page);
out:
    return status;
}

/* Columns that count rather than measure: they are the x axis, or of no use in a plot. */
static bool is_axis(const char *name)
{
    static const char *const names[] = {"epoch", "batch", "step", "lr", "x"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* "val_loss" and "loss" share a plot. */
static const char *base_name(const char *name)
{
    return strncmp(name, "val_", 4) == 0 ? name + 4 : name;
}

static bool share_plot(const struct nn_result *series, size_t a, size_t b)
{
    if (series->together)
        return !is_axis(series->columns[a]) && !is_axis(series->columns[b]);
    return strcmp(base_name(series->columns[a]), base_name(series->columns[b])) == 0;
}

static bool first_of_plot(const struct nn_result *series, size_t column)
{
    for (size_t i = 0; i < column; i++)
        if (share_plot(series, i, column))
            return false;
    return true;
}

/* The curves that share the plot of `column`; points go to `values` [curves, rows]. */
static size_t collect(const struct nn_result *series, size_t column, double *values,
                      struct nn_curve curves[MAX_CURVES])
{
    static const uint32_t colors[MAX_CURVES] = {NN_COLOR_ANSI(6), NN_COLOR_ANSI(3),
                                                NN_COLOR_ANSI(5), NN_COLOR_ANSI(2),
                                                NN_COLOR_ANSI(4), NN_COLOR_ANSI(1)};
    size_t count = 0;

    for (size_t c = column; c < series->column_count && count < MAX_CURVES; c++) {
        double *points = values + count * series->rows;
        if (!share_plot(series, c, column))
            continue;
        for (size_t r = 0; r < series->rows; r++)
            points[r] = series->cells[r * series->column_count + c].number;
        curves[count] = (struct nn_curve){
            .name = series->columns[c], .values = points, .count = series->rows, .style = nn_plain};
        curves[count].style.foreground = colors[count];
        count++;
    }
    return count;
}

static enum nn_status plot(const struct page *page, size_t column, double *values)
{
    const struct nn_result *series = page->result;
    struct nn_curve curves[MAX_CURVES];
    size_t count = collect(series, column, values, curves);
    struct nn_canvas canvas;
    enum nn_status status;

    NN_TRY(begin(page, PLOT_ROWS, &canvas));
    nn_draw_plot(&canvas, nn_box_inset(whole(&canvas), 0), curves, count, false,
                 is_axis(series->columns[0]) ? series->columns[0] : "");
    end(page, &canvas, true);
out:
    return status;
}

/* "loss 0.0123   accuracy 0.98 ...": the last row. */
static enum nn_status last_values(const struct page *page)
{
    const struct nn_result *series = page->result;
    struct nn_buffer line;
    enum nn_status status;

    if (series->rows == 0)
        return paragraph(page, "no data", nn_style_dim);
    nn_buffer_init(&line, 0);
    for (size_t c = 0; c < series->column_count; c++) {
        const struct nn_cell *cell = &series->cells[(series->rows - 1) * series->column_count + c];
        char text[512];
        nn_buffer_printf(&line, "%s%s %s", c ? "   " : "", series->columns[c],
                         nn_cell_text(text, sizeof text, cell));
    }
    NN_TRY(nn_buffer_check(&line, page->error));
    status = paragraph(page, nn_buffer_string(&line), nn_plain);
out:
    nn_buffer_clear(&line);
    return status;
}

static enum nn_status series(const struct page *page)
{
    const struct nn_result *result = page->result;
    double *values = nn_calloc(result->rows, MAX_CURVES * sizeof *values);
    enum nn_status status = NN_OK;

    if (!values)
        return nn_fail_memory(page->error, result->rows * MAX_CURVES * sizeof *values);
    for (size_t c = 0; c < result->column_count && result->rows > 0; c++)
        if (!is_axis(result->columns[c]) && first_of_plot(result, c))
            NN_TRY(plot(page, c, values));
    if (!result->together)
        NN_TRY(last_values(page));
    status = figures(page);
out:
    nn_free(values);
    return status;
}

static enum nn_status study(const struct page *page)
{
    struct nn_canvas canvas;
    enum nn_status status;

    NN_TRY(begin(page, nn_study_rows(page->result), &canvas));
    nn_draw_study(&canvas, whole(&canvas), page->result);
    end(page, &canvas, true);
    status = figures(page);
out:
    return status;
}

enum nn_status nn_result_text(const struct nn_result *result, int columns, struct nn_medium medium,
                              bool color, struct nn_buffer *out, struct nn_error *error)
{
    static enum nn_status (*const parts[])(const struct page *) = {[NN_RESULT_ATTRIBUTION] =
                                                                       attribution,
                                                                   [NN_RESULT_IMAGE] = image,
                                                                   [NN_RESULT_MAPS] = maps,
                                                                   [NN_RESULT_TABLE] = table,
                                                                   [NN_RESULT_SERIES] = series,
                                                                   [NN_RESULT_MATRIX] = matrix,
                                                                   [NN_RESULT_GALLERY] = maps,
                                                                   [NN_RESULT_CURVES] = study,
                                                                   [NN_RESULT_POINTS] = study,
                                                                   [NN_RESULT_WATERFALL] = study,
                                                                   [NN_RESULT_TIMELINE] = study};
    struct page page = {
        result, columns < 20 ? 20 : columns > 2000 ? 2000 : columns, medium, color, out, error};
    enum nn_status status;

    if (!color)
        page.medium.depth = NN_DEPTH_MONO;
    NN_TRY(heading(&page));
    NN_TRY(parts[result->kind](&page));
    NN_TRY(paragraph(&page, result->note, nn_style_dim));
    status = nn_buffer_check(out, error);
out:
    return status;
}
