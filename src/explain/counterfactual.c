#include "explain/counterfactual.h"

#include "base/mem.h"
#include "engine/metric.h"

#include <math.h>
#include <string.h>

#define GRID  64
#define HALVE 40

struct hunt {
    const struct nn_counterfactual *request;
    struct nn_pass *pass;
    size_t size, chunk;
    int node;
    int32_t first;   /* the class of x */
    float *x;        /* [size]: where it stands */
    double *margins; /* [size, GRID] of the candidates */
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

/* May this feature be changed now? */
static bool is_free(const struct hunt *hunt, size_t feature)
{
    const struct nn_counterfactual *request = hunt->request;
    if (request->fixed && request->fixed[feature])
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
        nn_progress_set(hunt->request->progress, 1 - 1 / (double)(round + 2));
        if (flips) {
            take_back(hunt, next.feature);
            return NN_OK;
        }
    }
    return nn_fail(
        error, NN_REFUSED,
        "no change of the free features within the range of the data gives another class");
}

/* Takes one change back as far as the class allows. True if it moved noticeably. */
static bool take_back(struct hunt *hunt, size_t feature)
{
    double kept = (double)hunt->x[feature], back = (double)hunt->request->x[feature];
    double before = kept;
    hunt->x[feature] = (float)back;
    if (margin_of(hunt, answer(hunt, hunt->x)) > 0)
        return true;
    for (int i = 0; i < HALVE; i++) {
        double middle = (kept + back) / 2;
        hunt->x[feature] = (float)middle;
        if (margin_of(hunt, answer(hunt, hunt->x)) > 0)
            kept = middle;
        else
            back = middle;
    }
    hunt->x[feature] = (float)kept;
    if (margin_of(hunt, answer(hunt, hunt->x)) <= 0) /* the rounding went the wrong way */
        hunt->x[feature] = (float)before;
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

enum nn_status nn_counterfactual_find(const struct nn_counterfactual *request, float *out,
                                      double *distance, int32_t *reached, struct nn_error *error)
{
    size_t size = request->net->nodes[0]->size;
    struct hunt hunt = {.request = request, .size = size, .chunk = NN_EXPLAIN_CHUNK};
    double best = INFINITY;
    enum nn_status status = NN_OK;
    hunt.node = nn_net_logits(request->net);
    hunt.x = nn_calloc(size, sizeof *hunt.x);
    hunt.margins = nn_calloc(size, GRID * sizeof *hunt.margins);
    if (!hunt.x || !hunt.margins)
        NN_TRY(nn_fail_memory(error, size * GRID * sizeof *hunt.margins));
    NN_TRY(nn_pass_new(request->net, hunt.chunk, NN_PASS_FORWARD, 0, &hunt.pass, error));
    memcpy(hunt.x, request->x, size * sizeof *hunt.x);
    hunt.first = class_of(&hunt, answer(&hunt, hunt.x));
    if (request->wanted == hunt.first)
        NN_TRY(nn_fail(error, NN_ARGUMENT, "the sample is taken for that class already"));
    for (int eager = 0; eager < 2; eager++) {
        memcpy(hunt.x, request->x, size * sizeof *hunt.x);
        status = flip(&hunt, eager, error);
        if (status == NN_REFUSED)
            continue;
        NN_TRY(status);
        NN_TRY(reduce(&hunt, error));
        if (!(cost_of(&hunt, hunt.x) < best))
            continue;
        best = cost_of(&hunt, hunt.x);
        *reached = class_of(&hunt, answer(&hunt, hunt.x));
        *distance = best;
        memcpy(out, hunt.x, size * sizeof *out);
    }
    status = isinf(best) ? status : NN_OK;
out:
    nn_pass_free(hunt.pass);
    nn_free(hunt.x);
    nn_free(hunt.margins);
    return status;
}
