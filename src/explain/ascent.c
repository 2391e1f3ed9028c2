#include "explain/ascent.h"

#include "base/mem.h"
#include "explain/blur.h"
#include "explain/diversity.h"
#include "explain/features.h"
#include "explain/priors.h"
#include "explain/rules.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

#define CHUNK      16
#define COMPONENTS 64 /* of the data */

#define REFINING    0.1  /* of the step size, after the steps along the data */
#define SURE        6.0  /* log-odds of a class that need no refinement: p = 0.9975 */
#define LOOSER      0.95 /* of the hold, at each step without it */
#define MOST_URGENT 8    /* times the step size of a refinement without it */

enum { AUTO, PIXEL, FOURIER, DATA }; /* parameters= */

/* ---- begin ---- */

static double number_of(const struct nn_args *args, const char *name)
{
    int index = nn_args_find(args->specs, name);
    return index < 0 || !nn_args_is_set(args, index) ? 0
           : args->specs[index].type == NN_ARG_REAL  ? nn_args_real(args, index)
                                                     : (double)nn_args_int(args, index);
}

static bool is_given(const struct nn_args *args, const char *name)
{
    int index = nn_args_find(args->specs, name);
    return index >= 0 && nn_args_given(args, index);
}

static bool is_set(const struct nn_args *args, const char *name)
{
    int index = nn_args_find(args->specs, name);
    return index >= 0 && nn_args_is_set(args, index);
}

/* Likeness is held against images of one unit: those of several differ of themselves. */
static bool is_of_one_unit(const struct nn_actmax_request *request)
{
    for (size_t i = 1; i < request->count && request->units; i++)
        if (request->units[i] != request->units[0])
            return false;
    return request->count > 1;
}

/* Keys without a default depend on the input: an image of 8 x 8 pixels is blurred beyond
 * recognition by a shift of one. */
static void read_settings(struct nn_ascent *ascent)
{
    const struct nn_args *args = ascent->request->args;
    size_t side = ascent->height < ascent->width ? ascent->height : ascent->width;
    struct nn_ascent_settings *settings = &ascent->settings;
    bool parted = nn_args_find(args->specs, "parameters") >= 0;
    int parameters = (int)number_of(args, "parameters");
    if (parameters == AUTO) /* units that see the whole input stand for a pattern in the data */
        parameters = parted && ascent->request->samples && !ascent->request->start &&
                             ascent->request->net->nodes[ascent->node]->shape.rank == 1
                         ? DATA
                         : PIXEL;
    *settings = (struct nn_ascent_settings){
        .steps = (size_t)number_of(args, "steps"),
        .every = (size_t)number_of(args, "every"),
        .redirect = (size_t)number_of(args, "redirect"),
        .lr = number_of(args, "lr"),
        .l2 = is_set(args, "l2")   ? number_of(args, "l2")
              : parameters == DATA ? 1
                                   : 0.5,
        .lp = number_of(args, "lp"),
        .power = number_of(args, "power"),
        .tv = number_of(args, "tv"),
        .blur = number_of(args, "blur"),
        .jitter = is_given(args, "jitter") ? number_of(args, "jitter") : (double)(side / 16),
        .rotate = number_of(args, "rotate"),
        .zoom = number_of(args, "zoom"),
        .noise = number_of(args, "noise"),
        .diversity = is_of_one_unit(ascent->request) ? number_of(args, "diversity") : 0,
        .contrast = number_of(args, "contrast") != 0,
        .fourier = parameters == FOURIER,
        .patterns = parameters == DATA,
        .yielding = parameters == DATA && !is_set(args, "l2"),
        .decorrelated = number_of(args, "color") != 0 && ascent->channels == 3,
    };
}

static enum nn_status check_settings(const struct nn_ascent *ascent, struct nn_error *error)
{
    static const char *const of_images[] = {"color",  "tv",   "blur", "jitter",
                                            "rotate", "zoom", "every"};
    const struct nn_args *args = ascent->request->args;
    for (size_t i = 0; i < sizeof of_images / sizeof *of_images && ascent->height == 0; i++)
        if (is_given(args, of_images[i]) && number_of(args, of_images[i]) != 0)
            return nn_fail(error, NN_REFUSED, "%s= is for images, channels x height x width",
                           of_images[i]);
    if (ascent->height == 0 && ascent->settings.fourier)
        return nn_fail(error, NN_REFUSED,
                       "parameters=fourier is for images, channels x height x width");
    if (ascent->settings.patterns && !ascent->request->samples)
        return nn_fail(error, NN_STATE,
                       "parameters=data needs the training data: `data load` or `data demo`");
    if (ascent->settings.fourier && ascent->request->start)
        return nn_fail(error, NN_REFUSED,
                       "parameters=fourier starts from noise, not from a sample");
    if (ascent->settings.diversity > 0 && ascent->request->count > CHUNK)
        return nn_fail(error, NN_LIMIT, "diversity= compares at most %d images", CHUNK);
    return NN_OK;
}

