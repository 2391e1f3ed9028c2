#include "explain/method.h"

#include "base/mem.h"

#include <string.h>

enum { WINDOW, STRIDE };

static const struct nn_arg_spec args[] = {
    {"window", NN_ARG_DIMS, "4", 1, 65535, NULL, "pixels",
     "size of the patch that is covered: N or HxW (features: N)", 0},
    {"stride", NN_ARG_DIMS, "2", 1, 65535, NULL, "pixels",
     "step from patch to patch: N or HxW (features: N)", 0},
    {0},
};

/* The last one or two dimensions, over which the window moves; all channels are covered together.
 */
struct grid {
    size_t channels, extent[2], window[2], stride[2], steps[2], size;
};

static enum nn_status grid_init(struct grid *grid, const struct nn_explain_call *call,
                                struct nn_error *error)
{
    const struct nn_shape *shape = &call->net->nodes[0]->shape;
    bool image = shape->rank >= 2;
    grid->extent[0] = image ? shape->dim[shape->rank - 2] : 1;
    grid->extent[1] = shape->rank ? shape->dim[shape->rank - 1] : 1;
    grid->size = call->net->nodes[0]->size;
    grid->channels = grid->size / (grid->extent[0] * grid->extent[1]);
    for (int i = 0; i < 2; i++) {
        bool flat = i == 0 && !image; /* a row of features is one pixel high */
        grid->window[i] = flat ? 1 : (size_t)nn_args_dim(call->args, WINDOW, i);
        grid->stride[i] = flat ? 1 : (size_t)nn_args_dim(call->args, STRIDE, i);
        if (grid->window[i] > grid->extent[i])
            return nn_fail(error, NN_ARGUMENT,
                           "occlusion: a window of %zu does not fit into %zu %s", grid->window[i],
                           grid->extent[i], image ? "pixels" : "features");
        if (grid->stride[i] > grid->window[i])
            return nn_fail(
                error, NN_ARGUMENT,
                "occlusion: stride %zu is larger than window %zu: some %s would never be covered",
                grid->stride[i], grid->window[i], image ? "pixels" : "features");
        grid->steps[i] =
            (grid->extent[i] - grid->window[i] + grid->stride[i] - 1) / grid->stride[i] + 1;
    }
    return NN_OK;
}

struct patch {
    size_t begin[2], end[2]; /* cropped at the border */
};

static struct patch patch_at(const struct grid *grid, size_t number)
{
    struct patch patch;
    size_t place[2] = {number / grid->steps[1], number % grid->steps[1]};
    for (int i = 0; i < 2; i++) {
        patch.begin[i] = place[i] * grid->stride[i];
        patch.end[i] = patch.begin[i] + grid->window[i];
        if (patch.end[i] > grid->extent[i])
            patch.end[i] = grid->extent[i];
    }
    return patch;
}

static void cover(const struct grid *grid, struct patch patch, const float *baseline, float *x)
{
    for (size_t c = 0; c < grid->channels; c++)
        for (size_t row = patch.begin[0]; row < patch.end[0]; row++) {
            size_t at = (c * grid->extent[0] + row) * grid->extent[1] + patch.begin[1];
            memcpy(x + at, baseline + at, (patch.end[1] - patch.begin[1]) * sizeof *x);
        }
}

/* Adds the drop of F to every pixel of the patch, and one to its count. */
static void credit(const struct grid *grid, struct patch patch, double drop, double *sum,
                   size_t *count)
{
    for (size_t row = patch.begin[0]; row < patch.end[0]; row++)
        for (size_t column = patch.begin[1]; column < patch.end[1]; column++) {
            sum[row * grid->extent[1] + column] += drop;
            count[row * grid->extent[1] + column]++;
        }
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status;
    struct grid grid = {0};
    float *x = NULL;
    double *sum = NULL, value[NN_EXPLAIN_CHUNK], whole;
    size_t *count = NULL, pixels;
    int32_t units[NN_EXPLAIN_CHUNK];
    struct nn_target target = call->target;
    target.unit = units;
    NN_TRY(grid_init(&grid, call, error));
    pixels = grid.extent[0] * grid.extent[1];
    x = nn_calloc(grid.size, NN_EXPLAIN_CHUNK * sizeof *x);
    sum = nn_calloc(pixels, sizeof *sum);
    count = nn_calloc(pixels, sizeof *count);
    if (!x || !sum || !count)
        NN_TRY(nn_fail_memory(error, grid.size * NN_EXPLAIN_CHUNK * sizeof *x));
    for (size_t s = 0; s < call->batch; s++) {
        const float *sample = call->x + s * grid.size;
        size_t patches = grid.steps[0] * grid.steps[1];
        for (size_t i = 0; i < NN_EXPLAIN_CHUNK; i++)
            units[i] = call->target.unit[s];
        memset(sum, 0, pixels * sizeof *sum);
        memset(count, 0, pixels * sizeof *count);
        NN_TRY(nn_explain_value(call->net, &target, sample, 1, &whole, NULL, error));
        for (size_t first = 0; first < patches; first += NN_EXPLAIN_CHUNK) {
            size_t n = patches - first < NN_EXPLAIN_CHUNK ? patches - first : NN_EXPLAIN_CHUNK;
            for (size_t i = 0; i < n; i++) {
                memcpy(x + i * grid.size, sample, grid.size * sizeof *x);
                cover(&grid, patch_at(&grid, first + i), call->baseline, x + i * grid.size);
            }
            NN_TRY(nn_explain_value(call->net, &target, x, n, value, call->progress, error));
            for (size_t i = 0; i < n; i++)
                credit(&grid, patch_at(&grid, first + i), whole - value[i], sum, count);
            nn_progress_set(call->progress, ((double)s + (double)(first + n) / (double)patches) /
                                                (double)call->batch);
        }
        for (size_t i = 0; i < grid.size; i++)
            out[s * grid.size + i] = (float)(sum[i % pixels] / (double)count[i % pixels]);
    }
out:
    nn_free(x);
    nn_free(sum);
    nn_free(count);
    return status;
}

const struct nn_method nn_method_occlusion = {
    .name = "occlusion",
    .alias = NULL,
    .summary = "how much the answer drops when a patch of the input is covered by the baseline",
    .formula = "mean over the patches that cover a value of F(x) - F(x covered)",
    .source = "Zeiler, Fergus 2014, section 4.2; patches over all channels, cropped at the border "
              "as in Captum",
    .args = args,
    .flags = NN_METHOD_BASELINE,
    .axioms = NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
