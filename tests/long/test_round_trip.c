/* A million rows written and read back: every float is the same. */
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "data/reader.h"
#include "data/write.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 1000000, COLUMNS = 4, CLASSES = 5 };

/* Any finite float, of any exponent. */
static float draw_float(struct nn_random *random)
{
    for (;;) {
        uint32_t bits = nn_random_u32(random);
        float value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            return value;
    }
}

static struct nn_samples *make_samples(void)
{
    static const char *const classes[CLASSES] = {"plain", "with \"quotes\"", "with, comma", "a b",
                                                 "1;2"};
    struct nn_samples *samples = NULL;
    struct nn_random random;
    cr_assert(nn_samples_new(&samples, NULL) == NN_OK);
    samples->count = ROWS;
    samples->shape = nn_shape_make(1, (size_t[]){COLUMNS});
    samples->feature_count = COLUMNS;
    samples->task = NN_TASK_CLASSIFICATION;
    samples->values = nn_calloc_aligned((size_t)ROWS * COLUMNS, sizeof(float));
    samples->labels = nn_calloc(ROWS, sizeof *samples->labels);
    samples->classes = nn_calloc(CLASSES, sizeof *samples->classes);
    samples->class_count = CLASSES;
    cr_assert(samples->values && samples->labels && samples->classes);
    for (int k = 0; k < CLASSES; k++)
        samples->classes[k] = nn_strdup(classes[k]);
    nn_random_init(&random, 3, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < (size_t)ROWS * COLUMNS; i++)
        ((float *)samples->values)[i] = draw_float(&random);
    for (size_t i = 0; i < ROWS; i++)
        samples->labels[i] = (int32_t)nn_random_below(&random, CLASSES);
    return samples;
}

Test(round_trip, a_million_rows)
{
    struct nn_samples *samples = make_samples();
    struct nn_read_options options = {.header = -1, .split = -1};
    struct nn_dataset *read = NULL, *dataset = NULL;
    struct nn_error error = {.status = NN_OK};
    char path[] = "/tmp/nnscope-long-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    cr_assert(nn_dataset_new(samples, &dataset, &error) == NN_OK, "%s", error.message);
    cr_assert(nn_csv_write(path, dataset, NULL, ROWS, NULL, &error) == NN_OK, "%s", error.message);
    enum nn_status status = nn_data_load(path, &options, &read, &error);
    close(fd);
    unlink(path);
    cr_assert(status == NN_OK, "%s", error.message);
    const struct nn_samples *back = read->samples;
    cr_assert(back->count == ROWS && back->class_count == CLASSES);
    for (size_t i = 0; i < (size_t)ROWS * COLUMNS; i++) {
        uint32_t want, got;
        memcpy(&want, (float *)samples->values + i, sizeof want);
        memcpy(&got, (float *)back->values + i, sizeof got);
        cr_assert(want == got, "value %zu: %08x became %08x", i, want, got);
    }
    for (size_t i = 0; i < ROWS; i++)
        cr_assert(strcmp(back->classes[back->labels[i]], samples->classes[samples->labels[i]]) ==
                  0);
    nn_dataset_free(read);
    nn_dataset_free(dataset);
}
