/* Joining two files of one data set: a table for training and another for the test. */
#include "base/mem.h"
#include "data/parts.h"

#include <math.h>
#include <string.h>

/* Which samples of one of both data sets go on. */
struct portion {
    const struct nn_samples *samples;
    size_t *index, count;
    unsigned char *part; /* [count] the split of each */
};

static void free_portion(struct portion *portion)
{
    nn_free(portion->index);
    nn_free(portion->part);
}

/* All samples in a split, but for those of `without`. */
static enum nn_status choose_portion(struct portion *portion, const struct nn_dataset *dataset,
                                     enum nn_split without, struct nn_error *error)
{
    size_t total = dataset->samples->count;
    unsigned char *part = nn_dataset_parts(dataset);
    portion->samples = dataset->samples;
    portion->index = nn_calloc(total, sizeof *portion->index);
    portion->part = nn_calloc(total, 1);
    for (size_t i = 0; part && portion->index && portion->part && i < total; i++) {
        if (part[i] == without || part[i] == NN_NO_SPLIT)
            continue;
        portion->index[portion->count] = i;
        portion->part[portion->count++] = part[i];
    }
    bool whole = part && portion->index && portion->part;
    nn_free(part);
    return whole ? NN_OK : nn_fail_memory(error, total * sizeof *portion->index);
}

static size_t value_size(const struct nn_samples *samples)
{
    return samples->storage == NN_STORAGE_BYTE ? 1 : sizeof(float);
}

/* Bytes stay bytes when both have them. */
static void copy_values(const struct portion *from, struct nn_samples *to, size_t first)
{
    size_t width = nn_shape_size(&to->shape), size = value_size(to);
    const struct nn_samples *samples = from->samples;
    for (size_t i = 0; i < from->count; i++) {
        size_t source = from->index[i] * width;
        unsigned char *target = (unsigned char *)to->values + (first + i) * width * size;
        if (samples->storage == to->storage) {
            memcpy(target, (const unsigned char *)samples->values + source * size, width * size);
            continue;
        }
        for (size_t j = 0; j < width; j++)
            ((float *)(void *)target)[j] =
                (float)((const unsigned char *)samples->values)[source + j];
    }
}

/* Rows of `size` bytes of the array that both have. */
static void copy_rows(const struct portion *from, const void *source, void *target, size_t first,
                      size_t size)
{
    for (size_t i = 0; source && target && i < from->count; i++)
        memcpy((unsigned char *)target + (first + i) * size,
               (const unsigned char *)source + from->index[i] * size, size);
}

static void copy_portion(const struct portion *from, struct nn_samples *to, size_t first)
{
    const struct nn_samples *samples = from->samples;
    copy_values(from, to, first);
    copy_rows(from, samples->labels, to->labels, first, sizeof *to->labels);
    copy_rows(from, samples->targets, to->targets, first, to->target_width * sizeof *to->targets);
    copy_rows(from, samples->mask, to->mask, first, to->mask_size);
    copy_rows(from, samples->cut, to->cut, first, 1);
    if (first > 0 && to->cut)
        to->cut[first] = 1; /* the files are no series together */
}

/* What the samples are called: classes from the fresh ones, which were matched and may have more.
 */
static bool copy_all_names(struct nn_samples *made, const struct nn_samples *old,
                           const struct nn_samples *fresh)
{
    if (old->name && !(made->name = nn_strdup(old->name)))
        return false;
    if (old->target_name && !(made->target_name = nn_strdup(old->target_name)))
        return false;
    if (old->features &&
        !(made->features = nn_names_copy((const char *const *)old->features, old->feature_count)))
        return false;
    made->feature_count = old->feature_count;
    if (fresh->classes &&
        !(made->classes = nn_names_copy((const char *const *)fresh->classes, fresh->class_count)))
        return false;
    made->class_count = fresh->class_count;
    return true;
}

/* What is missing in either of them is filled by one rule. */
static bool join_gaps(struct nn_samples *made, const struct nn_samples *old,
                      const struct nn_samples *fresh)
{
    size_t columns = nn_column_count(old);
    const size_t *span = old->span ? old->span : fresh->span;
    made->missing_rule = old->missing_rule < fresh->missing_rule && !old->gaps ? fresh->missing_rule
                                                                               : old->missing_rule;
    made->dropped = old->dropped + fresh->dropped;
    made->gaps = old->gaps || fresh->gaps;
    if (span && !(made->span = nn_calloc(columns, sizeof *span)))
        return false;
    if (span)
        memcpy(made->span, span, columns * sizeof *span);
    return !made->gaps || (made->missing = nn_calloc(columns, sizeof *made->missing));
}

