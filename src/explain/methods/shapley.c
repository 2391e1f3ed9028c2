#include "explain/coalition.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { KIND, SAMPLES };

#define MOST_FEATURES 20   /* 2^20 evaluations */
#define FEW_FEATURES  12   /* all coalitions of so many are always worth it */
#define MOST_WORK     2e10 /* operations: a second or two */

static const struct nn_arg_spec args[] = {
    {"kind", NN_ARG_CHOICE, NULL, 0, 0, "exact|permutation", NULL,
     "all coalitions, or random orders; default exact up to 12 features, and up to 20 while that "
     "takes no more than 2e10 operations",
     0},
    {"samples", NN_ARG_INT, NULL, 1, 10000000, NULL, "orders",
     "random orders of kind=permutation, each run both ways; else 200, and fewer for more than 100 "
     "features, at least 10. The output says it; of kind=exact it says the coalitions, 2^features",
     0},
    {0},
};

/* Coalition k of all 2^n: bit i says whether feature i is there. */
static bool in_coalition(const void *context, size_t k, size_t feature)
{
    (void)context;
    return k >> feature & 1;
}

/* phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (F(S + i) - F(S)) */
static enum nn_status exact(const struct nn_explain_call *call, size_t s, double *phi,
                            struct nn_error *error)
{
    enum nn_status status;
    size_t n = call->net->nodes[0]->size, coalitions = (size_t)1 << n;
    double weight[MOST_FEATURES];
    double *value = nn_calloc(coalitions, sizeof *value);
    if (!value)
        return nn_fail_memory(error, coalitions * sizeof *value);
    for (size_t k = 0; k < n; k++)
        weight[k] = exp(lgamma((double)k + 1) + lgamma((double)(n - k)) - lgamma((double)n + 1));
    NN_TRY(nn_coalition_values(call, s, coalitions, in_coalition, NULL, value, error));
    for (size_t set = 0; set < coalitions; set++) {
        size_t members = 0;
        for (size_t bits = set; bits; bits &= bits - 1)
            members++;
        for (size_t i = 0; i < n; i++)
            if (!(set >> i & 1))
                phi[i] += weight[members] * (value[set | (size_t)1 << i] - value[set]);
    }
out:
    nn_free(value);
    return status;
}

/* An order of the features as places: feature i enters at place[i]; input k has the first k
 * features. */
struct order {
    size_t *place;
    bool reversed;
    size_t n;
};

static bool has_entered(const void *context, size_t k, size_t feature)
{
    const struct order *order = context;
    size_t place = order->reversed ? order->n - 1 - order->place[feature] : order->place[feature];
    return place < k;
}

static size_t orders_of(const struct nn_explain_call *call)
{
    size_t n = call->net->nodes[0]->size;
    if (nn_args_is_set(call->args, SAMPLES))
        return (size_t)nn_args_int(call->args, SAMPLES);
    return n <= 100 ? 200 : n < 2000 ? 20000 / n : 10;
}

/* Mean of the marginal contributions over random orders, each with its reverse (antithetic). */
static enum nn_status permutation(const struct nn_explain_call *call, size_t s, double *phi,
                                  struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t n = call->net->nodes[0]->size, orders = orders_of(call);
    struct order order = {.place = nn_calloc(n, sizeof(size_t)), .n = n};
    double *value = nn_calloc(n + 1, sizeof *value);
    struct nn_random random;
    nn_random_init(&random, call->seed, NN_STREAM_EXPLAIN, 0);
    if (!order.place || !value)
        NN_TRY(nn_fail_memory(error, 2 * n * sizeof *value));
    for (size_t round = 0; round < 2 * orders; round++) {
        if (round % 2 == 0) {
            for (size_t i = 0; i < n; i++)
                order.place[i] = i;
            nn_random_shuffle(&random, order.place, n);
        }
        order.reversed = round % 2;
        struct nn_progress_part whole =
            nn_progress_enter(call->progress, (double)round, 2 * (double)orders);
        NN_TRY(nn_coalition_values(call, s, n + 1, has_entered, &order, value, error));
        for (size_t i = 0; i < n; i++) {
            size_t place = order.reversed ? n - 1 - order.place[i] : order.place[i];
            phi[i] += (value[place + 1] - value[place]) / (2 * (double)orders);
        }
        nn_progress_back(call->progress, whole);
    }
out:
    nn_free(order.place);
    nn_free(value);
    return status;
}

/* By the operations that it takes, not by the time: the same on every machine. */
static bool is_exact(const struct nn_explain_call *call)
{
    size_t n = call->net->nodes[0]->size;
    if (nn_args_is_set(call->args, KIND))
        return nn_args_int(call->args, KIND) == 0;
    return n <= FEW_FEATURES ||
           (n <= MOST_FEATURES && ldexp(nn_net_flops(call->net), (int)n) <= MOST_WORK);
}

static enum nn_status tell(const struct nn_explain_call *call, bool all, struct nn_error *error)
{
    size_t n = call->net->nodes[0]->size;
    enum nn_status status = nn_explain_tell(call, "kind", all ? "exact" : "permutation", error);
    return status == NN_OK ? nn_explain_tell_count(call, "samples",
                                                   all ? (size_t)1 << n : orders_of(call), error)
                           : status;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t n = call->net->nodes[0]->size;
    bool all = is_exact(call);
    double ends[2], *phi = nn_calloc(n, sizeof *phi);
    if (!phi)
        return nn_fail_memory(error, n * sizeof *phi);
    if (all && n > MOST_FEATURES)
        NN_TRY(nn_fail(error, NN_LIMIT,
                       "exact Shapley values need 2^%zu evaluations; the most is 2^%d: use "
                       "kind=permutation, kernel_shap or "
                       "integrated_gradients",
                       n, MOST_FEATURES));
    NN_TRY(tell(call, all, error));
    for (size_t s = 0; s < call->batch; s++) {
        double sum = 0;
        struct nn_progress_part whole = nn_explain_enter(call, s);
        memset(phi, 0, n * sizeof *phi);
        NN_TRY(all ? exact(call, s, phi, error) : permutation(call, s, phi, error));
        for (size_t i = 0; i < n; i++) {
            out[s * n + i] = (float)phi[i];
            sum += phi[i];
        }
        NN_TRY(nn_explain_ends(call, s, ends, error));
        gap[s] = sum - (ends[1] - ends[0]);
        nn_progress_back(call->progress, whole);
    }
out:
    nn_free(phi);
    return status;
}

const struct nn_method nn_method_shapley = {
    .name = "shapley",
    .alias = NULL,
    .summary = "the fair share of each input value over all orders in which they could come",
    .formula = "sum over coalitions S without i of |S|! (n-|S|-1)! / n! (F(S+i) - F(S)); absent "
               "values = baseline",
    .source = "Shapley 1953; Castro, Gomez, Tejada 2009 for random orders, with the reverse of "
              "each (antithetic)",
    .args = args,
    .flags = NN_METHOD_BASELINE | NN_METHOD_COMPLETE,
    .axioms = NN_AXIOM_COMPLETENESS | NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
