#include "base/file.h"
#include "base/mem.h"
#include "data/npy.h"
#include "data_test.h"
#include "zip_make.h"

#include <stdlib.h>
#include <unistd.h>

static struct zip_make made;

/* An NPY file of bytes: 0, 1, 2 ..., from `first` on. */
static void add_array(const char *name, const char *type, const char *shape, size_t bytes,
                      unsigned char first, int method)
{
    unsigned char file[1024];
    int length =
        snprintf((char *)file + 10, 200,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", type, shape);
    memcpy(file, "\x93NUMPY\x01\x00", 8);
    file[8] = (unsigned char)length;
    file[9] = 0;
    for (size_t i = 0; i < bytes; i++)
        file[10 + length + (int)i] = (unsigned char)(first + i);
    zip_add(&made, name, file, 10 + (size_t)length + bytes, method);
}

static void add_splits(int method)
{
    made = (struct zip_make){.count = 0};
    add_array("y_test.npy", "|u1", "2,", 2, 0, method);
    add_array("x_test.npy", "|u1", "2, 2, 3", 12, 100, method);
    add_array("x_train.npy", "|u1", "4, 2, 3", 24, 0, method);
    add_array("y_train.npy", "|u1", "4,", 4, 0, method);
}

static enum nn_status read_made(size_t length, struct nn_read_options *options,
                                struct nn_samples **samples, struct nn_error *error)
{
    unsigned char *copy = nn_calloc(length, 1);
    memcpy(copy, made.bytes, length);
    enum nn_status status = read_bytes("npz", "a.npz", copy, length, options, samples, error);
    nn_free(copy);
    return status;
}

Test(npz, splits_by_name)
{
    for (int method = 0; method <= Z_DEFLATED; method += Z_DEFLATED) {
        struct nn_read_options options = plain_options();
        struct nn_samples *s = NULL;
        struct nn_dataset *dataset = NULL;
        struct nn_error error;
        float x[6];
        add_splits(method);
        expect_ok(read_made(zip_end(&made), &options, &s, &error));
        cr_assert(s->count == 6 && s->train_count == 4 && s->storage == NN_STORAGE_BYTE);
        cr_assert(s->class_count == 4 && s->labels[3] == 3 && s->labels[5] == 1);
        expect_ok(nn_dataset_new(s, &dataset, &error));
        cr_assert(dataset->split_count[NN_SPLIT_TEST] == 2);
        nn_dataset_sample(dataset, NN_SPLIT_TEST, 1, x);
        cr_assert((int)x[0] == 106 && (int)x[5] == 111);
        nn_dataset_free(dataset);
    }
}

Test(npz, validation_and_names)
{
    struct nn_read_options options = plain_options();
    struct nn_samples *s = NULL;
    struct nn_dataset *dataset = NULL;
    struct nn_error error;
    made = (struct zip_make){.count = 0};
    add_array("train_images.npy", "|u1", "3, 2", 6, 0, 0);
    add_array("train_labels.npy", "|u1", "3, 1", 3, 0, 0);
    add_array("val_images.npy", "|u1", "2, 2", 4, 0, 0);
    add_array("val_labels.npy", "|u1", "2, 1", 2, 0, 0);
    add_array("test_images.npy", "|u1", "1, 2", 2, 0, 0);
    add_array("test_labels.npy", "|u1", "1, 1", 1, 0, 0);
    size_t length = zip_end(&made);
    expect_ok(read_made(length, &options, &s, &error));
    expect_ok(nn_dataset_new(s, &dataset, &error));
    cr_assert(dataset->split_count[NN_SPLIT_TRAIN] == 3);
    cr_assert(dataset->split_count[NN_SPLIT_VALIDATION] == 2);
    cr_assert(dataset->split_count[NN_SPLIT_TEST] == 1);
    nn_dataset_free(dataset);
    /* By the user's names. */
    options.array = "val_images";
    options.label = "val_labels";
    expect_ok(read_made(length, &options, &s, &error));
    cr_assert(s->count == 2 && s->labels && s->given_split < 0);
    nn_samples_free(s);
    options.label = NULL;
    expect_ok(read_made(length, &options, &s, &error));
    cr_assert(s->count == 2 && !s->labels && s->given_split == NN_SPLIT_TEST);
    nn_samples_free(s);
}

Test(npz, what_does_not_fit)
{
    static const struct {
        const char *array, *label, *part;
    } cases[] = {
        {"z", NULL, "no array z (but a, b, c"},
        {"a", "z", "no array z"},
        {"a", "b", "3 labels for 2 samples"},
        {"c", NULL, "c.npy: "},
        {NULL, NULL, "tell samples from labels (a, b, c)"},
        {"b", NULL, "plain list"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_read_options options = plain_options();
        struct nn_samples *s = NULL;
        struct nn_error error = {0};
        options.array = cases[i].array;
        options.label = cases[i].label;
        made = (struct zip_make){.count = 0};
        add_array("a.npy", "|u1", "2, 3", 6, 0, 0);
        add_array("b.npy", "|u1", "3,", 3, 0, 0);
        add_array("c.npy", "<f4", "1000000000, 1000000000", 8, 0, Z_DEFLATED);
        zip_add(&made, "readme", "text", 4, 0);
        enum nn_status status = read_made(zip_end(&made), &options, &s, &error);
        cr_assert(status != NN_OK && !s && strstr(error.message, cases[i].part), "%zu: %s", i,
                  error.message);
        cr_assert(strcmp(error.file, "a.npz") == 0);
    }
}

Test(npz, hostile)
{
    struct nn_read_options options = plain_options();
    struct nn_samples *s = NULL;
    struct nn_error error;
    add_splits(Z_DEFLATED);
    size_t length = zip_end(&made);
    for (size_t cut = 0; cut < length; cut++)
        cr_assert(read_made(cut, &options, &s, &error) != NN_OK, "cut at %zu", cut);
    for (size_t at = 0; at < length; at++) {
        unsigned char old = made.bytes[at];
        for (int k = 0; k < 3; k++) {
            made.bytes[at] = (unsigned char)(k == 0 ? old ^ 1 : k == 1 ? 0 : 255);
            s = NULL;
            read_made(length, &options, &s, &error);
            nn_samples_free(s);
        }
        made.bytes[at] = old;
    }
}
