/* Net: the graph as a table, and the weights of the selected layer. */
#include "view/links.h"
#include "view/screens/panes.h"

#include "base/text.h"
#include "view/screens/edges.h"

#include <stdio.h>
#include <string.h>

#define NUMBER_COLUMNS 4

/* The layer as `add` would be told: class, sizes, and what differs from the defaults. */
static void describe(const struct nn_node *node, char *out, size_t capacity)
{
    size_t length = (size_t)snprintf(out, capacity, "%s", node->layer->name);
    bool positional = true;

    for (int i = 0; i < node->args.count && length < capacity; i++) {
        const struct nn_arg_spec *spec = &node->args.specs[i];
        const struct nn_arg *arg = &node->args.values[i];

        if (!arg->set || !arg->text || !nn_arg_differs(spec, arg))
            positional = false;
        else if (positional && spec->flags & NN_ARG_POSITIONAL)
            length += (size_t)snprintf(out + length, capacity - length, " %s", arg->text);
        else
            length +=
                (size_t)snprintf(out + length, capacity - length, " %s=%s", spec->name, arg->text);
    }
}

/* Names of the inputs of a node that does not simply follow the one before. */
static void describe_inputs(const struct nn_net *net, const struct nn_node *node, char *out,
                            size_t capacity)
{
    size_t length = 0;

    out[0] = '\0';
    if (node->input_count == 0 || (node->input_count == 1 && node->inputs[0] == node->index - 1))
        return;
    for (int i = 0; i < node->input_count && length < capacity; i++)
        length += (size_t)snprintf(out + length, capacity - length, "%s%s", i ? ", " : " \u2190 ",
                                   net->nodes[node->inputs[i]]->name);
}

static size_t trainable(const struct nn_node *node)
{
    size_t count = 0;

    for (int i = 0; i < node->param_count; i++)
        if (node->params[i].spec.trainable)
            count += nn_shape_size(&node->params[i].spec.shape);
    return count;
}

/* The table: widths of its columns, and the lines of connections that skip layers. */
struct table {
    int name, layer, shape, params;
    struct nn_edges edges;
};

static int at_most(int value, int most)
{
    return value < most ? value : most;
}

static int wider(int width, const char *text)
{
    int needed = (int)nn_text_width(text);

    return needed > width ? needed : width;
}

static void lay_out(struct table *table, const struct nn_net *net, int width)
{
    int rest;

    *table = (struct table){.name = 4, .shape = 6, .params = 6};
    nn_edges_find(&table->edges, net);
    for (int i = 0; i < net->count; i++) {
        char text[NN_SHAPE_TEXT], params[NN_NUMBER_SIZE];
        table->name = wider(table->name, net->nodes[i]->name);
        table->shape = wider(table->shape, nn_shape_text(text, &net->nodes[i]->shape));
        table->params = wider(table->params, nn_number_group(params, trainable(net->nodes[i])));
    }
    table->name = at_most(table->name, width / 4);
    rest = width - NUMBER_COLUMNS - table->name - table->edges.lanes - table->shape -
           table->params - 3;
    table->layer = rest > 0 ? rest : 0;
}

static void draw_row(struct nn_canvas *canvas, struct nn_box line, const struct table *table,
                     const char *const cells[5], struct nn_style style)
{
    nn_canvas_fill(canvas, line, ' ', style);
    nn_canvas_text_right(canvas, nn_box_take_left(&line, NUMBER_COLUMNS - 1), style, cells[0]);
    nn_box_take_left(&line, 1);
    nn_canvas_text(canvas, line.column, line.row, table->name, style, cells[1]);
    nn_box_take_left(&line, table->name + table->edges.lanes + 1);
    nn_canvas_text(canvas, line.column, line.row, table->layer, style, cells[2]);
    nn_box_take_left(&line, table->layer + 1);
    nn_canvas_text(canvas, line.column, line.row, at_most(table->shape, line.columns), style,
                   cells[3]);
    nn_box_take_left(&line, table->shape + 1);
    nn_canvas_text_right(canvas, line, style, cells[4]);
}

/* The lines beside a name; where one begins or ends it reaches up to the name. */
static void draw_edges(struct nn_canvas *canvas, struct nn_box line, const struct table *table,
                       const struct nn_node *node, struct nn_style style)
{
    int name = at_most((int)nn_text_width(node->name), table->name);
    int gap = table->name - name - 1;

    nn_box_take_left(&line, NUMBER_COLUMNS);
    if (nn_edges_touch(&table->edges, node->index) && gap > 0)
        nn_canvas_fill(canvas, (struct nn_box){line.column + name + 1, line.row, gap, 1}, 0x2500,
                       style);
    nn_edges_draw(&table->edges, canvas, line.column + table->name, line.row, node->index, style);
}

