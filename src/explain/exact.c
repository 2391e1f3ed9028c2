#include "explain/exact.h"

#include "base/mem.h"
#include "explain/rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_POINTS                                                                               \
    33 /* of an even grid, against switches that come and go between two points                    \
        */
#define NARROW      0x1p-26 /* a piece this narrow holds a switch at its place to float precision */
#define ROUNDS      22      /* of halving, until the pieces of the first grid are narrow */
#define MOST_POINTS ((size_t)1 << 20)

enum nn_status nn_exact_check(const struct nn_explain_call *call, const struct nn_line *line,
                              struct nn_error *error)
{
    enum nn_status status = NN_OK;
    const struct nn_net *net = call->net;
    bool *reached = nn_calloc((size_t)net->count, sizeof *reached);
    if (!reached)
        return nn_fail_memory(error, (size_t)net->count);
    nn_net_ancestors(net, call->target.node, reached);
    if (call->target.what == NN_EXPLAIN_LOSS)
        NN_TRY(
            nn_fail(error, NN_REFUSED,
                    "rule=exact needs a piecewise linear net; the loss is curved: use tolerance="));
    for (int i = line->at + 1; i < net->count; i++)
        if (reached[i] && !(net->nodes[i]->layer->flags & (NN_LAYER_LINEAR | NN_LAYER_PIECEWISE)))
            NN_TRY(nn_fail(error, NN_REFUSED,
                           "rule=exact needs a piecewise linear net; %s (layer %s) is curved: use "
                           "tolerance=",
                           net->nodes[i]->layer->name, net->nodes[i]->name));
out:
    nn_free(reached);
    return status;
}

/* A place on the path, and what identifies its linear piece. */
struct point {
    double t;
    uint64_t print; /* of which units are on and of the gradients at all nodes */
};

struct walker {
    const struct nn_explain_call *call;
    const struct nn_line *line;
    struct nn_target target;
    int32_t units[NN_EXPLAIN_CHUNK];
    struct nn_pass *pass;
    float *seed;
    struct point *points; /* sorted by t */
    size_t count, capacity;
};

static uint64_t mix(uint64_t print, uint64_t value)
{
    print ^= value + 0x9e3779b97f4a7c15u + (print << 6) + (print >> 2);
    return print * 0xff51afd7ed558ccdu;
}

