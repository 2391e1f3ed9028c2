#include "view/screens/panes.h"

#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct nn_box nn_pane(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box,
                      int index, const char *format, ...)
{
    char title[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(title, sizeof title, format, arguments);
    va_end(arguments);
    return nn_box_inset(nn_canvas_frame(canvas, box, title, index >= 0 && scene->focus == index),
                        1);
}

struct nn_box nn_sample_pane(const struct nn_scene *scene, struct nn_canvas *canvas,
                             struct nn_box box, int index)
{
    if (!scene->dataset)
        return nn_pane(scene, canvas, box, index, "input");
    return nn_pane(scene, canvas, box, index, "%s %zu", nn_split_names[scene->split],
                   scene->sample);
}

bool nn_single_pane(struct nn_box box)
{
    return box.columns < 60 || box.rows < 12;
}

void nn_line(struct nn_canvas *canvas, struct nn_box *box, struct nn_style style,
             const char *format, ...)
{
    struct nn_box line = nn_box_take_top(box, 1);
    char text[512];
    va_list arguments;

    if (line.rows < 1)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    nn_canvas_text(canvas, line.column, line.row, line.columns, style, text);
}

void nn_fact(struct nn_canvas *canvas, struct nn_box *box, int name_columns, const char *name,
             const char *format, ...)
{
    struct nn_box line = nn_box_take_top(box, 1);
    char text[512];
    va_list arguments;

    if (line.rows < 1)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    nn_canvas_text(canvas, line.column, line.row,
                   name_columns - 1 < line.columns ? name_columns - 1 : line.columns, nn_style_dim,
                   name);
    nn_canvas_text(canvas, line.column + name_columns, line.row, line.columns - name_columns,
                   nn_plain, text);
}

void nn_hint(struct nn_canvas *canvas, struct nn_box box, const char *text,
             const char *const *commands)
{
    if (box.rows > 4)
        nn_box_take_top(&box, 1);
    nn_box_take_top(&box, nn_canvas_wrap(canvas, box, nn_plain, text));
    if (box.rows > 4)
        nn_box_take_top(&box, 1);
    for (; *commands; commands++)
        nn_line(canvas, &box, nn_style_accent, "  %s", *commands);
}

/* The first lines of a net for the data: an output for what they ask. */
static void hint_net(const struct nn_samples *samples, struct nn_canvas *canvas, struct nn_box box)
{
    const char *commands[6] = {"net new"};
    char last[48];
    int count = 1;

    if (samples->shape.rank > 1)
        commands[count++] = "add flatten";
    commands[count++] = "add dense 16 relu";
    if (samples->task == NN_TASK_CLASSIFICATION && samples->class_count == 2)
        snprintf(last, sizeof last, "add dense 1 sigmoid");
    else if (samples->task == NN_TASK_CLASSIFICATION)
        snprintf(last, sizeof last, "add dense %zu softmax", samples->class_count);
    else
        snprintf(last, sizeof last, "add dense %zu",
                 samples->target_width > 0 ? samples->target_width : 1);
    commands[count++] = last;
    commands[count++] = "open FILE";
    nn_hint(canvas, box, "No net yet. Build one, layer by layer, or open a model:", commands);
}

bool nn_hint_missing(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box,
                     bool needs_net)
{
    static const char *const data[] = {"data demo digits", "data load FILE", NULL};

    if (!scene->dataset)
        nn_hint(canvas, box, "No data yet. Type one of:", data);
    else if (needs_net && (!scene->net || scene->net->count < 2))
        hint_net(scene->dataset->samples, canvas, box);
    else
        return false;
    return true;
}

const char *nn_class_name(const struct nn_scene *scene, size_t index, char out[NN_NUMBER_SIZE])
{
    const struct nn_samples *samples = scene->dataset ? scene->dataset->samples : NULL;
    const struct nn_result *confusion = scene->confusion;

    if (samples && samples->classes)
        return nn_name_of(samples->classes, samples->class_count, index, out);
    if (confusion)
        return nn_name_of(confusion->names, confusion->name_count, index, out);
    return nn_name_of(NULL, 0, index, out);
}

static bool is_regression(const struct nn_scene *scene)
{
    return scene->dataset && scene->dataset->samples->task == NN_TASK_REGRESSION;
}

/* Outputs of a net without a final softmax or sigmoid are no probabilities and are shown as they
 * are. */
static bool are_probabilities(const struct nn_scene *scene)
{
    double sum = 0;

    for (size_t i = 0; i < scene->prediction_count; i++) {
        double p = (double)scene->prediction[i];
        if (!(p >= 0 && p <= 1))
            return false;
        sum += p;
    }
    return scene->prediction_count == 1 || fabs(sum - 1) < 1e-3;
}

/* One output of a sigmoid stands for the second of two classes. */
static double probability(const struct nn_scene *scene, size_t index)
{
    if (scene->prediction_count == 1)
        return index == 1 ? (double)scene->prediction[0] : 1 - (double)scene->prediction[0];
    return (double)scene->prediction[index];
}

static size_t class_count(const struct nn_scene *scene)
{
    return scene->prediction_count == 1 ? 2 : scene->prediction_count;
}

long nn_predicted(const struct nn_scene *scene)
{
    if (!scene->prediction || scene->prediction_count == 0 || is_regression(scene))
        return -1;
    for (size_t i = 0; i < scene->prediction_count; i++)
        if (!isfinite(scene->prediction[i]))
            return -1;
    return nn_predicted_class(scene->prediction, scene->prediction_count,
                              !are_probabilities(scene));
}

double nn_probability(const struct nn_scene *scene, size_t index)
{
    if (!scene->prediction || !are_probabilities(scene) || index >= class_count(scene))
        return NAN;
    return probability(scene, index);
}

bool nn_input_heatmap(const struct nn_scene *scene, struct nn_heatmap *heatmap)
{
    struct nn_tensor tensor = {.data = (float *)scene->input};

    if (!scene->input)
        return false;
    if (scene->dataset)
        tensor.shape = scene->dataset->samples->shape;
    else if (scene->net && scene->net->count > 0)
        tensor.shape = scene->net->nodes[0]->shape;
    return nn_heatmap_of(&tensor, false, 0, NN_SCALE_RANGE, heatmap);
}

void nn_draw_input(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    struct nn_heatmap heatmap;
    const struct nn_samples *samples = scene->dataset ? scene->dataset->samples : NULL;

    if (box.rows < 1 || box.columns < 1)
        return;
    if (nn_input_heatmap(scene, &heatmap)) {
        nn_draw_picture(canvas, box, &heatmap, false);
    } else if (scene->input && samples) {
        nn_draw_value_bars(canvas, box, scene->input, samples->features,
                           nn_shape_size(&samples->shape), false, 0, -1);
    } else {
        nn_canvas_text(canvas, box.column, box.row, box.columns, nn_style_dim, "no sample");
    }
}

/* The class with the next smaller probability; equal ones in order. */
static size_t next_class(const struct nn_scene *scene, size_t before, bool first)
{
    size_t best = class_count(scene);

    for (size_t i = 0; i < class_count(scene); i++) {
        double p = probability(scene, i), last = first ? 0 : probability(scene, before);
        bool later = first || p < last || (p <= last && i > before);
        if (later && (best == class_count(scene) || p > probability(scene, best)))
            best = i;
    }
    return best;
}

static int longest_class(const struct nn_scene *scene, int most, bool ascii)
{
    char number[NN_NUMBER_SIZE], text[512];
    int longest = 1;

    for (size_t i = 0; i < class_count(scene); i++) {
        int cells = nn_text_fit(text, sizeof text, nn_class_name(scene, i, number), most, ascii);
        longest = cells > longest ? cells : longest;
    }
    return longest;
}

static void draw_class(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box line,
                       int name_columns, size_t index)
{
    char number[NN_NUMBER_SIZE];
    bool truth = scene->label >= 0 && (size_t)scene->label == index;
    struct nn_style style = truth ? nn_style_bold : nn_plain;

    nn_canvas_put(canvas, line.column, line.row, truth ? 0x25b8 : ' ', nn_style_good);
    nn_box_take_left(&line, 2);
    nn_canvas_text(canvas, line.column, line.row,
                   name_columns < line.columns ? name_columns : line.columns, style,
                   nn_class_name(scene, index, number));
    nn_box_take_left(&line, name_columns + 1);
    if (line.columns >= 7)
        nn_canvas_text_right(canvas, nn_box_take_left(&line, 7), style,
                             nn_percent(number, probability(scene, index)));
    nn_box_take_left(&line, 1);
    if (line.columns > 2)
        nn_draw_bar(canvas, line.column, line.row, line.columns, probability(scene, index),
                    truth ? nn_style_good : nn_style_accent);
}

/* The values of a regression, or logits, by name. */
static void draw_outputs(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_samples *samples = scene->dataset ? scene->dataset->samples : NULL;
    bool classes = samples && samples->class_count == scene->prediction_count;

    const size_t count = scene->prediction_count, rows = box.rows > 0 ? (size_t)box.rows : 0;
    const long most = nn_predicted(scene);
    size_t first = 0;

    if (count > rows && most >= (long)rows) /* the one that it says is among them */
        first = (size_t)most + rows / 2 < count ? (size_t)most - rows / 2 : count - rows;
    nn_draw_value_bars(canvas, box, scene->prediction, classes ? samples->classes : NULL, count,
                       false, first, scene->label >= 0 || count <= rows ? scene->label : most);
}

void nn_draw_prediction(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    int name_columns;
    size_t at = 0;

    if (!scene->prediction || scene->prediction_count == 0) {
        nn_canvas_text(canvas, box.column, box.row, box.rows > 0 ? box.columns : 0, nn_style_dim,
                       "no prediction");
        return;
    }
    if (is_regression(scene) || !are_probabilities(scene)) {
        draw_outputs(scene, canvas, box);
        return;
    }
    name_columns =
        longest_class(scene, box.columns / 2 > 1 ? box.columns / 2 : 1, canvas->medium.ascii);
    for (size_t i = 0; i < class_count(scene) && box.rows > 0; i++) {
        at = next_class(scene, at, i == 0);
        draw_class(scene, canvas, nn_box_take_top(&box, 1), name_columns, at);
    }
}

struct nn_statistics nn_statistics_of(const float *values, size_t count)
{
    struct nn_statistics found = {.low = NAN, .high = NAN, .mean = NAN, .deviation = NAN};
    double sum = 0, squares = 0;

    for (size_t i = 0; i < count; i++) {
        double value = (double)values[i];
        if (!isfinite(value)) {
            found.faults++;
            continue;
        }
        found.low = !(value >= found.low) ? value : found.low;
        if (!(value <= found.high)) {
            found.high = value;
            found.highest = i;
        }
        found.above_zero += value > 0;
        sum += value;
        found.count++;
    }
    if (found.count == 0)
        return found;
    found.mean = sum / (double)found.count;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            squares += ((double)values[i] - found.mean) * ((double)values[i] - found.mean);
    found.deviation = sqrt(squares / (double)found.count);
    return found;
}
