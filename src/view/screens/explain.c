/* Explain: the input and its explanations side by side, each with the figures that say how far to
 * trust it. */
#include "view/screens/panes.h"

#include "base/mem.h"
#include "base/text.h"
#include "explain/explain.h"
#include "explain/method.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_PICTURE 14 /* columns at which a picture can still be read */
#define MOST_PICTURE  72
#define MOST_FIGURES  2 /* of a pane, one below the other */

/* A grid of panes of one size. */
struct tiling {
    int columns, rows, height;
};

static struct tiling grid_of(struct nn_box box, int width, int height)
{
    struct tiling grid = {box.columns / width, box.rows / height, height};

    grid.columns = grid.columns < 1 ? 1 : grid.columns;
    grid.rows = grid.rows < 1 ? 1 : grid.rows;
    return grid;
}

/* Panes for pictures: as large as lets all of them be seen, but never too small to read. */
static struct tiling tile_pictures(struct nn_box box, const struct nn_heatmap *picture,
                                   struct nn_medium medium, int count)
{
    struct tiling grid = {1, 1, box.rows};
    bool found = false;

    for (int width = MOST_PICTURE; width >= LEAST_PICTURE; width--) {
        int columns, rows;

        if (width + 4 > box.columns)
            continue;
        nn_heatmap_size(picture, medium, width, box.rows - 5, &columns, &rows);
        if (found && columns < LEAST_PICTURE)
            break;
        columns = columns + 4 < 20 ? 20 : columns + 4; /* room for the legend */
        grid =
            grid_of(box, columns, rows + 6 < box.rows ? rows + 6 : box.rows); /* legend, figures */
        found = true;
        if (grid.columns * grid.rows >= count)
            break;
    }
    return grid;
}

/* Panes for bars by name. */
static struct tiling tile_bars(struct nn_box box, int features, int count)
{
    int height = features + 4 < 8 ? 8 : features + 4;
    struct tiling grid = grid_of(box, 38, height < box.rows ? height : box.rows);

    while (grid.columns * grid.rows < count && box.rows / (grid.rows + 1) >= 8)
        grid.rows++;
    grid.height = box.rows / grid.rows < height ? box.rows / grid.rows : height;
    return grid;
}

/* "F 12.3  gap 1e-06" at the bottom; one below the other if they do not fit side by side. */
static void draw_figures(const struct nn_result *result, struct nn_canvas *canvas,
                         struct nn_box *box)
{
    char text[12][64];
    int count = (int)result->figure_count, total = -2, rows;
    struct nn_box foot;

    for (int i = 0; i < count; i++) {
        char number[NN_NUMBER_SIZE];
        snprintf(text[i], sizeof text[i], "%s %s", result->figures[i].name,
                 nn_number_short(number, result->figures[i].value, 3));
        total += (int)nn_text_width(text[i]) + 2;
    }
    rows = total <= box->columns ? count > 0 : count < MOST_FIGURES ? count : MOST_FIGURES;
    foot = nn_box_take_bottom(box, rows > box->rows - 3 ? 0 : rows);
    for (int i = 0; i < count && foot.rows > 0; i++) {
        if (rows > 1 && i > 0 && i < count - 1)
            continue; /* the first is what is explained, the last how good it is */
        if (rows > 1)
            nn_line(canvas, &foot, nn_style_dim, "%s", text[i]);
        else
            nn_box_take_left(&foot, 2 + nn_canvas_text(canvas, foot.column, foot.row, foot.columns,
                                                       nn_style_dim, text[i]));
    }
}

/* Beyond what random maps give, by twice their spread, in the direction that is good: insertion is
 * high, deletion low. */
static struct nn_style trust_style(const struct nn_trust_figure *figure)
{
    double sign = strcmp(figure->name, "deletion") == 0 ? -1 : 1;

    if (!isfinite(figure->value) || !isfinite(figure->chance) || !isfinite(figure->spread) ||
        strcmp(figure->name, "random net") == 0) /* to be as low as chance is no merit */
        return nn_style_dim;
    return sign * (figure->value - figure->chance) > 2 * figure->spread ? nn_style_good
                                                                        : nn_style_warn;
}

/* "insertion 0.93", or "ins 0.93". */
static void trust_text(const struct nn_trust_figure *figure, bool brief, char out[NN_TRUST_TEXT])
{
    const char *blank;

    nn_trust_figure_text(figure, false, out);
    blank = strrchr(out, ' ');
    if (brief && blank && blank > out + 3)
        memmove(out + 3, blank, strlen(blank) + 1);
}

/* What the line has room for is not spent on figures that cannot be had, nor on the gap, which
 * stands above it. */
static bool is_telling(const struct nn_trust_figure *figure)
{
    return isfinite(figure->value) && strcmp(figure->name, "gap") != 0;
}

