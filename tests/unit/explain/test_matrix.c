/* Every method on every layer: right, or refused with the reason; never silently wrong.
 *
 * What is right is told by independent means: gradients by central differences of F, sums by F
 * itself, occlusion and ablation by evaluating F again, relevance by the conservation of what no
 * bias takes.
 */
#include "cases.h"
#include "nets.h"

#include <string.h>

Test(matrix, every_layer_has_a_case)
{
    for (size_t l = 0; l < nn_layer_count; l++) {
        bool found = false;
        for (const struct layer_case *c = layer_cases; c->layer; c++)
            found |= strcmp(c->layer, nn_layers[l]->name) == 0;
        cr_expect(found, "layer %s has no case in the matrix of methods and layers",
                  nn_layers[l]->name);
    }
}

/* Inputs away from kinks: no value near 0, 3, -3 or 6, no two alike. */
static void spread(float *x, size_t count, uint64_t seed)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 0);
    for (size_t i = 0; i < count; i++) {
        x[i] = 0.25f + 1.5f * (float)i / (float)count + 0.02f * nn_random_float(&random);
        if (nn_random_u32(&random) & 1)
            x[i] = -x[i];
    }
}

static double value_at(const struct nn_net *net, const float *x)
{
    int32_t unit = 1;
    struct nn_target target = {.what = NN_EXPLAIN_CLASS, .node = nn_net_logits(net), .unit = &unit};
    double value;
    cr_assert(nn_explain_value(net, &target, x, 1, &value, NULL, NULL) == NN_OK);
    return value;
}

/* dF/dx_i by central differences. */
static void numeric_gradient(const struct nn_net *net, const float *x, size_t count,
                             float *gradient)
{
    float moved[128];
    memcpy(moved, x, count * sizeof *x);
    for (size_t i = 0; i < count; i++) {
        moved[i] = x[i] + 2e-3f;
        double above = value_at(net, moved), up = (double)moved[i];
        moved[i] = x[i] - 2e-3f;
        double below = value_at(net, moved), down = (double)moved[i];
        moved[i] = x[i];
        gradient[i] = (float)((above - below) / (up - down));
    }
}

/* Runs a method: its map, or NULL when it refuses; any other failure fails the test. */
static struct nn_result *try_method(const struct nn_net *net, const char *method, const char *args,
                                    const float *x)
{
    struct nn_error error = {0};
    struct nn_result *result = NULL;
    const struct nn_method *found = nn_method_find(method);
    struct nn_args parsed = args_of(found->args, args);
    struct nn_explain_request request = {
        .net = net, .method = found, .args = &parsed, .x = x, .batch = 1, .target = "1"};
    enum nn_status status = nn_explain(&request, &result, &error);
    cr_expect(status == NN_OK || status == NN_REFUSED, "%s: %s", method, error.message);
    cr_expect(status == NN_OK || strlen(error.message) > 20, "%s refuses without a reason", method);
    nn_args_clear(&parsed);
    return status == NN_OK ? result : NULL;
}

static void check_map(const char *layer, const char *method, const char *args,
                      const struct nn_net *net, const float *x, const float *expected,
                      double tolerance)
{
    struct nn_result *result = try_method(net, method, args, x);
    if (result) {
        double error = reference_error(result->values.data, expected, net->nodes[0]->size);
        cr_expect(error <= tolerance, "%s on %s: error %g", method, layer, error);
    }
    nn_result_free(result);
}

static void check_gap(const char *layer, const char *method, const char *args,
                      const struct nn_net *net, const float *x, double tolerance)
{
    float zeros[128] = {0};
    struct nn_result *result = try_method(net, method, args, x);
    double scale = fmax(fabs(value_at(net, x) - value_at(net, zeros)), 0.05);
    if (result)
        cr_expect(fabs(figure_of(result, "gap")) <= tolerance * scale, "%s on %s: gap %g of %g",
                  method, layer, figure_of(result, "gap"), scale);
    nn_result_free(result);
}

