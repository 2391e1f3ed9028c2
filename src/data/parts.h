/* Parts of building a dataset, shared by the files of dataset.h alone.
 *
 * `part` is one byte for each sample: the split it belongs to, or NN_NO_SPLIT.
 */
#ifndef NN_DATA_PARTS_H
#define NN_DATA_PARTS_H

#include "data/dataset.h"

#define NN_NO_SPLIT NN_SPLIT_COUNT

/* A dataset with no split filled and no scaling; takes a reference of its own. */
enum nn_status nn_dataset_bare(struct nn_samples *samples, struct nn_dataset **dataset,
                               struct nn_error *error);
/* Fills all splits, in the order of the samples. */
enum nn_status nn_dataset_fill(struct nn_dataset *dataset, const unsigned char *part,
                               struct nn_error *error);
/* The part of every sample (nn_free); NULL without memory. */
unsigned char *nn_dataset_parts(const struct nn_dataset *dataset);
/* The same samples, splits, scaling and filling. */
enum nn_status nn_dataset_copy(const struct nn_dataset *dataset, struct nn_dataset **result,
                               struct nn_error *error);
/* Fits what stands for missing cells in place, before any scaling. */
enum nn_status nn_dataset_fit_fill(struct nn_dataset *dataset, struct nn_error *error);
/* Fits a scaling in place. */
enum nn_status nn_dataset_fit(struct nn_dataset *dataset, enum nn_scaling scaling,
                              struct nn_error *error);

/* A table has one offset and factor for each feature, images have one for each channel, windows one
 * for each column of the series: how many pairs there are, and how many neighbouring values share
 * one. */
static inline size_t nn_scale_count(const struct nn_samples *samples)
{
    return samples->series ? samples->series : samples->shape.dim[0];
}
static inline size_t nn_scale_run(const struct nn_samples *samples)
{
    return nn_shape_size(&samples->shape) / nn_scale_count(samples);
}
/* Columns of the table that the samples came from. */
static inline size_t nn_column_count(const struct nn_samples *samples)
{
    return samples->series ? samples->series : nn_shape_size(&samples->shape);
}
/* Whether as many figures, of a model, can belong to the columns of the samples: a table may be the
 * windows that the model knows, and the other way round. */
static inline bool nn_count_fits(const struct nn_samples *samples, size_t count)
{
    bool own = count == nn_scale_count(samples) || count == nn_column_count(samples);
    return own ||
           (samples->shape.rank <= 2 && count > 0 && nn_shape_size(&samples->shape) % count == 0);
}

#endif
