#include "nets.h"

#include "explain/actmax.h"
#include "explain/diversity.h"

#include <string.h>

static struct nn_result *maximize(const struct nn_net *net, int node, size_t unit, const char *text,
                                  uint64_t seed)
{
    struct nn_args args = args_of(nn_actmax_args, text);
    struct nn_actmax_request request = {.net = net,
                                        .node = node,
                                        .units = &unit,
                                        .count = 1,
                                        .args = &args,
                                        .low = 0,
                                        .high = 1,
                                        .seed = seed};
    struct nn_error error = {0};
    struct nn_result *result;
    cr_assert(nn_actmax(&request, &result, &error) == NN_OK, "%s", error.message);
    nn_args_clear(&args);
    return result;
}

/* Of a linear unit the maximum within [0, 1] is known: 1 where the weight is positive, else 0. */
Test(actmax, linear_unit)
{
    const char *lines[] = {"dense 3", NULL};
    struct nn_net *net = net_of("6", lines, 1);
    const float *weight = net->nodes[1]->params[0].value.data + 6;
    struct nn_result *result = maximize(net, 1, 1, "l2=0 contrast=no", 1);
    for (size_t i = 0; i < 6; i++)
        cr_expect(result->values.data[i] == (weight[i] > 0 ? 1.0f : 0.0f), "input %zu: %g", i,
                  (double)result->values.data[i]);
    nn_result_free(result);
    nn_net_free(net);
}

Test(actmax, raises_the_unit_within_the_range_and_is_repeatable)
{
    const char *lines[] = {"conv2d 4 3 padding=1 tanh name=c1", "maxpool2d 2", "flatten",
                           "dense 5 softmax", NULL};
    struct nn_net *net = net_of("1x8x8", lines, 3);
    float start[64] = {0};
    for (int node = 2; node < net->count; node += net->count - 3) {
        int raised =
            0; /* a unit that only negative inputs would drive stays at the empty picture */
        for (int32_t unit = 0; unit < 4; unit++) {
            struct nn_result *result = maximize(net, node, (size_t)unit, "", 7);
            struct nn_target target = {.what = NN_EXPLAIN_UNIT, .unit = &unit, .node = node};
            double before, after;
            cr_assert(nn_explain_value(net, &target, start, 1, &before, NULL, NULL) == NN_OK);
            cr_assert(nn_explain_value(net, &target, result->values.data, 1, &after, NULL, NULL) ==
                      NN_OK);
            raised += after > before;
            for (size_t i = 0; i < 64; i++)
                cr_expect(result->values.data[i] >= 0 && result->values.data[i] <= 1);
            nn_result_free(result);
        }
        cr_expect(raised >= 2, "node %d: %d of 4 units raised", node, raised);
    }
    struct nn_result *a = maximize(net, net->count - 1, 2, "", 7),
                     *b = maximize(net, net->count - 1, 2, "", 7);
    cr_expect(memcmp(a->values.data, b->values.data, sizeof start) == 0);
    nn_result_free(a);
    nn_result_free(b);
    nn_net_free(net);
}

Test(actmax, a_unit_that_does_not_exist)
{
    const char *lines[] = {"dense 3", NULL};
    struct nn_net *net = net_of("6", lines, 1);
    struct nn_args args = args_of(nn_actmax_args, "");
    size_t unit = 3;
    struct nn_actmax_request request = {
        .net = net, .node = 1, .units = &unit, .count = 1, .args = &args, .high = 1};
    struct nn_error error = {0};
    struct nn_result *result = NULL;
    cr_expect(nn_actmax(&request, &result, &error) == NN_ARGUMENT);
    cr_expect(strstr(error.message, "0 to 2") != NULL, "%s", error.message);
    request.node = 0;
    cr_expect(nn_actmax(&request, &result, &error) == NN_REFUSED);
    nn_args_clear(&args);
    nn_net_free(net);
}

