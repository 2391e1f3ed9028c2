#include "explain/rank.h"
#include "explain/trust.h"
#include "nets.h"

#include <string.h>

Test(rank, correlation)
{
    float up[] = {1, 2, 3, 4, 5}, down[] = {5, 4, 3, 2, 1}, ties[] = {1, 1, 2, 2, 3},
          flat[] = {2, 2, 2, 2, 2};
    float signed_up[] = {-5, -4, 3, 2, 1};
    double value;
    cr_assert(nn_rank_correlation(up, up, 5, false, &value, NULL) == NN_OK &&
              fabs(value - 1) < 1e-12);
    cr_assert(nn_rank_correlation(up, down, 5, false, &value, NULL) == NN_OK &&
              fabs(value + 1) < 1e-12);
    cr_assert(nn_rank_correlation(up, ties, 5, false, &value, NULL) == NN_OK);
    cr_expect(fabs(value - 0.948683298) < 1e-8, "%.10g", value); /* scipy.stats.spearmanr */
    cr_assert(nn_rank_correlation(up, flat, 5, false, &value, NULL) == NN_OK && isnan(value));
    cr_assert(nn_rank_correlation(down, signed_up, 5, true, &value, NULL) == NN_OK &&
              fabs(value - 1) < 1e-12);
}

Test(rank, order_and_gini)
{
    float values[] = {0.5f, -3, 2, 2, 0};
    size_t order[5], expected[] = {2, 3, 0, 4, 1};
    double gini;
    cr_assert(nn_rank_order(values, 5, order, NULL) == NN_OK);
    cr_expect(memcmp(order, expected, sizeof order) == 0);
    float equal[] = {2, -2, 2, 2}, one[] = {0, 0, 0, 7};
    cr_assert(nn_gini(equal, 4, &gini, NULL) == NN_OK && fabs(gini) < 1e-12);
    cr_assert(nn_gini(one, 4, &gini, NULL) == NN_OK && fabs(gini - 0.75) < 1e-12, "%g", gini);
}

static struct nn_trust trust_of(const struct nn_net *net, const char *method, const char *args,
                                const float *x, const char *target)
{
    struct nn_error error = {0};
    struct nn_args parsed = args_of(nn_method_find(method)->args, args);
    struct nn_explain_request request = {.net = net,
                                         .method = nn_method_find(method),
                                         .args = &parsed,
                                         .x = x,
                                         .batch = 1,
                                         .target = target};
    struct nn_result *map;
    struct nn_trust trust;
    cr_assert(nn_explain(&request, &map, &error) == NN_OK, "%s", error.message);
    cr_assert(nn_trust_measure(&request, map, NULL, &trust, &error) == NN_OK, "%s", error.message);
    nn_result_free(map);
    nn_args_clear(&parsed);
    return trust;
}

/* Of a linear net integrated gradients are right: no gap, nothing left to predict, and the best of
 * all rankings. */
Test(trust, a_linear_net)
{
    const char *lines[] = {"dense 3", NULL};
    struct nn_net *net = net_of("12", lines, 2);
    float x[12];
    for (size_t i = 0; i < 12; i++)
        x[i] = 0.3f + 0.1f * (float)i;
    struct nn_trust trust = trust_of(net, "ig", "", x, "1");
    cr_expect(trust.gap < 1e-5, "%g", trust.gap);
    cr_expect(trust.infidelity < 1e-5, "%g", trust.infidelity);
    cr_expect(trust.insertion > trust.random_insertion && trust.deletion < trust.random_deletion);
    cr_expect(trust.sensitivity < 0.1, "%g", trust.sensitivity);
    nn_net_free(net);
}

/* A map that has nothing to do with the answer is found out: the gradient of another unit. */
Test(trust, figures_react)
{
    const char *lines[] = {"dense 10 tanh name=h", "dense 2", NULL};
    struct nn_net *net = net_of("8", lines, 4);
    float x[8] = {1, -2, 0.5f, 1.5f, -1, 2, 0.2f, -0.7f};
    struct nn_trust right = trust_of(net, "gradient", "", x, "1");
    cr_expect(right.infidelity < 0.2, "%g", right.infidelity);
    struct nn_trust magnitude = trust_of(net, "saliency", "", x, "1");
    cr_expect(isnan(magnitude.infidelity) && isnan(magnitude.gap));
    char verdict[400];
    right.sensitivity = 3;
    nn_trust_verdict(&right, verdict, sizeof verdict);
    cr_expect(strstr(verdict, "under noise") != NULL, "%s", verdict);
    nn_net_free(net);
}

/* Guided backprop draws the input, whatever the upper layers know (Adebayo et al. 2018); the
 * gradient does not. */
Test(trust, guided_backprop_fails_the_randomization_check)
{
    const char *lines[] = {"conv2d 12 3 padding=1 relu", "conv2d 12 3 padding=1 relu",
                           "conv2d 12 3 padding=1 relu", "flatten",
                           "dense 10 softmax",           NULL};
    double guided = 0, gradient = 0;
    float x[144];
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct nn_net *net = net_of("1x12x12", lines, seed);
        struct nn_random random;
        nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 0);
        for (size_t i = 0; i < 144; i++)
            x[i] = nn_random_float(&random);
        guided += trust_of(net, "guided_backprop", "", x, "1").randomization / 4;
        gradient += trust_of(net, "gradient", "", x, "1").randomization / 4;
        nn_net_free(net);
    }
    cr_expect(guided > 0.2 && guided > 2 * gradient, "guided %g, gradient %g", guided, gradient);
}
