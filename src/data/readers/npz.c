/* NPZ: arrays of NumPy by their names, as Keras, scikit-learn and MedMNIST call them: for training,
 * validation and test, or one of samples and one of labels. */
#include "data/npz.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/labels.h"
#include "data/npy.h"
#include "data/reader.h"

#include <string.h>

/* Samples, then their labels. */
static const struct {
    const char *samples, *labels;
} names[][NN_SPLIT_COUNT] = {
    {{"x_train", "y_train"}, {"x_val", "y_val"}, {"x_test", "y_test"}},
    {{"X_train", "y_train"}, {"X_val", "y_val"}, {"X_test", "y_test"}},
    {{"train_images", "train_labels"},
     {"val_images", "val_labels"},
     {"test_images", "test_labels"}},
    {{"train_x", "train_y"}, {"val_x", "val_y"}, {"test_x", "test_y"}},
    {{"x", "y"}},
    {{"X", "y"}},
    {{"data", "target"}},
    {{"data", "labels"}},
    {{"images", "labels"}},
    {{"features", "labels"}},
};

struct archive {
    struct nn_zip zip;
    const struct nn_zip_member *samples[NN_SPLIT_COUNT], *labels[NN_SPLIT_COUNT];
    size_t sample_parts, label_parts;
    struct nn_array arrays[NN_SPLIT_COUNT];
    unsigned char *own[NN_SPLIT_COUNT];
    size_t count[NN_SPLIT_COUNT]; /* samples of each split */
    int split_of[NN_SPLIT_COUNT]; /* the split of each part */
};

static enum nn_status fail_names(const struct archive *archive, const char *wanted,
                                 struct nn_error *error)
{
    struct nn_buffer list;
    nn_buffer_init(&list, 0);
    nn_npz_list(&archive->zip, &list);
    struct nn_visible name = nn_visible_of(wanted);
    if (*wanted)
        nn_fail(error, NN_ARGUMENT, "it has no array %s (but %s)", name.text,
                nn_buffer_string(&list));
    else
        nn_fail(error, NN_ARGUMENT, "its arrays bear no names that tell samples from labels (%s)",
                list.length > 0 ? nn_buffer_string(&list) : "it has none");
    if (!*wanted && list.length > 0)
        nn_fail_hint(error, "array=NAME says which holds the samples, label=NAME the labels");
    nn_buffer_clear(&list);
    return NN_ARGUMENT;
}

static void add(struct archive *archive, int split, const struct nn_zip_member *samples,
                const struct nn_zip_member *labels)
{
    archive->split_of[archive->sample_parts] = split;
    archive->samples[archive->sample_parts++] = samples;
    if (labels)
        archive->labels[archive->label_parts++] = labels;
}

/* The first row of the table of names of which the archive has the training samples. */
static void choose_by_names(struct archive *archive)
{
    const struct nn_zip *zip = &archive->zip;
    for (size_t i = 0; i < sizeof names / sizeof *names && archive->sample_parts == 0; i++) {
        if (!nn_npz_find(zip, names[i][0].samples))
            continue;
        for (int split = 0; split < NN_SPLIT_COUNT && names[i][split].samples; split++) {
            const struct nn_zip_member *samples = nn_npz_find(zip, names[i][split].samples);
            if (samples)
                add(archive, split, samples, nn_npz_find(zip, names[i][split].labels));
        }
    }
}

/* The only array there is. */
static void choose_single(struct archive *archive)
{
    const struct nn_zip_member *single = NULL;
    size_t found = 0, length;
    for (size_t i = 0; i < archive->zip.count; i++)
        if (nn_npz_is_array(&archive->zip.members[i], &length)) {
            single = &archive->zip.members[i];
            found++;
        }
    if (found == 1)
        add(archive, NN_SPLIT_TRAIN, single, NULL);
}

