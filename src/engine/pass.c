#include "engine/pass.h"

#include "base/mem.h"
#include "base/pool.h"
#include "kernels/kernels.h"

#include <assert.h>
#include <string.h>

#define ALIGN       ((size_t)16)        /* floats: 64 bytes */
#define MAX_FLOATS  ((size_t)1 << 40)   /* of one node's activations */
#define BLOCK       ((size_t)16384)     /* floats that one task adds up */
#define NODE_RANDOM ((uint64_t)1 << 40) /* random numbers between the streams of two nodes */

/* Buffers of one node. */
struct slot {
    float *y, *dy, *saved;
    float *w[NN_MAX_PARAMS], *dw[NN_MAX_PARAMS];
    struct nn_call call; /* made once; what differs from step to step is set anew */
    int consumers;
    bool clean; /* dy is all zero; at first it is undefined */
    /* of the walk of the moment: */
    bool wanted;  /* it passes here */
    bool reached; /* and has put a gradient into dy */
};

struct nn_pass {
    const struct nn_net *net;
    struct slot *slots;
    struct nn_arena arena;
    float *floats; /* the block of all buffers */
    unsigned flags;
    size_t max_batch, batch;
    bool training;
    const struct nn_progress *watch; /* nn_pass_watch */
    struct nn_random random;         /* of the last forward in training mode */
    float *scratch;
    float *side; /* gradients that are added to those of other consumers */
};

/* Deals out one block of floats; without a block it only counts. */
struct layout {
    float *base;
    size_t used;
};

static size_t round_up(size_t count)
{
    return (count + ALIGN - 1) / ALIGN * ALIGN;
}

static float *take(struct layout *layout, size_t count)
{
    float *at = layout->base ? layout->base + layout->used : NULL;
    layout->used += round_up(count);
    return at;
}

static size_t max_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t saved_floats(const struct nn_node *node, size_t batch)
{
    return node->layer->saved ? node->layer->saved(node, batch) : 0;
}

static size_t scratch_floats(const struct nn_node *node, size_t batch)
{
    return node->layer->scratch ? round_up(node->layer->scratch(node, batch)) : 0;
}

/* Space for the gradients of a node at those inputs that have other consumers too. */
static size_t side_floats(const struct nn_pass *pass, const struct nn_node *node)
{
    size_t floats = 0;
    for (int k = 0; k < node->input_count; k++)
        if (pass->slots[node->inputs[k]].consumers > 1)
            floats += round_up(pass->max_batch * pass->net->nodes[node->inputs[k]]->size);
    return floats;
}

static void lay_out_node(struct layout *layout, const struct nn_pass *pass,
                         const struct nn_node *node)
{
    struct slot *slot = &pass->slots[node->index];
    slot->y = take(layout, pass->max_batch * node->size);
    if (pass->flags & NN_PASS_GRADIENTS) {
        slot->dy = take(layout, pass->max_batch * node->size);
        slot->saved = take(layout, saved_floats(node, pass->max_batch));
    }
    if (pass->flags & NN_PASS_PARAMETERS)
        for (int p = 0; p < node->param_count; p++)
            slot->dw[p] = take(layout, nn_shape_size(&node->params[p].spec.shape));
}

/* Places every buffer of the pass. */
static void lay_out(struct layout *layout, struct nn_pass *pass, size_t walk_scratch)
{
    const struct nn_net *net = pass->net;
    size_t scratch = 0, saved = 0, side = 0;
    for (int i = 0; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        lay_out_node(layout, pass, node);
        scratch = max_of(scratch, scratch_floats(node, pass->max_batch));
        saved = max_of(saved, saved_floats(node, pass->max_batch));
        side = max_of(side, side_floats(pass, node));
    }
    pass->scratch = take(layout, scratch);
    take(layout, walk_scratch);
    if (pass->flags & NN_PASS_GRADIENTS) {
        pass->side = take(layout, side);
        return;
    }
    /* Layers write what they save all the same; nobody reads it, so it may be shared. */
    float *shared = take(layout, saved);
    for (int i = 0; i < net->count; i++)
        pass->slots[i].saved = shared;
}

