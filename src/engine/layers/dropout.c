#include "base/pool.h"
#include "engine/net.h"

#include <string.h>

/* saved: the mask, 0 or 1/(1 - rate) for every value. Value i of the batch is kept or not by number
 * i of the node's random stream. */

enum { RATE };

#define BLOCK ((size_t)4096) /* values of one task at least; a multiple of 4 */

static const struct nn_arg_spec args[] = {
    [RATE] = {.name = "rate",
              .type = NN_ARG_REAL,
              .fallback = "0.5",
              .min = 0,
              .max = 1,
              .help = "share of the values that become 0 in training",
              .flags = NN_ARG_POSITIONAL},
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)values, (void)in_count, (void)error;
    *out = in[0];
    return NN_OK;
}

static size_t saved(const struct nn_node *node, size_t batch)
{
    return batch * node->size;
}

static void mask_blocks(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t count = call->batch * call->node->size;
    size_t past = end * BLOCK < count ? end * BLOCK : count;
    double rate = nn_args_real(&call->node->args, RATE);
    float keep = rate < 1.0 ? (float)(1.0 / (1.0 - rate)) : 0.0f;
    uint64_t limit = (uint64_t)(rate * 4294967296.0); /* numbers below it drop the value */
    for (size_t at = begin * BLOCK; at < past; at += 4) {
        uint32_t numbers[4];
        nn_random_block(&call->random, call->random.next / 4 + at / 4, numbers);
        for (size_t i = at; i < at + 4 && i < past; i++) {
            call->saved[i] = numbers[i - at] < limit ? 0.0f : keep;
            call->y[i] = call->x[0][i] * call->saved[i];
        }
    }
}

static void forward(const struct nn_call *call)
{
    size_t count = call->batch * call->node->size;
    if (call->training)
        nn_pool_run((count + BLOCK - 1) / BLOCK, 1, mask_blocks, (void *)call);
    else
        memcpy(call->y, call->x[0], count * sizeof *call->y);
}

static void backward(const struct nn_call *call)
{
    size_t count = call->batch * call->node->size;
    if (!call->dx[0])
        return;
    if (!call->training)
        memcpy(call->dx[0], call->dy, count * sizeof *call->dy);
    else
        for (size_t i = 0; i < count; i++)
            call->dx[0][i] = call->dy[i] * call->saved[i];
}

const struct nn_layer_class nn_layer_dropout = {
    .name = "dropout",
    .prefix = "dropout",
    .summary = "drops values at random in training, passes them on unchanged otherwise",
    .formula = "training: y = x m, m = 0 with probability rate, else 1/(1 - rate); else y = x",
    .source = "Srivastava et al. 2014, in the inverted form of PyTorch's Dropout",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_RANDOM | NN_LAYER_LINEAR | NN_LAYER_POINTWISE | NN_LAYER_MOVES,
    .infer = infer,
    .saved = saved,
    .forward = forward,
    .backward = backward,
};
