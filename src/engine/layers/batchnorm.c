/* Over the batch and all places of a channel: x [batch, C] or [batch, C, ...].
 *
 * Training normalises by the statistics of the batch and writes the running statistics after the
 * step to the dw slots of running_mean and running_var; inference uses the running ones. saved:
 * mean and 1/deviation of each channel, as used by forward.
 */
#include "base/pool.h"
#include "engine/net.h"
#include "kernels/kernels.h"

#include <math.h>

enum { EPS, MOMENTUM, AFFINE };

static const struct nn_arg_spec args[] = {
    [EPS] = {.name = "eps",
             .type = NN_ARG_REAL,
             .fallback = "1e-5",
             .min = 1e-30,
             .max = 1e30,
             .help = "added to the variance"},
    [MOMENTUM] = {.name = "momentum",
                  .type = NN_ARG_REAL,
                  .fallback = "0.1",
                  .min = 0,
                  .max = 1,
                  .help = "weight of the newest batch in the running statistics"},
    [AFFINE] = {.name = "affine",
                .type = NN_ARG_BOOL,
                .fallback = "yes",
                .help = "learn a scale and a shift for each channel"},
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)values, (void)in_count, (void)error;
    *out = in[0];
    return NN_OK;
}

static int params(const struct nn_args *values, const struct nn_shape *in, int in_count,
                  struct nn_param_spec specs[NN_MAX_PARAMS])
{
    (void)in_count;
    int count = 0;
    struct nn_param_spec each = {.shape = nn_shape_make(1, in[0].dim), .fan_in = 1, .fan_out = 1};
    if (nn_args_bool(values, AFFINE)) {
        specs[count] = each;
        specs[count].name = "weight";
        specs[count].init = NN_INIT_ONES;
        specs[count++].trainable = true;
        specs[count] = each;
        specs[count].name = "bias";
        specs[count].init = NN_INIT_ZEROS;
        specs[count++].trainable = true;
    }
    specs[count] = each;
    specs[count].name = "running_mean";
    specs[count++].init = NN_INIT_ZEROS;
    specs[count] = each;
    specs[count].name = "running_var";
    specs[count++].init = NN_INIT_ONES;
    return count;
}

static size_t saved(const struct nn_node *node, size_t batch)
{
    (void)batch;
    return 2 * node->shape.dim[0];
}

/* The arrays and sizes of one call. */
struct norm {
    const struct nn_call *call;
    size_t channels, places;
    double count;               /* values of a channel */
    const float *weight, *bias; /* NULL: 1 and 0 */
    float *dweight, *dbias;     /* NULL: not wanted */
    const float *running_mean, *running_var;
    float *mean_after, *var_after; /* NULL: not wanted */
    float *mean, *scale;           /* saved */
};

static struct norm describe(const struct nn_call *call)
{
    const struct nn_node *node = call->node;
    int running = node->param_count - 2;
    struct norm norm = {.call = call, .channels = node->shape.dim[0]};
    norm.places = node->size / norm.channels;
    norm.count = (double)call->batch * (double)norm.places;
    norm.mean = call->saved;
    norm.scale = call->saved + norm.channels;
    norm.running_mean = call->w[running];
    norm.running_var = call->w[running + 1];
    if (running > 0) {
        norm.weight = call->w[0];
        norm.bias = call->w[1];
    }
    if (call->dw) {
        norm.mean_after = call->dw[running];
        norm.var_after = call->dw[running + 1];
        norm.dweight = running > 0 ? call->dw[0] : NULL;
        norm.dbias = running > 0 ? call->dw[1] : NULL;
    }
    return norm;
}

/* Where channel c of sample b begins. */
static size_t begin_of(const struct norm *norm, size_t b, size_t c)
{
    return (b * norm->channels + c) * norm->places;
}

/* The sums of a channel's places in one sample; a single place is not worth a kernel. */
static double sum_of(size_t n, const float *x)
{
    return n == 1 ? (double)x[0] : nn_kernels->sum(n, x);
}

static double squares_of(size_t n, const float *x, double mean)
{
    return n == 1 ? ((double)x[0] - mean) * ((double)x[0] - mean)
                  : nn_kernels->norm_squares(n, x, mean);
}

static double product_of(size_t n, const float *x, double mean, const float *dy)
{
    return n == 1 ? (double)dy[0] * ((double)x[0] - mean)
                  : nn_kernels->norm_product(n, x, mean, dy);
}

static void normalise(size_t n, const float *x, double mean, double scale, double bias, float *y)
{
    if (n == 1)
        y[0] = (float)(((double)x[0] - mean) * scale + bias);
    else
        nn_kernels->norm(n, x, mean, scale, bias, y);
}

static void normalise_backward(size_t n, const float *x, double mean, const float *dy, double shift,
                               double slope, double factor, float *dx)
{
    if (n == 1)
        dx[0] = (float)(factor * ((double)dy[0] - shift - ((double)x[0] - mean) * slope));
    else
        nn_kernels->norm_backward(n, x, mean, dy, shift, slope, factor, dx);
}

