#include "explain/trust.h"
#include "explain/cam.h"

#include "base/mem.h"
#include "explain/parse.h"
#include "explain/pointing.h"
#include "explain/rank.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STEPS         20 /* of deletion and insertion */
#define RANDOM_ORDERS 5
#define NOISY_COPIES  10
#define PERTURBATIONS 64

/* What all measures share. */
struct trial {
    const struct nn_explain_request *request;
    struct nn_explain_request one; /* the request for the first sample alone */
    struct nn_target target;
    int32_t units[NN_EXPLAIN_CHUNK];
    size_t size, pixels, channels;
    float *zeros;
    const float *baseline;
    float *map;    /* [size]: at the size of the input */
    float *score;  /* [pixels]: summed over channels, for ranking */
    size_t *order; /* [pixels] */
    float *x;      /* [chunk, size] */
};

/* ---- maps at the input's size ---- */

enum nn_status nn_map_fit(const struct nn_net *net, const struct nn_result *result, size_t sample,
                          float *out, struct nn_error *error)
{
    const struct nn_shape *input = &net->nodes[0]->shape, *map = &result->values.shape;
    size_t count = nn_shape_size(map) / map->dim[0];
    const float *values = result->values.data + sample * count;
    if (count == net->nodes[0]->size) {
        memcpy(out, values, count * sizeof *out);
        return NN_OK;
    }
    struct nn_plane plane = nn_plane_of(input);
    if (map->rank != 4 || map->dim[1] != 1)
        return nn_fail(
            error, NN_REFUSED,
            "%s explains units of a layer, not inputs: its map cannot be laid over the input",
            result->method);
    for (size_t c = 0; c < plane.channels; c++)
        nn_map_resize(values, map->dim[2], map->dim[3], out + c * plane.height * plane.width,
                      plane.height, plane.width);
    return NN_OK;
}

/* The method again for another net or input; *out [size]. */
static enum nn_status explain_again(const struct trial *trial, const struct nn_net *net,
                                    const float *x, float *out, struct nn_error *error)
{
    struct nn_explain_request again = trial->one;
    struct nn_result *result = NULL;
    again.net = net;
    again.x = x;
    again.target = NULL;
    again.targets = trial->units; /* the same class, whatever is predicted now */
    if (trial->target.what != NN_EXPLAIN_CLASS) {
        again.target = trial->request->target;
        again.targets = NULL;
    }
    enum nn_status status = nn_explain(&again, &result, error);
    if (status == NN_OK)
        status = nn_map_fit(trial->request->net, result, 0, out, error);
    nn_result_free(result);
    return status;
}

/* ---- deletion and insertion ---- */

/* Probability of the class if the net ends with softmax or sigmoid, else F relative to its ends
 * (set by the caller). */
static enum nn_status answers(const struct trial *trial, const float *x, size_t n, double *value,
                              struct nn_error *error)
{
    const struct nn_net *net = trial->request->net;
    const struct nn_node *output = nn_net_output(net);
    bool softmax = strcmp(output->layer->name, "softmax") == 0 && output->shape.rank == 1;
    struct nn_target target = trial->target;
    target.unit = trial->units;
    if (softmax && target.what == NN_EXPLAIN_CLASS)
        target.node = output->index;
    enum nn_status status =
        nn_explain_value(net, &target, x, n, value, trial->request->progress, error);
    bool sigmoid = strcmp(output->layer->name, "sigmoid") == 0 && target.binary &&
                   target.what == NN_EXPLAIN_CLASS;
    for (size_t i = 0; status == NN_OK && sigmoid && i < n; i++)
        value[i] = 1 / (1 + exp(-value[i]));
    return status;
}

/* The area under the answers while the pixels go (or come) in their order, in STEPS equal steps. */
static enum nn_status area(struct trial *trial, bool insert, double *result, struct nn_error *error)
{
    double value[STEPS + 1], sum = 0;
    for (size_t k = 0; k <= STEPS; k++) {
        float *x = trial->x + k * trial->size;
        size_t changed = k * trial->pixels / STEPS;
        memcpy(x, insert ? trial->baseline : trial->request->x, trial->size * sizeof *x);
        for (size_t i = 0; i < changed; i++)
            for (size_t c = 0; c < trial->channels; c++) {
                size_t at = c * trial->pixels + trial->order[i];
                x[at] = insert ? trial->request->x[at] : trial->baseline[at];
            }
    }
    enum nn_status status = answers(trial, trial->x, STEPS + 1, value, error);
    if (status != NN_OK)
        return status;
    double low = insert ? value[0] : value[STEPS], high = insert ? value[STEPS] : value[0];
    bool probability = low >= 0 && low <= 1 && high >= 0 && high <= 1;
    for (size_t k = 0; k < STEPS; k++)
        sum += (value[k] + value[k + 1]) / 2 / STEPS;
    *result = probability ? sum : high != low ? (sum - low) / (high - low) : NAN;
    return NN_OK;
}

