#include "engine/layers/pooling3d.h"

#include "base/pool.h"

#include <math.h>
#include <string.h>

static struct nn_volume_args args_of(const struct nn_args *args)
{
    return (struct nn_volume_args){.kernel = NN_POOLING_KERNEL,
                                   .stride = NN_POOLING_STRIDE,
                                   .padding = NN_POOLING_PADDING,
                                   .dilation = nn_args_find(args->specs, "dilation")};
}

static enum nn_status fit(const struct nn_args *args, const struct nn_shape *in,
                          struct nn_volume *volume, struct nn_error *error)
{
    char text[NN_SHAPE_TEXT];
    enum nn_status status = nn_volume_read(args, args_of(args), 3, in, volume, error);
    if (status != NN_OK)
        return status;
    for (int i = 0; i < NN_VOLUME_AXES; i++) {
        ptrdiff_t size = (ptrdiff_t)in->dim[1 + i], stride = volume->stride[i];
        ptrdiff_t before = volume->before[i], after = volume->after[i];
        ptrdiff_t free = size + before + after - nn_volume_span(volume, i);
        if (free < 0)
            return nn_fail(error, NN_SHAPE, "kernel %s does not fit into the input %s",
                           nn_args_text(args, NN_POOLING_KERNEL), nn_shape_text(text, in));
        if ((before > after ? before : after) >= nn_volume_span(volume, i))
            return nn_fail(error, NN_SHAPE,
                           "padding %s is as large as the kernel %s: a window could miss the input",
                           nn_args_text(args, NN_POOLING_PADDING),
                           nn_args_text(args, NN_POOLING_KERNEL));
        volume->large[i] = size;
        volume->small[i] = free / stride + 1;
        /* One more window that hangs over the end, but must begin inside the input (PyTorch). */
        if (nn_args_bool(args, NN_POOLING_CEIL) && free % stride != 0 &&
            volume->small[i] * stride < size + before)
            volume->small[i]++;
    }
    return NN_OK;
}

enum nn_status nn_pooling3d_infer(const struct nn_args *args, const struct nn_shape *in,
                                  int in_count, struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    struct nn_volume volume;
    enum nn_status status = fit(args, &in[0], &volume, error);
    if (status != NN_OK)
        return status;
    if (nn_shape_size(&in[0]) / in[0].dim[0] >= UINT32_MAX)
        return nn_fail(error, NN_LIMIT, "a volume of more than 2^32 pixels");
    *out = in[0];
    for (int i = 0; i < NN_VOLUME_AXES; i++)
        out->dim[1 + i] = (size_t)volume.small[i];
    return NN_OK;
}

double nn_pooling3d_flops(const struct nn_node *node)
{
    struct nn_volume volume = {0};
    if (fit(&node->args, &node->in_shape[0], &volume, NULL) != NN_OK)
        return 0.0;
    return (double)node->size * (double)nn_volume_taps(&volume);
}

/* One call; `plane` does a channel of a sample. */
struct job {
    const struct nn_call *call;
    struct nn_volume volume;
    void (*plane)(const struct job *job, size_t index);
};

static void run_planes(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    for (size_t index = begin; index < end; index++)
        job->plane(job, index);
}

static void run(const struct nn_call *call, void (*plane)(const struct job *job, size_t index))
{
    struct job job = {.call = call, .plane = plane};
    if (fit(&call->node->args, &call->node->in_shape[0], &job.volume, NULL) == NN_OK)
        nn_pool_run(call->batch * call->node->shape.dim[0],
                    1 + 16384 / nn_volume_large(&job.volume), run_planes, &job);
}

/* The values of one window that lie inside: [low, high) in steps, and its size with the padding,
 * but without what hangs over the end. */
struct place {
    ptrdiff_t low[NN_VOLUME_AXES], high[NN_VOLUME_AXES], size;
};

static struct place place_of(const struct nn_volume *volume, size_t at)
{
    struct place place = {.size = 1};
    for (int i = NN_VOLUME_AXES - 1; i >= 0; i--) {
        ptrdiff_t step = volume->dilation[i];
        ptrdiff_t out = (ptrdiff_t)(at % (size_t)volume->small[i]);
        ptrdiff_t low = out * volume->stride[i] - volume->before[i];
        ptrdiff_t high = low + nn_volume_span(volume, i), end = volume->large[i] + volume->after[i];
        high = high < end ? high : end;
        at /= (size_t)volume->small[i];
        place.size *= high - low;
        place.low[i] = low < 0 ? low + (step - 1 - low) / step * step : low;
        place.high[i] = high < volume->large[i] ? high : volume->large[i];
    }
    return place;
}

