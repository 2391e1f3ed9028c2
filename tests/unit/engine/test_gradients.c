/* Every registered layer, with generated arguments and shapes: its backward against central
 * differences of its forward. A new layer is checked without a change here. */
#include "build.h"

#include <math.h>
#include <stdio.h>

#define BATCH     3
#define STEP      1e-2
#define TOLERANCE 3e-3 /* of the largest gradient of the array */
#define TRIALS    200  /* generated argument lists for each layer and input shape */
#define WANTED    40   /* checks for each layer and input shape at most */

/* One node with all arrays of a call. */
struct check {
    const struct nn_node *node;
    bool training;
    float *x[NN_MAX_INPUTS], *dx[NN_MAX_INPUTS];
    float *y, *dy, *saved, *scratch;
    float *w[NN_MAX_PARAMS], *dw[NN_MAX_PARAMS];
    double worst; /* error as a share of the largest gradient */
    size_t skipped, compared;
};

static float *floats(size_t count)
{
    float *block = nn_calloc_aligned(count, sizeof *block);
    cr_assert(block != NULL);
    return block;
}

static size_t input_size(const struct nn_node *node, int k)
{
    return BATCH * nn_shape_size(&node->in_shape[k]);
}

static size_t param_size(const struct nn_node *node, int p)
{
    return nn_shape_size(&node->params[p].spec.shape);
}

static void fill_range(float *out, size_t count, uint32_t sub, float low, float high)
{
    fill_random(out, count, sub);
    for (size_t i = 0; i < count; i++)
        out[i] = low + (high - low) * (out[i] + 1.0f) / 2.0f;
}

/* Values 4 STEP apart and not near 0 in random order: no kink of a layer (at 0, where two values
 * are equal, at whole numbers) is within a step of any of them. */
