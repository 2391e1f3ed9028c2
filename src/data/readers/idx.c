/* IDX: images and labels in two files, as MNIST and its relatives come. */
#include "data/idx.h"
#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "data/labels.h"
#include "data/reader.h"

#include <string.h>

/* The usual name of the labels beside train-images-idx3-ubyte(.gz): train-labels-idx1-ubyte, with
 * or without .gz. Gives NULL in *path if the name is of another kind or there is no such file. */
static enum nn_status find_companion(const char *images, char **path, struct nn_error *error)
{
    struct nn_buffer name;
    const char *base = nn_path_name(images), *word = strstr(base, "images");
    char *rank;
    enum nn_status status = NN_OK;
    *path = NULL;
    if (!word)
        return NN_OK;
    nn_buffer_init(&name, 0);
    nn_buffer_append(&name, images, (size_t)(word - images));
    nn_buffer_text(&name, "labels");
    nn_buffer_text(&name, word + strlen("images"));
    nn_buffer_text(&name, ".gz");
    NN_TRY(nn_buffer_check(&name, error));
    rank = strstr(name.data + (word - images), "idx3");
    if (rank)
        rank[3] = '1';
    /* Most names to try have one suffix: NAME.gz.gz is tried for its two shorter forms. */
    for (size_t cut = 0; cut <= 6 && name.length > cut; cut += 3) {
        size_t end = name.length - cut;
        if (cut > 0 && strncmp(name.data + end, ".gz", 3) != 0)
            break;
        name.data[end] = '\0';
        if (nn_file_exists(name.data)) {
            *path = nn_buffer_take(&name);
            break;
        }
        name.data[end] = '.';
    }
out:
    nn_buffer_clear(&name);
    return status;
}

static enum nn_status read_idx(const char *path, struct nn_bytes *input,
                               const struct nn_read_options *options, struct nn_samples **samples,
                               struct nn_error *error)
{
    struct nn_array array;
    struct nn_samples *read = NULL;
    unsigned char *bytes = NULL;
    size_t length;
    char *companion = NULL;
    const char *labels = options->labels;
    enum nn_status status;
    NN_TRY(nn_bytes_all(input, 0, &bytes, &length, error));
    NN_TRY(nn_idx_parse(&array, bytes, length, error));
    NN_TRY(nn_array_samples(&array, 1, options->layout, &read, error));
    if (!labels) {
        NN_TRY(find_companion(path, &companion, error));
        labels = companion;
    }
    if (labels)
        NN_TRY(nn_labels_read(labels, options->task, read, error));
    *samples = read;
    read = NULL;
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    nn_free(companion);
    nn_free(bytes);
    nn_samples_free(read);
    return status;
}

const struct nn_reader nn_reader_idx = {
    .name = "idx",
    .summary = "arrays of the MNIST family; the labels file is found beside the images",
    .keys = "layout",
    .extensions = ".idx .idx3-ubyte .idx1-ubyte -ubyte",
    .probe = nn_idx_probe,
    .read = read_idx,
};
