#include "explain/deeplift.h"

#include "base/mem.h"
#include "explain/reveal.h"

#include <string.h>

static struct nn_rule_choice choose_rescale(void *context, const struct nn_node *node)
{
    (void)context;
    struct nn_rule_choice choice = {0};
    if (node->layer->flags & NN_LAYER_MAXIMUM)
        choice.rule = &nn_rule_deeplift_maximum;
    else if ((node->layer->flags & NN_LAYER_POINTWISE) && !(node->layer->flags & NN_LAYER_LINEAR))
        choice.rule = &nn_rule_deeplift_rescale;
    return choice;
}

/* Pairs of inputs and baselines, some at a time. */
struct lift {
    const struct nn_explain_call *call;
    enum nn_deeplift_kind kind;
    size_t half; /* most pairs at a time */
    struct nn_reveal reveal;
    struct nn_pass *pass;
    float *seed; /* [2 half, node of the target] */
};

static struct nn_rule_choice choose(void *context, const struct nn_node *node)
{
    struct lift *lift = context;
    return lift->kind == NN_DEEPLIFT_RESCALE ? choose_rescale(NULL, node)
                                             : nn_reveal_choose(&lift->reveal, node);
}

/* Linear layers multiply by their weights, the others need a rule. *scratch: what the rules need.
 */
static enum nn_status check(struct lift *lift, size_t *scratch, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    const struct nn_net *net = lift->call->net;
    bool *reached = nn_calloc((size_t)net->count, sizeof *reached);
    if (!reached)
        return nn_fail_memory(error, (size_t)net->count * sizeof *reached);
    nn_net_ancestors(net, lift->call->target.node, reached);
    for (int i = 1; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        unsigned known = NN_LAYER_LINEAR | NN_LAYER_POINTWISE | NN_LAYER_MAXIMUM;
        if (!reached[i])
            continue;
        if (!(node->layer->flags & known))
            NN_TRY(nn_fail(error, NN_REFUSED,
                           "deeplift has no rule for %s (layer %s): use integrated_gradients",
                           node->layer->name, node->name));
        const struct nn_rule *rule = choose(lift, node).rule;
        size_t needed = rule && rule->scratch ? rule->scratch(node, 2 * lift->half) : 0;
        *scratch = needed > *scratch ? needed : *scratch;
    }
out:
    nn_free(reached);
    return status;
}

static enum nn_status lift_init(struct lift *lift, struct nn_error *error)
{
    enum nn_status status;
    const struct nn_explain_call *call = lift->call;
    size_t scratch = 0, pairs = 2 * call->batch, out = call->net->nodes[call->target.node]->size;
    if (call->target.what == NN_EXPLAIN_LOSS)
        return nn_fail(error, NN_REFUSED,
                       "deeplift explains an output; the loss is none: give a class");
    NN_TRY(nn_gradient_exists(call->net, 0, call->target.node, error));
    lift->half = (nn_explain_chunk(call->net, pairs, NN_PASS_GRADIENTS) + 1) / 2;
    if (lift->kind == NN_DEEPLIFT_REVEALCANCEL)
        NN_TRY(nn_reveal_init(&lift->reveal, call->net, call->target.node, lift->half, error));
    NN_TRY(check(lift, &scratch, error));
    lift->seed = nn_calloc(2 * lift->half, out * sizeof *lift->seed);
    if (!lift->seed)
        NN_TRY(nn_fail_memory(error, 2 * lift->half * out * sizeof *lift->seed));
    NN_TRY(nn_pass_new(call->net, 2 * lift->half, NN_PASS_GRADIENTS, scratch, &lift->pass, error));
out:
    return status;
}

/* Forward and walk of n pairs; F of the inputs, then of the baselines, to value. */
static enum nn_status run_pairs(struct lift *lift, size_t first, size_t n, double *value,
                                struct nn_error *error)
{
    const struct nn_explain_call *call = lift->call;
    size_t size = call->net->nodes[0]->size;
    struct nn_target target = call->target;
    int32_t units[NN_EXPLAIN_CHUNK + 1];
    float *x = nn_pass_input(lift->pass);
    target.unit = units;
    for (size_t s = 0; s < n; s++) {
        memcpy(x + s * size, call->x + (first + s) * size, size * sizeof *x);
        memcpy(x + (n + s) * size, nn_explain_baseline(call, first + s), size * sizeof *x);
        units[s] = units[n + s] = call->target.unit[first + s];
    }
    enum nn_status status = nn_explain_forward(lift->pass, 2 * n, call->progress, error);
    if (status != NN_OK)
        return status;
    nn_target_value(&target, lift->pass, 0, value);
    nn_target_seed(&target, lift->pass, 0, lift->seed);
    if (lift->kind == NN_DEEPLIFT_REVEALCANCEL)
        nn_reveal_forward(&lift->reveal, lift->pass, n);
    struct nn_walk walk = {
        .from = target.node, .seed = lift->seed, .choose = choose, .context = lift};
    return nn_pass_backward(lift->pass, &walk, error);
}

enum nn_status nn_deeplift_run(const struct nn_explain_call *call, enum nn_deeplift_kind kind,
                               float *out, double *gap, struct nn_error *error)
{
    enum nn_status status;
    struct lift lift = {.call = call, .kind = kind};
    double value[NN_EXPLAIN_CHUNK + 1];
    size_t size = call->net->nodes[0]->size;
    NN_TRY(lift_init(&lift, error));
    for (size_t first = 0; first < call->batch; first += lift.half) {
        size_t n = call->batch - first < lift.half ? call->batch - first : lift.half;
        NN_TRY(run_pairs(&lift, first, n, value, error));
        const float *x = nn_pass_input(lift.pass), *m = nn_pass_gradient(lift.pass, 0);
        for (size_t s = 0; s < n; s++) {
            double sum = 0;
            for (size_t i = s * size; i < (s + 1) * size; i++) {
                double change = (double)x[i] - (double)x[n * size + i];
                double share = change * (double)m[change > 0 ? i : n * size + i];
                out[first * size + i] = (float)share;
                sum += share;
            }
            gap[first + s] = sum - (value[s] - value[n + s]);
        }
        nn_progress_set(call->progress, (double)(first + n) / (double)call->batch);
    }
out:
    nn_pass_free(lift.pass);
    nn_reveal_clear(&lift.reveal);
    nn_free(lift.seed);
    return status;
}
