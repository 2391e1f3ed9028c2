/* CIFAR-10 binary: records of a class and 3 x 32 x 32 pixels, one file or the folder of the
 * archive, whose test_batch.bin is the test split. The names of the classes stand in
 * batches.meta.txt beside them.
 * Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009;
 *         https://www.cs.toronto.edu/~kriz/cifar.html. */
#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/reader.h"

#include <stdio.h>
#include <string.h>

enum {
    SIDE = 32,
    CHANNELS = 3,
    PIXELS = CHANNELS * SIDE * SIDE,
    RECORD = 1 + PIXELS,
    CLASSES = 10
};
enum { NAME_SIZE = 64, META_LIMIT = 65536 };

static const char meta[] = "batches.meta.txt";

static enum nn_status check_content(const unsigned char *bytes, size_t length,
                                    struct nn_error *error)
{
    if (length == 0 || length % RECORD != 0)
        return nn_fail(error, NN_DAMAGED,
                       "%zu bytes are not whole records of CIFAR-10, of %d bytes each%s", length,
                       RECORD, length % (RECORD + 1) == 0 ? " (they are those of CIFAR-100)" : "");
    for (size_t at = 0; at < length; at += RECORD)
        if (bytes[at] >= CLASSES)
            return nn_fail(error, NN_DAMAGED, "class %u at byte offset %zu; CIFAR-10 has 0 to 9",
                           bytes[at], at);
    return NN_OK;
}

/* Room for more records. */
static enum nn_status grow(struct nn_samples *samples, size_t more, struct nn_error *error)
{
    size_t count = samples->count + more, bytes;
    if (!nn_size_mul(count, PIXELS, &bytes))
        return nn_fail(error, NN_LIMIT, "too many records");
    unsigned char *values = nn_realloc(samples->values, bytes, 1);
    if (!values)
        return nn_fail_memory(error, bytes);
    samples->values = values;
    int32_t *labels = nn_realloc(samples->labels, count, sizeof *labels);
    if (!labels)
        return nn_fail_memory(error, count * sizeof *labels);
    samples->labels = labels;
    return NN_OK;
}

static enum nn_status add_records(struct nn_samples *samples, const unsigned char *bytes,
                                  size_t length, struct nn_error *error)
{
    enum nn_status status;
    NN_TRY(check_content(bytes, length, error));
    NN_TRY(grow(samples, length / RECORD, error));
    for (size_t at = 0; at < length; at += RECORD) {
        memcpy((unsigned char *)samples->values + samples->count * PIXELS, bytes + at + 1, PIXELS);
        samples->labels[samples->count++] = bytes[at];
    }
out:
    return status;
}

static enum nn_status add_file(struct nn_samples *samples, const char *path, struct nn_error *error)
{
    unsigned char *bytes = NULL;
    size_t length;
    enum nn_status status;
    NN_TRY(nn_file_read_gzip(path, 0, &bytes, &length, error));
    NN_TRY(add_records(samples, bytes, length, error));
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    nn_free(bytes);
    return status;
}

/* The line of each class, or its number where there is no such file. */
static enum nn_status name_classes(struct nn_samples *samples, const char *path,
                                   struct nn_error *error)
{
    unsigned char *text = NULL;
    size_t length = 0, at = 0;
    enum nn_status status = NN_OK;
    if (path && nn_file_exists(path))
        NN_TRY(nn_file_read(path, META_LIMIT, &text, &length, error));
    samples->classes = nn_calloc(CLASSES, sizeof *samples->classes);
    if (!samples->classes) {
        status = nn_fail_memory(error, CLASSES * sizeof *samples->classes);
        goto out;
    }
    samples->class_count = CLASSES;
    for (size_t i = 0; i < CLASSES; i++) {
        char name[NAME_SIZE];
        size_t end = at;
        while (end < length && text[end] != '\n' && text[end] != '\r')
            end++;
        if (end > at)
            nn_text_visible(name, sizeof name, (const char *)text + at, end - at, 0);
        else
            snprintf(name, sizeof name, "%zu", i);
        samples->classes[i] = nn_strdup(name);
        if (!samples->classes[i]) {
            status = nn_fail_memory(error, sizeof name);
            goto out;
        }
        for (at = end; at < length && (text[at] == '\n' || text[at] == '\r');)
            at++;
    }
out:
    nn_free(text);
    return status;
}

