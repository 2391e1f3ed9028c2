#include "build.h"
#include "engine/field.h"

#include <math.h>

/* Weights above 0, so that a larger input can only make outputs larger, never cancel. */
static void make_positive(struct nn_net *net)
{
    for (size_t i = 0;; i++) {
        struct nn_param *param = nn_net_param(net, i, NULL, NULL);
        if (!param)
            return;
        float *values = param->value.data;
        for (size_t k = 0; k < nn_shape_size(&param->value.shape); k++)
            values[k] = 0.1f + fabsf(values[k]);
    }
}

/* The sum over the channels at one place of a node, or over all units. */
static double answer(struct nn_pass *pass, const struct nn_node *node, size_t y, size_t x)
{
    const float *out = nn_pass_output(pass, node->index);
    double sum = 0;
    if (node->shape.rank != 3)
        y = x = 0;
    size_t maps = node->shape.rank == 3 ? node->shape.dim[0] : node->size;
    size_t width = node->shape.rank == 3 ? node->shape.dim[2] : 1, places = node->size / maps;
    for (size_t c = 0; c < maps; c++)
        sum += (double)out[c * places + y * width + x];
    return sum;
}

/* Changes one pixel after the other and sees what that does to the place. */
static struct nn_field search(struct nn_pass *pass, const struct nn_node *node, size_t y, size_t x)
{
    const struct nn_shape *in = &nn_pass_net(pass)->nodes[0]->shape;
    size_t height = in->dim[1], width = in->dim[2];
    float *input = nn_pass_input(pass);
    struct nn_field found = {{height, width}, {0, 0}};
    nn_pass_forward(pass, 1, NULL);
    double before = answer(pass, node, y, x);
    for (size_t i = 0; i < height * width; i++) {
        float kept = input[i];
        size_t at[2] = {i / width, i % width};
        input[i] = 1000;
        nn_pass_forward(pass, 1, NULL);
        bool reached = answer(pass, node, y, x) > before;
        input[i] = kept;
        for (int axis = 0; axis < 2 && reached; axis++) {
            found.low[axis] = at[axis] < found.low[axis] ? at[axis] : found.low[axis];
            found.high[axis] = at[axis] >= found.high[axis] ? at[axis] + 1 : found.high[axis];
        }
    }
    return found;
}

static void compare(const char *layers)
{
    struct nn_net *net = build_net("1x9x11", layers);
    make_positive(net);
    struct nn_pass *pass = build_pass(net, 1, NN_PASS_FORWARD);
    fill_random(nn_pass_input(pass), 9 * 11, 3);
    for (int i = 0; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        size_t rows = node->shape.rank == 3 ? node->shape.dim[1] : 1;
        size_t columns = node->shape.rank == 3 ? node->shape.dim[2] : 1;
        for (size_t place = 0; place < rows * columns; place += 4) {
            size_t y = place / columns, x = place % columns;
            struct nn_field field, found = search(pass, node, y, x);
            cr_assert(nn_receptive_field(net, i, y, x, &field), "%s: %s", layers, node->name);
            for (int axis = 0; axis < 2; axis++)
                cr_assert(
                    field.low[axis] == found.low[axis] && field.high[axis] == found.high[axis],
                    "%s: %s at %zu,%zu sees %zu to %zu, not %zu to %zu", layers, node->name, y, x,
                    found.low[axis], found.high[axis], field.low[axis], field.high[axis]);
        }
    }
    nn_pass_free(pass);
    nn_net_free(net);
}

Test(field, is_what_a_change_of_a_pixel_reaches)
{
    compare("conv2d 2 3;conv2d 2 3x5 padding=same;avgpool2d 2");
    compare("conv2d 2 3 stride=2 padding=1;maxpool2d 3 stride=2 padding=1;conv2d 1 2 dilation=2");
    compare("conv2d 2 3 padding=same relu name=a;conv2d 2 3 padding=same name=b;"
            "add from=a,b;conv2d 2 5 padding=same name=c;concat from=a,c;batchnorm");
    compare("conv2d 2 3 padding=2x0x1x3;globalavgpool2d;flatten;dense 3");
    compare("avgpool2d 3;flatten;dense 3 name=d");
}

Test(field, is_not_told_where_it_is_not_known)
{
    struct nn_net *net = build_net("1x6x6", "conv2d 2 3 name=c;upsample 2 name=u;flatten name=f");
    struct nn_net *table = build_net("6", "dense 2");
    struct nn_field field = {{7, 7}, {9, 9}};
    cr_assert(nn_receptive_field(net, node_index(net, "c"), 3, 3, &field));
    cr_assert(field.low[0] == 3 && field.high[1] == 6);
    cr_assert(!nn_receptive_field(net, node_index(net, "c"), 4, 0, &field));
    cr_assert(!nn_receptive_field(net, node_index(net, "u"), 0, 0, &field));
    cr_assert(!nn_receptive_field(net, 99, 0, 0, &field));
    cr_assert(!nn_receptive_field(NULL, 0, 0, 0, &field));
    cr_assert(!nn_receptive_field(table, 1, 0, 0, &field));
    cr_assert(field.low[0] == 3 && field.high[1] == 6, "untouched when it is not known");
    nn_net_free(net);
    nn_net_free(table);
}