static enum nn_status measure_areas(struct trial *trial, struct nn_trust *trust,
                                    struct nn_error *error)
{
    enum nn_status status;
    struct nn_random random;
    double value;
    nn_random_init(&random, trial->request->seed, NN_STREAM_EXPLAIN, 100);
    NN_TRY(nn_rank_order(trial->score, trial->pixels, trial->order, error));
    NN_TRY(area(trial, false, &trust->deletion, error));
    NN_TRY(area(trial, true, &trust->insertion, error));
    trust->random_deletion = trust->random_insertion = 0;
    for (int k = 0; k < RANDOM_ORDERS; k++) {
        nn_random_shuffle(&random, trial->order, trial->pixels);
        NN_TRY(area(trial, false, &value, error));
        trust->random_deletion += value / RANDOM_ORDERS;
        NN_TRY(area(trial, true, &value, error));
        trust->random_insertion += value / RANDOM_ORDERS;
    }
out:
    return status;
}

/* ---- noise ---- */

static float range_of(const float *x, size_t count)
{
    float low = x[0], high = x[0];
    for (size_t i = 1; i < count; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    return high > low ? high - low : 1;
}

static double norm_of(const float *a, const float *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double d = (double)a[i] - (b ? (double)b[i] : 0);
        sum += d * d;
    }
    return sqrt(sum);
}

/* max ||A(x') - A(x)|| / ||A(x)||, x' = x + uniform noise of 2 % of the range */
static enum nn_status measure_sensitivity(struct trial *trial, struct nn_trust *trust,
                                          struct nn_error *error)
{
    struct nn_random random;
    float *noisy = trial->x, *map = trial->x + trial->size;
    float radius = 0.02f * range_of(trial->request->x, trial->size);
    double length = norm_of(trial->map, NULL, trial->size);
    nn_random_init(&random, trial->request->seed, NN_STREAM_EXPLAIN, 101);
    trust->sensitivity = 0;
    for (int k = 0; k < NOISY_COPIES; k++) {
        for (size_t i = 0; i < trial->size; i++)
            noisy[i] = trial->request->x[i] + radius * (2 * nn_random_float(&random) - 1);
        struct nn_progress_part whole =
            nn_progress_enter(trial->request->progress, (double)k, NOISY_COPIES);
        enum nn_status status = explain_again(trial, trial->request->net, noisy, map, error);
        nn_progress_back(trial->request->progress, whole);
        if (status != NN_OK)
            return status;
        double change = norm_of(map, trial->map, trial->size) / (length > 0 ? length : 1);
        trust->sensitivity = fmax(trust->sensitivity, change);
    }
    return NN_OK;
}

/* The share of the variance of F(x) - F(x - I) that beta (I . A / (x - b)) leaves; attributions of
 * the kind (x - b) g are divided by x - b where it is not 0. */
