#include "engine/layers/conv_image.h"

#include <string.h>

static const double MAX_FLOATS = 1ull << 36;

/* Rows (or columns) of the padded input that windows read. */
static ptrdiff_t extent(const struct nn_window *window, int axis)
{
    return (window->out[axis] - 1) * window->stride[axis] +
           (window->kernel[axis] - 1) * window->dilation[axis] + 1;
}

/* In double, as the product may exceed size_t. */
bool nn_conv_image_fits(const struct nn_window *window, size_t channels)
{
    double floats = (double)channels;
    for (int axis = 0; axis < 2; axis++)
        floats *= (double)(extent(window, axis) + window->stride[axis]);
    return floats <= MAX_FLOATS;
}

struct nn_conv_image nn_conv_image_of(const struct nn_window *window)
{
    struct nn_conv_image image = {.window = *window, .same = true};
    size_t size[2];
    for (int axis = 0; axis < 2; axis++) {
        ptrdiff_t stride = window->stride[axis];
        size[axis] = (size_t)((extent(window, axis) + stride - 1) / stride);
        if (stride > 1 || window->before[axis] > 0 || extent(window, axis) > window->in[axis])
            image.same = false;
    }
    image.rows = image.same ? (size_t)window->in[0] : size[0];
    image.columns = image.same ? (size_t)window->in[1] : size[1];
    image.channel = image.rows * image.columns * (size_t)(window->stride[0] * window->stride[1]);
    if (image.same)
        image.channel = image.rows * image.columns;
    return image;
}

/* Place of a row (or column) of the padded input among the phases: *phase and within it. */
static size_t within(const struct nn_window *window, int axis, ptrdiff_t at, size_t *phase)
{
    *phase = (size_t)(at % window->stride[axis]);
    return (size_t)(at / window->stride[axis]);
}

void nn_conv_image_offsets(const struct nn_conv_image *image, size_t channels, size_t *offset)
{
    const struct nn_window *window = &image->window;
    size_t phases = (size_t)window->stride[1], a, b;
    for (size_t c = 0; c < channels; c++)
        for (ptrdiff_t ky = 0; ky < window->kernel[0]; ky++)
            for (ptrdiff_t kx = 0; kx < window->kernel[1]; kx++) {
                size_t row = within(window, 0, ky * window->dilation[0], &a);
                size_t column = within(window, 1, kx * window->dilation[1], &b);
                *offset++ = c * image->channel +
                            ((a * phases + b) * image->rows + row) * image->columns + column;
            }
}

/* Columns of a phase that lie in the input: [*left, *right); *first is the place of the first one.
 */
static void inside(const struct nn_conv_image *image, size_t phase, size_t *left, size_t *right,
                   ptrdiff_t *first)
{
    const struct nn_window *window = &image->window;
    ptrdiff_t stride = window->stride[1], from = (ptrdiff_t)phase - window->before[1];
    ptrdiff_t skip = from < 0 ? (stride - 1 - from) / stride : 0;
    ptrdiff_t past = window->in[1] > from ? (window->in[1] - from + stride - 1) / stride : 0;
    ptrdiff_t columns = (ptrdiff_t)image->columns;
    *left = (size_t)(skip < columns ? skip : columns);
    *right = (size_t)(past < columns ? past : columns);
    if (*right < *left)
        *right = *left;
    *first = from + skip * stride;
}

/* Calls for every row of every phase: `row` is that of the input, NULL in the padding. */
typedef void row_work(const struct nn_conv_image *image, size_t phase, float *row, float *at);

static void each_row(const struct nn_conv_image *image, float *plane, float *channel,
                     row_work *work)
{
    const struct nn_window *window = &image->window;
    for (ptrdiff_t a = 0; a < window->stride[0]; a++)
        for (size_t b = 0; b < (size_t)window->stride[1]; b++)
            for (size_t i = 0; i < image->rows; i++, channel += image->columns) {
                ptrdiff_t y = (ptrdiff_t)i * window->stride[0] + a - window->before[0];
                bool lies = y >= 0 && y < window->in[0];
                work(image, b, lies ? plane + y * window->in[1] : NULL, channel);
            }
}

static void fill_row(const struct nn_conv_image *image, size_t phase, float *row, float *at)
{
    size_t left = image->columns, right = left, stride = (size_t)image->window.stride[1];
    ptrdiff_t first = 0;
    if (row)
        inside(image, phase, &left, &right, &first);
    memset(at, 0, left * sizeof *at);
    memset(at + right, 0, (image->columns - right) * sizeof *at);
    if (stride == 1 && right > left)
        memcpy(at + left, row + first, (right - left) * sizeof *at);
    else
        for (size_t x = left; x < right; x++)
            at[x] = row[(size_t)first + (x - left) * stride];
}

static void take_row(const struct nn_conv_image *image, size_t phase, float *row, float *at)
{
    size_t left, right, stride = (size_t)image->window.stride[1];
    ptrdiff_t first;
    if (!row)
        return;
    inside(image, phase, &left, &right, &first);
    if (stride == 1 && right > left)
        memcpy(row + first, at + left, (right - left) * sizeof *at);
    else
        for (size_t x = left; x < right; x++)
            row[(size_t)first + (x - left) * stride] = at[x];
}

void nn_conv_image_fill(const struct nn_conv_image *image, size_t channels, const float *planes,
                        float *to)
{
    size_t pixels = (size_t)(image->window.in[0] * image->window.in[1]);
    for (size_t c = 0; c < channels; c++) /* fill_row does not write to the planes */
        each_row(image, (float *)planes + c * pixels, to + c * image->channel, fill_row);
}

void nn_conv_image_take(const struct nn_conv_image *image, size_t channels, const float *from,
                        float *planes)
{
    size_t pixels = (size_t)(image->window.in[0] * image->window.in[1]);
    memset(planes, 0, channels * pixels * sizeof *planes);
    for (size_t c = 0; c < channels; c++)
        each_row(image, planes + c * pixels, (float *)from + c * image->channel, take_row);
}