/* Missing cells, counted in the last input of each column. */
static void count_gaps(struct nn_samples *made)
{
    size_t width = nn_shape_size(&made->shape);
    for (size_t j = 0; made->gaps && j < width; j++) {
        bool last = !made->span || j + 1 == width || made->span[j + 1] > 0;
        for (size_t i = 0; last && i < made->count; i++)
            made->missing[j] += isnan(((const float *)made->values)[i * width + j]) ? 1 : 0;
    }
}

static enum nn_status make_samples(const struct nn_samples *old, const struct nn_samples *fresh,
                                   size_t count, struct nn_samples **samples,
                                   struct nn_error *error)
{
    struct nn_samples *made = NULL;
    size_t values;
    enum nn_status status;
    NN_TRY(nn_samples_new(&made, error));
    made->count = count;
    made->shape = old->shape;
    made->task = old->task;
    made->storage = old->storage == fresh->storage ? old->storage : NN_STORAGE_FLOAT;
    made->target_width = old->target_width;
    made->horizon = old->horizon;
    made->series = old->series;
    made->timely = old->timely && fresh->timely;
    made->step = old->step;
    made->left_out = old->left_out + fresh->left_out;
    made->mask_size = old->mask_size == fresh->mask_size ? old->mask_size : 0;
    if (!nn_size_mul(count, nn_shape_size(&old->shape), &values) ||
        !(made->values = nn_calloc(values, value_size(made))) ||
        (old->labels && !(made->labels = nn_calloc(count, sizeof *made->labels))) ||
        (old->targets &&
         !(made->targets = nn_calloc(count, old->target_width * sizeof *made->targets))) ||
        (made->mask_size && !(made->mask = nn_calloc(count, made->mask_size))) ||
        (made->shape.rank == 1 && !(made->cut = nn_calloc(count, 1))) ||
        !join_gaps(made, old, fresh) || !copy_all_names(made, old, fresh))
        NN_TRY(nn_fail_memory(error, count));
    *samples = made;
    made = NULL;
out:
    nn_samples_free(made);
    return status;
}

bool nn_dataset_can_join(const struct nn_dataset *dataset, const struct nn_dataset *fresh,
                         enum nn_split split)
{
    const struct nn_samples *a = dataset->samples, *b = fresh->samples;
    size_t others = 0;
    for (int k = 0; k < NN_SPLIT_COUNT; k++)
        others += (enum nn_split)k == split ? 0 : dataset->split_count[k];
    return others > 0 && nn_shape_equal(&a->shape, &b->shape) && a->task == b->task &&
           a->target_width == b->target_width && a->horizon == b->horizon && a->series == b->series;
}

enum nn_status nn_dataset_join(const struct nn_dataset *dataset, const struct nn_dataset *fresh,
                               enum nn_split split, struct nn_dataset **result,
                               struct nn_error *error)
{
    struct portion kept = {0}, added = {0};
    struct nn_samples *samples = NULL;
    struct nn_dataset *made = NULL;
    unsigned char *part = NULL;
    enum nn_status status;
    NN_TRY(choose_portion(&kept, dataset, split, error));
    NN_TRY(choose_portion(&added, fresh, NN_SPLIT_COUNT, error));
    NN_TRY(
        make_samples(dataset->samples, fresh->samples, kept.count + added.count, &samples, error));
    copy_portion(&kept, samples, 0);
    copy_portion(&added, samples, kept.count);
    count_gaps(samples);
    part = nn_calloc(samples->count, 1);
    if (!part)
        NN_TRY(nn_fail_memory(error, samples->count));
    memcpy(part, kept.part, kept.count);
    memset(part + kept.count, (int)split, added.count);
    NN_TRY(nn_dataset_bare(samples, &made, error));
    NN_TRY(nn_dataset_fill(made, part, error));
    made->split_seed = dataset->split_seed;
    NN_TRY(nn_dataset_fit_fill(made, error));
    if (made->split_count[NN_SPLIT_TRAIN] > 0)
        NN_TRY(nn_dataset_fit(made, dataset->scaling, error));
    *result = made;
    made = NULL;
out:
    free_portion(&kept);
    free_portion(&added);
    nn_free(part);
    nn_samples_free(samples);
    nn_dataset_free(made);
    return status;
}
