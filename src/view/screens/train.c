/* Train: the loss as it falls, where the run stands, and the last epochs. */
#include "view/screens/panes.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_COLUMNS 9

static const struct nn_style train_style = {NN_COLOR_ANSI(6), NN_COLOR_DEFAULT, 0};
static const struct nn_style validation_style = {NN_COLOR_ANSI(3), NN_COLOR_DEFAULT, 0};

/* A column of the history and its validation twin; 0 to 2 curves. */
static size_t curves_of(const struct nn_history *history, const char *name,
                        struct nn_curve curves[2])
{
    char twin[40];
    const char *names[2] = {name, twin};
    size_t count = 0;

    snprintf(twin, sizeof twin, "val_%s", name);
    for (int i = 0; i < 2; i++) {
        int column = nn_history_column(history, names[i]);
        if (column < 0)
            continue;
        curves[count++] =
            (struct nn_curve){history->names[column], history->rows + column, history->epochs,
                              history->columns, i ? validation_style : train_style};
    }
    return count;
}

/* Before there are two epochs: the loss of every batch. */
static void draw_batches(struct nn_canvas *canvas, struct nn_box box,
                         const struct nn_history *history)
{
    double *values = nn_calloc(history->batches, sizeof *values);
    struct nn_curve curve = {"loss of each batch", values, history->batches, 1, train_style};

    if (!values)
        return;
    for (size_t i = 0; i < history->batches; i++)
        values[i] = (double)history->batch_loss[i];
    nn_draw_plot(canvas, box, &curve, 1, false, "batch");
    nn_free(values);
}

static void draw_hint(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    static const char *const compile[] = {"compile loss=categorical_crossentropy metrics=accuracy",
                                          "compile loss=binary_crossentropy optimizer=adam",
                                          "compile loss=mse optimizer=sgd lr=0.01", NULL};
    static const char *const train[] = {"train epochs=10", "train epochs=20 validation=0.1", NULL};

    if (nn_hint_missing(scene, canvas, box, true))
        return;
    if (!scene->recipe || !scene->recipe->loss)
        nn_hint(canvas, box, "Not compiled yet: say what to minimise.", compile);
    else
        nn_hint(canvas, box, "Ready to train.", train);
}

static void draw_loss(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_history *history = scene->history;
    struct nn_curve curves[2];

    if (history && history->epochs > 1) {
        size_t count = curves_of(history, "loss", curves);
        nn_draw_plot(canvas, box, curves, count, false, "epoch");
    } else if (history && history->batches > 1) {
        draw_batches(canvas, box, history);
    } else if (scene->training) {
        nn_canvas_text(canvas, box.column, box.row, box.columns, nn_style_dim,
                       "the first batches are under way");
    } else {
        draw_hint(scene, canvas, box);
    }
}

/* Seconds left, from the speed and what there is still to see; negative if not known. */
static double seconds_left(const struct nn_scene *scene)
{
    const struct nn_train_progress *progress = &scene->progress;
    double samples, epochs;

    if (!scene->dataset || progress->batches == 0 || !(progress->samples_per_second > 0))
        return -1;
    samples = (double)scene->dataset->split_count[NN_SPLIT_TRAIN];
    epochs = (double)progress->epochs - (double)progress->epoch + 1 -
             (double)progress->batch / (double)progress->batches;
    return epochs * samples / progress->samples_per_second;
}

static double share_done(const struct nn_train_progress *progress)
{
    double epochs = progress->batches ? (double)progress->batch / (double)progress->batches : 0;

    if (progress->epochs == 0)
        return 0;
    epochs += progress->epoch > 0 ? (double)progress->epoch - 1 : 0;
    return epochs / (double)progress->epochs;
}

static void draw_share(struct nn_canvas *canvas, struct nn_box *box, double share)
{
    struct nn_box line = nn_box_take_top(box, 1);
    char number[NN_NUMBER_SIZE];

    if (line.rows < 1 || line.columns < 12)
        return;
    nn_canvas_text_right(canvas, line, nn_plain, nn_percent(number, share));
    line.columns -= 9;
    nn_canvas_fill(canvas, line, canvas->medium.ascii ? '.' : 0x2591, nn_style_dim);
    nn_draw_bar(canvas, line.column, line.row, line.columns, share, nn_style_accent);
}

