#include "engine/layers/globalpool.h"

#include "base/pool.h"
#include "engine/layers/window.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

static enum nn_status infer(int axes, const struct nn_shape *in, struct nn_shape *out,
                            struct nn_error *error)
{
    enum nn_status status = nn_window_check_input(in, axes, error);
    if (status != NN_OK)
        return status;
    if (nn_shape_size(in) / in->dim[0] > UINT32_MAX)
        return nn_fail(error, NN_LIMIT, "a plane of more than 2^32 pixels");
    *out = *in;
    for (int axis = 1; axis <= axes; axis++)
        out->dim[axis] = 1;
    return NN_OK;
}

enum nn_status nn_globalpool_infer_1d(const struct nn_args *args, const struct nn_shape *in,
                                      int in_count, struct nn_shape *out, struct nn_error *error)
{
    (void)args, (void)in_count;
    return infer(1, &in[0], out, error);
}

enum nn_status nn_globalpool_infer_2d(const struct nn_args *args, const struct nn_shape *in,
                                      int in_count, struct nn_shape *out, struct nn_error *error)
{
    (void)args, (void)in_count;
    return infer(2, &in[0], out, error);
}

double nn_globalpool_flops(const struct nn_node *node)
{
    return (double)nn_shape_size(&node->in_shape[0]);
}

/* Values of one map. */
static size_t map_size(const struct nn_call *call)
{
    return nn_shape_size(&call->node->in_shape[0]) / call->node->size;
}

static void run(const struct nn_call *call, void (*task)(void *context, size_t begin, size_t end))
{
    nn_pool_run(call->batch * call->node->size, 1 + 16384 / map_size(call), task, (void *)call);
}

static void mean_maps(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = map_size(call);
    for (size_t map = begin; map < end; map++)
        call->y[map] = (float)(nn_kernels->sum(size, call->x[0] + map * size) / (double)size);
}

static void mean_maps_backward(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = map_size(call);
    for (size_t map = begin; map < end; map++)
        for (size_t i = map * size; i < (map + 1) * size; i++)
            call->dx[0][i] = (float)((double)call->dy[map] / (double)size);
}

void nn_globalpool_mean_forward(const struct nn_call *call)
{
    run(call, mean_maps);
}

void nn_globalpool_mean_backward(const struct nn_call *call)
{
    if (call->dx[0])
        run(call, mean_maps_backward);
}

size_t nn_globalpool_max_saved(const struct nn_node *node, size_t batch)
{
    return batch * node->size; /* uint32_t, as large as a float */
}

static uint32_t *places(const struct nn_call *call)
{
    return (uint32_t *)(void *)call->saved;
}

static void max_maps(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = map_size(call);
    for (size_t map = begin; map < end; map++) {
        const float *x = call->x[0] + map * size;
        size_t best = 0;
        for (size_t i = 1; i < size; i++)
            if (x[i] > x[best] || (isnan(x[i]) && !isnan(x[best])))
                best = i;
        call->y[map] = x[best];
        places(call)[map] = (uint32_t)best;
    }
}

static void max_maps_backward(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = map_size(call);
    memset(call->dx[0] + begin * size, 0, (end - begin) * size * sizeof(float));
    for (size_t map = begin; map < end; map++)
        call->dx[0][map * size + places(call)[map]] = call->dy[map];
}

void nn_globalpool_max_forward(const struct nn_call *call)
{
    run(call, max_maps);
}

void nn_globalpool_max_backward(const struct nn_call *call)
{
    if (call->dx[0])
        run(call, max_maps_backward);
}
