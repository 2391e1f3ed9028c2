#include "explain/coalition.h"
#include "explain/regression.h"

#include "base/mem.h"

#include <math.h>

enum { SAMPLES, WIDTH, ALPHA };

static const struct nn_arg_spec args[] = {
    {"samples", NN_ARG_INT, "1000", 2, 10000000, NULL, "inputs", "inputs around the sample", 0},
    {"width", NN_ARG_REAL, "1", 1e-6, 1e6, NULL, NULL,
     "width of the kernel that weighs inputs by their nearness", 0},
    {"alpha", NN_ARG_REAL, "0.01", 0, 1e6, NULL, NULL,
     "penalty that keeps the explanation sparse (lasso)", 0},
    {0},
};

struct draw {
    size_t n;
    unsigned char *member; /* [samples, n] */
};

static bool present(const void *context, size_t k, size_t feature)
{
    const struct draw *draw = context;
    return draw->member[k * draw->n + feature];
}

static enum nn_status fit(const struct nn_explain_call *call, const struct draw *draw,
                          const double *value, size_t samples, double *coefficients,
                          struct nn_error *error)
{
    enum nn_status status;
    struct nn_regression regression = {0};
    double intercept, width = nn_args_real(call->args, WIDTH), *z = nn_calloc(draw->n, sizeof *z);
    if (!z)
        return nn_fail_memory(error, draw->n * sizeof *z);
    NN_TRY(nn_regression_init(&regression, draw->n, error));
    regression.progress = call->progress;
    for (size_t k = 0; k < samples; k++) {
        double members = 0;
        if (nn_cancelled(regression.progress))
            NN_TRY(nn_fail(error, NN_CANCELLED, "stopped"));
        for (size_t i = 0; i < draw->n; i++)
            members += z[i] = draw->member[k * draw->n + i];
        /* cosine distance between the membership and all ones */
        double distance = members > 0 ? 1 - members / (sqrt(members) * sqrt((double)draw->n)) : 1;
        nn_regression_add(&regression, z, value[k],
                          exp(-distance * distance / (2 * width * width)));
    }
    status = nn_regression_lasso(&regression, nn_args_real(call->args, ALPHA), coefficients,
                                 &intercept, error);
out:
    nn_regression_clear(&regression);
    nn_free(z);
    return status;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status = NN_OK;
    size_t n = call->net->nodes[0]->size, samples = (size_t)nn_args_int(call->args, SAMPLES);
    struct draw draw = {.n = n};
    struct nn_random random;
    if (n > 4096)
        return nn_fail(error, NN_LIMIT,
                       "lime fits %zu features; the most is 4096: use rise or occlusion", n);
    draw.member = nn_calloc(samples, n);
    double *value = nn_calloc(samples, sizeof *value),
           *coefficients = nn_calloc(n, sizeof *coefficients);
    if (!draw.member || !value || !coefficients)
        NN_TRY(nn_fail_memory(error, samples * (n + sizeof *value)));
    nn_random_init(&random, call->seed, NN_STREAM_EXPLAIN, 2);
    for (size_t i = 0; i < samples * n; i++)
        draw.member[i] =
            i < n ? 1 : nn_random_u32(&random) & 1; /* the first is the sample itself */
    for (size_t s = 0; s < call->batch; s++) {
        struct nn_progress_part whole = nn_explain_enter(call, s);
        NN_TRY(nn_coalition_values(call, s, samples, present, &draw, value, error));
        NN_TRY(fit(call, &draw, value, samples, coefficients, error));
        for (size_t i = 0; i < n; i++)
            out[s * n + i] = (float)coefficients[i];
        nn_progress_back(call->progress, whole);
    }
out:
    nn_free(draw.member);
    nn_free(value);
    nn_free(coefficients);
    return status;
}

const struct nn_method nn_method_lime = {
    .name = "lime",
    .alias = NULL,
    .summary = "a sparse linear model of the answer around the sample",
    .formula = "lasso of F on which values are present, weighed by exp(-d^2 / (2 width^2)), d = "
               "cosine distance",
    .source = "Ribeiro, Singh, Guestrin 2016; features present with probability 1/2, absent ones "
              "at the baseline, lasso as "
              "in Captum",
    .args = args,
    .flags = NN_METHOD_BASELINE | NN_METHOD_EFFECTS,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
