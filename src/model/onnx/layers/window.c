/* Layers with weights, windows, and normalizations. */
#include "engine/layers/window.h"
#include "engine/layers/volume.h"
#include "model/onnx/write.h"

#include <string.h>

/* The window of a layer for each spatial axis, whichever kind it is. */
struct frame {
    int axes;
    int64_t kernel[3], stride[3], dilation[3], pads[6]; /* all begins, then all ends */
};

static bool is_transposed(const struct nn_node *node)
{
    return !strncmp(node->layer->name, "convtranspose", 13);
}

static enum nn_status frame_of(const struct nn_onnx_writer *writer, struct frame *frame,
                               struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    int axes = node->in_shape[0].rank - 1, kernel = nn_onnx_arg(writer, "kernel"),
        stride = nn_onnx_arg(writer, "stride"), padding = nn_onnx_arg(writer, "padding"),
        dilation = nn_onnx_arg(writer, "dilation");
    *frame = (struct frame){.axes = axes};
    if (axes == 3 || is_transposed(node)) {
        struct nn_volume volume;
        struct nn_volume_args at = {kernel, stride, padding, dilation};
        enum nn_status status =
            nn_volume_read(&node->args, at, axes, &node->in_shape[0], &volume, error);
        if (status != NN_OK)
            return status;
        for (int i = 0; i < axes; i++) {
            int from = NN_VOLUME_AXES - axes + i;
            frame->kernel[i] = volume.kernel[from];
            frame->stride[i] = volume.stride[from];
            frame->dilation[i] = volume.dilation[from];
            frame->pads[i] = volume.before[from];
            frame->pads[axes + i] = volume.after[from];
        }
        return NN_OK;
    }
    struct nn_window window =
        nn_window_of(node, (struct nn_window_args){kernel, stride, padding, dilation,
                                                   nn_onnx_arg(writer, "ceil_mode")});
    for (int i = 0; i < axes; i++) {
        int from = 2 - axes + i;
        frame->kernel[i] = window.kernel[from];
        frame->stride[i] = window.stride[from];
        frame->dilation[i] = window.dilation[from];
        frame->pads[i] = window.before[from];
        frame->pads[axes + i] = window.after[from];
    }
    return NN_OK;
}

static void put_frame(struct nn_buffer *attributes, const struct frame *frame)
{
    nn_onnx_put_ints(attributes, "kernel_shape", frame->kernel, frame->axes);
    nn_onnx_put_ints(attributes, "strides", frame->stride, frame->axes);
    nn_onnx_put_ints(attributes, "pads", frame->pads, 2 * frame->axes);
}

/* The operator on the input, the weight and the bias if there is one. */
static void finish_weighted(struct nn_onnx_writer *writer, const char *op,
                            struct nn_buffer *attributes)
{
    char in[NN_ONNX_NAME], weight[NN_ONNX_NAME], bias[NN_ONNX_NAME], out[NN_ONNX_NAME];
    bool biased = writer->node->param_count > 1;
    nn_onnx_in(writer, 0, in);
    nn_onnx_weight(writer, 0, weight);
    if (biased)
        nn_onnx_weight(writer, 1, bias);
    nn_onnx_name_of(writer, writer->node->index, out);
    nn_onnx_put_node(writer, op, (const char *const[]){in, weight, bias}, biased ? 3 : 2, out,
                     attributes);
}

static enum nn_status write_dense(struct nn_onnx_writer *writer, struct nn_error *error)
{
    struct nn_buffer attributes = {0};
    (void)error;
    nn_onnx_put_int(&attributes, "transB", 1);
    finish_weighted(writer, "Gemm", &attributes);
    return NN_OK;
}

static enum nn_status write_conv(struct nn_onnx_writer *writer, struct nn_error *error)
{
    struct nn_buffer attributes = {0};
    struct frame frame;
    enum nn_status status = frame_of(writer, &frame, error);
    if (status != NN_OK)
        return status;
    put_frame(&attributes, &frame);
    nn_onnx_put_ints(&attributes, "dilations", frame.dilation, frame.axes);
    nn_onnx_put_int(&attributes, "group", nn_onnx_arg_int(writer, "groups"));
    int extra = nn_onnx_arg(writer, "output_padding");
    if (extra >= 0) {
        int64_t padding[3];
        for (int i = 0; i < frame.axes; i++)
            padding[i] = nn_args_dim(&writer->node->args, extra, i);
        nn_onnx_put_ints(&attributes, "output_padding", padding, frame.axes);
    }
    finish_weighted(writer, is_transposed(writer->node) ? "ConvTranspose" : "Conv", &attributes);
    return NN_OK;
}

/* A last window that hangs over the end is padded there: ceil_mode has a rule of its own in opset
 * 13. A mean that counts its padding does not count what hangs over, so there it is left to
 * ceil_mode. */
