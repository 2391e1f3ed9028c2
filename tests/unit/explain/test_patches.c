/* Patches run on cut-outs of the image against the whole image: F must be the same to the bit. */
#include "nets.h"

#include "explain/patches.h"

#include <string.h>

enum { SIDE = 48, MOST = 3 * SIDE * SIDE, TRIALS = 700 };

struct asked {
    const float *x;
    const struct nn_patch_grid *grid;
    size_t size, channels, most; /* most inputs that were made at a time */
    double value[TRIALS];
};

/* A patch of numbers that differ from trial to trial. */
static void make(void *context, size_t first, size_t n, float *x)
{
    struct asked *asked = context;
    const size_t *extent = asked->grid->extent;
    asked->most = n > asked->most ? n : asked->most;
    for (size_t k = first; k < first + n; k++, x += asked->size) {
        struct nn_patch patch = nn_patch_at(asked->grid, k);
        memcpy(x, asked->x, asked->size * sizeof *x);
        for (size_t c = 0; c < asked->channels; c++)
            for (size_t row = patch.begin[0]; row < patch.end[0]; row++)
                for (size_t column = patch.begin[1]; column < patch.end[1]; column++)
                    x[(c * extent[0] + row) * extent[1] + column] = (float)((k + row) % 7) - 3.0f;
    }
}

static void take(void *context, size_t first, size_t n, const double *value)
{
    struct asked *asked = context;
    memcpy(asked->value + first, value, n * sizeof *value);
}

static size_t steps_of(size_t extent, size_t window, size_t stride)
{
    return (extent - window + stride - 1) / stride + 1;
}

static void check(const char *input, const char *const *lines, size_t window, size_t stride,
                  bool local)
{
    struct nn_net *net = net_of(input, lines, 5);
    const struct nn_shape *shape = &net->nodes[0]->shape;
    struct nn_error error = {0};
    struct nn_random random;
    static float x[MOST];
    int32_t unit = 1;
    nn_random_init(&random, 3, NN_STREAM_GENERATE, 0);
    nn_random_normals(&random, x, net->nodes[0]->size);
    struct nn_patch_grid grid = {.extent = {shape->dim[1], shape->dim[2]},
                                 .window = {window, window + 1},
                                 .stride = {stride, stride}};
    for (int axis = 0; axis < 2; axis++)
        grid.steps[axis] = steps_of(grid.extent[axis], grid.window[axis], stride);
    struct nn_explain_call call = {
        .net = net, .batch = 1, .x = x, .target = {.node = net->count - 1, .unit = &unit}};
    static struct asked whole, part;
    whole = part = (struct asked){
        .x = x, .grid = &grid, .size = net->nodes[0]->size, .channels = shape->dim[0]};
    struct nn_trials trials = {.call = &call,
                               .n = grid.steps[0] * grid.steps[1],
                               .make = make,
                               .take = take,
                               .context = &whole};
    cr_assert(trials.n <= TRIALS);
    cr_assert(nn_explain_trials(&trials, &error) == NN_OK, "%s", error.message);
    trials.context = &part;
    cr_assert(nn_explain_patches(&trials, &grid, &error) == NN_OK, "%s", error.message);
    cr_assert((part.most == 1) == local, "%s %s: the %s ran", input, *lines,
              local ? "whole image" : "cut-out");
    for (size_t k = 0; k < trials.n; k++)
        cr_assert(whole.value[k] == part.value[k], "%s %s, patch %zu of %zu: %.9g, not %.9g", input,
                  *lines, k, trials.n, part.value[k], whole.value[k]);
    nn_net_free(net);
}

#define NET(...)                                                                                   \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

Test(patches, are_the_same_as_the_whole_image)
{
    const char *const *const nets[] = {
        NET("conv2d 4 3 relu", "conv2d 5 3 relu", "maxpool2d 2", "flatten", "dense 3"),
        NET("conv2d 4 3 padding=same relu", "batchnorm", "maxpool2d 2", "conv2d 6 3 padding=1",
            "dropout 0.5", "avgpool2d 2 ceil_mode=yes", "flatten", "dense 3"),
        NET("conv2d 4 5 stride=2 padding=same tanh", "conv2d 6 3 stride=2 padding=1x0x0x1",
            "flatten", "dense 3"),
        NET("conv2d 6 3 dilation=2 padding=2", "conv2d 6 3 groups=6 silu",
            "avgpool2d 3 stride=2 padding=1 count_include_pad=no", "globalavgpool2d", "flatten",
            "dense 3"),
        NET("conv2d 4 1 stride=3", "relu", "flatten", "dense 3"), /* some places are not read */
    };
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        check("1x28x28", nets[i], 4, 2, true);
        check("3x37x30", nets[i], 3, 3, true);
        check("2x41x48", nets[i], 2, 2, true);
    }
}

Test(patches, run_as_a_whole_where_no_part_saves_much)
{
    check("1x12x12", NET("conv2d 4 3 relu", "conv2d 5 3 relu", "flatten", "dense 3"), 6, 3, false);
    check("1x20x20", NET("flatten", "dense 40 relu", "dense 3"), 3, 3, false);
    check("1x20x20", NET("groupnorm 1", "conv2d 8 3", "flatten", "dense 3"), 3, 3, false);
}

/* A branch that reads an earlier layer ends the part that can be cut out. */
Test(patches, stop_where_the_net_branches)
{
    check("1x30x30",
          NET("conv2d 8 3 relu padding=same name=a", "conv2d 8 3 padding=same name=b",
              "add from=a,b", "maxpool2d 2", "flatten", "dense 3"),
          3, 2, false);
    check("1x30x30",
          NET("conv2d 16 3 relu padding=same", "conv2d 4 3 padding=same name=a",
              "conv2d 4 1 padding=same name=b", "add from=a,b", "flatten", "dense 3"),
          3, 2, true);
}
