/* Figures of columns. */
#include "base/mem.h"
#include "data/inspect.h"
#include "data/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t nn_dataset_column_count(const struct nn_dataset *dataset)
{
    return nn_scale_count(dataset->samples);
}

/* Copies column k: `run` neighbouring values of each sample. */
static void gather(const struct nn_samples *samples, size_t k, float *out)
{
    size_t width = nn_shape_size(&samples->shape), run = nn_scale_run(samples);
    for (size_t i = 0; i < samples->count; i++) {
        size_t at = i * width + k * run;
        if (samples->storage == NN_STORAGE_FLOAT) {
            memcpy(out + i * run, (const float *)samples->values + at, run * sizeof *out);
            continue;
        }
        for (size_t j = 0; j < run; j++)
            out[i * run + j] = (float)((const unsigned char *)samples->values)[at + j];
    }
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* Two passes, in double: the plain sum of squares would cancel. */
static void measure(const float *sorted, size_t count, struct nn_column_figures *figures)
{
    double sum = 0, squares = 0;
    size_t distinct = 1;
    for (size_t i = 0; i < count; i++)
        sum += (double)sorted[i];
    double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++) {
        double away = (double)sorted[i] - mean;
        squares += away * away;
        distinct += i > 0 && sorted[i] != sorted[i - 1];
    }
    *figures = (struct nn_column_figures){.minimum = (double)sorted[0],
                                          .mean = mean,
                                          .maximum = (double)sorted[count - 1],
                                          .deviation = sqrt(squares / (double)count),
                                          .distinct = distinct};
}

enum nn_status nn_dataset_columns(const struct nn_dataset *dataset,
                                  struct nn_column_figures *figures, struct nn_progress *progress,
                                  struct nn_error *error)
{
    const struct nn_samples *samples = dataset->samples;
    size_t columns = nn_scale_count(samples), count = samples->count * nn_scale_run(samples);
    float *values = nn_calloc(count, sizeof *values);
    enum nn_status status = NN_OK;
    if (!values)
        return nn_fail_memory(error, count * sizeof *values);
    for (size_t k = 0; k < columns && status == NN_OK; k++) {
        gather(samples, k, values);
        qsort(values, count, sizeof *values, by_value);
        measure(values, count, &figures[k]);
        if (samples->missing && samples->shape.rank == 1)
            figures[k].missing = samples->missing[k];
        nn_progress_set(progress, (double)(k + 1) / (double)columns);
        if (nn_cancelled(progress))
            status = nn_fail(error, NN_CANCELLED, "stopped");
    }
    nn_free(values);
    return status;
}
