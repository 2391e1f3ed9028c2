#include "explain/lrp.h"

#include <math.h>
#include <string.h>

/* One line of a form: the terms as {input, weight, bias, sign}. */
#define ALL      NN_LRP_ALL
#define POS      NN_LRP_POSITIVE
#define NEG      NN_LRP_NEGATIVE
#define NONE     NN_LRP_NONE
#define MORE_POS NN_LRP_MORE_POSITIVE
#define MORE_NEG NN_LRP_MORE_NEGATIVE

/* clang-format off */
const struct nn_lrp_form nn_lrp_forms[] = {
    {"epsilon", NULL, 1e-6, {{{{ALL, ALL, ALL, 1}}, 1, NN_LRP_PLAIN}}, 1},
    {"norm", "zennit", 1e-6, {{{{ALL, ALL, ALL, 1}}, 1, NN_LRP_PLAIN}}, 1},
    {"zplus", NULL, 1e-6, {{{{POS, POS, POS, 1}, {NEG, NEG, NONE, 1}}, 2, NN_LRP_PLAIN}}, 1},
    {"alphabeta", "zennit", 1e-6,
     {{{{POS, POS, POS, 1}, {NEG, NEG, NONE, 1}}, 2, NN_LRP_ALPHA},
      {{{POS, NEG, NEG, 1}, {NEG, POS, NONE, 1}}, 2, NN_LRP_MINUS_BETA}}, 2},
    {"gamma", "zennit", 1e-6,
     {{{{POS, MORE_POS, MORE_POS, 1}, {NEG, MORE_NEG, NONE, 1}}, 2, NN_LRP_WHERE_POSITIVE},
      {{{POS, MORE_NEG, MORE_NEG, 1}, {NEG, MORE_POS, NONE, 1}}, 2, NN_LRP_WHERE_NEGATIVE}}, 2},
    {"box", NULL, 1e-6,
     {{{{ALL, ALL, ALL, 1}, {NN_LRP_LOW, POS, POS, -1}, {NN_LRP_HIGH, NEG, NEG, -1}}, 3, NN_LRP_PLAIN}}, 1},
    {"flat", NULL, 1e-6, {{{{NN_LRP_ONE, NN_LRP_ONE, NONE, 1}}, 1, NN_LRP_PLAIN}}, 1},
    {"wsquare", NULL, 1e-6, {{{{NN_LRP_ONE, NN_LRP_SQUARE, NN_LRP_SQUARE, 1}}, 1, NN_LRP_PLAIN}}, 1},
    /* Captum scales the weights but not the bias, and does not split the inputs by their sign. */
    {"gamma", "captum", 1e-9, {{{{ALL, MORE_POS, ALL, 1}}, 1, NN_LRP_PLAIN}}, 1},
    {"alphabeta", "captum", 1e-9, {{{{ALL, POS, ALL, 1}}, 1, NN_LRP_PLAIN}}, 1},
};
/* clang-format on */
const size_t nn_lrp_form_count = sizeof nn_lrp_forms / sizeof *nn_lrp_forms;

const struct nn_lrp_form *nn_lrp_form_find(const char *name, const char *variant)
{
    for (size_t i = 0; i < nn_lrp_form_count; i++)
        if (strcmp(nn_lrp_forms[i].name, name) == 0 &&
            (!nn_lrp_forms[i].variant || strcmp(nn_lrp_forms[i].variant, variant) == 0))
            return &nn_lrp_forms[i];
    return NULL;
}

static float part_of(enum nn_lrp_part part, float value, const struct nn_lrp_settings *settings)
{
    switch (part) {
    case NN_LRP_ALL:
        return value;
    case NN_LRP_POSITIVE:
        return value > 0 ? value : 0;
    case NN_LRP_NEGATIVE:
        return value < 0 ? value : 0;
    case NN_LRP_NONE:
        return 0;
    case NN_LRP_ONE:
        return 1;
    case NN_LRP_SQUARE:
        return value * value;
    case NN_LRP_LOW:
        return settings->low;
    case NN_LRP_HIGH:
        return settings->high;
    case NN_LRP_MORE_POSITIVE:
        return value > 0 ? value + (float)settings->gamma * value : value;
    case NN_LRP_MORE_NEGATIVE:
        return value < 0 ? value + (float)settings->gamma * value : value;
    }
    return value;
}

