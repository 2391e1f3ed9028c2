/* Pictures: one file, or a folder with a folder for each class, as Keras and torchvision have it;
 * around them may stand folders train, validation (val, valid) and test. Folders inside a class
 * belong to it. The names are sorted by bytes, and so are the classes. */
#include "base/bytes.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/labels.h"
#include "data/picture.h"
#include "data/reader.h"

#include <string.h>

enum { MOST_DEPTH = 8 };

struct file {
    char *path;
    size_t class_number;
};

struct collection {
    const struct nn_read_options *options;
    struct file *files;
    size_t count, capacity;
    char **classes; /* names of folders, in the order of their first use; then sorted */
    size_t class_count, class_capacity;
    size_t split_end[NN_SPLIT_COUNT];
    bool splits;
    struct nn_samples *samples;
};

static void clear(struct collection *all)
{
    for (size_t i = 0; i < all->count; i++)
        nn_free(all->files[i].path);
    nn_free(all->files);
    nn_names_free(all->classes, all->class_count);
    nn_samples_free(all->samples);
}

/* ---- what is there ---- */

/* Takes the path. */
static enum nn_status add_file(struct collection *all, char *path, size_t class_number,
                               struct nn_error *error)
{
    if (all->count == all->capacity) {
        size_t wanted = all->capacity ? 2 * all->capacity : 256;
        struct file *files = nn_realloc(all->files, wanted, sizeof *files);
        if (!files) {
            nn_free(path);
            return nn_fail_memory(error, wanted * sizeof *files);
        }
        all->files = files;
        all->capacity = wanted;
    }
    all->files[all->count++] = (struct file){path, class_number};
    return NN_OK;
}

/* All pictures in a folder and those below. */
static enum nn_status add_folder(struct collection *all, const char *path, size_t class_number,
                                 int depth, struct nn_error *error)
{
    struct nn_folder folder = {.entries = NULL};
    enum nn_status status;
    if (depth == MOST_DEPTH) {
        nn_fail(error, NN_LIMIT, "folders in folders, %d deep", MOST_DEPTH);
        return nn_fail_at(error, path, 0, 0);
    }
    NN_TRY(nn_folder_list(path, &folder, error));
    for (size_t i = 0; i < folder.count && status == NN_OK; i++) {
        const struct nn_folder_entry *entry = &folder.entries[i];
        char *inner = NULL;
        if (nn_cancelled(all->options->progress))
            NN_TRY(nn_fail(error, NN_CANCELLED, "reading was stopped"));
        if (!entry->folder && !nn_picture_name(entry->name))
            continue;
        NN_TRY(nn_path_join(path, entry->name, &inner, error));
        if (!entry->folder) {
            status = add_file(all, inner, class_number, error);
            continue;
        }
        status = add_folder(all, inner, class_number, depth + 1, error);
        nn_free(inner);
    }
out:
    nn_folder_clear(&folder);
    return status;
}

/* The number of a class, which may be new. The names of folders are as sorted, so a class of a
 * second split is mostly there. */
static enum nn_status find_class(struct collection *all, const char *name, size_t *number,
                                 struct nn_error *error)
{
    struct nn_visible visible = nn_visible_of(name);
    for (size_t i = 0; i < all->class_count; i++)
        if (strcmp(all->classes[i], visible.text) == 0) {
            *number = i;
            return NN_OK;
        }
    if (all->class_count >= nn_limit(NN_LIMIT_CLASSES)) {
        nn_fail(error, NN_LIMIT, "more than %zu classes (folders)", all->class_count);
        nn_limit_hint(error, NN_LIMIT_CLASSES);
        return NN_LIMIT;
    }
    if (all->class_count == all->class_capacity) {
        size_t wanted = all->class_capacity ? 2 * all->class_capacity : 16;
        char **classes = nn_realloc(all->classes, wanted, sizeof *classes);
        if (!classes)
            return nn_fail_memory(error, wanted * sizeof *classes);
        all->classes = classes;
        all->class_capacity = wanted;
    }
    all->classes[all->class_count] = nn_strdup(visible.text);
    if (!all->classes[all->class_count])
        return nn_fail_memory(error, sizeof visible);
    *number = all->class_count++;
    return NN_OK;
}

/* The folders in a folder are classes. */
static enum nn_status add_classes(struct collection *all, const char *path,
                                  const struct nn_folder *folder, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < folder->count && status == NN_OK; i++) {
        char *inner = NULL;
        size_t number = 0, before = all->count, known = all->class_count;
        if (!folder->entries[i].folder)
            continue;
        NN_TRY(nn_path_join(path, folder->entries[i].name, &inner, error));
        status = find_class(all, folder->entries[i].name, &number, error);
        if (status == NN_OK)
            status = add_folder(all, inner, number, 1, error);
        /* A folder without pictures is no class. */
        if (status == NN_OK && all->count == before && all->class_count > known)
            nn_free(all->classes[--all->class_count]);
        nn_free(inner);
    }
out:
    return status;
}

