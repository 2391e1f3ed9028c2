/* Paths of nets that read indices: they lead through the values of the embedding. */
#include "nets.h"

#include <math.h>
#include <string.h>

enum { WORDS = 4, ROWS = 7, DIM = 3, HIDDEN = 5 };

static const char *const curved[] = {"embedding 7 3 name=e", "flatten name=f",
                                     "dense 5 tanh name=h", "dense 3 softmax", NULL};
static const char *const pieces[] = {"embedding 7 3 name=e", "flatten name=f",
                                     "dense 5 relu name=h", "dense 3", NULL};
static const float words[2 * WORDS] = {3, 5, 0, 6, 2, 5, 5, 1};
/* word 1 of both samples is its own baseline */
static const float nothing[WORDS] = {4, 5, 1, 2};

static float *weight_of(const struct nn_net *net, const char *name, int param)
{
    int node;
    struct nn_error error;
    cr_assert(nn_net_find(net, name, &node, &error) == NN_OK);
    return net->nodes[node]->params[param].value.data;
}

/* Integrated gradients of logit 1 of the curved net in plain loops: the midpoint rule in double,
 * the gradient by hand. */
static void slow_reference(const struct nn_net *net, const float *x, double shares[WORDS])
{
    enum { STEPS = 2000, SIZE = WORDS * DIM };
    const float *rows = weight_of(net, "e", 0), *w = weight_of(net, "h", 0),
                *bias = weight_of(net, "h", 1),
                *out = net->nodes[nn_net_logits(net)]->params[0].value.data + HIDDEN;
    double from[SIZE], step[SIZE];
    memset(shares, 0, WORDS * sizeof *shares);
    for (int i = 0; i < SIZE; i++) {
        from[i] = (double)rows[(int)nothing[i / DIM] * DIM + i % DIM];
        step[i] = (double)rows[(int)x[i / DIM] * DIM + i % DIM] - from[i];
    }
    for (int k = 0; k < STEPS; k++)
        for (int h = 0; h < HIDDEN; h++) {
            double z = (double)bias[h], t = (k + 0.5) / STEPS;
            for (int i = 0; i < SIZE; i++)
                z += (double)w[h * SIZE + i] * (from[i] + t * step[i]);
            double slope = (double)out[h] * (1 - tanh(z) * tanh(z)) / STEPS;
            for (int i = 0; i < SIZE; i++)
                shares[i / DIM] += step[i] * slope * (double)w[h * SIZE + i];
        }
}

static double sum_of(const float *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)values[i];
    return sum;
}

Test(indices, integrated_gradients)
{
    struct nn_net *net = net_of("4", curved, 3);
    struct nn_result *both = explain_with(net, "ig", "steps=200", words, 2, "1", NULL, nothing, 0);
    for (size_t s = 0; s < 2; s++) {
        const float *x = words + s * WORDS, *map = both->values.data + s * WORDS;
        double shares[WORDS], change = answer_of(net, 1, x) - answer_of(net, 1, nothing);
        cr_expect(fabs(change) > 0.05);
        cr_expect_float_eq(sum_of(map, WORDS), change, 1e-5);
        slow_reference(net, x, shares);
        for (size_t i = 0; i < WORDS; i++)
            cr_expect_float_eq((double)map[i], shares[i], 1e-5, "sample %zu, word %zu", s, i);
        cr_expect(map[1] == 0 && map[0] != 0, "what is its own baseline has no share");
        struct nn_result *alone = explain_with(net, "ig", "steps=200", x, 1, "1", NULL, nothing, 0);
        cr_expect(memcmp(alone->values.data, map, WORDS * sizeof *map) == 0);
        cr_expect(fabs(figure_of(alone, "gap")) <= 1e-5);
        cr_expect(alone->values.shape.rank == 2 && alone->values.shape.dim[1] == WORDS);
        cr_expect(strstr(alone->note, "values of e,") && strstr(alone->note, "its 3 values"), "%s",
                  alone->note);
        nn_result_free(alone);
    }
    nn_result_free(both);
    nn_net_free(net);
}

Test(indices, exact_where_the_net_is_piecewise_linear)
{
    struct nn_net *net = net_of("4", pieces, 3);
    struct nn_result *exact =
        explain_with(net, "ig", "rule=exact", words, 1, "1", NULL, nothing, 0);
    struct nn_result *fine = explain_with(net, "ig", "steps=5000", words, 1, "1", NULL, nothing, 0);
    cr_expect(fabs(figure_of(exact, "gap")) <= 1e-5, "gap %g", figure_of(exact, "gap"));
    for (size_t i = 0; i < WORDS; i++)
        cr_expect_float_eq(exact->values.data[i], fine->values.data[i], 1e-3);
    nn_result_free(exact);
    nn_result_free(fine);
    nn_net_free(net);
}

