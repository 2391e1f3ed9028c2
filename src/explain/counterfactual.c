#include "explain/counterfactual.h"

#include "base/mem.h"
#include "base/random.h"
#include "engine/metric.h"

#include <math.h>
#include <string.h>

#define GRID   64
#define HALVE  40
#define BUDGET 200000 /* inputs that may be tried before no further search is begun */
#define SEEN   64
#define PROBES 4096 /* random inputs */
#define KEPT   8    /* of those that flip the class, the nearest */

struct hunt {
    const struct nn_counterfactual *request;
    struct nn_pass *pass;
    size_t size, chunk;
    int node;
    int32_t first;   /* the class of x */
    float *x;        /* [size]: where it stands */
    double *margins; /* [size, GRID] of the candidates */
    size_t tried;    /* inputs so far */
    /* the nearest so far */
    float *nearest, *base; /* [size]; base: what exchange begins with */
    float *kept;           /* [KEPT, size] */
    double kept_distance[KEPT];
    double distance;
    int32_t reached;
    double seen[SEEN]; /* distances that exchange has begun with */
    size_t seen_count;
};

/* ---- evaluation ---- */

static int32_t class_of(const struct hunt *hunt, const float *z)
{
    size_t width = hunt->request->net->nodes[hunt->node]->size;
    return hunt->request->binary ? z[0] > 0 : nn_predicted_class(z, width, true);
}

/* How far the wanted class is above the others; > 0 exactly when the class has flipped. */
static double margin_of(const struct hunt *hunt, const float *z)
{
    size_t width = hunt->request->net->nodes[hunt->node]->size;
    int32_t wanted = hunt->request->wanted;
    double inside = -INFINITY, outside = -INFINITY;
    if (hunt->request->binary)
        return hunt->first ? -(double)z[0] : (double)z[0];
    for (size_t i = 0; i < width; i++) {
        bool good = wanted < 0 ? (int32_t)i != hunt->first : (int32_t)i == wanted;
        if (good)
            inside = fmax(inside, (double)z[i]);
        else
            outside = fmax(outside, (double)z[i]);
    }
    return inside - outside;
}

static double value_at(const struct hunt *hunt, size_t feature, size_t step)
{
    double low = (double)hunt->request->lows[feature], high = (double)hunt->request->highs[feature];
    return low + (high - low) * (double)step / (GRID - 1);
}

/* Margins of every feature at every value of its grid, all else as it stands. */
static enum nn_status try_all(struct hunt *hunt, struct nn_error *error)
{
    size_t count = hunt->size * GRID;
    hunt->tried += count;
    for (size_t first = 0; first < count; first += hunt->chunk) {
        size_t n = count - first < hunt->chunk ? count - first : hunt->chunk;
        if (nn_cancelled(hunt->request->progress))
            return nn_fail(error, NN_CANCELLED, "stopped");
        float *input = nn_pass_input(hunt->pass);
        for (size_t i = 0; i < n; i++, input += hunt->size) {
            size_t feature = (first + i) / GRID;
            memcpy(input, hunt->x, hunt->size * sizeof *input);
            input[feature] = (float)value_at(hunt, feature, (first + i) % GRID);
        }
        nn_pass_forward(hunt->pass, n, NULL);
        const float *z = nn_pass_output(hunt->pass, hunt->node);
        for (size_t i = 0; i < n; i++)
            hunt->margins[first + i] =
                margin_of(hunt, z + i * hunt->request->net->nodes[hunt->node]->size);
    }
    return NN_OK;
}

static const float *answer(struct hunt *hunt, const float *x)
{
    memcpy(nn_pass_input(hunt->pass), x, hunt->size * sizeof *x);
    nn_pass_forward(hunt->pass, 1, NULL);
    return nn_pass_output(hunt->pass, hunt->node);
}

/* ---- search ---- */

static double cost(const struct hunt *hunt, size_t feature, double value)
{
    return fabs(value - (double)hunt->request->x[feature]) / (double)hunt->request->scales[feature];
}

