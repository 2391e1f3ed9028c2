/* Write: samples to a file, unscaled and with missing cells filled, piece by piece and atomically.
 *
 * Errors:  NN_IO; the old file is kept. NN_MEMORY.
 * Threads: reentrant.
 */
#ifndef NN_DATA_WRITE_H
#define NN_DATA_WRITE_H

#include "data/dataset.h"
#include "engine/cancel.h"

/* A CSV table with a header; label or targets are the last columns. Numbers read back as the same
 * floats. `index` lists the samples to write; NULL: all. */
enum nn_status nn_csv_write(const char *path, const struct nn_dataset *dataset, const size_t *index,
                            size_t count, struct nn_progress *progress, struct nn_error *error);

#endif