/* "1 842 samples/s, 0:12 left" */
static void draw_speed(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box *box)
{
    double speed = scene->progress.samples_per_second, left = seconds_left(scene);
    char number[NN_NUMBER_SIZE], time[48] = "";

    if (!(speed > 0 && speed < 1e15))
        return;
    if (left >= 0 && left < 1e7)
        snprintf(time, sizeof time, ", %d:%02d left", (int)left / 60, (int)left % 60);
    nn_fact(canvas, box, NAME_COLUMNS, "speed", "%s/s%s", nn_number_group(number, (uint64_t)speed),
            time);
}

/* Loss and accuracy of the epoch so far. */
static void draw_so_far(const struct nn_train_progress *progress, struct nn_canvas *canvas,
                        struct nn_box *box)
{
    char loss[NN_NUMBER_SIZE], accuracy[NN_NUMBER_SIZE], norm[NN_NUMBER_SIZE];

    if (isfinite(progress->loss))
        nn_fact(canvas, box, NAME_COLUMNS, "so far", "%s%s%s", nn_metric_text(loss, progress->loss),
                isfinite(progress->accuracy) ? ", " : "",
                isfinite(progress->accuracy) ? nn_percent(accuracy, progress->accuracy) : "");
    if (isfinite(progress->gradient_norm))
        nn_fact(canvas, box, NAME_COLUMNS, "gradient", "norm %s",
                nn_number_short(norm, progress->gradient_norm, 3));
}

static void draw_progress(const struct nn_scene *scene, struct nn_canvas *canvas,
                          struct nn_box *box)
{
    const struct nn_train_progress *progress = &scene->progress;

    nn_line(canvas, box, scene->paused ? nn_style_warn : nn_style_good, "\u25cf %s",
            scene->paused ? "paused: resume, step, stop" : "training");
    nn_fact(canvas, box, NAME_COLUMNS, "epoch", "%llu/%llu  batch %zu/%zu",
            (unsigned long long)progress->epoch, (unsigned long long)progress->epochs,
            progress->batch, progress->batches);
    draw_share(canvas, box, share_done(progress));
    draw_speed(scene, canvas, box);
    draw_so_far(progress, canvas, box);
}

/* The last value of each column of the history, and how it came about. */
static void draw_columns(const struct nn_history *history, struct nn_canvas *canvas,
                         struct nn_box *box)
{
    for (size_t c = 0; c < history->columns && box->rows > 0; c++) {
        double values[64];
        size_t count = history->epochs < 64 ? history->epochs : 64;
        struct nn_box line = *box;
        char number[NN_NUMBER_SIZE];

        if (strcmp(history->names[c], "lr") == 0)
            continue;
        for (size_t i = 0; i < count; i++)
            values[i] = history->rows[(history->epochs - count + i) * history->columns + c];
        nn_fact(canvas, box, 13, history->names[c], "%s",
                nn_metric_text(number, values[count - 1]));
        if (line.columns > 26)
            nn_draw_sparkline(canvas, line.column + 21, line.row, line.columns - 21, values, count,
                              strncmp(history->names[c], "val_", 4) == 0 ? validation_style
                                                                         : train_style);
    }
}

/* What is minimised and how. */
static void draw_recipe(const struct nn_recipe *recipe, struct nn_canvas *canvas,
                        struct nn_box *box)
{
    char number[NN_NUMBER_SIZE];
    bool changes = recipe->schedule && strcmp(recipe->schedule->name, "constant") != 0;

    nn_line(canvas, box, nn_style_dim, "%s", recipe->loss->name);
    if (recipe->optimizer)
        nn_line(canvas, box, nn_style_dim, "%s, lr %s%s%s", recipe->optimizer->name,
                nn_number_short(number, recipe->lr, 4), changes ? ", " : "",
                changes ? recipe->schedule->name : "");
}