/* Draws as many figures as fit into a row; with canvas NULL only counts them. */
static size_t put_trust(const struct nn_result *result, struct nn_canvas *canvas, struct nn_box row,
                        bool brief)
{
    char text[NN_TRUST_TEXT];
    size_t shown = 0;

    for (size_t i = 0; i < result->trust_count; i++) {
        if (!is_telling(&result->trust[i]))
            continue;
        trust_text(&result->trust[i], brief, text);
        int width = (int)nn_text_width(text);
        if (width > row.columns)
            break;
        if (canvas)
            nn_canvas_text(canvas, row.column, row.row, row.columns, trust_style(&result->trust[i]),
                           text);
        nn_box_take_left(&row, width + 2);
        shown++;
    }
    return shown;
}

/* How far to trust the map, in one line; with short names if that shows more figures. */
static void draw_trust(const struct nn_result *result, struct nn_canvas *canvas, struct nn_box *box)
{
    struct nn_box foot;

    if (result->trust_count == 0 || box->rows <= 6)
        return;
    foot = nn_box_take_bottom(box, 1);
    bool brief = put_trust(result, NULL, foot, true) > put_trust(result, NULL, foot, false);
    put_trust(result, canvas, foot, brief);
}

/* A map of its layer's size is shown at the input's. */
static void draw_map(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box,
                     struct nn_heatmap *map)
{
    struct nn_heatmap input;
    float *larger = NULL;
    bool over = nn_input_heatmap(scene, &input);

    if (over && map->channels == 1 && map->width < input.width && map->height < input.height)
        larger = nn_calloc(input.width * input.height, sizeof *larger);
    if (larger) {
        nn_map_resize(map->values, map->height, map->width, larger, input.height, input.width);
        map->values = larger;
        map->width = input.width;
        map->height = input.height;
    }
    if (over && scene->overlay && map->scale != NN_SCALE_RANGE)
        map->under = &input;
    nn_draw_picture(canvas, box, map, true);
    nn_free(larger);
}

static char **feature_names(const struct nn_scene *scene)
{
    return scene->dataset ? scene->dataset->samples->features : NULL;
}

static void draw_explanation(const struct nn_scene *scene, struct nn_canvas *canvas,
                             struct nn_box box, const struct nn_result *result)
{
    const struct nn_tensor *values = &result->values;
    struct nn_heatmap map;

    draw_figures(result, canvas, &box);
    if (result->kind == NN_RESULT_GALLERY)
        nn_draw_maps(canvas, box, result, 0, -1, false);
    else if (nn_heatmap_of(values, result->kind != NN_RESULT_IMAGE, 0, result->scale, &map))
        draw_map(scene, canvas, box, &map);
    else if (result->kind == NN_RESULT_IMAGE)
        nn_draw_value_bars(canvas, box, values->data, feature_names(scene),
                           nn_shape_size(&values->shape), false, 0, -1);
    else if (values->data && values->shape.rank > 0 && values->shape.dim[0] > 0) {
        size_t count = nn_shape_size(&values->shape) / values->shape.dim[0];
        nn_draw_feature_bars(canvas, box, values->data,
                             result->name_count >= count ? result->names : NULL, count);
    }
}

static void draw_subject(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    char name[NN_NUMBER_SIZE], percent[NN_NUMBER_SIZE];
    long predicted = nn_predicted(scene);
    struct nn_box foot;

    foot = nn_box_take_bottom(&box, box.rows > 6 ? (scene->label >= 0) + (predicted >= 0) : 0);
    if (predicted >= 0) {
        double p = nn_probability(scene, (size_t)predicted);
        nn_fact(canvas, &foot, 6, "says", "%s %s", nn_class_name(scene, (size_t)predicted, name),
                isfinite(p) ? nn_percent(percent, p) : "");
    }
    if (scene->label >= 0)
        nn_fact(canvas, &foot, 6, "true", "%s", nn_class_name(scene, (size_t)scene->label, name));
    nn_draw_input(scene, canvas, box);
}

static void hint(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    static const char *const explain[] = {"saliency", "ig", "gradcam",
                                          "explain METHOD target=CLASS", NULL};

    if (!nn_hint_missing(scene, canvas, box, true))
        nn_hint(canvas, box,
                "No explanation of this sample yet. Type some, they stand side by side:", explain);
}

/* The method's name, or its short form where that is too long; of activation maximization also
 * whose activation. */
