#include "base/pool.h"
#include "engine/layers/pointwise.h"

#include <math.h>

/* Over neighbouring channels at every place: channel c looks at c - (size - 1) / 2 ... c + size
 * / 2.
 */

enum { SIZE, ALPHA, BETA, K };

static const struct nn_arg_spec args[] = {
    [SIZE] = {.name = "size",
              .type = NN_ARG_INT,
              .min = 1,
              .max = INT32_MAX,
              .help = "channels that are looked at, with its own",
              .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    [ALPHA] = {.name = "alpha",
               .type = NN_ARG_REAL,
               .fallback = "1e-4",
               .help = "weight of the mean square"},
    [BETA] = {.name = "beta", .type = NN_ARG_REAL, .fallback = "0.75", .help = "exponent"},
    [K] = {.name = "k", .type = NN_ARG_REAL, .fallback = "1", .help = "added to the mean square"},
    {0},
};

struct norm {
    const struct nn_call *call;
    size_t size, channels, places;
    double alpha, beta, k;
};

static struct norm describe(const struct nn_call *call)
{
    const struct nn_args *values = &call->node->args;
    struct norm norm = {.call = call,
                        .size = (size_t)nn_args_int(values, SIZE),
                        .channels = call->node->shape.dim[0],
                        .alpha = nn_args_real(values, ALPHA),
                        .beta = nn_args_real(values, BETA),
                        .k = nn_args_real(values, K)};
    norm.places = call->node->size / norm.channels;
    return norm;
}

/* Channels [*begin, *end) that channel c looks at. */
static void window_of(const struct norm *norm, size_t c, size_t *begin, size_t *end)
{
    size_t before = (norm->size - 1) / 2, after = norm->size / 2;
    *begin = c < before ? 0 : c - before;
    *end = after >= norm->channels - c ? norm->channels : c + after + 1;
}

/* k + alpha / size sum x^2 of channel c at a place of sample b. */
static double base_of(const struct norm *norm, size_t b, size_t c, size_t place)
{
    const float *x = norm->call->x[0] + b * norm->call->node->size + place;
    size_t begin, end;
    double sum = 0.0;
    window_of(norm, c, &begin, &end);
    for (size_t i = begin; i < end; i++)
        sum += (double)x[i * norm->places] * (double)x[i * norm->places];
    return norm->k + norm->alpha / (double)norm->size * sum;
}

static void forward_planes(void *context, size_t begin, size_t end)
{
    const struct norm *norm = context;
    const struct nn_call *call = norm->call;
    for (size_t plane = begin; plane < end; plane++)
        for (size_t i = 0; i < norm->places; i++) {
            size_t at = plane * norm->places + i;
            double base = base_of(norm, plane / norm->channels, plane % norm->channels, i);
            call->y[at] = (float)((double)call->x[0][at] * pow(base, -norm->beta));
        }
}

/* dx_c = dy_c base_c^-beta - 2 alpha beta / size x_c sum of dy_j x_j base_j^(-beta-1) over the
 * channels j that look at c. */
static void backward_planes(void *context, size_t begin, size_t end)
{
    const struct norm *norm = context;
    const struct nn_call *call = norm->call;
    double factor = 2.0 * norm->alpha * norm->beta / (double)norm->size;
    for (size_t plane = begin; plane < end; plane++) {
        size_t b = plane / norm->channels, c = plane % norm->channels;
        size_t after = (norm->size - 1) / 2, before = norm->size / 2; /* the mirrored window */
        size_t first = c < before ? 0 : c - before;
        size_t past = after >= norm->channels - c ? norm->channels : c + after + 1;
        for (size_t i = 0; i < norm->places; i++) {
            size_t at = plane * norm->places + i;
            double sum = 0.0;
            for (size_t j = first; j < past; j++) {
                size_t other = (b * norm->channels + j) * norm->places + i;
                sum += (double)call->dy[other] * (double)call->x[0][other] *
                       pow(base_of(norm, b, j, i), -norm->beta - 1.0);
            }
            call->dx[0][at] =
                (float)((double)call->dy[at] * pow(base_of(norm, b, c, i), -norm->beta) -
                        factor * (double)call->x[0][at] * sum);
        }
    }
}

static void forward(const struct nn_call *call)
{
    struct norm norm = describe(call);
    nn_pool_run(call->batch * norm.channels, 1 + 4096 / norm.places, forward_planes, &norm);
}

static void backward(const struct nn_call *call)
{
    struct norm norm = describe(call);
    if (call->dx[0])
        nn_pool_run(call->batch * norm.channels, 1 + 1024 / norm.places, backward_planes, &norm);
}

const struct nn_layer_class nn_layer_lrn = {
    .name = "lrn",
    .prefix = "lrn",
    .summary = "divides each channel by the size of its neighbours at the same place",
    .formula = "y_c = x_c / (k + alpha / size sum of x^2 over size channels around c)^beta",
    .source = "Krizhevsky, Sutskever and Hinton 2012, section 3.3; PyTorch's LocalResponseNorm",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
