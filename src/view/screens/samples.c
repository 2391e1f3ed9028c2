#include "view/screens/samples.h"

#include "base/mem.h"
#include "view/links.h"
#include "view/screens/panes.h"

#include <math.h>
#include <stdio.h>

#define GAP          2
#define LEAST_COLUMN 8  /* cells of a picture that can still be recognised */
#define WANTED       12 /* pictures on a page, if they can be recognised */

/* A page of pictures. */
struct page {
    int columns, rows;           /* of pictures */
    int tile_columns, tile_rows; /* cells of one, without its label */
};

static struct page page_at(const struct nn_heatmap *picture, struct nn_medium medium,
                           struct nn_box box, int width)
{
    struct page page = {0, 0, 0, 0};

    nn_heatmap_size(picture, medium, width, box.rows - 1, &page.tile_columns, &page.tile_rows);
    if (page.tile_columns < 1)
        return page;
    page.columns = (box.columns + GAP) / (page.tile_columns + GAP);
    page.rows = box.rows / (page.tile_rows + 1);
    return page;
}

/* Pictures as large as lets a good number of them be seen. */
static struct page lay_out(const struct nn_heatmap *picture, struct nn_medium medium,
                           struct nn_box box)
{
    struct page page = page_at(picture, medium, box, box.columns);

    for (int width = page.tile_columns - 1;
         page.columns * page.rows < WANTED && width >= LEAST_COLUMN; width--)
        page = page_at(picture, medium, box, width);
    return page;
}

/* "12 cat" below a picture, or before a row. */
static void draw_label(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box line,
                       size_t sample, bool chosen)
{
    int32_t label = nn_dataset_label(scene->dataset, scene->split, sample);
    char name[NN_NUMBER_SIZE];

    int used = nn_canvas_printf(canvas, line.column, line.row, line.columns,
                                chosen ? nn_style_selected : nn_style_dim, "%s%zu",
                                chosen ? "\u25b8" : "", sample) +
               1;
    if (label >= 0)
        nn_canvas_text(canvas, line.column + used, line.row, line.columns - used,
                       chosen ? nn_style_selected : nn_style_bold,
                       nn_class_name(scene, (size_t)label, name));
}

static void point_at(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box place)
{
    if (scene->focus != 0)
        return;
    canvas->cursor_column = place.column;
    canvas->cursor_row = place.row + place.rows - 1;
}

/* The first sample of the page that holds the cursor. */
static size_t first_of(const struct nn_scene *scene, size_t page)
{
    return page > 0 ? scene->sample / page * page : 0;
}

static void draw_pictures(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box,
                          float *x)
{
    struct nn_tensor tensor = {.data = x, .shape = scene->dataset->samples->shape};
    size_t count = scene->dataset->split_count[scene->split];
    struct nn_heatmap picture;

    if (!nn_heatmap_of(&tensor, false, 0, NN_SCALE_RANGE, &picture))
        return;
    struct page page = lay_out(&picture, canvas->medium, box);
    size_t tiles = (size_t)page.columns * (size_t)page.rows, first = first_of(scene, tiles);
    for (size_t i = 0; i < tiles && first + i < count; i++) {
        int across = (int)(i % (size_t)page.columns), down = (int)(i / (size_t)page.columns);
        struct nn_box place = {box.column + across * (page.tile_columns + GAP),
                               box.row + down * (page.tile_rows + 1), page.tile_columns + 1,
                               page.tile_rows + 1};
        bool chosen = first + i == scene->sample;
        nn_canvas_link(canvas, place, "select sample=%zu", first + i);
        nn_dataset_sample(scene->dataset, scene->split, first + i, x);
        nn_draw_heatmap(canvas,
                        (struct nn_box){place.column, place.row, page.tile_columns, page.tile_rows},
                        &picture);
        draw_label(scene, canvas,
                   (struct nn_box){place.column, place.row + page.tile_rows, place.columns, 1},
                   first + i, chosen);
        if (chosen)
            point_at(scene, canvas, place);
    }
}

#define VALUE_COLUMNS 11

