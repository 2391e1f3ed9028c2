#include "explain/cam.h"

static void combine(const float *activation, const float *gradient, size_t channels, size_t size,
                    float *map)
{
    for (size_t i = 0; i < size; i++) {
        double sum = 0;
        for (size_t c = 0; c < channels; c++) {
            double a = (double)activation[c * size + i], g = (double)gradient[c * size + i];
            sum += (g > 0 ? g : 0) * a;
        }
        map[i] = (float)sum;
    }
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    return nn_cam_run(call, combine, out, error);
}

const struct nn_method nn_method_layercam = {
    .name = "layercam",
    .alias = NULL,
    .summary = "feature maps weighed place by place with their positive gradient",
    .formula = "relu(sum_c relu(dF/dA) A)",
    .source = "Jiang et al. 2021, equation 5",
    .args = nn_no_args,
    .flags = NN_METHOD_LAYER | NN_METHOD_SPATIAL,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_POSITIVE,
    .shape = nn_cam_shape,
    .run = run,
};