/* The layer whose answers are to differ: the last convolution that the objective reads, or the
 * input. */
static enum nn_status find_diverse(struct nn_ascent *ascent, struct nn_error *error)
{
    const struct nn_net *net = ascent->request->net;
    bool *reached = nn_calloc((size_t)net->count, sizeof *reached);
    if (!reached)
        return nn_fail_memory(error, (size_t)net->count * sizeof *reached);
    nn_net_ancestors(net, ascent->node, reached);
    ascent->diverse = 0;
    for (int i = 1; i < net->count; i++)
        if (reached[i] && net->nodes[i]->layer->flags & NN_LAYER_SPATIAL &&
            net->nodes[i]->shape.rank == 3)
            ascent->diverse = i;
    nn_free(reached);
    return NN_OK;
}

static void fill_ranges(struct nn_ascent *ascent)
{
    const struct nn_actmax_request *request = ascent->request;
    for (size_t i = 0; i < ascent->size; i++) {
        float low = request->lows ? request->lows[i] : request->low,
              high = request->highs ? request->highs[i] : request->high;
        float rest = request->start ? request->start[i] : low <= 0 && high >= 0 ? 0 : low;
        ascent->low[i] = low;
        ascent->range[i] = high - low;
        ascent->rest[i] = high > low ? (rest - low) / (high - low) : 0;
        ascent->rest[i] = fminf(fmaxf(ascent->rest[i], 0), 1);
        /* an almost empty picture, where the sigmoid still moves */
        double begin = fmin(fmax((double)ascent->rest[i], 0.12), 0.88);
        ascent->bias[i] = (float)log(begin / (1 - begin));
    }
}

/* What the samples vary in, in units of the range: components as long as the data spread along
 * them.
 */
static enum nn_status take_samples(struct nn_ascent *ascent, struct nn_error *error)
{
    const struct nn_actmax_request *request = ascent->request;
    size_t size = ascent->size, floats;
    if (!nn_size_mul(request->sample_count, size, &floats))
        return nn_fail(error, NN_LIMIT, "so many samples do not fit into memory");
    float *y = nn_calloc(floats, sizeof *y);
    if (!y)
        return nn_fail_memory(error, floats * sizeof *y);
    for (size_t i = 0; i < floats; i++) {
        float range = ascent->range[i % size];
        y[i] = range > 0 ? (request->samples[i] - ascent->low[i % size]) / range : 0;
    }
    enum nn_status status = nn_pca_init(&ascent->data, y, request->sample_count, size, COMPONENTS,
                                        request->progress, error);
    nn_free(y);
    for (size_t c = 0; status == NN_OK && c < ascent->data.count; c++)
        nn_kernels->scale(size, (float)sqrt(ascent->data.variances[c]),
                          ascent->data.components + c * size);
    return status;
}

static enum nn_status allocate(struct nn_ascent *ascent, struct nn_error *error)
{
    const struct nn_node *const *nodes = (const struct nn_node *const *)ascent->request->net->nodes;
    size_t most = ascent->most, size = ascent->size, stride = ascent->stride;
    size_t seeds = nodes[ascent->node]->size > nodes[ascent->diverse]->size
                       ? nodes[ascent->node]->size
                       : nodes[ascent->diverse]->size;
    float **blocks[] = {&ascent->low, &ascent->range,    &ascent->rest, &ascent->bias,
                        &ascent->y,   &ascent->gradient, &ascent->work, &ascent->base,
                        &ascent->p,   &ascent->m,        &ascent->v,    &ascent->slope};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        *blocks[i] = nn_calloc(i < 4 ? size : most * (i < 8 ? size : stride), sizeof(float));
        if (!*blocks[i])
            return nn_fail_memory(error, most * stride * sizeof(float));
    }
    ascent->seed = nn_calloc(most * seeds, sizeof *ascent->seed);
    ascent->warps = nn_calloc(most, sizeof *ascent->warps);
    ascent->randoms = nn_calloc(most, sizeof *ascent->randoms);
    ascent->values = nn_calloc(most, sizeof *ascent->values);
    ascent->holds = nn_calloc(most, sizeof *ascent->holds);
    ascent->copies = nn_calloc(most, sizeof *ascent->copies);
    if (!ascent->seed || !ascent->holds || !ascent->copies || !ascent->warps || !ascent->randoms ||
        !ascent->values)
        return nn_fail_memory(error, most * seeds * sizeof *ascent->seed);
    return NN_OK;
}

