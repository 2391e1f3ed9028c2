/* x [batch, C, H, W], y [batch, F, OH, OW], weight [F, C/groups, kh, kw], bias [F]; a series C x L
 * is an image of height 1.
 *
 * Each product goes over matrices that are gathered tile by tile (im2col), so that the work space
 * stays small whatever the size of the image: forward   y[F, places]  = W[F, K] col[K, places]
 * split by sample, group and tile of places dx        col[K, places] = W^T dy, scattered into dx
 * split by sample, group and block of channels dW        dW[F, K]      = sum over samples of dy
 * col^T      split by group, blocks of filters and channels with K = C/groups kh kw. The split
 * depends on the shapes alone, and no output is shared between two tasks, so the result does not
 * depend on the number of threads.
 */
#include "engine/layers/convolution.h"

#include "base/pool.h"
#include "kernels/kernels.h"

#include <string.h>

enum { W_WEIGHT, W_BIAS };

#define LANES         16    /* tasks that have a work space of their own */
#define TILE_FLOATS   32768 /* of a gathered matrix; it stays in the cache */
#define MIN_PLACES    32    /* columns that it has at least */
#define BLOCK_ROWS    64    /* rows that a block of channels has, about */
#define BLOCK_FILTERS 16
#define SMALL_WORK    262144.0 /* operations that are not worth waking other threads for */

static const struct nn_window_args window_args = {.kernel = NN_CONV_KERNEL,
                                                  .stride = NN_CONV_STRIDE,
                                                  .padding = NN_CONV_PADDING,
                                                  .dilation = NN_CONV_DILATION,
                                                  .ceil_mode = -1};

static enum nn_status infer(const struct nn_args *args, int axes, const struct nn_shape *in,
                            struct nn_shape *out, struct nn_error *error)
{
    struct nn_window window;
    int64_t filters = nn_args_int(args, NN_CONV_FILTERS),
            groups = nn_args_int(args, NN_CONV_GROUPS);
    enum nn_status status = nn_window_fit(args, window_args, axes, in, &window, error);
    if (status != NN_OK)
        return status;
    if (window.channels % groups != 0 || filters % groups != 0)
        return nn_fail(error, NN_SHAPE,
                       "groups=%lld must divide the %td input channels and the %lld filters",
                       (long long)groups, window.channels, (long long)filters);
    *out = nn_window_shape(&window, axes, (size_t)filters);
    return NN_OK;
}

enum nn_status nn_conv_infer_1d(const struct nn_args *args, const struct nn_shape *in, int in_count,
                                struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    return infer(args, 1, in, out, error);
}

enum nn_status nn_conv_infer_2d(const struct nn_args *args, const struct nn_shape *in, int in_count,
                                struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    return infer(args, 2, in, out, error);
}

int nn_conv_params(const struct nn_args *args, const struct nn_shape *in, int in_count,
                   struct nn_param_spec specs[NN_MAX_PARAMS])
{
    (void)in_count;
    int axes = in[0].rank - 1;
    size_t filters = (size_t)nn_args_int(args, NN_CONV_FILTERS);
    size_t groups = (size_t)nn_args_int(args, NN_CONV_GROUPS), channels = in[0].dim[0] / groups;
    struct nn_shape shape = {.rank = 2 + axes, .dim = {filters, channels}};
    size_t taps = 1;
    for (int axis = 0; axis < axes; axis++) {
        shape.dim[2 + axis] = (size_t)nn_args_dim(args, NN_CONV_KERNEL, axis);
        taps *= shape.dim[2 + axis];
    }
    struct nn_param_spec weight = {.name = "weight",
                                   .shape = shape,
                                   .fan_in = channels * taps,
                                   .fan_out = filters / groups * taps,
                                   .trainable = true,
                                   .decays = true};
    specs[W_WEIGHT] = specs[W_BIAS] = weight;
    specs[W_BIAS].name = "bias";
    specs[W_BIAS].shape = nn_shape_make(1, &filters);
    specs[W_BIAS].decays = false;
    nn_init_params(args, NN_CONV_INIT, &specs[W_WEIGHT], &specs[W_BIAS]);
    return nn_args_bool(args, NN_CONV_BIAS) ? 2 : 1;
}

