/* Runs: the trainings of the session and of logs in a table, their curves one over the other. */
#include "view/links.h"
#include "view/screens/panes.h"

#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_CURVES 6

/* Its curves: those of the training while it runs. *from is its first epoch among them. */
static const struct nn_history *curves_of(const struct nn_scene *scene,
                                          const struct nn_run_record *record, size_t *from)
{
    bool live = record->running && scene->history && scene->history->epochs >= record->first_epoch;

    *from = live ? record->first_epoch : 0;
    return live ? scene->history : &record->history;
}

/* ---- the table ---- */

enum { RUN, OPTIMIZER, RATE, BATCH, EPOCHS, LOSS, VAL_LOSS, METRIC, VAL_METRIC, TIME, SIZE, NOTE };

/* In this order of appearance, as many as fit. */
static const struct column {
    const char *name;
    int width; /* with the gap; negative: aligned to the left */
} columns[] = {[RUN] = {"run", -14},
               [OPTIMIZER] = {"optimizer", -11},
               [RATE] = {"lr", 9},
               [BATCH] = {"batch", 7},
               [EPOCHS] = {"epochs", 8},
               [LOSS] = {"loss", 9},
               [VAL_LOSS] = {"val_loss", 10},
               [METRIC] = {"", 10},
               [VAL_METRIC] = {"", 14},
               [TIME] = {"time", 8},
               [SIZE] = {"params", 10},
               [NOTE] = {"note", -13}};
#define COLUMN_COUNT (sizeof columns / sizeof *columns)

static char *number_or_blank(char out[NN_NUMBER_SIZE], double value)
{
    if (isnan(value))
        snprintf(out, NN_NUMBER_SIZE, "\u00b7");
    else
        nn_metric_text(out, value);
    return out;
}

/* "0.42 s", "3:07" */
static void put_time(char out[NN_NUMBER_SIZE], double seconds)
{
    char number[NN_NUMBER_SIZE];

    if (seconds < 60)
        snprintf(out, NN_NUMBER_SIZE, "%.20s s", nn_number_short(number, seconds, 2));
    else
        snprintf(out, NN_NUMBER_SIZE, "%d:%02d", (int)seconds / 60, (int)seconds % 60);
}

static void cell_text(const struct nn_scene *scene, const struct nn_run_record *record,
                      size_t column, char *out, size_t capacity)
{
    size_t from;
    const struct nn_history *history = curves_of(scene, record, &from);
    const char *metric = nn_run_metric(history);
    char number[NN_NUMBER_SIZE] = "", twin[40];

    snprintf(twin, sizeof twin, "val_%s", metric ? metric : "");
    switch (column) {
    case RUN:
        snprintf(out, capacity, "%s", record->name);
        return;
    case OPTIMIZER:
        snprintf(out, capacity, "%s", record->optimizer);
        return;
    case NOTE:
        snprintf(out, capacity, "%s", record->running ? "running" : record->note);
        return;
    case RATE:
        if (!isnan(record->lr))
            nn_number_short(number, record->lr, 4);
        break;
    case BATCH:
        if (record->batch > 0)
            snprintf(number, sizeof number, "%zu", record->batch);
        break;
    case EPOCHS:
        snprintf(number, sizeof number, "%zu", history->epochs - from);
        break;
    case LOSS:
        number_or_blank(number, nn_run_last(history, "loss"));
        break;
    case VAL_LOSS:
        number_or_blank(number, nn_run_last(history, "val_loss"));
        break;
    case METRIC:
        number_or_blank(number, nn_run_last(history, metric ? metric : ""));
        break;
    case VAL_METRIC:
        number_or_blank(number, nn_run_last(history, twin));
        break;
    case TIME:
        if (!isnan(record->seconds))
            put_time(number, record->seconds);
        break;
    case SIZE:
        if (record->parameters > 0)
            nn_number_group(number, record->parameters);
        break;
    default:
        break;
    }
    snprintf(out, capacity, "%s", number);
}

