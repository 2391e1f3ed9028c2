#include "engine/layers/volume.h"

#include "base/text.h"
#include "engine/layers/window.h"

#include <string.h>

/* The numbers of a DIMS argument: one for all axes, or one for each. */
static enum nn_status read_numbers(const struct nn_args *args, int index, int axes,
                                   ptrdiff_t numbers[NN_VOLUME_AXES], struct nn_error *error)
{
    int count = args->values[index].dim_count;
    if (count != 1 && count != axes)
        return nn_fail(error, NN_ARGUMENT, "%s takes one number or %d, not %s",
                       args->specs[index].name, axes, NN_VISIBLE(nn_args_text(args, index)));
    for (int i = 0; i < axes; i++)
        numbers[NN_VOLUME_AXES - axes + i] = (ptrdiff_t)nn_args_dim(args, index, i);
    return NN_OK;
}

static enum nn_status read_padding(const char *text, int axes, struct nn_volume *volume,
                                   struct nn_error *error)
{
    ptrdiff_t numbers[2 * NN_VOLUME_AXES];
    int count = nn_window_numbers(text, numbers, 2 * NN_VOLUME_AXES), first = NN_VOLUME_AXES - axes;
    if (count != 1 && count != axes && count != 2 * axes)
        return nn_fail(error, NN_ARGUMENT, "padding is %s, not '%s'", NN_VOLUME_PADDING_HELP,
                       NN_VISIBLE(text));
    for (int i = 0; i < axes; i++) {
        volume->before[first + i] = numbers[count == 1 ? 0 : i];
        volume->after[first + i] =
            count == 2 * axes ? numbers[axes + i] : volume->before[first + i];
    }
    return NN_OK;
}

enum nn_status nn_volume_read(const struct nn_args *args, struct nn_volume_args at, int axes,
                              const struct nn_shape *in, struct nn_volume *volume,
                              struct nn_error *error)
{
    static const char *const kinds[] = {"", "series: channels x length is needed",
                                        "image: channels x height x width is needed",
                                        "volume: channels x depth x height x width is needed"};
    struct nn_volume fresh = {.kernel = {1, 1, 1}, .stride = {1, 1, 1}, .dilation = {1, 1, 1}};
    char text[NN_SHAPE_TEXT];
    int stride = nn_args_is_set(args, at.stride) ? at.stride : at.kernel;
    enum nn_status status;
    if (in->rank != axes + 1)
        return nn_fail(error, NN_SHAPE, "the input %s is no %s", nn_shape_text(text, in),
                       kinds[axes]);
    NN_TRY(read_numbers(args, at.kernel, axes, fresh.kernel, error));
    NN_TRY(read_numbers(args, stride, axes, fresh.stride, error));
    if (at.dilation >= 0)
        NN_TRY(read_numbers(args, at.dilation, axes, fresh.dilation, error));
    NN_TRY(read_padding(nn_args_text(args, at.padding), axes, &fresh, error));
    *volume = fresh;
out:
    return status;
}

ptrdiff_t nn_volume_span(const struct nn_volume *volume, int axis)
{
    return volume->dilation[axis] * (volume->kernel[axis] - 1) + 1;
}

static size_t product(const ptrdiff_t sizes[NN_VOLUME_AXES])
{
    return (size_t)sizes[0] * (size_t)sizes[1] * (size_t)sizes[2];
}

size_t nn_volume_taps(const struct nn_volume *volume)
{
    return product(volume->kernel);
}

size_t nn_volume_small(const struct nn_volume *volume)
{
    return product(volume->small);
}

size_t nn_volume_large(const struct nn_volume *volume)
{
    return product(volume->large);
}

/* Calls for each tap and row of windows: where the row reads the large side. */
struct row {
    ptrdiff_t at;        /* of the window at column 0; may lie outside */
    ptrdiff_t low, high; /* columns whose place is inside */
};

static struct row row_of(const struct nn_volume *v, const ptrdiff_t tap[3], ptrdiff_t depth,
                         ptrdiff_t y)
{
    struct row row = {0};
    ptrdiff_t z = depth * v->stride[0] - v->before[0] + tap[0] * v->dilation[0];
    ptrdiff_t in_y = y * v->stride[1] - v->before[1] + tap[1] * v->dilation[1];
    ptrdiff_t shift = tap[2] * v->dilation[2] - v->before[2], step = v->stride[2];
    if (z < 0 || z >= v->large[0] || in_y < 0 || in_y >= v->large[1])
        return row;
    row.at = (z * v->large[1] + in_y) * v->large[2] + shift;
    row.low = shift < 0 ? (-shift + step - 1) / step : 0;
    row.high = v->large[2] > shift ? (v->large[2] - shift + step - 1) / step : 0;
    row.low = row.low < v->small[2] ? row.low : v->small[2];
    row.high = row.high < v->small[2] ? row.high : v->small[2];
    return row;
}

void nn_volume_gather(const struct nn_volume *volume, const float *planes, size_t channels,
                      ptrdiff_t depth, float *columns)
{
    size_t taps = nn_volume_taps(volume), large = nn_volume_large(volume);
    ptrdiff_t width = volume->small[2], step = volume->stride[2];
    for (size_t r = 0; r < channels * taps; r++) {
        ptrdiff_t t = (ptrdiff_t)(r % taps), kw = volume->kernel[2], kh = volume->kernel[1];
        const ptrdiff_t tap[3] = {t / (kh * kw), t / kw % kh, t % kw};
        const float *plane = planes + r / taps * large;
        for (ptrdiff_t y = 0; y < volume->small[1]; y++, columns += width) {
            struct row row = row_of(volume, tap, depth, y);
            memset(columns, 0, (size_t)width * sizeof *columns);
            for (ptrdiff_t x = row.low; x < row.high; x++)
                columns[x] = plane[row.at + x * step];
        }
    }
}

void nn_volume_scatter(const struct nn_volume *volume, const float *columns, size_t channels,
                       ptrdiff_t depth, float *planes)
{
    size_t taps = nn_volume_taps(volume), large = nn_volume_large(volume);
    ptrdiff_t width = volume->small[2], step = volume->stride[2];
    for (size_t r = 0; r < channels * taps; r++) {
        ptrdiff_t t = (ptrdiff_t)(r % taps), kw = volume->kernel[2], kh = volume->kernel[1];
        const ptrdiff_t tap[3] = {t / (kh * kw), t / kw % kh, t % kw};
        float *plane = planes + r / taps * large;
        for (ptrdiff_t y = 0; y < volume->small[1]; y++, columns += width) {
            struct row row = row_of(volume, tap, depth, y);
            for (ptrdiff_t x = row.low; x < row.high; x++)
                plane[row.at + x * step] += columns[x];
        }
    }
}
