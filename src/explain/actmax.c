#include "explain/actmax.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "explain/ascent.h"
#include "explain/rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct nn_arg_spec nn_actmax_args[] = {
    {"steps", NN_ARG_INT, "256", 1, 100000, NULL, "steps", "steps of gradient ascent", 0},
    {"lr", NN_ARG_REAL, "0.05", 1e-6, 100, NULL, "of the input's range", "step size (Adam)", 0},
    {"parameters", NN_ARG_CHOICE, "auto", 0, 0, "auto|pixel|fourier|data", NULL,
     "what moves: the values, the waves that an image is the sum of, or what the data vary in; "
     "auto: "
     "data for units without a place, if there are data, else pixel",
     0},
    {"color", NN_ARG_CHOICE, "decorrelated", 0, 0, "plain|decorrelated", NULL,
     "for three channels: moves each alone, or brightness and differences of colours", 0},
    {"l2", NN_ARG_REAL, NULL, 0, 1e6, NULL, NULL,
     "weight of the squared distance from the resting input; default 0.5, with parameters=data 1, "
     "less and less while the net is not sure of a class",
     0},
    {"lp", NN_ARG_REAL, "0", 0, 1e6, NULL, NULL, "weight of that distance to a power", 0},
    {"power", NN_ARG_REAL, "6", 1, 100, NULL, NULL, "that power", 0},
    {"tv", NN_ARG_REAL, "0.1", 0, 1e6, NULL, NULL, "weight of the total variation (images)", 0},
    {"blur", NN_ARG_REAL, "0.4", 0, 16, NULL, "pixels",
     "width of the blur (images, parameters=pixel); 0 = none", 0},
    {"every", NN_ARG_INT, "8", 1, 100000, NULL, "steps", "a blur every so many steps", 0},
    {"jitter", NN_ARG_INT, NULL, 0, 64, NULL, "pixels",
     "largest random shift of each step (images); default a sixteenth of the smaller side", 0},
    {"rotate", NN_ARG_REAL, "0", 0, 180, NULL, "degrees",
     "largest random turn of each step (images)", 0},
    {"zoom", NN_ARG_REAL, "0", 0, 0.9, NULL, NULL,
     "largest random change of size of each step, as a share (images)", 0},
    {"noise", NN_ARG_REAL, "0.5", 0, 10, NULL, NULL,
     "with parameters=data: how far each step looks aside, as a share of the data's spread", 0},
    {"redirect", NN_ARG_INT, "16", 0, 100000, NULL, "steps",
     "for so many steps, a relu that blocks all of the gradient lets its dead units rise", 0},
    {"diversity", NN_ARG_REAL, "1", 0, 1e6, NULL, NULL,
     "for several images of one unit: weight of their likeness, which is subtracted but for the "
     "last "
     "quarter of the steps",
     0},
    {"contrast", NN_ARG_BOOL, "yes", 0, 0, NULL, NULL,
     "for a class: raise its logit over the other classes' (log-probability), not alone", 0},
    {0},
};

const struct nn_arg_spec nn_dream_args[] = {
    {"steps", NN_ARG_INT, "64", 1, 100000, NULL, "steps", "steps of gradient ascent", 0},
    {"lr", NN_ARG_REAL, "0.01", 1e-6, 100, NULL, "of the input's range", "step size (Adam)", 0},
    {"color", NN_ARG_CHOICE, "decorrelated", 0, 0, "plain|decorrelated", NULL,
     "for three channels: moves each alone, or brightness and differences of colours", 0},
    {"l2", NN_ARG_REAL, "1", 0, 1e6, NULL, NULL, "weight of the squared distance from the sample",
     0},
    {"tv", NN_ARG_REAL, "0.02", 0, 1e6, NULL, NULL, "weight of the total variation (images)", 0},
    {"blur", NN_ARG_REAL, "0", 0, 16, NULL, "pixels", "width of the blur (images); 0 = none", 0},
    {"every", NN_ARG_INT, "8", 1, 100000, NULL, "steps", "a blur every so many steps", 0},
    {"jitter", NN_ARG_INT, NULL, 0, 64, NULL, "pixels",
     "largest random shift of each step (images); default a sixteenth of the smaller side", 0},
    {0},
};

/* All images of a request, and what came of them. */
struct gallery {
    float *x;              /* [count, size] */
    double *values, *odds; /* [count]: objective; probability, NaN if there is none */
};

size_t nn_actmax_units(const struct nn_net *net, int node, size_t class_count)
{
    const struct nn_node *at = net->nodes[node];
    if (nn_ascent_binary(net, node, class_count))
        return 2;
    return at->shape.rank > 1 ? at->shape.dim[0] : at->size;
}

