#include "explain/alone.h"
#include "explain/cam.h"
#include "explain/explain.h"
#include "explain/rules.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

/* The bias of an affine layer is its output for 0; that of an activation y = s(x) is s - s' x.
 * work [2, the layer's input], bias [the layer]. */
static void bias_of(struct nn_alone *alone, const struct nn_node *node, const float *x, float *work,
                    float *bias)
{
    bool affine = node->layer->flags & NN_LAYER_LINEAR;
    size_t in = nn_shape_size(&node->in_shape[0]);
    struct nn_call call = nn_alone_call(alone, node, 1);
    memset(work, 0, in * sizeof *work);
    call.x[0] = affine ? work : x;
    call.y = bias;
    node->layer->forward(&call);
    if (affine)
        return;
    for (size_t i = 0; i < in; i++)
        work[in + i] = 1;
    call.dy = work + in;
    call.dx[0] = work;
    node->layer->backward(&call);
    for (size_t i = 0; i < in; i++)
        bias[i] -= work[i] * x[i];
}

/* Adds |map| to out, scaled to 0..1 and enlarged to height x width. work: [map], [height width]. */
static void add_map(const float *map, size_t h, size_t w, size_t height, size_t width, float *work,
                    float *grown, float *out)
{
    float low = INFINITY, high = 0;
    for (size_t i = 0; i < h * w; i++) {
        work[i] = fabsf(map[i]);
        low = fminf(low, work[i]);
    }
    for (size_t i = 0; i < h * w; i++) {
        work[i] -= low;
        high = fmaxf(high, work[i]);
    }
    for (size_t i = 0; i < h * w; i++)
        work[i] /= 1e-7f + high;
    nn_map_resize(work, h, w, grown, height, width);
    for (size_t i = 0; i < height * width; i++)
        out[i] += grown[i];
}

enum kind { NOTHING, BIAS };

/* Layers with a bias, explicit or not; those without one; and others, for which it is not known. */
static enum nn_status kind_of(const struct nn_node *node, enum kind *kind, struct nn_error *error)
{
    unsigned flags = node->layer->flags;
    bool affine = (flags & NN_LAYER_LINEAR) && node->input_count == 1;
    bool curve = (flags & NN_LAYER_POINTWISE) && !(flags & NN_LAYER_LINEAR);
    *kind = (affine && node->param_count > 0) || curve ? BIAS : NOTHING;
    if (*kind == BIAS || (flags & (NN_LAYER_LINEAR | NN_LAYER_MOVES | NN_LAYER_MAXIMUM)))
        return NN_OK;
    return nn_fail(error, NN_REFUSED,
                   "fullgrad: %s (layer %s) has no bias that stands for all that is not its slope: "
                   "use integrated_gradients",
                   node->layer->name, node->name);
}

struct fullgrad {
    const struct nn_explain_call *call;
    struct nn_pass *pass;
    struct nn_alone alone;
    bool *reached;
    float *seed, *work, *grown, *product; /* work, product: [2, largest layer] */
    size_t height, width;
};

/* A sample alone: |x dF/dx| and |b dF/dy| of every layer with feature maps, channel by channel. */
static enum nn_status explain_sample(struct fullgrad *f, size_t s, float *out,
                                     struct nn_error *error)
{
    const struct nn_explain_call *call = f->call;
    const struct nn_net *net = call->net;
    struct nn_target target = call->target;
    enum nn_status status;
    target.unit += s;
    memcpy(nn_pass_input(f->pass), call->x + s * net->nodes[0]->size,
           net->nodes[0]->size * sizeof *out);
    NN_TRY(nn_explain_forward(f->pass, 1, call->progress, error));
    nn_target_seed(&target, f->pass, 0, f->seed);
    struct nn_walk walk = {.from = target.node, .seed = f->seed};
    NN_TRY(nn_pass_backward(f->pass, &walk, error));
    memset(out, 0, f->height * f->width * sizeof *out);
    for (int n = 0; n <= target.node; n++) {
        const struct nn_node *node = net->nodes[n];
        enum kind kind = BIAS;
        if (!f->reached[n] || node->shape.rank != net->nodes[0]->shape.rank)
            continue;
        if (n > 0)
            NN_TRY(kind_of(node, &kind, error));
        if (kind == NOTHING)
            continue;
        const float *factor = nn_pass_output(f->pass, 0), *g = nn_pass_gradient(f->pass, n);
        if (n > 0) {
            bias_of(&f->alone, node, nn_pass_output(f->pass, node->inputs[0]), f->work, f->product);
            factor = f->product;
        }
        for (size_t i = 0; i < node->size; i++)
            f->product[i] = factor[i] * g[i];
        struct nn_plane plane = nn_plane_of(&node->shape);
        size_t h = plane.height, w = plane.width;
        for (size_t c = 0; c < plane.channels; c++)
            add_map(f->product + c * h * w, h, w, f->height, f->width, f->work, f->grown, out);
    }
out:
    return status;
}

