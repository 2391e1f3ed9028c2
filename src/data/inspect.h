/* Inspect: what the samples of a data set look like, and what is odd about them.
 *
 * Threads: reentrant; any number of readers.
 */
#ifndef NN_DATA_INSPECT_H
#define NN_DATA_INSPECT_H

#include "data/dataset.h"
#include "engine/cancel.h"

/* One feature of a table, one channel of images or one column of a series, over all samples,
 * unscaled; missing cells do not count, and with no other all are NaN. */
struct nn_column_figures {
    double minimum, mean, maximum;
    double deviation; /* of the population */
    size_t missing;   /* cells of the file that held nothing */
    size_t distinct;  /* different values */
};
/* Columns of the table that the samples came from; those of a series, of windows. */
size_t nn_dataset_table_width(const struct nn_dataset *dataset);
/* Features, or channels of images: as many as figures are needed. */
size_t nn_dataset_column_count(const struct nn_dataset *dataset);
/* Cost: every column is sorted. Errors: NN_MEMORY for a copy of one column, NN_CANCELLED. */
enum nn_status nn_dataset_columns(const struct nn_dataset *dataset,
                                  struct nn_column_figures *figures, struct nn_progress *progress,
                                  struct nn_error *error);

struct nn_duplicates {
    size_t copies;    /* samples whose inputs are those of an earlier one */
    size_t conflicts; /* of these, samples whose label or target differs from the earlier one's */
    size_t leaked;    /* validation and test samples whose inputs are those of a training sample */
};
/* Cost: one walk over the values and a sort of the samples. */
enum nn_status nn_dataset_duplicates(const struct nn_dataset *dataset,
                                     struct nn_duplicates *duplicates, struct nn_error *error);

#endif
