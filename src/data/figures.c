/* Figures of columns. */
#include "base/mem.h"
#include "data/inspect.h"
#include "data/parts.h"

#include <math.h>
#include <stdlib.h>

size_t nn_dataset_column_count(const struct nn_dataset *dataset)
{
    return nn_scale_count(dataset->samples);
}

size_t nn_dataset_table_width(const struct nn_dataset *dataset)
{
    return nn_column_count(dataset->samples);
}

/* Copies column k, `run` neighbouring values of each sample, but for missing cells. How many. */
static size_t gather(const struct nn_samples *samples, size_t k, float *out)
{
    size_t width = nn_shape_size(&samples->shape), run = nn_scale_run(samples), count = 0;
    for (size_t i = 0; i < samples->count; i++) {
        for (size_t j = i * width + k * run; j < i * width + (k + 1) * run; j++) {
            float value = samples->storage == NN_STORAGE_FLOAT
                              ? ((const float *)samples->values)[j]
                              : (float)((const unsigned char *)samples->values)[j];
            if (!isnan(value))
                out[count++] = value;
        }
    }
    return count;
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
    if (count == 0) {
        *figures = (struct nn_column_figures){NAN, NAN, NAN, NAN, 0, 0};
        return;
    }
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
    size_t columns = nn_scale_count(samples), most = samples->count * nn_scale_run(samples);
    float *values = nn_calloc(most, sizeof *values);
    enum nn_status status = NN_OK;
    if (!values)
        return nn_fail_memory(error, most * sizeof *values);
    for (size_t k = 0; k < columns && status == NN_OK; k++) {
        size_t count = gather(samples, k, values);
        qsort(values, count, sizeof *values, by_value);
        measure(values, count, &figures[k]);
        if (samples->missing && columns == nn_column_count(samples))
            figures[k].missing = samples->missing[k];
        nn_progress_set(progress, (double)(k + 1) / (double)columns);
        if (nn_cancelled(progress))
            status = nn_fail(error, NN_CANCELLED, "stopped");
    }
    nn_free(values);
    return status;
}