enum nn_status nn_ascent_init(struct nn_ascent *ascent, const struct nn_actmax_request *request,
                              struct nn_error *error)
{
    const struct nn_net *net = request->net;
    const struct nn_node *input = net->nodes[0];
    enum nn_status status = NN_OK;
    *ascent = (struct nn_ascent){.request = request, .channels = 1, .size = input->size};
    ascent->node = request->node == net->count - 1 ? nn_net_logits(net) : request->node;
    if (input->shape.rank == 3) {
        ascent->channels = input->shape.dim[0];
        ascent->height = input->shape.dim[1];
        ascent->width = input->shape.dim[2];
    }
    read_settings(ascent);
    NN_TRY(check_settings(ascent, error));
    ascent->most = nn_samples_at_once(net, true, CHUNK);
    if (request->count < ascent->most || ascent->settings.diversity > 0)
        ascent->most = request->count < CHUNK ? request->count : CHUNK; /* compared in one pass */
    NN_TRY(find_diverse(ascent, error));
    ascent->binary = nn_ascent_binary(net, ascent->node, request->class_count);
    const struct nn_node *node = net->nodes[ascent->node];
    ascent->contrast = ascent->settings.contrast && request->what == NN_ACTMAX_UNIT &&
                       ascent->node == nn_net_logits(net) && node->size > 1 &&
                       node->shape.rank == 1;
    ascent->settings.yielding = ascent->settings.yielding && ascent->contrast;
    ascent->moving = ascent->size;
    if (ascent->settings.fourier) {
        NN_TRY(nn_spectrum_init(&ascent->spectrum, ascent->height, ascent->width, error));
        ascent->moving = ascent->channels * nn_spectrum_size(&ascent->spectrum);
    }
    ascent->stride = ascent->moving > ascent->size ? ascent->moving : ascent->size;
    NN_TRY(allocate(ascent, error));
    fill_ranges(ascent);
    if (ascent->settings.patterns)
        NN_TRY(take_samples(ascent, error));
    NN_TRY(nn_pass_new(net, ascent->most, NN_PASS_GRADIENTS, 0, &ascent->pass, error));
out:
    return status;
}

void nn_ascent_clear(struct nn_ascent *ascent)
{
    float *blocks[] = {ascent->low, ascent->range,    ascent->rest, ascent->bias,
                       ascent->y,   ascent->gradient, ascent->work, ascent->base,
                       ascent->p,   ascent->m,        ascent->v,    ascent->slope};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        nn_free(blocks[i]);
    nn_free(ascent->seed);
    nn_free(ascent->copies);
    nn_free(ascent->holds);
    nn_free(ascent->warps);
    nn_free(ascent->randoms);
    nn_free(ascent->values);
    nn_pass_free(ascent->pass);
    nn_spectrum_clear(&ascent->spectrum);
    nn_pca_clear(&ascent->data);
}

/* ---- start ---- */

/* Images of the same unit are told apart by how many were before. */
static uint32_t copies_before(const struct nn_actmax_request *request, size_t image)
{
    uint32_t copies = 0;
    for (size_t i = 0; i < image; i++)
        copies += !request->units || request->units[i] == request->units[image];
    return copies;
}

static void start_image(struct nn_ascent *ascent, size_t image)
{
    struct nn_random *random = &ascent->randoms[image];
    float *y = ascent->y + image * ascent->size, *p = ascent->p + image * ascent->stride;
    if (ascent->settings.patterns) {
        memcpy(y, ascent->base + image * ascent->size, ascent->size * sizeof *y);
        return;
    }
    for (size_t i = 0; i < ascent->moving && ascent->settings.fourier; i++)
        p[i] = 0.01f * nn_random_normal(random);
    if (ascent->settings.fourier) {
        nn_ascent_paint(ascent, image);
        return;
    }
    for (size_t i = 0; i < ascent->size; i++) {
        float noise = ascent->request->start ? 0 : 0.1f * nn_random_float(random);
        y[i] = fminf(ascent->rest[i] + noise, 1);
    }
}

