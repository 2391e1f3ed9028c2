#include "explain/lrp.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { RULE, COMPOSITE, EPSILON, GAMMA, ALPHA, BETA, LOW, HIGH, VARIANT };

static const struct nn_arg_spec args[] = {
    {"rule", NN_ARG_CHOICE, NULL, 0, 0, "epsilon|gamma|alphabeta|zplus|box|flat|wsquare|norm", NULL,
     "the same rule for every layer with weights", 0},
    {"composite", NN_ARG_CHOICE, "epsilon_plus", 0, 0,
     "epsilon_plus|epsilon_plus_flat|epsilon_alpha2_beta1|epsilon_alpha2_beta1_flat|epsilon_gamma_"
     "box|excitation_backprop",
     NULL, "rules by kind of layer, as Zennit names them; ignored with rule=", 0},
    {"epsilon", NN_ARG_REAL, NULL, 0, 1e6, NULL, NULL,
     "keeps denominators away from 0; default 1e-6 (captum: 1e-9)", 0},
    {"gamma", NN_ARG_REAL, "0.25", 0, 1e6, NULL, NULL,
     "how much more positive weights count in the gamma rule", 0},
    {"alpha", NN_ARG_REAL, "2", 0, 1e6, NULL, NULL,
     "weight of the positive part in the alphabeta rule", 0},
    {"beta", NN_ARG_REAL, "1", 0, 1e6, NULL, NULL,
     "weight of the negative part; alpha - beta must be 1", 0},
    {"low", NN_ARG_REAL, NULL, -1e30, 1e30, NULL, NULL,
     "lowest input value of the box rule; default the sample's", 0},
    {"high", NN_ARG_REAL, NULL, -1e30, 1e30, NULL, NULL, "highest input value of the box rule", 0},
    {"variant", NN_ARG_CHOICE, "zennit", 0, 0, "zennit|captum", NULL,
     "whose formulas where they differ (gamma, alphabeta)", 0},
    {0},
};

/* Rules of the layers of a composite: dense, convolutions, and the first convolution or, where
 * Zennit says so, the first layer with weights of any kind. Activations pass relevance on, or
 * (slopes) have their gradient. */
struct composite {
    const char *name, *dense, *convolution, *first;
    bool first_of_any, slopes;
};
static const struct composite composites[] = {
    {"epsilon_plus", "epsilon", "zplus", NULL, false, false},
    {"epsilon_plus_flat", "epsilon", "zplus", "flat", true, false},
    {"epsilon_alpha2_beta1", "epsilon", "alphabeta", NULL, false, false},
    {"epsilon_alpha2_beta1_flat", "epsilon", "alphabeta", "flat", true, false},
    {"epsilon_gamma_box", "epsilon", "gamma", "box", false, false},
    {"excitation_backprop", "zplus", "zplus", NULL, false, true},
};

static const struct composite *composite_of(const struct nn_args *values)
{
    const struct composite *composite = composites;
    while (strcmp(composite->name, nn_args_text(values, COMPOSITE)) != 0)
        composite++;
    return composite;
}

/* The rule of every node, made before the walk. */
struct plan {
    struct nn_rule_choice *choices;   /* [nodes] */
    struct nn_lrp_settings *settings; /* [nodes] */
    size_t scratch;                   /* the most that a rule needs */
    float **bounds;                   /* [nodes]: of box layers behind others, else NULL */
    bool gamma, alphabeta, box;       /* forms that came into it */
};

static struct nn_rule_choice choose(void *context, const struct nn_node *node)
{
    return ((struct plan *)context)->choices[node->index];
}

