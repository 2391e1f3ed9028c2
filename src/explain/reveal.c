#include "explain/reveal.h"

#include "base/mem.h"
#include "explain/deeplift.h"

#include <math.h>
#include <string.h>

#define SMALL 1e-10f

static float positive(float value)
{
    return value > 0 ? value : 0;
}

static float negative(float value)
{
    return value < 0 ? value : 0;
}

static size_t in_size(const struct nn_node *node)
{
    return nn_shape_size(&node->in_shape[0]);
}

/* A layer with weights w of which every output adds up many inputs, one with a scale for each, and
 * one that is neither straight nor a maximum. */
static bool is_weighted(const struct nn_node *node)
{
    return (node->layer->flags & NN_LAYER_LINEAR) && !(node->layer->flags & NN_LAYER_BATCH) &&
           node->param_count > 0;
}

static bool is_scale(const struct nn_node *node)
{
    return (node->layer->flags & NN_LAYER_LINEAR) && (node->layer->flags & NN_LAYER_BATCH);
}

static bool is_curve(const struct nn_node *node)
{
    return (node->layer->flags & NN_LAYER_POINTWISE) && !(node->layer->flags & NN_LAYER_LINEAR);
}

/* ---- forward ---- */

/* The whole change as one part. */
static void split_change(const struct nn_pass *pass, int node, size_t count, float *parts)
{
    const float *y = nn_pass_output(pass, node);
    for (size_t i = 0; i < count; i++) {
        float change = y[i] - y[count + i];
        parts[i] = positive(change);
        parts[count + i] = negative(change);
    }
}

static void take_weights(const struct nn_node *node, const float *from, float *to, bool above)
{
    size_t size = nn_shape_size(&node->params[0].value.shape);
    for (size_t i = 0; i < size; i++)
        to[i] = above ? positive(from[i]) : negative(from[i]);
}

/* out [2 n] (+)= the layer without bias, with the positive or negative weights, of x [2 n]. */
static void apply_weights(struct nn_reveal *reveal, const struct nn_node *node, size_t n,
                          bool above, const float *x, float *out)
{
    struct nn_call call = nn_alone_call(&reveal->alone, node, 2 * n);
    float *w[NN_MAX_PARAMS] = {reveal->weights};
    take_weights(node, call.w[0], reveal->weights, above);
    call.w = w;
    call.x[0] = x;
    call.y = out;
    node->layer->forward(&call);
}

/* D+ = w+ (dx > 0) + w- (dx < 0), D- = w- (dx > 0) + w+ (dx < 0), with the whole change dx. */
static void weigh(struct nn_reveal *reveal, const struct nn_node *node, const float *in, size_t n,
                  float *out)
{
    size_t size = n * in_size(node), count = n * node->size;
    float *change = reveal->work, *made = reveal->work + 2 * reveal->half * in_size(node);
    for (size_t i = 0; i < size; i++) {
        float whole = in[i] + in[size + i];
        change[i] = positive(whole);
        change[size + i] = negative(whole);
    }
    apply_weights(reveal, node, n, true, change,
                  out); /* w+ (dx > 0), w+ (dx < 0): in their place */
    apply_weights(reveal, node, n, false, change, made); /* w- (dx > 0), w- (dx < 0): crosswise */
    for (size_t i = 0; i < count; i++) {
        out[i] += made[count + i];
        out[count + i] += made[i];
    }
}

/* A layer of positive weights, run on both parts at once. */
static void carry(struct nn_reveal *reveal, const struct nn_node *node, size_t n, float *out)
{
    struct nn_call call = nn_alone_call(&reveal->alone, node, 2 * n);
    for (int k = 0; k < node->input_count; k++)
        call.x[k] = reveal->parts[node->inputs[k]];
    call.y = out;
    node->layer->forward(&call);
}

/* s D+ and s D-, which change places where s < 0. */
static void scale(struct nn_reveal *reveal, const struct nn_node *node, const float *in, size_t n,
                  float *out)
{
    size_t count = n * node->size;
    struct nn_call call = nn_alone_call(&reveal->alone, node, 2 * n);
    float *zero = reveal->work, *shift = reveal->work + 2 * count;
    memset(zero, 0, 2 * count * sizeof *zero);
    call.x[0] = zero;
    call.y = shift;
    node->layer->forward(&call);
    call.x[0] = in;
    call.y = out;
    node->layer->forward(&call);
    for (size_t i = 0; i < count; i++) {
        float a = out[i] - shift[i], b = out[count + i] - shift[count + i];
        out[i] = positive(a) + positive(b);
        out[count + i] = negative(a) + negative(b);
    }
}

