#include "base/pool.h"
#include "build.h"

#include <malloc.h>
#include <math.h>

/* Residual, concatenating, with one node read three times and one twice by the same layer. */
#define GRAPH                                                                                      \
    "conv2d 4 3 padding=same tanh name=c1;"                                                        \
    "conv2d 4 3 padding=same name=c2;"                                                             \
    "batchnorm name=bn;"                                                                           \
    "add from=bn,c1,c1 name=sum;"                                                                  \
    "concat from=sum,c1 name=cat;"                                                                 \
    "gelu;avgpool2d 2;flatten;dense 5 sigmoid name=d1;dense 3 name=d2;softmax name=last"

#define BATCH 4

static void forward(struct nn_pass *pass, bool training)
{
    struct nn_random random;
    nn_random_init(&random, 9, NN_STREAM_DROPOUT, 4);
    nn_pass_forward(pass, BATCH, training ? &random : NULL);
}

static void backward(struct nn_pass *pass, int from, const float *seed, int to, bool parameters)
{
    struct nn_walk walk = {.from = from, .seed = seed, .to = to, .parameters = parameters};
    struct nn_error error = {0};
    cr_assert(nn_pass_backward(pass, &walk, &error) == NN_OK, "%s", error.message);
}

Test(pass, dense_relu_by_hand)
{
    struct nn_net *net = build_net("2", "dense 2 relu;dense 1");
    float *w1 = net->nodes[1]->params[0].value.data, *b1 = net->nodes[1]->params[1].value.data;
    float *w2 = net->nodes[3]->params[0].value.data, *b2 = net->nodes[3]->params[1].value.data;
    memcpy(w1, (float[]){1, 2, -3, 1}, 4 * sizeof(float));
    memcpy(b1, (float[]){0.5f, 0}, 2 * sizeof(float));
    memcpy(w2, (float[]){2, 5}, 2 * sizeof(float));
    b2[0] = -1;
    struct nn_pass *pass = build_pass(net, 4, NN_PASS_PARAMETERS);
    memcpy(nn_pass_input(pass), (float[]){1, 1, -1, 2}, 4 * sizeof(float));
    nn_pass_forward(pass, 2, NULL);
    const float *y = nn_pass_output(pass, 3);
    /* sample 0: 3.5, -2 -> 3.5, 0 -> 6; sample 1: 3.5, 5 -> 31 */
    cr_assert(y[0] == 6 && y[1] == 31);
    backward(pass, 3, (float[]){1, 10}, 0, true);
    const float *dx = nn_pass_gradient(pass, 0), *dw = nn_pass_param_gradient(pass, 1, 0);
    cr_assert(dx[0] == 2 && dx[1] == 4);
    cr_assert(dx[2] == 10 * (2 - 15) && dx[3] == 10 * (4 + 5));
    cr_assert(dw[0] == 2 - 20 && dw[1] == 2 + 40 && dw[2] == -50 && dw[3] == 100);
    cr_assert(nn_pass_param_gradient(pass, 3, 1)[0] == 11);
    cr_assert(nn_pass_batch(pass) == 2 && nn_pass_max_batch(pass) == 4 && nn_pass_net(pass) == net);
    nn_pass_free(pass);
    nn_net_free(net);
}

/* ---- gradients of a graph ---- */

static double objective(struct nn_pass *pass, const float *seed, bool training)
{
    const struct nn_node *last = nn_net_output(nn_pass_net(pass));
    double sum = 0.0;
    forward(pass, training);
    for (size_t i = 0; i < BATCH * last->size; i++)
        sum += (double)seed[i] * (double)nn_pass_output(pass, last->index)[i];
    return sum;
}

