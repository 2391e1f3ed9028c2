#include "base/pool.h"
#include "engine/layers/copy.h"
#include "engine/layers/pointwise.h"

/* Value i of the batch takes numbers 2 i and 2 i + 1 of the node's random stream. */

enum { STDDEV };

static const struct nn_arg_spec args[] = {
    [STDDEV] = {.name = "stddev",
                .type = NN_ARG_REAL,
                .min = 0,
                .max = 1e30,
                .help = "deviation of the noise",
                .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static void add_noise(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t count = call->batch * call->node->size;
    size_t first = begin * NN_POINTWISE_BLOCK, past = end * NN_POINTWISE_BLOCK;
    double deviation = nn_args_real(&call->node->args, STDDEV);
    struct nn_random random = call->random;
    random.next += 2 * first;
    for (size_t i = first; i < past && i < count; i++)
        call->y[i] = (float)((double)call->x[0][i] + deviation * (double)nn_random_normal(&random));
}

static void forward(const struct nn_call *call)
{
    size_t count = call->batch * call->node->size;
    if (call->training)
        nn_pool_run((count + NN_POINTWISE_BLOCK - 1) / NN_POINTWISE_BLOCK, 1, add_noise,
                    (void *)call);
    else
        nn_copy_forward(call);
}

const struct nn_layer_class nn_layer_gaussiannoise = {
    .name = "gaussiannoise",
    .prefix = "noise",
    .summary = "adds noise in training, passes values on unchanged otherwise",
    .formula = "training: y = x + stddev n, n normal with deviation 1; else y = x",
    .source = "Bishop 1995, Training with noise is equivalent to Tikhonov regularization; Keras' "
              "GaussianNoise",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_RANDOM | NN_LAYER_LINEAR | NN_LAYER_POINTWISE | NN_LAYER_MOVES,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = nn_copy_backward,
};
