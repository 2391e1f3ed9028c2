/* Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), as Debian's dataset-fashion-mnist installs it. */
#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/demo.h"
#include "data/idx.h"

#include <stdlib.h>
#include <string.h>

#define FASHION_FOLDER "/usr/share/datasets/fashion-mnist"

/* Reads FOLDER/NAME(.gz); an error that says how to install the set if neither is there. */
static enum nn_status read_part(const char *folder, const char *name, unsigned char **bytes,
                                size_t *length, struct nn_error *error)
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
    status = nn_file_read_gzip(path.data, 0, bytes, length, error);
    if (status != NN_OK)
        nn_fail_at(error, path.data, 0, 0);
out:
    nn_buffer_clear(&path);
    return status;
}

/* Appends one half (images and labels) to the samples, which have room for it. */
static enum nn_status read_half(const char *folder, const char *images, const char *labels,
                                struct nn_samples *samples, size_t first, size_t count,
                                struct nn_error *error)
{
    unsigned char *bytes = NULL;
    size_t length;
    struct nn_array array;
    enum nn_status status;
    NN_TRY(read_part(folder, images, &bytes, &length, error));
    NN_TRY(nn_idx_parse(&array, bytes, length, error));
    if (array.kind != 'u' || array.size != 1 || array.shape.rank != 3 ||
        array.shape.dim[0] != count || array.count != count * 784) {
        status =
            nn_fail(error, NN_DAMAGED, "%s does not hold %zu images of 28x28 bytes", images, count);
        goto out;
    }
    memcpy((unsigned char *)samples->values + first * 784, array.data, array.count);
    nn_free(bytes);
    bytes = NULL;
    NN_TRY(read_part(folder, labels, &bytes, &length, error));
    NN_TRY(nn_idx_parse(&array, bytes, length, error));
    if (array.kind != 'u' || array.size != 1 || array.count != count) {
        status = nn_fail(error, NN_DAMAGED, "%s does not hold %zu labels", labels, count);
        goto out;
    }
    for (size_t i = 0; i < count; i++) {
        if (array.data[i] >= samples->class_count) {
            status = nn_fail(error, NN_DAMAGED, "label %zu (byte offset %zu) of %s is %u", i,
                             array.offset + i, labels, array.data[i]);
            goto out;
        }
        samples->labels[first + i] = array.data[i];
    }
out:
    nn_free(bytes);
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
