/* What comes out of a dataset: scaled samples, one by one or in batches. */
#include "data/parts.h"
#include "kernels/kernels.h"

#include <string.h>

/* The numbers of `count` bytes, or of floats, from number `at` on, scaled by one offset and factor.
 */
static void scale_run(const struct nn_samples *samples, size_t at, size_t count, float offset,
                      float factor, float *x)
{
    if (samples->storage == NN_STORAGE_FLOAT) {
        const float *floats = (const float *)samples->values + at;
        for (size_t j = 0; j < count; j++)
            x[j] = (floats[j] - offset) * factor;
    } else {
        const unsigned char *bytes = (const unsigned char *)samples->values + at;
        nn_kernels->from_bytes(count, bytes, offset, factor, x);
    }
}

/* Sample number `at` of the whole set, scaled. */
static void scaled_sample(const struct nn_dataset *dataset, size_t at, float *x)
{
    const struct nn_samples *samples = dataset->samples;
    const float *offset = dataset->offset, *factor = dataset->factor;
    size_t width = nn_shape_size(&samples->shape), run = nn_scale_run(samples);
    bool scales = dataset->scaling != NN_SCALING_NONE;
    if (!scales || run == 1)
        scale_run(samples, at * width, width, 0.0f, 1.0f, x);
    for (size_t j = 0; scales && run == 1 && j < width; j++)
        x[j] = (x[j] - offset[j]) * factor[j];
    for (size_t k = 0; scales && run > 1 && k < dataset->scale_count; k++)
        scale_run(samples, at * width + k * run, run, offset[k], factor[k], x + k * run);
}

void nn_dataset_sample(const struct nn_dataset *dataset, enum nn_split split, size_t i, float *x)
{
    scaled_sample(dataset, dataset->index[split][i], x);
}

void nn_dataset_unscale(const struct nn_dataset *dataset, float *x)
{
    size_t run = nn_scale_run(dataset->samples);
    for (size_t k = 0; k < dataset->scale_count; k++) {
        for (size_t j = k * run; j < (k + 1) * run; j++)
            x[j] = x[j] / dataset->factor[k] + dataset->offset[k];
    }
}

static void fetch(const struct nn_source *source, enum nn_split split, const size_t *index,
                  size_t n, float *x, int32_t *classes, float *values)
{
    const struct nn_dataset *dataset = source->context;
    const struct nn_samples *samples = dataset->samples;
    size_t width = nn_shape_size(&samples->shape), targets = samples->target_width;
    for (size_t i = 0; i < n; i++) {
        size_t at = dataset->index[split][index[i]];
        scaled_sample(dataset, at, x + i * width);
        if (classes)
            classes[i] = samples->labels ? samples->labels[at] : -1;
        if (values && samples->targets)
            memcpy(values + i * targets, samples->targets + at * targets, targets * sizeof *values);
    }
}

/* One fetch a split, so that a source needs no context but the dataset. */
static void fetch_train(const struct nn_source *source, const size_t *index, size_t n, float *x,
                        int32_t *classes, float *values)
{
    fetch(source, NN_SPLIT_TRAIN, index, n, x, classes, values);
}

static void fetch_validation(const struct nn_source *source, const size_t *index, size_t n,
                             float *x, int32_t *classes, float *values)
{
    fetch(source, NN_SPLIT_VALIDATION, index, n, x, classes, values);
}

static void fetch_test(const struct nn_source *source, const size_t *index, size_t n, float *x,
                       int32_t *classes, float *values)
{
    fetch(source, NN_SPLIT_TEST, index, n, x, classes, values);
}

void nn_dataset_source(const struct nn_dataset *dataset, enum nn_split split,
                       struct nn_source *source)
{
    const struct nn_samples *samples = dataset->samples;
    *source = (struct nn_source){
        .count = dataset->split_count[split],
        .shape = samples->shape,
        .classes = samples->task == NN_TASK_CLASSIFICATION ? samples->class_count : 0,
        .target_width = samples->task == NN_TASK_REGRESSION ? samples->target_width : 0,
        .labelled = samples->task != NN_TASK_NONE,
        .context = dataset,
        .fetch = split == NN_SPLIT_TRAIN        ? fetch_train
                 : split == NN_SPLIT_VALIDATION ? fetch_validation
                                                : fetch_test,
    };
}
