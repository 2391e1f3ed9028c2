#include "view/study.h"

#include "base/mem.h"
#include "view/parts.h"

#include <math.h>

#define PLOT_ROWS 18
#define MOST      24 /* curves, or classes of points */

static const uint32_t colors[] = {NN_COLOR_ANSI(6),  NN_COLOR_ANSI(3),  NN_COLOR_ANSI(5),
                                  NN_COLOR_ANSI(2),  NN_COLOR_ANSI(4),  NN_COLOR_ANSI(1),
                                  NN_COLOR_ANSI(14), NN_COLOR_ANSI(11), NN_COLOR_ANSI(13),
                                  NN_COLOR_ANSI(10), NN_COLOR_ANSI(12), NN_COLOR_ANSI(9)};

double nn_cell_number(const struct nn_result *table, size_t row, size_t column)
{
    const struct nn_cell *cell = &table->cells[row * table->column_count + column];
    return cell->text ? NAN : cell->number;
}

static struct nn_style color_of(size_t index)
{
    struct nn_style style = nn_plain;
    style.foreground = colors[index % (sizeof colors / sizeof *colors)];
    return style;
}

/* Columns of numbers; gives [column_count, rows], NULL without memory. */
static double *columns_of(const struct nn_result *table)
{
    double *values = nn_calloc(table->column_count, table->rows * sizeof *values);
    for (size_t c = 0; values && c < table->column_count; c++)
        for (size_t r = 0; r < table->rows; r++)
            values[c * table->rows + r] = nn_cell_number(table, r, c);
    return values;
}

/* The first curve is drawn last, on top: the mean of many. */
static void draw_curves(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *result)
{
    struct nn_curve curves[MOST];
    double *values = columns_of(result);
    size_t count = result->column_count - 1 < MOST ? result->column_count - 1 : MOST;
    for (size_t i = 0; values && i < count; i++) {
        size_t column = count - i;
        curves[i] = (struct nn_curve){.name = result->columns[column],
                                      .values = values + column * result->rows,
                                      .at = values,
                                      .count = result->rows,
                                      .style = column == 1 ? nn_style_bold : color_of(column - 2)};
    }
    if (values)
        nn_draw_plot(canvas, box, curves, count, false, result->columns[0]);
    nn_free(values);
}

/* One cloud for each class. */
static void draw_points(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *result)
{
    struct nn_curve curves[MOST];
    double *values = columns_of(result), *sorted;
    size_t used = 0, clouds = 0, rows = result->rows;
    sorted = nn_calloc(rows, 2 * sizeof *sorted);
    for (size_t c = 0; values && sorted && (c < result->name_count || c == 0) && c < MOST; c++) {
        size_t first = used;
        for (size_t r = 0; r < rows; r++) {
            if (result->name_count > 0 && values[2 * rows + r] != (double)c)
                continue;
            sorted[used] = values[r];
            sorted[rows + used++] = values[rows + r];
        }
        curves[clouds++] = (struct nn_curve){.name = result->name_count ? result->names[c] : "",
                                             .values = sorted + rows + first,
                                             .at = sorted + first,
                                             .count = used - first,
                                             .scattered = true,
                                             .style = color_of(c)};
    }
    if (values && sorted)
        nn_draw_plot(canvas, box, curves, clouds, false, result->columns[0]);
    nn_free(values);
    nn_free(sorted);
}

bool nn_is_study(const struct nn_result *result)
{
    return result->kind >= NN_RESULT_CURVES && result->kind <= NN_RESULT_TIMELINE;
}

int nn_study_rows(const struct nn_result *result)
{
    size_t series = (result->column_count - 1) / 2;
    if (result->rows == 0)
        return 1;
    if (result->kind == NN_RESULT_WATERFALL)
        return (int)(result->rows < 200 ? result->rows : 200);
    if (result->kind == NN_RESULT_TIMELINE)
        return (int)(series < 40 ? series : 40) * NN_TIMELINE_ROWS;
    return PLOT_ROWS;
}

void nn_draw_study(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *result)
{
    if (result->rows == 0 || result->column_count < (result->kind == NN_RESULT_CURVES ? 2 : 3))
        nn_canvas_text(canvas, box.column, box.row, box.columns, nn_style_dim, "no data");
    else if (result->kind == NN_RESULT_CURVES)
        draw_curves(canvas, box, result);
    else if (result->kind == NN_RESULT_POINTS)
        draw_points(canvas, box, result);
    else if (result->kind == NN_RESULT_WATERFALL)
        nn_draw_waterfall(canvas, box, result);
    else
        nn_draw_timeline(canvas, box, result);
}
