/* Methods that look at layers and units, and at groups of the input, against what they mean. */
#include "nets.h"

#include "data/npy.h"

#include <string.h>
#include <unistd.h>

static const char *const image_net[] = {"conv2d 3 3 tanh name=c", "maxpool2d 2",     "flatten",
                                        "dense 6 tanh name=h",    "dense 4 softmax", NULL};

static void fill(float *x, size_t count, uint64_t seed)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 0);
    for (size_t i = 0; i < count; i++)
        x[i] = nn_random_normal(&random);
}

static struct nn_result *run(const struct nn_net *net, const char *method, const char *args,
                             const float *x, size_t batch, const char *target, const char *layer)
{
    return explain_with(net, method, args, x, batch, target, NULL, NULL, layer);
}

/* HiRes-CAM is the sum over channels of the layer's activation times its gradient. */
Test(layers, activation_and_gradient_make_hirescam)
{
    struct nn_net *net = net_of("1x8x8", image_net, 3);
    float x[2 * 64];
    fill(x, 128, 1);
    struct nn_result *a = run(net, "layer_activation", "", x, 2, "2", "c"),
                     *g = run(net, "layer_gradient", "", x, 2, "2", "c"),
                     *cam = run(net, "hirescam", "", x, 2, "2", "c");
    cr_assert(nn_shape_equal(&a->values.shape, &g->values.shape) && a->values.shape.dim[1] == 3);
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < 36; i++) {
            float sum = 0;
            for (size_t c = 0; c < 3; c++)
                sum += a->values.data[(s * 3 + c) * 36 + i] * g->values.data[(s * 3 + c) * 36 + i];
            cr_expect(fabsf(cam->values.data[s * 36 + i] - fmaxf(sum, 0)) < 1e-6f);
        }
    nn_result_free(a);
    nn_result_free(g);
    nn_result_free(cam);
    nn_net_free(net);
}

Test(layers, a_layer_is_found_when_none_is_named)
{
    const char *table[] = {"dense 5 tanh name=a", "dense 7 relu name=b", "dense 3 softmax", NULL};
    struct nn_net *net = net_of("4", table, 3), *image = net_of("1x8x8", image_net, 3);
    float x[64];
    fill(x, 64, 1);
    struct nn_result *hidden = run(net, "layer_activation", "", x, 1, "1", NULL),
                     *convolution = run(image, "layer_activation", "", x, 1, "1", NULL);
    cr_expect(strcmp(hidden->layer, "b_relu") == 0, "%s", hidden->layer);
    cr_expect(strcmp(convolution->layer, "c") == 0, "%s", convolution->layer);
    nn_result_free(hidden);
    nn_result_free(convolution);
    nn_net_free(net);
    nn_net_free(image);
}

Test(layers, neuron_gradient_is_the_gradient_of_the_unit)
{
    struct nn_net *net = net_of("1x8x8", image_net, 4);
    float x[3 * 64];
    fill(x, 192, 2);
    static const struct {
        const char *unit, *target, *layer;
    } cases[] = {{"unit=4", "h:4", "h"}, {"unit=2", "c:2", "c"}, {"unit=1,0,5", "c:1,0,5", "c"}};
    for (size_t i = 0; i < 3; i++) {
        struct nn_result *neuron =
                             run(net, "neuron_gradient", cases[i].unit, x, 3, "1", cases[i].layer),
                         *gradient = run(net, "gradient", "", x, 3, cases[i].target, NULL);
        cr_expect(reference_error(neuron->values.data, gradient->values.data, 192) < 1e-6);
        nn_result_free(neuron);
        nn_result_free(gradient);
    }
    nn_net_free(net);
}

/* Over the units of a layer it adds up to integrated gradients; over the inputs, to the unit's own
 * conductance. */
Test(layers, neuron_conductance_adds_up_both_ways)
{
    struct nn_net *net = net_of("1x8x8", image_net, 4);
    float x[64], sum[64] = {0};
    char unit[40];
    fill(x, 64, 5);
    struct nn_result *ig = run(net, "ig", "steps=200", x, 1, "1", NULL),
                     *conductance = run(net, "conductance", "steps=2000", x, 1, "1", "h_tanh");
    for (size_t u = 0; u < 6; u++) {
        double total = 0;
        snprintf(unit, sizeof unit, "unit=%zu steps=200", u);
        struct nn_result *one = run(net, "neuron_conductance", unit, x, 1, "1", "h_tanh");
        for (size_t i = 0; i < 64; i++) {
            sum[i] += one->values.data[i];
            total += (double)one->values.data[i];
        }
        cr_expect(fabs(total - (double)conductance->values.data[u]) < 2e-3, "unit %zu: %g, %g", u,
                  total, (double)conductance->values.data[u]);
        nn_result_free(one);
    }
    cr_expect(reference_error(sum, ig->values.data, 64) < 1e-5);
    nn_result_free(ig);
    nn_result_free(conductance);
    nn_net_free(net);
}

