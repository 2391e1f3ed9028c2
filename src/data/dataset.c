#include "data/dataset.h"

#include "base/mem.h"
#include "base/text.h"
#include "data/parts.h"

#include <string.h>

const char *const nn_split_names[NN_SPLIT_COUNT] = {"train", "validation", "test"};
const char *const nn_scaling_names[] = {"none", "unit", "minmax", "standard", NULL};

void nn_dataset_free(struct nn_dataset *dataset)
{
    if (!dataset)
        return;
    for (int split = 0; split < NN_SPLIT_COUNT; split++)
        nn_free(dataset->index[split]);
    nn_free(dataset->fill);
    nn_free(dataset->offset);
    nn_free(dataset->factor);
    nn_samples_free(dataset->samples);
    nn_free(dataset);
}

enum nn_status nn_dataset_bare(struct nn_samples *samples, struct nn_dataset **dataset,
                               struct nn_error *error)
{
    struct nn_dataset *made = nn_calloc(1, sizeof *made);
    if (!made)
        return nn_fail_memory(error, sizeof *made);
    atomic_fetch_add(&samples->references, 1);
    made->samples = samples;
    *dataset = made;
    return NN_OK;
}

enum nn_status nn_dataset_fill(struct nn_dataset *dataset, const unsigned char *part,
                               struct nn_error *error)
{
    size_t count = dataset->samples->count;
    for (int split = 0; split < NN_SPLIT_COUNT; split++) {
        size_t n = 0;
        for (size_t i = 0; i < count; i++)
            n += part[i] == split;
        nn_free(dataset->index[split]);
        dataset->split_count[split] = 0;
        dataset->index[split] = nn_calloc(n, sizeof(size_t));
        if (!dataset->index[split])
            return nn_fail_memory(error, n * sizeof(size_t));
        for (size_t i = 0; i < count; i++) {
            if (part[i] == split)
                dataset->index[split][dataset->split_count[split]++] = i;
        }
    }
    return NN_OK;
}

unsigned char *nn_dataset_parts(const struct nn_dataset *dataset)
{
    unsigned char *part = nn_calloc(dataset->samples->count, 1);
    if (part)
        memset(part, NN_NO_SPLIT, dataset->samples->count);
    for (int split = 0; part && split < NN_SPLIT_COUNT; split++) {
        for (size_t i = 0; i < dataset->split_count[split]; i++)
            part[dataset->index[split][i]] = (unsigned char)split;
    }
    return part;
}

enum nn_status nn_dataset_new(struct nn_samples *samples, struct nn_dataset **dataset,
                              struct nn_error *error)
{
    struct nn_dataset *made = NULL;
    unsigned char *part = nn_calloc(samples->count, 1);
    enum nn_status status;
    if (!part) {
        status = nn_fail_memory(error, samples->count);
        goto out;
    }
    for (size_t i = 0; i < samples->count; i++) {
        bool train = samples->train_count == 0 || i < samples->train_count;
        part[i] = samples->given_split >= 0 ? (unsigned char)samples->given_split
                  : train                   ? NN_SPLIT_TRAIN
                  : i - samples->train_count < samples->validation_count ? NN_SPLIT_VALIDATION
                                                                         : NN_SPLIT_TEST;
    }
    NN_TRY(nn_dataset_bare(samples, &made, error));
    NN_TRY(nn_dataset_fill(made, part, error));
    NN_TRY(nn_dataset_fit_fill(made, error));
    *dataset = made;
    made = NULL;
out:
    nn_free(part);
    nn_dataset_free(made);
    nn_samples_free(samples);
    return status;
}

/* *to = a copy of count numbers; NULL for none. */
static enum nn_status copy_numbers(const void *from, size_t count, size_t size, void **to,
                                   struct nn_error *error)
{
    *to = NULL;
    if (!from)
        return NN_OK;
    *to = nn_calloc(count, size);
    if (!*to)
        return nn_fail_memory(error, count * size);
    memcpy(*to, from, count * size);
    return NN_OK;
}

enum nn_status nn_dataset_copy(const struct nn_dataset *dataset, struct nn_dataset **result,
                               struct nn_error *error)
{
    unsigned char *part = nn_dataset_parts(dataset);
    struct nn_dataset *made = NULL;
    size_t scales = dataset->scale_count, fills = dataset->fill_count;
    void *copy;
    enum nn_status status;
    if (!part) {
        status = nn_fail_memory(error, dataset->samples->count);
        goto out;
    }
    NN_TRY(nn_dataset_bare(dataset->samples, &made, error));
    NN_TRY(nn_dataset_fill(made, part, error));
    NN_TRY(copy_numbers(dataset->offset, scales, sizeof *dataset->offset, &copy, error));
    made->offset = copy;
    NN_TRY(copy_numbers(dataset->factor, scales, sizeof *dataset->factor, &copy, error));
    made->factor = copy;
    NN_TRY(copy_numbers(dataset->fill, fills, sizeof *dataset->fill, &copy, error));
    made->fill = copy;
    made->scaling = dataset->scaling;
    made->scale_count = scales;
    made->fill_count = fills;
    made->fill_rule = dataset->fill_rule;
    made->fill_given = dataset->fill_given;
    made->split_seed = dataset->split_seed;
    made->order = dataset->order;
    made->divided = dataset->divided;
    *result = made;
    made = NULL;
out:
    nn_free(part);
    nn_dataset_free(made);
    return status;
}

