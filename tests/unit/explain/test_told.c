/* What a result says of its arguments: what was chosen by the method itself, and nothing that had
 * no part in the map. */
#include "nets.h"

#include <string.h>

static const char *const wide[] = {"dense 4 relu", "dense 2", NULL};

static void says(const struct nn_net *net, const char *method, const char *args, const char *wanted)
{
    static float x[400];
    for (size_t i = 0; i < 400; i++)
        x[i] = 0.1f * (float)(i % 7) - 0.2f;
    struct nn_result *map = explain_with(net, method, args, x, 1, "1", NULL, NULL, NULL);
    cr_expect(strcmp(map->parameters, wanted) == 0, "%s %s: '%s', not '%s'", method, args,
              map->parameters, wanted);
    nn_result_free(map);
}

Test(told, shapley_values)
{
    const char *large[] = {"dense 20000 relu", "dense 2", NULL};
    struct nn_net *few = net_of("5", wide, 1), *more = net_of("15", wide, 1),
                  *many = net_of("30", wide, 1), *costly = net_of("14", large, 1);
    says(few, "shapley", "", "kind=exact samples=32");
    says(more, "shapley", "", "kind=exact samples=32768");
    says(more, "shapley", "kind=permutation", "kind=permutation samples=200");
    says(many, "shapley", "samples=3", "kind=permutation samples=3");
    says(costly, "shapley", "samples=1", "kind=exact samples=16384");
    says(few, "kernel_shap", "", "samples=30");
    says(many, "kernel_shap", "", "samples=2048");
    nn_net_free(few);
    nn_net_free(more);
    nn_net_free(many);
    nn_net_free(costly);
}

Test(told, windows)
{
    const char *maps[] = {"conv2d 2 3", "flatten", "dense 2", NULL},
               *series[] = {"conv1d 2 3", "flatten", "dense 2", NULL};
    struct nn_net *table = net_of("5", wide, 1), *image = net_of("1x9x9", maps, 1),
                  *flat = net_of("1x3x9", maps, 1), *time = net_of("2x9", series, 1);
    says(table, "occlusion", "", "window=1 stride=1");
    says(table, "occlusion", "window=3", "window=3 stride=2");
    says(image, "occlusion", "", "window=4 stride=2");
    says(image, "occlusion", "window=1", "window=1 stride=1");
    says(flat, "occlusion", "", "window=3x4 stride=2");
    says(time, "occlusion", "", "window=4 stride=2");
    nn_net_free(table);
    nn_net_free(image);
    nn_net_free(flat);
    nn_net_free(time);
}

Test(told, keys_of_lrp)
{
    const char *maps[] = {"conv2d 2 3 relu", "conv2d 2 3 relu", "flatten", "dense 2", NULL};
    struct nn_net *table = net_of("5", wide, 1), *image = net_of("1x9x9", maps, 1);
    says(table, "lrp", "", "composite=epsilon_plus variant=zennit");
    says(table, "lrp", "rule=gamma", "rule=gamma gamma=0.25 variant=zennit");
    says(table, "lrp", "rule=epsilon gamma=3 low=1", "rule=epsilon variant=zennit");
    says(table, "lrp", "rule=alphabeta", "rule=alphabeta alpha=2 beta=1 variant=zennit");
    says(image, "lrp", "composite=epsilon_gamma_box low=-1",
         "composite=epsilon_gamma_box gamma=0.25 low=-1 variant=zennit");
    nn_net_free(table);
    nn_net_free(image);
}

/* The advice names a key that the method has. */
Test(told, what_makes_the_gap_smaller)
{
    struct nn_net *net = net_of("5", (const char *[]){"dense 9 tanh", "dense 2", NULL}, 1);
    static const char *const cases[][3] = {{"ig", "steps=1 rule=left", "raise steps="},
                                           {"gradient_shap", "samples=2", "raise samples="}};
    float x[5] = {3, -2, 4, 1, -5};
    for (size_t i = 0; i < 2; i++) {
        struct nn_result *map =
            explain_with(net, cases[i][0], cases[i][1], x, 1, "1", NULL, NULL, NULL);
        cr_expect(strstr(map->note, cases[i][2]), "%s: %s", cases[i][0], map->note);
        nn_result_free(map);
    }
    nn_net_free(net);
}