static void draw_now(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_history *history = scene->history;

    if (scene->training)
        draw_progress(scene, canvas, &box);
    else if (history && history->epochs > 0)
        nn_line(canvas, &box, nn_plain, "%zu epoch%s done", history->epochs,
                history->epochs == 1 ? "" : "s");
    if (history && history->epochs > 0) {
        nn_box_take_top(&box, box.rows > (int)history->columns + 3 ? 1 : 0);
        draw_columns(history, canvas, &box);
    }
    if (scene->recipe && scene->recipe->loss) {
        nn_box_take_top(&box, box.rows > 2 ? 1 : 0);
        draw_recipe(scene->recipe, canvas, &box);
    }
    if (!scene->training && (!history || history->epochs == 0) && !scene->recipe)
        nn_line(canvas, &box, nn_style_dim, "nothing to show yet");
}

/* The last epochs, newest below. */
static void draw_epochs(const struct nn_history *history, struct nn_canvas *canvas,
                        struct nn_box box)
{
    struct nn_box head = nn_box_take_top(&box, 1);
    size_t rows = box.rows > 0 ? (size_t)box.rows : 0;
    size_t shown = history->epochs < rows ? history->epochs : rows;

    if (head.rows < 1)
        return;
    nn_canvas_text_right(canvas, nn_box_take_left(&head, 5), nn_style_bold, "epoch");
    for (size_t c = 0; c < history->columns && head.columns > 0; c++) {
        int width = (int)strlen(history->names[c]) + 2;
        struct nn_box place;

        width = width < 9 ? 9 : width;
        if (width > head.columns)
            break;
        place = nn_box_take_left(&head, width);
        nn_canvas_text_right(canvas, place, nn_style_bold, history->names[c]);
        for (size_t i = 0; i < shown; i++) {
            char number[NN_NUMBER_SIZE];
            size_t epoch = history->epochs - shown + i;
            place.row = box.row + (int)i;
            nn_canvas_text_right(
                canvas, place, nn_plain,
                nn_metric_text(number, history->rows[epoch * history->columns + c]));
        }
    }
    for (size_t i = 0; i < shown; i++) {
        char number[NN_NUMBER_SIZE];
        snprintf(number, sizeof number, "%zu", history->epochs - shown + i + 1);
        nn_canvas_text_right(canvas, (struct nn_box){box.column, box.row + (int)i, 5, 1},
                             nn_style_dim, number);
    }
}

/* Below the loss: the first metric that the history has, or the losses of the batches. */
static void draw_second_plot(const struct nn_scene *scene, struct nn_canvas *canvas,
                             struct nn_box box)
{
    const struct nn_history *history = scene->history;
    struct nn_curve curves[2];

    for (size_t c = 0; c < history->columns; c++) {
        const char *name = history->names[c];
        size_t count;
        if (strcmp(name, "loss") == 0 || strcmp(name, "lr") == 0 || strncmp(name, "val_", 4) == 0)
            continue;
        count = curves_of(history, name, curves);
        nn_draw_plot(canvas, nn_pane(scene, canvas, box, 2, "%s", name), curves, count, false,
                     "epoch");
        return;
    }
    box = nn_pane(scene, canvas, box, 2, "loss of each batch");
    if (history->batches > 1)
        draw_batches(canvas, box, history);
}

static void draw(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    bool single = nn_single_pane(box);
    bool two_rows = !single && scene->history && scene->history->epochs > 1 && box.rows >= 16;
    struct nn_box top = two_rows ? nn_box_take_top(&box, box.rows * 6 / 10) : box;
    struct nn_box left = top;

    if (!single) {
        struct nn_box right = nn_box_take_right(&left, left.columns > 110 ? 44 : 34);
        draw_now(scene, canvas, nn_pane(scene, canvas, right, 1, "now"));
    }
    draw_loss(scene, canvas, nn_pane(scene, canvas, left, 0, "loss"));
    if (two_rows) {
        struct nn_box right = nn_box_take_right(&box, box.columns / 2);
        draw_second_plot(scene, canvas, box);
        draw_epochs(scene->history, canvas, nn_pane(scene, canvas, right, 3, "epochs"));
    }
}

const struct nn_screen nn_screen_2_train = {
    .name = "train",
    .title = "Train",
    .number = 2,
    .summary = "loss and metrics as they change, and where the run stands",
    .keys = "Space pause  . step  x stop",
    .draw = draw,
};