/* What explains a sample without a gradient is no help to one who climbs. */
Test(actmax, indices_are_refused_with_advice_of_use)
{
    const char *lines[] = {"embedding 9 3", "flatten", "dense 2", NULL};
    struct nn_net *net = net_of("4", lines, 1);
    struct nn_args args = args_of(nn_actmax_args, "");
    size_t unit = 0;
    struct nn_actmax_request request = {
        .net = net, .node = 3, .units = &unit, .count = 1, .args = &args, .high = 1};
    struct nn_error error = {0};
    struct nn_result *result = NULL;
    cr_expect(nn_actmax(&request, &result, &error) == NN_REFUSED);
    cr_expect(strstr(error.message, "no gradient") && !strstr(error.message, "occlusion"));
    cr_expect(strstr(error.hint, "`examples LAYER UNIT`") != NULL, "%s", error.hint);
    nn_args_clear(&args);
    nn_net_free(net);
}

/* Several images at once are the images made alone, but for the likeness that is subtracted. */
Test(actmax, images_of_a_batch_do_not_depend_on_each_other)
{
    const char *lines[] = {"conv2d 4 3 relu", "flatten", "dense 5 softmax", NULL};
    struct nn_net *net = net_of("3x6x6", lines, 2);
    const char *texts[] = {"steps=20 diversity=0",
                           "steps=20 diversity=0 parameters=fourier rotate=5",
                           "steps=20 diversity=0 zoom=0.1 color=plain lp=0.1 jitter=1"};
    for (size_t t = 0; t < 3; t++) {
        struct nn_args args = args_of(nn_actmax_args, texts[t]);
        size_t units[] = {0, 1, 2, 3, 4};
        struct nn_actmax_request request = {.net = net,
                                            .node = net->count - 1,
                                            .units = units,
                                            .count = 5,
                                            .args = &args,
                                            .high = 1,
                                            .seed = 3};
        struct nn_result *all = NULL;
        cr_assert(nn_actmax(&request, &all, NULL) == NN_OK);
        cr_expect(all->kind == NN_RESULT_GALLERY && all->values.shape.dim[0] == 5 &&
                  all->name_count == 5);
        for (size_t unit = 0; unit < 5; unit++) {
            struct nn_result *one = maximize(net, net->count - 1, unit, texts[t], 3);
            for (size_t i = 0; i < 108; i++)
                cr_assert(one->values.data[i] == all->values.data[unit * 108 + i], "%s: %zu",
                          texts[t], i);
            nn_result_free(one);
        }
        nn_result_free(all);
        nn_args_clear(&args);
    }
    nn_net_free(net);
}

/* A start at which every unit is dead has no gradient; redirected, it gets out. */
Test(actmax, dead_starts_come_alive)
{
    const char *lines[] = {"dense 4 relu", "dense 2", NULL};
    struct nn_net *net = net_of("3", lines, 4);
    float *weight = net->nodes[1]->params[0].value.data,
          *bias = net->nodes[1]->params[1].value.data;
    float *second = net->nodes[3]->params[0].value.data;
    for (size_t i = 0; i < 12; i++)
        weight[i] = 0.5f + 0.1f * (float)i;
    for (size_t i = 0; i < 4; i++) {
        bias[i] = -1;
        second[i] = 1;
    }
    struct nn_result *stuck = maximize(net, 3, 0, "l2=0 contrast=no redirect=0", 1);
    struct nn_result *free_ = maximize(net, 3, 0, "l2=0 contrast=no redirect=16", 1);
    for (size_t i = 0; i < 3; i++) {
        cr_expect(stuck->values.data[i] < 0.2f, "%g", (double)stuck->values.data[i]);
        cr_expect(free_->values.data[i] == 1, "%g", (double)free_->values.data[i]);
    }
    nn_result_free(stuck);
    nn_result_free(free_);
    nn_net_free(net);
}