static enum nn_status measure_infidelity(struct trial *trial, struct nn_trust *trust,
                                         struct nn_error *error)
{
    struct nn_target target = trial->target;
    struct nn_random random;
    double value[PERTURBATIONS], predicted[PERTURBATIONS], whole, ab = 0, aa = 0, bb = 0, rest = 0;
    float sigma = 0.1f * range_of(trial->request->x, trial->size);
    trust->infidelity = NAN;
    if (trial->request->method->scale !=
        NN_SCALE_SIGNED) /* a magnitude does not say which way F goes */
        return NN_OK;
    target.unit = trial->units;
    nn_random_init(&random, trial->request->seed, NN_STREAM_EXPLAIN, 102);
    bool shares = (trial->request->method->flags & (NN_METHOD_COMPLETE | NN_METHOD_CONSERVES)) ||
                  strcmp(trial->request->method->name, "gradient_x_input") == 0;
    for (size_t k = 0; k < PERTURBATIONS; k++) {
        predicted[k] = 0;
        for (size_t i = 0; i < trial->size; i++) {
            double moved = (double)(sigma * nn_random_normal(&random));
            double difference = (double)trial->request->x[i] - (double)trial->baseline[i];
            double slope = shares
                               ? (fabs(difference) > 1e-6 ? (double)trial->map[i] / difference : 0)
                               : (double)trial->map[i];
            predicted[k] += moved * slope;
            trial->x[k * trial->size + i] = (float)((double)trial->request->x[i] - moved);
        }
    }
    enum nn_status status = nn_explain_value(trial->request->net, &target, trial->x, PERTURBATIONS,
                                             value, trial->request->progress, error);
    if (status == NN_OK)
        status = nn_explain_value(trial->request->net, &target, trial->request->x, 1, &whole, NULL,
                                  error);
    if (status != NN_OK)
        return status;
    for (size_t k = 0; k < PERTURBATIONS; k++) {
        double drop = whole - value[k];
        ab += predicted[k] * drop;
        aa += predicted[k] * predicted[k];
        bb += drop * drop;
    }
    double beta = aa > 0 ? ab / aa : 0;
    for (size_t k = 0; k < PERTURBATIONS; k++) {
        double miss = beta * predicted[k] - (whole - value[k]);
        rest += miss * miss;
    }
    trust->infidelity = bb > 0 ? rest / bb : NAN;
    return NN_OK;
}

/* ---- model randomization ---- */

/* By value for signed maps, by magnitude for others; where both maps are 0 (an input at its
 * baseline) there is nothing to compare. */
static enum nn_status compare_ranks(const struct trial *trial, float *map, double *correlation,
                                    struct nn_error *error)
{
    float *first = trial->x + trial->size, *second = first + trial->size;
    size_t count = 0;
    for (size_t i = 0; i < trial->size; i++) {
        if (map[i] == 0 && trial->map[i] == 0)
            continue;
        first[count] = map[i];
        second[count++] = trial->map[i];
    }
    *correlation = NAN;
    if (count < 3)
        return NN_OK;
    bool magnitude = trial->request->method->scale != NN_SCALE_SIGNED;
    return nn_rank_correlation(first, second, count, magnitude, correlation, error);
}

/* Draws the parameters of the layers anew from the top down, one more each time, and compares the
 * maps' ranks. */
static enum nn_status measure_randomization(struct trial *trial, struct nn_trust *trust,
                                            struct nn_error *error)
{
    enum nn_status status;
    struct nn_net *random = NULL, *fresh = NULL;
    float *map = trial->x;
    double sum = 0, correlation;
    int compared = 0;
    NN_TRY(nn_net_copy(trial->request->net, &random, error));
    NN_TRY(nn_net_copy(trial->request->net, &fresh, error));
    NN_TRY(nn_net_init(fresh, trial->request->seed + 1, NN_INIT_DEFAULT, 0.0, error));
    for (int n = random->count - 1; n > 0; n--) {
        struct nn_node *node = random->nodes[n];
        for (int p = 0; p < node->param_count; p++)
            memcpy(node->params[p].value.data, fresh->nodes[n]->params[p].value.data,
                   nn_shape_size(&node->params[p].value.shape) * sizeof(float));
        if (node->param_count == 0)
            continue;
        struct nn_progress_part whole = nn_progress_enter(
            trial->request->progress, (double)(random->count - 1 - n), (double)random->count);
        NN_TRY(explain_again(trial, random, trial->request->x, map, error));
        nn_progress_back(trial->request->progress, whole);
        NN_TRY(compare_ranks(trial, map, &correlation, error));
        if (!isnan(correlation)) {
            sum += correlation;
            compared++;
        }
    }
    trust->randomization = compared ? fabs(sum / compared) : NAN;
out:
    nn_net_free(random);
    nn_net_free(fresh);
    return status;
}

/* ---- all together ---- */

typedef enum nn_status measure(struct trial *trial, struct nn_trust *trust, struct nn_error *error);

static double figure(const struct nn_result *result, const char *name)
{
    for (size_t i = 0; i < result->figure_count; i++)
        if (strcmp(result->figures[i].name, name) == 0)
            return result->figures[i].value;
    return NAN;
}

