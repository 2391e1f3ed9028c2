/* Properties that hold for any net, over random ones. */
#include "nets.h"

#include <string.h>

static const char *const image_net[] = {
    "conv2d 4 3 padding=1 relu", "maxpool2d 2", "conv2d 6 3 tanh", "flatten", "dense 8 relu",
    "dense 3 softmax",           NULL};
static const char *const table_net[] = {"dense 12 tanh", "dense 9 relu", "dense 4", NULL};

static void random_inputs(float *x, size_t count, uint64_t seed)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 0);
    for (size_t i = 0; i < count; i++)
        x[i] = nn_random_normal(&random);
}

/* Integrated gradients sum to F(x) - F(b) but for the quadrature; smooth nets leave next to
 * nothing. */
Test(axioms, integrated_gradients_are_complete)
{
    const char *smooth[] = {"dense 12 tanh", "dense 9 gelu", "dense 4", NULL};
    float x[7];
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct nn_net *net = net_of("7", smooth, seed);
        random_inputs(x, 7, seed);
        struct nn_result *result =
            explain_with(net, "ig", "steps=64", x, 1, NULL, NULL, NULL, NULL);
        cr_expect(fabs(figure_of(result, "gap")) < 1e-5, "seed %llu: gap %g",
                  (unsigned long long)seed, figure_of(result, "gap"));
        nn_result_free(result);
        nn_net_free(net);
    }
}

/* Every method: a sample's map is the same alone and in a batch. */
Test(axioms, batch_invariance)
{
    float x[5 * 64];
    struct nn_net *net = net_of("1x8x8", image_net, 3);
    random_inputs(x, 5 * 64, 9);
    for (size_t m = 0; m < nn_method_count; m++) {
        if (!(nn_methods[m]->axioms & NN_AXIOM_BATCH))
            continue;
        struct nn_result *all =
            explain_with(net, nn_methods[m]->name, "", x, 5, "1", NULL, NULL, NULL);
        size_t size = nn_shape_size(&all->values.shape) / 5;
        for (size_t i = 0; i < 5; i++) {
            struct nn_result *one =
                explain_with(net, nn_methods[m]->name, "", x + i * 64, 1, "1", NULL, NULL, NULL);
            double error = reference_error(one->values.data, all->values.data + i * size, size);
            cr_expect(error <= 1e-6, "%s: sample %zu differs by %g", nn_methods[m]->name, i, error);
            nn_result_free(one);
        }
        nn_result_free(all);
    }
    nn_net_free(net);
}

/* An input that no unit reads gets nothing from methods with the dummy axiom. */
Test(axioms, dead_inputs_get_zero)
{
    float x[6];
    struct nn_net *net = net_of("6", table_net, 5);
    struct nn_param *weight = &net->nodes[1]->params[0];
    for (size_t unit = 0; unit < 12; unit++)
        weight->value.data[unit * 6 + 2] = 0;
    random_inputs(x, 6, 4);
    for (size_t m = 0; m < nn_method_count; m++) {
        if (!(nn_methods[m]->axioms & NN_AXIOM_DUMMY))
            continue;
        const char *args = strcmp(nn_methods[m]->name, "occlusion") == 0 ? "window=1 stride=1" : "";
        struct nn_result *result =
            explain_with(net, nn_methods[m]->name, args, x, 1, NULL, NULL, NULL, NULL);
        cr_expect(result->values.data[2] == 0, "%s gives %g to a dead input", nn_methods[m]->name,
                  (double)result->values.data[2]);
        nn_result_free(result);
    }
    nn_net_free(net);
}