static enum nn_status begin(struct nn_samples **samples, struct nn_error *error)
{
    enum nn_status status = nn_samples_new(samples, error);
    if (status != NN_OK)
        return status;
    (*samples)->shape = nn_shape_make(3, (size_t[]){CHANNELS, SIDE, SIDE});
    (*samples)->storage = NN_STORAGE_BYTE;
    (*samples)->feature_count = PIXELS;
    (*samples)->task = NN_TASK_CLASSIFICATION;
    return NN_OK;
}

static enum nn_status read_cifar(const char *path, struct nn_bytes *input,
                                 const struct nn_read_options *options, struct nn_samples **samples,
                                 struct nn_error *error)
{
    struct nn_samples *read = NULL;
    unsigned char *bytes = NULL;
    char *names = NULL;
    size_t length;
    enum nn_status status;
    (void)options;
    NN_TRY(nn_bytes_all(input, 0, &bytes, &length, error));
    NN_TRY(begin(&read, error));
    NN_TRY(add_records(read, bytes, length, error));
    NN_TRY(nn_path_beside(path, meta, &names, error));
    NN_TRY(name_classes(read, names, error));
    *samples = read;
    read = NULL;
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    nn_free(bytes);
    nn_free(names);
    nn_samples_free(read);
    return status;
}

/* ---- the folder ---- */

static bool is_test(const char *name)
{
    return nn_text_starts(name, "test_batch.bin");
}

static bool is_batch(const char *name)
{
    return nn_text_starts(name, "data_batch_") && strstr(name, ".bin");
}

static bool probe_folder(const struct nn_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        if (!folder->entries[i].folder &&
            (is_batch(folder->entries[i].name) || is_test(folder->entries[i].name)))
            return true;
    return false;
}

/* The batches, then the test batch, as the folder is sorted. */
static enum nn_status read_folder(const char *path, const struct nn_folder *folder,
                                  const struct nn_read_options *options,
                                  struct nn_samples **samples, struct nn_error *error)
{
    struct nn_samples *read = NULL;
    char *file = NULL;
    size_t batches = 0;
    enum nn_status status;
    NN_TRY(begin(&read, error));
    for (size_t i = 0; i < folder->count; i++) {
        const char *name = folder->entries[i].name;
        if (folder->entries[i].folder || (!is_batch(name) && !is_test(name)))
            continue;
        if (nn_cancelled(options->progress))
            NN_TRY(nn_fail(error, NN_CANCELLED, "reading was stopped"));
        batches += is_batch(name);
        if (is_test(name))
            read->train_count = read->count;
        NN_TRY(nn_path_join(path, name, &file, error));
        NN_TRY(add_file(read, file, error));
        nn_free(file);
        file = NULL;
        nn_progress_set(options->progress, (double)(i + 1) / (double)folder->count);
    }
    if (batches == 0)
        read->given_split = NN_SPLIT_TEST;
    NN_TRY(nn_path_join(path, meta, &file, error));
    NN_TRY(name_classes(read, file, error));
    *samples = read;
    read = NULL;
out:
    nn_free(file);
    nn_samples_free(read);
    return status;
}

const struct nn_reader nn_reader_cifar10 = {
    .name = "cifar10",
    .summary = "CIFAR-10 in its binary version, a file or the folder of all",
    .extensions = ".bin",
    .keys = NULL,
    .probe = NULL,
    .read = read_cifar,
    .probe_folder = probe_folder,
    .read_folder = read_folder,
};