static enum nn_status trial_init(struct trial *trial, const struct nn_explain_request *request,
                                 const struct nn_result *map, struct nn_error *error)
{
    enum nn_status status;
    const struct nn_node *input = request->net->nodes[0];
    trial->request = request;
    trial->one = *request;
    trial->one.batch = 1;
    trial->size = input->size;
    trial->pixels = nn_map_pixels(&input->shape);
    trial->channels = trial->size / trial->pixels;
    trial->zeros = nn_calloc(trial->size, sizeof *trial->zeros);
    trial->map = nn_calloc(trial->size, sizeof *trial->map);
    trial->score = nn_calloc(trial->pixels, sizeof *trial->score);
    trial->order = nn_calloc(trial->pixels, sizeof *trial->order);
    trial->x = nn_calloc(trial->size, NN_EXPLAIN_CHUNK * sizeof *trial->x);
    if (!trial->zeros || !trial->map || !trial->score || !trial->order || !trial->x)
        return nn_fail_memory(error, trial->size * NN_EXPLAIN_CHUNK * sizeof *trial->x);
    trial->baseline = request->baseline ? request->baseline : trial->zeros;
    NN_TRY(nn_target_parse(&trial->one, trial->units, &trial->target, error));
    for (size_t i = 1; i < NN_EXPLAIN_CHUNK; i++)
        trial->units[i] = trial->units[0];
    NN_TRY(nn_map_fit(request->net, map, 0, trial->map, error));
    nn_map_pool(&input->shape, trial->map, NN_POOL_SUM, trial->score);
out:
    return status;
}

enum nn_status nn_trust_measure(const struct nn_explain_request *request,
                                const struct nn_result *map, const unsigned char *mask,
                                struct nn_trust *trust, struct nn_error *error)
{
    enum nn_status status;
    struct trial trial = {0};
    struct nn_trust made = {.gap = NAN, .pointing = NAN, .mass = NAN, .area = NAN};
    NN_TRY(trial_init(&trial, request, map, error));
    double gap = figure(map, "gap"), whole = figure(map, "F(x)"), base = figure(map, "F(baseline)");
    double change = fabs(isnan(base) ? whole : whole - base);
    if (!isnan(gap))
        made.gap = fabs(gap) / fmax(change, 1e-12);
    if (mask) {
        struct nn_pointing pointing;
        nn_pointing_of(trial.score, mask, trial.pixels, &pointing);
        made.pointing = pointing.hit;
        made.mass = pointing.mass;
        made.area = pointing.area;
    }
    NN_TRY(nn_gini(trial.score, trial.pixels, &made.gini, error));
    static measure *const measures[] = {measure_areas, measure_sensitivity, measure_infidelity,
                                        measure_randomization};
    for (int m = 0; m < 4; m++) {
        struct nn_progress_part outer = nn_progress_enter(request->progress, m, 4);
        NN_TRY(measures[m](&trial, &made, error));
        nn_progress_back(request->progress, outer);
    }
    *trust = made;
out:
    nn_free(trial.zeros);
    nn_free(trial.map);
    nn_free(trial.score);
    nn_free(trial.order);
    nn_free(trial.x);
    return status;
}

void nn_trust_verdict(const struct nn_trust *trust, char *out, size_t capacity)
{
    int used = 0;
    const char *separator = "";
    out[0] = '\0';
#define OBJECT(...)                                                                                \
    do {                                                                                           \
        used += snprintf(out + used, capacity - (size_t)used, "%s", separator);                    \
        used += snprintf(out + used, capacity - (size_t)used, __VA_ARGS__);                        \
        separator = "; ";                                                                          \
    } while (0)
    if (trust->gap > 0.05)
        OBJECT("the shares miss the change of the answer by %.0f %%", 100 * trust->gap);
    if (trust->insertion - trust->deletion <= trust->random_insertion - trust->random_deletion)
        OBJECT("its ranking is no better than a random one");
    if (trust->randomization > 0.5)
        OBJECT("it hardly depends on what the net has learned");
    if (trust->pointing == 0 && !(trust->mass > trust->area))
        OBJECT("it points elsewhere than to what decides the class");
    if (trust->sensitivity > 0.5)
        OBJECT("it changes by %.0f %% under noise that no eye sees", 100 * trust->sensitivity);
#undef OBJECT
    if (used == 0)
        snprintf(out, capacity, "Nothing speaks against this map.");
    else
        snprintf(out + used, capacity - (size_t)used, ": do not rely on this map alone.");
    if (used > 0 && out[0] >= 'a' && out[0] <= 'z')
        out[0] = (char)(out[0] - 'a' + 'A');
}
