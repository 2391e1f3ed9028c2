/* x [batch, C, H, W], y [batch, F, OH, OW], weight [F, C/groups, kh, kw], bias [F]; a series C x L
 * is an image of height 1.
 *
 * The kernels work on planes, which are the channels of one sample and group, laid out as images
 * (conv_image.h). Of these there are a few at a time, one for each lane. Work is shared out by
 * planes or, when there are few, by parts of one: rows of y, channels of dx, filters of dW. No
 * output is shared between two tasks, and every sum runs in its own order, so the result does not
 * depend on the number of threads.
 */
#include "engine/layers/convolution.h"

#include "base/pool.h"
#include "base/size.h"
#include "engine/layers/conv_image.h"
#include "engine/layers/conv_winograd.h"
#include "kernels/kernels.h"

#include <string.h>

enum { W_WEIGHT, W_BIAS };

#define MAX_LANES    16
#define LANES_FLOATS ((size_t)1 << 24) /* of all lanes together, if more than one */
#define MIN_FILTERS  16                /* that are worth a part of dW */
#define SMALL_WORK   262144.0          /* operations that are not worth waking other threads for */

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
    if (!nn_conv_image_fits(&window, (size_t)(window.channels / groups)))
        return nn_fail(error, NN_LIMIT, "the padded input has too many elements");
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
    struct nn_conv_image image;
    struct nn_conv conv;
    size_t groups, channels; /* channels of one group */
    size_t pixels, places;   /* of an input plane, of an output plane */
    size_t planes;           /* samples x groups */
    size_t threads;          /* 1 for small work */
    size_t floats, lanes;    /* of an image; how many images there are */
    float *images;           /* the work space behind the table of offsets */
    size_t plane, count;     /* those shared out part by part: so many, `groups` apart */
    size_t parts;
    void (*item)(const struct job *job, size_t plane, size_t part, float *image);
};

/* Part `i` of `parts` of `count` things begins here. */
static size_t begin_of(size_t count, size_t i, size_t parts)
{
    return i * count / parts;
}

static struct job describe(const struct nn_node *node)
{
    struct nn_window window = nn_window_of(node, window_args);
    struct job job = {.image = nn_conv_image_of(&window)};
    job.groups = (size_t)nn_args_int(&node->args, NN_CONV_GROUPS);
    job.channels = (size_t)window.channels / job.groups;
    job.pixels = (size_t)(window.in[0] * window.in[1]);
    job.places = (size_t)(window.out[0] * window.out[1]);
    job.conv =
        (struct nn_conv){.filters = node->shape.dim[0] / job.groups,
                         .taps = job.channels * (size_t)(window.kernel[0] * window.kernel[1]),
                         .height = (size_t)window.out[0],
                         .width = (size_t)window.out[1],
                         .pitch = job.image.columns};
    job.floats = job.image.same ? 0 : nn_size_ratio_up(job.channels * job.image.channel, 16) * 16;
    job.lanes =
        job.floats ? nn_size_max(1, nn_size_min(MAX_LANES, LANES_FLOATS / job.floats)) : MAX_LANES;
    return job;
}

/* The table of offsets, in floats. */
static size_t table_floats(const struct job *job)
{
    return nn_size_ratio_up(job->conv.taps * sizeof(size_t), 64) * 16;
}

size_t nn_conv_scratch(const struct nn_node *node, size_t batch)
{
    struct job job = describe(node);
    size_t floats = job.lanes * job.floats;
    if (nn_conv_winograd_suits(&job.image.window, job.conv.filters, job.groups))
        floats = nn_size_max(floats,
                             nn_conv_winograd_scratch(&job.image.window, job.conv.filters, batch));
    return table_floats(&job) + floats;
}

static struct job prepare(const struct nn_call *call)
{
    struct job job = describe(call->node);
    size_t *offset = (size_t *)(void *)call->scratch;
    double work = (double)call->batch * call->node->layer->flops(call->node);
    nn_conv_image_offsets(&job.image, job.channels, offset);
    job.call = call;
    job.conv.offset = offset;
    job.planes = call->batch * job.groups;
    job.threads = work < SMALL_WORK ? 1 : (size_t)nn_pool_threads();
    job.images = call->scratch + table_floats(&job);
    return job;
}

/* The planes of one lane, whole. */
static void run_lanes(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    for (size_t lane = begin; lane < end; lane++) {
        size_t plane = begin_of(job->planes, lane, job->lanes);
        for (; plane < begin_of(job->planes, lane + 1, job->lanes); plane++)
            job->item(job, plane, 0, job->images + lane * job->floats);
    }
}