static void compare_slopes(struct nn_pass *pass, const float *seed, bool training, float *values,
                           const float *gradient, size_t count, const char *what)
{
    double largest = 0.0, step = 1e-2;
    float *kept = nn_calloc(count, sizeof *kept);
    memcpy(kept, gradient, count * sizeof *kept);
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs((double)kept[i]));
    cr_assert(largest > 0.0, "%s", what);
    for (size_t i = 0; i < count; i += 1 + count / 40) {
        float old = values[i], up = old + (float)step, down = old - (float)step;
        values[i] = up;
        double above = objective(pass, seed, training);
        values[i] = down;
        double below = objective(pass, seed, training);
        values[i] = old;
        double slope = (above - below) / ((double)up - (double)down);
        cr_assert(fabs(slope - (double)kept[i]) <= 5e-3 * largest, "%s %zu: %g, not %g", what, i,
                  (double)kept[i], slope);
    }
    nn_free(kept);
}

static void check_graph(bool training)
{
    struct nn_net *net = build_net("2x6x4", GRAPH);
    struct nn_pass *pass = build_pass(net, BATCH + 2, NN_PASS_PARAMETERS);
    float seed[BATCH * 3];
    fill_random(seed, BATCH * 3, 1);
    fill_random(nn_pass_input(pass), BATCH * net->nodes[0]->size, 2);
    forward(pass, training);
    backward(pass, net->count - 1, seed, 0, true);
    compare_slopes(pass, seed, training, nn_pass_input(pass), nn_pass_gradient(pass, 0),
                   BATCH * net->nodes[0]->size, "input");
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++) {
            struct nn_param *param = &net->nodes[i]->params[p];
            /* What normalisation takes away again has no slope to compare. */
            bool cancelled = training && !strcmp(net->nodes[i]->name, "c2") && p == 1;
            if (!param->spec.trainable || cancelled)
                continue;
            forward(pass, training);
            backward(pass, net->count - 1, seed, -1, true);
            compare_slopes(pass, seed, training, param->value.data,
                           nn_pass_param_gradient(pass, i, p), nn_shape_size(&param->spec.shape),
                           net->nodes[i]->name);
        }
    nn_pass_free(pass);
    nn_net_free(net);
}

Test(pass, gradients_of_a_graph)
{
    check_graph(false);
    check_graph(true);
}

/* ---- the way of a walk ---- */

static bool all_zero(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] != 0.0f)
            return false;
    return true;
}

Test(pass, walk_without_input_gradient_gives_the_same_parameters)
{
    struct nn_net *net = build_net("2x6x4", GRAPH);
    struct nn_pass *a = build_pass(net, BATCH, NN_PASS_PARAMETERS);
    struct nn_pass *b = build_pass(net, BATCH, NN_PASS_PARAMETERS);
    float seed[BATCH * 3];
    fill_random(seed, BATCH * 3, 1);
    fill_random(nn_pass_input(a), BATCH * net->nodes[0]->size, 2);
    fill_random(nn_pass_input(b), BATCH * net->nodes[0]->size, 2);
    forward(a, true);
    forward(b, true);
    backward(a, net->count - 1, seed, 0, true);
    backward(b, net->count - 1, seed, -1, true);
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++)
            cr_assert(!memcmp(nn_pass_param_gradient(a, i, p), nn_pass_param_gradient(b, i, p),
                              nn_shape_size(&net->nodes[i]->params[p].spec.shape) * sizeof(float)));
    cr_assert(!all_zero(nn_pass_gradient(a, 0), BATCH * net->nodes[0]->size));
    cr_assert(all_zero(nn_pass_gradient(b, 0), BATCH * net->nodes[0]->size));
    nn_pass_free(a);
    nn_pass_free(b);
    nn_net_free(net);
}