static void take_part(enum nn_lrp_part part, const float *from, float *to, size_t count,
                      const struct nn_lrp_settings *settings)
{
    const float *bounds = part == NN_LRP_LOW    ? settings->lows
                          : part == NN_LRP_HIGH ? settings->highs
                                                : NULL;
    for (size_t i = 0; i < count && bounds; i++)
        to[i] = bounds[i % settings->bound_count];
    if (bounds)
        return;
    for (size_t i = 0; i < count; i++)
        to[i] = part_of(part, from[i], settings);
}

/* Away from zero, zero counting as positive. Without a stabilizer 0 has no share to give: R / inf.
 */
static float stabilized(float z, double epsilon)
{
    if (z == 0 && epsilon == 0)
        return INFINITY;
    return z + (z < 0 ? -(float)epsilon : (float)epsilon);
}

/* The arrays of one application, in the rule's scratch. */
struct work {
    size_t in, out;                  /* elements of the batch */
    float *x, *y, *z, *share, *back; /* [in] [out] [out] [out] [in] */
    float *w[NN_MAX_PARAMS];
};

static size_t params_size(const struct nn_node *node)
{
    size_t size = 0;
    for (int p = 0; p < node->param_count; p++)
        size += nn_shape_size(&node->params[p].value.shape);
    return size;
}

static size_t input_size(const struct nn_node *node)
{
    return nn_shape_size(&node->in_shape[0]);
}

static size_t scratch(const struct nn_node *node, size_t batch)
{
    return batch * (2 * input_size(node) + 3 * node->size) + params_size(node);
}

static struct work make_work(const struct nn_call *call)
{
    struct work work = {.in = call->batch * input_size(call->node),
                        .out = call->batch * call->node->size};
    float *next = nn_rule_scratch(call);
    work.x = next;
    work.back = work.x + work.in;
    work.y = work.back + work.in;
    work.z = work.y + work.out;
    work.share = work.z + work.out;
    next = work.share + work.out;
    for (int p = 0; p < call->node->param_count; p++) {
        work.w[p] = next;
        next += nn_shape_size(&call->node->params[p].value.shape);
    }
    return work;
}

/* Inputs and parameters of a term; parameter 0 is the weight, 1 the bias (if there is one). */
static struct nn_call prepare(const struct nn_call *call, struct work *work,
                              const struct nn_lrp_term *term,
                              const struct nn_lrp_settings *settings)
{
    struct nn_call modified = *call;
    take_part(term->input, call->x[0], work->x, work->in, settings);
    for (int p = 0; p < call->node->param_count; p++)
        take_part(p == 0 ? term->weight : term->bias, call->w[p], work->w[p],
                  nn_shape_size(&call->node->params[p].value.shape), settings);
    modified.x[0] = work->x;
    modified.w = work->w;
    modified.dw = NULL;
    return modified;
}

/* Whether a term is the output itself. */
static bool is_output(const struct nn_lrp_term *term)
{
    return term->input == ALL && term->weight == ALL && term->bias == ALL;
}

/* z = sum over the terms of sign (x' w' + b'), in double where terms of both signs may cancel. What
 * the layer has put out is taken as it is: relevance is in proportion to it, with its rounding. */
static void denominator(const struct nn_call *call, struct work *work,
                        const struct nn_lrp_group *group, const struct nn_lrp_settings *settings)
{
    for (int t = 0; t < group->term_count; t++) {
        const float *y = call->y;
        if (!is_output(&group->terms[t])) {
            struct nn_call modified = prepare(call, work, &group->terms[t], settings);
            y = modified.y = work->y;
            modified.exact = true;
            call->node->layer->forward(&modified);
        }
        for (size_t i = 0; i < work->out; i++)
            work->z[i] = (t ? work->z[i] : 0) + group->terms[t].sign * y[i];
    }
}