static uint64_t bits_of(float value)
{
    uint32_t bits;
    value = value == 0 ? 0 : value; /* -0 is 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Which side of its kink every unit is on (its output lies below, on or above its input), and the
 * gradient at every node: the same on the whole of a piece, to the bit. */
static uint64_t print_of(const struct walker *walker, size_t i)
{
    const struct nn_net *net = walker->call->net;
    uint64_t print = 1;
    for (int n = 0; n <= walker->target.node; n++) {
        const struct nn_node *node = net->nodes[n];
        const float *g = nn_pass_gradient(walker->pass, n) + i * node->size;
        for (size_t k = 0; k < node->size; k++)
            print = mix(print, bits_of(g[k]));
        unsigned kinked = NN_LAYER_PIECEWISE | NN_LAYER_POINTWISE;
        if ((node->layer->flags & kinked) != kinked)
            continue;
        const float *y = nn_pass_output(walker->pass, n) + i * node->size;
        const float *x = nn_pass_output(walker->pass, node->inputs[0]) + i * node->size;
        for (size_t k = 0; k < node->size; k++)
            print = mix(print, y[k] < x[k] ? 1 : y[k] > x[k] ? 2 : 3);
    }
    return print;
}

/* Forward and backward at n places of the path. */
static enum nn_status evaluate(struct walker *walker, const double *t, size_t n,
                               struct nn_error *error)
{
    const struct nn_line *line = walker->line;
    float *x = nn_pass_output_mutable(walker->pass, line->at);
    for (size_t k = 0; k < n; k++)
        nn_line_point(line, t[k], x + k * line->size);
    enum nn_status status =
        nn_explain_forward_after(walker->pass, line->at, n, walker->call->progress, error);
    if (status != NN_OK)
        return status;
    nn_target_seed(&walker->target, walker->pass, 0, walker->seed);
    struct nn_walk walk = {.from = walker->target.node, .seed = walker->seed, .to = line->at};
    return nn_pass_backward(walker->pass, &walk, error);
}

static enum nn_status add_points(struct walker *walker, const double *t, size_t n,
                                 struct nn_error *error)
{
    for (size_t first = 0; first < n; first += NN_EXPLAIN_CHUNK) {
        size_t some = n - first < NN_EXPLAIN_CHUNK ? n - first : NN_EXPLAIN_CHUNK;
        enum nn_status status = evaluate(walker, t + first, some, error);
        if (status != NN_OK)
            return status;
        for (size_t k = 0; k < some; k++)
            walker->points[walker->count++] = (struct point){t[first + k], print_of(walker, k)};
    }
    return NN_OK;
}

static int by_place(const void *a, const void *b)
{
    double s = ((const struct point *)a)->t, t = ((const struct point *)b)->t;
    return s < t ? -1 : s > t;
}

static bool holds_switch(const struct walker *walker, size_t i)
{
    return walker->points[i].print != walker->points[i + 1].print &&
           walker->points[i + 1].t - walker->points[i].t > NARROW;
}

/* Halves every interval whose ends belong to different pieces, until they are narrow. The set of
 * inputs with one pattern is convex, so equal ends mean one piece. */
static enum nn_status find_switches(struct walker *walker, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    double *middles = NULL;
    for (int round = 0;; round++) {
        size_t n = 0;
        nn_progress_set(walker->call->progress, fmin(1, (double)round / ROUNDS));
        for (size_t i = 0; i + 1 < walker->count; i++)
            n += holds_switch(walker, i);
        if (n == 0)
            break;
        if (walker->count + n > MOST_POINTS)
            NN_TRY(nn_fail(error, NN_LIMIT,
                           "rule=exact: the path has too many pieces: use tolerance="));
        double *grown = nn_realloc(middles, n, sizeof *middles);
        if (!grown)
            NN_TRY(nn_fail_memory(error, n * sizeof *middles));
        middles = grown;
        if (walker->count + n > walker->capacity) {
            struct point *points =
                nn_realloc(walker->points, 2 * (walker->count + n), sizeof *points);
            if (!points)
                NN_TRY(nn_fail_memory(error, 2 * (walker->count + n) * sizeof *points));
            walker->points = points;
            walker->capacity = 2 * (walker->count + n);
        }
        n = 0;
        for (size_t i = 0; i + 1 < walker->count; i++)
            if (holds_switch(walker, i))
                middles[n++] = (walker->points[i].t + walker->points[i + 1].t) / 2;
        NN_TRY(add_points(walker, middles, n, error));
        qsort(walker->points, walker->count, sizeof *walker->points, by_place);
    }
out:
    nn_free(middles);
    return status;
}

/* The gradient in the middle of each piece, times its length. */
static enum nn_status add_up(struct walker *walker, double *sum, size_t *pieces,
                             struct nn_error *error)
{
    size_t size = walker->line->size;
    memset(sum, 0, size * sizeof *sum);
    *pieces = 0;
    double middle[NN_EXPLAIN_CHUNK], length[NN_EXPLAIN_CHUNK];
    size_t n = 0, begin = 0;
    for (size_t i = 1; i <= walker->count; i++) {
        bool last = i == walker->count;
        if (!last && walker->points[i].print == walker->points[begin].print)
            continue;
        /* a switch lies halfway between the last point of its piece and the first of the next */
        double from = begin ? (walker->points[begin - 1].t + walker->points[begin].t) / 2 : 0;
        double to = last ? 1 : (walker->points[i - 1].t + walker->points[i].t) / 2;
        middle[n] = (walker->points[begin].t + walker->points[i - 1].t) / 2;
        length[n++] = to - from;
        begin = i;
        if (n == NN_EXPLAIN_CHUNK || last) {
            enum nn_status status = evaluate(walker, middle, n, error);
            if (status != NN_OK)
                return status;
            const float *g = nn_pass_gradient(walker->pass, walker->line->at);
            for (size_t k = 0; k < n; k++)
                for (size_t j = 0; j < size; j++)
                    sum[j] += length[k] * (double)g[k * size + j];
            *pieces += n;
            n = 0;
        }
    }
    return NN_OK;
}

enum nn_status nn_exact_integral(const struct nn_explain_call *call, const struct nn_line *line,
                                 size_t s, double *sum, size_t *pieces, struct nn_error *error)
{
    enum nn_status status;
    const struct nn_net *net = call->net;
    struct walker walker = {.call = call, .line = line, .target = call->target};
    double grid[FIRST_POINTS];
    walker.target.unit = walker.units;
    walker.capacity = 4 * FIRST_POINTS;
    walker.points = nn_calloc(walker.capacity, sizeof *walker.points);
    walker.seed =
        nn_calloc(net->nodes[call->target.node]->size, NN_EXPLAIN_CHUNK * sizeof *walker.seed);
    if (!walker.points || !walker.seed)
        NN_TRY(nn_fail_memory(error, walker.capacity * sizeof *walker.points));
    for (size_t i = 0; i < NN_EXPLAIN_CHUNK; i++)
        walker.units[i] = call->target.unit[s];
    for (size_t i = 0; i < FIRST_POINTS; i++)
        grid[i] = (double)i / (FIRST_POINTS - 1);
    NN_TRY(nn_explain_pass_after(net, line->at, NN_EXPLAIN_CHUNK, 0, &walker.pass, error));
    NN_TRY(add_points(&walker, grid, FIRST_POINTS, error));
    NN_TRY(find_switches(&walker, error));
    NN_TRY(add_up(&walker, sum, pieces, error));
out:
    nn_pass_free(walker.pass);
    nn_free(walker.points);
    nn_free(walker.seed);
    return status;
}