/* The mean of what a part adds first and of what it adds after the other one. */
static void reveal_curve(struct nn_reveal *reveal, const struct nn_node *node,
                         const struct nn_pass *pass, const float *in, size_t n, float *out)
{
    size_t count = n * node->size;
    const float *x = nn_pass_output(pass, node->inputs[0]), *y = nn_pass_output(pass, node->index);
    struct nn_call call = nn_alone_call(&reveal->alone, node, 2 * n);
    float *moved = reveal->work;
    for (size_t i = 0; i < 2 * count; i++)
        moved[i] = x[count + i % count] + in[i]; /* the baseline with one of the parts alone */
    call.x[0] = moved;
    call.y = out;
    node->layer->forward(&call);
    for (size_t i = 0; i < count; i++) {
        double above = (double)out[i], below = (double)out[count + i];
        double whole = (double)y[i], base = (double)y[count + i];
        out[i] = (float)((above - base + whole - below) / 2);
        out[count + i] = (float)((below - base + whole - above) / 2);
    }
}

void nn_reveal_forward(struct nn_reveal *reveal, const struct nn_pass *pass, size_t n)
{
    for (int i = 0; i < reveal->net->count; i++) {
        const struct nn_node *node = reveal->net->nodes[i];
        float *out = reveal->parts[i];
        if (!reveal->reached[i])
            continue;
        const float *in = i > 0 ? reveal->parts[node->inputs[0]] : NULL;
        reveal->settings[i] = (struct nn_reveal_parts){in, out};
        if (i == 0 || (node->layer->flags & NN_LAYER_MAXIMUM))
            split_change(pass, i, n * node->size, out);
        else if (is_weighted(node))
            weigh(reveal, node, in, n, out);
        else if (is_scale(node))
            scale(reveal, node, in, n, out);
        else if (is_curve(node))
            reveal_curve(reveal, node, pass, in, n, out);
        else
            carry(reveal, node, n, out);
    }
}

/* ---- rules ---- */

static enum nn_status apply_curve(const struct nn_call *call, const void *given,
                                  struct nn_error *error)
{
    (void)error;
    const struct nn_reveal_parts *parts = given;
    size_t count = call->batch * call->node->size;
    if (!call->dx[0])
        return NN_OK;
    call->node->layer->backward(call); /* where nothing changes, the gradient */
    for (size_t i = 0; i < count; i++)
        if (fabsf(parts->in[i]) >= SMALL)
            call->dx[0][i] = call->dy[i] * parts->out[i] / parts->in[i];
    return NN_OK;
}

static const struct nn_rule rule_curve = {
    .name = "reveal_curve",
    .summary = "multipliers of the positive and of the negative part",
    .source = "Shrikumar, Greenside, Kundaje 2017, section 3.5.3",
    .apply = apply_curve,
};

/* Both halves of dx get the multiplier of the whole change. */
static size_t weighted_scratch(const struct nn_node *node, size_t batch)
{
    return nn_shape_size(&node->params[0].value.shape) + 2 * batch * in_size(node);
}

static enum nn_status apply_weighted(const struct nn_call *call, const void *given,
                                     struct nn_error *error)
{
    (void)error;
    const struct nn_reveal_parts *parts = given;
    size_t count = call->batch / 2 * in_size(call->node);
    float *weights = nn_rule_scratch(call);
    float *above = weights + nn_shape_size(&call->node->params[0].value.shape),
          *below = above + 2 * count;
    float *w[NN_MAX_PARAMS] = {weights};
    struct nn_call modified = *call;
    if (!call->dx[0])
        return NN_OK;
    modified.w = w;
    modified.dw = NULL;
    for (int side = 0; side < 2; side++) {
        take_weights(call->node, call->w[0], weights, side == 0);
        modified.dx[0] = side == 0 ? above : below;
        call->node->layer->backward(&modified);
    }
    for (size_t i = 0; i < count; i++) {
        float change = parts->in[i] + parts->in[count + i];
        float up = above[i] + below[count + i];   /* w+ m+ + w- m- */
        float down = above[count + i] + below[i]; /* w+ m- + w- m+ */
        call->dx[0][i] = call->dx[0][count + i] = change > 0   ? up
                                                  : change < 0 ? down
                                                               : (up + down) / 2;
    }
    return NN_OK;
}

static const struct nn_rule rule_weighted = {
    .name = "reveal_linear",
    .summary = "weights to the parts that they feed",
    .source = "Shrikumar, Greenside, Kundaje 2017, section 3.5.1",
    .scratch = weighted_scratch,
    .apply = apply_weighted,
};

static size_t scale_scratch(const struct nn_node *node, size_t batch)
{
    return 2 * batch * node->size;
}

