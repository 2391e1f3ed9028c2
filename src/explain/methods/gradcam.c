#include "explain/method.h"

#include "base/mem.h"

static void map_shape(const struct nn_explain_call *call, struct nn_shape *shape)
{
    const struct nn_shape *layer = &call->net->nodes[call->layer]->shape;
    *shape = nn_shape_make(3, (size_t[]){1, layer->dim[1], layer->dim[2]});
}

/* map = relu(sum_c mean(dF/dA_c) A_c) of one sample; activation and gradient are [channels, size].
 */
static void combine(const float *activation, const float *gradient, size_t channels, size_t size,
                    float *map)
{
    for (size_t i = 0; i < size; i++)
        map[i] = 0;
    for (size_t c = 0; c < channels; c++) {
        double weight = 0;
        for (size_t i = 0; i < size; i++)
            weight += (double)gradient[c * size + i];
        weight /= (double)size;
        for (size_t i = 0; i < size; i++)
            map[i] += (float)(weight * (double)activation[c * size + i]);
    }
    for (size_t i = 0; i < size; i++)
        map[i] = map[i] > 0 ? map[i] : 0;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status = NN_OK;
    const struct nn_node *layer = call->net->nodes[call->layer];
    size_t count, channels = layer->shape.dim[0], size = layer->size / channels;
    float *gradient = NULL, *activation = NULL;
    if (!nn_size_mul(call->batch, layer->size, &count))
        return nn_fail(error, NN_LIMIT, "gradcam: too many samples");
    gradient = nn_calloc(count, sizeof *gradient);
    activation = nn_calloc(count, sizeof *activation);
    if (!gradient || !activation)
        NN_TRY(nn_fail_memory(error, 2 * count * sizeof *gradient));
    struct nn_gradient_job job = {.net = call->net,
                                  .target = call->target,
                                  .x = call->x,
                                  .n = call->batch,
                                  .to = call->layer,
                                  .dx = gradient,
                                  .activation = activation};
    NN_TRY(nn_explain_gradient(&job, call->progress, error));
    for (size_t s = 0; s < call->batch; s++)
        combine(activation + s * layer->size, gradient + s * layer->size, channels, size,
                out + s * size);
out:
    nn_free(gradient);
    nn_free(activation);
    return status;
}

const struct nn_method nn_method_gradcam = {
    .name = "gradcam",
    .alias = NULL,
    .summary = "where the last convolution saw what speaks for the answer",
    .formula = "relu(sum_c mean(dF/dA_c) A_c), A = feature maps of the layer",
    .source = "Selvaraju et al. 2017, equations 1 and 2; the map has the layer's size, not resized "
              "nor normalised",
    .args = nn_no_args,
    .flags = NN_METHOD_LAYER | NN_METHOD_SPATIAL,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_POSITIVE,
    .shape = map_shape,
    .run = run,
};
