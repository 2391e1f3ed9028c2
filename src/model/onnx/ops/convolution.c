/* Convolutions. */
#include "model/onnx/window.h"

#include <stdio.h>

static const char *const layers[] = {"", "conv1d", "conv2d", "conv3d"};
static const char *const transposed_layers[] = {"", "convtranspose1d", "convtranspose2d",
                                                "convtranspose3d"};

static enum nn_status fill(struct nn_onnx_import *import, int node, struct nn_error *error)
{
    const struct nn_onnx_value *weight = nn_onnx_input(import, 1), *bias = nn_onnx_input(import, 2);
    enum nn_status status;
    const struct nn_param *param = nn_onnx_param(import, node, "weight");
    if (!nn_shape_equal(&param->spec.shape, &weight->shape)) {
        char a[NN_SHAPE_TEXT], b[NN_SHAPE_TEXT];
        return nn_fail(error, NN_DAMAGED, "its weight is %s, not %s",
                       nn_shape_text(a, &weight->shape), nn_shape_text(b, &param->spec.shape));
    }
    NN_TRY(nn_onnx_fill(import, node, "weight", weight, error));
    if (bias)
        NN_TRY(nn_onnx_fill(import, node, "bias", bias, error));
    nn_onnx_name(import, node, weight);
out:
    return status;
}

static enum nn_status check(struct nn_onnx_import *import, int64_t *group, struct nn_error *error)
{
    const struct nn_onnx_value *weight = nn_onnx_input(import, 1), *bias = nn_onnx_input(import, 2);
    enum nn_status status;
    if (!nn_onnx_is_constant(weight) || (bias && !nn_onnx_is_constant(bias)))
        return nn_onnx_refuse(error, "its weights depend on the input");
    if (weight->shape.rank < 3 || weight->tensor.count == 0)
        return nn_fail(error, NN_DAMAGED, "its weight has %d axes", weight->shape.rank);
    NN_TRY(nn_onnx_attr_int(import, "group", 1, group, error));
    if (*group < 1 || *group > INT32_MAX)
        return nn_fail(error, NN_DAMAGED, "its attribute group is %lld", (long long)*group);
out:
    return status;
}

static enum nn_status lower_conv(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0), *weight = nn_onnx_input(import, 1);
    struct nn_onnx_window window;
    struct nn_buffer args;
    int64_t group;
    int node;
    enum nn_status status;
    (void)op;
    nn_buffer_init(&args, 0);
    NN_TRY(check(import, &group, error));
    NN_TRY(nn_onnx_window_read(import, &in->shape, &weight->shape, &window, error));
    nn_buffer_printf(&args, "filters=%zu groups=%lld bias=%s", weight->shape.dim[0],
                     (long long)group, nn_onnx_input(import, 2) ? "yes" : "no");
    nn_onnx_window_word(&args, "kernel", window.kernel, window.axes);
    nn_onnx_window_word(&args, "stride", window.stride, window.axes);
    nn_onnx_window_word(&args, "dilation", window.dilation, window.axes);
    nn_onnx_window_padding(&args, &window);
    NN_TRY(nn_buffer_check(&args, error));
    NN_TRY(nn_onnx_maps(import, in, &node, error));
    NN_TRY(nn_onnx_layer(import, layers[window.axes], args.data, &node, 1, &node, error));
    NN_TRY(fill(import, node, error));
    NN_TRY(nn_onnx_give_maps(import, node, error));
out:
    nn_buffer_clear(&args);
    return status;
}

