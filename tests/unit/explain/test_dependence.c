/* Questions about the columns of a table against slow references: dependence and counterfactuals.
 */
#include "nets.h"

#include "base/mem.h"
#include "explain/counterfactual.h"
#include "explain/dependence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- dependence ---- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

Test(studies, partial_dependence_is_the_mean_of_single_answers)
{
    enum { N = 23, SIZE = 5, POINTS = 7 };
    const char *lines[] = {"dense 8 tanh", "dense 3 softmax", NULL};
    struct nn_net *net = net_of("5", lines, 1);
    float x[N * SIZE], one[SIZE];
    double grid[POINTS], out[POINTS * N], all[N];
    size_t count;
    fill_normal(x, N * SIZE, 2);
    struct nn_dependence question = {
        .answer = {.net = net,
                   .target = {.what = NN_EXPLAIN_CLASS, .node = nn_net_logits(net)},
                   .unit = 2},
        .x = x,
        .n = N,
        .feature = 3};
    cr_assert(nn_dependence_grid(&question, POINTS, grid, &count, NULL) == NN_OK &&
              count == POINTS);
    for (size_t i = 0; i < N; i++)
        all[i] = (double)x[i * SIZE + 3];
    qsort(all, N, sizeof *all, compare);
    cr_expect(fabs(grid[0] - (all[1] + 0.1 * (all[2] - all[1]))) < 1e-6, "the 5 %% quantile");
    cr_expect(fabs(grid[POINTS - 1] - (all[20] + 0.9 * (all[21] - all[20]))) < 1e-6);
    cr_assert(nn_dependence_ice(&question, grid, POINTS, out, NULL) == NN_OK);
    for (size_t k = 0; k < POINTS; k++)
        for (size_t i = 0; i < N; i++) {
            memcpy(one, x + i * SIZE, sizeof one);
            one[3] = (float)grid[k];
            cr_expect(fabs(out[k * N + i] - answer_of(net, 2, one)) < 1e-5);
        }
    question.answer.probability = true;
    cr_assert(nn_dependence_ice(&question, grid, 1, out, NULL) == NN_OK);
    for (size_t i = 0; i < N; i++) {
        double sum = 0, top = 0;
        memcpy(one, x + i * SIZE, sizeof one);
        one[3] = (float)grid[0];
        for (int32_t unit = 0; unit < 3; unit++) {
            double e = exp(answer_of(net, unit, one));
            sum += e;
            top = unit == 2 ? e : top;
        }
        cr_expect(fabs(out[i] - top / sum) < 1e-5);
    }
    /* fewer values than points: those values */
    for (size_t i = 0; i < N; i++)
        x[i * SIZE + 3] = (float)(i % 3);
    cr_assert(nn_dependence_grid(&question, POINTS, grid, &count, NULL) == NN_OK);
    cr_expect(count == 3 && grid[0] == 0 && grid[1] == 1 && grid[2] == 2);
    nn_net_free(net);
}