enum nn_status nn_ascent_start(struct nn_ascent *ascent, size_t first, size_t n,
                               struct nn_error *error)
{
    const struct nn_actmax_request *request = ascent->request;
    enum nn_status status = NN_OK;
    ascent->n = n;
    ascent->units = request->units ? request->units + first : NULL;
    memset(ascent->p, 0, n * ascent->stride * sizeof *ascent->p);
    memset(ascent->m, 0, n * ascent->stride * sizeof *ascent->m);
    memset(ascent->v, 0, n * ascent->stride * sizeof *ascent->v);
    for (size_t image = 0; image < n; image++) {
        uint32_t unit = ascent->units ? (uint32_t)ascent->units[image] : 0;
        ascent->copies[image] = copies_before(request, first + image);
        ascent->holds[image] = ascent->settings.l2;
        nn_random_init(&ascent->randoms[image], request->seed, NN_STREAM_ACTMAX,
                       unit + (ascent->copies[image] << 20));
    }
    if (ascent->settings.patterns)
        status = nn_ascent_facets(ascent, ascent->base, error);
    for (size_t image = 0; image < n && status == NN_OK; image++)
        start_image(ascent, image);
    return status;
}

/* ---- one step ---- */

static struct nn_warp draw_warp(const struct nn_ascent *ascent, struct nn_random *random)
{
    const struct nn_ascent_settings *settings = &ascent->settings;
    struct nn_warp warp = {.zoom = 1};
    uint32_t shifts = 2 * (uint32_t)settings->jitter + 1;
    if (settings->jitter > 0) {
        warp.down = (double)nn_random_below(random, shifts) - settings->jitter;
        warp.right = (double)nn_random_below(random, shifts) - settings->jitter;
    }
    if (settings->rotate > 0)
        warp.angle =
            settings->rotate * 0.017453292519943295 * (2 * (double)nn_random_float(random) - 1);
    if (settings->zoom > 0)
        warp.zoom = 1 + settings->zoom * (2 * (double)nn_random_float(random) - 1);
    return warp;
}

static bool is_warped(const struct nn_ascent *ascent)
{
    const struct nn_ascent_settings *settings = &ascent->settings;
    return ascent->height > 0 && !ascent->along &&
           (settings->jitter > 0 || settings->rotate > 0 || settings->zoom > 0);
}

static void scale_to_input(const struct nn_ascent *ascent, const float *y, float *x)
{
    for (size_t i = 0; i < ascent->n * ascent->size; i++) {
        size_t value = i % ascent->size;
        x[i] = ascent->low[value] + ascent->range[value] * y[i];
    }
}

/* Each step along the data looks from a little elsewhere, among the data, or else the ascent would
 * bounce between linear pieces of the net. slope is free until unpaint. */
static void look_aside(struct nn_ascent *ascent, size_t image)
{
    const float *p = ascent->p + image * ascent->stride;
    float *aside = ascent->slope + image * ascent->stride;
    for (size_t c = 0; c < ascent->data.count; c++)
        aside[c] = p[c] + (float)ascent->settings.noise * nn_random_normal(&ascent->randoms[image]);
    nn_ascent_compose(ascent, ascent->base + image * ascent->size, aside,
                      ascent->work + image * ascent->size);
}

static void forward(struct nn_ascent *ascent, bool warped, bool aside)
{
    const float *seen = ascent->y;
    for (size_t image = 0; image < ascent->n && warped; image++) {
        seen = ascent->work;
        ascent->warps[image] = draw_warp(ascent, &ascent->randoms[image]);
        nn_warp(&ascent->warps[image], ascent->channels, ascent->height, ascent->width,
                ascent->y + image * ascent->size, ascent->work + image * ascent->size);
    }
    for (size_t image = 0; image < ascent->n && aside; image++) {
        seen = ascent->work;
        look_aside(ascent, image);
    }
    scale_to_input(ascent, seen, nn_pass_input(ascent->pass));
    nn_pass_forward(ascent->pass, ascent->n, NULL);
}

/* Adds `weight` times a gradient at the input, brought to a mean square of one, to that of the
 * images. */
