/* Data: what the set holds, its samples one by one, and where the net errs. */
#include "view/screens/panes.h"
#include "view/screens/samples.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>

#define NAME_COLUMNS 9
#define INFO_ROWS    8

static void draw_info(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    static const char *const tasks[] = {"no labels", "classification", "regression"};
    const struct nn_dataset *data = scene->dataset;
    const struct nn_samples *samples = data->samples;
    char number[NN_NUMBER_SIZE], shape[NN_SHAPE_TEXT];

    nn_fact(canvas, &box, NAME_COLUMNS, "samples", "%s of %s%s",
            nn_number_group(number, samples->count), nn_shape_text(shape, &samples->shape),
            samples->shape.rank == 1 ? " features" : "");
    if (samples->task == NN_TASK_CLASSIFICATION)
        nn_fact(canvas, &box, NAME_COLUMNS, "classes", "%zu%s%s", samples->class_count,
                samples->target_name ? " of " : "",
                samples->target_name ? samples->target_name : "");
    else
        nn_fact(canvas, &box, NAME_COLUMNS, "task", "%s%s%s", tasks[samples->task],
                samples->target_name ? " of " : "",
                samples->target_name ? samples->target_name : "");
    for (int s = 0; s < NN_SPLIT_COUNT; s++)
        if (data->split_count[s] > 0)
            nn_fact(canvas, &box, NAME_COLUMNS,
                    s == NN_SPLIT_VALIDATION ? "valid." : nn_split_names[s], "%s",
                    nn_number_group(number, data->split_count[s]));
    nn_fact(canvas, &box, NAME_COLUMNS, "scaling", "%s", nn_scaling_names[data->scaling]);
}

/* How many samples of the split each class has; false without labels or memory. */
static bool count_classes(const struct nn_scene *scene, size_t **counts, size_t *most)
{
    const struct nn_dataset *data = scene->dataset;
    size_t classes = data->samples->class_count;
    size_t *made = classes ? nn_calloc(classes, sizeof *made) : NULL;

    if (!made)
        return false;
    *most = 0;
    for (size_t i = 0; i < data->split_count[scene->split]; i++) {
        int32_t label = nn_dataset_label(data, scene->split, i);
        if (label >= 0 && (size_t)label < classes && ++made[label] > *most)
            *most = made[label];
    }
    *counts = made;
    return true;
}

static void draw_balance(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    size_t classes = scene->dataset->samples->class_count, *counts, most;
    int name_columns = 1;

    if (!count_classes(scene, &counts, &most)) {
        nn_line(canvas, &box, nn_style_dim, "no class labels");
        return;
    }
    for (size_t i = 0; i < classes; i++) {
        char text[512], number[NN_NUMBER_SIZE];
        int cells = nn_text_fit(text, sizeof text, nn_class_name(scene, i, number),
                                box.columns / 2 > 1 ? box.columns / 2 : 1, canvas->medium.ascii);
        name_columns = cells > name_columns ? cells : name_columns;
    }
    for (size_t i = 0; i < classes && box.rows > 0; i++) {
        char number[NN_NUMBER_SIZE];
        struct nn_box line = nn_box_take_top(&box, 1);

        nn_canvas_text(canvas, line.column, line.row, name_columns, nn_plain,
                       nn_class_name(scene, i, number));
        nn_box_take_left(&line, name_columns);
        nn_canvas_text_right(canvas, nn_box_take_left(&line, 7), nn_plain,
                             nn_number_group(number, counts[i]));
        nn_box_take_left(&line, 1);
        nn_draw_bar(canvas, line.column, line.row, line.columns,
                    most ? (double)counts[i] / (double)most : 0, nn_style_accent);
    }
    nn_free(counts);
}

/* The values of a table's row in their own units, with the scaled ones as bars. */
static void draw_row(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_samples *samples = scene->dataset->samples;
    size_t count = nn_shape_size(&samples->shape);
    float *raw = nn_calloc(count, sizeof *raw);

    if (!raw)
        return;
    for (size_t i = 0; i < count; i++)
        raw[i] = scene->input[i];
    nn_dataset_unscale(scene->dataset, raw);
    for (size_t i = scene->scroll; i < count && box.rows > 0; i++) {
        char value[NN_NUMBER_SIZE], name[NN_NUMBER_SIZE];
        struct nn_box line = nn_box_take_top(&box, 1);

        nn_canvas_text_right(canvas, nn_box_take_right(&line, 10), nn_plain,
                             nn_number_short(value, (double)raw[i], 5));
        nn_canvas_text(canvas, line.column, line.row, line.columns, nn_style_dim,
                       nn_name_of(samples->features, samples->feature_count, i, name));
    }
    nn_free(raw);
}

/* What it is, and what the net takes it for. */
static void draw_verdict(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    char name[NN_NUMBER_SIZE];

    if (scene->label >= 0)
        nn_fact(canvas, &box, 6, "true", "%s", nn_class_name(scene, (size_t)scene->label, name));
    if (!scene->prediction)
        return;
    nn_box_take_top(&box, box.rows > 4 ? 1 : 0);
    nn_draw_prediction(scene, canvas, box);
}

