#include "explain/method.h"

#include "base/mem.h"

#include <string.h>

enum { SAMPLES, SIGMA, BACKGROUND };

static const struct nn_arg_spec args[] = {
    {"samples", NN_ARG_INT, "200", 1, 1000000, NULL, "points",
     "random points between baseline and input", 0},
    {"sigma", NN_ARG_REAL, "0", 0, 1e6, NULL, NULL, "noise on the input, in the net's units", 0},
    {"background", NN_ARG_INT, "0", 0, 100000, NULL, "samples",
     "training samples, one of which is drawn as the baseline of each point; 0: baseline= alone",
     0},
    {0},
};

/* Mean of (x' - b) dF/dx (b + u (x' - b)), u uniform, x' = x + noise, b a background sample.
 * away: x' - b. */
static enum nn_status explain_sample(const struct nn_explain_call *call, size_t s, float *x,
                                     float *away, float *gradient, double *sum,
                                     struct nn_error *error)
{
    size_t size = call->net->nodes[0]->size, samples = (size_t)nn_args_int(call->args, SAMPLES);
    float sigma = (float)nn_args_real(call->args, SIGMA);
    struct nn_random random;
    int32_t units[NN_EXPLAIN_CHUNK];
    nn_random_init(&random, call->seed, NN_STREAM_EXPLAIN, 4);
    memset(sum, 0, size * sizeof *sum);
    for (size_t first = 0; first < samples; first += NN_EXPLAIN_CHUNK) {
        size_t n = samples - first < NN_EXPLAIN_CHUNK ? samples - first : NN_EXPLAIN_CHUNK;
        for (size_t k = 0; k < n; k++) {
            float u = nn_random_float(&random);
            const float *b = nn_explain_baseline(call, s);
            if (call->backgrounds > 0)
                b = call->background + size * nn_random_below(&random, (uint32_t)call->backgrounds);
            units[k] = call->target.unit[s];
            for (size_t i = 0; i < size; i++) {
                float value =
                    call->x[s * size + i] + (sigma > 0 ? sigma * nn_random_normal(&random) : 0);
                away[k * size + i] = value - b[i];
                x[k * size + i] = b[i] + u * away[k * size + i];
            }
        }
        struct nn_gradient_job job = {
            .net = call->net, .target = call->target, .x = x, .n = n, .dx = gradient};
        job.target.unit = units;
        struct nn_progress_part whole = nn_progress_enter(call->progress, (double)first / (double)n,
                                                          (double)samples / (double)n);
        enum nn_status status = nn_explain_gradient(&job, call->progress, error);
        if (status != NN_OK)
            return status;
        for (size_t k = 0; k < n; k++)
            for (size_t i = 0; i < size; i++)
                sum[i] +=
                    (double)away[k * size + i] * (double)gradient[k * size + i] / (double)samples;
        nn_progress_back(call->progress, whole);
    }
    return NN_OK;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t size = call->net->nodes[0]->size;
    float *x = nn_calloc(size, NN_EXPLAIN_CHUNK * sizeof *x),
          *away = nn_calloc(size, NN_EXPLAIN_CHUNK * sizeof *x);
    float *gradient = nn_calloc(size, NN_EXPLAIN_CHUNK * sizeof *x);
    double ends[2], *sum = nn_calloc(size, sizeof *sum);
    if (!x || !away || !gradient || !sum)
        NN_TRY(nn_fail_memory(error, 3 * size * NN_EXPLAIN_CHUNK * sizeof *x));
    for (size_t s = 0; s < call->batch; s++) {
        double total = 0;
        struct nn_progress_part whole = nn_explain_enter(call, s);
        NN_TRY(explain_sample(call, s, x, away, gradient, sum, error));
        for (size_t i = 0; i < size; i++) {
            out[s * size + i] = (float)sum[i];
            total += sum[i];
        }
        NN_TRY(nn_explain_ends(call, s, ends, error));
        gap[s] = total - (ends[1] - ends[0]);
        nn_progress_back(call->progress, whole);
    }
out:
    nn_free(x);
    nn_free(away);
    nn_free(gradient);
    nn_free(sum);
    return status;
}

const struct nn_method nn_method_gradient_shap = {
    .name = "gradient_shap",
    .alias = NULL,
    .summary = "integrated gradients at random points, with noise on the input if wanted",
    .formula = "mean over u, noise of (x + n - b) dF/dx at b + u (x + n - b)",
    .source = "Lundberg, Lee 2017, as in Captum's GradientShap",
    .args = args,
    .flags = NN_METHOD_BASELINE | NN_METHOD_COMPLETE | NN_METHOD_BACKGROUND,
    .axioms = NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