static void add_gradient(struct nn_ascent *ascent, const float *dx, bool warped, float weight)
{
    size_t size = ascent->size;
    for (size_t image = 0; image < ascent->n; image++, dx += size) {
        float *work = ascent->work + image * size, *gradient = ascent->gradient + image * size;
        double square = 0;
        for (size_t i = 0; i < size; i++) {
            work[i] = dx[i] * ascent->range[i];
            square += (double)work[i] * (double)work[i];
        }
        float scale = square > 0 ? weight / (float)sqrt(square / (double)size) : 0;
        for (size_t i = 0; i < size; i++)
            work[i] *= scale;
        if (!warped) {
            for (size_t i = 0; i < size; i++)
                gradient[i] += work[i];
            continue;
        }
        float *back = ascent->slope + image * ascent->stride; /* free until unpaint */
        nn_warp_adjoint(&ascent->warps[image], ascent->channels, ascent->height, ascent->width,
                        work, back);
        for (size_t i = 0; i < size; i++)
            gradient[i] += back[i];
    }
}

static enum nn_status walk_back(struct nn_ascent *ascent, int from, bool redirected,
                                struct nn_error *error)
{
    struct nn_walk walk = {.from = from, .seed = ascent->seed};
    if (redirected) {
        walk.choose = nn_choose_for_rectifiers;
        walk.context = (void *)&nn_rule_redirected;
    }
    return nn_pass_backward(ascent->pass, &walk, error);
}

static enum nn_status subtract_similarity(struct nn_ascent *ascent, bool warped,
                                          struct nn_error *error)
{
    const struct nn_node *node = ascent->request->net->nodes[ascent->diverse];
    size_t maps = ascent->diverse ? node->shape.dim[0] : node->size;
    double similarity;
    enum nn_status status = nn_diversity(nn_pass_output(ascent->pass, ascent->diverse), ascent->n,
                                         maps, node->size / maps, &similarity, ascent->seed, error);
    if (status == NN_OK && ascent->diverse)
        status = walk_back(ascent, ascent->diverse, false, error);
    if (status == NN_OK)
        add_gradient(ascent, ascent->diverse ? nn_pass_gradient(ascent->pass, 0) : ascent->seed,
                     warped, -(float)ascent->settings.diversity);
    return status;
}

/* Along the data: steps as long as samples are from their mean, in the direction of the mean
 * gradient, held to where they began by the penalty l2 |p|^2. For a linear unit with weights w that
 * ends at covariance times w, the pattern that it stands for. Adam would make the components equal
 * and the input noise. */
static void move_along(struct nn_ascent *ascent, size_t image)
{
    const struct nn_ascent_settings *settings = &ascent->settings;
    size_t at = image * ascent->stride, count = ascent->data.count;
    float *slope = ascent->slope + at, *m = ascent->m + at, *p = ascent->p + at;
    for (size_t c = 0; c < count; c++)
        m[c] = 0.9f * m[c] + 0.1f * slope[c];
    double square = 0, spread = 0;
    for (size_t c = 0; c < count; c++) {
        square += (double)m[c] * (double)m[c] * ascent->data.variances[c];
        spread += ascent->data.variances[c];
    }
    float scale = square > 0 ? (float)sqrt(spread / square) : 0;
    for (size_t c = 0; c < count; c++)
        p[c] += (float)settings->lr * (scale * m[c] - 2 * (float)settings->l2 * p[c]);
    nn_ascent_paint(ascent, image);
}

/* Adam on the coefficients, or on the values themselves within their range. */
static void move(struct nn_ascent *ascent, size_t image, size_t step)
{
    const struct nn_ascent_settings *settings = &ascent->settings;
    double lr = settings->patterns ? settings->lr * REFINING : settings->lr;
    if (settings->yielding) /* the longer it was not sure, the larger the steps */
        lr *= fmin(settings->l2 / ascent->holds[image], MOST_URGENT);
    double c1 = 1 - pow(0.9, (double)step), c2 = 1 - pow(0.999, (double)step);
    size_t at = image * ascent->stride;
    float *slope = ascent->slope + at, *m = ascent->m + at, *v = ascent->v + at;
    for (size_t i = 0; i < ascent->moving; i++) {
        double g = (double)slope[i];
        m[i] = (float)(0.9 * (double)m[i] + 0.1 * g);
        v[i] = (float)(0.999 * (double)v[i] + 0.001 * g * g);
        slope[i] = (float)(lr * ((double)m[i] / c1) / (sqrt((double)v[i] / c2) + 1e-8));
    }
    if (settings->fourier) {
        for (size_t i = 0; i < ascent->moving; i++)
            ascent->p[at + i] += slope[i];
        nn_ascent_paint(ascent, image);
        return;
    }
    float *y = ascent->y + image * ascent->size;
    if (settings->decorrelated)
        nn_color_correlate(slope, ascent->height * ascent->width, false);
    for (size_t i = 0; i < ascent->size; i++)
        y[i] = fminf(fmaxf(y[i] + slope[i], 0), 1);
}

