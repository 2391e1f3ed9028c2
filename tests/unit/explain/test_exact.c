/* Exact integrated gradients of rectifier nets against midpoints, all in double precision and in
 * loops of their own. Between two nodes of the path the gradient is constant, or it jumps
 * somewhere; then the midpoint rule errs by at most the jump times half the distance of nodes. That
 * sum bounds how near n midpoints can come to the integral, and falls as 1/n. Of these nets 5,000
 * midpoints stay up to 3.1e-4 of the output's difference away (1.1e-4 of the largest share),
 * 200,000 of them 7e-6. */
#include "nets.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { IN = 32, WIDE = 64, LAYERS = 4 };

static const char *const rectifiers[] = {"dense 64 relu", "dense 64 relu", "dense 64 relu",
                                         "dense 1", NULL};

/* The weights and biases of the dense layers, in order. */
static void layers_of(const struct nn_net *net, const float *weights[LAYERS],
                      const float *biases[LAYERS])
{
    int found = 0;
    for (int n = 1; n < net->count; n++)
        if (net->nodes[n]->param_count == 2) {
            weights[found] = net->nodes[n]->params[0].value.data;
            biases[found++] = net->nodes[n]->params[1].value.data;
        }
    cr_assert(found == LAYERS);
}

static size_t width_of(int layer)
{
    return layer == 0 ? IN : WIDE;
}

/* The gradient of the output at `share` of the way to x. */
static void gradient_at(const struct nn_net *net, const float *x, double share, double out[IN])
{
    const float *weights[LAYERS], *biases[LAYERS];
    double y[LAYERS][WIDE] = {{0}}, slope[WIDE] = {1}, next[WIDE];
    layers_of(net, weights, biases);
    for (size_t i = 0; i < IN; i++)
        y[0][i] = share * (double)x[i];
    for (int l = 0; l + 1 < LAYERS; l++)
        for (size_t o = 0; o < WIDE; o++) {
            double sum = (double)biases[l][o];
            for (size_t i = 0; i < width_of(l); i++)
                sum += (double)weights[l][o * width_of(l) + i] * y[l][i];
            y[l + 1][o] = sum > 0 ? sum : 0;
        }
    for (int l = LAYERS - 1; l >= 0; l--) {
        memset(next, 0, sizeof next);
        for (size_t o = 0; o < (l == LAYERS - 1 ? 1 : WIDE); o++)
            for (size_t i = 0; i < width_of(l) && slope[o] != 0; i++)
                next[i] += (double)weights[l][o * width_of(l) + i] * slope[o];
        for (size_t i = 0; i < WIDE; i++)
            slope[i] = l > 0 && y[l][i] <= 0 ? 0 : next[i];
    }
    memcpy(out, slope, IN * sizeof *out);
}

/* The integral by n midpoints, and how far from the truth it can be. */
static void midpoints(const struct nn_net *net, const float *x, size_t n, double out[IN],
                      double bound[IN])
{
    double now[IN], before[IN];
    memset(out, 0, IN * sizeof *out);
    memset(bound, 0, IN * sizeof *bound);
    for (size_t k = 0; k < n; k++) {
        gradient_at(net, x, ((double)k + 0.5) / (double)n, now);
        for (size_t i = 0; i < IN; i++) {
            out[i] += (double)x[i] * now[i] / (double)n;
            bound[i] += k ? fabs((double)x[i] * (now[i] - before[i])) / (2 * (double)n) : 0;
        }
        memcpy(before, now, sizeof before);
    }
}

static double farthest(const float *exact, const double *near)
{
    double most = 0;
    for (size_t i = 0; i < IN; i++)
        most = fmax(most, fabs((double)exact[i] - near[i]));
    return most;
}

Test(exact, midpoints_come_as_near_as_their_own_error_lets_them)
{
    double few_apart = 0, many_apart = 0;
    float x[IN];
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct nn_net *net = net_of("32", rectifiers, seed);
        double few[IN], many[IN], bound[IN], few_bound[IN];
        fill_normal(x, IN, seed);
        struct nn_result *exact =
            explain_with(net, "ig", "rule=exact", x, 1, NULL, NULL, NULL, NULL);
        double change = fabs(figure_of(exact, "F(x)") - figure_of(exact, "F(baseline)"));
        midpoints(net, x, 500, few, few_bound);
        midpoints(net, x, 5000, many, bound);
        for (size_t i = 0; i < IN; i++)
            cr_expect(fabs((double)exact->values.data[i] - many[i]) <= bound[i] + 1e-6 * change,
                      "seed %llu, input %zu: %g apart, at most %g", (unsigned long long)seed, i,
                      fabs((double)exact->values.data[i] - many[i]), bound[i]);
        double apart = farthest(exact->values.data, many);
        cr_expect(apart <= 5e-4 * change, "seed %llu: %g of the output's difference",
                  (unsigned long long)seed, apart / change);
        few_apart += farthest(exact->values.data, few);
        many_apart += apart;
        nn_result_free(exact);
        nn_net_free(net);
    }
    cr_expect(many_apart < few_apart / 4, "ten times the nodes: %g instead of %g", many_apart,
              few_apart);
}