static void draw_layer(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box line,
                       const struct table *table, int index)
{
    const struct nn_node *node = scene->net->nodes[index];
    char number[NN_NUMBER_SIZE], layer[512], shape[NN_SHAPE_TEXT], params[NN_NUMBER_SIZE] = "";
    char inputs[256];
    bool selected = index == scene->layer;

    nn_canvas_link(canvas, line, "select layer=%d", index);

    snprintf(number, sizeof number, "%s%d", selected ? "\u25b8" : "", index);
    describe(node, layer, sizeof layer - 1);
    describe_inputs(scene->net, node, inputs, sizeof inputs);
    strncat(layer, inputs, sizeof layer - strlen(layer) - 1);
    if (node->param_count > 0)
        nn_number_group(params, trainable(node));
    if (selected && scene->focus == 0) {
        canvas->cursor_column = line.column;
        canvas->cursor_row = line.row;
    }
    draw_row(canvas, line, table,
             (const char *const[]){number, node->name, layer, nn_shape_text(shape, &node->shape),
                                   params},
             selected ? nn_style_selected : nn_plain);
    draw_edges(canvas, line, table, node, selected ? nn_style_selected : nn_style_accent);
}

/* A number with the prefix that leaves one to four digits before the point; base 1000 or 1024. */
static char *scaled(char *out, size_t capacity, double value, double base, const char *unit)
{
    static const char *const prefixes[] = {"", "k", "M", "G", "T"};
    char number[NN_NUMBER_SIZE];
    int prefix = 0;

    for (; value >= base && prefix < 4; prefix++)
        value /= base;
    snprintf(out, capacity, "%s %s%s%s", nn_number_short(number, value, 3), prefixes[prefix],
             base > 1000 && prefix > 0 ? "i" : "", unit);
    return out;
}

/* "3 370 parameters · 13.2 kiB · 120 kFLOP" */
static void total(const struct nn_net *net, char *out, size_t capacity)
{
    size_t count = nn_net_param_count(net);
    char group[NN_NUMBER_SIZE], size[64], work[64];

    snprintf(out, capacity, "%s parameters \u00b7 %s \u00b7 %s", nn_number_group(group, count),
             scaled(size, sizeof size, (double)count * sizeof(float), 1024, "B"),
             scaled(work, sizeof work, nn_net_flops(net), 1000, "FLOP"));
}

static void draw_layers(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_net *net = scene->net;
    struct table table;
    struct nn_box foot = nn_box_take_bottom(&box, box.rows > 4 ? 1 : 0);
    char text[160];
    int first = 0;

    lay_out(&table, net, box.columns);
    draw_row(canvas, nn_box_take_top(&box, 1), &table,
             (const char *const[]){"#", "name", "layer", "output", "params"}, nn_style_dim);
    if (scene->layer >= box.rows)
        first = scene->layer - box.rows + 1;
    for (int i = first; i < net->count && box.rows > 0; i++)
        draw_layer(scene, canvas, nn_box_take_top(&box, 1), &table, i);
    if (foot.rows > 0) {
        total(net, text, sizeof text);
        nn_canvas_text(canvas, foot.column, foot.row, foot.columns, nn_style_dim, text);
    }
}

/* The weights in numbers and as a histogram. */
static void draw_weight(struct nn_canvas *canvas, struct nn_box *box, const struct nn_param *param)
{
    size_t count = nn_shape_size(&param->value.shape);
    struct nn_statistics found = nn_statistics_of(param->value.data, count);
    char shape[NN_SHAPE_TEXT], a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];
    struct nn_box line;

    nn_line(canvas, box, nn_style_bold, "%s %s", param->spec.name,
            nn_shape_text(shape, &param->value.shape));
    nn_line(canvas, box, nn_plain, "%s \u2026 %s", nn_number_short(a, found.low, 3),
            nn_number_short(b, found.high, 3));
    nn_line(canvas, box, nn_plain, "mean %s sd %s", nn_number_short(a, found.mean, 3),
            nn_number_short(b, found.deviation, 3));
    if (found.faults > 0)
        nn_line(canvas, box, nn_style_warn, "%zu values are not finite", found.faults);
    if (count < 8)
        return;
    line = nn_box_take_top(box, 1);
    if (line.rows > 0)
        nn_draw_histogram(canvas, line.column, line.row, at_most(line.columns, 40),
                          param->value.data, count, (float)found.low, (float)found.high,
                          nn_style_accent);
}