/* What holds a refinement of a class to where it began weakens while the net is not sure of it. */
static void loosen(struct nn_ascent *ascent, size_t image)
{
    if (ascent->settings.yielding && !ascent->along && ascent->values[image] < SURE)
        ascent->holds[image] *= LOOSER;
}

static void penalize(struct nn_ascent *ascent, size_t image)
{
    const struct nn_ascent_settings *settings = &ascent->settings;
    const float *y = ascent->y + image * ascent->size;
    float *gradient = ascent->gradient + image * ascent->size;
    const float *rest = settings->patterns ? ascent->p + image * ascent->stride : ascent->rest;
    if (ascent->along) /* the components keep it smooth, and move_along holds it */
        return;
    if (settings->l2 > 0)
        nn_subtract_power(y, rest, ascent->size, 2, ascent->holds[image], gradient);
    if (settings->lp > 0)
        nn_subtract_power(y, rest, ascent->size, settings->power, settings->lp, gradient);
    if (ascent->height > 0 && settings->tv > 0)
        nn_subtract_variation(y, ascent->channels, ascent->height, ascent->width, settings->tv,
                              gradient);
}

/* Along the data for most of the steps; what that gives is then refined, held to itself: the
 * details that a net needs to be sure vary little in the data. Returns the step of the phase. */
static size_t choose_phase(struct nn_ascent *ascent, size_t step)
{
    size_t most = ascent->settings.steps - ascent->settings.steps / 4;
    size_t moved = ascent->n * ascent->stride;
    ascent->along = ascent->settings.patterns && step <= most;
    if (!ascent->settings.patterns || ascent->along)
        return step;
    if (step == most + 1) {
        for (size_t image = 0; image < ascent->n; image++)
            memcpy(ascent->p + image * ascent->stride, ascent->y + image * ascent->size,
                   ascent->size * sizeof *ascent->p);
        memset(ascent->m, 0, moved * sizeof *ascent->m);
        memset(ascent->v, 0, moved * sizeof *ascent->v);
    }
    return step - most;
}

enum nn_status nn_ascent_step(struct nn_ascent *ascent, size_t step, struct nn_error *error)
{
    const struct nn_ascent_settings *settings = &ascent->settings;
    enum nn_status status = NN_OK;
    bool apart = step <= settings->steps - settings->steps / 4;
    step = choose_phase(ascent, step);
    bool warped = is_warped(ascent);
    memset(ascent->gradient, 0, ascent->n * ascent->size * sizeof *ascent->gradient);
    forward(ascent, warped, ascent->along && settings->noise > 0);
    nn_ascent_aim(ascent);
    NN_TRY(walk_back(ascent, ascent->node, step <= settings->redirect, error));
    add_gradient(ascent, nn_pass_gradient(ascent->pass, 0), warped, 1);
    if (settings->diversity > 0 && apart) /* then each for itself, until the net is sure */
        NN_TRY(subtract_similarity(ascent, warped, error));
    bool blurred = settings->blur > 0 && ascent->height > 0 && !settings->fourier &&
                   !settings->patterns && settings->every > 0 && step % settings->every == 0 &&
                   step + settings->every <= settings->steps;
    for (size_t image = 0; image < ascent->n; image++) {
        float *y = ascent->y + image * ascent->size;
        loosen(ascent, image);
        penalize(ascent, image);
        nn_ascent_unpaint(ascent, image);
        if (ascent->along)
            move_along(ascent, image);
        else if (!settings->patterns || !ascent->contrast || ascent->values[image] < SURE)
            move(ascent, image, step);
        if (blurred)
            NN_TRY(
                nn_blur(y, ascent->channels, ascent->height, ascent->width, settings->blur, error));
    }
out:
    return status;
}

void nn_ascent_finish(struct nn_ascent *ascent)
{
    forward(ascent, false, false);
    nn_ascent_aim(ascent);
}

void nn_ascent_inputs(const struct nn_ascent *ascent, float *x)
{
    scale_to_input(ascent, ascent->y, x);
}
