#include "explain/cam.h"
#include "explain/explain.h"

#include "base/mem.h"

#include <string.h>

enum { SAMPLES, GRID, KEEP };

static const struct nn_arg_spec args[] = {
    {"samples", NN_ARG_INT, "1000", 1, 10000000, NULL, "masks", "random masks", 0},
    {"grid", NN_ARG_INT, NULL, 2, 1024, NULL, "cells",
     "cells of a mask along each side (of a series along time); default a quarter of the side, at "
     "least 3",
     0},
    {"keep", NN_ARG_REAL, "0.5", 0.01, 0.99, NULL, NULL, "probability that a cell stays visible",
     0},
    {0},
};

struct rise {
    size_t height, width, pixels, size, grid;
    size_t rows;          /* of cells and one more; a series has one row */
    float *cells, *grown; /* [rows, grid + 1] and at the size of one cell more than the image */
    size_t grown_height, grown_width;
    const struct nn_explain_call *call;
    size_t sample, samples;
    struct nn_random random;
    float *masks;       /* [chunk, pixels] */
    double *sum, *seen; /* [pixels]: F(masked) mask, and mask, over all masks */
};

/* A coarse random grid, grown smoothly and cut out at a random shift. */
static void make_mask(struct rise *rise, float *mask)
{
    size_t n = rise->grid + 1, count = rise->rows * n;
    struct nn_random *random = &rise->random;
    float keep = (float)nn_args_real(rise->call->args, KEEP);
    for (size_t i = 0; i < count; i++)
        rise->cells[i] = nn_random_float(random) < keep ? 1 : 0;
    nn_map_resize(rise->cells, rise->rows, n, rise->grown, rise->grown_height, rise->grown_width);
    size_t down = nn_random_below(random, (uint32_t)(rise->grown_height - rise->height + 1));
    size_t right = nn_random_below(random, (uint32_t)(rise->grown_width - rise->width + 1));
    for (size_t row = 0; row < rise->height; row++)
        memcpy(mask + row * rise->width, rise->grown + (row + down) * rise->grown_width + right,
               rise->width * sizeof *mask);
}

static enum nn_status rise_init(struct rise *rise, const struct nn_explain_call *call,
                                struct nn_error *error)
{
    const struct nn_node *input = call->net->nodes[0];
    bool series = input->shape.rank == 2;
    if (input->shape.rank != 3 && !series)
        return nn_fail(
            error, NN_REFUSED,
            "rise masks images and series; for tables use kernel_shap or feature_ablation");
    struct nn_plane plane = nn_plane_of(&input->shape);
    rise->height = plane.height;
    rise->width = plane.width;
    rise->pixels = rise->height * rise->width;
    rise->size = input->size;
    size_t side = rise->height < rise->width && !series ? rise->height : rise->width;
    rise->grid = nn_args_is_set(call->args, GRID) ? (size_t)nn_args_int(call->args, GRID)
                 : side / 4 > 3                   ? side / 4
                                                  : 3;
    if (nn_args_is_set(call->args, GRID) && rise->grid > side)
        return nn_fail(error, NN_ARGUMENT,
                       "grid=%zu: a cell would be less than one of the %zu %s of the input",
                       rise->grid, side, series ? "steps" : "pixels along a side");
    rise->rows = series ? 1 : rise->grid + 1;
    rise->grown_height = rise->height + rise->height / rise->grid;
    rise->grown_width = rise->width + rise->width / rise->grid;
    rise->cells = nn_calloc(rise->rows, (rise->grid + 1) * sizeof *rise->cells);
    rise->grown = nn_calloc(rise->grown_height * rise->grown_width, sizeof *rise->grown);
    if (!rise->cells || !rise->grown)
        return nn_fail_memory(error, rise->size * sizeof(float));
    return nn_explain_tell_count(call, "grid", rise->grid, error);
}

static void make(void *context, size_t first, size_t n, float *x)
{
    (void)first;
    struct rise *rise = context;
    const float *sample = rise->call->x + rise->sample * rise->size;
    const float *baseline = nn_explain_baseline(rise->call, rise->sample);
    for (size_t k = 0; k < n; k++) {
        float *mask = rise->masks + k * rise->pixels;
        make_mask(rise, mask);
        for (size_t i = 0; i < rise->size; i++) {
            float m = mask[i % rise->pixels];
            *x++ = m * sample[i] + (1 - m) * baseline[i];
        }
    }
}

static void take(void *context, size_t first, size_t n, const double *value)
{
    struct rise *rise = context;
    (void)first;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < rise->pixels; i++) {
            double m = (double)rise->masks[k * rise->pixels + i];
            rise->sum[i] += value[k] * m;
            rise->seen[i] += m;
        }
}

/* sum over masks of F(masked) mask / sum of the masks, in double. */
static enum nn_status explain_sample(struct rise *rise, size_t s, float *out,
                                     struct nn_error *error)
{
    struct nn_trials trials = {.call = rise->call,
                               .sample = s,
                               .n = rise->samples,
                               .make = make,
                               .take = take,
                               .context = rise};
    rise->sample = s;
    nn_random_init(&rise->random, rise->call->seed, NN_STREAM_EXPLAIN, 3);
    memset(rise->sum, 0, rise->pixels * sizeof *rise->sum);
    memset(rise->seen, 0, rise->pixels * sizeof *rise->seen);
    struct nn_progress_part whole = nn_explain_enter(rise->call, s);
    enum nn_status status = nn_explain_trials(&trials, error);
    nn_progress_back(rise->call->progress, whole);
    for (size_t i = 0; status == NN_OK && i < rise->size; i++) {
        size_t pixel = i % rise->pixels;
        out[i] = (float)(rise->seen[pixel] > 0 ? rise->sum[pixel] / rise->seen[pixel] : 0);
    }
    return status;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status;
    struct rise rise = {.call = call, .samples = (size_t)nn_args_int(call->args, SAMPLES)};
    NN_TRY(rise_init(&rise, call, error));
    rise.masks = nn_calloc(rise.pixels, NN_EXPLAIN_CHUNK * sizeof *rise.masks);
    rise.sum = nn_calloc(rise.pixels, sizeof *rise.sum);
    rise.seen = nn_calloc(rise.pixels, sizeof *rise.seen);
    if (!rise.masks || !rise.sum || !rise.seen)
        NN_TRY(nn_fail_memory(error, rise.pixels * NN_EXPLAIN_CHUNK * sizeof *rise.masks));
    for (size_t s = 0; s < call->batch; s++)
        NN_TRY(explain_sample(&rise, s, out + s * rise.size, error));
out:
    nn_free(rise.cells);
    nn_free(rise.grown);
    nn_free(rise.masks);
    nn_free(rise.sum);
    nn_free(rise.seen);
    return status;
}

const struct nn_method nn_method_rise = {
    .name = "rise",
    .alias = NULL,
    .summary = "the mean answer to randomly masked copies in which a pixel was visible",
    .formula = "sum_k F(x * m_k + b * (1 - m_k)) m_k / sum_k m_k",
    .source = "Petsiuk, Das, Saenko 2018, equation 6; divided by how often each pixel was seen "
              "instead of by its expectation",
    .args = args,
    .flags = NN_METHOD_BASELINE,
    .axioms = NN_AXIOM_BATCH,
    .scale = NN_SCALE_RANGE,
    .run = run,
};
