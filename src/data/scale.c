/* Scaling: fitting it on the training split, or taking it from a model. */
#include "base/mem.h"
#include "data/parts.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* What the training split tells about one feature or channel. */
struct figures {
    double minimum, maximum, sum, mean, squares;
};

/* Two passes, all in double: the plain sum of squares would cancel. Samples in the outer loop, so
 * that memory is read in order. */
static void measure(const struct nn_dataset *dataset, struct figures *figures, size_t count,
                    float *row)
{
    const struct nn_samples *samples = dataset->samples;
    size_t width = nn_shape_size(&samples->shape), run = nn_scale_run(samples);
    size_t n = dataset->split_count[NN_SPLIT_TRAIN];
    const size_t *index = dataset->index[NN_SPLIT_TRAIN];
    double total = (double)n * (double)run;
    for (size_t k = 0; k < count; k++)
        figures[k] = (struct figures){.minimum = INFINITY, .maximum = -INFINITY};
    for (size_t i = 0; i < n; i++) {
        nn_dataset_raw(dataset, index[i], row);
        for (size_t j = 0; j < width; j++) {
            struct figures *f = &figures[j / run];
            f->sum += (double)row[j];
            f->minimum = fmin(f->minimum, (double)row[j]);
            f->maximum = fmax(f->maximum, (double)row[j]);
        }
    }
    for (size_t k = 0; k < count; k++)
        figures[k].mean =
            figures[k].minimum < figures[k].maximum ? figures[k].sum / total : figures[k].minimum;
    for (size_t i = 0; i < n; i++) {
        nn_dataset_raw(dataset, index[i], row);
        for (size_t j = 0; j < width; j++) {
            struct figures *f = &figures[j / run];
            double away = (double)row[j] - f->mean;
            f->squares += away * away;
        }
    }
}

static void fit_one(enum nn_scaling scaling, const struct figures *figures, double total,
                    double *offset, double *factor)
{
    double spread = scaling == NN_SCALING_UNIT     ? fmax(-figures->minimum, figures->maximum)
                    : scaling == NN_SCALING_MINMAX ? figures->maximum - figures->minimum
                                                   : sqrt(figures->squares / total);
    *offset = scaling == NN_SCALING_MINMAX     ? figures->minimum
              : scaling == NN_SCALING_STANDARD ? figures->mean
                                               : 0;
    /* 1 for a column whose values do not differ, or by too little for a float. */
    *factor = spread > 0 && 1 / spread <= (double)FLT_MAX ? 1 / spread : 1;
}

static enum nn_status fit_all(const struct nn_dataset *dataset, enum nn_scaling scaling,
                              double *offset, double *factor, size_t count, struct nn_error *error)
{
    const struct nn_samples *samples = dataset->samples;
    double total = (double)dataset->split_count[NN_SPLIT_TRAIN] * (double)nn_scale_run(samples);
    size_t width = nn_shape_size(&samples->shape);
    struct figures *figures = nn_calloc(count, sizeof *figures);
    float *row = nn_calloc(width, sizeof *row);
    enum nn_status status = NN_OK;
    if (!figures || !row) {
        status = nn_fail_memory(error, count * sizeof *figures + width * sizeof *row);
        goto out;
    }
    measure(dataset, figures, count, row);
    for (size_t k = 0; k < count; k++)
        fit_one(scaling, &figures[k], total, &offset[k], &factor[k]);
out:
    nn_free(figures);
    nn_free(row);
    return status;
}

/* Gives both arrays to the dataset in place of its old ones. */
static void take_scaling(struct nn_dataset *dataset, enum nn_scaling scaling, double *offset,
                         double *factor, size_t count)
{
    nn_free(dataset->offset);
    nn_free(dataset->factor);
    dataset->scaling = scaling;
    dataset->offset = offset;
    dataset->factor = factor;
    dataset->scale_count = count;
}

enum nn_status nn_dataset_fit(struct nn_dataset *dataset, enum nn_scaling scaling,
                              struct nn_error *error)
{
    if (scaling == NN_SCALING_NONE) {
        take_scaling(dataset, scaling, NULL, NULL, 0);
        return NN_OK;
    }
    bool bytes = scaling == NN_SCALING_UNIT && dataset->samples->storage == NN_STORAGE_BYTE;
    if (!bytes && dataset->split_count[NN_SPLIT_TRAIN] == 0)
        return nn_fail(error, NN_STATE,
                       "the scaling is fitted on the training split, which is empty");
    size_t count = nn_scale_count(dataset->samples);
    double *offset = nn_calloc(count, sizeof *offset), *factor = nn_calloc(count, sizeof *factor);
    enum nn_status status = NN_OK;
    if (!offset || !factor) {
        status = nn_fail_memory(error, 2 * count * sizeof *offset);
        goto out;
    }
    for (size_t k = 0; bytes && k < count; k++)
        factor[k] = (double)(1.0F / 255.0F);
    if (!bytes)
        NN_TRY(fit_all(dataset, scaling, offset, factor, count, error));
    take_scaling(dataset, scaling, offset, factor, count);
    offset = factor = NULL;
out:
    nn_free(offset);
    nn_free(factor);
    return status;
}

enum nn_status nn_dataset_scale(const struct nn_dataset *dataset, enum nn_scaling scaling,
                                struct nn_dataset **result, struct nn_error *error)
{
    struct nn_dataset *made = NULL;
    enum nn_status status;
    NN_TRY(nn_dataset_copy(dataset, &made, error));
    NN_TRY(nn_dataset_fit(made, scaling, error));
    *result = made;
    made = NULL;
out:
    nn_dataset_free(made);
    return status;
}

static enum nn_status check_scaling(const struct nn_dataset *dataset, const double *offset,
                                    const double *factor, size_t count, struct nn_error *error)
{
    char text[NN_SHAPE_TEXT];
    size_t wanted = nn_scale_count(dataset->samples);
    if (!nn_count_fits(dataset->samples, count)) {
        return nn_fail(error, NN_SHAPE,
                       "the scaling is for %zu features or channels; samples of shape %s have %zu",
                       count, nn_shape_text(text, &dataset->samples->shape), wanted);
    }
    for (size_t k = 0; k < count; k++) {
        if (!isfinite(offset[k]) || !isfinite(factor[k]) || factor[k] == 0)
            return nn_fail(error, NN_ARGUMENT, "the scaling of feature %zu is not usable", k + 1);
    }
    return NN_OK;
}

enum nn_status nn_dataset_scale_with(const struct nn_dataset *dataset, enum nn_scaling scaling,
                                     const double *offset, const double *factor, size_t count,
                                     struct nn_dataset **result, struct nn_error *error)
{
    struct nn_dataset *made = NULL;
    double *offsets = NULL, *factors = NULL;
    enum nn_status status;
    if (scaling == NN_SCALING_NONE)
        return nn_dataset_scale(dataset, scaling, result, error);
    NN_TRY(check_scaling(dataset, offset, factor, count, error));
    NN_TRY(nn_dataset_copy(dataset, &made, error));
    offsets = nn_calloc(count, sizeof *offsets);
    factors = nn_calloc(count, sizeof *factors);
    if (!offsets || !factors) {
        status = nn_fail_memory(error, 2 * count * sizeof *offsets);
        goto out;
    }
    memcpy(offsets, offset, count * sizeof *offsets);
    memcpy(factors, factor, count * sizeof *factors);
    take_scaling(made, scaling, offsets, factors, count);
    offsets = factors = NULL;
    *result = made;
    made = NULL;
out:
    nn_free(offsets);
    nn_free(factors);
    nn_dataset_free(made);
    return status;
}
