#include "fuzz/fuzz.h"

#include "base/mem.h"
#include "data/reader.h"

#include <stdlib.h>
#include <string.h>

#define MAX_VALUES 65536 /* of what is used after reading; more only costs time */

static const struct nn_reader *find(const char *name)
{
    for (size_t i = 0; i < nn_reader_count; i++)
        if (strcmp(nn_readers[i]->name, name) == 0)
            return nn_readers[i];
    abort();
}

/* The options differ with the content, so that all of them meet all kinds of files. */
static void choose(struct nn_read_options *options, const uint8_t *data, size_t size)
{
    static const char *const labels[] = {NULL, "first", "none", "2", "y"};
    static const char *const lists[] = {NULL, "1", "1-2,3", "a"};
    static const char *const arrays[] = {NULL, "x", NULL, "a"};
    unsigned choice = (unsigned)size;
    for (size_t i = 0; i < size; i += 7)
        choice = 31 * choice + data[i];
    *options = (struct nn_read_options){.header = -1, .split = -1};
    if (choice % 2 == 0)
        return;
    options->label = labels[choice / 2 % 5];
    options->task = (enum nn_task)(choice / 8 % 3);
    options->header = (int)(choice / 24 % 3) - 1;
    options->missing = (enum nn_missing)(choice / 72 % 4);
    options->comma = choice / 288 % 2;
    options->columns = lists[choice / 576 % 4];
    options->categories = lists[choice / 2304 % 4];
    if (choice / 36864 % 2)
        options->images = (struct nn_image_rule){3, 2, choice / 73728 % 2 ? 3 : 1};
    options->array = arrays[choice / 9216 % 4];
}

/* What a session does with samples. Takes them. */
static void use(struct nn_samples *samples)
{
    struct nn_dataset *dataset = NULL, *split = NULL, *scaled = NULL;
    if (nn_dataset_new(samples, &dataset, NULL) != NN_OK)
        return;
    float *x = nn_calloc(nn_shape_size(&samples->shape), sizeof *x);
    if (x && nn_dataset_split(dataset, 0.25, 0.25, true, 1, &split, NULL) == NN_OK &&
        nn_dataset_scale(split, NN_SCALING_STANDARD, &scaled, NULL) == NN_OK) {
        nn_dataset_sample(scaled, NN_SPLIT_TEST, 0, x);
        nn_dataset_unscale(scaled, x);
        nn_dataset_label(scaled, NN_SPLIT_TEST, 0);
    }
    nn_free(x);
    nn_dataset_free(scaled);
    nn_dataset_free(split);
    nn_dataset_free(dataset);
}

void fuzz_reader(const char *reader, const uint8_t *data, size_t size)
{
    struct nn_bytes *input;
    if (nn_bytes_memory(data, size, &input, NULL) != NN_OK)
        return;
    struct nn_read_options options;
    choose(&options, data, size);
    struct nn_samples *samples = NULL;
    if (find(reader)->read("fuzz", input, &options, &samples, NULL) == NN_OK) {
        size_t values;
        if (nn_size_mul(samples->count, nn_shape_size(&samples->shape), &values) &&
            values <= MAX_VALUES)
            use(samples);
        else
            nn_samples_free(samples);
    }
    nn_bytes_close(input);
}