static void fill_apart(float *out, size_t count)
{
    size_t *order = nn_calloc(count, sizeof *order);
    struct nn_random random;
    cr_assert(order != NULL);
    nn_random_init(&random, 11, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    nn_random_shuffle(&random, order, count);
    for (size_t i = 0; i < count; i++)
        out[i] = (float)(((double)order[i] - (double)(count / 2) + 0.5) * 4.0 * STEP);
    nn_free(order);
}

/* Indices of the rows of the first parameter. */
static void fill_indices(float *out, size_t count, const struct nn_node *node)
{
    struct nn_random random;
    nn_random_init(&random, 12, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < count; i++)
        out[i] = (float)nn_random_below(&random, (uint32_t)node->params[0].spec.shape.dim[0]);
}

static void check_init(struct check *check, const struct nn_node *node, bool training)
{
    const struct nn_layer_class *layer = node->layer;
    size_t size = BATCH * node->size;
    *check = (struct check){.node = node, .training = training};
    check->y = floats(size);
    check->dy = floats(size);
    fill_range(check->dy, size, 1, -1.0f, 1.0f);
    check->saved = floats(layer->saved ? layer->saved(node, BATCH) : 0);
    check->scratch = floats(layer->scratch ? layer->scratch(node, BATCH) : 0);
    for (int k = 0; k < node->input_count; k++) {
        check->x[k] = floats(input_size(node, k));
        check->dx[k] = floats(input_size(node, k));
        if (layer->flags & NN_LAYER_INDEX)
            fill_indices(check->x[k], input_size(node, k), node);
        else if (layer->flags & (NN_LAYER_PIECEWISE | NN_LAYER_POINTWISE))
            fill_apart(check->x[k], input_size(node, k));
        else
            fill_range(check->x[k], input_size(node, k), 10 + (uint32_t)k, -2.0f, 2.0f);
    }
    for (int p = 0; p < node->param_count; p++) {
        check->w[p] = floats(param_size(node, p));
        check->dw[p] = floats(param_size(node, p));
        /* Those that are not trainable may be variances. */
        fill_range(check->w[p], param_size(node, p), 40 + (uint32_t)p,
                   node->params[p].spec.trainable ? -1.0f : 0.5f, 1.5f);
    }
}

static void check_clear(struct check *check)
{
    nn_free(check->y);
    nn_free(check->dy);
    nn_free(check->saved);
    nn_free(check->scratch);
    for (int k = 0; k < NN_MAX_INPUTS; k++) {
        nn_free(check->x[k]);
        nn_free(check->dx[k]);
    }
    for (int p = 0; p < NN_MAX_PARAMS; p++) {
        nn_free(check->w[p]);
        nn_free(check->dw[p]);
    }
}

static struct nn_call make_call(const struct check *check)
{
    struct nn_call call = {.node = check->node,
                           .batch = BATCH,
                           .training = check->training,
                           .y = check->y,
                           .w = check->w,
                           .saved = check->saved,
                           .scratch = check->scratch,
                           .dy = check->dy};
    nn_random_init(&call.random, 3, NN_STREAM_DROPOUT, 1);
    for (int k = 0; k < check->node->input_count; k++)
        call.x[k] = check->x[k];
    return call;
}

/* The sum of dy y, whose gradient backward computes. */
static double projection(const struct check *check)
{
    struct nn_call call = make_call(check);
    double sum = 0.0;
    check->node->layer->forward(&call);
    for (size_t i = 0; i < BATCH * check->node->size; i++)
        sum += (double)check->dy[i] * (double)check->y[i];
    return sum;
}

static double difference(const struct check *check, float *at, double step)
{
    float kept = *at, up = kept + (float)step, down = kept - (float)step;
    *at = up;
    double above = projection(check);
    *at = down;
    double below = projection(check);
    *at = kept;
    return (above - below) / ((double)up - (double)down);
}

/* Compares one array of gradients. Where two steps disagree there is a kink in between after all:
 * skipped. */
static void compare(struct check *check, float *values, const float *gradient, size_t count)
{
    double largest = 1e-3;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs((double)gradient[i]));
    for (size_t i = 0; i < count; i++) {
        double wide = difference(check, &values[i], STEP);
        double narrow = difference(check, &values[i], STEP / 2);
        if (fabs(wide - narrow) > 0.02 * largest) {
            check->skipped++;
            continue;
        }
        double slope = (4.0 * narrow - wide) / 3.0; /* Richardson */
        double error = fabs(slope - (double)gradient[i]) / largest;
        check->worst = isnan(error) ? INFINITY : fmax(check->worst, error);
        check->compared++;
    }
}

static void spoil(float *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = NAN;
}

/* Computes all gradients into arrays full of NaN, so that one that is not overwritten shows. */
static void run_backward(struct check *check)
{
    const struct nn_node *node = check->node;
    float *dw[NN_MAX_PARAMS] = {NULL};
    struct nn_call call = make_call(check);
    for (int k = 0; k < node->input_count; k++) {
        spoil(check->dx[k], input_size(node, k));
        call.dx[k] = check->dx[k];
    }
    for (int p = 0; p < node->param_count; p++) {
        spoil(check->dw[p], param_size(node, p));
        dw[p] = node->params[p].spec.trainable ? check->dw[p] : NULL;
    }
    if (node->layer->scratch)
        spoil(check->scratch, node->layer->scratch(node, BATCH));
    call.dw = dw;
    node->layer->backward(&call);
}

/* Gradients wanted one at a time are the same, and nothing else is written. */
static void check_partial(struct check *check)
{
    const struct nn_node *node = check->node;
    float *dw[NN_MAX_PARAMS] = {NULL};
    struct nn_call call = make_call(check);
    node->layer->backward(&call);
    for (int k = 0; k < node->input_count; k++) {
        size_t size = input_size(node, k);
        float *only = floats(size);
        call.dx[k] = only;
        node->layer->backward(&call);
        cr_assert(!memcmp(only, check->dx[k], size * sizeof *only), "%s", node->layer->name);
        call.dx[k] = NULL;
        nn_free(only);
    }
    for (int p = 0; p < node->param_count; p++) {
        if (!node->params[p].spec.trainable)
            continue;
        float *only = floats(param_size(node, p));
        dw[p] = only;
        call.dw = dw;
        node->layer->backward(&call);
        cr_assert(!memcmp(only, check->dw[p], param_size(node, p) * sizeof *only), "%s",
                  node->layer->name);
        dw[p] = NULL;
        nn_free(only);
    }
}

