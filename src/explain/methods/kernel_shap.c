#include "explain/coalition.h"
#include "explain/regression.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { SAMPLES };

static const struct nn_arg_spec args[] = {
    {"samples", NN_ARG_INT, NULL, 2, 10000000, NULL, "coalitions",
     "coalitions that are evaluated; all of them where there are no more (then the values are "
     "exact); default 2048, but at least two for each feature",
     0},
    {0},
};

/* The coalitions of one run: n bits each, and their weights in the regression. */
struct draw {
    size_t n, count;
    unsigned char *member; /* [count, n] */
    double *weight;        /* [count] */
};

static bool present(const void *context, size_t k, size_t feature)
{
    const struct draw *draw = context;
    return draw->member[k * draw->n + feature];
}

/* The Shapley kernel (n - 1) / (C(n, k) k (n - k)) of a coalition of k features. */
static double kernel_weight(size_t n, size_t k)
{
    double binomial =
        exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1));
    return ((double)n - 1) / (binomial * (double)k * (double)(n - k));
}

static void all_coalitions(struct draw *draw)
{
    for (size_t c = 0; c < draw->count; c++) {
        size_t set = c + 1, members = 0; /* neither the empty nor the whole set */
        for (size_t i = 0; i < draw->n; i++)
            members += draw->member[c * draw->n + i] = set >> i & 1;
        draw->weight[c] = kernel_weight(draw->n, members);
    }
}

/* A size with probability by the kernel's weight of all coalitions of that size, members at random;
 * every second coalition is the complement of the one before (paired sampling halves the variance).
 */
static void random_coalitions(struct draw *draw, uint64_t seed, size_t *order)
{
    struct nn_random random;
    double total = 0;
    nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 1);
    for (size_t k = 1; k < draw->n; k++)
        total += 1 / ((double)k * (double)(draw->n - k));
    for (size_t c = 0; c < draw->count; c++) {
        unsigned char *member = draw->member + c * draw->n;
        draw->weight[c] = 1;
        if (c % 2 == 1) {
            for (size_t i = 0; i < draw->n; i++)
                member[i] = !member[(long)i - (long)draw->n];
            continue;
        }
        double at = (double)nn_random_float(&random) * total;
        size_t k = 1;
        for (; k + 1 < draw->n; k++) {
            at -= 1 / ((double)k * (double)(draw->n - k));
            if (at < 0)
                break;
        }
        for (size_t i = 0; i < draw->n; i++)
            order[i] = i;
        nn_random_shuffle(&random, order, draw->n);
        memset(member, 0, draw->n);
        for (size_t i = 0; i < k; i++)
            member[order[i]] = 1;
    }
}

/* Regression of F(S) - F(b) on membership under the constraint that the values sum to F(x) - F(b):
 * the last feature is the rest. */
static enum nn_status fit(const struct nn_explain_call *call, const struct draw *draw,
                          const double *value, double base, double change, double *phi,
                          struct nn_error *error)
{
    enum nn_status status;
    struct nn_regression regression = {0};
    size_t n = draw->n;
    double *z = nn_calloc(n, sizeof *z);
    if (!z)
        return nn_fail_memory(error, n * sizeof *z);
    NN_TRY(nn_regression_init(&regression, n - 1, error));
    regression.progress = call->progress;
    for (size_t c = 0; c < draw->count; c++) {
        const unsigned char *member = draw->member + c * n;
        if (nn_cancelled(regression.progress))
            NN_TRY(nn_fail(error, NN_CANCELLED, "stopped"));
        for (size_t i = 0; i + 1 < n; i++)
            z[i] = (double)member[i] - (double)member[n - 1];
        nn_regression_add(&regression, z, value[c] - base - (double)member[n - 1] * change,
                          draw->weight[c]);
    }
    NN_TRY(nn_regression_solve(&regression, phi, error));
    phi[n - 1] = change;
    for (size_t i = 0; i + 1 < n; i++)
        phi[n - 1] -= phi[i];
out:
    nn_regression_clear(&regression);
    nn_free(z);
    return status;
}

static size_t samples_of(const struct nn_explain_call *call)
{
    size_t n = call->net->nodes[0]->size;
    if (nn_args_is_set(call->args, SAMPLES))
        return (size_t)nn_args_int(call->args, SAMPLES);
    return n > 1024 ? 2 * n : 2048;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t n = call->net->nodes[0]->size, samples = samples_of(call);
    bool all = n < 24 && ((size_t)1 << n) - 2 <= samples;
    struct draw draw = {.n = n, .count = all ? ((size_t)1 << n) - 2 : samples};
    double ends[2], *value = NULL, *phi = NULL;
    size_t *order = NULL;
    if (n < 2)
        return nn_fail(error, NN_REFUSED,
                       "kernel_shap needs at least two features: use feature_ablation");
    if (n > 4096)
        return nn_fail(error, NN_LIMIT,
                       "kernel_shap solves a system of %zu features; the most is 4096: use shapley "
                       "kind=permutation or integrated_gradients",
                       n);
    if (!all && samples < 2 * (n - 1))
        return nn_fail(
            error, NN_ARGUMENT,
            "kernel_shap: samples=%zu coalitions cannot tell %zu features apart, for they "
            "come in pairs of complements: at least %zu are wanted",
            samples, n, 2 * (n - 1));
    NN_TRY(nn_explain_tell_count(call, "samples", draw.count, error));
    draw.member = nn_calloc(draw.count, n);
    draw.weight = nn_calloc(draw.count, sizeof *draw.weight);
    value = nn_calloc(draw.count, sizeof *value);
    phi = nn_calloc(n, sizeof *phi);
    order = nn_calloc(n, sizeof *order);
    if (!draw.member || !draw.weight || !value || !phi || !order)
        NN_TRY(nn_fail_memory(error, draw.count * (n + 2 * sizeof *value)));
    if (all)
        all_coalitions(&draw);
    else
        random_coalitions(&draw, call->seed, order);
    for (size_t s = 0; s < call->batch; s++) {
        struct nn_progress_part whole = nn_explain_enter(call, s);
        NN_TRY(nn_explain_ends(call, s, ends, error));
        NN_TRY(nn_coalition_values(call, s, draw.count, present, &draw, value, error));
        NN_TRY(fit(call, &draw, value, ends[0], ends[1] - ends[0], phi, error));
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            out[s * n + i] = (float)phi[i];
            sum += phi[i];
        }
        gap[s] = sum - (ends[1] - ends[0]);
        nn_progress_back(call->progress, whole);
    }
out:
    nn_free(draw.member);
    nn_free(draw.weight);
    nn_free(value);
    nn_free(phi);
    nn_free(order);
    return status;
}

const struct nn_method nn_method_kernel_shap = {
    .name = "kernel_shap",
    .alias = "shap",
    .summary = "Shapley values by regression on random coalitions of features",
    .formula = "least squares of F(S) on membership with weights (n-1) / (C(n,|S|) |S| (n-|S|)), "
               "summing to F(x) - F(b)",
    .source = "Lundberg, Lee 2017, theorem 2; paired sampling as Covert, Lee 2021",
    .args = args,
    .flags = NN_METHOD_BASELINE | NN_METHOD_COMPLETE,
    .axioms = NN_AXIOM_COMPLETENESS | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