static int split_of(const char *name)
{
    static const struct {
        const char *name;
        int split;
    } names[] = {{"train", NN_SPLIT_TRAIN},           {"training", NN_SPLIT_TRAIN},
                 {"val", NN_SPLIT_VALIDATION},        {"valid", NN_SPLIT_VALIDATION},
                 {"validation", NN_SPLIT_VALIDATION}, {"test", NN_SPLIT_TEST},
                 {"testing", NN_SPLIT_TEST}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (nn_text_equal_nocase(name, names[i].name))
            return names[i].split;
    return -1;
}

/* Whether the folders are splits: all of them have such names, and one is for training. */
static bool has_splits(const struct nn_folder *folder)
{
    bool train = false;
    for (size_t i = 0; i < folder->count; i++) {
        if (!folder->entries[i].folder)
            continue;
        int split = split_of(folder->entries[i].name);
        if (split < 0)
            return false;
        train = train || split == NN_SPLIT_TRAIN;
    }
    return train;
}

static enum nn_status add_splits(struct collection *all, const char *path,
                                 const struct nn_folder *folder, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    all->splits = true;
    for (int split = 0; split < NN_SPLIT_COUNT; split++) {
        for (size_t i = 0; i < folder->count; i++) {
            const struct nn_folder_entry *entry = &folder->entries[i];
            struct nn_folder inner = {.entries = NULL};
            char *name = NULL;
            if (!entry->folder || split_of(entry->name) != split)
                continue;
            NN_TRY(nn_path_join(path, entry->name, &name, error));
            status = nn_folder_list(name, &inner, error);
            if (status == NN_OK)
                status = add_classes(all, name, &inner, error);
            nn_folder_clear(&inner);
            nn_free(name);
            NN_TRY(status);
        }
        all->split_end[split] = all->count;
    }
out:
    return status;
}

static enum nn_status collect(struct collection *all, const char *path,
                              const struct nn_folder *folder, struct nn_error *error)
{
    enum nn_status status;
    NN_TRY(has_splits(folder) ? add_splits(all, path, folder, error)
                              : add_classes(all, path, folder, error));
    if (all->class_count == 0)
        NN_TRY(add_folder(all, path, 0, 0, error));
    if (all->count == 0)
        status = nn_fail(error, NN_DAMAGED, "no pictures (PNG, PPM, PGM, JPEG) in the folder");
    else if (all->splits && all->split_end[NN_SPLIT_TRAIN] == 0)
        status = nn_fail(error, NN_DAMAGED, "no pictures in the folder of training");
out:
    return status;
}

/* ---- pixels ---- */

static enum nn_status prepare(const struct nn_read_options *options, const unsigned char *bytes,
                              size_t length, struct nn_picture *picture, struct nn_error *error)
{
    enum nn_status status;
    NN_TRY(nn_picture_decode(bytes, length, picture, error));
    if (options->images.channels > 0)
        NN_TRY(nn_picture_recolor(picture, options->images.channels, error));
    if (options->images.height > 0)
        NN_TRY(nn_picture_resize(picture, options->images.height, options->images.width, error));
out:
    return status;
}

/* Room for all, once the first picture is known. */
static enum nn_status begin(struct collection *all, const struct nn_picture *first,
                            struct nn_error *error)
{
    size_t numbers;
    enum nn_status status = nn_samples_new(&all->samples, error);
    if (status != NN_OK)
        return status;
    struct nn_samples *samples = all->samples;
    samples->shape = nn_shape_make(3, (size_t[]){first->channels, first->height, first->width});
    samples->feature_count = nn_shape_size(&samples->shape);
    samples->storage = NN_STORAGE_BYTE;
    samples->images = all->options->images;
    samples->images.channels = first->channels;
    if (!nn_size_mul(all->count, samples->feature_count, &numbers))
        return nn_fail(error, NN_LIMIT, "too many pixels");
    samples->values = nn_alloc_aligned(numbers, 1);
    samples->count = all->count;
    return samples->values ? NN_OK : nn_fail_memory(error, numbers);
}

/* Grey pictures among coloured ones get their colours; all else must agree. */
static enum nn_status add_picture(struct collection *all, size_t i, struct nn_picture *picture,
                                  struct nn_error *error)
{
    enum nn_status status = NN_OK;
    if (!all->samples)
        NN_TRY(begin(all, picture, error));
    const size_t *shape = all->samples->shape.dim;
    if (picture->channels < shape[0])
        NN_TRY(nn_picture_recolor(picture, 3, error));
    if (picture->height != shape[1] || picture->width != shape[2]) {
        status = nn_fail(error, NN_DAMAGED, "the picture has %zux%zu pixels, the first has %zux%zu",
                         picture->height, picture->width, shape[1], shape[2]);
        nn_fail_hint(error, "resize=%zux%zu brings all to one size", shape[1], shape[2]);
    } else if (picture->channels != shape[0]) {
        status = nn_fail(error, NN_DAMAGED, "the picture has colours, the first has none");
        nn_fail_hint(error, "color=gray or color=rgb brings all to one kind");
    } else {
        nn_picture_planes(picture,
                          (unsigned char *)all->samples->values + i * all->samples->feature_count);
    }
out:
    return status;
}

static enum nn_status read_files(struct collection *all, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < all->count && status == NN_OK; i++) {
        struct nn_picture picture = {.pixels = NULL};
        unsigned char *bytes = NULL;
        size_t length;
        if (nn_cancelled(all->options->progress))
            return nn_fail(error, NN_CANCELLED, "reading was stopped");
        status = nn_file_read(all->files[i].path, 0, &bytes, &length, error);
        if (status == NN_OK)
            status = prepare(all->options, bytes, length, &picture, error);
        if (status == NN_OK)
            status = add_picture(all, i, &picture, error);
        if (status != NN_OK)
            nn_fail_at(error, all->files[i].path, 0, 0);
        nn_picture_clear(&picture);
        nn_free(bytes);
        nn_progress_set(all->options->progress, (double)(i + 1) / (double)all->count);
    }
    return status;
}