/* The metric's own name heads its columns. */
static void head_text(const struct nn_scene *scene, size_t column, char *out, size_t capacity)
{
    size_t from;
    const struct nn_run_record *record =
        scene->runs->items[scene->at[NN_AT_RUN] < scene->runs->count ? scene->at[NN_AT_RUN] : 0];
    const char *metric = nn_run_metric(curves_of(scene, record, &from));

    if (column != METRIC && column != VAL_METRIC)
        snprintf(out, capacity, "%s", columns[column].name);
    else
        snprintf(out, capacity, "%s%s", column == METRIC ? "" : "val_", metric ? metric : "metric");
}

/* Columns without which one can do are the first to go. */
static bool is_shown(size_t column, int width)
{
    static const int needed[] = {
        [OPTIMIZER] = 62, [BATCH] = 72, [TIME] = 84, [VAL_METRIC] = 94, [SIZE] = 104, [NOTE] = 118};

    return column >= sizeof needed / sizeof *needed || width >= needed[column];
}

static void draw_row(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box line,
                     const struct nn_run_record *record, struct nn_style style)
{
    int width = line.columns;

    nn_canvas_fill(canvas, line, ' ', style);
    for (size_t c = 0; c < COLUMN_COUNT && line.columns > 0; c++) {
        int room = columns[c].width;
        char text[96];
        struct nn_box place;

        if (!is_shown(c, width))
            continue;
        if (record)
            cell_text(scene, record, c, text, sizeof text);
        else
            head_text(scene, c, text, sizeof text);
        place = nn_box_take_left(&line, room < 0 ? -room : room);
        place.columns -= place.columns > 2 ? 2 : 0;
        if (room < 0)
            nn_canvas_text(canvas, place.column, place.row, place.columns, style, text);
        else
            nn_canvas_text_right(canvas, place, style, text);
    }
}

static void draw_table(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_runs *runs = scene->runs;
    size_t rows, first = 0;

    draw_row(scene, canvas, nn_box_take_top(&box, 1), NULL, nn_style_dim);
    rows = box.rows > 0 ? (size_t)box.rows : 0;
    if (scene->at[NN_AT_RUN] >= rows && rows > 0 && scene->at[NN_AT_RUN] < runs->count)
        first = scene->at[NN_AT_RUN] - rows + 1;
    for (size_t i = first; i < runs->count && box.rows > 0; i++) {
        struct nn_box line = nn_box_take_top(&box, 1);
        bool chosen = i == scene->at[NN_AT_RUN];

        nn_canvas_link(canvas, line, "select run=%zu", i);

        if (chosen && scene->focus == 0) {
            canvas->cursor_column = line.column;
            canvas->cursor_row = line.row;
        }
        draw_row(scene, canvas, line, runs->items[i], chosen ? nn_style_selected : nn_plain);
    }
}

/* ---- the curves ---- */

/* Up to MOST_CURVES runs that have the column: the chosen one and those nearest to it. */
static size_t choose_runs(const struct nn_scene *scene, const char *column,
                          size_t chosen[MOST_CURVES])
{
    size_t count = 0,
           skip = scene->at[NN_AT_RUN] >= MOST_CURVES ? scene->at[NN_AT_RUN] - MOST_CURVES + 1 : 0;

    for (size_t i = skip; i < scene->runs->count && count < MOST_CURVES; i++) {
        size_t from;
        if (nn_history_column(curves_of(scene, scene->runs->items[i], &from), column) >= 0)
            chosen[count++] = i;
    }
    return count;
}

static void draw_curves(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box,
                        const char *column)
{
    static const uint32_t colors[MOST_CURVES] = {6, 3, 5, 2, 4, 1};
    struct nn_curve curves[MOST_CURVES];
    size_t chosen[MOST_CURVES], count = choose_runs(scene, column, chosen), from;

    for (size_t i = 0; i < count; i++) {
        const struct nn_run_record *record = scene->runs->items[chosen[i]];
        const struct nn_history *history = curves_of(scene, record, &from);
        size_t at = (size_t)nn_history_column(history, column);

        curves[i] = (struct nn_curve){.name = record->name,
                                      .values = history->rows + from * history->columns + at,
                                      .count = history->epochs - from,
                                      .stride = history->columns,
                                      .style = nn_plain};
        curves[i].style.foreground = NN_COLOR_ANSI(colors[chosen[i] % MOST_CURVES]);
        curves[i].style.attributes = chosen[i] == scene->at[NN_AT_RUN] ? NN_BOLD : 0;
    }
    nn_draw_plot(canvas, box, curves, count, scene->log_axis, "epoch");
}