/* The gradient against central differences of F, for each kind of target. */
Test(axioms, gradients_of_every_target)
{
    const char *lines[] = {"dense 12 tanh name=hidden", "dense 4 softmax", NULL};
    const char *targets[] = {"2", "0-3", "hidden:5", "loss"};
    struct nn_net *net = net_of("5", lines, 8);
    float x[5];
    int32_t label = 1;
    random_inputs(x, 5, 2);
    for (size_t t = 0; t < 4; t++) {
        struct nn_error error = {0};
        struct nn_args args = args_of(nn_no_args, "");
        struct nn_explain_request request = {.net = net,
                                             .method = nn_method_find("gradient"),
                                             .args = &args,
                                             .x = x,
                                             .batch = 1,
                                             .labels = &label,
                                             .target = targets[t]};
        struct nn_result *result;
        cr_assert(nn_explain(&request, &result, &error) == NN_OK, "%s", error.message);
        for (size_t i = 0; i < 5; i++) {
            double value[2];
            for (int side = 0; side < 2; side++) {
                float moved[5];
                memcpy(moved, x, sizeof moved);
                moved[i] += side ? 5e-3f : -5e-3f;
                request.x = moved;
                struct nn_result *there;
                cr_assert(nn_explain(&request, &there, &error) == NN_OK);
                value[side] = figure_of(there, "F(x)");
                nn_result_free(there);
                request.x = x;
            }
            double numeric = (value[1] - value[0]) / 1e-2;
            cr_expect(fabs(numeric - (double)result->values.data[i]) < 2e-3,
                      "target %s, input %zu: %g, numeric %g", targets[t], i,
                      (double)result->values.data[i], numeric);
        }
        nn_result_free(result);
        nn_args_clear(&args);
    }
    nn_net_free(net);
}

/* A single sigmoid has two sides: the maps of class 0 and class 1 are opposite. */
Test(axioms, both_sides_of_a_sigmoid)
{
    const char *lines[] = {"dense 6 tanh", "dense 1 sigmoid", NULL};
    struct nn_net *net = net_of("4", lines, 2);
    float x[4];
    random_inputs(x, 4, 1);
    struct nn_result *zero = explain_with(net, "gradient", "", x, 1, "0", NULL, NULL, NULL);
    struct nn_result *one = explain_with(net, "gradient", "", x, 1, "1", NULL, NULL, NULL);
    for (size_t i = 0; i < 4; i++)
        cr_expect(zero->values.data[i] == -one->values.data[i] && one->values.data[i] != 0);
    cr_expect(fabs(figure_of(zero, "p") + figure_of(one, "p") - 1) < 1e-6,
              "probabilities sum to one");
    nn_result_free(zero);
    nn_result_free(one);
    nn_net_free(net);
}

/* Cut at every switch of a unit, the integral of a piecewise linear net is exact; 5,000 midpoints
 * come near it. */
Test(axioms, exact_integrated_gradients)
{
    const char *lines[] = {"dense 64 relu", "dense 64 relu", "dense 64 relu", "dense 1", NULL};
    float x[32];
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct nn_net *net = net_of("32", lines, seed);
        for (int n = 1; n < net->count;
             n++) /* weights as of a trained net: the path switches many units */
            for (int p = 0; p < net->nodes[n]->param_count; p++)
                for (size_t i = 0; i < nn_shape_size(&net->nodes[n]->params[p].value.shape); i++)
                    net->nodes[n]->params[p].value.data[i] *= 2.5f;
        random_inputs(x, 32, seed);
        struct nn_result *exact =
            explain_with(net, "ig", "rule=exact", x, 1, NULL, NULL, NULL, NULL);
        struct nn_result *middle =
            explain_with(net, "ig", "rule=middle steps=5000", x, 1, NULL, NULL, NULL, NULL);
        double change = fabs(figure_of(exact, "F(x)") - figure_of(exact, "F(baseline)"));
        cr_expect(fabs(figure_of(exact, "gap")) <= 1e-5 * change, "seed %llu: gap %g of %g",
                  (unsigned long long)seed, figure_of(exact, "gap"), change);
        double error = reference_error(middle->values.data, exact->values.data, 32);
        cr_expect(error <= 1e-3, "seed %llu: midpoints differ by %g", (unsigned long long)seed,
                  error);
        nn_result_free(exact);
        nn_result_free(middle);
        nn_net_free(net);
    }
}