Test(pass, off_the_way_all_is_zero)
{
    struct nn_net *net = build_net("4", "dense 3 name=a;dense 3 name=b from=a;"
                                        "dense 3 name=c from=a;dense 2 name=d from=b;"
                                        "dense 2 name=e from=c");
    struct nn_pass *pass = build_pass(net, BATCH, NN_PASS_PARAMETERS);
    float seed[BATCH * 3];
    fill_random(seed, BATCH * 3, 1);
    fill_random(nn_pass_input(pass), BATCH * 4, 2);
    forward(pass, false);
    /* first a walk that leaves traces everywhere */
    backward(pass, node_index(net, "e"), seed, 0, true);
    backward(pass, node_index(net, "d"), seed, 0, true);
    cr_assert(all_zero(nn_pass_gradient(pass, node_index(net, "c")), BATCH * 3));
    cr_assert(all_zero(nn_pass_gradient(pass, node_index(net, "e")), BATCH * 2));
    cr_assert(all_zero(nn_pass_param_gradient(pass, node_index(net, "c"), 0), 9));
    cr_assert(!all_zero(nn_pass_gradient(pass, node_index(net, "b")), BATCH * 3));
    cr_assert(!all_zero(nn_pass_param_gradient(pass, node_index(net, "b"), 0), 9));
    /* it ends at b: what stands before is zero, and b's own parameters are not reached */
    backward(pass, node_index(net, "d"), seed, node_index(net, "b"), true);
    cr_assert(!all_zero(nn_pass_gradient(pass, node_index(net, "b")), BATCH * 3));
    cr_assert(all_zero(nn_pass_gradient(pass, node_index(net, "a")), BATCH * 3));
    cr_assert(all_zero(nn_pass_gradient(pass, 0), BATCH * 4));
    cr_assert(all_zero(nn_pass_param_gradient(pass, node_index(net, "b"), 0), 9));
    cr_assert(!all_zero(nn_pass_param_gradient(pass, node_index(net, "d"), 0), 6));
    nn_pass_free(pass);
    nn_net_free(net);
}

Test(pass, walk_that_starts_at_the_end_node_only_holds_the_seed)
{
    struct nn_net *net = build_net("3", "dense 3;relu");
    struct nn_pass *pass = build_pass(net, BATCH, NN_PASS_GRADIENTS);
    float seed[BATCH * 3];
    fill_random(seed, BATCH * 3, 1);
    forward(pass, false);
    backward(pass, 1, seed, 1, false);
    cr_assert(!memcmp(nn_pass_gradient(pass, 1), seed, sizeof seed));
    cr_assert(all_zero(nn_pass_gradient(pass, 0), BATCH * 3));
    cr_assert(nn_pass_param_gradient(pass, 1, 0) == NULL);
    nn_pass_free(pass);
    nn_net_free(net);
}

/* ---- rules ---- */

struct choices {
    int asked[32];
    const struct nn_rule *rule;
    int node;
};

static size_t rule_scratch(const struct nn_node *node, size_t batch)
{
    return batch * node->size;
}

/* The layer's own gradient, times the setting; by way of the work space. */
static enum nn_status scaled_gradient(const struct nn_call *call, const void *settings,
                                      struct nn_error *error)
{
    (void)error;
    struct nn_call inner = *call;
    size_t count = call->batch * call->node->size;
    float *dy = nn_rule_scratch(call);
    for (size_t i = 0; i < count; i++)
        dy[i] = call->dy[i] * *(const float *)settings;
    inner.dy = dy;
    call->node->layer->backward(&inner);
    return NN_OK;
}

static enum nn_status refuse(const struct nn_call *call, const void *settings,
                             struct nn_error *error)
{
    (void)settings;
    return nn_fail(error, NN_REFUSED, "no rule for %s", call->node->name);
}

static const struct nn_rule scaled = {
    .name = "scaled", .scratch = rule_scratch, .apply = scaled_gradient};
static const struct nn_rule refusing = {.name = "refusing", .apply = refuse};

static struct nn_rule_choice choose(void *context, const struct nn_node *node)
{
    static const float three = 3.0f;
    struct choices *choices = context;
    choices->asked[node->index]++;
    if (node->index != choices->node)
        return (struct nn_rule_choice){0};
    return (struct nn_rule_choice){.rule = choices->rule, .settings = &three};
}

