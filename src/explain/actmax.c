/* Activation maximization: gradient ascent on the input, kept smooth and within its range. */
#include "explain/explain.h"

#include "base/mem.h"
#include "explain/rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEPS, LR, L2, TV, JITTER, BLUR, EVERY, CONTRAST };

const struct nn_arg_spec nn_actmax_args[] = {
    {"steps", NN_ARG_INT, "256", 1, 100000, NULL, "steps", "steps of gradient ascent", 0},
    {"lr", NN_ARG_REAL, "0.05", 1e-6, 100, NULL, "of the input's range", "step size (Adam)", 0},
    {"l2", NN_ARG_REAL, "0.5", 0, 1e6, NULL, NULL,
     "weight of the squared distance from the resting input", 0},
    {"tv", NN_ARG_REAL, "0.1", 0, 1e6, NULL, NULL, "weight of the total variation (images)", 0},
    {"jitter", NN_ARG_INT, NULL, 0, 64, NULL, "pixels",
     "largest random shift of each step (images); default a sixteenth of the smaller side", 0},
    {"blur", NN_ARG_REAL, "0.4", 0, 16, NULL, "pixels", "width of the blur (images); 0 = none", 0},
    {"every", NN_ARG_INT, "8", 1, 100000, NULL, "steps", "a blur every so many steps", 0},
    {"contrast", NN_ARG_BOOL, "yes", 0, 0, NULL, NULL,
     "for a class: raise its logit over the other classes' (log-probability), not alone", 0},
    {0},
};

struct ascent {
    const struct nn_actmax_request *request;
    struct nn_pass *pass;
    size_t size, channels, height, width; /* height = width = 0: not an image */
    float *x, *m, *v, *gradient, *work;   /* [size] */
    float *seed;                          /* [target node's size] */
    struct nn_random random;
    int node; /* whose output is maximized */
    bool contrast;
};

static float low_of(const struct ascent *a, size_t i)
{
    return a->request->lows ? a->request->lows[i] : a->request->low;
}

static float high_of(const struct ascent *a, size_t i)
{
    return a->request->highs ? a->request->highs[i] : a->request->high;
}

/* ---- regularizers ---- */

/* Rolls an image by (down, right), around its edges. */
static void roll(const struct ascent *a, const float *in, long down, long right, float *out)
{
    long h = (long)a->height, w = (long)a->width;
    for (size_t c = 0; c < a->channels; c++)
        for (long row = 0; row < h; row++)
            for (long column = 0; column < w; column++) {
                long r = (row + down + h) % h, s = (column + right + w) % w;
                out[((long)c * h + r) * w + s] = in[((long)c * h + row) * w + column];
            }
}

/* Gradient of the smoothed total variation sum sqrt(dx^2 + dy^2 + e), subtracted with its weight.
 */
static void subtract_variation(struct ascent *a, double weight)
{
    size_t h = a->height, w = a->width;
    for (size_t c = 0; c < a->channels; c++) {
        const float *x = a->x + c * h * w;
        float *g = a->gradient + c * h * w;
        for (size_t row = 0; row < h; row++)
            for (size_t column = 0; column < w; column++) {
                size_t at = row * w + column, right = column + 1 < w ? at + 1 : at,
                       down = row + 1 < h ? at + w : at;
                double dx = (double)x[right] - (double)x[at], dy = (double)x[down] - (double)x[at];
                double norm = sqrt(dx * dx + dy * dy + 1e-4);
                g[at] += (float)(weight * (dx + dy) / norm);
                g[right] -= (float)(weight * dx / norm);
                g[down] -= (float)(weight * dy / norm);
            }
    }
}

/* One pass of the separable Gaussian (radius 2, edges repeated) along rows (step 1) or columns. */
static void blur_along(const struct ascent *a, const float *in, float *out, bool rows, double sigma)
{
    double kernel[5], total = 0;
    for (int i = -2; i <= 2; i++)
        total += kernel[i + 2] = exp(-0.5 * i * i / (sigma * sigma));
    long h = (long)a->height, w = (long)a->width;
    for (long c = 0; c < (long)a->channels; c++)
        for (long row = 0; row < h; row++)
            for (long column = 0; column < w; column++) {
                double sum = 0;
                for (long i = -2; i <= 2; i++) {
                    long r = rows ? row : row + i, s = rows ? column + i : column;
                    r = r < 0 ? 0 : r >= h ? h - 1 : r;
                    s = s < 0 ? 0 : s >= w ? w - 1 : s;
                    sum += kernel[i + 2] * (double)in[(c * h + r) * w + s];
                }
                out[(c * h + row) * w + column] = (float)(sum / total);
            }
}

/* ---- one step ---- */

/* The gradient of the objective at the output of the node: the unit, the mean of its feature map,
 * or, with contrast, the log-probability of its class among the node's outputs. */