/* Calls visit for each value of a window. */
#define FOR_WINDOW(volume, place, at)                                                              \
    for (ptrdiff_t z = (place)->low[0]; z < (place)->high[0]; z += (volume)->dilation[0])          \
        for (ptrdiff_t y = (place)->low[1]; y < (place)->high[1]; y += (volume)->dilation[1])      \
            for (ptrdiff_t                                                                         \
                     at = (z * (volume)->large[1] + y) * (volume)->large[2] + (place)->low[2],     \
                     past = at + (place)->high[2] - (place)->low[2];                               \
                 at < past; at += (volume)->dilation[2])

/* ---- the largest value ---- */

size_t nn_pooling3d_max_saved(const struct nn_node *node, size_t batch)
{
    return batch * node->size; /* uint32_t, as large as a float */
}

static uint32_t *places(const struct nn_call *call)
{
    return (uint32_t *)(void *)call->saved;
}

static void max_plane(const struct job *job, size_t index)
{
    const struct nn_volume *volume = &job->volume;
    size_t small = nn_volume_small(volume);
    const float *x = job->call->x[0] + index * nn_volume_large(volume);
    bool give_places = nn_args_bool(&job->call->node->args, NN_POOLING_PLACES);
    for (size_t i = 0; i < small; i++) {
        struct place place = place_of(volume, i);
        ptrdiff_t best = -1;
        FOR_WINDOW(volume, &place, at)
        if (best < 0 || x[at] > x[best] || (isnan(x[at]) && !isnan(x[best])))
            best = at;
        job->call->y[index * small + i] = give_places ? (float)best
                                          : best < 0  ? -INFINITY
                                                      : x[best];
        places(job->call)[index * small + i] = (uint32_t)best;
    }
}

static void max_plane_backward(const struct job *job, size_t index)
{
    size_t small = nn_volume_small(&job->volume), large = nn_volume_large(&job->volume);
    float *dx = job->call->dx[0] + index * large;
    memset(dx, 0, large * sizeof *dx);
    if (nn_args_bool(&job->call->node->args, NN_POOLING_PLACES))
        return; /* a place has no gradient */
    for (size_t i = index * small; i < (index + 1) * small; i++)
        if (places(job->call)[i] != UINT32_MAX)
            dx[places(job->call)[i]] += job->call->dy[i];
}

void nn_pooling3d_max_forward(const struct nn_call *call)
{
    run(call, max_plane);
}

void nn_pooling3d_max_backward(const struct nn_call *call)
{
    if (call->dx[0])
        run(call, max_plane_backward);
}

/* ---- the mean ---- */

/* What the sum over a window is divided by. */
static double divisor(const struct nn_call *call, const struct place *place)
{
    ptrdiff_t inside = 1;
    for (int i = 0; i < NN_VOLUME_AXES; i++)
        inside *= place->high[i] - place->low[i];
    return (double)(nn_args_bool(&call->node->args, NN_POOLING_COUNT_PAD) ? place->size : inside);
}

static void mean_plane(const struct job *job, size_t index)
{
    const struct nn_volume *volume = &job->volume;
    size_t small = nn_volume_small(volume);
    const float *x = job->call->x[0] + index * nn_volume_large(volume);
    for (size_t i = 0; i < small; i++) {
        struct place place = place_of(volume, i);
        double sum = 0.0;
        FOR_WINDOW(volume, &place, at)
        sum += (double)x[at];
        job->call->y[index * small + i] = (float)(sum / divisor(job->call, &place));
    }
}

static void mean_plane_backward(const struct job *job, size_t index)
{
    const struct nn_volume *volume = &job->volume;
    size_t small = nn_volume_small(volume), large = nn_volume_large(volume);
    float *dx = job->call->dx[0] + index * large;
    memset(dx, 0, large * sizeof *dx);
    for (size_t i = 0; i < small; i++) {
        struct place place = place_of(volume, i);
        float share =
            (float)((double)job->call->dy[index * small + i] / divisor(job->call, &place));
        FOR_WINDOW(volume, &place, at)
        dx[at] += share;
    }
}

void nn_pooling3d_mean_forward(const struct nn_call *call)
{
    run(call, mean_plane);
}

void nn_pooling3d_mean_backward(const struct nn_call *call)
{
    if (call->dx[0])
        run(call, mean_plane_backward);
}
