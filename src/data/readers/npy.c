/* NPY: samples from NumPy. Without labels they are there to be explained, not trained on, so they
 * become the test split. */
#include "data/npy.h"
#include "base/mem.h"
#include "data/labels.h"
#include "data/reader.h"

static enum nn_status read_npy(const char *path, struct nn_bytes *input,
                               const struct nn_read_options *options, struct nn_samples **samples,
                               struct nn_error *error)
{
    struct nn_array array;
    struct nn_samples *read = NULL;
    unsigned char *bytes = NULL;
    size_t length;
    enum nn_status status;
    NN_TRY(nn_bytes_all(input, 0, &bytes, &length, error));
    NN_TRY(nn_npy_parse(&array, bytes, length, error));
    NN_TRY(nn_array_samples(&array, 1, options->layout, &read, error));
    if (options->labels)
        NN_TRY(nn_labels_read(options->labels, options->task, read, error));
    else
        read->given_split = NN_SPLIT_TEST;
    *samples = read;
    read = NULL;
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    nn_free(bytes);
    nn_samples_free(read);
    return status;
}

const struct nn_reader nn_reader_npy = {
    .name = "npy",
    .summary = "NumPy array, samples first; labels=FILE adds labels",
    .extensions = ".npy",
    .keys = "layout",
    .probe = nn_npy_probe,
    .read = read_npy,
};