/* One call, with everything that its tasks need to know. */
struct job {
    const struct nn_call *call;
    struct nn_window window;
    size_t groups, channels, filters; /* channels and filters of one group */
    size_t taps;                      /* kh kw */
    size_t pixels, places;            /* of an input plane, of an output plane */
    size_t block, blocks; /* channels of one task of dx and dW; their number in a group */
    size_t filter_blocks; /* tasks of dW that share out the filters of a group */
    size_t tile;          /* places gathered at once */
    size_t items, lanes, lane_floats;
    void (*item)(const struct job *job, size_t item, float *columns);
};

static size_t min_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t max_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t divide_up(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

/* Places that a gathered matrix of so many rows has. */
static size_t tile_of(size_t rows, size_t places)
{
    return min_of(places, max_of(MIN_PLACES, TILE_FLOATS / rows));
}

static struct job describe(const struct nn_node *node)
{
    struct job job = {.window = nn_window_of(node, window_args)};
    job.groups = (size_t)nn_args_int(&node->args, NN_CONV_GROUPS);
    job.channels = (size_t)job.window.channels / job.groups;
    job.filters = node->shape.dim[0] / job.groups;
    job.taps = (size_t)(job.window.kernel[0] * job.window.kernel[1]);
    job.pixels = (size_t)(job.window.in[0] * job.window.in[1]);
    job.places = (size_t)(job.window.out[0] * job.window.out[1]);
    job.block = min_of(job.channels, max_of(1, BLOCK_ROWS / job.taps));
    job.blocks = divide_up(job.channels, job.block);
    job.filter_blocks = divide_up(job.filters, BLOCK_FILTERS);
    return job;
}

size_t nn_conv_scratch(const struct nn_node *node, size_t batch)
{
    (void)batch;
    struct job job = describe(node);
    size_t all = job.channels * job.taps, block = job.block * job.taps;
    return LANES * max_of(all * tile_of(all, job.places), block * tile_of(block, job.places));
}

static void run_lanes(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    for (size_t lane = begin; lane < end; lane++) {
        size_t past = (lane + 1) * job->items / job->lanes;
        for (size_t item = lane * job->items / job->lanes; item < past; item++)
            job->item(job, item, job->call->scratch + lane * job->lane_floats);
    }
}

/* Runs all items, each with a work space for `rows` gathered rows. */
static void run(struct job *job, size_t items, size_t rows,
                void (*item)(const struct job *job, size_t item, float *columns))
{
    const struct nn_node *node = job->call->node;
    double work = (double)job->call->batch * node->layer->flops(node);
    job->items = items;
    job->item = item;
    job->lanes = work < SMALL_WORK ? 1 : min_of(items, LANES);
    job->lane_floats = rows * job->tile;
    nn_pool_run(job->lanes, 1, run_lanes, job);
}

/* The places of [begin, end) that lie in one row of the output, under one tap of the window. Those
 * of [left, right) read the input, from `at` on in steps of the stride; the others lie in the
 * padding. */
struct segment {
    ptrdiff_t count, left, right; /* places; counted from the first one */
    ptrdiff_t at;                 /* in the plane of the input */
};

static ptrdiff_t clamp(ptrdiff_t value, ptrdiff_t low, ptrdiff_t high)
{
    return value < low ? low : value > high ? high : value;
}

static struct segment segment_of(const struct nn_window *window, ptrdiff_t ky, ptrdiff_t kx,
                                 ptrdiff_t begin, ptrdiff_t end)
{
    ptrdiff_t width = window->out[1], y = begin / width, x = begin % width, left, right;
    ptrdiff_t in_y = y * window->stride[0] - window->before[0] + ky * window->dilation[0];
    struct segment segment = {.count = clamp(width - x, 0, end - begin)};
    if (in_y < 0 || in_y >= window->in[0])
        return segment;
    nn_window_inside(window, 1, kx, &left, &right);
    segment.left = clamp(left - x, 0, segment.count);
    segment.right = clamp(right - x, segment.left, segment.count);
    segment.at = in_y * window->in[1] + (x + segment.left) * window->stride[1] - window->before[1] +
                 kx * window->dilation[1];
    return segment;
}

/* Copies the input under one tap of the window for the places [begin, end) of the output. */
static void gather_tap(const struct nn_window *window, const float *plane, ptrdiff_t ky,
                       ptrdiff_t kx, ptrdiff_t begin, ptrdiff_t end, float *out)
{
    for (ptrdiff_t place = begin; place < end;) {
        struct segment part = segment_of(window, ky, kx, place, end);
        for (ptrdiff_t i = 0; i < part.left; i++)
            out[i] = 0.0f;
        for (ptrdiff_t i = part.left, at = part.at; i < part.right; i++, at += window->stride[1])
            out[i] = plane[at];
        for (ptrdiff_t i = part.right; i < part.count; i++)
            out[i] = 0.0f;
        out += part.count;
        place += part.count;
    }
}

/* The reverse: adds to those places of the input that gather_tap would read. */
static void scatter_tap(const struct nn_window *window, const float *in, ptrdiff_t ky, ptrdiff_t kx,
                        ptrdiff_t begin, ptrdiff_t end, float *plane)
{
    for (ptrdiff_t place = begin; place < end;) {
        struct segment part = segment_of(window, ky, kx, place, end);
        for (ptrdiff_t i = part.left, at = part.at; i < part.right; i++, at += window->stride[1])
            plane[at] += in[i];
        in += part.count;
        place += part.count;
    }
}

/* Gathers `channels` planes: columns [channels taps, count] for the places [begin, begin + count).
 */
static void gather(const struct job *job, const float *planes, size_t channels, size_t begin,
                   size_t count, float *columns)
{
    const struct nn_window *window = &job->window;
    for (size_t c = 0; c < channels; c++, planes += job->pixels)
        for (ptrdiff_t ky = 0; ky < window->kernel[0]; ky++)
            for (ptrdiff_t kx = 0; kx < window->kernel[1]; kx++, columns += count)
                gather_tap(window, planes, ky, kx, (ptrdiff_t)begin, (ptrdiff_t)(begin + count),
                           columns);
}

static void scatter(const struct job *job, const float *columns, size_t channels, size_t begin,
                    size_t count, float *planes)
{
    const struct nn_window *window = &job->window;
    for (size_t c = 0; c < channels; c++, planes += job->pixels)
        for (ptrdiff_t ky = 0; ky < window->kernel[0]; ky++)
            for (ptrdiff_t kx = 0; kx < window->kernel[1]; kx++, columns += count)
                scatter_tap(window, columns, ky, kx, (ptrdiff_t)begin, (ptrdiff_t)(begin + count),
                            planes);
}

/* Item: sample, group, tile of places. */
static void forward_item(const struct job *job, size_t item, float *columns)
{
    const struct nn_call *call = job->call;
    size_t tiles = divide_up(job->places, job->tile), rows = job->channels * job->taps;
    size_t begin = item % tiles * job->tile, count = min_of(job->tile, job->places - begin);
    size_t plane = item / tiles; /* sample and group */
    size_t group = plane % job->groups;
    const float *bias = call->node->param_count > W_BIAS ? call->w[W_BIAS] : NULL;
    float *y = call->y + plane * job->filters * job->places + begin;

    gather(job, call->x[0] + plane * job->channels * job->pixels, job->channels, begin, count,
           columns);
    for (size_t f = 0; bias && f < job->filters; f++)
        for (size_t p = 0; p < count; p++)
            y[f * job->places + p] = bias[group * job->filters + f];
    nn_kernels->gemm(false, false, job->filters, count, rows,
                     call->w[W_WEIGHT] + group * job->filters * rows, rows, columns, count, y,
                     job->places, bias != NULL);
}

void nn_conv_forward(const struct nn_call *call)
{
    struct job job = describe(call->node);
    size_t rows = job.channels * job.taps;
    job.call = call;
    job.tile = tile_of(rows, job.places);
    run(&job, call->batch * job.groups * divide_up(job.places, job.tile), rows, forward_item);
}

/* Item: sample, group, block of channels. */
static void input_item(const struct job *job, size_t item, float *columns)
{
    const struct nn_call *call = job->call;
    size_t plane = item / job->blocks, group = plane % job->groups;
    size_t first = item % job->blocks * job->block;
    size_t channels = min_of(job->block, job->channels - first), rows = channels * job->taps;
    size_t stride = job->channels * job->taps; /* of a row of the weights */
    const float *w = call->w[W_WEIGHT] + group * job->filters * stride + first * job->taps;
    const float *dy = call->dy + plane * job->filters * job->places;
    float *dx = call->dx[0] + (plane * job->channels + first) * job->pixels;

    memset(dx, 0, channels * job->pixels * sizeof *dx);
    for (size_t begin = 0; begin < job->places; begin += job->tile) {
        size_t count = min_of(job->tile, job->places - begin);
        nn_kernels->gemm(true, false, rows, count, job->filters, w, stride, dy + begin, job->places,
                         columns, count, false);
        scatter(job, columns, channels, begin, count, dx);
    }
}

/* Item: group, block of channels, block of filters. Samples and tiles are summed in their order. */
static void weight_item(const struct job *job, size_t item, float *columns)
{
    const struct nn_call *call = job->call;
    size_t filter = item % job->filter_blocks * BLOCK_FILTERS;
    size_t filters = min_of(BLOCK_FILTERS, job->filters - filter);
    size_t block = item / job->filter_blocks;
    size_t group = block / job->blocks, first = block % job->blocks * job->block;
    size_t channels = min_of(job->block, job->channels - first), rows = channels * job->taps;
    size_t stride = job->channels * job->taps;
    float *dw = call->dw[W_WEIGHT] + (group * job->filters + filter) * stride + first * job->taps;

    for (size_t b = 0; b < call->batch; b++) {
        size_t plane = b * job->groups + group;
        const float *x = call->x[0] + (plane * job->channels + first) * job->pixels;
        const float *dy = call->dy + (plane * job->filters + filter) * job->places;
        for (size_t begin = 0; begin < job->places; begin += job->tile) {
            size_t count = min_of(job->tile, job->places - begin);
            gather(job, x, channels, begin, count, columns);
            nn_kernels->gemm(false, true, filters, rows, count, dy + begin, job->places, columns,
                             count, dw, stride, b > 0 || begin > 0);
        }
    }
}

static void bias_filters(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t filters = call->node->shape.dim[0], places = call->node->size / filters;
    for (size_t f = begin; f < end; f++) {
        double sum = 0.0;
        for (size_t b = 0; b < call->batch; b++)
            sum += nn_kernels->sum(places, call->dy + (b * filters + f) * places);
        call->dw[W_BIAS][f] = (float)sum;
    }
}

void nn_conv_backward(const struct nn_call *call)
{
    const struct nn_node *node = call->node;
    struct job job = describe(node);
    size_t rows = job.block * job.taps, samples = call->batch * job.groups;
    job.call = call;
    job.tile = tile_of(rows, job.places);
    if (call->dx[0])
        run(&job, samples * job.blocks, rows, input_item);
    if (call->dw && call->dw[W_WEIGHT])
        run(&job, job.groups * job.blocks * job.filter_blocks, rows, weight_item);
    if (node->param_count > W_BIAS && call->dw && call->dw[W_BIAS])
        nn_pool_run(node->shape.dim[0], 1 + 65536 / (call->batch * job.places), bias_filters,
                    (void *)call);
}

double nn_conv_flops(const struct nn_node *node)
{
    const struct nn_shape *weight = &node->params[W_WEIGHT].spec.shape;
    return 2.0 * (double)nn_shape_size(weight) * (double)(node->size / node->shape.dim[0]);
}
