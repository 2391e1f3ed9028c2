#include "base/pool.h"
#include "engine/layers/copy.h"
#include "engine/layers/pointwise.h"

/* saved: the mask, 0 or 1/(1 - rate) for every map. Map i of the batch is kept or not by number i
 * of the node's random stream. */

enum { RATE };

static const struct nn_arg_spec args[] = {
    [RATE] = {.name = "rate",
              .type = NN_ARG_REAL,
              .fallback = "0.5",
              .min = 0,
              .max = 1,
              .help = "share of the maps that become 0 in training",
              .flags = NN_ARG_POSITIONAL},
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)values, (void)in_count;
    if (in[0].rank < 2) {
        char text[NN_SHAPE_TEXT];
        return nn_fail(error, NN_SHAPE,
                       "the input %s has no maps or series to drop: `add dropout` drops values",
                       nn_shape_text(text, &in[0]));
    }
    *out = in[0];
    return NN_OK;
}

static size_t saved(const struct nn_node *node, size_t batch)
{
    return batch * node->shape.dim[0];
}

static void forward_maps(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size / call->node->shape.dim[0];
    double rate = nn_args_real(&call->node->args, RATE);
    float keep = rate < 1.0 ? (float)(1.0 / (1.0 - rate)) : 0.0f;
    uint64_t limit = (uint64_t)(rate * 4294967296.0); /* numbers below it drop the map */
    for (size_t map = begin; map < end; map++) {
        uint32_t number = nn_random_at(&call->random, call->random.next + map);
        call->saved[map] = number < limit ? 0.0f : keep;
        for (size_t i = map * size; i < (map + 1) * size; i++)
            call->y[i] = call->x[0][i] * call->saved[map];
    }
}

static void backward_maps(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size / call->node->shape.dim[0];
    for (size_t map = begin; map < end; map++)
        for (size_t i = map * size; i < (map + 1) * size; i++)
            call->dx[0][i] = call->dy[i] * call->saved[map];
}

static void run(const struct nn_call *call, void (*task)(void *context, size_t begin, size_t end))
{
    size_t channels = call->node->shape.dim[0], size = call->node->size / channels;
    nn_pool_run(call->batch * channels, 1 + 16384 / size, task, (void *)call);
}

static void forward(const struct nn_call *call)
{
    if (call->training)
        run(call, forward_maps);
    else
        nn_copy_forward(call);
}

static void backward(const struct nn_call *call)
{
    if (!call->training)
        nn_copy_backward(call);
    else if (call->dx[0])
        run(call, backward_maps);
}

const struct nn_layer_class nn_layer_spatialdropout = {
    .name = "spatialdropout",
    .aliases = "spatialdropout1d|spatialdropout2d|dropout1d|dropout2d",
    .prefix = "dropout",
    .summary = "drops whole feature maps or series at random in training",
    .formula = "training: y_c = x_c m_c, m_c = 0 with probability rate, else 1/(1 - rate); else "
               "y = x",
    .source = "Tompson et al. 2015, Efficient object localization, section 3.2; PyTorch's "
              "Dropout2d",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_RANDOM | NN_LAYER_LINEAR | NN_LAYER_POINTWISE | NN_LAYER_MOVES,
    .infer = infer,
    .saved = saved,
    .forward = forward,
    .backward = backward,
};