/* Biases and running statistics get one line each. */
static void draw_others(struct nn_canvas *canvas, struct nn_box *box, const struct nn_node *node)
{
    for (int i = 1; i < node->param_count && box->rows > 0; i++) {
        const struct nn_param *param = &node->params[i];
        struct nn_statistics found =
            nn_statistics_of(param->value.data, nn_shape_size(&param->value.shape));
        char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];

        nn_line(canvas, box, nn_plain, "%s %s \u2026 %s", param->spec.name,
                nn_number_short(a, found.low, 3), nn_number_short(b, found.high, 3));
    }
}

/* The weights of dense units that see a one-channel image are images themselves. */
static bool image_of_unit(const struct nn_net *net, const struct nn_node *node, size_t *height,
                          size_t *width)
{
    const struct nn_node *before = node->input_count == 1 ? net->nodes[node->inputs[0]] : NULL;

    if (!before || strcmp(before->layer->name, "flatten") != 0 || before->in_shape[0].rank != 3 ||
        before->in_shape[0].dim[0] != 1)
        return false;
    *height = before->in_shape[0].dim[1];
    *width = before->in_shape[0].dim[2];
    return true;
}

static void draw_filters(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_node *node = scene->net->nodes[scene->layer];
    const struct nn_tensor *weight = &node->params[0].value;
    struct nn_result view = {.kind = NN_RESULT_MAPS, .scale = NN_SCALE_SIGNED, .values = *weight};
    size_t height, width;

    if (weight->shape.rank < 2 || box.rows < 3)
        return;
    if (weight->shape.rank == 2 && image_of_unit(scene->net, node, &height, &width))
        view.values.shape = nn_shape_make(3, (size_t[]){weight->shape.dim[0], height, width});
    if (view.values.shape.rank > 2)
        nn_draw_maps(canvas, box, &view, 0, -1, false);
    else {
        struct nn_heatmap heatmap;
        if (nn_heatmap_of(&view.values, false, 0, NN_SCALE_SIGNED, &heatmap))
            nn_draw_picture(canvas, box, &heatmap, true);
    }
}

static void draw_node(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_node *node = scene->net->nodes[scene->layer];
    struct nn_box words = {box.column, box.row, box.columns, box.rows > 2 ? 2 : box.rows};

    nn_box_take_top(&box, nn_canvas_wrap(canvas, words, nn_plain, node->layer->summary));
    if (node->layer->formula && box.rows > 14) {
        words = (struct nn_box){box.column, box.row, box.columns, 4};
        nn_box_take_top(&box, nn_canvas_wrap(canvas, words, nn_style_dim, node->layer->formula));
    }
    if (node->param_count == 0 || box.rows < 2)
        return;
    nn_box_take_top(&box, 1);
    draw_weight(canvas, &box, &node->params[0]);
    draw_others(canvas, &box, node);
    nn_box_take_top(&box, 1);
    draw_filters(scene, canvas, box);
}

static void draw(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    bool empty = !scene->net || scene->net->count == 0;
    struct nn_box left, inside;
    int width = box.columns * 14 / 20;

    left = nn_single_pane(box) ? box : nn_box_take_left(&box, width > 76 ? 76 : width);
    inside = nn_pane(scene, canvas, left, 0, "network");
    if (empty) {
        static const char *const build[] = {"net new", "add dense 16 relu", "open FILE", NULL};
        if (!nn_hint_missing(scene, canvas, inside, true))
            nn_hint(canvas, inside, "No net yet. Build one, or open a model:", build);
    } else {
        draw_layers(scene, canvas, inside);
    }
    if (left.columns == box.columns && left.column == box.column)
        return;
    if (empty || scene->layer < 0 || scene->layer >= scene->net->count) {
        nn_pane(scene, canvas, box, 1, "layer");
        return;
    }
    inside = nn_pane(scene, canvas, box, 1, "%s \u00b7 %s", scene->net->nodes[scene->layer]->name,
                     scene->net->nodes[scene->layer]->layer->name);
    draw_node(scene, canvas, inside);
}

const struct nn_screen nn_screen_1_net = {
    .name = "net",
    .title = "Net",
    .number = 1,
    .summary = "the graph of layers, and the weights of the selected one",
    .keys = "j/k layer  Tab pane",
    .draw = draw,
};
