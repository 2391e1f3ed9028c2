#include "explain/patches.h"

#include "base/mem.h"
#include "engine/layers/window.h"

#include <string.h>

struct nn_patch nn_patch_at(const struct nn_patch_grid *grid, size_t number)
{
    struct nn_patch patch;
    size_t place[2] = {number / grid->steps[1], number % grid->steps[1]};
    for (int axis = 0; axis < 2; axis++) {
        patch.begin[axis] = place[axis] * grid->stride[axis];
        patch.end[axis] = patch.begin[axis] + grid->window[axis];
        if (patch.end[axis] > grid->extent[axis])
            patch.end[axis] = grid->extent[axis];
    }
    return patch;
}

/* Places [begin, end) along one axis. */
struct span {
    ptrdiff_t begin, end;
};

static ptrdiff_t clamp(ptrdiff_t x, ptrdiff_t most)
{
    return x < 0 ? 0 : x > most ? most : x;
}

static ptrdiff_t reach_of(const struct nn_window *window, int axis)
{
    return window->dilation[axis] * (window->kernel[axis] - 1) + 1;
}

/* The outputs that read any of the inputs. */
static struct span outputs_of(const struct nn_window *window, int axis, struct span in)
{
    ptrdiff_t stride = window->stride[axis], before = window->before[axis];
    ptrdiff_t first = in.begin + before - reach_of(window, axis) + 1;
    struct span out = {clamp(first > 0 ? (first + stride - 1) / stride : 0, window->out[axis]),
                       clamp((in.end - 1 + before) / stride + 1, window->out[axis])};
    if (out.end < out.begin || in.end <= in.begin)
        out.end = out.begin;
    return out;
}

/* The inputs that any of the outputs reads. */
static struct span inputs_of(const struct nn_window *window, int axis, struct span out)
{
    ptrdiff_t stride = window->stride[axis], before = window->before[axis];
    if (out.end <= out.begin)
        return (struct span){0, 0};
    return (struct span){
        clamp(out.begin * stride - before, window->in[axis]),
        clamp((out.end - 1) * stride - before + reach_of(window, axis), window->in[axis])};
}

/* The layers that run on a cut-out: nodes 1 to `last`. */
struct front {
    const struct nn_net *net;
    int last;
    size_t stride[2]; /* places of the image from one output to the next */
    size_t crop[2];   /* size of the cut-out */
};

/* One output reads one input at the same place. */
static bool keeps_places(const struct nn_node *node)
{
    return nn_shape_equal(&node->shape, &node->in_shape[0]) &&
           (node->layer->flags & (NN_LAYER_POINTWISE | NN_LAYER_BATCH));
}

/* Whether node i reads the one before it alone, by windows. */
static bool is_local(const struct nn_net *net, int i)
{
    const struct nn_node *node = net->nodes[i];
    return node->input_count == 1 && node->inputs[0] == i - 1 && node->shape.rank == 3 &&
           (node->layer->window || keeps_places(node));
}

/* Whether the nodes after `last` need nothing from before it. */
static bool separates(const struct nn_net *net, int last)
{
    for (int i = last + 1; i < net->count; i++)
        for (int k = 0; k < net->nodes[i]->input_count; k++)
            if (net->nodes[i]->inputs[k] < last)
                return false;
    return true;
}

/* What the part of the image changes in the output of the last layer of the front, and what of the
 * image that reads. */
static struct span changed(const struct front *front, int axis, struct span image,
                           struct span *needed)
{
    for (int i = 1; i <= front->last; i++)
        if (front->net->nodes[i]->layer->window) {
            struct nn_window window = front->net->nodes[i]->layer->window(front->net->nodes[i]);
            image = outputs_of(&window, axis, image);
        }
    *needed = image;
    for (int i = front->last; i > 0; i--)
        if (front->net->nodes[i]->layer->window) {
            struct nn_window window = front->net->nodes[i]->layer->window(front->net->nodes[i]);
            *needed = inputs_of(&window, axis, *needed);
        }
    return image;
}

static struct span patch_span(const struct nn_patch_grid *grid, int axis, size_t step)
{
    struct nn_patch patch = nn_patch_at(grid, axis == 0 ? step * grid->steps[1] : step);
    return (struct span){(ptrdiff_t)patch.begin[axis], (ptrdiff_t)patch.end[axis]};
}

/* Where the cut-out begins: at a place at which an output of the front would begin too. */
static size_t origin_of(const struct front *front, const struct nn_patch_grid *grid, int axis,
                        struct span needed)
{
    size_t begin = (size_t)needed.begin / front->stride[axis] * front->stride[axis];
    size_t most = grid->extent[axis] - front->crop[axis];
    return begin < most ? begin : most;
}

/* The smallest cut-out for every patch that is like the image for strides: its end, where it is
 * that of the image, then falls on the same place of the windows. */