static double cost_of(const struct hunt *hunt, const float *x)
{
    double sum = 0;
    for (size_t i = 0; i < hunt->size; i++)
        sum += cost(hunt, i, (double)x[i]);
    return sum;
}

static size_t changes(const struct hunt *hunt)
{
    size_t count = 0;
    for (size_t i = 0; i < hunt->size; i++)
        count += hunt->x[i] != hunt->request->x[i];
    return count;
}

static bool is_open(const struct nn_counterfactual *request, size_t feature)
{
    return !(request->fixed && request->fixed[feature]);
}

/* May this feature be changed now? */
static bool is_free(const struct hunt *hunt, size_t feature)
{
    const struct nn_counterfactual *request = hunt->request;
    if (!is_open(request, feature))
        return false;
    return request->most == 0 || hunt->x[feature] != request->x[feature] ||
           changes(hunt) < request->most;
}

struct choice {
    size_t feature, step;
    double worth; /* NaN: none yet */
};

/* The cheapest value of a feature that flips the class; worth NaN if there is none. */
static struct choice cheapest_flip(const struct hunt *hunt, size_t feature)
{
    struct choice flip = {feature, 0, NAN};
    for (size_t step = 0; step < GRID; step++) {
        double price = cost(hunt, feature, value_at(hunt, feature, step));
        if (hunt->margins[feature * GRID + step] > 0 && !(price >= flip.worth))
            flip = (struct choice){feature, step, price};
    }
    return flip;
}

/* The candidate with the most gain for its cost, which may flip the class on its way; `eager`: the
 * cheapest that flips, if there is one. */
static struct choice choose(const struct hunt *hunt, double now, bool eager, bool *flips)
{
    struct choice flip = {0, 0, NAN}, gain = {0, 0, NAN};
    for (size_t feature = 0; feature < hunt->size; feature++) {
        size_t best = 0;
        if (!is_free(hunt, feature))
            continue;
        for (size_t step = 0; step < GRID; step++)
            if (hunt->margins[feature * GRID + step] > hunt->margins[feature * GRID + best])
                best = step;
        struct choice here = cheapest_flip(hunt, feature);
        if (!isnan(here.worth) && !(here.worth >= flip.worth))
            flip = here;
        double extra = cost(hunt, feature, value_at(hunt, feature, best)) -
                       cost(hunt, feature, (double)hunt->x[feature]);
        double won = hunt->margins[feature * GRID + best] - now;
        double worth = won / fmax(extra, 1e-6);
        if (won > 1e-6 && !(worth <= gain.worth))
            gain = (struct choice){feature, best, worth};
    }
    if (!eager && !isnan(gain.worth))
        flip = cheapest_flip(hunt, gain.feature);
    *flips = !isnan(flip.worth);
    return *flips ? flip : gain;
}

static bool take_back(struct hunt *hunt, size_t feature);

static enum nn_status flip(struct hunt *hunt, bool eager, struct nn_error *error)
{
    for (size_t round = 0; round < 2 * hunt->size + 8; round++) {
        bool flips;
        double now = margin_of(hunt, answer(hunt, hunt->x));
        if (now > 0)
            return NN_OK;
        enum nn_status status = try_all(hunt, error);
        if (status != NN_OK)
            return status;
        struct choice next = choose(hunt, now, eager, &flips);
        if (isnan(next.worth))
            break;
        hunt->x[next.feature] = (float)value_at(hunt, next.feature, next.step);
        if (flips) {
            take_back(hunt, next.feature);
            return NN_OK;
        }
    }
    return nn_fail(
        error, NN_REFUSED,
        "no change of the free features within the range of the data was found that gives another "
        "class");
}

/* Of the values between one that flips the class and one that does not, the last that does. */
static void bisect(struct hunt *hunt, size_t feature, double flips, double keeps)
{
    double first = flips;
    for (int i = 0; i < HALVE; i++) {
        double middle = (flips + keeps) / 2;
        hunt->x[feature] = (float)middle;
        if (margin_of(hunt, answer(hunt, hunt->x)) > 0)
            flips = middle;
        else
            keeps = middle;
    }
    hunt->x[feature] = (float)flips;
    if (margin_of(hunt, answer(hunt, hunt->x)) <= 0) /* the rounding went the wrong way */
        hunt->x[feature] = (float)first;
    hunt->tried += HALVE;
}

