/* Train: the loss as it falls, where the run stands, and the last epochs. */
#include "view/screens/health.h"
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
        curves[count++] = (struct nn_curve){.name = history->names[column],
                                            .values = history->rows + column,
                                            .count = history->epochs,
                                            .stride = history->columns,
                                            .style = i ? validation_style : train_style};
    }
    return count;
}

/* Before there are two epochs: the loss of every batch. */
static void draw_batches(struct nn_canvas *canvas, struct nn_box box,
                         const struct nn_history *history, bool log_axis)
{
    double *values = nn_calloc(history->batches, sizeof *values);
    struct nn_curve curve = {.name = "loss of each batch",
                             .values = values,
                             .count = history->batches,
                             .style = train_style};

    if (!values)
        return;
    for (size_t i = 0; i < history->batches; i++)
        values[i] = (double)history->batch_loss[i];
    nn_draw_plot(canvas, box, &curve, 1, log_axis, "batch");
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

/* Curves with the past weighed in, as TensorBoard smooths: corrected for their beginning. *memory
 * must be freed; without memory they stay as they are. */
static void smooth(struct nn_curve *curves, size_t count, double weight, double **memory)
{
    size_t total = 0;
    double *next;

    *memory = NULL;
    for (size_t c = 0; c < count; c++)
        total += curves[c].count;
    if (!(weight > 0 && weight < 1) || !(next = nn_calloc(total ? total : 1, sizeof *next)))
        return;
    *memory = next;
    for (size_t c = 0; c < count; c++) {
        double mean = 0, share = 1;
        for (size_t i = 0; i < curves[c].count; i++) {
            double value = curves[c].values[i * curves[c].stride];
            if (!isfinite(value)) {
                next[i] = value;
                continue;
            }
            mean = weight * mean + (1 - weight) * value;
            share *= weight;
            next[i] = mean / (1 - share);
        }
        curves[c].values = next;
        curves[c].stride = 1;
        next += curves[c].count;
    }
}

/* One figure of the history and its validation twin, by epoch; a line where they are read off. */
static void draw_curves(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box,
                        const char *name, bool log_axis)
{
    struct nn_curve curves[2];
    size_t count = curves_of(scene->history, name, curves);
    bool marked = scene->focus == 0 && scene->at[NN_AT_EPOCH] < scene->history->epochs;
    double *memory;

    smooth(curves, count, scene->smoothing, &memory);
    nn_draw_plot_marked(canvas, box, curves, count, log_axis, "epoch",
                        marked ? (long)scene->at[NN_AT_EPOCH] : -1);
    nn_free(memory);
}

static void draw_loss(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_history *history = scene->history;

    if (history && history->epochs > 1) {
        draw_curves(scene, canvas, box, "loss", scene->log_axis);
    } else if (history && history->batches > 1) {
        draw_batches(canvas, box, history, scene->log_axis);
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

    for (size_t c = 0; c < history->columns; c++) {
        const char *name = history->names[c];
        if (strcmp(name, "loss") == 0 || strcmp(name, "lr") == 0 || strncmp(name, "val_", 4) == 0)
            continue;
        draw_curves(scene, canvas, nn_pane(scene, canvas, box, 2, "%s", name), name, false);
        return;
    }
    box = nn_pane(scene, canvas, box, 2, "loss of each batch");
    if (history->batches > 1)
        draw_batches(canvas, box, history, scene->log_axis);
}

/* "loss, log, smoothed 0.9 \u00b7 epoch 5: 0.1234, validation 0.2345" */
static void name_loss(const struct nn_scene *scene, char *out, size_t capacity)
{
    const struct nn_history *history = scene->history;
    char number[NN_NUMBER_SIZE];
    size_t length = (size_t)snprintf(out, capacity, "loss%s", scene->log_axis ? ", log" : "");
    size_t epoch = scene->at[NN_AT_EPOCH];

    if (scene->smoothing > 0)
        length += (size_t)snprintf(out + length, capacity - length, ", smoothed %s",
                                   nn_number_short(number, scene->smoothing, 3));
    if (scene->focus != 0 || !history || history->epochs < 2 || epoch >= history->epochs)
        return;
    length += (size_t)snprintf(out + length, capacity - length, " \u00b7 epoch %zu:", epoch + 1);
    for (int twin = 0; twin < 2; twin++) {
        int column = nn_history_column(history, twin ? "val_loss" : "loss");
        if (column < 0)
            continue;
        nn_metric_text(number, history->rows[epoch * history->columns + (size_t)column]);
        length += (size_t)snprintf(out + length, capacity - length, "%s %s",
                                   twin ? ", validation" : "", number);
    }
}

static const char *layer_name(const void *context, size_t index)
{
    return ((const struct nn_net *)context)->nodes[index]->name;
}

static void draw_health(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    nn_draw_health(
        canvas, nn_pane(scene, canvas, box, 3, "layers in a batch"),
        &(struct nn_health_rows){scene->health, (size_t)scene->net->count, layer_name, scene->net});
}

/* The metric, the layers if they were measured, and the epochs, as far as there is room. */
static void draw_second_row(const struct nn_scene *scene, struct nn_canvas *canvas,
                            struct nn_box box)
{
    bool measured = scene->net && scene->health;
    int parts = measured && box.columns >= 120 ? 3 : 2;
    struct nn_box left = nn_box_take_left(&box, box.columns / parts);

    draw_second_plot(scene, canvas, left);
    if (measured)
        draw_health(scene, canvas,
                    nn_box_take_left(&box, parts == 3 ? box.columns / 2 : box.columns));
    if (!measured || parts == 3)
        draw_epochs(scene->history, canvas, nn_pane(scene, canvas, box, 4, "epochs"));
}

static void draw(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    bool single = nn_single_pane(box);
    bool two_rows = !single && scene->history && scene->history->epochs > 1 && box.rows >= 16;
    struct nn_box top = two_rows ? nn_box_take_top(&box, box.rows * 6 / 10) : box;
    struct nn_box left = top;
    char title[200];

    if (!single) {
        struct nn_box right = nn_box_take_right(&left, left.columns > 110 ? 44 : 34);
        draw_now(scene, canvas, nn_pane(scene, canvas, right, 1, "now"));
    }
    name_loss(scene, title, sizeof title);
    draw_loss(scene, canvas, nn_pane(scene, canvas, left, 0, "%s", title));
    if (two_rows)
        draw_second_row(scene, canvas, box);
}

const struct nn_screen nn_screen_2_train = {
    .name = "train",
    .title = "Train",
    .number = 2,
    .summary = "loss and metrics as they change, and where the run stands",
    .keys = "Space pause  . step  x stop  y log  s smooth",
    .draw = draw,
};
