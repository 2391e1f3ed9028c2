#include "explain/trust.h"

#include "base/mem.h"
#include "base/text.h"
#include "explain/parse.h"
#include "explain/pointing.h"
#include "explain/rank.h"
#include "explain/rules.h"
#include "explain/slope.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STEPS         20 /* of deletion and insertion */
#define RANDOM_ORDERS 20
#define NOISY_COPIES  10
#define PERTURBATIONS 64
#define RANDOM_MAPS   10 /* of random nets, at least */

/* What all measures share. */
struct trial {
    const struct nn_explain_request *request;
    struct nn_explain_request one; /* the request for the first sample alone */
    struct nn_target target;
    int32_t units[NN_EXPLAIN_CHUNK];
    size_t size, pixels, channels;
    bool laid; /* the map lies over the input; else it is one of units */
    size_t map_size;
    float *zeros;
    const float *baseline;
    float *map;           /* [map_size]: at the size of the input, if it is laid over that */
    float *other, *ranks; /* [map_size], [2, map_size] */
    float *score;         /* [pixels]: summed over channels, for ranking */
    bool falls;           /* the score is turned round: what lowers the answer comes first */
    size_t *order;        /* [pixels] */
    float *x;             /* [chunk, size] */
};

/* ---- figures ---- */

/* A figure that cannot be had, for a reason. */
static void none(struct nn_trust *trust, enum nn_trust_kind kind, const char *why)
{
    struct nn_trust_figure *figure = nn_trust_name(trust, kind);
    figure->value = figure->chance = figure->spread = NAN;
    nn_text_visible(figure->why, sizeof figure->why, why, strlen(why), 0);
}

/* The value, or why it is none. */
static void set(struct nn_trust *trust, enum nn_trust_kind kind, double value, const char *why)
{
    if (isfinite(value))
        nn_trust_name(trust, kind)->value = value;
    else
        none(trust, kind, why);
}

/* ---- maps again ---- */

/* The map of a result as the trial compares it; out [map_size]. */
static enum nn_status take_map(const struct trial *trial, const struct nn_result *result,
                               float *out, struct nn_error *error)
{
    if (trial->laid)
        return nn_map_fit(trial->request->net, result, 0, out, error);
    memcpy(out, result->values.data, trial->map_size * sizeof *out);
    return NN_OK;
}

/* The method again for another net or input; out [map_size]. */
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
        status = take_map(trial, result, out, error);
    nn_result_free(result);
    return status;
}

/* ---- deletion and insertion ---- */

static bool ends_with(const struct trial *trial, const char *layer)
{
    return trial->target.what == NN_EXPLAIN_CLASS &&
           strcmp(nn_net_output(trial->request->net)->layer->name, layer) == 0;
}

static bool by_softmax(const struct trial *trial)
{
    return ends_with(trial, "softmax") && nn_net_output(trial->request->net)->shape.rank == 1;
}

static bool by_sigmoid(const struct trial *trial)
{
    return ends_with(trial, "sigmoid") && trial->target.binary;
}

/* Probability of the class if the net ends with softmax or sigmoid, else F. */
static enum nn_status answers(const struct trial *trial, const float *x, size_t n, double *value,
                              struct nn_error *error)
{
    const struct nn_net *net = trial->request->net;
    struct nn_target target = trial->target;
    target.unit = trial->units;
    if (by_softmax(trial))
        target.node = nn_net_output(net)->index;
    enum nn_status status =
        nn_explain_value(net, &target, x, n, value, trial->request->progress, error);
    for (size_t i = 0; status == NN_OK && by_sigmoid(trial) && i < n; i++)
        value[i] = 1 / (1 + exp(-value[i]));
    return status;
}

/* What comes first must be what makes the change from the baseline to x. That of a probability is
 * to rise; any other answer may fall: then what speaks most against it comes first, of maps that
 * have a direction (magnitudes have none), and A - B is measured as B - A is by the negative map.
 */
