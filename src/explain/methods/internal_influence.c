#include "explain/layerpath.h"

/* The mean of dF/dA along the path, without the factor (x - b). */
static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status = NN_OK;
    struct nn_layer_path path = {0};
    size_t size = call->net->nodes[call->layer]->size;
    NN_TRY(nn_layer_path_init(&path, call, error));
    for (size_t s = 0; s < call->batch; s++) {
        struct nn_progress_part whole = nn_explain_enter(call, s);
        NN_TRY(nn_layer_path_walk(&path, call, s, error));
        for (size_t i = 0; i < size; i++) {
            double sum = 0;
            for (size_t k = 0; k <= path.steps; k++) {
                double weight = path.rule == NN_LAYER_PATH_LEFT ? (k < path.steps ? 1 : 0)
                                : path.rule == NN_LAYER_PATH_RIGHT
                                    ? (k > 0 ? 1 : 0)
                                    : (k == 0 || k == path.steps ? 0.5 : 1);
                sum += weight * (double)path.gradient[k * size + i];
            }
            out[s * size + i] = (float)(sum / (double)path.steps);
        }
        nn_progress_back(call->progress, whole);
    }
out:
    nn_layer_path_clear(&path);
    return status;
}

const struct nn_method nn_method_internal_influence = {
    .name = "internal_influence",
    .alias = NULL,
    .summary =
        "how strongly each unit of a layer moves the answer, on the way from baseline to input",
    .formula = "integral over t in [0,1] of dF/dA at b + t (x - b)",
    .source = "Leino et al. 2018, definition 1",
    .args = nn_layer_path_args,
    .flags = NN_METHOD_LAYER | NN_METHOD_BASELINE | NN_METHOD_PATH,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .shape = nn_layer_shape,
    .run = run,
};