static void objective_seed(struct ascent *a)
{
    const struct nn_node *node = a->request->net->nodes[a->node];
    size_t unit = a->request->unit;
    memset(a->seed, 0, node->size * sizeof *a->seed);
    if (node->shape.rank > 1) {
        size_t map = node->size / node->shape.dim[0];
        for (size_t i = 0; i < map; i++)
            a->seed[unit * map + i] = 1 / (float)map;
        return;
    }
    a->seed[unit] = 1;
    if (!a->contrast)
        return;
    const float *z = nn_pass_output(a->pass, a->node);
    double top = -INFINITY, sum = 0;
    for (size_t i = 0; i < node->size; i++)
        if (i != unit)
            top = fmax(top, (double)z[i]);
    for (size_t i = 0; i < node->size; i++)
        sum += i == unit ? 0 : exp((double)z[i] - top);
    for (size_t i = 0; i < node->size; i++)
        if (i != unit)
            a->seed[i] = (float)(-exp((double)z[i] - top) / sum);
}

/* Pixels of the largest shift: a digit of 8 x 8 pixels is blurred beyond recognition by a shift of
 * one. */
static long jitter_of(const struct ascent *a)
{
    size_t side = a->height < a->width ? a->height : a->width;
    if (nn_args_is_set(a->request->args, JITTER))
        return (long)nn_args_int(a->request->args, JITTER);
    return (long)(side / 16);
}

static enum nn_status ascend(struct ascent *a, struct nn_error *error)
{
    bool image = a->height > 0;
    long jitter = image ? jitter_of(a) : 0, down = 0, right = 0;
    if (jitter > 0) {
        down = (long)nn_random_below(&a->random, (uint32_t)(2 * jitter + 1)) - jitter;
        right = (long)nn_random_below(&a->random, (uint32_t)(2 * jitter + 1)) - jitter;
        down %= (long)a->height; /* no further than once around */
        right %= (long)a->width;
        roll(a, a->x, down, right, nn_pass_input(a->pass));
    } else
        memcpy(nn_pass_input(a->pass), a->x, a->size * sizeof *a->x);
    nn_pass_forward(a->pass, 1, NULL);
    objective_seed(a);
    struct nn_walk walk = {.from = a->node, .seed = a->seed};
    enum nn_status status = nn_pass_backward(a->pass, &walk, error);
    if (status != NN_OK)
        return status;
    const float *g = nn_pass_gradient(a->pass, 0);
    double square = 0;
    for (size_t i = 0; i < a->size; i++)
        square += (double)g[i] * (double)g[i];
    if (jitter > 0)
        roll(a, g, -down, -right, a->gradient);
    else
        memcpy(a->gradient, g, a->size * sizeof *g);
    /* To a mean square of one, so that the weights of the regularizers mean the same for every net.
     */
    double scale = square > 0 ? 1 / sqrt(square / (double)a->size) : 0;
    for (size_t i = 0; i < a->size; i++)
        a->gradient[i] = (float)(scale * (double)a->gradient[i]);
    return NN_OK;
}

/* Adam on the input, in units of its range, then back into the range. */
static void move(struct ascent *a, size_t step)
{
    const struct nn_args *args = a->request->args;
    double lr = nn_args_real(args, LR), l2 = nn_args_real(args, L2);
    double c1 = 1 - pow(0.9, (double)step), c2 = 1 - pow(0.999, (double)step);
    for (size_t i = 0; i < a->size; i++) {
        float low = low_of(a, i), high = high_of(a, i), rest = low <= 0 && high >= 0 ? 0 : low;
        double g = (double)a->gradient[i] - 2 * l2 * (double)(a->x[i] - rest);
        a->m[i] = (float)(0.9 * (double)a->m[i] + 0.1 * g);
        a->v[i] = (float)(0.999 * (double)a->v[i] + 0.001 * g * g);
        double change = lr * (double)(high - low) * ((double)a->m[i] / c1) /
                        (sqrt((double)a->v[i] / c2) + 1e-8);
        float x = (float)((double)a->x[i] + change);
        a->x[i] = x < low ? low : x > high ? high : x;
    }
}

static enum nn_status optimise(struct ascent *a, struct nn_error *error)
{
    const struct nn_args *args = a->request->args;
    size_t steps = (size_t)nn_args_int(args, STEPS), every = (size_t)nn_args_int(args, EVERY);
    double sigma = nn_args_real(args, BLUR), tv = nn_args_real(args, TV);
    for (size_t step = 1; step <= steps; step++) {
        if (nn_cancelled(a->request->progress))
            return nn_fail(error, NN_CANCELLED, "stopped");
        enum nn_status status = ascend(a, error);
        if (status != NN_OK)
            return status;
        if (a->height > 0 && tv > 0)
            subtract_variation(a, tv);
        move(a, step);
        if (a->height > 0 && sigma > 0 && step % every == 0 && step + every <= steps) {
            blur_along(a, a->x, a->work, true, sigma);
            blur_along(a, a->work, a->x, false, sigma);
        }
        nn_progress_set(a->request->progress, (double)step / (double)steps);
    }
    return NN_OK;
}

/* ---- all together ---- */