/* Takes one change back as far as the class allows. True if it moved noticeably. */
static bool take_back(struct hunt *hunt, size_t feature)
{
    double before = (double)hunt->x[feature], back = (double)hunt->request->x[feature];
    hunt->x[feature] = (float)back;
    if (margin_of(hunt, answer(hunt, hunt->x)) > 0)
        return true;
    bisect(hunt, feature, before, back);
    return fabs((double)hunt->x[feature] - before) > 1e-4 * fabs(before - back);
}

/* Dearest first; again as long as something moves. */
static enum nn_status reduce(struct hunt *hunt, struct nn_error *error)
{
    for (int round = 0; round < 8; round++) {
        double below = INFINITY;
        bool moved = false;
        for (;;) {
            size_t next = hunt->size;
            double dearest = 0;
            if (nn_cancelled(hunt->request->progress))
                return nn_fail(error, NN_CANCELLED, "stopped");
            for (size_t i = 0; i < hunt->size; i++) {
                double price = cost(hunt, i, (double)hunt->x[i]);
                if (price > dearest && price < below) {
                    dearest = price;
                    next = i;
                }
            }
            if (next == hunt->size)
                break;
            below = dearest;
            moved = take_back(hunt, next) || moved;
        }
        if (!moved)
            break;
    }
    return NN_OK;
}

/* ---- exchange: less of one change for more of another ---- */

/* From a value of the grid that flips the class, the cheapest there is, to the one before it. */
static void refine(struct hunt *hunt, struct choice flip)
{
    double from = (double)hunt->request->x[flip.feature];
    double flips = value_at(hunt, flip.feature, flip.step);
    double step = value_at(hunt, flip.feature, 1) - value_at(hunt, flip.feature, 0);
    double before = flips > from ? fmax(from, flips - step) : fmin(from, flips + step);
    hunt->x[flip.feature] = (float)flips;
    bisect(hunt, flip.feature, (double)hunt->x[flip.feature], before);
}

/* With hunt->x short of the class: the cheapest single change that makes up for it, if the whole is
 * then nearer than `limit`. Leaves it in hunt->x. */
static bool make_up(struct hunt *hunt, size_t except, double limit)
{
    double without = cost_of(hunt, hunt->x);
    size_t best = hunt->size;
    float value = 0;
    for (size_t feature = 0; feature < hunt->size; feature++) {
        float now = hunt->x[feature];
        double step = fabs(value_at(hunt, feature, 1) - value_at(hunt, feature, 0));
        double rest = without - cost(hunt, feature, (double)now);
        struct choice flip = cheapest_flip(hunt, feature);
        if (feature == except || isnan(flip.worth) || !is_free(hunt, feature) ||
            rest + flip.worth - step / (double)hunt->request->scales[feature] >= limit)
            continue;
        refine(hunt, flip);
        double whole = rest + cost(hunt, feature, (double)hunt->x[feature]);
        if (whole < limit) {
            limit = whole;
            best = feature;
            value = hunt->x[feature];
        }
        hunt->x[feature] = now;
    }
    if (best == hunt->size)
        return false;
    hunt->x[best] = value;
    return true;
}

/* Takes one feature back by all, a half, a quarter... of its change; another makes up for it. */
static enum nn_status exchange_one(struct hunt *hunt, size_t feature, bool *nearer,
                                   struct nn_error *error)
{
    float from = hunt->request->x[feature];
    for (double part = 1; part > 1e-3 && hunt->tried < BUDGET; part /= 2) {
        double limit = cost_of(hunt, hunt->base) * (1 - 1e-6);
        memcpy(hunt->x, hunt->base, hunt->size * sizeof *hunt->x);
        hunt->x[feature] -= (float)(part * (double)(hunt->x[feature] - from));
        enum nn_status status = try_all(hunt, error);
        if (status != NN_OK)
            return status;
        if (hunt->x[feature] == hunt->base[feature] || !make_up(hunt, feature, limit))
            continue;
        memcpy(hunt->base, hunt->x, hunt->size * sizeof *hunt->x);
        *nearer = true;
        return NN_OK;
    }
    return NN_OK;
}

