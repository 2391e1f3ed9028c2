/* What comes out of a dataset: scaled samples, one by one or in batches. */
#include "base/pool.h"
#include "data/parts.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

enum { GRAIN = 16384 }; /* values that are worth a thread */

void nn_dataset_raw(const struct nn_dataset *dataset, size_t at, float *x)
{
    const struct nn_samples *samples = dataset->samples;
    size_t width = nn_shape_size(&samples->shape);
    if (samples->storage == NN_STORAGE_BYTE)
        nn_kernels->from_bytes(width, (const unsigned char *)samples->values + at * width, 0, 1, x);
    else
        memcpy(x, (const float *)samples->values + at * width, width * sizeof *x);
    if (!samples->gaps || !dataset->fill)
        return;
    size_t run = width / dataset->fill_count;
    for (size_t j = 0; j < width; j++)
        if (isnan(x[j]))
            x[j] = dataset->fill[j / run];
}

/* Scales a sample from raw values, which may be where x is. In double: a large offset must not take
 * the digits of small differences. */
static void scale_floats(const struct nn_dataset *dataset, const float *raw, float *x)
{
    const double *offset = dataset->offset, *factor = dataset->factor;
    size_t run = nn_shape_size(&dataset->samples->shape) / dataset->scale_count;
    if (run == 1)
        nn_kernels->rescale(dataset->scale_count, raw, offset, factor, x);
    for (size_t k = 0; run > 1 && k < dataset->scale_count; k++) {
        for (size_t j = k * run; j < (k + 1) * run; j++)
            x[j] = (float)(((double)raw[j] - offset[k]) * factor[k]);
    }
}

/* Bytes of images, a channel at a time; a float holds them and their scale well enough. */
static void scale_bytes(const struct nn_dataset *dataset, const unsigned char *bytes, float *x)
{
    size_t run = nn_shape_size(&dataset->samples->shape) / dataset->scale_count;
    for (size_t k = 0; k < dataset->scale_count; k++)
        nn_kernels->from_bytes(run, bytes + k * run, (float)dataset->offset[k],
                               (float)dataset->factor[k], x + k * run);
}

/* Sample number `at` of the whole set, scaled. */
static void scaled_sample(const struct nn_dataset *dataset, size_t at, float *x)
{
    const struct nn_samples *samples = dataset->samples;
    size_t width = nn_shape_size(&samples->shape);
    bool bytes = samples->storage == NN_STORAGE_BYTE;
    if (dataset->scaling == NN_SCALING_NONE) {
        nn_dataset_raw(dataset, at, x);
    } else if (bytes && dataset->scale_count < width) {
        scale_bytes(dataset, (const unsigned char *)samples->values + at * width, x);
    } else if (bytes || samples->gaps) {
        nn_dataset_raw(dataset, at, x);
        scale_floats(dataset, x, x);
    } else {
        scale_floats(dataset, (const float *)samples->values + at * width, x);
    }
}

void nn_dataset_sample(const struct nn_dataset *dataset, enum nn_split split, size_t i, float *x)
{
    scaled_sample(dataset, dataset->index[split][i], x);
}

void nn_dataset_unscale(const struct nn_dataset *dataset, float *x)
{
    size_t count = dataset->scale_count;
    size_t run = count ? nn_shape_size(&dataset->samples->shape) / count : 0;
    for (size_t k = 0; k < count; k++) {
        for (size_t j = k * run; j < (k + 1) * run; j++)
            x[j] = (float)((double)x[j] / dataset->factor[k] + dataset->offset[k]);
    }
}

/* Samples on their way into a batch. */
struct batch {
    const struct nn_dataset *dataset;
    const size_t *index, *place; /* of the batch in its split, and of the split in the set */
    size_t width;
    float *x;
};

static void scale_samples(void *context, size_t begin, size_t end)
{
    const struct batch *batch = context;
    for (size_t i = begin; i < end; i++)
        scaled_sample(batch->dataset, batch->place[batch->index[i]], batch->x + i * batch->width);
}

static void fetch(const struct nn_source *source, enum nn_split split, const size_t *index,
                  size_t n, float *x, int32_t *classes, float *values)
{
    const struct nn_dataset *dataset = source->context;
    const struct nn_samples *samples = dataset->samples;
    size_t width = nn_shape_size(&samples->shape), targets = samples->target_width;
    struct batch batch = {dataset, index, dataset->index[split], width, x};
    nn_pool_run(n, 1 + GRAIN / width, scale_samples, &batch);
    for (size_t i = 0; i < n; i++) {
        size_t at = dataset->index[split][index[i]];
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
