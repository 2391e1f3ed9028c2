#include "engine/layers/pointwise.h"

#include "base/pool.h"

struct job {
    const struct nn_call *call;
    nn_map *forward;
    nn_map_backward *backward;
    size_t count;
};

enum nn_status nn_pointwise_infer(const struct nn_args *args, const struct nn_shape *in,
                                  int in_count, struct nn_shape *out, struct nn_error *error)
{
    (void)args, (void)in_count, (void)error;
    *out = in[0];
    return NN_OK;
}

static void run_blocks(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const struct nn_call *call = job->call;
    const struct nn_args *args = &call->node->args;
    for (size_t block = begin; block < end; block++) {
        size_t at = block * NN_POINTWISE_BLOCK;
        size_t n = job->count - at < NN_POINTWISE_BLOCK ? job->count - at : NN_POINTWISE_BLOCK;
        if (job->forward)
            job->forward(args, n, call->x[0] + at, call->y + at);
        else
            job->backward(args, n, call->x[0] + at, call->y + at, call->dy + at, call->dx[0] + at);
    }
}

static void run(struct job *job)
{
    job->count = job->call->batch * job->call->node->size;
    nn_pool_run((job->count + NN_POINTWISE_BLOCK - 1) / NN_POINTWISE_BLOCK, 1, run_blocks, job);
}

void nn_pointwise_forward(const struct nn_call *call, nn_map *map)
{
    run(&(struct job){.call = call, .forward = map});
}

void nn_pointwise_backward(const struct nn_call *call, nn_map_backward *map)
{
    if (call->dx[0])
        run(&(struct job){.call = call, .backward = map});
}