Test(axioms, tolerance_refines_the_quadrature)
{
    struct nn_net *net = net_of("6", table_net, 3);
    float x[6];
    random_inputs(x, 6, 3);
    struct nn_result *result =
        explain_with(net, "ig", "steps=2 tolerance=1e-4", x, 1, NULL, NULL, NULL, NULL);
    double change = fabs(figure_of(result, "F(x)") - figure_of(result, "F(baseline)"));
    cr_expect(fabs(figure_of(result, "gap")) <= 1e-4 * change, "gap %g of %g",
              figure_of(result, "gap"), change);
    nn_result_free(result);
    nn_net_free(net);
}

/* Shapley values by random orders approach those of all coalitions. */
Test(axioms, shapley_orders_approach_all_coalitions)
{
    struct nn_net *net = net_of("6", table_net, 4);
    float x[6];
    random_inputs(x, 6, 8);
    struct nn_result *all = explain_with(net, "shapley", "kind=exact", x, 1, "1", NULL, NULL, NULL);
    struct nn_result *some =
        explain_with(net, "shapley", "kind=permutation samples=3000", x, 1, "1", NULL, NULL, NULL);
    cr_expect(reference_error(some->values.data, all->values.data, 6) < 0.02);
    cr_expect(fabs(figure_of(all, "gap")) < 1e-5 && fabs(figure_of(some, "gap")) < 1e-5);
    nn_result_free(all);
    nn_result_free(some);
    nn_net_free(net);
}

/* Relevance is kept where no bias takes a part of it, and LRP-0 is gradient x input on relu nets.
 */
Test(axioms, relevance_without_bias_is_conserved)
{
    const char *lines[] = {"conv2d 4 3 padding=1 bias=no relu",
                           "maxpool2d 2",
                           "conv2d 6 3 bias=no relu",
                           "flatten",
                           "dense 8 bias=no relu",
                           "dense 3 bias=no softmax",
                           NULL};
    const char *rules[] = {"composite=epsilon_plus epsilon=0", "rule=epsilon epsilon=0",
                           "rule=gamma epsilon=0"};
    float x[64];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct nn_net *net = net_of("1x8x8", lines, seed);
        random_inputs(x, 64, seed);
        for (size_t r = 0; r < 2; r++) {
            struct nn_result *result =
                explain_with(net, "lrp", rules[r], x, 1, NULL, NULL, NULL, NULL);
            cr_expect(fabs(figure_of(result, "gap")) <
                          1e-4 * fmax(1e-2, fabs(figure_of(result, "F(x)"))),
                      "seed %llu, %s: gap %g of %g", (unsigned long long)seed, rules[r],
                      figure_of(result, "gap"), figure_of(result, "F(x)"));
            nn_result_free(result);
        }
        struct nn_result *zero = explain_with(net, "lrp", rules[1], x, 1, NULL, NULL, NULL, NULL);
        struct nn_result *gxi =
            explain_with(net, "gradient_x_input", "", x, 1, NULL, NULL, NULL, NULL);
        double error = reference_error(zero->values.data, gxi->values.data, 64);
        cr_expect(error < 2e-6, "seed %llu: LRP-0 differs from gradient x input by %g",
                  (unsigned long long)seed, error);
        nn_result_free(zero);
        nn_result_free(gxi);
        nn_net_free(net);
    }
}

