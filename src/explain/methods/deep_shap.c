#include "explain/deeplift.h"

#include "base/mem.h"

#include <string.h>

enum { BACKGROUND, RULE };

static const struct nn_arg_spec args[] = {
    {"background", NN_ARG_INT, "20", 0, 100000, NULL, "samples",
     "training samples that serve as baselines; 0: baseline= alone", 0},
    {"rule", NN_ARG_CHOICE, "rescale", 0, 0, NN_DEEPLIFT_NAMES, NULL, "as for deeplift", 0},
    {0},
};

/* One sample against every baseline at once; the mean of the maps. */
static enum nn_status explain_sample(const struct nn_explain_call *call, size_t s, size_t count,
                                     float *x, float *maps, int32_t *units, double *gaps,
                                     float *out, double *gap, struct nn_error *error)
{
    size_t size = call->net->nodes[0]->size;
    struct nn_explain_call many = *call;
    struct nn_progress_part whole =
        nn_progress_enter(call->progress, (double)s, (double)call->batch);
    for (size_t k = 0; k < count; k++) {
        memcpy(x + k * size, call->x + s * size, size * sizeof *x);
        units[k] = call->target.unit[s];
    }
    many.batch = count;
    many.x = x;
    many.seen = (struct nn_seen){0};
    many.target.unit = units;
    many.baseline = call->background;
    many.baselines = count;
    enum nn_status status = nn_deeplift_run(
        &many, (enum nn_deeplift_kind)nn_args_int(call->args, RULE), maps, gaps, error);
    nn_progress_back(call->progress, whole);
    for (size_t i = 0; status == NN_OK && i < size; i++) {
        double sum = 0;
        for (size_t k = 0; k < count; k++)
            sum += (double)maps[k * size + i] / (double)count;
        out[i] = (float)sum;
    }
    *gap = 0;
    for (size_t k = 0; status == NN_OK && k < count; k++)
        *gap += gaps[k] / (double)count;
    return status;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t size = call->net->nodes[0]->size, count = call->backgrounds, floats;
    if (count == 0)
        return nn_deeplift_run(call, (enum nn_deeplift_kind)nn_args_int(call->args, RULE), out, gap,
                               error);
    if (!nn_size_mul(count, size, &floats))
        return nn_fail(error, NN_LIMIT, "deep_shap: too many baselines");
    float *x = nn_calloc(floats, sizeof *x), *maps = nn_calloc(floats, sizeof *maps);
    int32_t *units = nn_calloc(count, sizeof *units);
    double *gaps = nn_calloc(count, sizeof *gaps);
    if (!x || !maps || !units || !gaps)
        NN_TRY(nn_fail_memory(error, 2 * floats * sizeof *x));
    for (size_t s = 0; s < call->batch; s++)
        NN_TRY(
            explain_sample(call, s, count, x, maps, units, gaps, out + s * size, gap + s, error));
out:
    nn_free(x);
    nn_free(maps);
    nn_free(units);
    nn_free(gaps);
    return status;
}

const struct nn_method nn_method_deep_shap = {
    .name = "deep_shap",
    .alias = NULL,
    .summary = "DeepLIFT against many training samples instead of one baseline",
    .formula = "mean over the background samples b of deeplift(x, b)",
    .source = "Lundberg, Lee 2017, section 4.2; as Captum's DeepLiftShap",
    .args = args,
    .flags = NN_METHOD_BASELINE | NN_METHOD_COMPLETE | NN_METHOD_BACKGROUND,
    .axioms = NN_AXIOM_COMPLETENESS | NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
