#include "model/onnx/window.h"

#include <string.h>

/* A list of one number for each axis, all `fallback` when it is not given. */
static enum nn_status numbers(struct nn_onnx_import *import, const char *name, int axes,
                              int64_t fallback, int64_t *out, struct nn_error *error)
{
    struct nn_onnx_list list;
    enum nn_status status = nn_onnx_attr_list(import, name, &list, error);
    if (status != NN_OK)
        return status;
    if (list.count >= 0 && list.count != axes)
        return nn_fail(error, NN_DAMAGED, "its attribute %s has %d numbers for %d axes", name,
                       list.count, axes);
    for (int i = 0; i < axes; i++) {
        out[i] = list.count < 0 ? fallback : list.at[i];
        if (out[i] < 1 || out[i] > INT32_MAX)
            return nn_fail(error, NN_DAMAGED, "its attribute %s is %lld", name, (long long)out[i]);
    }
    return NN_OK;
}

/* As much padding as makes the output ceil(input / stride) large, the odd one at one end. */
static void pad_same(struct nn_onnx_window *window, const struct nn_shape *in, bool lower)
{
    for (int i = 0; i < window->axes; i++) {
        int64_t size = (int64_t)in->dim[2 + i], stride = window->stride[i];
        int64_t span = window->dilation[i] * (window->kernel[i] - 1) + 1;
        int64_t total = ((size + stride - 1) / stride - 1) * stride + span - size;
        if (total < 0)
            total = 0;
        window->before[i] = lower ? total - total / 2 : total / 2;
        window->after[i] = total - window->before[i];
    }
}

static enum nn_status read_padding(struct nn_onnx_import *import, const struct nn_shape *in,
                                   struct nn_onnx_window *window, struct nn_error *error)
{
    struct nn_onnx_list pads;
    struct nn_onnx_text automatic;
    enum nn_status status;
    NN_TRY(nn_onnx_attr_list(import, "pads", &pads, error));
    NN_TRY(nn_onnx_attr_text(import, "auto_pad", "NOTSET", &automatic, error));
    bool lower = nn_onnx_text_is(automatic, "SAME_LOWER");
    if (lower || nn_onnx_text_is(automatic, "SAME_UPPER")) {
        pad_same(window, in, lower);
        return NN_OK;
    }
    if (nn_onnx_text_is(automatic, "VALID"))
        return NN_OK;
    if (!nn_onnx_text_is(automatic, "NOTSET") && automatic.length > 0)
        return nn_onnx_refuse(error, "auto_pad=%s", NN_ONNX_TEXT(automatic));
    if (pads.count >= 0 && pads.count != 2 * window->axes)
        return nn_fail(error, NN_DAMAGED, "its attribute pads has %d numbers", pads.count);
    for (int i = 0; i < pads.count; i++) {
        if (pads.at[i] < 0 || pads.at[i] > INT32_MAX)
            return nn_onnx_refuse(error, "a padding of %lld", (long long)pads.at[i]);
        *(i < window->axes ? &window->before[i] : &window->after[i - window->axes]) = pads.at[i];
    }
out:
    return status;
}

enum nn_status nn_onnx_window_read(struct nn_onnx_import *import, const struct nn_shape *in,
                                   const struct nn_shape *weight, struct nn_onnx_window *window,
                                   struct nn_error *error)
{
    struct nn_onnx_window fresh = {.axes = in->rank - 2};
    struct nn_onnx_list kernel;
    enum nn_status status;
    if (fresh.axes < 1 || fresh.axes > NN_ONNX_MAX_AXES)
        return nn_onnx_refuse(error, "an input of %d axes: 3 to 5 are supported", in->rank);
    NN_TRY(nn_onnx_attr_list(import, "kernel_shape", &kernel, error));
    if (kernel.count < 0 && !weight)
        return nn_fail(error, NN_DAMAGED, "it has no kernel_shape");
    if (weight && weight->rank != in->rank)
        return nn_fail(error, NN_DAMAGED, "its weight has %d axes, its input %d", weight->rank,
                       in->rank);
    if (kernel.count >= 0)
        NN_TRY(numbers(import, "kernel_shape", fresh.axes, 1, fresh.kernel, error));
    for (int i = 0; weight && i < fresh.axes; i++) {
        if (kernel.count >= 0 && fresh.kernel[i] != (int64_t)weight->dim[2 + i])
            return nn_fail(error, NN_DAMAGED, "its kernel_shape is not that of its weight");
        fresh.kernel[i] = (int64_t)weight->dim[2 + i];
    }
    NN_TRY(numbers(import, "strides", fresh.axes, 1, fresh.stride, error));
    NN_TRY(numbers(import, "dilations", fresh.axes, 1, fresh.dilation, error));
    NN_TRY(read_padding(import, in, &fresh, error));
    *window = fresh;
out:
    return status;
}

void nn_onnx_window_word(struct nn_buffer *args, const char *key, const int64_t *numbers, int axes)
{
    nn_buffer_printf(args, "%s%s=", args->length ? " " : "", key);
    bool alike = axes <= NN_ONNX_MAX_AXES; /* one number stands for all axes */
    for (int i = 1; i < axes; i++)
        alike &= numbers[i] == numbers[0];
    axes = alike ? 1 : axes;
    for (int i = 0; i < axes; i++)
        nn_buffer_printf(args, i ? "x%lld" : "%lld", (long long)numbers[i]);
}

void nn_onnx_window_padding(struct nn_buffer *args, const struct nn_onnx_window *window)
{
    int64_t both[2 * NN_ONNX_MAX_AXES];
    size_t axes = (size_t)window->axes;
    memcpy(both, window->before, axes * sizeof *both);
    memcpy(both + axes, window->after, axes * sizeof *both);
    bool even = !memcmp(window->before, window->after, axes * sizeof *both);
    if (axes == 1 && even)
        nn_onnx_window_word(args, "padding", both, 1);
    else if (axes == 2 && even)
        nn_onnx_window_word(args, "padding", both, both[0] == both[1] ? 1 : 2);
    else
        nn_onnx_window_word(args, "padding", both, 2 * window->axes);
}