/* With all coalitions Kernel SHAP is the Shapley value; with a part of them it comes near. */
Test(axioms, kernel_shap_is_shapley)
{
    struct nn_net *net = net_of("6", table_net, 4);
    float x[6];
    random_inputs(x, 6, 8);
    struct nn_result *exact =
        explain_with(net, "shapley", "kind=exact", x, 1, "1", NULL, NULL, NULL);
    struct nn_result *all =
        explain_with(net, "kernel_shap", "samples=62", x, 1, "1", NULL, NULL, NULL);
    struct nn_result *some =
        explain_with(net, "kernel_shap", "samples=40", x, 1, "1", NULL, NULL, NULL);
    cr_expect(reference_error(all->values.data, exact->values.data, 6) < 1e-5);
    cr_expect(reference_error(some->values.data, exact->values.data, 6) < 0.3);
    cr_expect(fabs(figure_of(some, "gap")) < 1e-9);
    nn_result_free(exact);
    nn_result_free(all);
    nn_result_free(some);
    nn_net_free(net);
}

/* Of a linear net LIME without penalty finds w (x - b), RISE ranks the pixels by their weight. */
Test(axioms, lime_and_rise_on_linear_nets)
{
    const char *lines[] = {"dense 3", NULL}, *image[] = {"flatten", "dense 2", NULL};
    struct nn_net *net = net_of("6", lines, 4), *picture = net_of("1x6x6", image, 4);
    float x[36], expected[6];
    random_inputs(x, 6, 8);
    for (size_t i = 0; i < 6; i++)
        expected[i] = x[i] * net->nodes[1]->params[0].value.data[6 + i];
    struct nn_result *lime = explain_with(net, "lime", "alpha=0", x, 1, "1", NULL, NULL, NULL);
    cr_expect(reference_error(lime->values.data, expected, 6) < 1e-4, "%g",
              reference_error(lime->values.data, expected, 6));
    for (size_t i = 0; i < 36; i++)
        x[i] = 1;
    float *weight = picture->nodes[2]->params[0].value.data;
    for (size_t i = 0; i < 36; i++)
        weight[i] = i == 14 ? 3.0f : 0.0f;
    struct nn_result *rise =
        explain_with(picture, "rise", "samples=3000 grid=6", x, 1, "0", NULL, NULL, NULL);
    size_t best = 0;
    for (size_t i = 0; i < 36; i++)
        best = rise->values.data[i] > rise->values.data[best] ? i : best;
    cr_expect(best == 14, "the pixel that counts is 14, not %zu", best);
    nn_result_free(lime);
    nn_result_free(rise);
    nn_net_free(net);
    nn_net_free(picture);
}

/* What a method that names completeness gives sums to F(x) - F(b), on any net that it takes. */
Test(axioms, every_complete_method_adds_up)
{
    const char *nets[][5] = {{"dense 9 tanh", "dense 7 relu", "dense 3", NULL},
                             {"dense 8 relu", "dense 6 gelu", "dense 4 softmax", NULL},
                             {"dense 8 leaky_relu", "dense 1 sigmoid", NULL}};
    float x[6];
    size_t methods = 0;
    for (size_t m = 0; m < nn_method_count; m++) {
        const struct nn_method *method = nn_methods[m];
        if (!(method->axioms & NN_AXIOM_COMPLETENESS))
            continue;
        methods++;
        const char *args = nn_args_find(method->args, "steps") >= 0 ? "steps=1000" : "";
        const char *layer = method->flags & NN_METHOD_LAYER ? "1" : NULL;
        for (uint64_t seed = 1; seed <= 12; seed++) {
            struct nn_net *net = net_of("6", nets[seed % 3], seed);
            random_inputs(x, 6, seed);
            struct nn_result *result =
                explain_with(net, method->name, args, x, 1, NULL, NULL, NULL, layer);
            double change = fabs(figure_of(result, "F(x)") - figure_of(result, "F(baseline)"));
            cr_expect(fabs(figure_of(result, "gap")) <= 2e-3 * fmax(change, 0.1),
                      "%s, seed %llu: gap %g of %g", method->name, (unsigned long long)seed,
                      figure_of(result, "gap"), change);
            nn_result_free(result);
            nn_net_free(net);
        }
    }
    cr_expect(methods >= 5, "only %zu methods name completeness", methods);
}
