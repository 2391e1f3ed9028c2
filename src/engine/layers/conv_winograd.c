#include "engine/layers/conv_winograd.h"

#include "base/pool.h"
#include "base/size.h"
#include "kernels/kernels.h"
#include "kernels/winograd.h"

#define MAX_LANES    16
#define LANES_FLOATS ((size_t)1 << 24) /* of all lanes together, if more than one */
#define MIN_VECTORS  16                /* channels and filters that are worth the transforms */
#define MIN_SAMPLES  4                 /* of a lane that sums its own gradient */
enum { TAPS = NN_WINOGRAD_TAPS, WINDOW = TAPS * TAPS };

/* Things [first, first + count) of `all` are those of one lane. */
struct share {
    size_t first, count;
};

static struct share share_of(size_t all, size_t lane, size_t lanes)
{
    size_t first = lane * all / lanes;
    return (struct share){first, (lane + 1) * all / lanes - first};
}

/* The window of the gradient at the input: it slides over dy, whose filters are its channels. */
static struct nn_window turned(const struct nn_window *window, size_t filters)
{
    struct nn_window back = *window;
    back.channels = (ptrdiff_t)filters;
    for (int axis = 0; axis < 2; axis++) {
        back.in[axis] = window->out[axis];
        back.out[axis] = window->in[axis];
        back.before[axis] = TAPS - 1 - window->before[axis];
        back.after[axis] = TAPS - 1 - window->after[axis];
    }
    return back;
}

/* Few tiles do not make up for the transformed weights; less so where those leave the cache. */
bool nn_conv_winograd_suits(const struct nn_window *window, size_t filters, size_t groups)
{
    size_t channels = (size_t)window->channels, tiles = 1;
    for (int axis = 0; axis < 2; axis++) {
        if (window->kernel[axis] != TAPS || window->stride[axis] != 1 ||
            window->dilation[axis] != 1)
            return false;
        tiles *= ((size_t)window->out[axis] + NN_WINOGRAD_OUT - 1) / NN_WINOGRAD_OUT;
    }
    return groups == 1 && channels >= MIN_VECTORS && filters >= MIN_VECTORS &&
           tiles >= (channels * filters > 1 << 15 ? 12 : 4);
}

bool nn_conv_winograd_suits_input(const struct nn_window *window, size_t filters, size_t groups)
{
    for (int axis = 0; axis < 2; axis++)
        if (window->before[axis] >= TAPS || window->after[axis] >= TAPS)
            return false;
    return nn_conv_winograd_suits(window, filters, groups);
}

/* One convolution, or the gradient of its weights. */
struct job {
    struct nn_conv_image image;
    struct nn_winograd winograd;
    size_t batch, pixels, places; /* of a plane that is read, and written */
    const float *x, *w, *bias;
    float *y;
    const float *dy; /* for the gradient of the weights */
    size_t filter_step, channel_step;
    bool turned;
    size_t image_floats, lane_floats, lanes;
    float *transformed, *lane; /* weights, or sums of their gradient, one for each lane */
    size_t sample;             /* of the moment, when few are shared out by rows of tiles */
    float *dw;
};

static size_t round_up(size_t floats)
{
    return (floats + 15) / 16 * 16;
}

static struct job describe(const struct nn_window *window, size_t filters, size_t batch)
{
    struct job job = {.image = nn_conv_image_of(window), .batch = batch};
    size_t channels = (size_t)window->channels;
    job.winograd = (struct nn_winograd){.channels = channels,
                                        .filters = filters,
                                        .rows = (size_t)window->out[0] + TAPS - 1,
                                        .columns = (size_t)window->out[1] + TAPS - 1,
                                        .plane = job.image.channel};
    job.pixels = (size_t)(window->in[0] * window->in[1]);
    job.places = (size_t)(window->out[0] * window->out[1]);
    job.image_floats = job.image.same ? 0 : round_up(channels * job.image.channel);
    job.lane_floats = job.image_floats + round_up(nn_winograd_work_floats(&job.winograd));
    job.lanes = nn_size_max(1, nn_size_min(MAX_LANES, LANES_FLOATS / job.lane_floats));
    return job;
}

static size_t transformed_floats(const struct job *job)
{
    return round_up(nn_winograd_weight_floats(&job->winograd));
}

/* How many lanes sum the gradient of the weights: as the batch wants it, not the threads. */
static size_t summing_lanes(const struct job *job)
{
    size_t most = nn_size_min(job->lanes / 2, LANES_FLOATS / transformed_floats(job));
    return nn_size_max(1, nn_size_min(most, job->batch / MIN_SAMPLES));
}

size_t nn_conv_winograd_scratch(const struct nn_window *window, size_t filters, size_t batch)
{
    struct nn_window back = turned(window, filters);
    struct job job = describe(window, filters, batch);
    size_t floats = summing_lanes(&job) * transformed_floats(&job) + job.lanes * job.lane_floats;
    if (nn_conv_winograd_suits_input(window, filters, 1)) {
        job = describe(&back, (size_t)window->channels, batch);
        floats = nn_size_max(floats, transformed_floats(&job) + job.lanes * job.lane_floats);
    }
    return floats;
}

static float *work_of(const struct job *job, size_t lane)
{
    return job->lane + lane * job->lane_floats + job->image_floats;
}