static bool was_seen(struct hunt *hunt, double distance)
{
    for (size_t i = 0; i < hunt->seen_count; i++)
        if (fabs(hunt->seen[i] - distance) < 1e-4 * distance)
            return true;
    if (hunt->seen_count < SEEN)
        hunt->seen[hunt->seen_count++] = distance;
    return false;
}

/* As long as it comes nearer. */
static enum nn_status exchange(struct hunt *hunt, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    bool nearer = !was_seen(hunt, cost_of(hunt, hunt->x));
    while (nearer && hunt->tried < BUDGET) {
        memcpy(hunt->base, hunt->x, hunt->size * sizeof *hunt->x);
        nearer = false;
        for (size_t i = 0; i < hunt->size; i++)
            if (hunt->base[i] != hunt->request->x[i])
                NN_TRY(exchange_one(hunt, i, &nearer, error));
        memcpy(hunt->x, hunt->base, hunt->size * sizeof *hunt->x);
        if (nearer)
            NN_TRY(reduce(hunt, error));
    }
out:
    return status;
}

/* ---- all together ---- */

/* From an input that flips the class to the nearest around it. */
static enum nn_status approach(struct hunt *hunt, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    NN_TRY(reduce(hunt, error));
    NN_TRY(exchange(hunt, error));
    double distance = cost_of(hunt, hunt->x);
    if (distance < hunt->distance) {
        hunt->distance = distance;
        hunt->reached = class_of(hunt, answer(hunt, hunt->x));
        memcpy(hunt->nearest, hunt->x, hunt->size * sizeof *hunt->x);
    }
out:
    return status;
}

/* One search, which begins with the feature `start` where it alone does most; size = none. */
static enum nn_status search(struct hunt *hunt, size_t start, bool eager, struct nn_error *error)
{
    size_t size = hunt->size, best = 0;
    enum nn_status status = NN_OK;
    memcpy(hunt->x, hunt->request->x, size * sizeof *hunt->x);
    if (start < size) {
        NN_TRY(try_all(hunt, error));
        for (size_t step = 0; step < GRID; step++)
            if (hunt->margins[start * GRID + step] > hunt->margins[start * GRID + best])
                best = step;
        hunt->x[start] = (float)value_at(hunt, start, best);
    }
    NN_TRY(flip(hunt, eager, error));
    NN_TRY(approach(hunt, error));
out:
    return status;
}

/* From 0 to 1, a sixth of them at each end. */
static float draw_part(struct nn_random *random)
{
    return fminf(1, fmaxf(0, 1.5f * nn_random_float(random) - 0.25f));
}

/* Some features at random, part of the way to a random value, often a bound. */
static void draw(const struct hunt *hunt, struct nn_random *random, float *x)
{
    const struct nn_counterfactual *request = hunt->request;
    size_t most = request->most && request->most < hunt->size ? request->most : hunt->size;
    size_t count = 1 + nn_random_below(random, (uint32_t)most);
    float part = draw_part(random);
    memcpy(x, request->x, hunt->size * sizeof *x);
    for (size_t i = 0; i < count; i++) {
        size_t j = nn_random_below(random, (uint32_t)hunt->size);
        float low = request->lows[j], high = request->highs[j];
        float value = low + draw_part(random) * (high - low);
        if (is_open(request, j))
            x[j] = fminf(high, fmaxf(low, request->x[j] + part * (value - request->x[j])));
    }
}

static void keep(struct hunt *hunt, const float *x)
{
    size_t worst = 0;
    double distance = cost_of(hunt, x);
    for (size_t k = 1; k < KEPT; k++)
        worst = hunt->kept_distance[k] > hunt->kept_distance[worst] ? k : worst;
    if (!(distance < hunt->kept_distance[worst]))
        return;
    hunt->kept_distance[worst] = distance;
    memcpy(hunt->kept + worst * hunt->size, x, hunt->size * sizeof *x);
}