static void draw_sample(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    struct nn_heatmap picture;
    struct nn_box facts = box;
    size_t features = nn_shape_size(&scene->dataset->samples->shape);
    int room = box.rows > 8 ? box.rows - 5 : box.rows;

    if (!scene->input) {
        nn_line(canvas, &box, nn_style_dim, "no sample");
        return;
    }
    box.rows = room;
    if (nn_input_heatmap(scene, &picture)) {
        nn_box_take_top(&facts, nn_draw_picture(canvas, box, &picture, true) + 1);
    } else {
        draw_row(scene, canvas, box);
        nn_box_take_top(&facts, 1 + (features < (size_t)box.rows ? (int)features : box.rows));
    }
    draw_verdict(scene, canvas, facts);
}

static void draw_confusion(const struct nn_scene *scene, struct nn_canvas *canvas,
                           struct nn_box box)
{
    static const char *const evaluate[] = {"confusion", NULL};

    if (!scene->confusion) {
        nn_hint(canvas, box, "No confusion matrix yet. After training:", evaluate);
        return;
    }
    bool chosen = scene->focus == 0;
    nn_draw_matrix_at(canvas, box, scene->confusion, chosen ? (long)scene->at[NN_AT_TRUTH] : -1,
                      chosen ? (long)scene->at[NN_AT_PREDICTED] : -1);
}

static void draw_sample_pane(const struct nn_scene *scene, struct nn_canvas *canvas,
                             struct nn_box box)
{
    box = nn_pane(scene, canvas, box, 0, "%s sample %zu of %zu", nn_split_names[scene->split],
                  scene->sample, scene->dataset->split_count[scene->split]);
    if (scene->focus == 0) {
        canvas->cursor_column = box.column;
        canvas->cursor_row = box.row;
    }
    draw_sample(scene, canvas, box);
}

/* Rows that the confusion matrix wants. */
static int confusion_rows(const struct nn_scene *scene)
{
    if (!scene->confusion || scene->confusion->values.shape.rank != 2)
        return 0;
    return (int)(scene->confusion->values.shape.dim[0] < 40
                     ? scene->confusion->values.shape.dim[0] + 3
                     : 20);
}

/* Below what needs `rows`: the features of a table, if three of them fit there. Takes the room. */
static void draw_features(const struct nn_scene *scene, struct nn_canvas *canvas,
                          struct nn_box *box, int rows)
{
    if (scene->column_count == 0 || box->rows - rows < 6)
        return;
    nn_draw_columns(scene, canvas,
                    nn_pane(scene, canvas, nn_box_take_bottom(box, box->rows - rows), -1,
                            "features of all samples"));
}

static void draw_two_columns(const struct nn_scene *scene, struct nn_canvas *canvas,
                             struct nn_box box)
{
    int matrix = confusion_rows(scene);
    struct nn_box left = nn_box_take_left(&box, box.columns * 6 / 10);
    bool alone = matrix > left.rows - INFO_ROWS && matrix <= left.rows;
    struct nn_box info = nn_box_take_top(&left, alone ? 0 : INFO_ROWS);

    draw_sample_pane(scene, canvas, box);
    if (!alone)
        draw_info(scene, canvas,
                  nn_pane(scene, canvas, info, 1, "%s", scene->dataset->samples->name));
    if (matrix > 0 && matrix <= left.rows)
        draw_confusion(scene, canvas,
                       nn_pane(scene, canvas, left, 2, "confusion: rows true, columns predicted"));
    else {
        draw_features(scene, canvas, &left, (int)scene->dataset->samples->class_count + 2);
        draw_balance(
            scene, canvas,
            nn_pane(scene, canvas, left, 2, "classes of %s", nn_split_names[scene->split]));
    }
}

static void draw_three_columns(const struct nn_scene *scene, struct nn_canvas *canvas,
                               struct nn_box box)
{
    struct nn_box left = nn_box_take_left(&box, 32), info = nn_box_take_top(&left, 9);
    struct nn_box middle = nn_box_take_left(&box, box.columns * 42 / 100);

    draw_info(scene, canvas, nn_pane(scene, canvas, info, 1, "%s", scene->dataset->samples->name));
    draw_balance(scene, canvas,
                 nn_pane(scene, canvas, left, 2, "classes of %s", nn_split_names[scene->split]));
    draw_sample_pane(scene, canvas, middle);
    draw_features(scene, canvas, &box, scene->confusion ? confusion_rows(scene) + 2 : 8);
    draw_confusion(scene, canvas,
                   nn_pane(scene, canvas, box, 3, "confusion: rows true, columns predicted"));
}

static void draw(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    if (!scene->dataset) {
        nn_hint_missing(scene, canvas, nn_pane(scene, canvas, box, 0, "data"), false);
        return;
    }
    if (scene->browse)
        nn_draw_samples(scene, canvas, box);
    else if (nn_single_pane(box))
        draw_sample_pane(scene, canvas, box);
    else if (box.columns >= 110)
        draw_three_columns(scene, canvas, box);
    else
        draw_two_columns(scene, canvas, box);
}

const struct nn_screen nn_screen_5_data = {
    .name = "data",
    .title = "Data",
    .number = 5,
    .summary = "the data set, its samples, and the confusion matrix",
    .keys = "n/p sample  t split  hjkl cell  Enter its samples",
    .draw = draw,
};