static enum nn_status write_pool(struct nn_onnx_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    struct nn_buffer attributes = {0};
    struct frame frame;
    char in[NN_ONNX_NAME];
    int places = nn_onnx_arg(writer, "places"),
        count_pads = nn_onnx_arg(writer, "count_include_pad");
    bool mean = count_pads >= 0, over = false;
    enum nn_status status = frame_of(writer, &frame, error);
    if (status != NN_OK)
        return status;
    if (places >= 0 && nn_args_bool(&node->args, places))
        return nn_fail(error, NN_REFUSED, "the places of maxima are not written");
    for (int i = 0; i < frame.axes; i++) {
        int64_t last = ((int64_t)node->shape.dim[1 + i] - 1) * frame.stride[i];
        int64_t end = last + frame.dilation[i] * (frame.kernel[i] - 1) + 1 - frame.pads[i];
        int64_t needed = end - (int64_t)node->in_shape[0].dim[1 + i];
        bool counted = mean && nn_args_bool(&node->args, count_pads);
        over |= needed > frame.pads[frame.axes + i] && counted;
        if (needed > frame.pads[frame.axes + i] && !counted)
            frame.pads[frame.axes + i] = needed;
    }
    put_frame(&attributes, &frame);
    if (over)
        nn_onnx_put_int(&attributes, "ceil_mode", 1);
    if (mean)
        nn_onnx_put_int(&attributes, "count_include_pad", nn_args_int(&node->args, count_pads));
    else
        nn_onnx_put_ints(&attributes, "dilations", frame.dilation, frame.axes);
    nn_onnx_in(writer, 0, in);
    nn_onnx_finish(writer, mean ? "AveragePool" : "MaxPool", in, NULL, &attributes);
    return NN_OK;
}

/* ---- normalizations ---- */

static enum nn_status write_batchnorm(struct nn_onnx_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    char names[5][NN_ONNX_NAME], out[NN_ONNX_NAME];
    size_t channels = node->shape.dim[0];
    bool affine = node->param_count == 4;
    struct nn_buffer attributes = {0};
    enum nn_status status = NN_OK;
    nn_onnx_in(writer, 0, names[0]);
    for (int i = 0; i < 2; i++) {
        if (affine)
            nn_onnx_weight(writer, i, names[1 + i]);
        else
            NN_TRY(nn_onnx_repeated(writer, channels, i ? 0.0f : 1.0f, names[1 + i], error));
    }
    for (int i = 0; i < 2; i++)
        nn_onnx_weight(writer, node->param_count - 2 + i, names[3 + i]);
    nn_onnx_put_real(&attributes, "epsilon", nn_onnx_arg_real(writer, "eps"));
    nn_onnx_put_real(&attributes, "momentum", 1.0 - nn_onnx_arg_real(writer, "momentum"));
    nn_onnx_name_of(writer, node->index, out);
    nn_onnx_put_node(writer, "BatchNormalization",
                     (const char *const[]){names[0], names[1], names[2], names[3], names[4]}, 5,
                     out, &attributes);
out:
    return status;
}

/* value * weight + bias, both with axes of length 1 behind; or the value alone. */
static void finish_affine(struct nn_onnx_writer *writer, const char *value,
                          const struct nn_shape *shape)
{
    char weight[NN_ONNX_NAME], bias[NN_ONNX_NAME], scaled[NN_ONNX_NAME];
    if (writer->node->param_count < 2) {
        nn_onnx_finish(writer, "Identity", value, NULL, NULL);
        return;
    }
    nn_onnx_weight_as(writer, 0, shape, weight);
    nn_onnx_weight_as(writer, 1, shape, bias);
    nn_onnx_step(writer, "Mul", value, weight, NULL, scaled);
    nn_onnx_finish(writer, "Add", scaled, bias, NULL);
}

/* As many groups as channels are InstanceNormalization; others are that of a matrix with a row a
 * group. */
