#include "explain/cam.h"

static void combine(const float *activation, const float *gradient, size_t channels, size_t size,
                    float *map)
{
    for (size_t i = 0; i < size; i++)
        map[i] = 0;
    for (size_t c = 0; c < channels; c++) {
        const float *a = activation + c * size, *g = gradient + c * size;
        double total = 0, weight = 0;
        for (size_t i = 0; i < size; i++)
            total += (double)a[i];
        for (size_t i = 0; i < size; i++) {
            double slope = (double)g[i], square = slope * slope;
            if (slope > 0) /* relu(g); a place without gradient has no weight */
                weight += slope * square / (2 * square + total * square * slope + 1e-6);
        }
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

const struct nn_method nn_method_gradcam_plusplus = {
    .name = "gradcam_plusplus",
    .alias = "gradcam++",
    .summary = "Grad-CAM whose weights favour places, so that several objects show",
    .formula = "relu(sum_c w_c A_c), w_c = sum relu(g) g^2 / (2 g^2 + sum(A) g^3 + 1e-6)",
    .source = "Chattopadhay et al. 2018, as in pytorch-grad-cam: no exponential of the score",
    .args = nn_no_args,
    .flags = NN_METHOD_LAYER | NN_METHOD_SPATIAL,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_POSITIVE,
    .shape = nn_cam_shape,
    .run = run,
};