static enum nn_status check(const struct nn_actmax_request *request, struct nn_error *error)
{
    const struct nn_node *node = request->net->nodes[request->node];
    size_t limit = nn_actmax_units(request->net, request->node, request->class_count);
    if (request->node == 0)
        return nn_fail(error, NN_REFUSED, "actmax: the input itself has no units; name a layer");
    if (request->count > NN_ACTMAX_MOST)
        return nn_fail(error, NN_LIMIT, "actmax makes at most %d images at once", NN_ACTMAX_MOST);
    for (size_t i = 0; i < request->count && request->units; i++)
        if (request->units[i] >= limit)
            return nn_fail(error, NN_ARGUMENT, "actmax: unit=%zu: layer %s has %s 0 to %zu",
                           request->units[i], node->name, node->shape.rank > 1 ? "maps" : "units",
                           limit - 1);
    enum nn_status status = nn_gradient_exists(request->net, 0, request->node, error);
    if (status == NN_REFUSED) /* methods that explain a sample are no help here */
        nn_fail_hint(error, "`examples LAYER UNIT` finds the samples that raise a unit");
    return status;
}

/* The probability of the class, when the unit is one of a final softmax or sigmoid. */
static double probability(const struct nn_ascent *ascent, size_t image)
{
    const struct nn_net *net = ascent->request->net;
    const struct nn_node *output = nn_net_output(net);
    const float *y = nn_pass_output(ascent->pass, output->index) + image * output->size;
    bool logarithm = strcmp(output->layer->name, "logsoftmax") == 0;
    if (ascent->request->what != NN_ACTMAX_UNIT || ascent->node != nn_net_logits(net))
        return NAN;
    if (ascent->binary && strcmp(output->layer->name, "sigmoid") == 0)
        return ascent->units[image] ? (double)y[0] : 1 - (double)y[0];
    if (!logarithm && strcmp(output->layer->name, "softmax") != 0)
        return NAN;
    double p = (double)y[ascent->units[image]];
    return logarithm ? exp(p) : p;
}

static enum nn_status make_all(struct nn_ascent *ascent, struct gallery *gallery,
                               struct nn_error *error)
{
    const struct nn_actmax_request *request = ascent->request;
    size_t steps = ascent->settings.steps;
    for (size_t first = 0; first < request->count; first += ascent->most) {
        size_t left = request->count - first;
        enum nn_status status =
            nn_ascent_start(ascent, first, left < ascent->most ? left : ascent->most, error);
        if (status != NN_OK)
            return status;
        for (size_t step = 1; step <= steps; step++) {
            if (nn_cancelled(request->progress))
                return nn_fail(error, NN_CANCELLED, "stopped");
            status = nn_ascent_step(ascent, step, error);
            if (status != NN_OK)
                return status;
            nn_progress_set(request->progress,
                            ((double)first + (double)(ascent->n * step) / (double)steps) /
                                (double)request->count);
        }
        nn_ascent_finish(ascent);
        nn_ascent_inputs(ascent, gallery->x + first * ascent->size);
        for (size_t i = 0; i < ascent->n; i++) {
            gallery->values[first + i] = ascent->values[i];
            gallery->odds[first + i] = probability(ascent, i);
        }
    }
    return NN_OK;
}

/* ---- the result ---- */

/* "class 3", "map 5", "unit 7". */
static void name_unit(const struct nn_ascent *ascent, size_t unit, char out[48])
{
    const struct nn_actmax_request *request = ascent->request;
    const struct nn_node *node = request->net->nodes[ascent->node];
    if (request->class_count > unit && ascent->node >= nn_net_logits(request->net))
        nn_text_visible(out, 48, request->classes[unit], strlen(request->classes[unit]), 40);
    else
        snprintf(out, 48, "%s %zu", node->shape.rank > 1 ? "map" : "unit", unit);
}

static enum nn_status name_images(const struct nn_ascent *ascent, const struct gallery *gallery,
                                  struct nn_result *result, struct nn_error *error)
{
    size_t count = ascent->request->count;
    char(*texts)[120] = nn_calloc(count, sizeof *texts), name[48], number[NN_NUMBER_SIZE];
    const char **names = nn_calloc(count, sizeof *names);
    enum nn_status status = texts && names ? NN_OK : nn_fail_memory(error, count * sizeof *texts);
    for (size_t i = 0; i < count && status == NN_OK; i++) {
        bool likely = !isnan(gallery->odds[i]);
        if (ascent->request->what == NN_ACTMAX_UNIT)
            name_unit(ascent, ascent->request->units[i], name);
        else
            snprintf(name, sizeof name, "%zu", i);
        snprintf(texts[i], sizeof texts[i], "%s  %s%s", name, likely ? "p " : "",
                 nn_number_short(number, likely ? gallery->odds[i] : gallery->values[i], 4));
        names[i] = texts[i];
    }
    if (status == NN_OK)
        status = nn_result_names(result, names, count, error);
    nn_free(texts);
    nn_free(names);
    return status;
}