Test(studies, accumulated_local_effects)
{
    enum { N = 40, SIZE = 3, BINS = 6 };
    const char *lines[] = {"dense 6 tanh", "dense 1", NULL};
    struct nn_net *net = net_of("3", lines, 3);
    float x[N * SIZE], one[SIZE];
    double edges[BINS + 1], effects[BINS + 1], slow[BINS + 1] = {0}, mean = 0;
    size_t count;
    fill_normal(x, N * SIZE, 4);
    struct nn_dependence question = {
        .answer = {.net = net, .target = {.what = NN_EXPLAIN_CLASS, .node = nn_net_logits(net)}},
        .x = x,
        .n = N,
        .feature = 1};
    cr_assert(nn_dependence_ale(&question, BINS, edges, effects, &count, NULL) == NN_OK);
    cr_assert(count == BINS + 1);
    for (size_t k = 1; k <= BINS; k++) {
        double sum = 0;
        size_t inside = 0;
        for (size_t i = 0; i < N; i++) {
            double v = (double)x[i * SIZE + 1];
            if (!((v > edges[k - 1] || (k == 1 && v >= edges[0])) && v <= edges[k]))
                continue;
            memcpy(one, x + i * SIZE, sizeof one);
            one[1] = (float)edges[k];
            sum += answer_of(net, 0, one);
            one[1] = (float)edges[k - 1];
            sum -= answer_of(net, 0, one);
            inside++;
        }
        slow[k] = slow[k - 1] + (inside ? sum / (double)inside : 0);
        mean += (double)inside * (slow[k] + slow[k - 1]) / 2 / N;
    }
    for (size_t k = 0; k <= BINS; k++)
        cr_expect(fabs(effects[k] - slow[k] + mean) < 1e-5, "%zu: %g %g", k, effects[k],
                  slow[k] - mean);
    nn_net_free(net);
    /* of a linear net the effect is the line itself */
    const char *linear[] = {"dense 1", NULL};
    net = net_of("3", linear, 5);
    question.answer.net = net;
    question.answer.target.node = nn_net_logits(net);
    cr_assert(nn_dependence_ale(&question, BINS, edges, effects, &count, NULL) == NN_OK);
    double weight = (double)net->nodes[1]->params[0].value.data[1];
    for (size_t k = 1; k < count; k++)
        cr_expect(fabs(effects[k] - effects[k - 1] - weight * (edges[k] - edges[k - 1])) < 1e-5);
    for (size_t i = 0; i < N; i++)
        x[i * SIZE + 1] = 2;
    cr_assert(nn_dependence_ale(&question, BINS, edges, effects, &count, NULL) == NN_OK);
    cr_expect(count == 1 && effects[0] == 0, "a constant has no effect");
    nn_net_free(net);
}

/* What an embedding reads is asked about at indices of the data alone, also when they are not
 * neighbours, and what is no number is refused. */
Test(studies, dependence_of_indices)
{
    enum { N = 30, SIZE = 2, MOST = 7 };
    const char *lines[] = {"embedding 20 3", "flatten", "dense 2", NULL};
    struct nn_net *net = net_of("2", lines, 6);
    float x[N * SIZE], one[SIZE];
    double grid[MOST], effects[MOST], out[MOST * N];
    size_t count;
    for (size_t i = 0; i < N; i++) {
        x[i * SIZE] = (float)(i * i % 19);
        x[i * SIZE + 1] = (float)(i % 20);
    }
    struct nn_dependence question = {
        .answer = {.net = net, .target = {.what = NN_EXPLAIN_CLASS, .node = nn_net_logits(net)}},
        .x = x,
        .n = N,
        .feature = 0};
    cr_assert(nn_dependence_ale(&question, MOST - 1, grid, effects, &count, NULL) == NN_OK);
    cr_assert(count > 2);
    for (size_t k = 0; k < count; k++) {
        bool seen = false;
        for (size_t i = 0; i < N; i++)
            seen |= (double)x[i * SIZE] == grid[k];
        cr_expect(seen && isfinite(effects[k]), "edge %g, effect %g", grid[k], effects[k]);
    }
    for (size_t k = 1; k < count; k++) { /* the step over each bin, by hand */
        double sum = 0;
        size_t inside = 0;
        for (size_t i = 0; i < N; i++) {
            double v = (double)x[i * SIZE];
            if (!((v > grid[k - 1] || (k == 1 && v >= grid[0])) && v <= grid[k]))
                continue;
            memcpy(one, x + i * SIZE, sizeof one);
            one[0] = (float)grid[k];
            sum += answer_of(net, 0, one);
            one[0] = (float)grid[k - 1];
            sum -= answer_of(net, 0, one);
            inside++;
        }
        cr_expect(fabs(effects[k] - effects[k - 1] - (inside ? sum / (double)inside : 0)) < 1e-5);
    }
    cr_assert(nn_dependence_grid(&question, MOST, grid, &count, NULL) == NN_OK);
    for (size_t k = 0; k < count; k++)
        cr_expect(grid[k] == floor(grid[k]) && (k == 0 || grid[k] > grid[k - 1]));
    cr_expect(nn_dependence_ice(&question, grid, count, out, NULL) == NN_OK);
    struct nn_error error = {0};
    grid[0] = 2.5;
    cr_expect(nn_dependence_ice(&question, grid, 1, out, &error) == NN_REFUSED);
    cr_expect(strstr(error.message, "feature 0 at 2.5") != NULL, "%s", error.message);
    nn_net_free(net);
}