/* Parts of job->plane, which all use the first image. */
static void run_parts(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    for (size_t part = begin; part < end; part++)
        job->item(job, job->plane, part, job->images);
}

/* Whether there are enough planes for every thread to have some for itself. */
static bool by_planes(const struct job *job, size_t planes)
{
    return job->threads == 1 || (planes >= 2 * job->threads && job->lanes >= job->threads);
}

/* Runs all planes, one after the other in every lane. */
static void run_planes(struct job *job)
{
    job->parts = 1;
    job->lanes =
        job->threads == 1 ? 1 : nn_size_min(nn_size_min(job->lanes, job->planes), 4 * job->threads);
    if (job->threads == 1)
        run_lanes(job, 0, 1);
    else
        nn_pool_run(job->lanes, 1, run_lanes, job);
}

static const float *input_of(const struct job *job, size_t plane)
{
    return job->call->x[0] + plane * job->channels * job->pixels;
}

/* The image of a plane: laid out in `image`, or the input itself. */
static const float *image_of(const struct job *job, size_t plane, float *image)
{
    if (job->image.same)
        return input_of(job, plane);
    nn_conv_image_fill(&job->image, job->channels, input_of(job, plane), image);
    return image;
}

static void fill_channels(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    for (size_t i = begin; i < end; i++) {
        size_t lane = i / job->channels, c = i % job->channels;
        const float *input = input_of(job, job->plane + lane * job->groups);
        float *image = job->images + lane * job->floats;
        nn_conv_image_fill(&job->image, 1, input + c * job->pixels, image + c * job->image.channel);
    }
}

/* Lays out the images of the planes of the moment, one in each lane. */
static void fill_images(struct job *job)
{
    if (!job->image.same)
        nn_pool_run(job->count * job->channels, 1 + 4096 / job->image.channel, fill_channels, job);
}

static const float *weights_of(const struct job *job, size_t plane)
{
    size_t group = plane % job->groups;
    return job->call->w[W_WEIGHT] + group * job->conv.filters * job->conv.taps;
}

static void forward_rows(const struct job *job, size_t plane, size_t part, const float *image)
{
    const struct nn_call *call = job->call;
    size_t row = begin_of(job->conv.height, part, job->parts);
    size_t rows = begin_of(job->conv.height, part + 1, job->parts) - row;
    const float *bias = call->node->param_count > W_BIAS ? call->w[W_BIAS] : NULL;
    if (bias)
        bias += plane % job->groups * job->conv.filters;
    float *y = call->y + plane * job->conv.filters * job->places;
    (call->exact ? nn_kernels->conv_exact
                 : nn_kernels->conv)(&job->conv, image, weights_of(job, plane), bias, row, rows, y);
}

static void forward_plane(const struct job *job, size_t plane, size_t part, float *image)
{
    forward_rows(job, plane, part, image_of(job, plane, image));
}

static void forward_part(const struct job *job, size_t plane, size_t part, float *image)
{
    forward_rows(job, plane, part, job->image.same ? input_of(job, plane) : image);
}

void nn_conv_forward(const struct nn_call *call)
{
    struct job job = prepare(call);
    if (!call->exact && nn_conv_winograd_suits(&job.image.window, job.conv.filters, job.groups)) {
        const float *bias = call->node->param_count > W_BIAS ? call->w[W_BIAS] : NULL;
        nn_conv_winograd_forward(call, &job.image.window, call->w[W_WEIGHT], bias, job.images);
        return;
    }
    if (by_planes(&job, job.planes)) {
        job.item = forward_plane;
        run_planes(&job);
        return;
    }
    job.item = forward_part;
    job.parts = nn_size_min(job.conv.height, 4 * job.threads);
    job.count = 1;
    for (job.plane = 0; job.plane < job.planes; job.plane++) {
        fill_images(&job);
        nn_pool_run(job.parts, 1, run_parts, &job);
    }
}

/* A part is some channels: their taps read no others. */
static void input_part(const struct job *job, size_t plane, size_t part, float *image)
{
    size_t c = begin_of(job->channels, part, job->parts);
    size_t channels = begin_of(job->channels, part + 1, job->parts) - c;
    size_t window = job->conv.taps / job->channels;
    const float *dy = job->call->dy + plane * job->conv.filters * job->places;
    float *dx = job->call->dx[0] + plane * job->channels * job->pixels;
    if (job->image.same)
        image = dx;
    memset(image + c * job->image.channel, 0, channels * job->image.channel * sizeof *image);
    nn_kernels->conv_input(&job->conv, weights_of(job, plane), dy, c * window, channels * window,
                           image);
    if (!job->image.same)
        nn_conv_image_take(&job->image, channels, image + c * job->image.channel,
                           dx + c * job->pixels);
}