/* output_shape and auto_pad say how much of the full output is cut off. */
static enum nn_status transposed_padding(struct nn_onnx_import *import, const struct nn_shape *in,
                                         struct nn_onnx_window *window, int64_t *extra,
                                         struct nn_error *error)
{
    struct nn_onnx_list extras, shape;
    struct nn_onnx_text automatic;
    enum nn_status status;
    NN_TRY(nn_onnx_attr_list(import, "output_padding", &extras, error));
    NN_TRY(nn_onnx_attr_list(import, "output_shape", &shape, error));
    NN_TRY(nn_onnx_attr_text(import, "auto_pad", "NOTSET", &automatic, error));
    bool lower = nn_onnx_text_is(automatic, "SAME_LOWER");
    bool same = lower || nn_onnx_text_is(automatic, "SAME_UPPER");
    if ((extras.count >= 0 && extras.count != window->axes) ||
        (shape.count >= 0 && shape.count < window->axes))
        return nn_fail(error, NN_DAMAGED, "output_padding or output_shape has too few numbers");
    for (int i = 0; i < window->axes; i++) {
        int64_t size = (int64_t)in->dim[2 + i], stride = window->stride[i];
        extra[i] = extras.count >= 0 ? extras.at[i] : 0;
        if (extra[i] < 0 || extra[i] > INT32_MAX)
            return nn_fail(error, NN_DAMAGED, "its output_padding is %lld", (long long)extra[i]);
        if (!same && shape.count < 0)
            continue;
        int64_t wanted =
            shape.count >= 0 ? shape.at[shape.count - window->axes + i] : size * stride;
        int64_t full =
            stride * (size - 1) + extra[i] + (window->kernel[i] - 1) * window->dilation[i] + 1;
        if (wanted < 1 || wanted > INT32_MAX)
            return nn_fail(error, NN_DAMAGED, "its output_shape is %lld", (long long)wanted);
        if (wanted > full) { /* more than there is: as output_padding */
            extra[i] += wanted - full;
            full = wanted;
        }
        int64_t total = full - wanted;
        window->before[i] =
            nn_onnx_text_is(automatic, "SAME_UPPER") ? total / 2 : total - total / 2;
        window->after[i] = total - window->before[i];
    }
out:
    return status;
}

static enum nn_status lower_transposed(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                       struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0), *weight = nn_onnx_input(import, 1);
    struct nn_onnx_window window;
    struct nn_buffer args;
    int64_t group, extra[NN_ONNX_MAX_AXES];
    int node;
    enum nn_status status;
    (void)op;
    nn_buffer_init(&args, 0);
    NN_TRY(check(import, &group, error));
    NN_TRY(nn_onnx_window_read(import, &in->shape, &weight->shape, &window, error));
    NN_TRY(transposed_padding(import, &in->shape, &window, extra, error));
    nn_buffer_printf(&args, "filters=%zu groups=%lld bias=%s", weight->shape.dim[1] * (size_t)group,
                     (long long)group, nn_onnx_input(import, 2) ? "yes" : "no");
    nn_onnx_window_word(&args, "kernel", window.kernel, window.axes);
    nn_onnx_window_word(&args, "stride", window.stride, window.axes);
    nn_onnx_window_word(&args, "dilation", window.dilation, window.axes);
    bool any = false;
    for (int i = 0; i < window.axes; i++)
        any |= extra[i] > 0;
    nn_onnx_window_padding(&args, &window);
    if (any)
        nn_onnx_window_word(&args, "output_padding", extra, window.axes);
    NN_TRY(nn_buffer_check(&args, error));
    NN_TRY(nn_onnx_maps(import, in, &node, error));
    NN_TRY(
        nn_onnx_layer(import, transposed_layers[window.axes], args.data, &node, 1, &node, error));
    NN_TRY(fill(import, node, error));
    NN_TRY(nn_onnx_give_maps(import, node, error));
out:
    nn_buffer_clear(&args);
    return status;
}

static const struct nn_onnx_op ops[] = {
    {"Conv", "auto_pad|dilations|group|kernel_shape|pads|strides", 2, 3, lower_conv, NULL, NULL},
    {"ConvTranspose",
     "auto_pad|dilations|group|kernel_shape|output_padding|output_shape|pads|strides", 2, 3,
     lower_transposed, NULL, NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_convolution = {
    .domain = "",
    .ops = ops,
};