/* Of random inputs that flip the class the nearest, and what is nearest around each. */
static enum nn_status search_probes(struct hunt *hunt, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_random random;
    size_t width = hunt->request->net->nodes[hunt->node]->size;
    nn_random_init(&random, 0, NN_STREAM_EXPLAIN, 0);
    for (size_t k = 0; k < KEPT; k++)
        hunt->kept_distance[k] = INFINITY;
    for (size_t first = 0; first < PROBES; first += hunt->chunk) {
        float *input = nn_pass_input(hunt->pass);
        if (nn_cancelled(hunt->request->progress))
            return nn_fail(error, NN_CANCELLED, "stopped");
        for (size_t i = 0; i < hunt->chunk; i++)
            draw(hunt, &random, input + i * hunt->size);
        nn_pass_forward(hunt->pass, hunt->chunk, NULL);
        const float *z = nn_pass_output(hunt->pass, hunt->node);
        for (size_t i = 0; i < hunt->chunk; i++)
            if (margin_of(hunt, z + i * width) > 0)
                keep(hunt, input + i * hunt->size);
    }
    hunt->tried += PROBES;
    for (size_t k = 0; k < KEPT; k++) {
        if (isinf(hunt->kept_distance[k]))
            continue;
        memcpy(hunt->x, hunt->kept + k * hunt->size, hunt->size * sizeof *hunt->x);
        NN_TRY(approach(hunt, error));
    }
out:
    return status;
}

/* Greedy and eager, from nothing and from each feature, and from random inputs. */
static enum nn_status search_all(struct hunt *hunt, struct nn_error *error)
{
    enum nn_status status = NN_OK, refused = NN_OK;
    struct nn_progress *progress = hunt->request->progress;
    for (size_t k = 0; k <= hunt->size; k++) {
        size_t start = k ? k - 1 : hunt->size;
        if (start < hunt->size && !is_open(hunt->request, start))
            continue;
        for (int eager = 0; eager < 2 && (k == 0 || hunt->tried < BUDGET); eager++) {
            status = search(hunt, start, eager, error);
            refused = status;
            if (status != NN_REFUSED)
                NN_TRY(status);
        }
        if (k == 0)
            NN_TRY(search_probes(hunt, error));
        nn_progress_set(progress, fmax((double)(k + 1) / (double)(hunt->size + 1),
                                       fmin(1, (double)hunt->tried / BUDGET)));
    }
    status = isinf(hunt->distance) ? refused : NN_OK;
out:
    return status;
}

enum nn_status nn_counterfactual_find(const struct nn_counterfactual *request, float *out,
                                      double *distance, int32_t *reached, struct nn_error *error)
{
    size_t size = request->net->nodes[0]->size;
    struct hunt hunt = {
        .request = request, .size = size, .chunk = NN_EXPLAIN_CHUNK, .distance = INFINITY};
    enum nn_status status = NN_OK;
    hunt.node = nn_net_logits(request->net);
    hunt.x = nn_calloc(3 + KEPT, size * sizeof *hunt.x);
    hunt.margins = nn_calloc(size, GRID * sizeof *hunt.margins);
    if (!hunt.x || !hunt.margins)
        NN_TRY(nn_fail_memory(error, size * GRID * sizeof *hunt.margins));
    hunt.nearest = hunt.x + size;
    hunt.base = hunt.x + 2 * size;
    hunt.kept = hunt.x + 3 * size;
    NN_TRY(nn_pass_new(request->net, hunt.chunk, NN_PASS_FORWARD, 0, &hunt.pass, error));
    hunt.first = class_of(&hunt, answer(&hunt, request->x));
    if (request->wanted == hunt.first)
        NN_TRY(nn_fail(error, NN_ARGUMENT, "the sample is taken for that class already"));
    NN_TRY(search_all(&hunt, error));
    *reached = hunt.reached;
    *distance = hunt.distance;
    memcpy(out, hunt.nearest, size * sizeof *out);
out:
    nn_pass_free(hunt.pass);
    nn_free(hunt.x);
    nn_free(hunt.margins);
    return status;
}