/* Mean and variance (biased) of one channel over the batch, in two passes. */
static void measure(const struct norm *norm, size_t c, double *mean, double *variance)
{
    const float *x = norm->call->x[0];
    double sum = 0.0, squares = 0.0;
    for (size_t b = 0; b < norm->call->batch; b++)
        sum += sum_of(norm->places, x + begin_of(norm, b, c));
    *mean = sum / norm->count;
    for (size_t b = 0; b < norm->call->batch; b++)
        squares += squares_of(norm->places, x + begin_of(norm, b, c), *mean);
    *variance = squares / norm->count;
}

/* The running statistics move towards those of the batch; the variance is unbiased there, as in
 * PyTorch (of a single value it is 0). */
static void update_running(const struct norm *norm, size_t c, double mean, double variance)
{
    double momentum = nn_args_real(&norm->call->node->args, MOMENTUM);
    if (norm->count > 1.0)
        variance *= norm->count / (norm->count - 1.0);
    if (norm->mean_after)
        norm->mean_after[c] =
            (float)((1.0 - momentum) * (double)norm->running_mean[c] + momentum * mean);
    if (norm->var_after)
        norm->var_after[c] =
            (float)((1.0 - momentum) * (double)norm->running_var[c] + momentum * variance);
}

static void forward_channels(void *context, size_t begin, size_t end)
{
    const struct norm *norm = context;
    const struct nn_call *call = norm->call;
    double eps = nn_args_real(&call->node->args, EPS);
    for (size_t c = begin; c < end; c++) {
        double mean = (double)norm->running_mean[c], variance = (double)norm->running_var[c];
        if (call->training) {
            measure(norm, c, &mean, &variance);
            update_running(norm, c, mean, variance);
        }
        double scale = 1.0 / sqrt(variance + eps);
        double weight = norm->weight ? (double)norm->weight[c] : 1.0;
        double bias = norm->bias ? (double)norm->bias[c] : 0.0;
        norm->mean[c] = (float)mean;
        norm->scale[c] = (float)scale;
        for (size_t b = 0; b < call->batch; b++) {
            size_t at = begin_of(norm, b, c);
            normalise(norm->places, call->x[0] + at, mean, scale * weight, bias, call->y + at);
        }
    }
}

/* dbias = sum of dy, dweight = sum of dy (x - mean) scale. In inference mode mean and scale are
 * constants; in training their own gradients come to dx. */
static void backward_channels(void *context, size_t begin, size_t end)
{
    const struct norm *norm = context;
    const struct nn_call *call = norm->call;
    const float *x = call->x[0], *dy = call->dy;
    for (size_t c = begin; c < end; c++) {
        double mean = (double)norm->mean[c], scale = (double)norm->scale[c];
        double weight = norm->weight ? (double)norm->weight[c] : 1.0;
        double sum = 0.0, product = 0.0;
        for (size_t b = 0; b < call->batch; b++) {
            size_t at = begin_of(norm, b, c);
            sum += sum_of(norm->places, dy + at);
            product += product_of(norm->places, x + at, mean, dy + at) * scale;
        }
        if (norm->dweight)
            norm->dweight[c] = (float)product;
        if (norm->dbias)
            norm->dbias[c] = (float)sum;
        if (!call->dx[0])
            continue;
        double shift = call->training ? sum / norm->count : 0.0;
        double slope = call->training ? product / norm->count : 0.0;
        for (size_t b = 0; b < call->batch; b++) {
            size_t at = begin_of(norm, b, c);
            normalise_backward(norm->places, x + at, mean, dy + at, shift, scale * slope,
                               weight * scale, call->dx[0] + at);
        }
    }
}

static void forward(const struct nn_call *call)
{
    struct norm norm = describe(call);
    nn_pool_run(norm.channels, 1 + (size_t)(16384.0 / norm.count), forward_channels, &norm);
}

static void backward(const struct nn_call *call)
{
    struct norm norm = describe(call);
    nn_pool_run(norm.channels, 1 + (size_t)(16384.0 / norm.count), backward_channels, &norm);
}

static double flops(const struct nn_node *node)
{
    return 2.0 * (double)node->size;
}

const struct nn_layer_class nn_layer_batchnorm = {
    .name = "batchnorm",
    .aliases = "batchnormalization|batchnorm1d|batchnorm2d",
    .prefix = "bn",
    .summary = "normalises each channel by its mean and deviation",
    .formula = "y = (x - mean) / sqrt(var + eps) weight + bias",
    .source = "Ioffe and Szegedy 2015, algorithm 1; momentum and unbiased running variance as "
              "PyTorch's BatchNorm",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR | NN_LAYER_BATCH,
    .infer = infer,
    .params = params,
    .saved = saved,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