/* By hand: y = relu(2 x + 0.5) at four places, F = y . (1, -1, 2, 0.5) + 3. */
Test(layers, fullgrad_of_a_small_net)
{
    const char *lines[] = {"conv2d 1 1 relu", "flatten", "dense 1", NULL};
    struct nn_net *net = net_of("1x2x2", lines, 1);
    const float weights[] = {1, -1, 2, 0.5f}, x[] = {1, 2, -3, 0.25f};
    net->nodes[1]->params[0].value.data[0] = 2;
    net->nodes[1]->params[1].value.data[0] = 0.5f;
    memcpy(net->nodes[4]->params[0].value.data, weights, sizeof weights);
    struct nn_result *map = run(net, "fullgrad", "", x, 1, "0", NULL);
    float input[4], bias[4], low[2] = {1e9f, 1e9f}, high[2] = {0, 0};
    for (size_t i = 0; i < 4; i++) {
        float slope = 2 * x[i] + 0.5f > 0 ? weights[i] : 0;
        input[i] = fabsf(x[i] * 2 * slope);
        bias[i] = fabsf(0.5f * slope);
        low[0] = fminf(low[0], input[i]);
        high[0] = fmaxf(high[0], input[i]);
        low[1] = fminf(low[1], bias[i]);
        high[1] = fmaxf(high[1], bias[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        float expected =
            (input[i] - low[0]) / (high[0] - low[0]) + (bias[i] - low[1]) / (high[1] - low[1]);
        cr_expect(fabsf(map->values.data[i] - expected) < 1e-5f, "%zu: %g, %g", i,
                  (double)map->values.data[i], (double)expected);
    }
    nn_result_free(map);
    nn_net_free(net);
}

/* The biases of a convolution and of the normalization behind it are both seen: merged into one
 * layer the map differs, with the shift and the bias at zero only the input is left. */
Test(layers, fullgrad_without_bias_is_gradient_x_input)
{
    const char *lines[] = {"conv2d 2 3 bias=no padding=1 relu", "flatten", "dense 3 bias=no", NULL};
    struct nn_net *net = net_of("1x5x5", lines, 1);
    float x[25], low = 1e9f, high = 0;
    fill(x, 25, 6);
    struct nn_result *map = run(net, "fullgrad", "", x, 1, "0", NULL),
                     *gxi = run(net, "gradient_x_input", "", x, 1, "0", NULL);
    for (size_t i = 0; i < 25; i++) {
        low = fminf(low, fabsf(gxi->values.data[i]));
        high = fmaxf(high, fabsf(gxi->values.data[i]));
    }
    for (size_t i = 0; i < 25; i++)
        cr_expect(fabsf(map->values.data[i] - (fabsf(gxi->values.data[i]) - low) / (high - low)) <
                  1e-5f);
    nn_result_free(map);
    nn_result_free(gxi);
    nn_net_free(net);
}

/* ---- composites ---- */

/* The flat rule of a first layer gives all inputs the same, also when it is dense. */
Test(layers, flat_composites_begin_with_the_first_layer_of_any_kind)
{
    const char *lines[] = {"dense 5 relu", "dense 3", NULL};
    struct nn_net *net = net_of("4", lines, 2);
    float x[4];
    fill(x, 4, 3);
    struct nn_result *flat = run(net, "lrp", "composite=epsilon_plus_flat", x, 1, "1", NULL),
                     *plus = run(net, "lrp", "composite=epsilon_plus", x, 1, "1", NULL);
    for (size_t i = 1; i < 4; i++)
        cr_expect(fabsf(flat->values.data[i] - flat->values.data[0]) < 1e-6f &&
                  plus->values.data[i] != plus->values.data[0]);
    nn_result_free(flat);
    nn_result_free(plus);
    nn_net_free(net);
}

Test(layers, excitation_backprop_is_zplus_everywhere_on_relu_nets)
{
    const char *lines[] = {"conv2d 3 3 relu", "maxpool2d 2", "flatten",
                           "dense 5 relu",    "dense 3",     NULL};
    struct nn_net *net = net_of("1x8x8", lines, 2);
    float x[64];
    fill(x, 64, 3);
    struct nn_result *excitation =
                         run(net, "lrp", "composite=excitation_backprop", x, 1, "1", NULL),
                     *zplus = run(net, "lrp", "rule=zplus", x, 1, "1", NULL),
                     *norm = run(net, "lrp", "rule=norm", x, 1, "1", NULL),
                     *epsilon = run(net, "lrp", "rule=epsilon", x, 1, "1", NULL);
    cr_expect(reference_error(excitation->values.data, zplus->values.data, 64) < 1e-6);
    cr_expect(reference_error(norm->values.data, epsilon->values.data, 64) < 1e-6);
    nn_result_free(excitation);
    nn_result_free(zplus);
    nn_result_free(norm);
    nn_result_free(epsilon);
    nn_net_free(net);
}

/* ---- groups and windows ---- */

/* F(x) - F(x with the values where inside(i) at 0). */
static float drop(const struct nn_net *net, const float *x, size_t size,
                  bool (*inside)(size_t i, size_t which), size_t which)
{
    int32_t unit = 1;
    struct nn_target target = {.what = NN_EXPLAIN_CLASS, .node = nn_net_logits(net), .unit = &unit};
    float covered[96];
    double whole, less;
    for (size_t i = 0; i < size; i++)
        covered[i] = inside(i, which) ? 0 : x[i];
    cr_assert(nn_explain_value(net, &target, x, 1, &whole, NULL, NULL) == NN_OK);
    cr_assert(nn_explain_value(net, &target, covered, 1, &less, NULL, NULL) == NN_OK);
    return (float)(whole - less);
}

/* Blocks of 3x2 pixels of 2 x 5 x 6, over both channels; the last row of blocks is cut. */
static size_t block_of(size_t i)
{
    return i / 6 % 5 / 3 * 3 + i % 6 / 2;
}

static bool in_block(size_t i, size_t which)
{
    return block_of(i) == which;
}

Test(layers, ablation_of_groups)
{
    const char *lines[] = {"flatten", "dense 6 tanh", "dense 3", NULL};
    struct nn_net *net = net_of("2x5x6", lines, 2);
    float x[60], groups[30];
    char folder[] = "/tmp/nnscope-groups-XXXXXX", path[64], args[80];
    struct nn_shape shape = nn_shape_make(2, (size_t[]){5, 6});
    fill(x, 60, 3);
    for (size_t i = 0; i < 30; i++)
        groups[i] = (float)block_of(i);
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/groups.npy", folder);
    snprintf(args, sizeof args, "groups=%s", path);
    cr_assert(nn_npy_write(path, &shape, groups, NULL) == NN_OK);
    struct nn_result *blocks = run(net, "feature_ablation", "groups=3x2", x, 1, "1", NULL),
                     *file = run(net, "feature_ablation", args, x, 1, "1", NULL);
    for (size_t i = 0; i < 60; i++) {
        float expected = drop(net, x, 60, in_block, block_of(i));
        cr_expect(fabsf(blocks->values.data[i] - expected) < 1e-6f, "%zu", i);
        cr_expect(blocks->values.data[i] == file->values.data[i], "%zu", i);
    }
    unlink(path);
    rmdir(folder);
    nn_result_free(blocks);
    nn_result_free(file);
    nn_net_free(net);
}

/* Windows of four steps every two, over all three columns of a series of 8. */
static bool in_window(size_t i, size_t which)
{
    return i % 8 >= 2 * which && i % 8 < 2 * which + 4;
}

Test(layers, occlusion_along_time_covers_all_columns)
{
    const char *lines[] = {"conv1d 4 3 tanh", "flatten", "dense 3", NULL};
    struct nn_net *net = net_of("3x8", lines, 2);
    float x[24], sum[8] = {0};
    int count[8] = {0};
    fill(x, 24, 3);
    for (size_t w = 0; w < 3; w++)
        for (size_t i = 0; i < 8; i++)
            if (in_window(i, w)) {
                sum[i] += drop(net, x, 24, in_window, w);
                count[i]++;
            }
    struct nn_result *map = run(net, "occlusion", "window=4 stride=2", x, 1, "1", NULL);
    for (size_t i = 0; i < 24; i++)
        cr_expect(fabsf(map->values.data[i] - sum[i % 8] / (float)count[i % 8]) < 1e-6f, "%zu", i);
    nn_result_free(map);
    nn_net_free(net);
}

/* A series is an image of one row: the maps of both are the same. */
Test(layers, maps_of_a_series_are_those_of_a_row)
{
    const char *series[] = {"conv1d 4 3 relu name=c", "maxpool1d 2", "flatten", "dense 3", NULL};
    const char *row[] = {"conv2d 4 1x3 relu name=c", "maxpool2d 1x2", "flatten", "dense 3", NULL};
    const char *methods[] = {"gradcam",        "gradcam_plusplus", "layercam",    "hirescam",
                             "xgradcam",       "scorecam",         "ablationcam", "eigencam",
                             "guided_gradcam", "fullgrad"};
    struct nn_net *one = net_of("2x12", series, 4), *two = net_of("2x1x12", row, 4);
    float x[3 * 24];
    fill(x, 72, 5);
    for (int n = 0; n < one->count; n++)
        for (int p = 0; p < one->nodes[n]->param_count; p++)
            memcpy(two->nodes[n]->params[p].value.data, one->nodes[n]->params[p].value.data,
                   nn_shape_size(&one->nodes[n]->params[p].spec.shape) * sizeof(float));
    for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
        struct nn_result *a = run(one, methods[m], "", x, 3, "1", NULL),
                         *b = run(two, methods[m], "", x, 3, "1", NULL);
        size_t count = nn_shape_size(&a->values.shape);
        cr_assert(count == nn_shape_size(&b->values.shape), "%s", methods[m]);
        for (size_t i = 0; i < count; i++)
            cr_assert(fabsf(a->values.data[i] - b->values.data[i]) < 1e-6f, "%s %zu", methods[m],
                      i);
        nn_result_free(a);
        nn_result_free(b);
    }
    nn_net_free(one);
    nn_net_free(two);
}

/* A map [side x side] at the point (row, column) of an image of 7 x 7, bilinear. */
static double enlarged(const float *map, size_t side, size_t row, size_t column, bool corners)
{
    double sum = 0, step = corners ? (double)(side - 1) / 6 : (double)side / 7;
    double at[2] = {(double)row * step, (double)column * step};
    for (int k = 0; k < 2; k++)
        at[k] = fmin(fmax(corners ? at[k] : at[k] + step / 2 - 0.5, 0), (double)(side - 1));
    for (size_t i = 0; i < side; i++)
        for (size_t j = 0; j < side; j++)
            sum += (double)map[i * side + j] * fmax(1 - fabs(at[0] - (double)i), 0) *
                   fmax(1 - fabs(at[1] - (double)j), 0);
    return sum;
}

/* Score-CAM by its formula, for both ways to enlarge a map. */
Test(layers, scorecam_by_hand)
{
    enum { CHANNELS = 3, SIDE = 5, MAP = SIDE * SIDE, PIXELS = 49 };
    const char *lines[] = {"conv2d 3 3 tanh name=c", "flatten", "dense 2", NULL};
    struct nn_net *net = net_of("1x7x7", lines, 8);
    float x[PIXELS], seen[PIXELS];
    fill(x, PIXELS, 9);
    struct nn_result *maps = run(net, "layer_activation", "", x, 1, "1", "c");
    for (int corners = 0; corners < 2; corners++) {
        double score[CHANNELS], total = 0, apart = 0;
        for (size_t c = 0; c < CHANNELS; c++) {
            double mask[PIXELS], low = INFINITY, high = -INFINITY;
            for (size_t i = 0; i < PIXELS; i++) {
                mask[i] = enlarged(maps->values.data + c * MAP, SIDE, i / 7, i % 7, corners == 1);
                low = fmin(low, mask[i]);
                high = fmax(high, mask[i]);
            }
            for (size_t i = 0; i < PIXELS; i++)
                seen[i] = x[i] * (float)((mask[i] - low) / (high - low));
            score[c] = exp(answer_of(net, 1, seen));
            total += score[c];
        }
        struct nn_result *map =
            run(net, "scorecam", corners ? "variant=corners" : "", x, 1, "1", "c");
        for (size_t i = 0; i < MAP; i++) {
            double sum = 0;
            for (size_t c = 0; c < CHANNELS; c++)
                sum += score[c] / total * (double)maps->values.data[c * MAP + i];
            apart = fmax(apart, fabs(fmax(sum, 0) - (double)map->values.data[i]));
        }
        cr_expect(apart < 1e-5, "corners %d: %g", corners, apart);
        nn_result_free(map);
    }
    nn_result_free(maps);
    nn_net_free(net);
}

/* Of a net that looks at one step of a series RISE finds that step, in all columns alike. */
Test(layers, rise_along_time)
{
    const char *lines[] = {"flatten", "dense 1 bias=no", NULL};
    struct nn_net *net = net_of("2x20", lines, 1);
    float x[40], *weight = net->nodes[2]->params[0].value.data;
    for (size_t i = 0; i < 40; i++) {
        x[i] = 1;
        weight[i] = i % 20 == 13 ? 1 : 0;
    }
    struct nn_result *map = run(net, "rise", "samples=4000 grid=10", x, 1, NULL, NULL);
    cr_expect(strstr(map->parameters, "grid=10"));
    for (size_t i = 0; i < 40; i++) {
        cr_expect(map->values.data[i] == map->values.data[i % 20]);
        cr_expect(i % 20 == 13 || map->values.data[i] < map->values.data[13], "%zu", i);
    }
    /* seen whole it is 2; where nothing is known of the mask at the step, half of that */
    cr_expect(map->values.data[13] > 1.2f && fabsf(map->values.data[2] - 1) < 0.1f, "%g %g",
              (double)map->values.data[13], (double)map->values.data[2]);
    nn_result_free(map);
    nn_net_free(net);
}

static void same_parameters(struct nn_net *to, int to_node, const struct nn_net *from, int node)
{
    for (int p = 0; p < from->nodes[node]->param_count; p++)
        memcpy(to->nodes[to_node]->params[p].value.data, from->nodes[node]->params[p].value.data,
               nn_shape_size(&from->nodes[node]->params[p].value.shape) * sizeof(float));
}

/* The box rule reaches the first convolution through what only moves or normalizes the input: the
 * map is that of the net without it. */
Test(layers, the_box_rule_looks_through)
{
    static const char args[] = "composite=epsilon_gamma_box low=-1 high=2";
    const char *plain[] = {"conv2d 3 3 padding=1 relu", "flatten", "dense 2", NULL},
               *moved[] = {"reshape 1x5x5", "conv2d 3 3 padding=1 relu", "flatten", "dense 2",
                           NULL},
               *padded[] = {"zeropadding 1", "conv2d 3 3 relu", "flatten", "dense 2", NULL},
               *scaled[] = {"batchnorm", "conv2d 3 3 padding=1 relu", "flatten", "dense 2", NULL};
    struct nn_net *net = net_of("1x5x5", plain, 3),
                  *others[] = {net_of("25", moved, 4), net_of("1x5x5", padded, 4),
                               net_of("1x5x5", scaled, 4)};
    float x[25], normal[25];
    fill(x, 25, 5);
    for (size_t k = 0; k < 3; k++) {
        same_parameters(others[k], 2, net, 1);
        same_parameters(others[k], 5, net, 4);
        struct nn_result *a = run(net, "lrp", args, x, 1, "1", NULL), *b;
        if (k == 2) { /* y = 1 - 2 x turns the box [-1, 2] into [-3, 3] */
            struct nn_node *norm = others[2]->nodes[1];
            const float values[] = {-2, 1, 0, 1};
            for (int p = 0; p < norm->param_count; p++)
                norm->params[p].value.data[0] = values[p];
            for (size_t i = 0; i < 25; i++)
                normal[i] = 1 - 2 * x[i] / sqrtf(1 + 1e-5f);
            nn_result_free(a);
            a = run(net, "lrp", "composite=epsilon_gamma_box low=-3 high=3", normal, 1, "1", NULL);
        }
        b = run(others[k], "lrp", args, x, 1, "1", NULL);
        for (size_t i = 0; i < 25; i++)
            cr_expect(fabsf(a->values.data[i] - b->values.data[i]) < 1e-4f, "%zu: %zu: %g %g", k, i,
                      (double)a->values.data[i], (double)b->values.data[i]);
        nn_result_free(a);
        nn_result_free(b);
        nn_net_free(others[k]);
    }
    nn_net_free(net);
}

/* A net that ends with feature maps: the explained unit is a map, not a place in all of them. */
Test(layers, a_net_that_ends_with_maps)
{
    const char *lines[] = {"conv2d 8 3 relu", "maxpool2d 2", NULL};
    struct nn_net *net = net_of("3x12x12", lines, 6);
    float x[2 * 432];
    fill(x, 864, 7);
    for (size_t m = 0; m < 2; m++) {
        struct nn_result *map = run(net, m ? "gradcam" : "saliency", "", x, 2, NULL, NULL);
        for (size_t i = 0; i < nn_shape_size(&map->values.shape); i++)
            cr_assert(isfinite(map->values.data[i]));
        nn_result_free(map);
    }
    nn_net_free(net);
}
