#include "engine/layers/window.h"

#include "base/number.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Reads the numbers of a DIMS argument: one for all axes, or one for each. */
static enum nn_status read_numbers(const struct nn_args *args, int index, int axes,
                                   ptrdiff_t numbers[2], struct nn_error *error)
{
    if (args->values[index].dim_count > axes)
        return nn_fail(error, NN_ARGUMENT, "%s takes one number%s, not %s", args->specs[index].name,
                       axes == 2 ? " or two" : "", NN_VISIBLE(nn_args_text(args, index)));
    numbers[0] = axes == 2 ? (ptrdiff_t)nn_args_dim(args, index, 0) : 1;
    numbers[1] = (ptrdiff_t)nn_args_dim(args, index, 1);
    return NN_OK;
}

int nn_window_numbers(const char *text, ptrdiff_t *numbers, int most)
{
    int count = 0;
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, "x");
        int64_t value;
        if (count == most || strspn(at, "0123456789") != length ||
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

static void pad_causal(struct nn_window *window)
{
    window->before[1] = span(window, 1) - 1;
}

enum nn_status nn_window_pad(const char *text, int axes, struct nn_window *window,
                             struct nn_error *error)
{
    ptrdiff_t numbers[4];
    if (!strcmp(text, "valid"))
        return NN_OK;
    if (!strcmp(text, "same")) {
        pad_same(window);
        return NN_OK;
    }
    if (!strcmp(text, "causal") && axes == 1) {
        pad_causal(window);
        return NN_OK;
    }
    int count = nn_window_numbers(text, numbers, 4);
    if (count == 0 || count == 3 || count > 2 * axes)
        return nn_fail(error, NN_ARGUMENT, "padding is %s, not '%s'",
                       axes == 2 ? NN_PADDING_HELP : NN_PADDING_HELP_1D, NN_VISIBLE(text));
    if (axes == 1) {
        window->before[1] = numbers[0];
        window->after[1] = numbers[count - 1];
        return NN_OK;
    }
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

enum nn_status nn_window_check_input(const struct nn_shape *in, int axes, struct nn_error *error)
{
    char text[NN_SHAPE_TEXT];
    if (in->rank == axes + 1)
        return NN_OK;
    return nn_fail(error, NN_SHAPE, "the input %s is no %s", nn_shape_text(text, in),
                   axes == 2 ? "image: channels x height x width is needed"
                             : "series: channels x length is needed");
}

char *nn_window_kernel_text(char out[NN_KERNEL_TEXT], const struct nn_window *window, int axes)
{
    if (axes == 2)
        snprintf(out, NN_KERNEL_TEXT, "%tdx%td", window->kernel[0], window->kernel[1]);
    else
        snprintf(out, NN_KERNEL_TEXT, "%td", window->kernel[1]);
    return out;
}

static enum nn_status fail_fit(const struct nn_window *window, int axes, const struct nn_shape *in,
                               struct nn_error *error)
{
    char text[NN_SHAPE_TEXT], kernel[NN_KERNEL_TEXT];
    return nn_fail(error, NN_SHAPE, "kernel %s%s does not fit into the input %s",
                   nn_window_kernel_text(kernel, window, axes),
                   window->dilation[0] > 1 || window->dilation[1] > 1 ? " (dilated)" : "",
                   nn_shape_text(text, in));
}

enum nn_status nn_window_fit(const struct nn_args *args, struct nn_window_args at, int axes,
                             const struct nn_shape *in, struct nn_window *window,
                             struct nn_error *error)
{
    struct nn_window fit = {.dilation = {1, 1}};
    bool ceil_mode = at.ceil_mode >= 0 && nn_args_bool(args, at.ceil_mode);
    int stride = nn_args_is_set(args, at.stride) ? at.stride : at.kernel;
    enum nn_status status;
    NN_TRY(nn_window_check_input(in, axes, error));
    fit.channels = (ptrdiff_t)in->dim[0];
    fit.in[0] = axes == 2 ? (ptrdiff_t)in->dim[1] : 1;
    fit.in[1] = (ptrdiff_t)in->dim[axes];
    NN_TRY(read_numbers(args, at.kernel, axes, fit.kernel, error));
    NN_TRY(read_numbers(args, stride, axes, fit.stride, error));
    if (at.dilation >= 0)
        NN_TRY(read_numbers(args, at.dilation, axes, fit.dilation, error));
    NN_TRY(nn_window_pad(nn_args_text(args, at.padding), axes, &fit, error));
    for (int axis = 0; axis < 2; axis++)
        fit.out[axis] = output_size(&fit, axis, ceil_mode);
    if (fit.out[0] == 0 || fit.out[1] == 0)
        NN_TRY(fail_fit(&fit, axes, in, error));
    *window = fit;
out:
    return status;
}

struct nn_window nn_window_of(const struct nn_node *node, struct nn_window_args at)
{
    struct nn_window window = {0};
    const struct nn_shape *in = &node->in_shape[0];
    enum nn_status status = nn_window_fit(&node->args, at, in->rank - 1, in, &window, NULL);
    assert(status == NN_OK);
    (void)status;
    return window;
}

struct nn_shape nn_window_shape(const struct nn_window *window, int axes, size_t channels)
{
    size_t height = (size_t)window->out[0], width = (size_t)window->out[1];
    if (axes == 1)
        return nn_shape_make(2, (size_t[]){channels, width});
    return nn_shape_make(3, (size_t[]){channels, height, width});
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