/* The worst error of all gradients of a node. */
static double check_node(const struct nn_node *node, bool training, const char *what)
{
    struct check check;
    check_init(&check, node, training);
    projection(&check); /* fills y and saved */
    run_backward(&check);
    check_partial(&check);
    for (int k = 0; k < node->input_count; k++)
        if (node->layer->flags & NN_LAYER_INDEX)
            for (size_t i = 0; i < input_size(node, k); i++)
                cr_assert(check.dx[k][i] == 0.0f, "%s", what);
        else
            compare(&check, check.x[k], check.dx[k], input_size(node, k));
    for (int p = 0; p < node->param_count; p++)
        if (node->params[p].spec.trainable)
            compare(&check, check.w[p], check.dw[p], param_size(node, p));
    double worst = check.worst;
    cr_assert(check.skipped * 10 <= check.compared, "%s: %zu of %zu places have a kink", what,
              check.skipped, check.skipped + check.compared);
    check_clear(&check);
    return worst;
}

/* A value for one argument; "" leaves it out. */
static void generate_value(const struct nn_arg_spec *spec, struct nn_random *random, char out[32])
{
    static const char *const texts[] = {"0", "1", "same", "valid", "1x0x0x1"};
    bool required = spec->flags & NN_ARG_REQUIRED;
    unsigned a = 1 + nn_random_below(random, 3), b = 1 + nn_random_below(random, 3);
    out[0] = '\0';
    if (!required && nn_random_below(random, 2))
        return;
    switch (spec->type) {
    case NN_ARG_INT:
        snprintf(out, 32, "%u", required ? a * b : a); /* sizes may be multiples: groups */
        break;
    case NN_ARG_REAL:
        snprintf(out, 32, "0.%u", 4 * a); /* no bound at a value of fill_apart */
        break;
    case NN_ARG_BOOL:
        snprintf(out, 32, "%s", a == 1 ? "yes" : "no");
        break;
    case NN_ARG_DIMS:
        snprintf(out, 32, a == 1 ? "%u" : "%ux%u", b, a);
        break;
    case NN_ARG_CHOICE: {
        const char *at = spec->choices;
        while (a-- > 1 && strchr(at, '|'))
            at = strchr(at, '|') + 1;
        snprintf(out, 32, "%.*s", (int)strcspn(at, "|"), at);
        break;
    }
    case NN_ARG_TEXT:
        if (spec->fallback && !strcmp(spec->name, "padding"))
            snprintf(out, 32, "%s", texts[nn_random_below(random, 5)]);
        break;
    default:
        break;
    }
}

/* "conv2d filters=2 kernel=1x3 ...": generated words for `add`. */
static void generate_words(const struct nn_layer_class *layer, struct nn_random *random,
                           const char *from, char out[512])
{
    size_t used = (size_t)snprintf(out, 512, "%s%s", layer->name, from);
    for (const struct nn_arg_spec *spec = layer->args; spec->name; spec++) {
        char value[32];
        generate_value(spec, random, value);
        if (value[0])
            used += (size_t)snprintf(out + used, 512 - used, " %s=%s", spec->name, value);
    }
}