Test(pass, rules_take_the_place_of_the_gradient)
{
    struct nn_net *net = build_net("2x6x4", "conv2d 3 3 name=c;flatten;dense 3;softmax");
    struct nn_pass *pass;
    size_t input = BATCH * net->nodes[0]->size;
    float seed[BATCH * 3], *plain = nn_calloc(input, sizeof *plain);
    struct choices choices = {.rule = &scaled, .node = 1};
    struct nn_error error = {0};
    size_t extra = rule_scratch(net->nodes[1], BATCH);
    cr_assert(nn_pass_new(net, BATCH, NN_PASS_GRADIENTS, extra, &pass, NULL) == NN_OK);
    fill_random(seed, BATCH * 3, 1);
    fill_random(nn_pass_input(pass), input, 2);
    forward(pass, false);
    backward(pass, 3, seed, 0, false);
    memcpy(plain, nn_pass_gradient(pass, 0), input * sizeof *plain);

    struct nn_walk walk = {.from = 3, .seed = seed, .choose = choose, .context = &choices};
    cr_assert(nn_pass_backward(pass, &walk, NULL) == NN_OK);
    for (size_t i = 0; i < input; i++)
        cr_assert(fabsf(nn_pass_gradient(pass, 0)[i] - 3.0f * plain[i]) < 1e-5f);
    cr_assert(choices.asked[0] == 0 && choices.asked[1] == 1 && choices.asked[3] == 1);
    cr_assert(choices.asked[4] == 0);

    choices.rule = &refusing;
    cr_assert(nn_pass_backward(pass, &walk, &error) == NN_REFUSED);
    cr_assert(!strcmp(error.message, "no rule for c"));
    nn_free(plain);
    nn_pass_free(pass);
    nn_net_free(net);
}

/* ---- modes ---- */

Test(pass, forward_after_redoes_what_depends)
{
    struct nn_net *net = build_net("4", "dense 3 name=a;relu name=b from=a;dense 3 name=c from=a;"
                                        "add name=s from=b,c;dense 2 name=out");
    struct nn_pass *pass = build_pass(net, BATCH, NN_PASS_FORWARD);
    struct nn_pass *other = build_pass(net, BATCH, NN_PASS_FORWARD);
    int b = node_index(net, "b"), c = node_index(net, "c"), out = node_index(net, "out");
    float before[BATCH * 3];
    fill_random(nn_pass_input(pass), BATCH * 4, 2);
    fill_random(nn_pass_input(other), BATCH * 4, 2);
    forward(pass, false);
    forward(other, false);
    memcpy(before, nn_pass_output(pass, c), sizeof before);
    for (size_t i = 0; i < BATCH * 3; i++)
        nn_pass_output_mutable(pass, b)[i] = 0.0f;
    nn_pass_forward_after(pass, b);
    cr_assert(!memcmp(before, nn_pass_output(pass, c), sizeof before));
    cr_assert(!memcmp(before, nn_pass_output(pass, node_index(net, "s")), sizeof before));
    cr_assert(
        memcmp(nn_pass_output(pass, out), nn_pass_output(other, out), BATCH * 2 * sizeof(float)));
    nn_pass_forward_after(pass, 0);
    cr_assert(
        !memcmp(nn_pass_output(pass, out), nn_pass_output(other, out), BATCH * 2 * sizeof(float)));
    nn_pass_free(pass);
    nn_pass_free(other);
    nn_net_free(net);
}

Test(pass, running_statistics_survive_the_backward_walk)
{
    struct nn_net *net = build_net("3", "batchnorm;dense 2");
    struct nn_pass *pass = build_pass(net, BATCH, NN_PASS_PARAMETERS);
    float after[3], seed[BATCH * 2];
    fill_random(nn_pass_input(pass), BATCH * 3, 2);
    fill_random(seed, BATCH * 2, 3);
    forward(pass, true);
    memcpy(after, nn_pass_param_gradient(pass, 1, 3), sizeof after);
    cr_assert(after[0] != 0.0f && after[0] != 1.0f);
    backward(pass, 2, seed, -1, true);
    cr_assert(!memcmp(after, nn_pass_param_gradient(pass, 1, 3), sizeof after));
    /* the net itself has not changed */
    cr_assert(net->nodes[1]->params[3].value.data[0] == 1.0f);
    nn_pass_free(pass);
    nn_net_free(net);
}