static void size_crop(struct front *front, const struct nn_patch_grid *grid)
{
    for (int axis = 0; axis < 2; axis++) {
        size_t most = 1, stride = 1, extent = grid->extent[axis];
        for (int i = 1; i <= front->last; i++)
            if (front->net->nodes[i]->layer->window)
                stride *=
                    (size_t)front->net->nodes[i]->layer->window(front->net->nodes[i]).stride[axis];
        front->stride[axis] = stride;
        for (size_t step = 0; step < grid->steps[axis]; step++) {
            struct span needed;
            changed(front, axis, patch_span(grid, axis, step), &needed);
            size_t begin = (size_t)needed.begin / stride * stride;
            if ((size_t)needed.end - begin > most)
                most = (size_t)needed.end - begin;
        }
        while (most < extent && (extent - most) % stride != 0)
            most++;
        front->crop[axis] = most < extent ? most : extent;
    }
}

static double operations(const struct nn_node *node)
{
    return node->layer->flops ? node->layer->flops(node) : (double)node->size;
}

/* The front with which a trial takes the fewest operations; `last` 0 if none saves much. */
static struct front choose_front(const struct nn_explain_call *call,
                                 const struct nn_patch_grid *grid)
{
    const struct nn_net *net = call->net;
    struct front best = {.net = net}, tried = {.net = net};
    const double image = (double)grid->extent[0] * (double)grid->extent[1];
    double whole = 0, before = 0, fewest;
    for (int i = 1; i < net->count; i++)
        whole += operations(net->nodes[i]);
    fewest = 0.7 * whole;
    for (int i = 1; i <= call->target.node && is_local(net, i); i++) {
        before += operations(net->nodes[i]);
        tried.last = i;
        size_crop(&tried, grid);
        double share = (double)tried.crop[0] * (double)tried.crop[1] / image;
        if (whole - before + share * before < fewest && separates(net, i)) {
            fewest = whole - before + share * before;
            best = tried;
        }
    }
    return best;
}

/* The layers of the front, with their parameters, for an image of the cut-out's size. */
static enum nn_status copy_front(const struct front *front, struct nn_net **copy,
                                 struct nn_error *error)
{
    enum nn_status status;
    struct nn_net *made = NULL;
    struct nn_args args = {0};
    struct nn_shape shape = front->net->nodes[0]->shape;
    shape.dim[1] = front->crop[0];
    shape.dim[2] = front->crop[1];
    NN_TRY(nn_net_new(&made, error));
    NN_TRY(nn_net_set_input(made, &shape, error));
    for (int i = 1; i <= front->last; i++) {
        const struct nn_node *node = front->net->nodes[i];
        NN_TRY(nn_args_copy(&args, &node->args, error));
        NN_TRY(nn_net_add(made, node->layer, &args, node->name, NULL, 0, NULL, error));
        for (int p = 0; p < node->param_count; p++)
            memcpy(made->nodes[i]->params[p].value.data, node->params[p].value.data,
                   nn_shape_size(&node->params[p].spec.shape) * sizeof(float));
    }
    *copy = made;
    made = NULL;
out:
    nn_args_clear(&args);
    nn_net_free(made);
    return status;
}

/* Everything for the trials of one sample. */
struct work {
    const struct nn_trials *trials;
    const struct nn_patch_grid *grid;
    struct front front;
    struct nn_net *net; /* of the front */
    struct nn_pass *part, *rest;
    float *trial, *clean; /* one input; output of the front for the sample */
    struct cut {
        size_t origin[2];
        struct span changed[2];
    } cut[NN_EXPLAIN_CHUNK];
};

static void work_clear(struct work *work)
{
    nn_pass_free(work->part);
    nn_pass_free(work->rest);
    nn_net_free(work->net);
    nn_free(work->trial);
    nn_free(work->clean);
}

static enum nn_status work_init(struct work *work, size_t chunk, struct nn_error *error)
{
    enum nn_status status;
    const struct nn_net *net = work->front.net;
    const struct nn_trials *trials = work->trials;
    size_t in = net->nodes[0]->size, out = net->nodes[work->front.last]->size;
    NN_TRY(copy_front(&work->front, &work->net, error));
    NN_TRY(nn_pass_new(work->net, chunk, NN_PASS_FORWARD, 0, &work->part, error));
    NN_TRY(nn_pass_new(net, chunk, NN_PASS_FORWARD, 0, &work->rest, error));
    work->trial = nn_calloc(in, sizeof *work->trial);
    work->clean = nn_calloc(out, sizeof *work->clean);
    if (!work->trial || !work->clean)
        NN_TRY(nn_fail_memory(error, (in + out) * sizeof(float)));
    memcpy(nn_pass_input(work->rest), trials->call->x + trials->sample * in, in * sizeof(float));
    nn_pass_watch(work->rest, trials->call->progress);
    nn_pass_watch(work->part, trials->call->progress);
    nn_progress_work(trials->call->progress, nn_net_flops(net));
    nn_pass_forward(work->rest, 1, NULL);
    float *y = nn_pass_output_mutable(work->rest, work->front.last);
    memcpy(work->clean, y, out * sizeof *y);
    for (size_t k = 1; k < chunk; k++)
        memcpy(y + k * out, work->clean, out * sizeof *y);
out:
    return status;
}

