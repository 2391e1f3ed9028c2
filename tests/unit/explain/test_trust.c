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

static double value_of(const struct nn_trust *trust, enum nn_trust_kind kind)
{
    return trust->figure[kind].value;
}

/* What trust_of does otherwise. */
static uint64_t trust_seed;
static const char *trust_layer;
static bool trust_filled; /* the map's values become trust_fill */
static float trust_fill;

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
                                         .target = target,
                                         .layer = trust_layer,
                                         .seed = trust_seed};
    struct nn_result *map;
    struct nn_trust trust;
    cr_assert(nn_explain(&request, &map, &error) == NN_OK, "%s", error.message);
    for (size_t i = 0; trust_filled && i < nn_shape_size(&map->values.shape); i++)
        map->values.data[i] = trust_fill;
    cr_assert(nn_trust_measure(&request, map, NULL, true, &trust, &error) == NN_OK, "%s",
              error.message);
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
    const struct nn_trust_figure *in = &trust.figure[NN_TRUST_INSERTION],
                                 *gone = &trust.figure[NN_TRUST_DELETION];
    cr_expect(value_of(&trust, NN_TRUST_GAP) < 1e-5);
    cr_expect(value_of(&trust, NN_TRUST_INFIDELITY) < 1e-5);
    cr_expect(in->value > in->chance + 2 * in->spread && in->spread > 0);
    cr_expect(gone->value < gone->chance - 2 * gone->spread && gone->spread > 0);
    cr_expect(value_of(&trust, NN_TRUST_SENSITIVITY) < 0.1);
    nn_net_free(net);
}

/* Whether a map raises or lowers the answer, the right one is found right; A - B is judged as B - A
 * is. */
Test(trust, answers_that_fall)
{
    const char *one[] = {"dense 1", NULL}, *three[] = {"dense 3", NULL};
    float x[12];
    int falls = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct nn_random random;
        char verdict[400];
        nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 0);
        for (size_t i = 0; i < 12; i++)
            x[i] = 4 * nn_random_float(&random) - 1;
        struct nn_net *net = net_of(seed % 2 ? "12" : "6", one, seed);
        struct nn_trust trust = trust_of(net, "ig", "", x, NULL);
        nn_trust_verdict(&trust, verdict, sizeof verdict);
        cr_expect(!strstr(verdict, "ranking"), "seed %d: %s", (int)seed, verdict);
        cr_expect(trust.gain > trust.random_gain + trust.gain_spread);
        double sum = (double)net->nodes[1]->params[1].value.data[0];
        for (size_t i = 0; i < net->nodes[0]->size; i++)
            sum += (double)x[i] * (double)net->nodes[1]->params[0].value.data[i];
        falls += sum < 0;
        nn_net_free(net);
        net = net_of("12", three, seed);
        struct nn_trust there = trust_of(net, "ig", "", x, "0-2"),
                        back = trust_of(net, "ig", "", x, "2-0");
        for (enum nn_trust_kind kind = NN_TRUST_INSERTION; kind <= NN_TRUST_RANDOMIZATION; kind++)
            cr_expect(fabs(value_of(&there, kind) - value_of(&back, kind)) < 1e-4, "%s: %g %g",
                      there.figure[kind].name, value_of(&there, kind), value_of(&back, kind));
        cr_expect(fabs(there.random_gain - back.random_gain) < 1e-4);
        nn_net_free(net);
    }
    cr_expect(falls >= 2 && falls <= 10, "%d", falls);
}