/* ---- counterfactual ---- */

/* Of a linear net the cheapest way is to move the features of most effect for their cost, one after
 * the other, up to their bounds. */
static double cheapest(const float *weight, double gap, const float *x, const float *lows,
                       const float *highs, const float *scales, size_t size)
{
    bool used[16] = {false};
    double paid = 0;
    while (gap > 0) {
        size_t best = size;
        for (size_t i = 0; i < size; i++)
            if (!used[i] &&
                (best == size || fabsf(weight[i] * scales[i]) > fabsf(weight[best] * scales[best])))
                best = i;
        if (best == size)
            return NAN;
        used[best] = true;
        double room = (double)(weight[best] > 0 ? highs[best] - x[best] : x[best] - lows[best]);
        double need = gap / fabs((double)weight[best]);
        double moved = fmin(room, need);
        paid += moved / (double)scales[best];
        gap -= moved * fabs((double)weight[best]);
    }
    return paid;
}

Test(studies, counterfactual_of_a_linear_net_is_the_optimum)
{
    enum { SIZE = 6 };
    const char *lines[] = {"dense 1 sigmoid", NULL};
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct nn_net *net = net_of("6", lines, seed);
        float x[SIZE], lows[SIZE], highs[SIZE], scales[SIZE], out[SIZE], signs[SIZE];
        const float *weight = net->nodes[1]->params[0].value.data;
        double distance, gap;
        int32_t reached;
        fill_normal(x, SIZE, seed);
        fill_normal(scales, SIZE, seed + 1000);
        for (size_t i = 0; i < SIZE; i++) {
            lows[i] = x[i] - 1.5f;
            highs[i] = x[i] + 1;
            scales[i] = 0.2f + fabsf(scales[i]);
        }
        gap = answer_of(net, 0, x);
        for (size_t i = 0; i < SIZE; i++)
            signs[i] = gap > 0 ? -weight[i] : weight[i];
        double wanted = cheapest(signs, fabs(gap), x, lows, highs, scales, SIZE);
        struct nn_counterfactual request = {.net = net,
                                            .x = x,
                                            .wanted = -1,
                                            .binary = true,
                                            .lows = lows,
                                            .highs = highs,
                                            .scales = scales};
        struct nn_error error = {0};
        enum nn_status status = nn_counterfactual_find(&request, out, &distance, &reached, &error);
        if (isnan(wanted)) {
            cr_expect(status == NN_REFUSED);
        } else {
            cr_assert(status == NN_OK, "%s", error.message);
            cr_expect(reached == (gap <= 0), "the class flips");
            cr_expect(distance < wanted * 1.02 + 1e-3, "seed %d: %g, optimum %g", (int)seed,
                      distance, wanted);
        }
        nn_net_free(net);
    }
}

Test(studies, counterfactuals_are_minimal_and_obey)
{
    enum { SIZE = 5 };
    const char *lines[] = {"dense 12 relu", "dense 3 softmax", NULL};
    size_t found = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct nn_net *net = net_of("5", lines, seed);
        float x[SIZE], lows[SIZE], highs[SIZE], scales[SIZE], out[SIZE];
        bool fixed[SIZE] = {false, true};
        double distance;
        int32_t reached, first = 0;
        fill_normal(x, SIZE, seed);
        for (size_t i = 0; i < SIZE; i++) {
            lows[i] = x[i] - 3;
            highs[i] = x[i] + 3;
            scales[i] = 1;
        }
        struct nn_counterfactual request = {.net = net,
                                            .x = x,
                                            .wanted = -1,
                                            .lows = lows,
                                            .highs = highs,
                                            .scales = scales,
                                            .fixed = fixed,
                                            .most = 2};
        for (int32_t unit = 1; unit < 3; unit++)
            first = answer_of(net, unit, x) > answer_of(net, first, x) ? unit : first;
        if (nn_counterfactual_find(&request, out, &distance, &reached, NULL) != NN_OK) {
            nn_net_free(net);
            continue;
        }
        found++;
        size_t changed = 0;
        double sum = 0;
        for (size_t i = 0; i < SIZE; i++) {
            changed += out[i] != x[i];
            sum += fabs((double)out[i] - (double)x[i]);
            cr_expect(out[i] >= lows[i] && out[i] <= highs[i]);
        }
        cr_expect(changed <= 2 && out[1] == x[1] && fabs(sum - distance) < 1e-5);
        cr_expect(reached != first);
        for (size_t i = 0; i < SIZE; i++) { /* nothing can be taken back */
            float held = out[i];
            bool still = true;
            if (out[i] == x[i])
                continue;
            out[i] = x[i] + 0.98f * (held - x[i]);
            for (int32_t unit = 0; unit < 3; unit++)
                still = still &&
                        (unit == first || answer_of(net, unit, out) <= answer_of(net, first, out));
            cr_expect(still, "seed %d: feature %zu moved too far", (int)seed, i);
            out[i] = held;
        }
        nn_net_free(net);
    }
    cr_expect(found >= 10, "%zu found", found);
}

