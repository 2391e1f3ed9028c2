#include "explain/coalition.h"
#include "explain/groups.h"

#include "base/mem.h"

enum { GROUPS };

static const struct nn_arg_spec args[] = {
    {"groups", NN_ARG_TEXT, NULL, 0, 0, NULL, NULL, NN_GROUPS_HELP, 0},
    {0},
};

/* Input k lacks group k; input `count` is whole. */
static bool present(const void *context, size_t k, size_t feature)
{
    const struct nn_groups *groups = context;
    return groups->of[feature] != k;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status = NN_OK;
    struct nn_groups groups = {0};
    size_t size = call->net->nodes[0]->size;
    double *value = nn_calloc(size + 1, sizeof *value);
    if (!value)
        return nn_fail_memory(error, (size + 1) * sizeof *value);
    NN_TRY(nn_groups_make(&groups, &call->net->nodes[0]->shape, nn_args_text(call->args, GROUPS),
                          error));
    for (size_t s = 0; s < call->batch; s++) {
        struct nn_progress_part whole = nn_explain_enter(call, s);
        NN_TRY(nn_coalition_values(call, s, groups.count + 1, present, &groups, value, error));
        for (size_t i = 0; i < size; i++)
            out[s * size + i] = (float)(value[groups.count] - value[groups.of[i]]);
        nn_progress_back(call->progress, whole);
    }
out:
    nn_groups_clear(&groups);
    nn_free(value);
    return status;
}

const struct nn_method nn_method_feature_ablation = {
    .name = "feature_ablation",
    .alias = "ablation",
    .summary = "how much the answer drops when one input value, or a group, is set to the baseline",
    .formula = "F(x) - F(x with x_i = b_i for all i of the group)",
    .source = "Captum, FeatureAblation, with its feature_mask as groups=: every value of a group "
              "has the drop of the group",
    .args = args,
    .flags = NN_METHOD_BASELINE | NN_METHOD_EFFECTS,
    .axioms = NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