static float factor_of(const struct nn_lrp_group *group, float y,
                       const struct nn_lrp_settings *settings)
{
    switch (group->factor) {
    case NN_LRP_ALPHA:
        return (float)settings->alpha;
    case NN_LRP_MINUS_BETA:
        return -(float)settings->beta;
    case NN_LRP_WHERE_POSITIVE:
        return y > 0 ? 1 : 0;
    case NN_LRP_WHERE_NEGATIVE:
        return y < 0 ? 1 : 0;
    default:
        return 1;
    }
}

static enum nn_status apply(const struct nn_call *call, const void *given, struct nn_error *error)
{
    (void)error;
    const struct nn_lrp_settings *settings = given;
    struct work work = make_work(call);
    if (!call->dx[0])
        return NN_OK;
    memset(call->dx[0], 0, work.in * sizeof *call->dx[0]);
    for (int g = 0; g < settings->form->group_count; g++) {
        const struct nn_lrp_group *group = &settings->form->groups[g];
        denominator(call, &work, group, settings);
        for (size_t i = 0; i < work.out; i++)
            work.share[i] = factor_of(group, call->y[i], settings) * call->dy[i] /
                            stabilized(work.z[i], settings->epsilon);
        for (int t = 0; t < group->term_count; t++) {
            struct nn_call modified = prepare(call, &work, &group->terms[t], settings);
            modified.y = work.y;
            modified.dy = work.share;
            modified.dx[0] = work.back;
            call->node->layer->backward(&modified);
            for (size_t i = 0; i < work.in; i++)
                call->dx[0][i] += group->terms[t].sign * work.x[i] * work.back[i];
        }
    }
    return NN_OK;
}

const struct nn_rule nn_rule_lrp = {
    .name = "lrp",
    .summary = "relevance of a layer with weights, shared out by a form of LRP",
    .source = "Bach et al. 2015; Montavon et al. 2019, table 10.1; as in Zennit 0.5 and Captum 0.6",
    .scratch = scratch,
    .apply = apply,
};

/* ---- sums and means ---- */

static size_t proportion_scratch(const struct nn_node *node, size_t batch)
{
    return batch * node->size;
}

static enum nn_status apply_proportion(const struct nn_call *call, const void *given,
                                       struct nn_error *error)
{
    (void)error;
    const struct nn_lrp_settings *settings = given;
    float *share = nn_rule_scratch(call);
    size_t out = call->batch * call->node->size;
    for (size_t i = 0; i < out; i++)
        share[i] = call->dy[i] / stabilized(call->y[i], settings->epsilon);
    struct nn_call modified = *call;
    modified.dy = share;
    modified.dw = NULL;
    call->node->layer->backward(&modified);
    for (int k = 0; k < call->node->input_count; k++) {
        size_t in = call->batch * nn_shape_size(&call->node->in_shape[k]);
        for (size_t i = 0; i < in && call->dx[k]; i++)
            call->dx[k][i] *= call->x[k][i];
    }
    return NN_OK;
}

const struct nn_rule nn_rule_lrp_proportion = {
    .name = "lrp_proportion",
    .summary = "relevance of a sum or mean, in proportion to its terms",
    .source = "Zennit 0.5, rule Norm",
    .scratch = proportion_scratch,
    .apply = apply_proportion,
};

/* ---- activations ---- */

static enum nn_status apply_pass(const struct nn_call *call, const void *settings,
                                 struct nn_error *error)
{
    (void)settings;
    (void)error;
    if (call->dx[0])
        memcpy(call->dx[0], call->dy, call->batch * call->node->size * sizeof *call->dy);
    return NN_OK;
}

const struct nn_rule nn_rule_pass = {
    .name = "pass",
    .summary = "relevance passes through an activation",
    .source = "Bach et al. 2015, section 2.4",
    .apply = apply_pass,
};