/* Makes the slots and counts the floats of all buffers. */
static enum nn_status plan(struct nn_pass *pass, size_t walk_scratch, size_t *floats,
                           struct nn_error *error)
{
    const struct nn_net *net = pass->net;
    if (net->count == 0)
        return nn_fail(error, NN_STATE, "the net is empty");
    for (int i = 0; i < net->count; i++) {
        size_t size;
        if (!nn_size_mul(pass->max_batch, net->nodes[i]->size, &size) || size > MAX_FLOATS)
            return nn_fail(error, NN_LIMIT, "layer %s: %zu samples at once are too many",
                           net->nodes[i]->name, pass->max_batch);
    }
    pass->slots = nn_arena_alloc(&pass->arena, (size_t)net->count, sizeof *pass->slots);
    if (!pass->slots)
        return nn_fail_memory(error, (size_t)net->count * sizeof *pass->slots);
    for (int i = 0; i < net->count; i++)
        for (int k = 0; k < net->nodes[i]->input_count; k++)
            pass->slots[net->nodes[i]->inputs[k]].consumers++;
    struct layout layout = {0};
    lay_out(&layout, pass, walk_scratch);
    *floats = layout.used;
    return NN_OK;
}

static void prepare(struct nn_pass *pass, const struct nn_net *net, size_t max_batch,
                    unsigned flags)
{
    *pass = (struct nn_pass){.net = net, .flags = flags, .max_batch = max_batch};
    if (flags & NN_PASS_PARAMETERS)
        pass->flags |= NN_PASS_GRADIENTS;
    nn_arena_init(&pass->arena);
}

/* What no step changes in the call of a node. */
static void make_call(const struct nn_pass *pass, const struct nn_node *node)
{
    struct slot *slot = &pass->slots[node->index];
    slot->call = (struct nn_call){
        .node = node,
        .y = slot->y,
        .w = slot->w,
        .saved = slot->saved,
        .scratch = pass->scratch,
    };
    for (int k = 0; k < node->input_count; k++)
        slot->call.x[k] = pass->slots[node->inputs[k]].y;
}

enum nn_status nn_pass_new(const struct nn_net *net, size_t max_batch, unsigned flags,
                           size_t walk_scratch, struct nn_pass **pass, struct nn_error *error)
{
    size_t floats;
    enum nn_status status;
    assert(max_batch > 0);
    struct nn_pass *fresh = nn_calloc(1, sizeof *fresh);
    if (!fresh)
        return nn_fail_memory(error, sizeof *fresh);
    prepare(fresh, net, max_batch, flags);
    NN_TRY(plan(fresh, walk_scratch, &floats, error));
    fresh->floats = nn_alloc_aligned(floats, sizeof(float));
    if (!fresh->floats)
        NN_TRY(nn_fail_memory(error, floats * sizeof(float)));
    struct layout layout = {.base = fresh->floats};
    lay_out(&layout, fresh, walk_scratch);
    for (int i = 0; i < net->count; i++) {
        for (int p = 0; p < net->nodes[i]->param_count; p++)
            fresh->slots[i].w[p] = net->nodes[i]->params[p].value.data;
        make_call(fresh, net->nodes[i]);
    }
    *pass = fresh;
    fresh = NULL;
out:
    nn_pass_free(fresh);
    return status;
}

void nn_pass_free(struct nn_pass *pass)
{
    if (!pass)
        return;
    nn_arena_clear(&pass->arena);
    nn_free(pass->floats);
    nn_free(pass);
}

enum nn_status nn_pass_bytes(const struct nn_net *net, size_t max_batch, unsigned flags,
                             size_t *bytes, struct nn_error *error)
{
    struct nn_pass pass;
    size_t floats;
    prepare(&pass, net, max_batch, flags);
    enum nn_status status = plan(&pass, 0, &floats, error);
    if (status == NN_OK)
        *bytes = sizeof pass + pass.arena.total + floats * sizeof(float);
    nn_arena_clear(&pass.arena);
    return status;
}

const struct nn_net *nn_pass_net(const struct nn_pass *pass)
{
    return pass->net;
}

unsigned nn_pass_flags(const struct nn_pass *pass)
{
    return pass->flags;
}

size_t nn_pass_max_batch(const struct nn_pass *pass)
{
    return pass->max_batch;
}

size_t nn_pass_batch(const struct nn_pass *pass)
{
    return pass->batch;
}