static void backward_input(struct job *job)
{
    if (nn_conv_winograd_suits_input(&job->image.window, job->conv.filters, job->groups)) {
        nn_conv_winograd_input(job->call, &job->image.window, job->call->w[W_WEIGHT], job->images);
        return;
    }
    job->item = input_part;
    if (by_planes(job, job->planes)) {
        run_planes(job);
        return;
    }
    job->parts = nn_size_min(job->channels, 4 * job->threads);
    for (job->plane = 0; job->plane < job->planes; job->plane++)
        nn_pool_run(job->parts, 1, run_parts, job);
}

/* dW of a group from one plane, for some filters and taps. */
static void add_weights(const struct job *job, size_t plane, const float *image, size_t filter,
                        size_t filters, size_t tap, size_t taps)
{
    size_t group = plane % job->groups, floats = job->conv.filters * job->conv.taps;
    nn_kernels->conv_weights(
        &job->conv, image, job->call->dy + plane * job->conv.filters * job->places, filter, filters,
        tap, taps, job->call->dw[W_WEIGHT] + group * floats, plane >= job->groups);
}

/* Groups of one lane, whole. */
static void weight_lanes(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    for (size_t lane = begin; lane < end; lane++)
        for (size_t group = begin_of(job->groups, lane, job->lanes);
             group < begin_of(job->groups, lane + 1, job->lanes); group++)
            for (size_t plane = group; plane < job->planes; plane += job->groups)
                add_weights(job, plane, image_of(job, plane, job->images + lane * job->floats), 0,
                            job->conv.filters, 0, job->conv.taps);
}

/* Some filters or, when there are few, some taps; from the planes of the moment. */
static void weight_parts(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    size_t filters = job->conv.filters, taps = job->conv.taps;
    bool by_filters = filters >= MIN_FILTERS * job->parts;
    for (size_t part = begin; part < end; part++)
        for (size_t lane = 0; lane < job->count; lane++) {
            size_t plane = job->plane + lane * job->groups, all = by_filters ? filters : taps;
            size_t first = begin_of(all, part, job->parts);
            size_t many = begin_of(all, part + 1, job->parts) - first;
            const float *image =
                job->image.same ? input_of(job, plane) : job->images + lane * job->floats;
            if (by_filters)
                add_weights(job, plane, image, first, many, 0, taps);
            else
                add_weights(job, plane, image, 0, filters, first, many);
        }
}

static void backward_weights(struct job *job)
{
    size_t samples = job->call->batch;
    if (nn_conv_winograd_suits(&job->image.window, job->conv.filters, job->groups)) {
        nn_conv_winograd_weights(job->call, &job->image.window, job->call->dw[W_WEIGHT],
                                 job->images);
        return;
    }
    if (by_planes(job, job->groups)) {
        job->lanes = job->threads == 1 ? 1 : nn_size_min(job->lanes, job->groups);
        if (job->threads == 1)
            weight_lanes(job, 0, 1);
        else
            nn_pool_run(job->lanes, 1, weight_lanes, job);
        return;
    }
    job->parts = nn_size_min(job->threads, job->conv.taps);
    for (size_t group = 0; group < job->groups; group++)
        for (size_t sample = 0; sample < samples; sample += job->count) {
            job->plane = sample * job->groups + group;
            job->count = nn_size_min(job->lanes, samples - sample);
            fill_images(job);
            nn_pool_run(job->parts, 1, weight_parts, job);
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
    struct job job = prepare(call);
    bool bias = call->node->param_count > W_BIAS && call->dw && call->dw[W_BIAS];
    if (call->dw && call->dw[W_WEIGHT]) {
        struct job weights = job;
        backward_weights(&weights);
    }
    if (call->dx[0])
        backward_input(&job);
    if (bias)
        nn_pool_run(call->node->shape.dim[0], 1 + 65536 / (call->batch * job.places), bias_filters,
                    (void *)call);
}

struct nn_window nn_conv_window(const struct nn_node *node)
{
    return nn_window_of(node, window_args);
}

double nn_conv_flops(const struct nn_node *node)
{
    const struct nn_shape *weight = &node->params[W_WEIGHT].spec.shape;
    return 2.0 * (double)nn_shape_size(weight) * (double)(node->size / node->shape.dim[0]);
}
