/* Parts of building a dataset, shared by dataset.c, split.c, scale.c and source.c alone.
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
/* Fits a scaling in place. */
enum nn_status nn_dataset_fit(struct nn_dataset *dataset, enum nn_scaling scaling,
                              struct nn_error *error);

/* A table has one offset and factor for each feature; images, and windows of several series, have
 * one for each channel: how many pairs there are, and how many neighbouring values share one. */
static inline size_t nn_scale_count(const struct nn_samples *samples)
{
    return samples->shape.dim[0];
}
static inline size_t nn_scale_run(const struct nn_samples *samples)
{
    return nn_shape_size(&samples->shape) / samples->shape.dim[0];
}

#endif