Test(pass, dropout_only_in_training_and_by_its_rate)
{
    struct nn_net *net = build_net("5000", "dropout 0.25;dropout 0.25");
    struct nn_pass *pass = build_pass(net, 2, NN_PASS_GRADIENTS);
    float *x = nn_pass_input(pass);
    struct nn_random random;
    size_t dropped = 0, differ = 0;
    for (size_t i = 0; i < 10000; i++)
        x[i] = 1.0f;
    nn_pass_forward(pass, 2, NULL);
    cr_assert(!memcmp(nn_pass_output(pass, 2), x, 10000 * sizeof *x));
    nn_random_init(&random, 1, NN_STREAM_DROPOUT, 1);
    nn_pass_forward(pass, 2, &random);
    for (size_t i = 0; i < 10000; i++) {
        float y = nn_pass_output(pass, 1)[i];
        cr_assert(y == 0.0f || fabsf(y - 4.0f / 3.0f) < 1e-6f);
        dropped += y == 0.0f;
        differ += (y == 0.0f) != (nn_pass_output(pass, 2)[i] == 0.0f);
    }
    cr_assert(dropped > 2300 && dropped < 2700, "%zu of 10000", dropped);
    cr_assert(differ > 1000, "both layers drop the same values");
    nn_pass_free(pass);
    nn_net_free(net);
}

/* ---- promises ---- */

#define CNN                                                                                        \
    "conv2d 20 5 padding=same relu name=c1;batchnorm;maxpool2d 2;"                                 \
    "conv2d 24 3 name=c2;add from=c2,c2 name=s;gelu;dropout 0.3;conv2d 24 3 groups=24 padding=1;"  \
    "globalavgpool2d name=g;concat from=g,g;flatten;dense 300 tanh;dense 10;softmax"

/* Everything that a step computes, as one number that changes with any bit. */
static uint64_t step_digest(struct nn_pass *pass, const float *seed)
{
    const struct nn_net *net = nn_pass_net(pass);
    uint64_t digest = 14695981039346656037u;
    forward(pass, true);
    backward(pass, net->count - 1, seed, 0, true);
    for (int i = 0; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        const float *arrays[2 + NN_MAX_PARAMS] = {nn_pass_output(pass, i),
                                                  nn_pass_gradient(pass, i)};
        size_t sizes[2 + NN_MAX_PARAMS] = {BATCH * node->size, BATCH * node->size};
        for (int p = 0; p < node->param_count; p++) {
            arrays[2 + p] = nn_pass_param_gradient(pass, i, p);
            sizes[2 + p] = nn_shape_size(&node->params[p].spec.shape);
        }
        for (int a = 0; a < 2 + node->param_count; a++)
            for (size_t k = 0; k < sizes[a]; k++) {
                uint32_t bits;
                cr_assert(isfinite(arrays[a][k]), "%s", node->name);
                memcpy(&bits, &arrays[a][k], sizeof bits);
                digest = (digest ^ bits) * 1099511628211u;
            }
    }
    return digest;
}

Test(pass, results_do_not_depend_on_the_number_of_threads)
{
    struct nn_net *net = build_net("3x28x27", CNN);
    uint64_t digests[4];
    float seed[BATCH * 10];
    fill_random(seed, BATCH * 10, 3);
    for (int t = 0; t < 4; t++) {
        cr_assert(nn_pool_set_threads((const int[]){1, 2, 7, 1}[t], NULL) == NN_OK);
        struct nn_pass *pass = build_pass(net, BATCH + (size_t)t, NN_PASS_PARAMETERS);
        fill_random(nn_pass_input(pass), BATCH * net->nodes[0]->size, 2);
        digests[t] = step_digest(pass, seed);
        cr_assert(step_digest(pass, seed) == digests[t], "a second step differs");
        nn_pass_free(pass);
    }
    cr_assert(digests[0] == digests[1] && digests[0] == digests[2] && digests[0] == digests[3]);
    nn_pool_shutdown();
    nn_net_free(net);
}