void nn_pass_watch(struct nn_pass *pass, const struct nn_progress *progress)
{
    pass->watch = progress;
}

float *nn_pass_input(struct nn_pass *pass)
{
    return pass->slots[0].y;
}

const float *nn_pass_output(const struct nn_pass *pass, int node)
{
    return pass->slots[node].y;
}

float *nn_pass_output_mutable(struct nn_pass *pass, int node)
{
    return pass->slots[node].y;
}

const float *nn_pass_gradient(const struct nn_pass *pass, int node)
{
    return pass->slots[node].dy;
}

float *nn_pass_param_gradient(const struct nn_pass *pass, int node, int param)
{
    return pass->slots[node].dw[param];
}

float *nn_rule_scratch(const struct nn_call *call)
{
    return call->scratch + scratch_floats(call->node, call->batch);
}

/* The call for this step, without any gradient. */
static struct nn_call *begin_call(const struct nn_pass *pass, const struct nn_node *node)
{
    struct nn_call *call = &pass->slots[node->index].call;
    call->batch = pass->batch;
    call->training = pass->training;
    call->random = pass->random;
    call->random.next += (uint64_t)node->index * NODE_RANDOM;
    call->dy = NULL;
    for (int k = 0; k < node->input_count; k++)
        call->dx[k] = NULL;
    return call;
}

/* Gradient slots of the parameters that are (not) trainable; false if there are none. */
static bool pick_params(const struct nn_pass *pass, const struct nn_node *node, bool trainable,
                        float *dw[NN_MAX_PARAMS])
{
    bool any = false;
    for (int p = 0; p < node->param_count; p++) {
        bool pick = node->params[p].spec.trainable == trainable;
        dw[p] = pick ? pass->slots[node->index].dw[p] : NULL;
        any = any || dw[p];
    }
    return any;
}

static void forward_node(const struct nn_pass *pass, const struct nn_node *node)
{
    float *after[NN_MAX_PARAMS] = {NULL};
    struct nn_call *call = begin_call(pass, node);
    if (pass->training && pick_params(pass, node, false, after))
        call->dw = after;
    if (node->layer->forward)
        node->layer->forward(call);
    call->dw = NULL;
}

void nn_pass_forward(struct nn_pass *pass, size_t batch, const struct nn_random *random)
{
    assert(batch > 0 && batch <= pass->max_batch);
    pass->batch = batch;
    pass->training = random != NULL;
    if (random)
        pass->random = *random;
    for (int i = 0; i < pass->net->count && !nn_cancelled(pass->watch); i++)
        forward_node(pass, pass->net->nodes[i]);
}

void nn_pass_set_batch(struct nn_pass *pass, size_t batch)
{
    assert(batch > 0 && batch <= pass->max_batch);
    pass->batch = batch;
}

void nn_pass_forward_after(struct nn_pass *pass, int node)
{
    pass->training = false;
    for (int i = 0; i < pass->net->count; i++)
        pass->slots[i].wanted = i == node;
    for (int i = node + 1; i < pass->net->count && !nn_cancelled(pass->watch); i++) {
        const struct nn_node *later = pass->net->nodes[i];
        for (int k = 0; k < later->input_count; k++)
            if (pass->slots[later->inputs[k]].wanted)
                pass->slots[i].wanted = true;
        if (pass->slots[i].wanted)
            forward_node(pass, later);
    }
}

/* Marks the nodes that lie between: `from` depends on them, and they on `to` (or, for -1, they or a
 * node that they depend on have parameters). */
static void mark_way(struct nn_pass *pass, const struct nn_walk *walk)
{
    struct slot *slots = pass->slots;
    const struct nn_net *net = pass->net;
    for (int i = 0; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        slots[i].wanted = walk->to < 0 ? node->param_count > 0 : i == walk->to;
        for (int k = 0; k < node->input_count; k++)
            slots[i].wanted = slots[i].wanted || slots[node->inputs[k]].wanted;
        slots[i].reached = i == walk->from; /* serves as "from depends on it" below */
    }
    for (int i = net->count - 1; i >= 0; i--) {
        const struct nn_node *node = net->nodes[i];
        for (int k = 0; slots[i].reached && k < node->input_count; k++)
            slots[node->inputs[k]].reached = true;
        slots[i].wanted = slots[i].wanted && slots[i].reached;
        slots[i].reached = false;
    }
}

