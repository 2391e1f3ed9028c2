#include "explain/cam.h"

static void combine(const float *activation, const float *gradient, size_t channels, size_t size,
                    float *map)
{
    for (size_t i = 0; i < size; i++)
        map[i] = 0;
    for (size_t c = 0; c < channels; c++) {
        const float *a = activation + c * size, *g = gradient + c * size;
        double total = 0, weight = 0;
        for (size_t i = 0; i < size; i++) {
            total += (double)a[i];
            weight += (double)g[i] * (double)a[i];
        }
        weight /= total + 1e-7;
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

const struct nn_method nn_method_xgradcam = {
    .name = "xgradcam",
    .alias = NULL,
    .summary = "Grad-CAM with weights that conserve the score",
    .formula = "relu(sum_c w_c A_c), w_c = sum(g A) / (sum(A) + 1e-7)",
    .source = "Fu et al. 2020, equation 8, as in pytorch-grad-cam",
    .args = nn_no_args,
    .flags = NN_METHOD_LAYER | NN_METHOD_SPATIAL,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_POSITIVE,
    .shape = nn_cam_shape,
    .run = run,
};