/* A map that has nothing to do with the answer is found out: the gradient of another unit. */
Test(trust, figures_react)
{
    const char *lines[] = {"dense 10 tanh name=h", "dense 2", NULL};
    struct nn_net *net = net_of("8", lines, 4);
    float x[8] = {1, -2, 0.5f, 1.5f, -1, 2, 0.2f, -0.7f};
    struct nn_trust right = trust_of(net, "gradient", "", x, "1");
    cr_expect(value_of(&right, NN_TRUST_INFIDELITY) < 0.2);
    struct nn_trust magnitude = trust_of(net, "saliency", "", x, "1");
    cr_expect(isnan(value_of(&magnitude, NN_TRUST_INFIDELITY)) &&
              isnan(value_of(&magnitude, NN_TRUST_GAP)));
    cr_expect(strstr(magnitude.figure[NN_TRUST_GAP].why, "no sum"));
    char verdict[400];
    right.figure[NN_TRUST_SENSITIVITY].value = 3;
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
        guided +=
            trust_of(net, "guided_backprop", "", x, "1").figure[NN_TRUST_RANDOMIZATION].value / 4;
        gradient += trust_of(net, "gradient", "", x, "1").figure[NN_TRUST_RANDOMIZATION].value / 4;
        nn_net_free(net);
    }
    cr_expect(guided > 0.2 && guided > 2 * gradient, "guided %g, gradient %g", guided, gradient);
}

/* The random orders belong to the seed: the same for all methods, others for another seed. */
Test(trust, random_orders_are_of_the_seed)
{
    const char *lines[] = {"dense 6 relu", "dense 3", NULL};
    struct nn_net *net = net_of("16", lines, 3);
    float x[16];
    double chance[3];
    for (size_t i = 0; i < 16; i++)
        x[i] = 0.2f + 0.1f * (float)(i * 7 % 16);
    const char *const methods[] = {"gradient", "gradient_x_input", "gradient"};
    for (size_t k = 0; k < 3; k++) {
        trust_seed = k == 2 ? 9 : 0;
        struct nn_trust trust = trust_of(net, methods[k], "", x, "1");
        chance[k] = trust.figure[NN_TRUST_INSERTION].chance;
    }
    trust_seed = 0;
    cr_expect(chance[0] == chance[1], "%.9g %.9g", chance[0], chance[1]);
    cr_expect(chance[0] != chance[2]);
    nn_net_free(net);
}

/* What lies within the spread of chance is no better than chance. */
Test(trust, the_verdict_knows_the_spread)
{
    struct nn_trust trust = {.gain = 0.3, .random_gain = 0.1, .gain_spread = 0.05};
    char verdict[400];
    for (int kind = 0; kind < NN_TRUST_COUNT; kind++)
        trust.figure[kind] =
            (struct nn_trust_figure){.name = "x", .value = NAN, .chance = NAN, .spread = NAN};
    nn_trust_verdict(&trust, verdict, sizeof verdict);
    cr_expect(strstr(verdict, "Nothing speaks against"), "%s", verdict);
    trust.gain_spread = 0.15;
    nn_trust_verdict(&trust, verdict, sizeof verdict);
    cr_expect(strstr(verdict, "Nothing speaks against"), "%s", verdict);
    trust.gain_spread = 0.25;
    nn_trust_verdict(&trust, verdict, sizeof verdict);
    cr_expect(strstr(verdict, "hardly better"), "%s", verdict);
    trust.gain = 0.05;
    nn_trust_verdict(&trust, verdict, sizeof verdict);
    cr_expect(strstr(verdict, "no better"), "%s", verdict);
}

/* Ranks of few values agree by chance, and of more of them sometimes by half. */
Test(trust, likeness_is_judged_against_chance)
{
    struct nn_trust trust = {.gain = 0.3, .random_gain = 0.1, .gain_spread = 0.05, .ranked = 9};
    struct nn_trust_figure *likeness = &trust.figure[NN_TRUST_RANDOMIZATION];
    char verdict[400];
    for (int kind = 0; kind < NN_TRUST_COUNT; kind++)
        trust.figure[kind] =
            (struct nn_trust_figure){.name = "x", .value = NAN, .chance = NAN, .spread = NAN};
    likeness->value = trust.likeness = 0.9;
    likeness->chance = 0.3;
    likeness->spread = 0.1;
    nn_trust_verdict(&trust, verdict, sizeof verdict);
    cr_expect(strstr(verdict, "Nothing speaks against"), "%s", verdict);
    trust.ranked = 12;
    nn_trust_verdict(&trust, verdict, sizeof verdict);
    cr_expect(strstr(verdict, "hardly depends"), "%s", verdict);
    trust.likeness = 0.3; /* of both signs */
    nn_trust_verdict(&trust, verdict, sizeof verdict);
    cr_expect(strstr(verdict, "Nothing speaks against"), "%s", verdict);
    trust.likeness = 0.9;
    likeness->spread = 0.31;
    nn_trust_verdict(&trust, verdict, sizeof verdict);
    cr_expect(strstr(verdict, "Nothing speaks against"), "%s", verdict);
}

