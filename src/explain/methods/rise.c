#include "explain/explain.h"

#include "base/mem.h"

#include <string.h>

enum { SAMPLES, GRID, KEEP };

static const struct nn_arg_spec args[] = {
    {"samples", NN_ARG_INT, "1000", 1, 10000000, NULL, "masks", "random masks", 0},
    {"grid", NN_ARG_INT, NULL, 2, 1024, NULL, "cells",
     "cells of a mask along each side; default a quarter of the side, at "
     "least 3",
     0},
    {"keep", NN_ARG_REAL, "0.5", 0.01, 0.99, NULL, NULL, "probability that a cell stays visible",
     0},
    {0},
};

struct rise {
    size_t height, width, pixels, size, grid;
    float *cells, *grown; /* [(grid + 1)^2] and at the size of one cell more than the image */
    size_t grown_height, grown_width;
};

/* A coarse random grid, grown smoothly and cut out at a random shift. */
static void make_mask(struct rise *rise, const struct nn_args *values, struct nn_random *random,
                      float *mask)
{
    size_t n = rise->grid + 1;
    float keep = (float)nn_args_real(values, KEEP);
    for (size_t i = 0; i < n * n; i++)
        rise->cells[i] = nn_random_float(random) < keep ? 1 : 0;
    nn_map_resize(rise->cells, n, n, rise->grown, rise->grown_height, rise->grown_width);
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
    if (input->shape.rank != 3)
        return nn_fail(error, NN_REFUSED,
                       "rise masks images; for tables use kernel_shap or feature_ablation");
    rise->height = input->shape.dim[1];
    rise->width = input->shape.dim[2];
    rise->pixels = rise->height * rise->width;
    rise->size = input->size;
    size_t side = rise->height < rise->width ? rise->height : rise->width;
    rise->grid = nn_args_is_set(call->args, GRID) ? (size_t)nn_args_int(call->args, GRID)
                 : side / 4 > 3                   ? side / 4
                                                  : 3;
    rise->grown_height = rise->height + rise->height / rise->grid;
    rise->grown_width = rise->width + rise->width / rise->grid;
    rise->cells = nn_calloc((rise->grid + 1) * (rise->grid + 1), sizeof *rise->cells);
    rise->grown = nn_calloc(rise->grown_height * rise->grown_width, sizeof *rise->grown);
    return rise->cells && rise->grown ? NN_OK : nn_fail_memory(error, rise->size * sizeof(float));
}

/* sum over masks of F(masked) mask / (samples mean(mask)), in double. */
static enum nn_status explain_sample(struct rise *rise, const struct nn_explain_call *call,
                                     size_t s, float *masks, float *x, double *sum, double *seen,
                                     float *out, struct nn_error *error)
{
    size_t samples = (size_t)nn_args_int(call->args, SAMPLES);
    const float *sample = call->x + s * rise->size;
    struct nn_target target = call->target;
    struct nn_random random;
    int32_t units[NN_EXPLAIN_CHUNK];
    double value[NN_EXPLAIN_CHUNK];
    target.unit = units;
    nn_random_init(&random, call->seed, NN_STREAM_EXPLAIN, 3);
    memset(sum, 0, rise->pixels * sizeof *sum);
    memset(seen, 0, rise->pixels * sizeof *seen);
    for (size_t first = 0; first < samples; first += NN_EXPLAIN_CHUNK) {
        size_t n = samples - first < NN_EXPLAIN_CHUNK ? samples - first : NN_EXPLAIN_CHUNK;
        for (size_t k = 0; k < n; k++) {
            float *mask = masks + k * rise->pixels;
            make_mask(rise, call->args, &random, mask);
            units[k] = call->target.unit[s];
            for (size_t i = 0; i < rise->size; i++) {
                float m = mask[i % rise->pixels];
                x[k * rise->size + i] = m * sample[i] + (1 - m) * call->baseline[i];
            }
        }
        enum nn_status status =
            nn_explain_value(call->net, &target, x, n, value, call->progress, error);
        if (status != NN_OK)
            return status;
        for (size_t k = 0; k < n; k++)
            for (size_t i = 0; i < rise->pixels; i++) {
                sum[i] += value[k] * (double)masks[k * rise->pixels + i];
                seen[i] += (double)masks[k * rise->pixels + i];
            }
        nn_progress_set(call->progress,
                        ((double)s + (double)(first + n) / (double)samples) / (double)call->batch);
    }
    for (size_t i = 0; i < rise->size; i++)
        out[i] = (float)(seen[i % rise->pixels] > 0 ? sum[i % rise->pixels] / seen[i % rise->pixels]
                                                    : 0);
    return NN_OK;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status;
    struct rise rise = {0};
    float *masks = NULL, *x = NULL;
    double *sum = NULL, *seen = NULL;
    NN_TRY(rise_init(&rise, call, error));
    masks = nn_calloc(rise.pixels, NN_EXPLAIN_CHUNK * sizeof *masks);
    x = nn_calloc(rise.size, NN_EXPLAIN_CHUNK * sizeof *x);
    sum = nn_calloc(rise.pixels, sizeof *sum);
    seen = nn_calloc(rise.pixels, sizeof *seen);
    if (!masks || !x || !sum || !seen)
        NN_TRY(nn_fail_memory(error, rise.size * NN_EXPLAIN_CHUNK * sizeof *x));
    for (size_t s = 0; s < call->batch; s++)
        NN_TRY(explain_sample(&rise, call, s, masks, x, sum, seen, out + s * rise.size, error));
out:
    nn_free(rise.cells);
    nn_free(rise.grown);
    nn_free(masks);
    nn_free(x);
    nn_free(sum);
    nn_free(seen);
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