/* Copies a rectangle of every channel from an array of images to one of another size. */
static void copy_rectangle(size_t channels, const size_t size[2], const float *from,
                           const size_t from_extent[2], const size_t from_at[2], float *to,
                           const size_t to_extent[2], const size_t to_at[2])
{
    for (size_t c = 0; c < channels; c++)
        for (size_t row = 0; row < size[0]; row++)
            memcpy(to + (c * to_extent[0] + to_at[0] + row) * to_extent[1] + to_at[1],
                   from + (c * from_extent[0] + from_at[0] + row) * from_extent[1] + from_at[1],
                   size[1] * sizeof *to);
}

/* The cut-out of trial `number` as input k of the front. */
static void cut_out(struct work *work, size_t number, size_t k)
{
    struct cut *cut = &work->cut[k];
    const struct nn_node *input = work->front.net->nodes[0];
    struct nn_patch patch = nn_patch_at(work->grid, number);
    for (int axis = 0; axis < 2; axis++) {
        struct span image = {(ptrdiff_t)patch.begin[axis], (ptrdiff_t)patch.end[axis]}, needed;
        cut->changed[axis] = changed(&work->front, axis, image, &needed);
        cut->origin[axis] = origin_of(&work->front, work->grid, axis, needed);
    }
    work->trials->make(work->trials->context, number, 1, work->trial);
    copy_rectangle(input->shape.dim[0], work->front.crop, work->trial, work->grid->extent,
                   cut->origin, nn_pass_input(work->part) + k * work->net->nodes[0]->size,
                   work->front.crop, (size_t[]){0, 0});
}

/* Puts what a patch has changed into the output of the front for the sample, or takes it out. */
static void patch_output(struct work *work, size_t k, bool put)
{
    const struct cut *cut = &work->cut[k];
    const struct nn_node *whole = work->front.net->nodes[work->front.last],
                         *part = work->net->nodes[work->front.last];
    const size_t *extent = whole->shape.dim + 1;
    size_t at[2], local[2], size[2];
    float *y = nn_pass_output_mutable(work->rest, work->front.last) + k * whole->size;
    for (int axis = 0; axis < 2; axis++) {
        at[axis] = (size_t)cut->changed[axis].begin;
        size[axis] = (size_t)(cut->changed[axis].end - cut->changed[axis].begin);
        local[axis] = at[axis] - cut->origin[axis] / work->front.stride[axis];
    }
    if (size[0] == 0 || size[1] == 0)
        return;
    if (put)
        copy_rectangle(whole->shape.dim[0], size,
                       nn_pass_output(work->part, work->front.last) + k * part->size,
                       part->shape.dim + 1, local, y, extent, at);
    else
        copy_rectangle(whole->shape.dim[0], size, work->clean, extent, at, y, extent, at);
}

static void run_chunk(struct work *work, const struct nn_target *target, size_t first, size_t n)
{
    double value[NN_EXPLAIN_CHUNK];
    for (size_t k = 0; k < n; k++)
        cut_out(work, first + k, k);
    nn_progress_work(work->trials->call->progress,
                     (double)n * (nn_net_flops(work->net) +
                                  nn_net_flops_after(work->front.net, work->front.last)));
    nn_pass_forward(work->part, n, NULL);
    for (size_t k = 0; k < n; k++)
        patch_output(work, k, true);
    nn_pass_set_batch(work->rest, n);
    nn_pass_forward_after(work->rest, work->front.last);
    nn_target_value(target, work->rest, 0, value);
    work->trials->take(work->trials->context, first, n, value);
    for (size_t k = 0; k < n; k++)
        patch_output(work, k, false);
}

enum nn_status nn_explain_patches(const struct nn_trials *trials, const struct nn_patch_grid *grid,
                                  struct nn_error *error)
{
    enum nn_status status;
    const struct nn_explain_call *call = trials->call;
    struct work work = {.trials = trials, .grid = grid};
    struct nn_target target = call->target;
    int32_t units[NN_EXPLAIN_CHUNK];
    size_t chunk = nn_explain_chunk(call->net, trials->n, NN_PASS_FORWARD);
    if (call->net->nodes[0]->shape.rank == 3)
        work.front = choose_front(call, grid);
    if (work.front.last == 0)
        return nn_explain_trials(trials, error);
    NN_TRY(work_init(&work, chunk, error));
    target.unit = units;
    for (size_t i = 0; i < chunk; i++)
        units[i] = call->target.unit[trials->sample];
    for (size_t first = 0; first < trials->n; first += chunk) {
        size_t n = trials->n - first < chunk ? trials->n - first : chunk;
        run_chunk(&work, &target, first, n);
        if (nn_cancelled(call->progress)) /* the passes stop by themselves, with what they have */
            NN_TRY(nn_fail(error, NN_CANCELLED, "stopped"));
        nn_progress_set(call->progress, (double)(first + n) / (double)trials->n);
    }
out:
    work_clear(&work);
    return status;
}
