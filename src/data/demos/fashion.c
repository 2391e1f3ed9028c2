/* Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), as Debian's dataset-fashion-mnist installs it. */
#include "base/buffer.h"
#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/demo.h"
#include "data/idx.h"

#include <stdlib.h>
#include <string.h>

#define FASHION_FOLDER "/usr/share/datasets/fashion-mnist"

/* FOLDER/NAME(.gz); an error that says how to install the set if neither is there. */
static enum nn_status find_part(const char *folder, const char *name, char **found,
                                struct nn_error *error)
{
    struct nn_buffer path;
    enum nn_status status;
    nn_buffer_init(&path, 0);
    nn_buffer_printf(&path, "%s/%s.gz", folder, name);
    NN_TRY(nn_buffer_check(&path, error));
    if (!nn_file_exists(path.data))
        path.data[path.length - strlen(".gz")] = '\0';
    if (!nn_file_exists(path.data)) {
        status = nn_fail(error, NN_DAMAGED, "Fashion-MNIST is not installed: there is no %s",
                         NN_VISIBLE(path.data));
        nn_fail_hint(error, "apt install dataset-fashion-mnist");
        goto out;
    }
    *found = nn_buffer_take(&path);
out:
    nn_buffer_clear(&path);
    return status;
}

/* Copies the bytes behind the header, of which there must be so many. */
static enum nn_status copy_bytes(struct nn_bytes *input, size_t header, size_t count,
                                 unsigned char *to, struct nn_error *error)
{
    const unsigned char *piece;
    size_t length, at = 0, end = header + count;
    enum nn_status status;
    NN_TRY(nn_bytes_rewind(input, error));
    do {
        NN_TRY(nn_bytes_next(input, &piece, &length, error));
        size_t skip = at < header ? header - at : 0, left = end - at;
        if (length > left || (length == 0 && left > 0))
            NN_TRY(nn_fail(error, NN_DAMAGED, "%s than %zu bytes", length ? "more" : "fewer", end));
        if (length > skip)
            memcpy(to + (at + skip - header), piece + skip, length - skip);
        at += length;
    } while (length > 0);
out:
    return status;
}

/* Reads an array of `count` items, one byte for a label or 784 for an image, piece by piece: the
 * set is in memory once. */
static enum nn_status read_part(const char *folder, const char *name, int rank, size_t count,
                                unsigned char *to, struct nn_error *error)
{
    char *path = NULL;
    struct nn_bytes *input = NULL;
    struct nn_array array;
    const unsigned char *piece;
    enum nn_status status;
    size_t length, bytes = rank == 1 ? count : count * 784, header = 4 + 4 * (size_t)rank;
    NN_TRY(find_part(folder, name, &path, error));
    NN_TRY(nn_bytes_open(path, &input, error));
    NN_TRY(nn_bytes_peek(input, &piece, &length, error));
    /* Only the header is looked at; that the data follow is seen when they are copied. */
    NN_TRY(nn_idx_parse(&array, piece, length < header ? length : header + bytes, error));
    if (array.kind != 'u' || array.size != 1 || array.shape.rank != rank ||
        array.shape.dim[0] != count || array.count != bytes)
        NN_TRY(nn_fail(error, NN_DAMAGED, "%s does not hold %zu %s", name, count,
                       rank == 1 ? "labels" : "images of 28x28 bytes"));
    NN_TRY(copy_bytes(input, header, bytes, to, error));
out:
    if (status != NN_OK && path)
        nn_fail_at(error, path, 0, 0);
    nn_bytes_close(input);
    nn_free(path);
    return status;
}

/* One half (images and labels) of the samples, which have room for it. */
static enum nn_status read_half(const char *folder, const char *images, const char *labels,
                                struct nn_samples *samples, size_t first, size_t count,
                                struct nn_error *error)
{
    enum nn_status status;
    unsigned char *label = nn_calloc(count, 1);
    if (!label)
        return nn_fail_memory(error, count);
    NN_TRY(
        read_part(folder, images, 3, count, (unsigned char *)samples->values + first * 784, error));
    NN_TRY(read_part(folder, labels, 1, count, label, error));
    for (size_t i = 0; i < count; i++) {
        if (label[i] >= samples->class_count)
            NN_TRY(nn_fail(error, NN_DAMAGED, "label %zu (byte offset %zu) of %s is %u", i, 8 + i,
                           labels, label[i]));
        samples->labels[first + i] = label[i];
    }
out:
    nn_free(label);
    return status;
}

static enum nn_status prepare_fashion(struct nn_samples *samples, size_t count,
                                      struct nn_error *error)
{
    static const char *const classes[] = {"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                          "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                          "Bag",         "Ankle boot"};
    const size_t class_count = sizeof classes / sizeof classes[0];
    samples->count = count;
    samples->feature_count = 784;
    samples->storage = NN_STORAGE_BYTE;
    samples->task = NN_TASK_CLASSIFICATION;
    samples->values = nn_calloc_aligned(count, 784);
    samples->labels = nn_calloc(count, sizeof *samples->labels);
    samples->classes = nn_calloc(class_count, sizeof *samples->classes);
    if (!samples->values || !samples->labels || !samples->classes)
        return nn_fail_memory(error, count * 784);
    samples->class_count = class_count;
    for (size_t i = 0; i < class_count; i++) {
        samples->classes[i] = nn_strdup(classes[i]);
        if (!samples->classes[i])
            return nn_fail_memory(error, strlen(classes[i]) + 1);
    }
    return NN_OK;
}

/* 60 000 training and 10 000 test images, as published; the seed has nothing to draw. */
static enum nn_status load(const struct nn_demo *demo, size_t count, uint64_t seed,
                           struct nn_samples **samples, struct nn_error *error)
{
    enum { TRAIN = 60000, TEST = 10000 };
    const char *folder = getenv("NNSCOPE_FASHION");
    struct nn_samples *made = NULL;
    enum nn_status status;
    (void)count;
    (void)seed;
    if (!folder || folder[0] == '\0')
        folder = FASHION_FOLDER;
    NN_TRY(nn_samples_new(&made, error));
    made->shape = demo->shape;
    made->train_count = TRAIN;
    NN_TRY(prepare_fashion(made, TRAIN + TEST, error));
    NN_TRY(read_half(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", made, 0, TRAIN,
                     error));
    NN_TRY(read_half(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", made, TRAIN, TEST,
                     error));
    *samples = made;
    made = NULL;
out:
    nn_samples_free(made);
    return status;
}

const struct nn_demo nn_demo_fashion = {
    .name = "fashion",
    .summary = "Fashion-MNIST: 70000 pictures of clothes, 28x28 pixels, 10 classes",
    .licence = "MIT",
    .make = load,
    .shape = {3, {1, 28, 28}},
};
