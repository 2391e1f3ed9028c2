#include "explain/deeplift.h"

#include "base/mem.h"

#include <string.h>

enum { RULE };

static const struct nn_arg_spec args[] = {
    {"rule", NN_ARG_CHOICE, "rescale", 0, 0, "rescale", NULL,
     "how an activation shares the change of its output", 0},
    {0},
};

static struct nn_rule_choice choose(void *context, const struct nn_node *node)
{
    (void)context;
    struct nn_rule_choice choice = {0};
    if (node->layer->flags & NN_LAYER_MAXIMUM)
        choice.rule = &nn_rule_deeplift_maximum;
    else if ((node->layer->flags & NN_LAYER_POINTWISE) && !(node->layer->flags & NN_LAYER_LINEAR))
        choice.rule = &nn_rule_deeplift_rescale;
    return choice;
}

/* Linear layers multiply by their weights, the others need a rule. */
static enum nn_status check(const struct nn_explain_call *call, size_t *scratch,
                            struct nn_error *error)
{
    enum nn_status status = NN_OK;
    const struct nn_net *net = call->net;
    bool *reached = nn_calloc((size_t)net->count, sizeof *reached);
    if (!reached)
        return nn_fail_memory(error, (size_t)net->count);
    nn_net_ancestors(net, call->target.node, reached);
    for (int i = 1; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        unsigned known = NN_LAYER_LINEAR | NN_LAYER_POINTWISE | NN_LAYER_MAXIMUM;
        if (!reached[i])
            continue;
        if (!(node->layer->flags & known))
            NN_TRY(nn_fail(error, NN_REFUSED,
                           "deeplift has no rule for %s (layer %s): use integrated_gradients",
                           node->layer->name, node->name));
        const struct nn_rule *rule = choose(NULL, node).rule;
        size_t needed = rule && rule->scratch ? rule->scratch(node, NN_EXPLAIN_CHUNK) : 0;
        *scratch = needed > *scratch ? needed : *scratch;
    }
out:
    nn_free(reached);
    return status;
}

/* At most half a chunk of samples, with their baselines behind them. */
static enum nn_status explain_some(const struct nn_explain_call *call, size_t first, size_t n,
                                   size_t scratch, float *pairs, float *multipliers, float *out,
                                   double *gap, struct nn_error *error)
{
    size_t size = call->net->nodes[0]->size;
    int32_t units[NN_EXPLAIN_CHUNK];
    double value[NN_EXPLAIN_CHUNK];
    for (size_t s = 0; s < n; s++) {
        memcpy(pairs + s * size, call->x + (first + s) * size, size * sizeof *pairs);
        memcpy(pairs + (n + s) * size, nn_explain_baseline(call, first + s), size * sizeof *pairs);
        units[s] = units[n + s] = call->target.unit[first + s];
    }
    struct nn_gradient_job job = {.net = call->net,
                                  .target = call->target,
                                  .x = pairs,
                                  .n = 2 * n,
                                  .choose = choose,
                                  .walk_scratch = scratch,
                                  .dx = multipliers,
                                  .value = value};
    job.target.unit = units;
    enum nn_status status = nn_explain_gradient(&job, call->progress, error);
    for (size_t s = 0; status == NN_OK && s < n; s++) {
        double sum = 0;
        for (size_t i = 0; i < size; i++) {
            double share = (double)multipliers[s * size + i] *
                           ((double)pairs[s * size + i] - (double)pairs[(n + s) * size + i]);
            out[(first + s) * size + i] = (float)share;
            sum += share;
        }
        gap[first + s] = sum - (value[s] - value[n + s]);
    }
    return status;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    enum nn_status status;
    size_t size = call->net->nodes[0]->size, half = NN_EXPLAIN_CHUNK / 2, scratch = 0;
    float *pairs = nn_calloc(size, NN_EXPLAIN_CHUNK * sizeof *pairs);
    float *multipliers = nn_calloc(size, NN_EXPLAIN_CHUNK * sizeof *multipliers);
    if (!pairs || !multipliers)
        NN_TRY(nn_fail_memory(error, 2 * size * NN_EXPLAIN_CHUNK * sizeof *pairs));
    if (call->target.what == NN_EXPLAIN_LOSS)
        NN_TRY(nn_fail(error, NN_REFUSED,
                       "deeplift explains an output; the loss is none: give a class"));
    NN_TRY(check(call, &scratch, error));
    for (size_t first = 0; first < call->batch; first += half) {
        size_t n = call->batch - first < half ? call->batch - first : half;
        NN_TRY(explain_some(call, first, n, scratch, pairs, multipliers, out, gap, error));
    }
out:
    nn_free(pairs);
    nn_free(multipliers);
    return status;
}

const struct nn_method nn_method_deeplift = {
    .name = "deeplift",
    .alias = NULL,
    .summary =
        "the change of the answer from the baseline, shared out by changes instead of slopes",
    .formula = "m (x - b), m = product of the multipliers dy / dx of changes along the net",
    .source = "Shrikumar, Greenside, Kundaje 2017, rescale rule; complete also at max-pooling",
    .args = args,
    .flags = NN_METHOD_BASELINE | NN_METHOD_COMPLETE,
    .axioms = NN_AXIOM_COMPLETENESS | NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
