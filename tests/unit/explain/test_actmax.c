#include "nets.h"

#include <string.h>

static struct nn_result *maximize(const struct nn_net *net, int node, size_t unit, const char *text,
                                  uint64_t seed)
{
    struct nn_args args = args_of(nn_actmax_args, text);
    struct nn_actmax_request request = {
        .net = net, .node = node, .unit = unit, .args = &args, .low = 0, .high = 1, .seed = seed};
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
    struct nn_actmax_request request = {.net = net, .node = 1, .unit = 3, .args = &args, .high = 1};
    struct nn_error error = {0};
    struct nn_result *result = NULL;
    cr_expect(nn_actmax(&request, &result, &error) == NN_ARGUMENT);
    cr_expect(strstr(error.message, "0 to 2") != NULL, "%s", error.message);
    request.node = 0;
    cr_expect(nn_actmax(&request, &result, &error) == NN_REFUSED);
    nn_args_clear(&args);
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