/* Layers behind the embedding: their shares sum up; at the embedding itself they are those of
 * integrated gradients, and the influence is the slope that makes them. */
Test(indices, layers)
{
    static const char *const layers[] = {"e", "f", "h"};
    struct nn_net *net = net_of("4", curved, 3);
    struct nn_result *ig = explain_with(net, "ig", "", words, 1, "1", NULL, nothing, 0);
    double change = answer_of(net, 1, words) - answer_of(net, 1, nothing);
    for (size_t l = 0; l < 3; l++) {
        struct nn_result *map =
            explain_with(net, "conductance", "steps=500", words, 1, "1", NULL, nothing, layers[l]);
        cr_expect_float_eq(sum_of(map->values.data, nn_shape_size(&map->values.shape)), change,
                           1e-4);
        for (size_t i = 0; l < 2 && i < WORDS; i++)
            cr_expect_float_eq(sum_of(map->values.data + i * DIM, DIM), (double)ig->values.data[i],
                               1e-4);
        nn_result_free(map);
    }
    struct nn_result *slope =
        explain_with(net, "internal_influence", "steps=500", words, 1, "1", NULL, nothing, "e");
    const float *rows = weight_of(net, "e", 0);
    for (size_t i = 0; i < WORDS; i++) {
        double share = 0;
        for (size_t d = 0; d < DIM; d++)
            share += (double)slope->values.data[i * DIM + d] *
                     ((double)rows[(size_t)words[i] * DIM + d] -
                      (double)rows[(size_t)nothing[i] * DIM + d]);
        cr_expect_float_eq(share, (double)ig->values.data[i], 1e-4);
    }
    nn_result_free(slope);
    nn_result_free(ig);
    nn_net_free(net);
}

/* Constants of the net, such as values of places, stand beside the path. */
Test(indices, constants)
{
    static const char *const lines[] = {"embedding 7 3 name=e",
                                        "constant 4x3 name=place from=input",
                                        "add from=e,place",
                                        "flatten name=f",
                                        "dense 5 relu name=h",
                                        "dense 3",
                                        NULL};
    static const char *const calls[][2] = {{"ig", "steps=5000"}, {"ig", "rule=exact"}};
    struct nn_net *net = net_of("4", lines, 3);
    fill_normal(weight_of(net, "place", 0), WORDS * DIM, 5);
    double change = answer_of(net, 1, words) - answer_of(net, 1, nothing);
    for (size_t c = 0; c < 2; c++) {
        struct nn_result *map =
            explain_with(net, calls[c][0], calls[c][1], words, 1, "1", NULL, nothing, NULL);
        cr_expect_float_eq(sum_of(map->values.data, WORDS), change, c ? 1e-5 : 1e-3);
        cr_expect(map->values.data[1] == 0);
        nn_result_free(map);
    }
    struct nn_result *map =
        explain_with(net, "conductance", "steps=5000", words, 1, "1", NULL, nothing, "h");
    cr_expect_float_eq(sum_of(map->values.data, HIDDEN), change, 1e-3);
    nn_result_free(map);
    nn_net_free(net);
}

static void refused(const struct nn_net *net, const char *method, const float *baseline,
                    const char *layer, const char *message)
{
    struct nn_error error = {0};
    struct nn_result *result = NULL;
    struct nn_explain_request request = {.net = net,
                                         .method = nn_method_find(method),
                                         .x = words,
                                         .batch = 1,
                                         .target = "1",
                                         .baseline = baseline,
                                         .layer = layer};
    struct nn_args args = args_of(request.method->args, "");
    request.args = &args;
    cr_expect(nn_explain(&request, &result, &error) == NN_REFUSED && !result);
    cr_expect(strstr(error.message, message), "%s: %s", method, error.message);
    nn_args_clear(&args);
}

Test(indices, what_has_no_path)
{
    static const char *const two[] = {"embedding 7 3 name=e", "embedding 7 3 name=g from=input",
                                      "add from=e,g",         "flatten name=f",
                                      "dense 3 softmax",      NULL};
    const float none[WORDS] = {0, 0, 7, 0};
    struct nn_net *net = net_of("4", curved, 3);
    refused(net, "ig", none, NULL, "the baseline: value 2 is no index that layer e has");
    refused(net, "conductance", none, "h", "the baseline: value 2");
    refused(net, "smoothgrad", NULL, NULL, "bear no noise");
    nn_net_free(net);
    net = net_of("4", two, 3);
    refused(net, "ig", NULL, NULL, "reads indices");
    refused(net, "conductance", NULL, "f", "use layer_gradient");
    refused(net, "internal_influence", NULL, "e", "use layer_gradient");
    nn_net_free(net);
}