static enum nn_status choose(struct archive *archive, const struct nn_read_options *options,
                             struct nn_error *error)
{
    const struct nn_zip_member *named;
    bool none = options->label && strcmp(options->label, "none") == 0;
    if (options->array) {
        named = nn_npz_find(&archive->zip, options->array);
        if (!named)
            return fail_names(archive, options->array, error);
        add(archive, NN_SPLIT_TRAIN, named, NULL);
    } else {
        choose_by_names(archive);
        if (archive->sample_parts == 0)
            choose_single(archive);
    }
    if (archive->sample_parts == 0)
        return fail_names(archive, "", error);
    if (none || options->labels)
        archive->label_parts = 0;
    if (!options->label || none)
        return NN_OK;
    named = nn_npz_find(&archive->zip, options->label);
    if (!named)
        return fail_names(archive, options->label, error);
    if (options->labels || archive->sample_parts > 1)
        return nn_fail(error, NN_ARGUMENT,
                       options->labels ? "label= and labels= exclude each other"
                                       : "label= needs array= where there are several splits");
    archive->labels[0] = named;
    archive->label_parts = 1;
    return NN_OK;
}

static void forget(struct archive *archive)
{
    for (int i = 0; i < NN_SPLIT_COUNT; i++) {
        nn_free(archive->own[i]);
        archive->own[i] = NULL;
    }
}

static enum nn_status unpack(struct archive *archive, const struct nn_zip_member *const *members,
                             size_t count, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    forget(archive);
    for (size_t i = 0; i < count && status == NN_OK; i++)
        status = nn_npz_array(members[i], &archive->arrays[i], &archive->own[i], error);
    return status;
}

static enum nn_status read_samples(struct archive *archive, const struct nn_read_options *options,
                                   struct nn_samples **samples, struct nn_error *error)
{
    enum nn_status status;
    NN_TRY(unpack(archive, archive->samples, archive->sample_parts, error));
    NN_TRY(
        nn_array_samples(archive->arrays, archive->sample_parts, options->layout, samples, error));
    for (size_t i = 0; i < archive->sample_parts; i++)
        archive->count[archive->split_of[i]] = archive->arrays[i].shape.dim[0];
    if (archive->sample_parts > 1) {
        (*samples)->train_count = archive->count[NN_SPLIT_TRAIN];
        (*samples)->validation_count = archive->count[NN_SPLIT_VALIDATION];
    }
out:
    return status;
}

static enum nn_status read_labels(struct archive *archive, const struct nn_read_options *options,
                                  struct nn_samples *samples, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    if (options->labels)
        return nn_labels_read(options->labels, options->task, samples, error);
    if (archive->label_parts == 0) {
        if (archive->sample_parts == 1)
            samples->given_split = NN_SPLIT_TEST; /* as for NPY: there to be explained */
        return NN_OK;
    }
    NN_TRY(unpack(archive, archive->labels, archive->label_parts, error));
    NN_TRY(nn_labels_arrays(archive->arrays, archive->label_parts, options->task, samples, error));
out:
    return status;
}

static enum nn_status read_npz(const char *path, struct nn_bytes *input,
                               const struct nn_read_options *options, struct nn_samples **samples,
                               struct nn_error *error)
{
    struct archive archive = {.sample_parts = 0};
    struct nn_samples *read = NULL;
    unsigned char *bytes = NULL;
    size_t length;
    enum nn_status status;
    NN_TRY(nn_bytes_all(input, 0, &bytes, &length, error));
    NN_TRY(nn_zip_open(&archive.zip, bytes, length, error));
    NN_TRY(choose(&archive, options, error));
    NN_TRY(read_samples(&archive, options, &read, error));
    NN_TRY(read_labels(&archive, options, read, error));
    *samples = read;
    read = NULL;
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    forget(&archive);
    nn_zip_clear(&archive.zip);
    nn_free(bytes);
    nn_samples_free(read);
    return status;
}

const struct nn_reader nn_reader_npz = {
    .name = "npz",
    .summary =
        "NumPy arrays by name: x_train y_train x_val y_val x_test y_test, or x y; array= and "
        "label= name others",
    .extensions = ".npz",
    .keys = "label array layout",
    .probe = nn_zip_probe,
    .read = read_npz,
};