/* The chance level that is given for likeness is what random weights give a map of a linear net,
 * whose ranks are those of its random weights. */
Test(trust, likeness_of_unrelated_maps_is_that_of_chance)
{
    const char *lines[] = {"dense 1", NULL};
    float x[20];
    double likeness = 0, chance = 0, spread = 0;
    for (size_t i = 0; i < 20; i++)
        x[i] = 1;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct nn_net *net = net_of("20", lines, 100 * seed);
        struct nn_trust trust = trust_of(net, "gradient", "", x, NULL);
        const struct nn_trust_figure *figure = &trust.figure[NN_TRUST_RANDOMIZATION];
        cr_assert(trust.ranked == 20);
        likeness += figure->value / 12;
        chance = figure->chance;
        spread = figure->spread / sqrt(12);
        nn_net_free(net);
    }
    cr_expect(fabs(chance - 0.183) < 1e-3, "%g", chance);
    cr_expect(fabs(likeness - chance) < 3 * spread, "%g, %g +- %g", likeness, chance, spread);
}

/* Maps that say the same of the slope predict the same, whatever method they are of, and none of
 * them is blamed for what it is not. */
Test(trust, equal_maps_of_a_linear_net)
{
    static const char *const methods[][2] = {{"ig", ""},
                                             {"deeplift", ""},
                                             {"shapley", ""},
                                             {"kernel_shap", ""},
                                             {"gradient_x_input", ""},
                                             {"feature_ablation", ""},
                                             {"occlusion", ""},
                                             {"occlusion", "window=1"},
                                             {"lime", "alpha=0"},
                                             {"lrp", "rule=epsilon epsilon=0"},
                                             {"deep_shap", ""},
                                             {"smoothgrad", "method=gradient_x_input sigma=0"},
                                             {"smoothgrad", "method=feature_ablation sigma=0"},
                                             {"smoothgrad", ""},
                                             {"gradient", ""}};
    struct nn_net *net = net_of("6", (const char *[]){"dense 1", NULL}, 5);
    net->nodes[1]->params[1].value.data[0] = 3; /* as much as the inputs together */
    float x[6] = {1.5f, -0.75f, 2, 0.5f, -1, 0.25f};
    for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
        struct nn_trust trust = trust_of(net, methods[m][0], methods[m][1], x, NULL);
        char verdict[400];
        double infidelity = value_of(&trust, NN_TRUST_INFIDELITY);
        cr_expect(infidelity < 1e-10, "%s %s: %g", methods[m][0], methods[m][1], infidelity);
        nn_trust_verdict(&trust, verdict, sizeof verdict);
        bool slopes = m + 2 >= sizeof methods / sizeof *methods; /* they rank otherwise */
        cr_expect(slopes || strstr(verdict, "Nothing speaks"), "%s: %s", methods[m][0], verdict);
    }
    struct nn_trust wide = trust_of(net, "occlusion", "window=2", x, NULL);
    cr_expect(isnan(value_of(&wide, NN_TRUST_INFIDELITY)) &&
              strstr(wide.figure[NN_TRUST_INFIDELITY].why, "windows"));
    wide = trust_of(net, "feature_ablation", "groups=2", x, NULL);
    cr_expect(strstr(wide.figure[NN_TRUST_INFIDELITY].why, "groups"));
    struct nn_trust lrp = trust_of(net, "lrp", "", x, NULL);
    cr_expect(strcmp(lrp.figure[NN_TRUST_GAP].name, "biases") == 0 &&
              value_of(&lrp, NN_TRUST_GAP) > 0.3);
    nn_net_free(net);
}