static enum nn_status face_change(struct trial *trial, struct nn_error *error)
{
    const struct nn_method *method = trial->request->method;
    double value[2];
    memcpy(trial->x, trial->baseline, trial->size * sizeof *trial->x);
    memcpy(trial->x + trial->size, trial->request->x, trial->size * sizeof *trial->x);
    enum nn_status status = answers(trial, trial->x, 2, value, error);
    bool directed = method->scale != NN_SCALE_POSITIVE || method->flags & NN_METHOD_SPATIAL;
    trial->falls = status == NN_OK && directed && !by_softmax(trial) && !by_sigmoid(trial) &&
                   value[1] < value[0];
    for (size_t i = 0; trial->falls && i < trial->pixels; i++)
        trial->score[i] = -trial->score[i];
    return status;
}

/* The area under the answers (those of no probability relative to their ends) while the pixels go
 * (or come) in their order, in STEPS equal steps. */
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
    bool probability = by_softmax(trial) || by_sigmoid(trial);
    for (size_t k = 0; k < STEPS; k++)
        sum += (value[k] + value[k + 1]) / 2 / STEPS;
    *result = probability ? sum : high != low ? (sum - low) / (high - low) : NAN;
    return NN_OK;
}

/* Mean and standard deviation, one value after the other (Welford 1962). */
struct moments {
    double count, mean, squares;
};

static void add(struct moments *moments, double value)
{
    double before = value - moments->mean;
    moments->mean += before / ++moments->count;
    moments->squares += before * (value - moments->mean);
}

static double spread_of(const struct moments *moments)
{
    return sqrt(moments->squares / (moments->count - 1));
}

static enum nn_status both_areas(struct trial *trial, double *insertion, double *deletion,
                                 struct nn_error *error)
{
    enum nn_status status = area(trial, true, insertion, error);
    return status == NN_OK ? area(trial, false, deletion, error) : status;
}

static bool all_equal(const float *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (values[i] != values[0])
            return false;
    return true;
}

/* The random orders are shuffled from the order of the input, so that they are the same for every
 * map of a seed. */