static void name_pane(const struct nn_scene *scene, int index, int columns, char *out,
                      size_t capacity)
{
    const struct nn_result *result = scene->explanations[index];
    const struct nn_method *method = nn_method_find(result->method);
    char mark[48] = "";

    if (scene->explanation_old[index] && scene->training && !scene->paused)
        snprintf(mark, sizeof mark, " (epoch %zu)", scene->explanation_epoch[index]);
    else if (scene->explanation_old[index])
        snprintf(mark, sizeof mark, " (older)");
    bool tight = (int)strlen(result->method) + (int)strlen(mark) > columns - 4;

    if (result->kind == NN_RESULT_IMAGE || result->kind == NN_RESULT_GALLERY)
        snprintf(out, capacity, "%s %s%s", result->method, result->target, mark);
    else
        snprintf(out, capacity, "%s%s",
                 tight && method && method->alias ? method->alias : result->method, mark);
}

static void draw_pane(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box,
                      int index)
{
    const struct nn_result *result;
    char name[256];

    if (index == 0) {
        draw_subject(scene, canvas, nn_sample_pane(scene, canvas, box, 0));
        return;
    }
    result = scene->explanations[index - 1];
    name_pane(scene, index - 1, box.columns, name, sizeof name);
    box = nn_pane(scene, canvas, box, index, "%s", name);
    draw_trust(result, canvas, &box);
    draw_explanation(scene, canvas, box, result);
}

/* The explanation with the focus, or the newest. */
static int chosen(const struct nn_scene *scene)
{
    return scene->focus > 0 && scene->focus <= (int)scene->explanation_count ? scene->focus : 1;
}

/* Explanations before the first that is seen, when only so many panes fit: the chosen one is seen.
 */
static int skipped(const struct nn_scene *scene, const struct tiling *grid)
{
    int page = grid->columns * grid->rows;

    return chosen(scene) >= page ? chosen(scene) - page + 1 : 0;
}

/* The input first, then the explanations; scrolled so that the chosen one is seen. */
static void draw_grid(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box *box,
                      const struct tiling *grid)
{
    int count = 1 + (int)scene->explanation_count, page = grid->columns * grid->rows;
    int skip = skipped(scene, grid);
    int used = count - skip < page ? count - skip : page;
    int rows = (used + grid->columns - 1) / grid->columns;
    int columns = (used + rows - 1) / rows;
    int spare =
        box->rows - rows * grid->height; /* too little for a pane of its own is shared out */

    for (int row = 0; row < rows; row++) {
        struct nn_box line =
            nn_box_take_top(box, spare < 6 ? box->rows / (rows - row) : grid->height);
        for (int column = 0; column < columns && row * columns + column < used; column++) {
            int index = row * columns + column;
            struct nn_box place = nn_box_take_left(&line, line.columns / (columns - column));
            draw_pane(scene, canvas, place, index == 0 ? 0 : index + skip);
        }
    }
}

/* "insertion    0.93 (random 0.61 +- 0.04)", coloured as in the panes; without chance where there
 * is no room for it. */
static void draw_trust_fact(const struct nn_trust_figure *figure, struct nn_canvas *canvas,
                            struct nn_box line)
{
    char text[NN_TRUST_TEXT];
    struct nn_style style = trust_style(figure);
    size_t name = strlen(figure->name) + 1;

    if ((int)nn_text_width(nn_trust_figure_text(figure, true, text) + name) > line.columns - 13)
        nn_trust_figure_text(figure, false, text);
    nn_canvas_text(canvas, line.column, line.row, line.columns < 12 ? line.columns : 12,
                   nn_style_dim, figure->name);
    nn_canvas_text(canvas, line.column + 13, line.row, line.columns - 13,
                   style.attributes & NN_DIM ? nn_plain : style, text + name);
}

/* A list of figures, of which the last row says how many did not fit. */
struct listing {
    struct nn_canvas *canvas;
    struct nn_box box;
    size_t left; /* to be listed */
};

/* Whether there is a row for the next figure. */
static bool next_row(struct listing *list)
{
    bool fits = list->box.rows > 1 || (list->box.rows == 1 && list->left == 1);

    if (!fits && list->box.rows == 1)
        nn_line(list->canvas, &list->box, nn_style_dim, "%zu more figures: `trust` lists them",
                list->left);
    list->left--;
    return fits;
}

/* Everything about the chosen explanation in words: the verdict first. */
static void draw_details(const struct nn_result *result, bool old, struct nn_canvas *canvas,
                         struct nn_box box)
{
    if (old)
        nn_line(canvas, &box, nn_style_warn, "of an older state of the net");
    nn_box_take_top(&box, nn_canvas_wrap(canvas, box, nn_plain, result->trust_note));
    nn_box_take_top(&box, nn_canvas_wrap(canvas, box, nn_style_dim, result->note));
    nn_line(canvas, &box, nn_plain, "%s %s", result->method, result->parameters);
    if (*result->target)
        nn_fact(canvas, &box, 13, "target", "%s", result->target);
    if (*result->layer)
        nn_fact(canvas, &box, 13, "layer", "%s", result->layer);
    struct listing list = {canvas, box, result->figure_count + result->trust_count};
    for (size_t i = 0; i < result->figure_count; i++) {
        char number[NN_NUMBER_SIZE];
        if (next_row(&list))
            nn_fact(canvas, &list.box, 13, result->figures[i].name, "%s",
                    nn_number_short(number, result->figures[i].value, 6));
    }
    for (size_t i = 0; i < result->trust_count; i++)
        if (next_row(&list))
            draw_trust_fact(&result->trust[i], canvas, nn_box_take_top(&list.box, 1));
}