static enum nn_status write_groupnorm(struct nn_onnx_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    char in[NN_ONNX_NAME], rows[NN_ONNX_NAME], ones[NN_ONNX_NAME], zeros[NN_ONNX_NAME];
    char shape[NN_ONNX_NAME], back[NN_ONNX_NAME], normal[NN_ONNX_NAME];
    int64_t groups = nn_onnx_arg_int(writer, "num_groups"), dims[1 + NN_MAX_RANK] = {0};
    struct nn_buffer attributes = {0};
    enum nn_status status;
    nn_onnx_in(writer, 0, in);
    NN_TRY(nn_onnx_repeated(writer, (size_t)groups, 1.0f, ones, error));
    NN_TRY(nn_onnx_repeated(writer, (size_t)groups, 0.0f, zeros, error));
    nn_onnx_numbers(writer, (int64_t[]){0, groups, -1}, 3, shape);
    nn_onnx_step(writer, "Reshape", in, shape, NULL, rows);
    nn_onnx_temporary(writer, normal);
    nn_onnx_put_real(&attributes, "epsilon", nn_onnx_arg_real(writer, "eps"));
    nn_onnx_put_node(writer, "InstanceNormalization", (const char *const[]){rows, ones, zeros}, 3,
                     normal, &attributes);
    struct nn_shape each = {.rank = node->shape.rank};
    for (int i = 0; i < node->shape.rank; i++) {
        dims[1 + i] = (int64_t)node->shape.dim[i];
        each.dim[i] = i ? 1 : node->shape.dim[0];
    }
    nn_onnx_numbers(writer, dims, 1 + node->shape.rank, back);
    nn_onnx_step(writer, "Reshape", normal, back, NULL, normal);
    finish_affine(writer, normal, &each);
out:
    return status;
}

/* Written out: LayerNormalization came with opset 17. */
static enum nn_status write_layernorm(struct nn_onnx_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    int at = nn_onnx_arg(writer, "normalized_shape");
    int count = nn_args_is_set(&node->args, at) ? node->args.values[at].dim_count : 1;
    int64_t axes[NN_MAX_RANK];
    char in[NN_ONNX_NAME], mean[NN_ONNX_NAME], centred[NN_ONNX_NAME], square[NN_ONNX_NAME],
        eps[NN_ONNX_NAME];
    struct nn_buffer attributes = {0};
    struct nn_shape tail = {.rank = count};
    (void)error;
    for (int i = 0; i < count; i++) {
        axes[i] = 1 + node->shape.rank - count + i;
        tail.dim[i] = node->shape.dim[node->shape.rank - count + i];
    }
    nn_onnx_in(writer, 0, in);
    nn_onnx_put_ints(&attributes, "axes", axes, count);
    nn_onnx_step(writer, "ReduceMean", in, NULL, &attributes, mean);
    nn_onnx_step(writer, "Sub", in, mean, NULL, centred);
    nn_onnx_step(writer, "Mul", centred, centred, NULL, square);
    nn_onnx_put_ints(&attributes, "axes", axes, count);
    nn_onnx_step(writer, "ReduceMean", square, NULL, &attributes, square);
    nn_onnx_constant(writer, nn_onnx_arg_real(writer, "eps"), eps);
    nn_onnx_step(writer, "Add", square, eps, NULL, square);
    nn_onnx_step(writer, "Sqrt", square, NULL, NULL, square);
    nn_onnx_step(writer, "Div", centred, square, NULL, centred);
    finish_affine(writer, centred, &tail);
    return NN_OK;
}

static enum nn_status write_lrn(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME];
    struct nn_buffer attributes = {0};
    (void)error;
    nn_onnx_in(writer, 0, in);
    nn_onnx_put_int(&attributes, "size", nn_onnx_arg_int(writer, "size"));
    nn_onnx_put_real(&attributes, "alpha", nn_onnx_arg_real(writer, "alpha"));
    nn_onnx_put_real(&attributes, "beta", nn_onnx_arg_real(writer, "beta"));
    nn_onnx_put_real(&attributes, "bias", nn_onnx_arg_real(writer, "k"));
    nn_onnx_finish(writer, "LRN", in, NULL, &attributes);
    return NN_OK;
}

static const struct nn_onnx_layer_writer writers[] = {
    {"dense", write_dense, NULL},
    {"conv1d", write_conv, NULL},
    {"conv2d", write_conv, NULL},
    {"conv3d", write_conv, NULL},
    {"convtranspose1d", write_conv, NULL},
    {"convtranspose2d", write_conv, NULL},
    {"convtranspose3d", write_conv, NULL},
    {"maxpool1d", write_pool, NULL},
    {"maxpool2d", write_pool, NULL},
    {"maxpool3d", write_pool, NULL},
    {"avgpool1d", write_pool, NULL},
    {"avgpool2d", write_pool, NULL},
    {"avgpool3d", write_pool, NULL},
    {"globalavgpool1d", NULL, "GlobalAveragePool"},
    {"globalavgpool2d", NULL, "GlobalAveragePool"},
    {"globalmaxpool1d", NULL, "GlobalMaxPool"},
    {"globalmaxpool2d", NULL, "GlobalMaxPool"},
    {"batchnorm", write_batchnorm, NULL},
    {"groupnorm", write_groupnorm, NULL},
    {"layernorm", write_layernorm, NULL},
    {"lrn", write_lrn, NULL},
    {0},
};

const struct nn_onnx_layer_family nn_onnx_layers_window = {
    .writers = writers,
};