/* Samples that share the arrays of others. */
static enum nn_status share_samples(struct nn_samples *samples, const struct nn_shape *shape,
                                    struct nn_samples **result, struct nn_error *error)
{
    struct nn_samples *made = nn_calloc(1, sizeof *made);
    if (!made)
        return nn_fail_memory(error, sizeof *made);
    memcpy(made, samples, sizeof *made);
    made->references = 1;
    made->owner = samples->owner ? samples->owner : samples;
    atomic_fetch_add(&made->owner->references, 1);
    made->shape = *shape;
    *result = made;
    return NN_OK;
}

enum nn_status nn_dataset_reshape(const struct nn_dataset *dataset, const struct nn_shape *shape,
                                  struct nn_dataset **result, struct nn_error *error)
{
    struct nn_samples *samples = NULL;
    struct nn_dataset *made = NULL;
    unsigned char *part = NULL;
    const struct nn_shape *old = &dataset->samples->shape;
    char from[NN_SHAPE_TEXT], to[NN_SHAPE_TEXT];
    size_t count;
    enum nn_status status;
    NN_TRY(nn_shape_count(shape, &count, error));
    if (count != nn_shape_size(old)) {
        status =
            nn_fail(error, NN_SHAPE, "a sample has %zu values (%s); %s would need %zu",
                    nn_shape_size(old), nn_shape_text(from, old), nn_shape_text(to, shape), count);
        goto out;
    }
    part = nn_dataset_parts(dataset);
    if (!part) {
        status = nn_fail_memory(error, dataset->samples->count);
        goto out;
    }
    NN_TRY(share_samples(dataset->samples, shape, &samples, error));
    NN_TRY(nn_dataset_bare(samples, &made, error));
    NN_TRY(nn_dataset_fill(made, part, error));
    made->split_seed = dataset->split_seed;
    made->order = dataset->order;
    made->divided = dataset->divided;
    NN_TRY(nn_dataset_fit_fill(made, error));
    NN_TRY(nn_dataset_fit(made, dataset->scaling, error));
    *result = made;
    made = NULL;
out:
    nn_free(part);
    nn_dataset_free(made);
    nn_samples_free(samples);
    return status;
}

const float *nn_dataset_targets(const struct nn_dataset *dataset, enum nn_split split, size_t i)
{
    const struct nn_samples *samples = dataset->samples;
    return samples->targets ? samples->targets + dataset->index[split][i] * samples->target_width
                            : NULL;
}

int32_t nn_dataset_label(const struct nn_dataset *dataset, enum nn_split split, size_t i)
{
    const struct nn_samples *samples = dataset->samples;
    return samples->labels ? samples->labels[dataset->index[split][i]] : -1;
}

const unsigned char *nn_dataset_mask(const struct nn_dataset *dataset, enum nn_split split,
                                     size_t i)
{
    const struct nn_samples *samples = dataset->samples;
    return samples->mask ? samples->mask + dataset->index[split][i] * samples->mask_size : NULL;
}

bool nn_dataset_is_image(const struct nn_dataset *dataset)
{
    return dataset->samples->shape.rank == 3;
}

enum nn_status nn_dataset_find_split(const struct nn_dataset *dataset, const char *name,
                                     enum nn_split *split, struct nn_error *error)
{
    for (int k = 0; k < NN_SPLIT_COUNT; k++) {
        if (strcmp(name, nn_split_names[k]) != 0)
            continue;
        if (dataset->split_count[k] == 0) {
            nn_fail(error, NN_STATE, "the %s split is empty", nn_split_names[k]);
            nn_fail_hint(error, k == NN_SPLIT_VALIDATION
                                    ? "data split test=0.2 validation=0.1 makes one"
                                    : "data split test=0.2 makes one");
            return NN_STATE;
        }
        *split = (enum nn_split)k;
        return NN_OK;
    }
    nn_fail(error, NN_ARGUMENT, "there is no split '%s' (train, validation or test)",
            NN_VISIBLE(name));
    const char *near = nn_text_nearest(name, nn_split_names, NN_SPLIT_COUNT);
    if (near)
        nn_fail_hint(error, "did you mean %s?", near);
    return NN_ARGUMENT;
}
