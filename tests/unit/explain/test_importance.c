/* Permutation importance of a net whose answers are known. */
#include "explain/importance.h"
#include "nets.h"

#include "base/mem.h"
#include "engine/loss.h"
#include "engine/metric.h"
#include "engine/optimizer.h"

#include <string.h>

enum { SAMPLES = 400, FEATURES = 4 };

static float table[SAMPLES * FEATURES];

static void fetch(const struct nn_source *source, const size_t *index, size_t n, float *x,
                  int32_t *classes, float *values)
{
    (void)source;
    (void)values;
    for (size_t k = 0; k < n; k++) {
        const float *row = table + index[k] * FEATURES;
        memcpy(x + k * FEATURES, row, sizeof *x * FEATURES);
        if (classes)
            classes[k] = row[1] > 0;
    }
}

/* The class is the sign of feature 1, and the net reads it alone: half of the answers are wrong
 * when it is mixed, all right when others are. */
Test(importance, finds_the_feature_that_decides)
{
    const char *lines[] = {"dense 2 softmax", NULL};
    struct nn_net *net = net_of("4", lines, 1);
    struct nn_recipe recipe = {0};
    struct nn_groups groups = {0};
    struct nn_random random;
    double mean[FEATURES], deviation[FEATURES];
    struct nn_importance importance = {.mean = mean, .deviation = deviation};
    struct nn_source source = {.count = SAMPLES,
                               .shape = net->nodes[0]->shape,
                               .classes = 2,
                               .labelled = true,
                               .fetch = fetch};
    const float weights[] = {0, -1, 0, 0, 0, 1, 0, 0};
    memcpy(net->nodes[1]->params[0].value.data, weights, sizeof weights);
    memset(net->nodes[1]->params[1].value.data, 0, 2 * sizeof(float));
    nn_random_init(&random, 3, NN_STREAM_EXPLAIN, 0);
    for (size_t i = 0; i < SAMPLES * FEATURES; i++)
        table[i] = nn_random_normal(&random);
    cr_assert(nn_recipe_default(&recipe, nn_loss_find("categorical_crossentropy"),
                                nn_optimizer_find("sgd"), NULL) == NN_OK);
    cr_assert(nn_recipe_add_metric(&recipe, nn_metric_find("accuracy"), NULL) == NN_OK);
    cr_assert(nn_groups_make(&groups, &source.shape, NULL, NULL) == NN_OK);
    struct nn_importance_request request = {.net = net,
                                            .source = &source,
                                            .recipe = &recipe,
                                            .metric = 0,
                                            .groups = &groups,
                                            .repeats = 10,
                                            .seed = 1};
    cr_assert(nn_importance_measure(&request, &importance, NULL) == NN_OK);
    cr_expect(importance.base == 1);
    for (size_t i = 0; i < FEATURES; i++)
        if (i == 1)
            cr_expect(mean[i] > 0.45 && mean[i] < 0.55 && deviation[i] > 0 && deviation[i] < 0.1,
                      "%g +- %g", mean[i], deviation[i]);
        else
            cr_expect(mean[i] == 0 && deviation[i] == 0);
    request.metric = -1; /* the loss, of which less is better */
    cr_assert(nn_importance_measure(&request, &importance, NULL) == NN_OK);
    cr_expect(mean[1] > 0.1 && fabs(mean[0]) < 1e-12);
    nn_groups_clear(&groups);
    nn_recipe_clear(&recipe);
    nn_net_free(net);
}

Test(importance, groups)
{
    struct nn_groups groups = {0};
    struct nn_error error = {0};
    struct nn_shape row = nn_shape_make(1, (size_t[]){7}),
                    image = nn_shape_make(3, (size_t[]){2, 3, 5});
    cr_assert(nn_groups_make(&groups, &row, "3", NULL) == NN_OK && groups.count == 3);
    cr_expect(groups.of[0] == 0 && groups.of[3] == 1 && groups.of[6] == 2);
    nn_groups_clear(&groups);
    cr_assert(nn_groups_make(&groups, &image, "2x4", NULL) == NN_OK && groups.count == 4);
    cr_expect(groups.of[0] == 0 && groups.of[4] == 1 && groups.of[10] == 2 && groups.of[14] == 3);
    cr_expect(groups.of[15 + 14] == 3);
    nn_groups_clear(&groups);
    cr_expect(nn_groups_make(&groups, &image, "0x4", &error) != NN_OK);
    cr_expect(nn_groups_make(&groups, &image, "no-such-file.npy", &error) != NN_OK);
    cr_expect(groups.of == NULL);
}