static const float *input_of(const struct job *job, size_t sample)
{
    return job->x + sample * job->winograd.channels * job->pixels;
}

/* The image of a sample: laid out in the lane, or the input itself. */
static const float *image_of(const struct job *job, size_t sample, size_t lane)
{
    float *image = job->lane + lane * job->lane_floats;
    if (job->image.same)
        return input_of(job, sample);
    nn_conv_image_fill(&job->image, job->winograd.channels, input_of(job, sample), image);
    return image;
}

static void transform_weights(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    for (size_t lane = begin; lane < end; lane++) {
        struct share share = share_of(job->winograd.channels, lane, job->lanes);
        nn_winograd_weights(&job->winograd, job->w, job->filter_step, job->channel_step,
                            job->turned, share.first, share.count, work_of(job, lane),
                            job->transformed);
    }
}

static void forward_sample(const struct job *job, size_t sample, size_t lane, const float *image,
                           struct share rows)
{
    nn_winograd_forward(&job->winograd, image, job->transformed, job->bias, rows.first, rows.count,
                        work_of(job, lane), job->y + sample * job->winograd.filters * job->places);
}

static void forward_samples(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    struct share rows = {0, nn_winograd_tile_rows(&job->winograd)};
    for (size_t lane = begin; lane < end; lane++) {
        struct share share = share_of(job->batch, lane, job->lanes);
        for (size_t i = share.first; i < share.first + share.count; i++)
            forward_sample(job, i, lane, image_of(job, i, lane), rows);
    }
}

/* All lanes use the image of the first. */
static void forward_rows(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const float *image = job->image.same ? input_of(job, job->sample) : job->lane;
    for (size_t lane = begin; lane < end; lane++)
        forward_sample(job, job->sample, lane, image,
                       share_of(nn_winograd_tile_rows(&job->winograd), lane, job->lanes));
}

static void convolve(struct job *job)
{
    size_t threads = (size_t)nn_pool_threads(), lanes = job->lanes;
    job->lane = job->transformed + transformed_floats(job);
    job->lanes = nn_size_min(lanes, threads);
    nn_pool_run(job->lanes, 1, transform_weights, job);
    if (threads == 1 || job->batch >= 2 * threads) {
        job->lanes = threads == 1 ? 1 : nn_size_min(lanes, nn_size_min(job->batch, 4 * threads));
        nn_pool_run(job->lanes, 1, forward_samples, job);
        return;
    }
    for (job->sample = 0; job->sample < job->batch; job->sample++) {
        image_of(job, job->sample, 0);
        nn_pool_run(job->lanes, 1, forward_rows, job);
    }
}

void nn_conv_winograd_forward(const struct nn_call *call, const struct nn_window *window,
                              const float *w, const float *bias, float *scratch)
{
    struct job job = describe(window, call->node->shape.dim[0], call->batch);
    job.x = call->x[0];
    job.y = call->y;
    job.w = w;
    job.bias = bias;
    job.filter_step = job.winograd.channels * WINDOW;
    job.channel_step = WINDOW;
    job.transformed = scratch;
    convolve(&job);
}

void nn_conv_winograd_input(const struct nn_call *call, const struct nn_window *window,
                            const float *w, float *scratch)
{
    struct nn_window back = turned(window, call->node->shape.dim[0]);
    struct job job = describe(&back, (size_t)window->channels, call->batch);
    job.x = call->dy;
    job.y = call->dx[0];
    job.w = w;
    job.filter_step = WINDOW;
    job.channel_step = job.winograd.filters * WINDOW;
    job.turned = true;
    job.transformed = scratch;
    convolve(&job);
}

static void sum_samples(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    size_t floats = job->winograd.filters * job->places;
    for (size_t lane = begin; lane < end; lane++) {
        struct share share = share_of(job->batch, lane, job->lanes);
        for (size_t i = 0; i < share.count; i++)
            nn_winograd_add_gradient(&job->winograd, image_of(job, share.first + i, lane),
                                     job->dy + (share.first + i) * floats, i > 0,
                                     work_of(job, lane),
                                     job->transformed + lane * transformed_floats(job));
    }
}

/* Parts of the sums of all lanes into those of the first. */
static void add_lanes(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    for (size_t lane = 1; lane < job->lanes; lane++)
        nn_kernels->accumulate(end - begin,
                               job->transformed + lane * transformed_floats(job) + begin,
                               job->transformed + begin);
}

static void finish_weights(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    for (size_t lane = begin; lane < end; lane++) {
        struct share share = share_of(job->winograd.channels, lane, job->lanes);
        nn_winograd_gradient(&job->winograd, job->transformed, share.first, share.count,
                             work_of(job, lane), job->dw);
    }
}

void nn_conv_winograd_weights(const struct nn_call *call, const struct nn_window *window, float *dw,
                              float *scratch)
{
    struct job job = describe(window, call->node->shape.dim[0], call->batch);
    job.lanes = summing_lanes(&job);
    job.x = call->x[0];
    job.dy = call->dy;
    job.dw = dw;
    job.transformed = scratch;
    job.lane = job.transformed + job.lanes * transformed_floats(&job);
    nn_pool_run(job.lanes, 1, sum_samples, &job);
    nn_pool_run(nn_winograd_weight_floats(&job.winograd), 4096, add_lanes, &job);
    nn_pool_run(job.lanes, 1, finish_weights, &job);
}