/* The methods of one net against what F itself says. */
static void check_net(const char *layer, const struct nn_net *net)
{
    float x[128] = {0}, gradient[128] = {0}, expected[128] = {0};
    size_t count = net->nodes[0]->size;
    cr_assert(count <= 128);
    spread(x, count, 3);
    numeric_gradient(net, x, count, gradient);
    check_map(layer, "gradient", "", net, x, gradient, 5e-3);
    for (size_t i = 0; i < count; i++)
        expected[i] = fabsf(gradient[i]);
    check_map(layer, "saliency", "", net, x, expected, 5e-3);
    for (size_t i = 0; i < count; i++)
        expected[i] = x[i] * gradient[i];
    check_map(layer, "gradient_x_input", "", net, x, expected, 5e-3);
    for (size_t i = 0; i < count; i++) {
        float kept = x[i];
        double whole = value_at(net, x);
        x[i] = 0;
        expected[i] = (float)(whole - value_at(net, x));
        x[i] = kept;
    }
    check_map(layer, "feature_ablation", "", net, x, expected, 1e-4);
    check_gap(layer, "integrated_gradients", "steps=400", net, x, 0.02);
    check_gap(layer, "integrated_gradients", "rule=exact", net, x, 1e-3);
    check_gap(layer, "deeplift", "", net, x, 1e-4);
    check_gap(layer, "shapley", "kind=permutation samples=2", net, x, 1e-4);
    check_gap(layer, "kernel_shap", "samples=400", net, x, 1e-4);
    /* all others: they run, or they refuse */
    for (size_t m = 0; m < nn_method_count; m++) {
        const char *args = strcmp(nn_methods[m]->name, "occlusion") == 0       ? "window=1 stride=1"
                           : nn_args_find(nn_methods[m]->args, "samples") >= 0 ? "samples=4"
                                                                               : "";
        if (strcmp(nn_methods[m]->name, "kernel_shap") == 0)
            continue;
        struct nn_result *result = try_method(net, nn_methods[m]->name, args, x);
        size_t size = result ? nn_shape_size(&result->values.shape) : 0;
        for (size_t i = 0; i < size; i++)
            cr_assert(isfinite(result->values.data[i]), "%s on %s is not finite",
                      nn_methods[m]->name, layer);
        nn_result_free(result);
    }
}

Test(matrix, every_method_on_every_layer, .timeout = 120)
{
    for (const struct layer_case *c = layer_cases; c->layer; c++) {
        if (!c->words || !nn_layer_find(c->layer))
            continue;
        struct nn_net *net = case_net(c, true);
        check_net(c->layer, net);
        nn_net_free(net);
    }
}

Test(matrix, branches)
{
    static const char *const joins[][2] = {
        {"add", "add from=a,b"},
        {"concat", "concat from=a,b"},
        {"multiply", "multiply from=a,b"},
        {"arithmetic", "arithmetic subtract from=a,b"},
    };
    for (size_t j = 0; j < sizeof joins / sizeof *joins; j++) {
        const char *name = joins[j][0];
        if (!nn_layer_find(name))
            continue;
        const char *lines[] = {"dense 5 tanh name=a", "dense 5 relu name=b from=a", joins[j][1],
                               "dense 3", NULL};
        struct nn_net *net = net_of("6", lines, 4);
        check_net(name, net);
        nn_net_free(net);
    }
}

/* Where nothing is lost to a bias, relevance of every rule adds up to the answer, on every layer
 * that LRP takes. */
Test(matrix, relevance_adds_up_without_bias)
{
    const char *rules[] = {"rule=epsilon epsilon=0", "rule=zplus epsilon=0",
                           "rule=gamma epsilon=0"};
    for (const struct layer_case *c = layer_cases; c->layer; c++) {
        const char *layer = c->layer;
        bool pure = c->words && nn_layer_find(layer) && strcmp(layer, "dense") &&
                    strcmp(layer, "batchnorm") && !strstr(layer, "conv");
        if (!pure)
            continue;
        struct nn_net *net = case_net(c, false);
        float x[128];
        spread(x, net->nodes[0]->size, 3);
        for (size_t r = 0; r < 3; r++) {
            struct nn_result *result = try_method(net, "lrp", rules[r], x);
            double value = value_at(net, x);
            if (result)
                cr_expect(fabs(figure_of(result, "gap")) <= 1e-3 * fmax(fabs(value), 0.05),
                          "%s on %s: gap %g of %g", rules[r], layer, figure_of(result, "gap"),
                          value);
            nn_result_free(result);
        }
        nn_net_free(net);
    }
}