/* A map that holds no numbers has no figures but a reason; so has one that is 0. */
Test(trust, maps_that_are_none)
{
    const char *lines[] = {"dense 3", NULL};
    struct nn_net *net = net_of("4", lines, 1);
    float x[4] = {1, 2, 3, 4};
    for (int k = 0; k < 2; k++) {
        trust_fill = k ? 0 : NAN;
        trust_filled = true;
        struct nn_trust trust = trust_of(net, "gradient_x_input", "", x, "1");
        trust_filled = false;
        cr_expect(isnan(value_of(&trust, NN_TRUST_SPARSENESS)));
        cr_expect(strstr(trust.figure[NN_TRUST_SPARSENESS].why, k ? "0 everywhere" : "not finite"));
        char verdict[400];
        nn_trust_verdict(&trust, verdict, sizeof verdict);
        cr_expect(!strstr(verdict, "ranking"), "%s", verdict);
        cr_expect(!k || strstr(trust.figure[NN_TRUST_INSERTION].why, "nothing to rank"));
        for (enum nn_trust_kind kind = 0; k == 0 && kind < NN_TRUST_POINTING; kind++)
            cr_expect(isnan(value_of(&trust, kind)) && *trust.figure[kind].why, "%s",
                      trust.figure[kind].name);
    }
    nn_net_free(net);
}

/* Of a layer's map the figures that ask for inputs are left out, with the reason, even if the layer
 * has as many units. */
Test(trust, maps_of_units)
{
    const char *lines[] = {"dense 4 tanh name=h", "dense 3", NULL};
    struct nn_net *net = net_of("4", lines, 1);
    float x[4] = {1, -2, 0.5f, 1.5f};
    trust_layer = "h";
    struct nn_trust trust = trust_of(net, "conductance", "", x, "1");
    trust_layer = NULL;
    cr_expect(isnan(value_of(&trust, NN_TRUST_INSERTION)));
    cr_expect(strstr(trust.figure[NN_TRUST_INSERTION].why, "units"));
    cr_expect(value_of(&trust, NN_TRUST_SENSITIVITY) < 0.5);
    cr_expect(value_of(&trust, NN_TRUST_GAP) < 0.01);
    cr_expect(value_of(&trust, NN_TRUST_SPARSENESS) > 0);
    nn_net_free(net);
}

/* F of a linear net of one unit. */
static double linear(const struct nn_net *net, const double *x, size_t count)
{
    double sum = (double)net->nodes[2]->params[1].value.data[0];
    for (size_t i = 0; i < count; i++)
        sum += x[i] * (double)net->nodes[2]->params[0].value.data[i];
    return sum;
}

/* Insertion and deletion, step by step as Samek et al. say: 40 pixels of two channels, two at a
 * time, the largest sum of a pixel's shares first; the answer relative to its ends. */