/* Several images of one unit: the weight of diversity makes their answers less alike. */
Test(actmax, diversity_keeps_images_apart)
{
    const char *lines[] = {"conv2d 6 3 tanh", "flatten", "dense 3", NULL};
    struct nn_net *net = net_of("1x6x6", lines, 5);
    double likeness[2];
    for (int with = 0; with < 2; with++) {
        struct nn_args args =
            args_of(nn_actmax_args, with ? "steps=60 diversity=2" : "steps=60 diversity=0");
        size_t units[] = {1, 1, 1, 1};
        struct nn_actmax_request request = {.net = net,
                                            .node = net->count - 1,
                                            .units = units,
                                            .count = 4,
                                            .args = &args,
                                            .low = -1,
                                            .high = 1};
        struct nn_result *result = NULL;
        cr_assert(nn_actmax(&request, &result, NULL) == NN_OK);
        struct nn_pass *pass = NULL;
        cr_assert(nn_pass_new(net, 4, NN_PASS_FORWARD, 0, &pass, NULL) == NN_OK);
        memcpy(nn_pass_input(pass), result->values.data, 4 * 36 * sizeof(float));
        nn_pass_forward(pass, 4, NULL);
        cr_assert(nn_diversity(nn_pass_output(pass, 1), 4, 6, 16, &likeness[with], NULL, NULL) ==
                  NN_OK);
        nn_pass_free(pass);
        nn_result_free(result);
        nn_args_clear(&args);
    }
    cr_expect(likeness[1] < likeness[0], "%g %g", likeness[0], likeness[1]);
    nn_net_free(net);
}

/* A layer, a direction, a sample to begin with, inputs that are no images. */
Test(actmax, other_aims)
{
    const char *lines[] = {"dense 4 tanh", "dense 3", NULL};
    struct nn_net *net = net_of("5", lines, 6);
    float direction[3] = {1, -1, 0}, lows[5] = {0, -1, 2, 3, 0}, highs[5] = {1, 1, 2, 5, 3};
    float start[5] = {0.5f, 0, 2, 4, 1};
    struct nn_args args = args_of(nn_actmax_args, "l2=0"),
                   dream = args_of(nn_dream_args, "l2=0 steps=200");
    struct nn_actmax_request request = {.net = net,
                                        .node = 3,
                                        .what = NN_ACTMAX_DIRECTION,
                                        .direction = direction,
                                        .count = 1,
                                        .args = &args,
                                        .lows = lows,
                                        .highs = highs};
    struct nn_result *result = NULL;
    double aims[2], before = 0;
    for (int what = 0; what < 2; what++) {
        request.what = what ? NN_ACTMAX_LAYER : NN_ACTMAX_DIRECTION;
        request.start = what ? start : NULL;
        request.args = what ? &dream : &args;
        cr_assert(nn_actmax(&request, &result, NULL) == NN_OK);
        for (size_t i = 0; i < 5; i++)
            cr_expect(result->values.data[i] >= lows[i] && result->values.data[i] <= highs[i]);
        cr_expect_str_eq(result->method, what ? "dream" : "actmax");
        aims[what] = figure_of(result, "F(x)");
        nn_result_free(result);
    }
    for (int32_t unit = 0; unit < 3; unit++) {
        struct nn_target target = {.what = NN_EXPLAIN_UNIT, .unit = &unit, .node = 3};
        double value;
        cr_assert(nn_explain_value(net, &target, start, 1, &value, NULL, NULL) == NN_OK);
        before += value * value / 3;
    }
    cr_expect(aims[1] > before, "%g %g", aims[1], before);
    nn_args_clear(&args);
    args = args_of(nn_actmax_args, "parameters=fourier");
    request.args = &args;
    request.start = NULL;
    struct nn_error error = {0};
    cr_expect(nn_actmax(&request, &result, &error) == NN_REFUSED &&
              strstr(error.message, "images"));
    nn_args_clear(&args);
    args = args_of(nn_actmax_args, "parameters=data");
    cr_expect(nn_actmax(&request, &result, &error) == NN_STATE && strstr(error.message, "data"));
    nn_args_clear(&args);
    nn_args_clear(&dream);
    nn_net_free(net);
}

Test(resize, bilinear_with_half_pixel_centres)
{
    float in[4] = {0, 1, 2, 3}, out[16];
    nn_map_resize(in, 2, 2, out, 4, 4);
    /* corners are clamped, the inside interpolates */
    cr_expect(out[0] == 0 && out[3] == 1 && out[12] == 2 && out[15] == 3);
    cr_expect(fabs((double)out[5] - 0.75) < 1e-6, "%g", (double)out[5]);
    nn_map_resize(in, 2, 2, out, 2, 2);
    cr_expect(memcmp(in, out, sizeof in) == 0);
}
