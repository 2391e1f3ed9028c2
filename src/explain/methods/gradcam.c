#include "explain/cam.h"

static void combine(const float *activation, const float *gradient, size_t channels, size_t size,
                    float *map)
{
    for (size_t i = 0; i < size; i++)
        map[i] = 0;
    for (size_t c = 0; c < channels; c++) {
        const float *a = activation + c * size, *g = gradient + c * size;
        double weight = 0;
        for (size_t i = 0; i < size; i++)
            weight += (double)g[i];
        weight /= (double)size;
        for (size_t i = 0; i < size; i++)
            map[i] += (float)(weight * (double)a[i]);
    }
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    return nn_cam_run(call, combine, out, error);
}

const struct nn_method nn_method_gradcam = {
    .name = "gradcam",
    .alias = NULL,
    .summary = "where the last convolution saw what speaks for the answer",
    .formula = "relu(sum_c mean(dF/dA_c) A_c), A = feature maps of the layer",
    .source = "Selvaraju et al. 2017, equations 1 and 2; the map has the layer's size, neither "
              "resized nor normalised",
    .args = nn_no_args,
    .flags = NN_METHOD_LAYER | NN_METHOD_SPATIAL,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_POSITIVE,
    .shape = nn_cam_shape,
    .run = run,
};