/* Zero gradients off the way. */
static void clear_rest(struct nn_pass *pass, const struct nn_walk *walk)
{
    for (int i = 0; i < pass->net->count; i++) {
        const struct nn_node *node = pass->net->nodes[i];
        struct slot *slot = &pass->slots[i];
        if (!slot->wanted && !slot->clean) {
            memset(slot->dy, 0, pass->max_batch * node->size * sizeof *slot->dy);
            slot->clean = true;
        }
        for (int p = 0; walk->parameters && p < node->param_count; p++)
            if (slot->dw[p] && node->params[p].spec.trainable && (!slot->wanted || i <= walk->to))
                memset(slot->dw[p], 0,
                       nn_shape_size(&node->params[p].spec.shape) * sizeof *slot->dw[p]);
    }
}

struct sum {
    const float *from;
    float *to;
    size_t count;
};

static void sum_blocks(void *context, size_t begin, size_t end)
{
    const struct sum *sum = context;
    for (size_t at = begin * BLOCK; at < sum->count && at < end * BLOCK; at += BLOCK) {
        size_t n = sum->count - at < BLOCK ? sum->count - at : BLOCK;
        nn_kernels->accumulate(n, sum->from + at, sum->to + at);
    }
}

/* Sends the gradient of one node to its inputs. The first consumer of an input writes it, later
 * ones add theirs by way of `side`. */
static enum nn_status step(struct nn_pass *pass, const struct nn_walk *walk,
                           const struct nn_node *node, struct nn_error *error)
{
    struct slot *slots = pass->slots;
    float *dw[NN_MAX_PARAMS] = {NULL};
    struct layout side = {.base = pass->side};
    struct nn_rule_choice choice = {0};
    struct nn_call *call = begin_call(pass, node);
    enum nn_status status = NN_OK;

    call->dy = slots[node->index].dy;
    for (int k = 0; k < node->input_count; k++) {
        struct slot *input = &slots[node->inputs[k]];
        if (!input->wanted)
            continue;
        size_t size = pass->batch * pass->net->nodes[node->inputs[k]]->size;
        call->dx[k] = input->reached ? take(&side, size) : input->dy;
        input->reached = true;
        input->clean = false;
    }
    if (walk->parameters && pick_params(pass, node, true, dw))
        call->dw = dw;
    if (walk->choose)
        choice = walk->choose(walk->context, node);
    if (choice.rule)
        status = choice.rule->apply(call, choice.settings, error);
    else if (node->layer->backward)
        node->layer->backward(call);
    call->dw = NULL;
    if (status != NN_OK)
        return status;

    for (int k = 0; k < node->input_count; k++) {
        const struct slot *input = &slots[node->inputs[k]];
        if (!call->dx[k] || call->dx[k] == input->dy)
            continue;
        struct sum sum = {.from = call->dx[k],
                          .to = input->dy,
                          .count = pass->batch * pass->net->nodes[node->inputs[k]]->size};
        nn_pool_run((sum.count + BLOCK - 1) / BLOCK, 1, sum_blocks, &sum);
    }
    return NN_OK;
}

enum nn_status nn_pass_backward(struct nn_pass *pass, const struct nn_walk *walk,
                                struct nn_error *error)
{
    assert(pass->flags & NN_PASS_GRADIENTS && pass->batch > 0);
    assert(!walk->parameters || pass->flags & NN_PASS_PARAMETERS);
    struct slot *start = &pass->slots[walk->from];
    mark_way(pass, walk);
    clear_rest(pass, walk);
    if (walk->seed != start->dy)
        memcpy(start->dy, walk->seed,
               pass->batch * pass->net->nodes[walk->from]->size * sizeof *start->dy);
    start->clean = false;
    for (int i = walk->from; i > walk->to; i--) {
        enum nn_status status = NN_OK;
        if (nn_cancelled(pass->watch))
            return nn_fail(error, NN_CANCELLED, "stopped");
        if (pass->slots[i].wanted)
            status = step(pass, walk, pass->net->nodes[i], error);
        if (status != NN_OK)
            return status;
    }
    return NN_OK;
}
