/* The sets of `data demo`. */
#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/idx.h"
#include "data/labels.h"
#include "data/reader.h"

#include <stdlib.h>
#include <string.h>

#define FASHION_FOLDER "/usr/share/datasets/fashion-mnist"
#define TEST_FRACTION  0.2

/* Replaces *dataset by a scaled one: images to [0, 1], tables to mean 0 and deviation 1. */
static enum nn_status scale(struct nn_dataset **dataset, struct nn_error *error)
{
    struct nn_dataset *scaled;
    enum nn_status status = nn_dataset_scale(
        *dataset, nn_dataset_is_image(*dataset) ? NN_SCALING_UNIT : NN_SCALING_STANDARD, &scaled,
        error);
    if (status != NN_OK)
        return status;
    nn_dataset_free(*dataset);
    *dataset = scaled;
    return NN_OK;
}

static enum nn_status rename_samples(struct nn_samples *samples, const char *name,
                                     struct nn_error *error)
{
    char *copy = nn_strdup(name);
    if (!copy)
        return nn_fail_memory(error, strlen(name) + 1);
    nn_free(samples->name);
    samples->name = copy;
    return NN_OK;
}

static enum nn_status load_bundled(const struct nn_demo *demo, uint64_t seed,
                                   struct nn_dataset **dataset, struct nn_error *error)
{
    struct nn_read_options options = {
        .label = demo->label,
        .task = NN_TASK_CLASSIFICATION,
        .header = 1,
        .delimiter = ',',
        .shape = demo->shape,
        .split = -1,
    };
    struct nn_dataset *whole = NULL, *made = NULL;
    char *path = NULL;
    enum nn_status status;
    NN_TRY(nn_path_bundled(demo->file, &path, error));
    NN_TRY(nn_data_load(path, &options, &whole, error));
    NN_TRY(rename_samples(whole->samples, demo->name, error));
    NN_TRY(nn_dataset_split(whole, TEST_FRACTION, 0, true, seed, &made, error));
    NN_TRY(scale(&made, error));
    *dataset = made;
    made = NULL;
out:
    nn_free(path);
    nn_dataset_free(whole);
    nn_dataset_free(made);
    return status;
}

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
static enum nn_status load_fashion(const struct nn_demo *demo, uint64_t seed,
                                   struct nn_dataset **dataset, struct nn_error *error)
{
    enum { TRAIN = 60000, TEST = 10000 };
    const char *folder = getenv("NNSCOPE_FASHION");
    struct nn_samples *samples = NULL;
    struct nn_dataset *made = NULL;
    enum nn_status status;
    (void)seed;
    if (!folder || folder[0] == '\0')
        folder = FASHION_FOLDER;
    NN_TRY(nn_samples_new(&samples, error));
    samples->shape = demo->shape;
    samples->train_count = TRAIN;
    NN_TRY(rename_samples(samples, demo->name, error));
    NN_TRY(prepare_fashion(samples, TRAIN + TEST, error));
    NN_TRY(read_half(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", samples, 0,
                     TRAIN, error));
    NN_TRY(read_half(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", samples, TRAIN,
                     TEST, error));
    status = nn_dataset_new(samples, &made, error);
    samples = NULL;
    if (status != NN_OK)
        goto out;
    NN_TRY(scale(&made, error));
    *dataset = made;
    made = NULL;
out:
    nn_samples_free(samples);
    nn_dataset_free(made);
    return status;
}

#define CC_BY "CC BY 4.0"

const struct nn_demo nn_demos[] = {
    {"digits",
     "1797 handwritten digits of 8x8 pixels, 10 classes",
     CC_BY,
     load_bundled,
     "digits.csv",
     "digit",
     {3, {1, 8, 8}}},
    {"breast-cancer",
     "569 tumours, 30 figures of their cell nuclei, malignant or benign",
     CC_BY,
     load_bundled,
     "breast-cancer.csv",
     "diagnosis",
     {0, {0}}},
    {"iris",
     "150 flowers, 4 lengths, 3 species",
     CC_BY,
     load_bundled,
     "iris.csv",
     "species",
     {0, {0}}},
    {"wine",
     "178 wines, 13 chemical figures, 3 cultivars",
     CC_BY,
     load_bundled,
     "wine.csv",
     "cultivar",
     {0, {0}}},
    {"fashion",
     "Fashion-MNIST: 70000 pictures of clothes, 28x28 pixels, 10 classes",
     "MIT",
     load_fashion,
     NULL,
     NULL,
     {3, {1, 28, 28}}},
};
const size_t nn_demo_count = sizeof nn_demos / sizeof nn_demos[0];

enum nn_status nn_data_demo(const char *name, uint64_t seed, struct nn_dataset **dataset,
                            struct nn_error *error)
{
    const char *names[sizeof nn_demos / sizeof nn_demos[0]];
    for (size_t i = 0; i < nn_demo_count; i++) {
        if (strcmp(nn_demos[i].name, name) == 0)
            return nn_demos[i].load(&nn_demos[i], seed, dataset, error);
        names[i] = nn_demos[i].name;
    }
    nn_fail(error, NN_ARGUMENT,
            "there is no demo set \"%s\" (digits, breast-cancer, iris, wine, fashion)",
            NN_VISIBLE(name));
    const char *near = nn_text_nearest(name, names, nn_demo_count);
    if (near)
        nn_fail_hint(error, "did you mean %s?", near);
    return NN_ARGUMENT;
}