static enum nn_status ascent_init(struct ascent *a, const struct nn_actmax_request *request,
                                  struct nn_error *error)
{
    const struct nn_net *net = request->net;
    const struct nn_node *input = net->nodes[0];
    a->request = request;
    a->node = request->node == net->count - 1 ? nn_net_logits(net) : request->node;
    a->size = input->size;
    a->channels = 1;
    if (input->shape.rank == 3) {
        a->channels = input->shape.dim[0];
        a->height = input->shape.dim[1];
        a->width = input->shape.dim[2];
    }
    const struct nn_node *node = net->nodes[a->node];
    a->contrast = nn_args_bool(request->args, CONTRAST) && a->node == nn_net_logits(net) &&
                  node->size > 1 && node->shape.rank == 1;
    a->x = nn_calloc(a->size, sizeof *a->x);
    a->m = nn_calloc(a->size, sizeof *a->m);
    a->v = nn_calloc(a->size, sizeof *a->v);
    a->gradient = nn_calloc(a->size, sizeof *a->gradient);
    a->work = nn_calloc(a->size, sizeof *a->work);
    a->seed = nn_calloc(node->size, sizeof *a->seed);
    if (!a->x || !a->m || !a->v || !a->gradient || !a->work || !a->seed)
        return nn_fail_memory(error, 5 * a->size * sizeof *a->x);
    nn_random_init(&a->random, request->seed, NN_STREAM_ACTMAX, (uint32_t)request->unit);
    for (size_t i = 0; i < a->size;
         i++) { /* a little noise around the low end: an almost empty picture */
        float low = low_of(a, i), high = high_of(a, i), rest = low <= 0 && high >= 0 ? 0 : low;
        float x = rest + 0.1f * (high - low) * nn_random_float(&a->random);
        a->x[i] = x < low ? low : x > high ? high : x;
    }
    return nn_pass_new(net, 1, NN_PASS_GRADIENTS, 0, &a->pass, error);
}

static void ascent_clear(struct ascent *a)
{
    nn_pass_free(a->pass);
    nn_free(a->x);
    nn_free(a->m);
    nn_free(a->v);
    nn_free(a->gradient);
    nn_free(a->work);
    nn_free(a->seed);
}

static enum nn_status describe(struct ascent *a, struct nn_result *result, struct nn_error *error)
{
    enum nn_status status;
    const struct nn_net *net = a->request->net;
    const struct nn_node *node = net->nodes[a->node], *output = nn_net_output(net);
    int32_t unit = (int32_t)a->request->unit;
    struct nn_target target = {.what = NN_EXPLAIN_UNIT, .node = a->node, .unit = &unit};
    double value;
    struct nn_buffer text;
    nn_buffer_init(&text, 0);
    NN_TRY(nn_explain_value(net, &target, a->x, 1, &value, NULL, error));
    nn_result_figure(result, "F(x)", value);
    bool logarithm = strcmp(output->layer->name, "logsoftmax") == 0;
    bool softmax = logarithm || strcmp(output->layer->name, "softmax") == 0;
    if (node == net->nodes[nn_net_logits(net)] && softmax) {
        target.node = output->index;
        NN_TRY(nn_explain_value(net, &target, a->x, 1, &value, NULL, error));
        nn_result_figure(result, "p", logarithm ? exp(value) : value);
    }
    snprintf(result->method, sizeof result->method, "actmax");
    snprintf(result->layer, sizeof result->layer, "%s", net->nodes[a->request->node]->name);
    snprintf(result->target, sizeof result->target,
             node->shape.rank > 1 ? "mean of map %d of %s" : "unit %d of %s", (int)unit,
             node->name);
    snprintf(result->title, sizeof result->title, "input that drives %s highest", result->target);
    nn_args_format(a->request->args, true, &text);
    NN_TRY(nn_buffer_check(&text, error));
    snprintf(result->parameters, sizeof result->parameters, "%s", nn_buffer_string(&text));
    result->scale = NN_SCALE_RANGE;
    result->sample = -1;
    NN_TRY(nn_tensor_init(&result->values, &net->nodes[0]->shape, error));
    memcpy(result->values.data, a->x, a->size * sizeof *a->x);
out:
    nn_buffer_clear(&text);
    return status;
}

enum nn_status nn_actmax(const struct nn_actmax_request *request, struct nn_result **result,
                         struct nn_error *error)
{
    enum nn_status status;
    struct ascent a = {0};
    struct nn_result *made = NULL;
    const struct nn_node *node = request->net->nodes[request->node];
    size_t limit = node->shape.rank > 1 ? node->shape.dim[0] : node->size;
    if (request->node == 0)
        return nn_fail(error, NN_REFUSED, "actmax: the input itself has no units; name a layer");
    if (request->unit >= limit)
        return nn_fail(error, NN_ARGUMENT, "actmax: unit=%zu: layer %s has %s 0 to %zu",
                       request->unit, node->name, node->shape.rank > 1 ? "maps" : "units",
                       limit - 1);
    NN_TRY(nn_gradient_exists(request->net, 0, request->node, error));
    NN_TRY(ascent_init(&a, request, error));
    NN_TRY(optimise(&a, error));
    NN_TRY(nn_result_new(NN_RESULT_IMAGE, "actmax", &made, error));
    NN_TRY(describe(&a, made, error));
    *result = made;
    made = NULL;
out:
    ascent_clear(&a);
    nn_result_free(made);
    return status;
}