/* How to read a map, in the colours or glyphs of the medium. */
static const char *reading_of(enum nn_scale_kind scale, struct nn_medium medium, bool pictures)
{
    if (scale == NN_SCALE_CHANGE)
        return pictures ? "what changed, around grey or white"
                        : "to the right: more, to the left: less";
    if (scale != NN_SCALE_SIGNED)
        return pictures ? "the brighter, the more it matters"
                        : "the longer the bar, the more it matters";
    if (!pictures)
        return "to the right: for it, to the left: against it";
    if (medium.depth != NN_DEPTH_MONO)
        return "red speaks for it, blue against it";
    return medium.ascii ? "+*#@ speak for it, -=xX against it"
                        : "\u2591\u2592\u2593\u2588 speak for it, \u00b7:=# against it";
}

/* What is explained and how to read it; on the right which explanations are seen, if not all. */
static void draw_reading(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box row,
                         const struct tiling *grid, bool pictures)
{
    const struct nn_result *result = scene->explanations[chosen(scene) - 1];
    int count = (int)scene->explanation_count, seen = grid->columns * grid->rows - 1;
    char text[64];

    row = nn_box_inset(row, 1);
    if (seen < count && seen > 0) {
        snprintf(text, sizeof text, "%d to %d of %d", skipped(scene, grid) + 1,
                 skipped(scene, grid) + seen, count);
        row.columns -= nn_canvas_text_right(canvas, row, nn_style_dim, text) + 2;
    }
    if (result->kind == NN_RESULT_IMAGE)
        nn_canvas_text(canvas, row.column, row.row, row.columns, nn_style_dim, result->title);
    else
        nn_canvas_printf(canvas, row.column, row.row, row.columns, nn_style_dim, "%s%s%s",
                         result->target, *result->target ? " \u00b7 " : "",
                         reading_of(result->scale, canvas->medium, pictures));
}

/* Where there are rows left: the prediction, the chosen explanation enlarged, and all about it. */
static void draw_below(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_result *result = scene->explanations[chosen(scene) - 1];
    bool enlarged = box.rows >= 12 && box.columns >= 100;
    struct nn_box left = nn_box_take_left(&box, box.columns / (enlarged ? 3 : 2));

    nn_draw_prediction(scene, canvas, nn_pane(scene, canvas, left, -1, "prediction"));
    if (enlarged) {
        struct nn_box middle = nn_box_take_left(&box, box.columns / 2);
        draw_explanation(scene, canvas, nn_pane(scene, canvas, middle, -1, "%s", result->method),
                         result);
    }
    draw_details(result, scene->explanation_old[chosen(scene) - 1], canvas,
                 nn_pane(scene, canvas, box, -1, "details"));
}

static void draw_explanations(const struct nn_scene *scene, struct nn_canvas *canvas,
                              struct nn_box box)
{
    int count = 1 + (int)scene->explanation_count;
    struct nn_heatmap picture;
    struct tiling grid;
    bool pictures = nn_input_heatmap(scene, &picture);
    struct nn_box foot = nn_box_take_bottom(&box, 1);

    if (pictures)
        grid = tile_pictures(box, &picture, canvas->medium, count);
    else
        grid = tile_bars(
            box, scene->dataset ? (int)nn_shape_size(&scene->dataset->samples->shape) : 4, count);
    draw_reading(scene, canvas, foot, &grid, pictures);
    draw_grid(scene, canvas, &box, &grid);
    if (box.rows >= 4)
        draw_below(scene, canvas, box);
}

static void draw(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    if (scene->explanation_count > 0 && nn_single_pane(box)) {
        draw_pane(scene, canvas, box, chosen(scene));
    } else if (scene->explanation_count > 0) {
        draw_explanations(scene, canvas, box);
    } else {
        if (scene->input && !nn_single_pane(box))
            draw_pane(scene, canvas, nn_box_take_left(&box, box.columns / 3), 0);
        hint(scene, canvas, nn_pane(scene, canvas, box, 1, "explanations"));
    }
}

const struct nn_screen nn_screen_4_explain = {
    .name = "explain",
    .title = "Explain",
    .number = 4,
    .summary = "explanations of one sample side by side",
    .keys = "n/p sample  Tab pane",
    .draw = draw,
};
