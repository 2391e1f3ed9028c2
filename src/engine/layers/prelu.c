#include "base/pool.h"
#include "engine/net.h"

/* weight [1] or [C]: one slope for all values, or one for each channel (first axis of a sample).
 * scratch: what each sample adds to the gradient of each weight, in double. */

enum { NUM_PARAMETERS };

static const struct nn_arg_spec args[] = {
    [NUM_PARAMETERS] = {.name = "num_parameters",
                        .type = NN_ARG_INT,
                        .fallback = "1",
                        .min = 1,
                        .max = INT32_MAX,
                        .help = "slopes to learn: 1, or as many as there are channels"},
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    size_t count = (size_t)nn_args_int(values, NUM_PARAMETERS);
    if (count != 1 && count != in[0].dim[0]) {
        char text[NN_SHAPE_TEXT];
        return nn_fail(error, NN_SHAPE,
                       "num_parameters=%zu is neither 1 nor the %zu channels of %s", count,
                       in[0].dim[0], nn_shape_text(text, &in[0]));
    }
    *out = in[0];
    return NN_OK;
}

static int params(const struct nn_args *values, const struct nn_shape *in, int in_count,
                  struct nn_param_spec specs[NN_MAX_PARAMS])
{
    (void)in, (void)in_count;
    size_t count = (size_t)nn_args_int(values, NUM_PARAMETERS);
    specs[0] = (struct nn_param_spec){.name = "weight",
                                      .shape = nn_shape_make(1, &count),
                                      .init = NN_INIT_CONSTANT,
                                      .value = 0.25,
                                      .fan_in = 1,
                                      .fan_out = 1,
                                      .trainable = true};
    return 1;
}

static size_t slopes_of(const struct nn_node *node)
{
    return node->params[0].spec.shape.dim[0];
}

static size_t scratch(const struct nn_node *node, size_t batch)
{
    return batch * slopes_of(node) * (sizeof(double) / sizeof(float));
}

static double *partial_sums(const struct nn_call *call)
{
    return (double *)(void *)call->scratch;
}

static void forward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, slopes = slopes_of(call->node), run = size / slopes;
    for (size_t b = begin; b < end; b++)
        for (size_t s = 0, i = b * size; s < slopes; s++)
            for (size_t past = i + run; i < past; i++)
                call->y[i] = call->x[0][i] > 0.0f ? call->x[0][i] : call->w[0][s] * call->x[0][i];
}

static void backward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, slopes = slopes_of(call->node), run = size / slopes;
    for (size_t b = begin; b < end; b++)
        for (size_t s = 0, i = b * size; s < slopes; s++)
            for (size_t past = i + run; i < past; i++)
                call->dx[0][i] = call->x[0][i] > 0.0f ? call->dy[i] : call->w[0][s] * call->dy[i];
}

static void weight_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, slopes = slopes_of(call->node), run = size / slopes;
    for (size_t b = begin; b < end; b++)
        for (size_t s = 0, i = b * size; s < slopes; s++) {
            double sum = 0.0;
            for (size_t past = i + run; i < past; i++)
                if (!(call->x[0][i] > 0.0f))
                    sum += (double)call->dy[i] * (double)call->x[0][i];
            partial_sums(call)[b * slopes + s] = sum;
        }
}

static size_t grain(const struct nn_call *call)
{
    return 1 + 16384 / call->node->size;
}

static void forward(const struct nn_call *call)
{
    nn_pool_run(call->batch, grain(call), forward_samples, (void *)call);
}

static void backward(const struct nn_call *call)
{
    size_t slopes = slopes_of(call->node);
    if (call->dx[0])
        nn_pool_run(call->batch, grain(call), backward_samples, (void *)call);
    if (!call->dw || !call->dw[0])
        return;
    nn_pool_run(call->batch, grain(call), weight_samples, (void *)call);
    for (size_t s = 0; s < slopes; s++) {
        double sum = 0.0;
        for (size_t b = 0; b < call->batch; b++)
            sum += partial_sums(call)[b * slopes + s];
        call->dw[0][s] = (float)sum;
    }
}

const struct nn_layer_class nn_layer_prelu = {
    .name = "prelu",
    .prefix = "prelu",
    .summary = "rectified linear unit that learns its slope for negative values",
    .formula = "y = x for x > 0, else weight x",
    .source = "He et al. 2015, Delving deep into rectifiers, equation 1; starts at 0.25 and has no "
              "weight decay, as there",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_PIECEWISE | NN_LAYER_POINTWISE,
    .infer = infer,
    .params = params,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};