/* Input shapes and, for layers that join, what they join. */
static const struct {
    const char *input, *before, *from;
} starts[] = {
    {"7", "", ""},
    {"2x3", "", ""},
    {"3x5", "", ""},
    {"4x6x5", "", ""},
    {"6x4x7", "", ""},
    {"2x3x2x4", "", ""},
    {"5", "dense 3", " from=input,dense1"},
    {"5", "dense 5", " from=dense1,input,dense1"},
    {"3x3", "conv1d 3 1", " from=input,conv1"},
    {"2x4x3", "conv2d 3 1", " from=input,conv1"},
    {"2x4x3", "conv2d 2 3 padding=1", " from=conv1,input"},
    {"2x4x3", "globalavgpool2d", " from=input,globalavgpool1,input"},
};

static size_t check_words(const struct nn_layer_class *layer, const char *input, const char *before,
                          const char *words)
{
    struct nn_net *net = build_net(input, before);
    struct nn_error error = {0};
    size_t checked = 0;
    if (add_text(net, words, &error) == NN_OK) {
        bool both = layer->flags & (NN_LAYER_RANDOM | NN_LAYER_BATCH);
        for (int training = 0; training <= both; training++, checked++) {
            double worst = check_node(nn_net_output(net), training, words);
            cr_assert(worst <= TOLERANCE, "%s at %s%s: error %g", words, input,
                      training ? " in training" : "", worst);
        }
    } else {
        cr_assert(error.message[0] != '\0' && error.status != NN_OK);
    }
    nn_net_free(net);
    return checked;
}

Test(gradients, of_every_layer, .timeout = 300)
{
    struct nn_random random;
    nn_random_init(&random, 5, NN_STREAM_GENERATE, 99);
    for (size_t i = 0; i < nn_layer_count; i++) {
        const struct nn_layer_class *layer = nn_layers[i];
        size_t checked = 0, fitting = 0;
        if (layer->max_inputs == 0)
            continue;
        for (size_t s = 0; s < sizeof starts / sizeof starts[0]; s++) {
            bool joins = starts[s].from[0] != '\0';
            size_t here = 0, trials = layer->args[0].name ? TRIALS : 1;
            if (joins != (layer->min_inputs > 1))
                continue;
            for (size_t t = 0; t < trials && here < WANTED; t++) {
                char words[512];
                generate_words(layer, &random, starts[s].from, words);
                here += check_words(layer, starts[s].input, starts[s].before, words);
            }
            checked += here;
            fitting += here > 0;
        }
        cr_assert(fitting >= 1 && checked >= 1, "no generated arguments fit %s", layer->name);
    }
}

static void wrong_backward(const struct nn_call *call)
{
    nn_layer_find("tanh")->backward(call);
    for (size_t i = 0; call->dx[0] && i < call->batch * call->node->size; i++)
        call->dx[0][i] *= 1.01f;
}

static void lazy_backward(const struct nn_call *call)
{
    for (size_t i = 1; call->dx[0] && i < call->batch * call->node->size; i++)
        call->dx[0][i] = 0.0f;
}

Test(gradients, a_wrong_derivative_is_found)
{
    struct nn_layer_class wrong = *nn_layer_find("tanh");
    struct nn_net *net = build_net("7", "tanh");
    cr_assert(check_node(net->nodes[1], false, "tanh") <= TOLERANCE);
    wrong.backward = wrong_backward;
    net->nodes[1]->layer = &wrong;
    cr_assert(check_node(net->nodes[1], false, "wrong tanh") > TOLERANCE);
    nn_net_free(net);
}

Test(gradients, a_gradient_left_out_is_found)
{
    struct nn_layer_class lazy = *nn_layer_find("relu");
    struct nn_net *net = build_net("7", "relu");
    struct check check;
    lazy.backward = lazy_backward;
    net->nodes[1]->layer = &lazy;
    check_init(&check, net->nodes[1], false);
    projection(&check);
    run_backward(&check);
    compare(&check, check.x[0], check.dx[0], input_size(net->nodes[1], 0));
    cr_assert(check.worst > TOLERANCE);
    check_clear(&check);
    nn_net_free(net);
}
