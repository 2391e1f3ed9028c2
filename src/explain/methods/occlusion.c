#include "explain/patches.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { WINDOW, STRIDE };

static const struct nn_arg_spec args[] = {
    {"window", NN_ARG_DIMS, NULL, 1, 65535, NULL, "pixels",
     "size of the patch that is covered: N or HxW (features, time: N); default 4, of a row of "
     "features 1",
     0},
    {"stride", NN_ARG_DIMS, NULL, 1, 65535, NULL, "pixels",
     "step from patch to patch: N or HxW (features, time: N); default 2, at most the window", 0},
    {0},
};

/* The last two dimensions of an image, the last one of a series [columns, length] or of a row of
 * features, over which the window moves; all channels or columns are covered together. */
struct grid {
    struct nn_patch_grid patches;
    size_t channels, size;
};

/* Features have no neighbours: each is covered alone. */
static size_t window_of(const struct nn_explain_call *call, int axis, size_t extent)
{
    if (nn_args_is_set(call->args, WINDOW))
        return (size_t)nn_args_dim(call->args, WINDOW, axis);
    size_t usual = call->net->nodes[0]->shape.rank >= 2 ? 4 : 1;
    return usual < extent ? usual : extent;
}

static size_t stride_of(const struct nn_explain_call *call, int axis, size_t window)
{
    if (nn_args_is_set(call->args, STRIDE))
        return (size_t)nn_args_dim(call->args, STRIDE, axis);
    return window < 2 ? window : 2;
}

/* "4", or "4x3" where an image is lower than the usual window. */
static enum nn_status tell(const struct nn_explain_call *call, const char *key,
                           const size_t value[2], struct nn_error *error)
{
    char text[48];
    bool image = call->net->nodes[0]->shape.rank >= 3;
    if (!image || value[0] == value[1])
        return nn_explain_tell_count(call, key, value[1], error);
    snprintf(text, sizeof text, "%zux%zu", value[0], value[1]);
    return nn_explain_tell(call, key, text, error);
}

static enum nn_status grid_init(struct grid *grid, const struct nn_explain_call *call,
                                struct nn_error *error)
{
    struct nn_patch_grid *patches = &grid->patches;
    const struct nn_shape *shape = &call->net->nodes[0]->shape;
    bool image = shape->rank >= 3;
    const char *what = image ? "pixels" : shape->rank == 2 ? "steps" : "features";
    patches->extent[0] = image ? shape->dim[shape->rank - 2] : 1;
    patches->extent[1] = shape->rank ? shape->dim[shape->rank - 1] : 1;
    grid->size = call->net->nodes[0]->size;
    grid->channels = grid->size / (patches->extent[0] * patches->extent[1]);
    for (int i = 0; i < 2; i++) {
        bool flat = i == 0 && !image; /* a row is one pixel high */
        patches->window[i] = flat ? 1 : window_of(call, i, patches->extent[i]);
        patches->stride[i] = flat ? 1 : stride_of(call, i, patches->window[i]);
        if (patches->window[i] > patches->extent[i])
            return nn_fail(error, NN_ARGUMENT,
                           "occlusion: a window of %zu does not fit into %zu %s",
                           patches->window[i], patches->extent[i], what);
        if (patches->stride[i] > patches->window[i])
            return nn_fail(
                error, NN_ARGUMENT,
                "occlusion: stride %zu is larger than window %zu: some %s would never be covered",
                patches->stride[i], patches->window[i], what);
        patches->steps[i] = (patches->extent[i] - patches->window[i] + patches->stride[i] - 1) /
                                patches->stride[i] +
                            1;
    }
    enum nn_status status = tell(call, "window", patches->window, error);
    return status == NN_OK ? tell(call, "stride", patches->stride, error) : status;
}

static void cover(const struct grid *grid, struct nn_patch patch, const float *baseline, float *x)
{
    for (size_t c = 0; c < grid->channels; c++)
        for (size_t row = patch.begin[0]; row < patch.end[0]; row++) {
            size_t at =
                (c * grid->patches.extent[0] + row) * grid->patches.extent[1] + patch.begin[1];
            memcpy(x + at, baseline + at, (patch.end[1] - patch.begin[1]) * sizeof *x);
        }
}

/* Work for one sample. */
struct work {
    const struct nn_explain_call *call;
    struct grid grid;
    size_t sample, patches, *count; /* patches that cover a pixel */
    const float *x;
    double whole, *sum; /* F(x); drops of F at a pixel */
};

static void make(void *context, size_t first, size_t n, float *x)
{
    const struct work *work = context;
    const struct grid *grid = &work->grid;
    for (size_t k = 0; k < n; k++, x += grid->size) {
        memcpy(x, work->x, grid->size * sizeof *x);
        cover(grid, nn_patch_at(&grid->patches, first + k),
              nn_explain_baseline(work->call, work->sample), x);
    }
}

/* Adds the drop of F to every pixel of the patch, and one to its count. */
static void credit(struct work *work, struct nn_patch patch, double drop)
{
    for (size_t row = patch.begin[0]; row < patch.end[0]; row++)
        for (size_t column = patch.begin[1]; column < patch.end[1]; column++) {
            work->sum[row * work->grid.patches.extent[1] + column] += drop;
            work->count[row * work->grid.patches.extent[1] + column]++;
        }
}

static void take(void *context, size_t first, size_t n, const double *value)
{
    struct work *work = context;
    for (size_t k = 0; k < n; k++)
        credit(work, nn_patch_at(&work->grid.patches, first + k), work->whole - value[k]);
}

static enum nn_status explain_sample(struct work *work, size_t s, float *out,
                                     struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t size = work->grid.size,
           pixels = work->grid.patches.extent[0] * work->grid.patches.extent[1];
    struct nn_target target = work->call->target;
    struct nn_trials trials = {.call = work->call,
                               .sample = s,
                               .n = work->patches,
                               .make = make,
                               .take = take,
                               .context = work};
    target.unit += s;
    work->sample = s;
    work->x = work->call->x + s * size;
    memset(work->sum, 0, pixels * sizeof *work->sum);
    memset(work->count, 0, pixels * sizeof *work->count);
    NN_TRY(nn_explain_answer(work->call, &target, work->x, &work->whole, error));
    struct nn_progress_part whole = nn_explain_enter(work->call, s);
    NN_TRY(nn_explain_patches(&trials, &work->grid.patches, error));
    nn_progress_back(work->call->progress, whole);
    for (size_t i = 0; i < size; i++)
        out[i] = (float)(work->sum[i % pixels] / (double)work->count[i % pixels]);
out:
    return status;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status;
    struct work work = {.call = call};
    NN_TRY(grid_init(&work.grid, call, error));
    work.patches = work.grid.patches.steps[0] * work.grid.patches.steps[1];
    size_t pixels = work.grid.patches.extent[0] * work.grid.patches.extent[1];
    work.sum = nn_calloc(pixels, sizeof *work.sum);
    work.count = nn_calloc(pixels, sizeof *work.count);
    if (!work.sum || !work.count)
        NN_TRY(nn_fail_memory(error, 2 * pixels * sizeof *work.sum));
    for (size_t s = 0; s < call->batch; s++)
        NN_TRY(explain_sample(&work, s, out + s * work.grid.size, error));
out:
    nn_free(work.sum);
    nn_free(work.count);
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
    .flags = NN_METHOD_BASELINE | NN_METHOD_EFFECTS,
    .axioms = NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