static enum nn_status measure_areas(struct trial *trial, struct nn_trust *trust,
                                    struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_random random;
    struct moments insertion = {0}, deletion = {0}, gain = {0};
    struct nn_trust_figure *in = &trust->figure[NN_TRUST_INSERTION],
                           *gone = &trust->figure[NN_TRUST_DELETION];
    double come, go;
    static const char units[] = "the map is of units, which no ranking of inputs follows",
                      equal[] = "all values are equal: there is nothing to rank",
                      flat[] = "the answer is the same with all and with nothing";
    bool ranked = trial->laid && !all_equal(trial->score, trial->pixels);
    if (!ranked) {
        none(trust, NN_TRUST_INSERTION, trial->laid ? equal : units);
        none(trust, NN_TRUST_DELETION, trial->laid ? equal : units);
        return NN_OK;
    }
    NN_TRY(face_change(trial, error));
    NN_TRY(nn_rank_order(trial->score, trial->pixels, trial->order, error));
    NN_TRY(both_areas(trial, &come, &go, error));
    set(trust, NN_TRUST_INSERTION, come, flat);
    set(trust, NN_TRUST_DELETION, go, flat);
    if (!isfinite(come) || !isfinite(go))
        return NN_OK;
    trust->gain = come - go;
    nn_random_init(&random, trial->request->seed, NN_STREAM_EXPLAIN, 100);
    for (size_t i = 0; i < trial->pixels; i++)
        trial->order[i] = i;
    for (int k = 0; k < RANDOM_ORDERS; k++) {
        struct nn_progress_part whole =
            nn_progress_enter(trial->request->progress, (double)k, RANDOM_ORDERS);
        nn_random_shuffle(&random, trial->order, trial->pixels);
        NN_TRY(both_areas(trial, &come, &go, error));
        nn_progress_back(trial->request->progress, whole);
        add(&insertion, come);
        add(&deletion, go);
        add(&gain, come - go);
    }
    in->chance = insertion.mean;
    in->spread = spread_of(&insertion);
    gone->chance = deletion.mean;
    gone->spread = spread_of(&deletion);
    trust->random_gain = gain.mean;
    trust->gain_spread = spread_of(&gain);
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

/* Between two indices there is nothing to read. */
static enum nn_status check_noise(const struct trial *trial, struct nn_trust *trust,
                                  enum nn_trust_kind kind, bool *takes, struct nn_error *error)
{
    enum nn_status status = nn_gradient_exists(trial->request->net, 0, trial->target.node, error);
    *takes = status == NN_OK;
    if (status != NN_REFUSED)
        return status;
    none(trust, kind, "the net reads indices, which bear no noise");
    return NN_OK;
}

/* max ||A(x') - A(x)|| / ||A(x)||, x' = x + uniform noise of 2 % of the range */
static enum nn_status measure_sensitivity(struct trial *trial, struct nn_trust *trust,
                                          struct nn_error *error)
{
    struct nn_random random;
    float *noisy = trial->x, *map = trial->other;
    float radius = 0.02f * range_of(trial->request->x, trial->size);
    double length = norm_of(trial->map, NULL, trial->map_size), largest = 0;
    bool takes;
    enum nn_status checked = check_noise(trial, trust, NN_TRUST_SENSITIVITY, &takes, error);
    if (!takes)
        return checked;
    nn_random_init(&random, trial->request->seed, NN_STREAM_EXPLAIN, 101);
    for (int k = 0; k < NOISY_COPIES; k++) {
        for (size_t i = 0; i < trial->size; i++)
            noisy[i] = trial->request->x[i] + radius * (2 * nn_random_float(&random) - 1);
        struct nn_progress_part whole =
            nn_progress_enter(trial->request->progress, (double)k, NOISY_COPIES);
        enum nn_status status = explain_again(trial, trial->request->net, noisy, map, error);
        nn_progress_back(trial->request->progress, whole);
        if (status != NN_OK)
            return status;
        double change = norm_of(map, trial->map, trial->map_size) / (length > 0 ? length : 1);
        if (isnan(change) || change > largest) /* fmax would hide a map that is none */
            largest = change;
        if (isnan(largest))
            break;
    }
    set(trust, NN_TRUST_SENSITIVITY, largest, "the map is not finite under noise");
    return NN_OK;
}

/* The share of the variance of F(x) - F(x - I) that beta (I . slopes of the map) leaves. */
static enum nn_status measure_infidelity(struct trial *trial, struct nn_trust *trust,
                                         struct nn_error *error)
{
    struct nn_target target = trial->target;
    struct nn_random random;
    double value[PERTURBATIONS], predicted[PERTURBATIONS], whole, ab = 0, aa = 0, bb = 0, rest = 0;
    float sigma = 0.1f * range_of(trial->request->x, trial->size);
    float *slopes = trial->other;
    const char *why = trial->laid ? nn_map_slopes(trial->request, trial->map, slopes)
                                  : "the map is of units, whose changes noise in the input does "
                                    "not give";
    if (why) {
        none(trust, NN_TRUST_INFIDELITY, why);
        return NN_OK;
    }
    bool takes;
    enum nn_status checked = check_noise(trial, trust, NN_TRUST_INFIDELITY, &takes, error);
    if (!takes)
        return checked;
    target.unit = trial->units;
    nn_random_init(&random, trial->request->seed, NN_STREAM_EXPLAIN, 102);
    for (size_t k = 0; k < PERTURBATIONS; k++) {
        predicted[k] = 0;
        for (size_t i = 0; i < trial->size; i++) {
            double moved = (double)(sigma * nn_random_normal(&random));
            predicted[k] += moved * (double)slopes[i];
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
    set(trust, NN_TRUST_INFIDELITY, bb > 0 ? rest / bb : NAN,
        "the answer does not change under noise");
    return NN_OK;
}

/* ---- model randomization ---- */

/* By value for signed maps, by magnitude for others; where both maps are 0 (an input at its
 * baseline) there is nothing to compare. */
static enum nn_status compare_ranks(const struct trial *trial, float *map, double *correlation,
                                    size_t *compared, struct nn_error *error)
{
    float *first = trial->ranks, *second = first + trial->map_size;
    size_t count = 0;
    for (size_t i = 0; i < trial->map_size; i++) {
        if (map[i] == 0 && trial->map[i] == 0)
            continue;
        first[count] = map[i];
        second[count++] = trial->map[i];
    }
    *correlation = NAN;
    if (count < 3 || !isfinite(nn_kernels->sum(count, first)))
        return NN_OK;
    *compared = count;
    bool magnitude = trial->request->method->scale != NN_SCALE_SIGNED;
    return nn_rank_correlation(first, second, count, magnitude, correlation, error);
}

/* How many nets are drawn: of few layers more, for one net alone may be like by luck. */
static int random_nets(const struct nn_net *net)
{
    int layers = 0;
    for (int n = 1; n < net->count; n++)
        layers += net->nodes[n]->param_count > 0;
    return layers > 0 ? (RANDOM_MAPS + layers - 1) / layers : 1;
}

/* Correlations with the maps of random nets: a map that owes nothing to the weights is like them
 * all in the same way; one of the right size and a sign by chance is not. */
struct likeness {
    struct moments size, with_sign;
};

/* Draws the parameters of the layers anew from the top down, one more each time, and compares the
 * maps' ranks. */
static enum nn_status randomize(struct trial *trial, uint64_t seed, struct likeness *likeness,
                                size_t *ranked, struct nn_error *error)
{
    enum nn_status status;
    struct nn_net *random = NULL, *fresh = NULL;
    double correlation;
    NN_TRY(nn_net_copy(trial->request->net, &random, error));
    NN_TRY(nn_net_copy(trial->request->net, &fresh, error));
    NN_TRY(nn_net_init(fresh, seed, NN_INIT_DEFAULT, 0.0, error));
    for (int n = random->count - 1; n > 0; n--) {
        struct nn_node *node = random->nodes[n];
        for (int p = 0; p < node->param_count; p++)
            memcpy(node->params[p].value.data, fresh->nodes[n]->params[p].value.data,
                   nn_shape_size(&node->params[p].value.shape) * sizeof(float));
        if (node->param_count == 0)
            continue;
        struct nn_progress_part whole = nn_progress_enter(
            trial->request->progress, (double)(random->count - 1 - n), (double)random->count);
        NN_TRY(explain_again(trial, random, trial->request->x, trial->other, error));
        nn_progress_back(trial->request->progress, whole);
        NN_TRY(compare_ranks(trial, trial->other, &correlation, ranked, error));
        if (isnan(correlation))
            continue;
        add(&likeness->size, fabs(correlation));
        add(&likeness->with_sign, correlation);
    }
out:
    nn_net_free(random);
    nn_net_free(fresh);
    return status;
}

/* Unrelated ranks of n values correlate with a mean of 0 and a standard deviation of 1/sqrt(n - 1);
 * their magnitudes have the moments of the folded normal distribution. The maps of one random net
 * are like one another, so that only the nets count as draws. */
static enum nn_status measure_randomization(struct trial *trial, struct nn_trust *trust,
                                            struct nn_error *error)
{
    struct likeness likeness = {0};
    int nets = random_nets(trial->request->net);
    for (int k = 0; k < nets; k++) {
        struct nn_progress_part whole =
            nn_progress_enter(trial->request->progress, (double)k, (double)nets);
        enum nn_status status = randomize(trial, trial->request->seed + 1 + (uint64_t)k, &likeness,
                                          &trust->ranked, error);
        nn_progress_back(trial->request->progress, whole);
        if (status != NN_OK)
            return status;
    }
    set(trust, NN_TRUST_RANDOMIZATION, likeness.size.count > 0 ? likeness.size.mean : NAN,
        "there are no ranks to compare: maps of one value");
    if (likeness.size.count == 0)
        return NN_OK;
    trust->likeness = likeness.with_sign.mean;
    struct nn_trust_figure *figure = &trust->figure[NN_TRUST_RANDOMIZATION];
    double deviation = 1 / sqrt((double)trust->ranked - 1);
    figure->chance = deviation * sqrt(2 / M_PI);
    figure->spread = deviation * sqrt((1 - 2 / M_PI) / nets);
    return NN_OK;
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

static void trial_clear(struct trial *trial)
{
    nn_free(trial->zeros);
    nn_free(trial->map);
    nn_free(trial->score);
    nn_free(trial->order);
    nn_free(trial->x);
}

/* The costly figures ask the net again, for which there must be a target and inputs to change. */
static enum nn_status prepare_costly(struct trial *trial, struct nn_error *error)
{
    trial->order = nn_calloc(trial->pixels, sizeof *trial->order);
    trial->x = nn_calloc(trial->size, NN_EXPLAIN_CHUNK * sizeof *trial->x);
    if (!trial->order || !trial->x)
        return nn_fail_memory(error, trial->size * NN_EXPLAIN_CHUNK * sizeof *trial->x);
    enum nn_status status = nn_target_parse(&trial->one, trial->units, &trial->target, error);
    for (size_t i = 1; i < NN_EXPLAIN_CHUNK; i++)
        trial->units[i] = trial->units[0];
    return status;
}

static enum nn_status trial_init(struct trial *trial, const struct nn_explain_request *request,
                                 const struct nn_result *map, struct nn_error *error)
{
    enum nn_status status;
    const struct nn_node *input = request->net->nodes[0];
    size_t count = nn_shape_size(&map->values.shape) / map->values.shape.dim[0];
    trial->request = request;
    trial->one = *request;
    trial->one.batch = 1;
    trial->size = input->size;
    trial->pixels = nn_map_pixels(&input->shape);
    trial->channels = trial->size / trial->pixels;
    trial->laid = nn_map_fits(map);
    trial->map_size = trial->laid ? input->size : count;
    trial->zeros = nn_calloc(trial->size, sizeof *trial->zeros);
    trial->map = nn_calloc(trial->map_size, 4 * sizeof *trial->map);
    trial->score = nn_calloc(trial->pixels, sizeof *trial->score);
    if (!trial->zeros || !trial->map || !trial->score)
        return nn_fail_memory(error, 4 * trial->map_size * sizeof *trial->map);
    trial->other = trial->map + trial->map_size;
    trial->ranks = trial->other + trial->map_size;
    trial->baseline = request->baseline ? request->baseline : trial->zeros;
    NN_TRY(take_map(trial, map, trial->map, error));
    if (trial->laid)
        nn_map_pool(&input->shape, trial->map, NN_POOL_SUM, trial->score);
out:
    return status;
}

double nn_trust_cost(const struct nn_explain_request *request, double work)
{
    const struct nn_net *net = request->net;
    double evaluations = 2.0 * (1 + RANDOM_ORDERS) * (STEPS + 1) + PERTURBATIONS + 1;
    double runs = NOISY_COPIES;
    for (int n = 1; n < net->count; n++)
        runs += net->nodes[n]->param_count > 0 ? random_nets(net) : 0;
    return evaluations * nn_net_flops(net) + runs * work;
}

static enum nn_status measure_cheap(const struct trial *trial, const struct nn_result *map,
                                    const unsigned char *mask, struct nn_trust *trust,
                                    struct nn_error *error)
{
    double gap = figure(map, "gap"), whole = figure(map, "F(x)"), base = figure(map, "F(baseline)");
    double change = fabs(isnan(base) ? whole : whole - base), gini;
    unsigned flags = trial->request->method->flags;
    bool sums = flags & (NN_METHOD_COMPLETE | NN_METHOD_CONSERVES);
    set(trust, NN_TRUST_GAP, fabs(gap) / (change > 1e-12 ? change : 1e-12),
        sums ? "the sum is not finite" : "its values are no shares: they promise no sum");
    if (flags & NN_METHOD_CONSERVES)
        nn_trust_biases(trust);
    else
        trust->missed = trust->figure[NN_TRUST_GAP].value;
    enum nn_status status = nn_gini(trial->laid ? trial->score : trial->map,
                                    trial->laid ? trial->pixels : trial->map_size, &gini, error);
    if (status != NN_OK)
        return status;
    set(trust, NN_TRUST_SPARSENESS, gini, "the map is 0 everywhere");
    if (mask && trial->laid) {
        struct nn_pointing pointing;
        nn_pointing_of(trial->score, mask, trial->pixels, &pointing);
        set(trust, NN_TRUST_POINTING, pointing.hit, "");
        set(trust, NN_TRUST_MASS, pointing.mass, "no value is positive");
        trust->figure[NN_TRUST_MASS].chance = pointing.area;
    }
    return NN_OK;
}

/* A measure that the method refuses (the net with other weights, the sample with noise) leaves its
 * figures without a value; it is no failure. */
static enum nn_status measure_costly(struct trial *trial, struct nn_trust *trust,
                                     struct nn_error *error)
{
    static const struct {
        measure *measure;
        enum nn_trust_kind first, last;
    } measures[] = {{measure_areas, NN_TRUST_INSERTION, NN_TRUST_DELETION},
                    {measure_sensitivity, NN_TRUST_SENSITIVITY, NN_TRUST_SENSITIVITY},
                    {measure_infidelity, NN_TRUST_INFIDELITY, NN_TRUST_INFIDELITY},
                    {measure_randomization, NN_TRUST_RANDOMIZATION, NN_TRUST_RANDOMIZATION}};
    struct nn_progress *progress = trial->request->progress;
    enum nn_status ready = prepare_costly(trial, error);
    if (ready != NN_OK)
        return ready;
    for (int m = 0; m < 4; m++) {
        struct nn_error reason = {0};
        struct nn_progress_part outer = nn_progress_enter(progress, m, 4);
        enum nn_status status = measures[m].measure(trial, trust, &reason);
        nn_progress_back(progress, outer);
        if (status == NN_CANCELLED || status == NN_MEMORY) {
            if (error)
                *error = reason;
            return status;
        }
        for (enum nn_trust_kind kind = measures[m].first; kind <= measures[m].last; kind++)
            if (status != NN_OK)
                none(trust, kind, reason.message);
    }
    return NN_OK;
}

/* Of a map that is none there is nothing to measure. */
static void not_finite(bool costly, struct nn_trust *trust)
{
    for (enum nn_trust_kind kind = 0; kind < NN_TRUST_POINTING; kind++)
        if (costly || kind == NN_TRUST_GAP || kind == NN_TRUST_SPARSENESS)
            none(trust, kind, "the map holds values that are not finite");
}

enum nn_status nn_trust_measure(const struct nn_explain_request *request,
                                const struct nn_result *map, const unsigned char *mask, bool costly,
                                struct nn_trust *trust, struct nn_error *error)
{
    enum nn_status status;
    struct trial trial = {0};
    struct nn_trust made = {.missed = NAN, .gain = NAN, .random_gain = NAN, .gain_spread = NAN};
    for (enum nn_trust_kind kind = 0; kind < NN_TRUST_COUNT; kind++)
        made.figure[kind].value = made.figure[kind].chance = made.figure[kind].spread = NAN;
    NN_TRY(trial_init(&trial, request, map, error));
    if (isfinite(nn_kernels->sum(trial.map_size, trial.map))) {
        NN_TRY(measure_cheap(&trial, map, mask, &made, error));
        if (costly)
            NN_TRY(measure_costly(&trial, &made, error));
    } else {
        not_finite(costly, &made);
    }
    *trust = made;
out:
    trial_clear(&trial);
    return status;
}
