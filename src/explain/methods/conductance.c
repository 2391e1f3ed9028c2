#include "explain/layerpath.h"

#include "base/mem.h"

/* sum_k (A(t_{k+1}) - A(t_k)) dF/dA at the rule's point of each piece: the pieces cover the whole
 * path. */
static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_layer_path path = {0};
    size_t size = call->net->nodes[call->layer]->size;
    NN_TRY(nn_layer_path_init(&path, call, error));
    for (size_t s = 0; s < call->batch; s++) {
        struct nn_progress_part whole = nn_explain_enter(call, s);
        double sum = 0;
        NN_TRY(nn_layer_path_walk(&path, call, s, error));
        for (size_t i = 0; i < size; i++) {
            double share = 0;
            for (size_t k = 0; k < path.steps; k++) {
                double change = (double)path.activation[(k + 1) * size + i] -
                                (double)path.activation[k * size + i];
                double before = (double)path.gradient[k * size + i],
                       after = (double)path.gradient[(k + 1) * size + i];
                double slope = path.captum || path.rule == NN_LAYER_PATH_LEFT ? before
                               : path.rule == NN_LAYER_PATH_RIGHT             ? after
                                                                  : (before + after) / 2;
                share += change * slope;
            }
            out[s * size + i] = (float)share;
            sum += share;
        }
        gap[s] = sum - (path.value[path.steps] - path.value[0]);
        nn_progress_back(call->progress, whole);
    }
out:
    nn_layer_path_clear(&path);
    return status;
}

const struct nn_method nn_method_conductance = {
    .name = "conductance",
    .alias = NULL,
    .summary = "how much of the answer flows through each unit of a layer",
    .formula = "integral along the path from baseline to input of dF/dA dA",
    .source = "Dhamdhere, Sundararajan, Yan 2018; rules: trapezoid (default), left, right; Captum "
              "drops the ends of the "
              "path, here the pieces cover all of it",
    .args = nn_layer_path_args,
    .flags = NN_METHOD_LAYER | NN_METHOD_BASELINE | NN_METHOD_PATH | NN_METHOD_COMPLETE,
    .axioms = NN_AXIOM_COMPLETENESS | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .shape = nn_layer_shape,
    .run = run,
};