/* ---- labels ---- */

/* Sorts the classes by name; *map gives each its new number. */
static enum nn_status sort_classes(struct collection *all, size_t *map, struct nn_error *error)
{
    char **sorted = nn_calloc(all->class_count, sizeof *sorted);
    if (!sorted)
        return nn_fail_memory(error, all->class_count * sizeof *sorted);
    for (size_t i = 0; i < all->class_count; i++) {
        map[i] = 0;
        for (size_t k = 0; k < all->class_count; k++)
            map[i] += strcmp(all->classes[k], all->classes[i]) < 0;
        sorted[map[i]] = all->classes[i];
    }
    nn_free(all->classes);
    all->classes = sorted;
    return NN_OK;
}

static enum nn_status label(struct collection *all, struct nn_error *error)
{
    struct nn_samples *samples = all->samples;
    size_t *map = NULL;
    enum nn_status status = NN_OK;
    if (all->splits) {
        samples->train_count = all->split_end[NN_SPLIT_TRAIN];
        samples->validation_count =
            all->split_end[NN_SPLIT_VALIDATION] - all->split_end[NN_SPLIT_TRAIN];
        if (samples->train_count == samples->count)
            samples->train_count = 0;
    }
    if (all->options->labels)
        return nn_labels_read(all->options->labels, all->options->task, samples, error);
    if (all->class_count == 0) {
        samples->given_split = NN_SPLIT_TEST; /* without labels: there to be explained */
        return NN_OK;
    }
    map = nn_calloc(all->class_count, sizeof *map);
    samples->labels = nn_calloc(samples->count, sizeof *samples->labels);
    if (!map || !samples->labels) {
        status = nn_fail_memory(error, samples->count * sizeof *samples->labels);
        goto out;
    }
    NN_TRY(sort_classes(all, map, error));
    for (size_t i = 0; i < samples->count; i++)
        samples->labels[i] = (int32_t)map[all->files[i].class_number];
    samples->task = NN_TASK_CLASSIFICATION;
    samples->classes = all->classes;
    samples->class_count = all->class_count;
    all->classes = NULL;
    all->class_count = 0;
out:
    nn_free(map);
    return status;
}

/* ---- both ---- */

static bool probe_folder(const struct nn_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        if (folder->entries[i].folder || nn_picture_name(folder->entries[i].name))
            return true;
    return false;
}

static enum nn_status read_folder(const char *path, const struct nn_folder *folder,
                                  const struct nn_read_options *options,
                                  struct nn_samples **samples, struct nn_error *error)
{
    struct collection all = {.options = options};
    enum nn_status status;
    NN_TRY(collect(&all, path, folder, error));
    NN_TRY(read_files(&all, error));
    NN_TRY(label(&all, error));
    *samples = all.samples;
    all.samples = NULL;
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    clear(&all);
    return status;
}

static bool probe_picture(const unsigned char *bytes, size_t length)
{
    return nn_picture_format(bytes, length) != NULL;
}

static enum nn_status read_picture(const char *path, struct nn_bytes *input,
                                   const struct nn_read_options *options,
                                   struct nn_samples **samples, struct nn_error *error)
{
    struct collection all = {.options = options, .count = 0};
    struct nn_picture picture = {.pixels = NULL};
    unsigned char *bytes = NULL;
    size_t length;
    enum nn_status status;
    NN_TRY(nn_bytes_all(input, 0, &bytes, &length, error));
    NN_TRY(prepare(options, bytes, length, &picture, error));
    NN_TRY(add_file(&all, NULL, 0, error));
    NN_TRY(add_picture(&all, 0, &picture, error));
    NN_TRY(label(&all, error));
    *samples = all.samples;
    all.samples = NULL;
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    nn_picture_clear(&picture);
    nn_free(bytes);
    clear(&all);
    return status;
}

const struct nn_reader nn_reader_image = {
    .name = "image",
    .summary = "PNG, PPM, PGM or JPEG: one picture, or a folder with a folder for each class (in "
               "folders train, validation and test, if they are there)",
    .extensions = ".png .ppm .pgm .pnm .jpg .jpeg",
    .keys = "resize color",
    .probe = probe_picture,
    .read = read_picture,
    .probe_folder = probe_folder,
    .read_folder = read_folder,
};