/* What the chosen run was made with; and the best of the others beside it. */
static void draw_about(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_run_record *record;
    size_t from;
    char number[NN_NUMBER_SIZE];

    if (scene->at[NN_AT_RUN] >= scene->runs->count)
        return;
    record = scene->runs->items[scene->at[NN_AT_RUN]];
    if (*record->data)
        nn_fact(canvas, &box, 13, "data", "%s", record->data);
    if (*record->loss)
        nn_fact(canvas, &box, 13, "loss", "%s", record->loss);
    if (*record->optimizer)
        nn_fact(canvas, &box, 13, "optimizer", "%s", record->optimizer);
    if (!isnan(record->lr))
        nn_fact(canvas, &box, 13, "lr", "%s", nn_number_short(number, record->lr, 4));
    if (record->batch > 0)
        nn_fact(canvas, &box, 13, "batch", "%zu", record->batch);
    if (record->parameters > 0)
        nn_fact(canvas, &box, 13, "parameters", "%s", nn_number_group(number, record->parameters));
    if (record->first_epoch > 0)
        nn_fact(canvas, &box, 13, "after", "%zu epochs of earlier runs", record->first_epoch);
    nn_fact(canvas, &box, 13, "lowest loss", "%s",
            number_or_blank(number, nn_run_lowest(curves_of(scene, record, &from), "loss")));
    if (*record->note)
        nn_fact(canvas, &box, 13, "ended", "%s", record->note);
}

static void draw_nothing(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    static const char *const commands[] = {"train 10", "runs load FILE.csv", NULL};
    struct nn_box inside = nn_pane(scene, canvas, box, 0, "runs");

    if (!nn_hint_missing(scene, canvas, inside, true))
        nn_hint(canvas, inside, "No runs yet. Every training is kept here, to compare:", commands);
}

/* The column of the second plot: the chosen run's metric, on validation if it has that. */
static const char *second_column(const struct nn_scene *scene, char out[40])
{
    size_t from;
    const struct nn_history *history;
    const char *metric;

    if (scene->at[NN_AT_RUN] >= scene->runs->count)
        return "val_loss";
    history = curves_of(scene, scene->runs->items[scene->at[NN_AT_RUN]], &from);
    metric = nn_run_metric(history);
    if (!metric)
        return "val_loss";
    snprintf(out, 40, "val_%s", metric);
    return nn_history_column(history, out) >= 0 ? out : metric;
}

static void draw(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    struct nn_box table = box;
    char name[40];
    const char *second;

    if (!scene->runs || scene->runs->count == 0) {
        draw_nothing(scene, canvas, box);
        return;
    }
    if (!nn_single_pane(box)) {
        int needed = (int)scene->runs->count + 3, most = box.rows * 4 / 10;
        table = nn_box_take_top(&box, needed < 6 ? 6 : needed < most ? needed : most);
    }
    draw_table(scene, canvas,
               nn_pane(scene, canvas, table, 0, "%zu run%s", scene->runs->count,
                       scene->runs->count == 1 ? "" : "s"));
    if (table.rows == box.rows && table.row == box.row)
        return;
    if (box.columns >= 150)
        draw_about(scene, canvas,
                   nn_pane(scene, canvas, nn_box_take_right(&box, 40), -1, "%s",
                           scene->at[NN_AT_RUN] < scene->runs->count
                               ? scene->runs->items[scene->at[NN_AT_RUN]]->name
                               : "run"));
    second = second_column(scene, name);
    table = nn_box_take_right(&box, box.columns / 2);
    draw_curves(scene, canvas, nn_pane(scene, canvas, box, 1, "loss"), "loss");
    draw_curves(scene, canvas, nn_pane(scene, canvas, table, 2, "%s", second), second);
}

const struct nn_screen nn_screen_7_runs = {
    .name = "runs",
    .title = "Runs",
    .number = 7,
    .summary = "the trainings of the session and of logs, their curves one over the other",
    .keys = "j/k run",
    .draw = draw,
};
