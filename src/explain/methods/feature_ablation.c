#include "explain/coalition.h"

#include "base/mem.h"

/* Input k lacks feature k alone; input `size` is whole. */
static bool present(const void *context, size_t k, size_t feature)
{
    (void)context;
    return k != feature;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status = NN_OK;
    size_t size = call->net->nodes[0]->size;
    double *value = nn_calloc(size + 1, sizeof *value);
    if (!value)
        return nn_fail_memory(error, (size + 1) * sizeof *value);
    for (size_t s = 0; s < call->batch; s++) {
        NN_TRY(nn_coalition_values(call, s, size + 1, present, NULL, value, error));
        for (size_t i = 0; i < size; i++)
            out[s * size + i] = (float)(value[size] - value[i]);
        nn_progress_set(call->progress, (double)(s + 1) / (double)call->batch);
    }
out:
    nn_free(value);
    return status;
}

const struct nn_method nn_method_feature_ablation = {
    .name = "feature_ablation",
    .alias = "ablation",
    .summary = "how much the answer drops when one input value is set to the baseline",
    .formula = "F(x) - F(x with x_i = b_i)",
    .source = "Captum, FeatureAblation",
    .args = nn_no_args,
    .flags = NN_METHOD_BASELINE,
    .axioms = NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