Test(pass, a_step_allocates_nothing)
{
    struct nn_net *net = build_net("3x28x27", CNN);
    struct nn_pass *pass = build_pass(net, BATCH, NN_PASS_PARAMETERS);
    float seed[BATCH * 10];
    fill_random(seed, BATCH * 10, 3);
    fill_random(nn_pass_input(pass), BATCH * net->nodes[0]->size, 2);
    step_digest(pass, seed); /* starts the threads */
    size_t count = nn_fault_alloc_count(), used = mallinfo2().uordblks;
    step_digest(pass, seed);
    cr_assert(nn_fault_alloc_count() == count);
    cr_assert(mallinfo2().uordblks == used);
    nn_pass_free(pass);
    nn_pool_shutdown();
    nn_net_free(net);
}

Test(pass, a_small_batch_is_as_alone)
{
    struct nn_net *net = build_net("2x6x4", GRAPH);
    struct nn_pass *all = build_pass(net, BATCH, NN_PASS_FORWARD);
    struct nn_pass *one = build_pass(net, 1, NN_PASS_FORWARD);
    size_t size = net->nodes[0]->size;
    int last = net->count - 1;
    fill_random(nn_pass_input(all), BATCH * size, 2);
    forward(all, false);
    for (size_t b = 0; b < BATCH; b++) {
        memcpy(nn_pass_input(one), nn_pass_input(all) + b * size, size * sizeof(float));
        nn_pass_forward(one, 1, NULL);
        for (size_t i = 0; i < 3; i++)
            cr_assert(fabsf(nn_pass_output(one, last)[i] - nn_pass_output(all, last)[b * 3 + i]) <
                      1e-6f);
    }
    nn_pass_free(all);
    nn_pass_free(one);
    nn_net_free(net);
}

Test(pass, sizes_are_checked_and_told)
{
    struct nn_net *net = build_net("1000", "dense 10"), *empty;
    struct nn_pass *pass = NULL;
    struct nn_error error = {0};
    size_t forward_bytes, all_bytes;
    cr_assert(nn_pass_new(net, SIZE_MAX / 2, NN_PASS_FORWARD, 0, &pass, &error) == NN_LIMIT);
    cr_assert(!pass && error.message[0]);
    cr_assert(nn_pass_bytes(net, SIZE_MAX / 500, 0, &all_bytes, NULL) == NN_LIMIT);
    cr_assert(nn_pass_bytes(net, 100, NN_PASS_FORWARD, &forward_bytes, NULL) == NN_OK);
    cr_assert(nn_pass_bytes(net, 100, NN_PASS_PARAMETERS, &all_bytes, NULL) == NN_OK);
    cr_assert(forward_bytes >= 4 * 100 * 1010 && forward_bytes < 5 * 100 * 1010);
    cr_assert(all_bytes >= 2 * 4 * 100 * 1010 + 4 * 10010 && all_bytes < 3 * 4 * 100 * 1010);
    cr_assert(nn_net_new(&empty, NULL) == NN_OK);
    cr_assert(nn_pass_new(empty, 1, NN_PASS_FORWARD, 0, &pass, &error) == NN_STATE);
    nn_net_free(empty);
    nn_net_free(net);
}

Test(pass, every_failing_allocation_is_an_error)
{
    if (!nn_fault_available())
        return;
    struct nn_net *net = build_net("2x6x4", GRAPH);
    for (size_t n = 1;; n++) {
        struct nn_pass *pass = NULL;
        struct nn_error error = {0};
        nn_fault_alloc(n, true);
        enum nn_status status = nn_pass_new(net, BATCH, NN_PASS_PARAMETERS, 0, &pass, &error);
        nn_fault_alloc(0, false);
        if (status == NN_OK) {
            cr_assert(n > 2);
            nn_pass_free(pass);
            break;
        }
        cr_assert(status == NN_MEMORY && !pass && error.message[0]);
    }
    nn_net_free(net);
}