static enum nn_status apply_scale(const struct nn_call *call, const void *given,
                                  struct nn_error *error)
{
    (void)given;
    (void)error;
    size_t count = call->batch / 2 * call->node->size;
    float *ones = nn_rule_scratch(call), *slope = ones + 2 * count;
    struct nn_call modified = *call;
    if (!call->dx[0])
        return NN_OK;
    for (size_t i = 0; i < 2 * count; i++)
        ones[i] = 1;
    modified.dw = NULL;
    modified.dy = ones;
    modified.dx[0] = slope;
    call->node->layer->backward(&modified);
    for (size_t i = 0; i < count; i++) {
        bool crossed = slope[i] < 0;
        call->dx[0][i] = slope[i] * call->dy[crossed ? count + i : i];
        call->dx[0][count + i] = slope[i] * call->dy[crossed ? i : count + i];
    }
    return NN_OK;
}

static const struct nn_rule rule_scale = {
    .name = "reveal_scale",
    .summary = "scaled multipliers, crossed where the scale is negative",
    .source = "the linear rule with one input",
    .scratch = scale_scratch,
    .apply = apply_scale,
};

static size_t maximum_scratch(const struct nn_node *node, size_t batch)
{
    return nn_rule_deeplift_maximum.scratch(node, batch) + batch * node->size;
}

static enum nn_status apply_maximum(const struct nn_call *call, const void *given,
                                    struct nn_error *error)
{
    (void)given;
    size_t count = call->batch / 2 * call->node->size;
    float *whole =
        nn_rule_scratch(call) + nn_rule_deeplift_maximum.scratch(call->node, call->batch);
    struct nn_call modified = *call;
    for (size_t i = 0; i < count; i++) {
        float change = call->y[i] - call->y[count + i], up = call->dy[i],
              down = call->dy[count + i];
        whole[i] = whole[count + i] = change > 0 ? up : change < 0 ? down : (up + down) / 2;
    }
    modified.dy = whole;
    return nn_rule_deeplift_maximum.apply(&modified, NULL, error);
}

static const struct nn_rule rule_maximum = {
    .name = "reveal_maximum",
    .summary = "the change of a maximum as one part",
    .source = "deeplift_maximum",
    .scratch = maximum_scratch,
    .apply = apply_maximum,
};

struct nn_rule_choice nn_reveal_choose(void *context, const struct nn_node *node)
{
    const struct nn_reveal *reveal = context;
    struct nn_rule_choice choice = {.settings = &reveal->settings[node->index]};
    if (node->layer->flags & NN_LAYER_MAXIMUM)
        choice.rule = &rule_maximum;
    else if (is_weighted(node))
        choice.rule = &rule_weighted;
    else if (is_scale(node))
        choice.rule = &rule_scale;
    else if (is_curve(node))
        choice.rule = &rule_curve;
    return choice;
}

/* ---- memory ---- */

enum nn_status nn_reveal_init(struct nn_reveal *reveal, const struct nn_net *net, int target,
                              size_t half, struct nn_error *error)
{
    enum nn_status status;
    size_t largest = 1, weights = 1, nodes = (size_t)net->count;
    *reveal = (struct nn_reveal){.net = net, .half = half};
    NN_TRY(nn_alone_init(&reveal->alone, net, 2 * half, error));
    reveal->reached = nn_calloc(nodes, sizeof *reveal->reached);
    reveal->parts = nn_calloc(nodes, sizeof *reveal->parts);
    reveal->settings = nn_calloc(nodes, sizeof *reveal->settings);
    if (!reveal->reached || !reveal->parts || !reveal->settings)
        NN_TRY(nn_fail_memory(error, nodes * sizeof *reveal->settings));
    nn_net_ancestors(net, target, reveal->reached);
    for (size_t i = 0; i < nodes; i++) {
        const struct nn_node *node = net->nodes[i];
        if (!reveal->reached[i])
            continue;
        reveal->parts[i] = nn_calloc_aligned(2 * half * node->size, sizeof(float));
        if (!reveal->parts[i])
            NN_TRY(nn_fail_memory(error, 2 * half * node->size * sizeof(float)));
        largest = node->size > largest ? node->size : largest;
        if (is_weighted(node) && nn_shape_size(&node->params[0].value.shape) > weights)
            weights = nn_shape_size(&node->params[0].value.shape);
    }
    reveal->work = nn_calloc_aligned(4 * half * largest, sizeof *reveal->work);
    reveal->weights = nn_calloc_aligned(weights, sizeof *reveal->weights);
    if (!reveal->work || !reveal->weights)
        NN_TRY(nn_fail_memory(error, 4 * half * largest * sizeof *reveal->work));
out:
    return status;
}

void nn_reveal_clear(struct nn_reveal *reveal)
{
    for (int i = 0; reveal->parts && i < reveal->net->count; i++)
        nn_free(reveal->parts[i]);
    nn_free(reveal->parts);
    nn_free(reveal->reached);
    nn_free(reveal->settings);
    nn_free(reveal->work);
    nn_free(reveal->weights);
    nn_alone_clear(&reveal->alone);
}