/* Of every point of a grid, the nearest that is taken for another class; INFINITY if none is. */
static double nearest_of_grid(const struct nn_net *net, const float *x, double reach, size_t side,
                              size_t units)
{
    enum { SIZE = 3 };
    size_t n = side * side * side;
    float *points = nn_calloc(n, SIZE * sizeof *points);
    double *values = nn_calloc(n, units * sizeof *values), nearest = INFINITY;
    int32_t *unit = nn_calloc(n, sizeof *unit);
    cr_assert(points && values && unit);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0, rest = i; j < SIZE; j++, rest /= side)
            points[i * SIZE + j] =
                x[j] + (float)(reach * (2 * (double)(rest % side) / (double)(side - 1) - 1));
    for (size_t u = 0; u < units; u++) {
        struct nn_target target = {
            .what = NN_EXPLAIN_CLASS, .node = nn_net_logits(net), .unit = unit};
        for (size_t i = 0; i < n; i++)
            unit[i] = (int32_t)u;
        cr_assert(nn_explain_value(net, &target, points, n, values + u * n, NULL, NULL) == NN_OK);
    }
    size_t first = 0;
    for (size_t u = 1; u < units; u++) /* the middle is x itself */
        first = values[u * n + n / 2] > values[first * n + n / 2] ? u : first;
    for (size_t i = 0; i < n; i++) {
        bool flipped = false;
        double distance = 0;
        for (size_t u = 0; u < units; u++)
            flipped |= values[u * n + i] > values[first * n + i];
        for (size_t j = 0; j < SIZE; j++)
            distance += fabs((double)points[i * SIZE + j] - (double)x[j]) / (double)(j + 1);
        nearest = flipped ? fmin(nearest, distance) : nearest;
    }
    nn_free(points);
    nn_free(values);
    nn_free(unit);
    return nearest;
}

/* Bent nets, whose classes lie beside and around each other: nothing of a grid is nearer. */
Test(studies, counterfactuals_are_no_farther_than_the_nearest_of_a_grid)
{
    enum { SIZE = 3, SIDE = 31, REACH = 2 };
    const char *lines[] = {"dense 10 relu", "dense 10 tanh", "dense 3 softmax", NULL};
    size_t found = 0;
    for (uint64_t seed = 104; seed < 120; seed++) {
        struct nn_net *net = net_of("3", lines, seed);
        float x[SIZE], lows[SIZE], highs[SIZE], scales[SIZE] = {1, 2, 3}, out[SIZE];
        double distance;
        int32_t reached;
        fill_normal(x, SIZE, seed);
        for (size_t i = 0; i < SIZE; i++) {
            lows[i] = x[i] - REACH;
            highs[i] = x[i] + REACH;
        }
        struct nn_counterfactual request = {
            .net = net, .x = x, .wanted = -1, .lows = lows, .highs = highs, .scales = scales};
        double nearest = nearest_of_grid(net, x, REACH, SIDE, 3);
        enum nn_status status = nn_counterfactual_find(&request, out, &distance, &reached, NULL);
        cr_expect(status == NN_OK || isinf(nearest), "seed %d: not found", (int)seed);
        if (status == NN_OK) {
            found++;
            cr_expect(distance <= nearest * (1 + 1e-4), "seed %d: %g, on the grid %g", (int)seed,
                      distance, nearest);
        }
        nn_net_free(net);
    }
    cr_expect(found >= 8, "%zu found", found);
}