Test(trust, areas_step_by_step)
{
    const char *lines[] = {"flatten", "dense 1", NULL};
    struct nn_net *net = net_of("2x5x8", lines, 7);
    const float *w = net->nodes[2]->params[0].value.data;
    float x[80];
    double score[40], now[80], area[2] = {0, 0}, value[2][21], change = 0;
    for (size_t i = 0; i < 80; i++)
        x[i] = sinf(1 + (float)(i * i));
    for (size_t p = 0; p < 40; p++)
        change += score[p] = (double)x[p] * (double)w[p] + (double)x[40 + p] * (double)w[40 + p];
    for (size_t p = 0; change < 0 && p < 40; p++)
        score[p] = -score[p]; /* the answer falls: what lowers it comes first */
    for (int insert = 0; insert < 2; insert++) {
        bool done[40] = {false};
        for (size_t i = 0; i < 80; i++)
            now[i] = insert ? 0 : (double)x[i];
        for (size_t step = 0; step <= 20; step++) {
            for (size_t k = 0; step > 0 && k < 2; k++) {
                size_t best = 40;
                for (size_t p = 0; p < 40; p++)
                    if (!done[p] && (best == 40 || score[p] > score[best]))
                        best = p;
                done[best] = true;
                for (size_t c = 0; c < 80; c += 40)
                    now[c + best] = insert ? (double)x[c + best] : 0;
            }
            value[insert][step] = linear(net, now, 80);
        }
        double low = value[insert][insert ? 0 : 20], high = value[insert][insert ? 20 : 0];
        for (size_t step = 0; step < 20; step++)
            area[insert] +=
                ((value[insert][step] + value[insert][step + 1]) / 2 - low) / (high - low) / 20;
    }
    struct nn_trust trust = trust_of(net, "gradient_x_input", "", x, NULL);
    cr_expect(fabs(value_of(&trust, NN_TRUST_DELETION) - area[0]) < 1e-4, "%g %g",
              value_of(&trust, NN_TRUST_DELETION), area[0]);
    cr_expect(fabs(value_of(&trust, NN_TRUST_INSERTION) - area[1]) < 1e-4, "%g %g",
              value_of(&trust, NN_TRUST_INSERTION), area[1]);
    /* the same when the answers lie between 0 and 1: that makes no probability of them */
    for (size_t p = 0; p < 2; p++) {
        struct nn_tensor *param = &net->nodes[2]->params[p].value;
        for (size_t i = 0; i < nn_shape_size(&param->shape); i++)
            param->data[i] = param->data[i] / 64 + (p ? 0.5f : 0);
    }
    trust = trust_of(net, "gradient_x_input", "", x, NULL);
    cr_expect(fabs(value_of(&trust, NN_TRUST_DELETION) - area[0]) < 1e-4, "%g %g",
              value_of(&trust, NN_TRUST_DELETION), area[0]);
    /* random orders give a straight line in the mean */
    const struct nn_trust_figure *in = &trust.figure[NN_TRUST_INSERTION];
    cr_expect(fabs(in->chance - 0.5) < 3 * in->spread / sqrt(20) + 1e-3, "%g +- %g", in->chance,
              in->spread);
    nn_net_free(net);
}

/* Of a net whose gradient does not change, the map of gradient x input moves as far as the noise,
 * which is at most 2 % of the range; that of the gradient does not move. */
Test(trust, sensitivity_of_a_linear_net)
{
    const char *lines[] = {"dense 1", NULL};
    struct nn_net *net = net_of("12", lines, 3);
    const float *w = net->nodes[1]->params[0].value.data;
    double length = 0, most = 0;
    float x[12];
    for (size_t i = 0; i < 12; i++) {
        x[i] = 0.5f + 0.125f * (float)i;
        length += pow((double)w[i] * (double)x[i], 2);
        most += pow((double)w[i] * 0.02 * 11 * 0.125, 2);
    }
    struct nn_trust trust = trust_of(net, "gradient_x_input", "", x, NULL);
    double bound = sqrt(most / length), found = value_of(&trust, NN_TRUST_SENSITIVITY);
    cr_expect(found <= bound * 1.0001 && found > bound / 3, "%g of %g", found, bound);
    trust = trust_of(net, "gradient", "", x, NULL);
    cr_expect(value_of(&trust, NN_TRUST_SENSITIVITY) == 0);
    nn_net_free(net);
}

/* Between indices there is nothing to read: no noise, and it says so. */
Test(trust, nets_of_indices)
{
    const char *lines[] = {"embedding 3 4", "flatten", "dense 3 softmax", NULL};
    struct nn_net *net = net_of("4", lines, 1);
    float x[4] = {1, 2, 0, 1};
    struct nn_trust trust = trust_of(net, "feature_ablation", "", x, "1");
    for (int k = 0; k < 2; k++) {
        const struct nn_trust_figure *figure =
            &trust.figure[k ? NN_TRUST_SENSITIVITY : NN_TRUST_INFIDELITY];
        cr_expect(isnan(figure->value) && strstr(figure->why, "indices"), "%s", figure->why);
    }
    cr_expect(isfinite(value_of(&trust, NN_TRUST_DELETION)));
    nn_net_free(net);
}