static enum nn_status prepare(struct fullgrad *f, const struct nn_explain_call *call,
                              struct nn_error *error)
{
    enum nn_status status;
    const struct nn_net *net = call->net;
    size_t largest = 1;
    enum kind kind;
    f->call = call;
    if (net->nodes[0]->shape.rank != 3 && net->nodes[0]->shape.rank != 2)
        return nn_fail(error, NN_REFUSED,
                       "fullgrad is for images and series; use gradient_x_input");
    f->height = nn_plane_of(&net->nodes[0]->shape).height;
    f->width = nn_plane_of(&net->nodes[0]->shape).width;
    NN_TRY(nn_gradient_exists(net, 0, call->target.node, error));
    f->reached = nn_calloc((size_t)net->count, sizeof *f->reached);
    if (!f->reached)
        return nn_fail_memory(error, (size_t)net->count);
    nn_net_ancestors(net, call->target.node, f->reached);
    for (int i = 0; i < net->count; i++) {
        if (i > 0 && f->reached[i])
            NN_TRY(kind_of(net->nodes[i], &kind, error));
        largest = net->nodes[i]->size > largest ? net->nodes[i]->size : largest;
    }
    NN_TRY(nn_alone_init(&f->alone, net, 1, error));
    f->seed = nn_calloc(net->nodes[call->target.node]->size, sizeof *f->seed);
    f->work = nn_calloc_aligned(2 * largest, sizeof *f->work);
    f->product = nn_calloc_aligned(2 * largest, sizeof *f->product);
    f->grown = nn_calloc(f->height * f->width, sizeof *f->grown);
    if (!f->seed || !f->work || !f->product || !f->grown)
        NN_TRY(nn_fail_memory(error, 2 * largest * sizeof *f->work));
    NN_TRY(nn_pass_new(net, 1, NN_PASS_GRADIENTS, 0, &f->pass, error));
out:
    return status;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    struct fullgrad f = {0};
    enum nn_status status = prepare(&f, call, error);
    for (size_t s = 0; s < call->batch && status == NN_OK; s++) {
        status = explain_sample(&f, s, out + s * f.height * f.width, error);
        nn_progress_set(call->progress, (double)(s + 1) / (double)call->batch);
    }
    nn_pass_free(f.pass);
    nn_alone_clear(&f.alone);
    nn_free(f.reached);
    nn_free(f.seed);
    nn_free(f.work);
    nn_free(f.product);
    nn_free(f.grown);
    return status;
}

static void shape_of(const struct nn_explain_call *call, struct nn_shape *shape)
{
    struct nn_plane plane = nn_plane_of(&call->net->nodes[0]->shape);
    *shape = nn_shape_make(3, (size_t[]){1, plane.height, plane.width});
}

const struct nn_method nn_method_fullgrad = {
    .name = "fullgrad",
    .alias = NULL,
    .summary = "the gradient at the input and at every bias of the feature maps, laid over each "
               "other",
    .formula = "p(x dF/dx) + sum over layers and channels of p(b dF/dy), p = enlarged magnitude, "
               "scaled to 0..1",
    .source = "Srinivas, Fleuret 2019, equation 6; biases of convolutions and normalizations, and "
              "the implicit ones of activations (section 3.1, 0 for relu); scaling as in "
              "pytorch-grad-cam",
    .args = nn_no_args,
    .flags = 0,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_POSITIVE,
    .shape = shape_of,
    .run = run,
};
