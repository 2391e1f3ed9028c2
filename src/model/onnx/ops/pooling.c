/* Poolings. */
#include "model/onnx/window.h"

#include <stdio.h>
#include <string.h>

static const char *const max_layers[] = {"", "maxpool1d", "maxpool2d", "maxpool3d"};
static const char *const mean_layers[] = {"", "avgpool1d", "avgpool2d", "avgpool3d"};

static bool all_are(const int64_t *numbers, int count, int64_t value)
{
    for (int i = 0; i < count; i++)
        if (numbers[i] != value)
            return false;
    return true;
}

/* A place counted row by row becomes one counted by columns: x height + y. */
static enum nn_status by_column(struct nn_onnx_import *import, const struct nn_shape *in,
                                struct nn_onnx_value *places, struct nn_error *error)
{
    struct nn_onnx_value height, width, x, y;
    enum nn_status status;
    NN_TRY(nn_onnx_number(import, (double)in->dim[2], &height, error));
    NN_TRY(nn_onnx_number(import, (double)in->dim[3], &width, error));
    NN_TRY(nn_onnx_binary(import, "modulo", places, &width, &x, error));
    NN_TRY(nn_onnx_binary(import, "subtract", places, &x, &y, error));
    NN_TRY(nn_onnx_binary(import, "divide", &y, &width, &y, error));
    NN_TRY(nn_onnx_binary(import, "multiply", &x, &height, &x, error));
    NN_TRY(nn_onnx_binary(import, "add", &x, &y, places, error));
out:
    return status;
}

/* The second output: where in the whole tensor each maximum stands. The layer counts in a map; what
 * stands before the map is added. */
static enum nn_status give_places(struct nn_onnx_import *import,
                                  const struct nn_onnx_window *window, const struct nn_buffer *args,
                                  int maps, bool by_columns, struct nn_error *error)
{
    const struct nn_shape *in = &nn_onnx_input(import, 0)->shape;
    struct nn_onnx_value places, offsets;
    struct nn_shape shape = {.rank = in->rank, .dim = {1, in->dim[1]}}, result;
    unsigned char *data;
    char words[400];
    int node;
    size_t map = 1;
    enum nn_status status;
    if (in->dim[0] != 1 || window->axes > 2)
        return nn_onnx_refuse(error, "the places of maxima in a batch, or in volumes");
    snprintf(words, sizeof words, "%s places=yes", nn_buffer_string(args));
    NN_TRY(nn_onnx_layer(import, max_layers[window->axes], words, &maps, 1, &node, error));
    result = (struct nn_shape){.rank = in->rank, .dim = {1}};
    memcpy(result.dim + 1, import->net->nodes[node]->shape.dim,
           (size_t)(in->rank - 1) * sizeof map);
    for (int i = 2; i < in->rank; i++) {
        map *= in->dim[i];
        shape.dim[i] = 1;
    }
    NN_TRY(nn_onnx_new_constant(import, NN_ONNX_FLOAT, &shape, &offsets, &data, error));
    for (size_t c = 0; c < in->dim[1]; c++)
        nn_onnx_element_set(data, NN_ONNX_FLOAT, c, (double)(c * map));
    if (!import->lead) { /* the axis that maps do not have */
        char reshape[NN_SHAPE_TEXT + 8], text[NN_SHAPE_TEXT];
        snprintf(reshape, sizeof reshape, "shape=%s", nn_shape_text(text, &result));
        NN_TRY(nn_onnx_layer(import, "reshape", reshape, &node, 1, &node, error));
    }
    places = nn_onnx_runtime(node, NN_ONNX_INT64, &result);
    if (by_columns && window->axes == 2)
        NN_TRY(by_column(import, in, &places, error));
    NN_TRY(nn_onnx_binary(import, "add", &places, &offsets, &places, error));
    nn_onnx_give(import, 1, &places);
out:
    return status;
}

static enum nn_status lower_pool(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    bool mean = !strcmp(op->name, "AveragePool");
    struct nn_onnx_window window;
    struct nn_buffer args;
    int64_t ceil_mode, count_pads, order;
    int maps, node;
    enum nn_status status;
    nn_buffer_init(&args, 0);
    NN_TRY(nn_onnx_window_read(import, &in->shape, NULL, &window, error));
    NN_TRY(nn_onnx_attr_int(import, "ceil_mode", 0, &ceil_mode, error));
    NN_TRY(nn_onnx_attr_int(import, "count_include_pad", 0, &count_pads, error));
    NN_TRY(nn_onnx_attr_int(import, "storage_order", 0, &order, error));
    bool dilated = !all_are(window.dilation, window.axes, 1);
    if (dilated && mean)
        NN_TRY(nn_onnx_refuse(error, "a dilated mean"));
    nn_onnx_window_word(&args, "kernel", window.kernel, window.axes);
    nn_onnx_window_word(&args, "stride", window.stride, window.axes);
    nn_onnx_window_padding(&args, &window);
    if (ceil_mode)
        nn_buffer_text(&args, " ceil_mode=yes");
    if (dilated)
        nn_onnx_window_word(&args, "dilation", window.dilation, window.axes);
    if (mean)
        nn_buffer_printf(&args, " count_include_pad=%s", count_pads ? "yes" : "no");
    NN_TRY(nn_buffer_check(&args, error));
    NN_TRY(nn_onnx_maps(import, in, &maps, error));
    if (nn_onnx_has_output(import, 1))
        NN_TRY(give_places(import, &window, &args, maps, order != 0, error));
    NN_TRY(nn_onnx_layer(import, (mean ? mean_layers : max_layers)[window.axes], args.data, &maps,
                         1, &node, error));
    NN_TRY(nn_onnx_give_maps(import, node, error));
out:
    nn_buffer_clear(&args);
    return status;
}

/* Over all spatial axes. */
static enum nn_status lower_global(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    bool axes[NN_MAX_RANK] = {false};
    struct nn_onnx_value out;
    if (in->shape.rank < 3)
        return nn_fail(error, NN_DAMAGED, "its input has %d axes", in->shape.rank);
    for (int i = 2; i < in->shape.rank; i++)
        axes[i] = true;
    enum nn_status status = nn_onnx_reduce(import, op->layer, in, axes, &out, error);
    if (status == NN_OK)
        nn_onnx_give(import, 0, &out);
    return status;
}

static const struct nn_onnx_op ops[] = {
    {"MaxPool", "auto_pad|ceil_mode|dilations|kernel_shape|pads|storage_order|strides", 1, 1,
     lower_pool, NULL, NULL},
    {"AveragePool", "auto_pad|ceil_mode|count_include_pad|dilations|kernel_shape|pads|strides", 1,
     1, lower_pool, NULL, NULL},
    {"GlobalAveragePool", "", 1, 1, lower_global, "mean", NULL},
    {"GlobalMaxPool", "", 1, 1, lower_global, "max", NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_pooling = {
    .domain = "",
    .ops = ops,
};