static enum nn_status check(const struct nn_args *values, struct nn_error *error)
{
    bool captum = strcmp(nn_args_text(values, VARIANT), "captum") == 0;
    double alpha = nn_args_real(values, ALPHA), beta = nn_args_real(values, BETA);
    if (fabs(alpha - beta - 1) > 1e-6)
        return nn_fail(error, NN_ARGUMENT,
                       "lrp: alpha=%g beta=%g: alpha - beta must be 1, else relevance is not kept",
                       alpha, beta);
    if (!captum)
        return NN_OK;
    if (!nn_args_is_set(values, RULE))
        return nn_fail(error, NN_ARGUMENT,
                       "lrp: variant=captum goes with rule=: Captum has no composites");
    const char *rule = nn_args_text(values, RULE);
    if (strcmp(rule, "alphabeta") == 0 && beta != 0)
        return nn_fail(error, NN_ARGUMENT,
                       "lrp: variant=captum has alphabeta with alpha=1 beta=0 alone");
    return NN_OK;
}

/* The name of the rule for a layer with weights. */
static const char *rule_name(const struct nn_args *values, const struct nn_node *node, bool *first)
{
    if (nn_args_is_set(values, RULE))
        return nn_args_text(values, RULE);
    const struct composite *composite = composite_of(values);
    bool dense = node->shape.rank == 1;
    bool special = *first && composite->first && (!dense || composite->first_of_any);
    if (!dense || composite->first_of_any)
        *first = false;
    return special ? composite->first : dense ? composite->dense : composite->convolution;
}

static void box_of(const struct nn_explain_call *call, struct nn_lrp_settings *settings)
{
    size_t count = call->batch * call->net->nodes[0]->size;
    float low = call->x[0], high = call->x[0];
    for (size_t i = 1; i < count; i++) {
        low = call->x[i] < low ? call->x[i] : low;
        high = call->x[i] > high ? call->x[i] : high;
    }
    settings->low = nn_args_is_set(call->args, LOW) ? (float)nn_args_real(call->args, LOW) : low;
    settings->high =
        nn_args_is_set(call->args, HIGH) ? (float)nn_args_real(call->args, HIGH) : high;
}

/* Sums and means have it, too. */
static double epsilon_of(const struct nn_args *values, double usual)
{
    if (nn_args_is_set(values, EPSILON))
        return nn_args_real(values, EPSILON);
    return strcmp(nn_args_text(values, VARIANT), "captum") == 0 ? 1e-9 : usual;
}

/* Whether a layer sees the input itself, moved about (flatten, padding) or normalized: then its
 * least and greatest values are known. */
static enum nn_status reads_input(const struct nn_net *net, const struct nn_node *node, bool *reads,
                                  struct nn_error *error)
{
    bool *before = nn_calloc((size_t)net->count, sizeof *before), found = true;
    if (!before)
        return nn_fail_memory(error, (size_t)net->count * sizeof *before);
    nn_net_ancestors(net, node->inputs[0], before);
    for (int i = 1; i < net->count; i++)
        found &= !before[i] || (net->nodes[i]->layer->flags & (NN_LAYER_MOVES | NN_LAYER_BATCH));
    nn_free(before);
    *reads = found;
    return NN_OK;
}

/* What becomes of the least and the greatest input on the way to the layer. */
static enum nn_status carry_box(struct plan *plan, const struct nn_net *net,
                                const struct nn_node *node, struct nn_lrp_settings *settings,
                                struct nn_progress *progress, struct nn_error *error)
{
    enum nn_status status;
    struct nn_pass *pass = NULL;
    size_t in = net->nodes[0]->size, count = net->nodes[node->inputs[0]]->size;
    NN_TRY(nn_pass_new(net, 2, NN_PASS_FORWARD, 0, &pass, error));
    float *low = nn_calloc(2 * count, sizeof *low), *high = low + count;
    plan->bounds[node->index] = low;
    if (!low)
        NN_TRY(nn_fail_memory(error, 2 * count * sizeof *low));
    for (size_t i = 0; i < 2 * in; i++)
        nn_pass_input(pass)[i] = i < in ? settings->low : settings->high;
    NN_TRY(nn_explain_forward(pass, 2, progress, error));
    const float *y = nn_pass_output(pass, node->inputs[0]);
    for (size_t i = 0; i < count; i++) {
        low[i] = fminf(y[i], y[count + i]); /* a negative scale turns them round */
        high[i] = fmaxf(y[i], y[count + i]);
    }
    settings->lows = low;
    settings->highs = high;
    settings->bound_count = count;
out:
    nn_pass_free(pass);
    return status;
}

