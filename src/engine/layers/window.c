#include "engine/layers/window.h"

#include "base/number.h"
#include "base/text.h"

#include <assert.h>
#include <string.h>

/* Reads 1 or 2 numbers of a DIMS argument. */
static enum nn_status read_pair(const struct nn_args *args, int index, ptrdiff_t pair[2],
                                struct nn_error *error)
{
    if (args->values[index].dim_count > 2)
        return nn_fail(error, NN_ARGUMENT, "%s takes one number or two, not %s",
                       args->specs[index].name, NN_VISIBLE(nn_args_text(args, index)));
    for (int axis = 0; axis < 2; axis++)
        pair[axis] = (ptrdiff_t)nn_args_dim(args, index, axis);
    return NN_OK;
}

/* Splits "1x2x1x2" into numbers from 0; returns their number, 0 if it is anything else. */
static int split_numbers(const char *text, ptrdiff_t numbers[4])
{
    int count = 0;
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, "x");
        int64_t value;
        if (count == 4 || strspn(at, "0123456789") != length ||
            !nn_number_parse_int(at, length, &value) || value > INT32_MAX)
            return 0;
        numbers[count++] = (ptrdiff_t)value;
        at += length;
        if (*at == '\0')
            return count;
    }
}

static ptrdiff_t span(const struct nn_window *window, int axis)
{
    return window->dilation[axis] * (window->kernel[axis] - 1) + 1;
}

static void pad_same(struct nn_window *window)
{
    for (int axis = 0; axis < 2; axis++) {
        ptrdiff_t in = window->in[axis], stride = window->stride[axis];
        ptrdiff_t out = (in + stride - 1) / stride;
        ptrdiff_t total = (out - 1) * stride + span(window, axis) - in;
        if (total < 0)
            total = 0;
        window->before[axis] = total / 2;
        window->after[axis] = total - total / 2;
    }
}

static enum nn_status read_padding(const char *text, struct nn_window *window,
                                   struct nn_error *error)
{
    ptrdiff_t numbers[4];
    if (!strcmp(text, "valid"))
        return NN_OK;
    if (!strcmp(text, "same")) {
        pad_same(window);
        return NN_OK;
    }
    int count = split_numbers(text, numbers);
    if (count == 0 || count == 3)
        return nn_fail(error, NN_ARGUMENT, "padding is %s, not '%s'", NN_PADDING_HELP,
                       NN_VISIBLE(text));
    for (int axis = 0; axis < 2; axis++) {
        window->before[axis] = numbers[count == 1 ? 0 : axis];
        window->after[axis] = count == 4 ? numbers[2 + axis] : window->before[axis];
    }
    return NN_OK;
}

/* Output size along one axis; 0 when the kernel does not fit. */
static ptrdiff_t output_size(const struct nn_window *window, int axis, bool ceil_mode)
{
    ptrdiff_t in = window->in[axis], stride = window->stride[axis], before = window->before[axis];
    ptrdiff_t free = in + before + window->after[axis] - span(window, axis);
    if (free < 0)
        return 0;
    ptrdiff_t out = free / stride + 1;
    /* One more window that hangs over the end, but must begin inside the input (PyTorch). */
    if (ceil_mode && free % stride != 0 && out * stride < in + before)
        out++;
    return out;
}

enum nn_status nn_window_fit(const struct nn_args *args, struct nn_window_args at,
                             const struct nn_shape *in, struct nn_window *window,
                             struct nn_error *error)
{
    struct nn_window fit = {.dilation = {1, 1}};
    char text[NN_SHAPE_TEXT];
    enum nn_status status;
    if (in->rank != 3)
        return nn_fail(error, NN_SHAPE,
                       "the input %s is no image: channels x height x width is needed",
                       nn_shape_text(text, in));
    fit.channels = (ptrdiff_t)in->dim[0];
    fit.in[0] = (ptrdiff_t)in->dim[1];
    fit.in[1] = (ptrdiff_t)in->dim[2];
    NN_TRY(read_pair(args, at.kernel, fit.kernel, error));
    NN_TRY(read_pair(args, nn_args_is_set(args, at.stride) ? at.stride : at.kernel, fit.stride,
                     error));
    if (at.dilation >= 0)
        NN_TRY(read_pair(args, at.dilation, fit.dilation, error));
    NN_TRY(read_padding(nn_args_text(args, at.padding), &fit, error));
    for (int axis = 0; axis < 2; axis++)
        fit.out[axis] =
            output_size(&fit, axis, at.ceil_mode >= 0 && nn_args_bool(args, at.ceil_mode));
    if (fit.out[0] == 0 || fit.out[1] == 0)
        NN_TRY(nn_fail(error, NN_SHAPE, "kernel %tdx%td%s does not fit into the input %s",
                       fit.kernel[0], fit.kernel[1],
                       fit.dilation[0] > 1 || fit.dilation[1] > 1 ? " (dilated)" : "",
                       nn_shape_text(text, in)));
    *window = fit;
out:
    return status;
}

struct nn_window nn_window_of(const struct nn_node *node, struct nn_window_args at)
{
    struct nn_window window = {0};
    enum nn_status status = nn_window_fit(&node->args, at, &node->in_shape[0], &window, NULL);
    assert(status == NN_OK);
    (void)status;
    return window;
}

/* ceil(a / b) for b > 0 and any a, at least 0. */
static ptrdiff_t ceil_divide(ptrdiff_t a, ptrdiff_t b)
{
    return a > 0 ? (a + b - 1) / b : 0;
}

void nn_window_inside(const struct nn_window *window, int axis, ptrdiff_t k, ptrdiff_t *begin,
                      ptrdiff_t *end)
{
    ptrdiff_t shift = window->before[axis] - k * window->dilation[axis];
    ptrdiff_t stride = window->stride[axis], out = window->out[axis];
    ptrdiff_t first = ceil_divide(shift, stride);
    ptrdiff_t past = ceil_divide(window->in[axis] + shift, stride);
    *begin = first < out ? first : out;
    *end = past < out ? past : out;
    if (*end < *begin)
        *end = *begin;
}