static void name_target(const struct nn_ascent *ascent, struct nn_result *result)
{
    const struct nn_actmax_request *request = ascent->request;
    const struct nn_node *node = request->net->nodes[ascent->node];
    bool same = true;
    char name[48];
    for (size_t i = 1; i < request->count && request->units; i++)
        same = same && request->units[i] == request->units[0];
    snprintf(result->layer, sizeof result->layer, "%s", request->net->nodes[request->node]->name);
    if (request->what == NN_ACTMAX_LAYER)
        snprintf(result->target, sizeof result->target, "the mean square of %.60s", node->name);
    else if (request->what == NN_ACTMAX_DIRECTION)
        snprintf(result->target, sizeof result->target, "a direction of %.60s", node->name);
    else if (!same)
        snprintf(result->target, sizeof result->target, "each unit of %.60s", node->name);
    else {
        name_unit(ascent, request->units[0], name);
        result->unit = (long)request->units[0];
        bool class =
            request->class_count > request->units[0] && ascent->node >= nn_net_logits(request->net);
        snprintf(result->target, sizeof result->target, "%s%.60s of %.20s",
                 class                  ? "class "
                 : node->shape.rank > 1 ? "the mean of "
                                        : "",
                 name, node->name);
    }
    snprintf(result->title, sizeof result->title, "input%s that drive%s %.120s highest",
             request->count > 1 ? "s" : "", request->count > 1 ? "" : "s", result->target);
}

/* Several inputs that are no images: a row for each of their values, which the caller names. */
static enum nn_status tabulate(const struct nn_ascent *ascent, const struct gallery *gallery,
                               struct nn_result *result, struct nn_error *error)
{
    size_t count = ascent->request->count, size = ascent->size;
    const char **columns = nn_calloc(count + 1, sizeof *columns);
    char number[NN_NUMBER_SIZE];
    enum nn_status status = NN_OK;
    if (!columns)
        return nn_fail_memory(error, count * sizeof *columns);
    NN_TRY(name_images(ascent, gallery, result, error));
    columns[0] = "feature";
    for (size_t i = 0; i < count; i++)
        columns[i + 1] = result->names[i];
    NN_TRY(nn_result_table(result, columns, count + 1, size, error));
    for (size_t row = 0; row < size; row++) {
        NN_TRY(nn_result_set_text(result, row, 0, nn_number_short(number, (double)row, 9), error));
        for (size_t i = 0; i < count; i++)
            nn_result_set_number(result, row, i + 1, (double)gallery->x[i * size + row], 3);
    }
out:
    nn_free(columns);
    return status;
}

static enum nn_status describe(const struct nn_ascent *ascent, const struct gallery *gallery,
                               struct nn_result *result, struct nn_error *error)
{
    const struct nn_actmax_request *request = ascent->request;
    struct nn_shape shape = request->net->nodes[0]->shape;
    struct nn_buffer text;
    enum nn_status status;
    nn_buffer_init(&text, 0);
    nn_args_format(request->args, true, &text);
    NN_TRY(nn_buffer_check(&text, error));
    snprintf(result->method, sizeof result->method, "%s", request->start ? "dream" : "actmax");
    snprintf(result->parameters, sizeof result->parameters, "%s", nn_buffer_string(&text));
    name_target(ascent, result);
    nn_result_figure(result, "F(x)", gallery->values[0]);
    if (!isnan(gallery->odds[0]))
        nn_result_figure(result, "p", gallery->odds[0]);
    if (result->kind == NN_RESULT_TABLE) {
        status = tabulate(ascent, gallery, result, error);
        goto out;
    }
    if (result->kind == NN_RESULT_GALLERY) {
        NN_TRY(name_images(ascent, gallery, result, error));
        memmove(shape.dim + 1, shape.dim, (NN_MAX_RANK - 1) * sizeof *shape.dim);
        shape.dim[0] = request->count;
        shape.rank++;
    }
    result->scale = NN_SCALE_RANGE;
    result->sample = -1;
    NN_TRY(nn_tensor_init(&result->values, &shape, error));
    memcpy(result->values.data, gallery->x, nn_shape_size(&shape) * sizeof(float));
out:
    nn_buffer_clear(&text);
    return status;
}

enum nn_status nn_actmax(const struct nn_actmax_request *request, struct nn_result **result,
                         struct nn_error *error)
{
    struct nn_ascent ascent = {0};
    struct gallery gallery = {0};
    struct nn_result *made = NULL;
    size_t size = request->net->nodes[0]->size;
    enum nn_status status = NN_OK;
    NN_TRY(check(request, error));
    NN_TRY(nn_ascent_init(&ascent, request, error));
    gallery.x = nn_calloc(request->count, size * sizeof *gallery.x);
    gallery.values = nn_calloc(request->count, sizeof *gallery.values);
    gallery.odds = nn_calloc(request->count, sizeof *gallery.odds);
    if (!gallery.x || !gallery.values || !gallery.odds)
        NN_TRY(nn_fail_memory(error, request->count * size * sizeof *gallery.x));
    NN_TRY(make_all(&ascent, &gallery, error));
    NN_TRY(nn_result_new(request->count == 1  ? NN_RESULT_IMAGE
                         : ascent.height == 0 ? NN_RESULT_TABLE
                                              : NN_RESULT_GALLERY,
                         request->start ? "dream" : "actmax", &made, error));
    NN_TRY(describe(&ascent, &gallery, made, error));
    *result = made;
    made = NULL;
out:
    nn_ascent_clear(&ascent);
    nn_free(gallery.x);
    nn_free(gallery.values);
    nn_free(gallery.odds);
    nn_result_free(made);
    return status;
}