static enum nn_status plan_box(struct plan *plan, const struct nn_explain_call *call,
                               const struct nn_net *net, const struct nn_node *node,
                               struct nn_lrp_settings *settings, struct nn_error *error)
{
    bool reads = false;
    enum nn_status status = reads_input(net, node, &reads, error);
    if (status != NN_OK)
        return status;
    if (!reads)
        return nn_fail(error, NN_REFUSED,
                       "lrp: the box rule is for layers that read the input; %s does not",
                       node->name);
    box_of(call, settings);
    plan->box = true;
    if (node->inputs[0] == 0)
        return NN_OK;
    return carry_box(plan, net, node, settings, call->progress, error);
}

static enum nn_status plan_node(struct plan *plan, const struct nn_explain_call *call,
                                const struct nn_net *net, const struct nn_node *node, bool *first,
                                struct nn_error *error)
{
    enum nn_status status = NN_OK;
    unsigned flags = node->layer->flags;
    struct nn_lrp_settings *settings = &plan->settings[node->index];
    struct nn_rule_choice *choice = &plan->choices[node->index];
    *settings = (struct nn_lrp_settings){.epsilon = epsilon_of(call->args, 1e-6),
                                         .gamma = nn_args_real(call->args, GAMMA),
                                         .alpha = nn_args_real(call->args, ALPHA),
                                         .beta = nn_args_real(call->args, BETA)};
    choice->settings = settings;
    if (flags & (NN_LAYER_MOVES | NN_LAYER_MAXIMUM))
        return NN_OK; /* the gradient moves relevance to where it came from */
    if ((flags & NN_LAYER_BATCH) || ((flags & NN_LAYER_POINTWISE) && !(flags & NN_LAYER_LINEAR))) {
        bool slopes = !nn_args_is_set(call->args, RULE) && composite_of(call->args)->slopes;
        choice->rule = slopes ? NULL : &nn_rule_pass;
        if (slopes)
            return NN_OK;
    } else if ((flags & NN_LAYER_LINEAR) && node->param_count == 0)
        choice->rule = &nn_rule_lrp_proportion;
    else if ((flags & NN_LAYER_LINEAR) && node->input_count == 1) {
        const char *name = rule_name(call->args, node, first);
        settings->form = nn_lrp_form_find(name, nn_args_text(call->args, VARIANT));
        if (!settings->form)
            return nn_fail(error, NN_ARGUMENT, "lrp: variant=%s has no rule %s",
                           nn_args_text(call->args, VARIANT), name);
        settings->epsilon = epsilon_of(call->args, settings->form->epsilon);
        if (strcmp(name, "box") == 0)
            status = plan_box(plan, call, net, node, settings, error);
        plan->gamma |= strcmp(name, "gamma") == 0;
        plan->alphabeta |= strcmp(name, "alphabeta") == 0;
        if (status != NN_OK)
            return status;
        choice->rule = &nn_rule_lrp;
    } else
        return nn_fail(error, NN_REFUSED,
                       "lrp has no rule for %s (layer %s): use integrated_gradients",
                       node->layer->name, node->name);
    size_t batch = call->batch < NN_EXPLAIN_CHUNK ? call->batch : NN_EXPLAIN_CHUNK;
    size_t scratch = choice->rule->scratch ? choice->rule->scratch(node, batch) : 0;
    if (scratch > plan->scratch)
        plan->scratch = scratch;
    return NN_OK;
}