static void draw_names(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box line,
                       size_t features)
{
    const struct nn_samples *samples = scene->dataset->samples;
    char number[NN_NUMBER_SIZE];

    for (size_t i = 0; i < features && line.columns >= VALUE_COLUMNS; i++)
        nn_canvas_text_right(canvas, nn_box_inset(nn_box_take_left(&line, VALUE_COLUMNS), 1),
                             nn_style_bold,
                             nn_name_of(samples->features, samples->feature_count, i, number));
}

/* Rows of a table, in their own units. */
static void draw_rows(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box,
                      float *x)
{
    size_t count = scene->dataset->split_count[scene->split];
    size_t features = nn_shape_size(&scene->dataset->samples->shape), page, first;
    struct nn_box head = nn_box_take_top(&box, 1);
    int label = head.columns / 4 < 24 ? head.columns / 4 : 24;

    nn_box_take_left(&head, label);
    draw_names(scene, canvas, head, features);
    page = box.rows > 0 ? (size_t)box.rows : 1;
    first = first_of(scene, page);
    for (size_t i = first; i < count && box.rows > 0; i++) {
        struct nn_box line = nn_box_take_top(&box, 1), whole = line;
        bool chosen = i == scene->sample;

        nn_canvas_link(canvas, line, "select sample=%zu", i);
        draw_label(scene, canvas, nn_box_take_left(&line, label), i, chosen);
        nn_dataset_sample(scene->dataset, scene->split, i, x);
        nn_dataset_unscale(scene->dataset, x);
        for (size_t k = 0; k < features && line.columns >= VALUE_COLUMNS; k++) {
            char number[NN_NUMBER_SIZE];
            nn_canvas_text_right(canvas, nn_box_inset(nn_box_take_left(&line, VALUE_COLUMNS), 1),
                                 nn_plain, nn_number_short(number, (double)x[k], 4));
        }
        if (chosen)
            point_at(scene, canvas, whole);
    }
}

void nn_draw_samples(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_dataset *data = scene->dataset;
    float *x = nn_calloc(nn_shape_size(&data->samples->shape), sizeof *x);

    box = nn_pane(scene, canvas, box, 0, "%s of %s: %zu samples", nn_split_names[scene->split],
                  data->samples->name, data->split_count[scene->split]);
    if (x)
        (nn_dataset_is_image(data) ? draw_pictures : draw_rows)(scene, canvas, box, x);
    nn_free(x);
}

/* ---- columns of a table ---- */

static void draw_column(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box line,
                        size_t index, int name_columns)
{
    const struct nn_column_figures *figures = &scene->columns[index];
    const struct nn_samples *samples = scene->dataset->samples;
    const double values[] = {figures->minimum, figures->mean, figures->deviation, figures->maximum};
    char number[NN_NUMBER_SIZE];

    nn_canvas_text(canvas, line.column, line.row, name_columns, nn_plain,
                   nn_name_of(samples->features, samples->feature_count, index, number));
    nn_box_take_left(&line, name_columns);
    for (int i = 0; i < 4 && line.columns >= 8; i++)
        nn_canvas_text_right(canvas, nn_box_take_left(&line, 8), nn_plain,
                             nn_number_short(number, values[i], 3));
    if (figures->missing > 0 && line.columns > 10)
        nn_canvas_printf(canvas, line.column + 2, line.row, line.columns - 2, nn_style_warn,
                         "%zu missing", figures->missing);
}

void nn_draw_columns(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    static const char *const heads[] = {"min", "mean", "\u00b1", "max"};
    int names = box.columns - 32 > 6 ? (box.columns - 32 > 24 ? 24 : box.columns - 32) : 6;
    struct nn_box head = nn_box_take_top(&box, 1);

    nn_box_take_left(&head, names);
    for (int i = 0; i < 4 && head.columns >= 8; i++)
        nn_canvas_text_right(canvas, nn_box_take_left(&head, 8), nn_style_dim, heads[i]);
    for (size_t i = scene->scroll; i < scene->column_count && box.rows > 0; i++)
        draw_column(scene, canvas, nn_box_take_top(&box, 1), i, names);
}
