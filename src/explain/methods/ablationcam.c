#include "explain/cam.h"

#include "base/mem.h"

#include <string.h>

enum { VARIANT };
enum variant { DIFFERENCE, PAPER };

/* The paper divides by F, which only scales the map as long as F is positive: a negative one would
 * turn evidence against the class into evidence for it, and one near 0 has no share to take. */
static enum nn_status divisor_of(const struct nn_explain_call *call, double whole, double *divisor,
                                 struct nn_error *error)
{
    *divisor = 1;
    if (nn_args_int(call->args, VARIANT) == DIFFERENCE)
        return NN_OK;
    if (!(whole > 1e-12))
        return nn_fail(error, NN_REFUSED,
                       "ablationcam: variant=paper divides by F, which must be positive and is %.4g"
                       " here: use variant=difference",
                       whole);
    *divisor = whole;
    return NN_OK;
}

/* w_c = F - F with map c set to 0; one pass holds the sample once for each channel. */
static enum nn_status weights_of(const struct nn_explain_call *call, const float *x, int32_t unit,
                                 double *weights, struct nn_error *error)
{
    enum nn_status status;
    const struct nn_net *net = call->net;
    const struct nn_node *layer = net->nodes[call->layer];
    size_t channels = layer->shape.dim[0], size = layer->size / channels, in = net->nodes[0]->size;
    struct nn_target target = call->target;
    struct nn_pass *pass = NULL;
    int32_t units[NN_EXPLAIN_CHUNK];
    double whole, divisor, value[NN_EXPLAIN_CHUNK];
    target.unit = units;
    for (size_t i = 0; i < NN_EXPLAIN_CHUNK; i++)
        units[i] = unit;
    NN_TRY(nn_explain_value(net, &target, x, 1, &whole, NULL, error));
    NN_TRY(divisor_of(call, whole, &divisor, error));
    size_t chunk = nn_explain_chunk(net, channels, NN_PASS_FORWARD);
    NN_TRY(nn_pass_new(net, chunk, NN_PASS_FORWARD, 0, &pass, error));
    for (size_t first = 0; first < channels; first += chunk) {
        size_t n = channels - first < chunk ? channels - first : chunk;
        for (size_t i = 0; i < n; i++)
            memcpy(nn_pass_input(pass) + i * in, x, in * sizeof *x);
        NN_TRY(nn_explain_forward(pass, n, call->progress, error));
        float *y = nn_pass_output_mutable(pass, call->layer);
        for (size_t i = 0; i < n; i++)
            memset(y + i * layer->size + (first + i) * size, 0, size * sizeof *y);
        nn_pass_forward_after(pass, call->layer);
        if (nn_cancelled(call->progress))
            NN_TRY(nn_fail(error, NN_CANCELLED, "stopped"));
        nn_target_value(&target, pass, 0, value);
        nn_progress_set(call->progress, (double)(first + n) / (double)channels);
        for (size_t i = 0; i < n; i++)
            weights[first + i] = (whole - value[i]) / divisor;
    }
out:
    nn_pass_free(pass);
    return status;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status;
    const struct nn_node *layer = call->net->nodes[call->layer];
    size_t channels = layer->shape.dim[0], size = layer->size / channels;
    float *activations = NULL;
    double *weights = nn_calloc(channels, sizeof *weights);
    if (!weights)
        return nn_fail_memory(error, channels * sizeof *weights);
    struct nn_progress_part all =
        nn_progress_enter(call->progress, 0, 1e6); /* next to nothing of the work */
    NN_TRY(nn_cam_activations(call, &activations, error));
    nn_progress_back(call->progress, all);
    for (size_t s = 0; s < call->batch; s++) {
        struct nn_progress_part whole = nn_explain_enter(call, s);
        NN_TRY(weights_of(call, call->x + s * call->net->nodes[0]->size, call->target.unit[s],
                          weights, error));
        for (size_t i = 0; i < size; i++) {
            double sum = 0;
            for (size_t c = 0; c < channels; c++)
                sum += weights[c] * (double)activations[s * layer->size + c * size + i];
            out[s * size + i] = sum > 0 ? (float)sum : 0;
        }
        nn_progress_back(call->progress, whole);
    }
out:
    nn_free(activations);
    nn_free(weights);
    return status;
}

static const struct nn_arg_spec args[] = {
    {"variant", NN_ARG_CHOICE, "difference", 0, 0, "difference|paper", NULL,
     "paper: each drop as a share of F, for F > 0; for F < 0 that would show the opposite", 0},
    {0},
};

const struct nn_method nn_method_ablationcam = {
    .name = "ablationcam",
    .alias = NULL,
    .summary = "feature maps weighed by how much the answer drops without each; needs no gradient",
    .formula = "relu(sum_c w_c A_c), w_c = F - F with A_c = 0",
    .source =
        "Desai, Ramaswamy 2020, equation 3, where w_c is divided by F: variant=paper; without "
        "it the map is right for a negative F, too",
    .args = args,
    .flags = NN_METHOD_LAYER | NN_METHOD_SPATIAL,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_POSITIVE,
    .shape = nn_cam_shape,
    .run = run,
};