static enum nn_status make_plan(struct plan *plan, const struct nn_explain_call *call,
                                const struct nn_net *net, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    bool *reached = nn_calloc((size_t)net->count, sizeof *reached), first = true;
    plan->choices = nn_calloc((size_t)net->count, sizeof *plan->choices);
    plan->settings = nn_calloc((size_t)net->count, sizeof *plan->settings);
    plan->bounds = nn_calloc((size_t)net->count, sizeof *plan->bounds);
    if (!reached || !plan->choices || !plan->settings || !plan->bounds)
        NN_TRY(nn_fail_memory(error, (size_t)net->count * sizeof *plan->settings));
    nn_net_ancestors(net, call->target.node, reached);
    for (int i = 1; i < net->count; i++)
        if (reached[i])
            NN_TRY(plan_node(plan, call, net, net->nodes[i], &first, error));
out:
    nn_free(reached);
    return status;
}

/* Keys of rules that no layer has got are not part of the result. */
static enum nn_status tell(const struct plan *plan, const struct nn_explain_call *call,
                           struct nn_error *error)
{
    const struct {
        const char *key;
        bool used;
    } keys[] = {{"composite", !nn_args_is_set(call->args, RULE)},
                {"gamma", plan->gamma},
                {"alpha", plan->alphabeta},
                {"beta", plan->alphabeta},
                {"low", plan->box},
                {"high", plan->box}};
    enum nn_status status = NN_OK;
    for (size_t i = 0; status == NN_OK && i < sizeof keys / sizeof *keys; i++)
        if (!keys[i].used)
            status = nn_explain_tell(call, keys[i].key, NULL, error);
    return status;
}

static void plan_clear(struct plan *plan, const struct nn_net *net)
{
    for (int i = 0; plan->bounds && i < net->count; i++)
        nn_free(plan->bounds[i]);
    nn_free(plan->bounds);
    nn_free(plan->choices);
    nn_free(plan->settings);
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    enum nn_status status;
    struct plan plan = {0};
    struct nn_net *merged = NULL;
    size_t size = call->net->nodes[0]->size;
    double *value = NULL;
    NN_TRY(check(call->args, error));
    if (call->target.what == NN_EXPLAIN_LOSS)
        NN_TRY(
            nn_fail(error, NN_REFUSED, "lrp shares out an output; the loss is none: give a class"));
    value = nn_calloc(call->batch, sizeof *value);
    if (!value)
        NN_TRY(nn_fail_memory(error, call->batch * sizeof *value));
    NN_TRY(nn_net_merge_batchnorm(call->net, &merged, error));
    NN_TRY(make_plan(&plan, call, merged, error));
    NN_TRY(tell(&plan, call, error));
    struct nn_gradient_job job = {.net = merged,
                                  .target = call->target,
                                  .x = call->x,
                                  .n = call->batch,
                                  .choose = choose,
                                  .context = &plan,
                                  .walk_scratch = plan.scratch,
                                  .relevance = true,
                                  .dx = out,
                                  .value = value};
    NN_TRY(nn_explain_gradient(&job, call->progress, error));
    for (size_t s = 0; s < call->batch; s++) {
        double sum = 0;
        for (size_t i = 0; i < size; i++)
            sum += (double)out[s * size + i];
        gap[s] = sum - value[s];
    }
out:
    plan_clear(&plan, merged);
    nn_free(value);
    nn_net_free(merged);
    return status;
}

const struct nn_method nn_method_lrp = {
    .name = "lrp",
    .alias = NULL,
    .summary = "the answer shared out backwards, layer by layer, by what each input contributed",
    .formula = "R_i = sum_j x_i w_ij R_j / z_j, with the forms of the rules for x, w and z",
    .source = "Bach et al. 2015; Montavon et al. 2019; as in Zennit 0.5 (batch normalization "
              "merged, sums in proportion, "
              "relevance starts as the target logit) or Captum 0.6",
    .args = args,
    .flags = NN_METHOD_CONSERVES,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
