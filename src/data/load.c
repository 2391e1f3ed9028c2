#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/reader.h"
#include "data/sniff.h"

#include <string.h>

/* Length of the path without ".gz". */
static size_t plain_length(const char *path)
{
    size_t length = strlen(path);
    return length > 3 && nn_text_equal_nocase(path + length - 3, ".gz") ? length - 3 : length;
}

/* True when the path (less .gz) ends with one of the blank-separated extensions. */
static bool has_extension(const char *path, const char *extensions)
{
    size_t path_length = plain_length(path);
    for (const char *at = extensions; *at;) {
        size_t length = strcspn(at, " ");
        if (length < path_length && strncasecmp(path + path_length - length, at, length) == 0)
            return true;
        at += length;
        at += strspn(at, " ");
    }
    return false;
}

/* By magic bytes, then by extension; what is left is a table if it is text. */
static const struct nn_reader *find_reader(const char *path, const unsigned char *bytes,
                                           size_t length)
{
    const struct nn_reader *table = NULL;
    for (size_t i = 0; i < nn_reader_count; i++) {
        if (nn_readers[i]->probe && nn_readers[i]->probe(bytes, length))
            return nn_readers[i];
        if (strcmp(nn_readers[i]->name, "csv") == 0)
            table = nn_readers[i];
    }
    for (size_t i = 0; i < nn_reader_count; i++) {
        if (has_extension(path, nn_readers[i]->extensions))
            return nn_readers[i];
    }
    return nn_sniff_is_text(bytes, length) ? table : NULL;
}

static enum nn_status refuse_format(struct nn_error *error)
{
    struct nn_buffer names;
    nn_buffer_init(&names, 0);
    for (size_t i = 0; i < nn_reader_count; i++)
        nn_buffer_printf(&names, "%s%s", i == 0 ? "" : ", ", nn_readers[i]->name);
    enum nn_status status = nn_fail(error, NN_DAMAGED, "not a data file of a known format (%s)",
                                    nn_buffer_string(&names));
    nn_buffer_clear(&names);
    return status;
}

/* True when a word is one of a list joined by blanks. */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

/* Keys that mean nothing for the format are mistakes. */
static enum nn_status check_keys(const struct nn_reader *reader,
                                 const struct nn_read_options *options, struct nn_error *error)
{
    const struct {
        const char *name;
        bool given;
    } keys[] = {
        {"label", options->label},
        {"header", options->header >= 0},
        {"delimiter", options->delimiter},
        {"decimal", options->comma},
        {"columns", options->columns},
        {"categories", options->categories},
        {"missing", options->missing != NN_MISSING_REFUSE},
        {"array", options->array},
        {"layout", options->layout != NN_LAYOUT_GUESS},
        {"resize", options->images.height > 0 && !options->images_known},
        {"color", options->images.channels > 0 && !options->images_known},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i].given && !(reader->keys && has_word(reader->keys, keys[i].name)))
            return nn_fail(error, NN_ARGUMENT, "%s= means nothing for a file of the format %s",
                           keys[i].name, reader->name);
    return NN_OK;
}

/* The last part of a path, also of "folder/". */
static struct nn_visible last_part(const char *path)
{
    struct nn_visible name = nn_visible_of(nn_path_name(path));
    size_t end = strlen(path);
    if (*name.text || end == 0)
        return name;
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    nn_text_visible(name.text, sizeof name.text, path + begin, end - begin, 0);
    return name;
}

/* What holds for all formats: name, shape, split. */
static enum nn_status finish(struct nn_samples *samples, const char *path,
                             const struct nn_read_options *options, struct nn_error *error)
{
    char from[NN_SHAPE_TEXT], to[NN_SHAPE_TEXT];
    struct nn_visible name = last_part(path);
    samples->name = nn_strdup(name.text);
    if (!samples->name)
        return nn_fail_memory(error, sizeof name);
    if (options->split >= 0)
        samples->given_split = (int8_t)options->split;
    if (options->shape.rank == 0)
        return NN_OK;
    size_t count;
    enum nn_status status = nn_shape_count(&options->shape, &count, error);
    if (status != NN_OK)
        return status;
    if (count != nn_shape_size(&samples->shape)) {
        return nn_fail(error, NN_SHAPE, "a sample has %zu values (%s); shape=%s needs %zu",
                       nn_shape_size(&samples->shape), nn_shape_text(from, &samples->shape),
                       nn_shape_text(to, &options->shape), count);
    }
    samples->shape = options->shape;
    return NN_OK;
}

static enum nn_status read_file(const char *path, const struct nn_read_options *options,
                                struct nn_samples **samples, struct nn_error *error)
{
    struct nn_bytes *input = NULL;
    const unsigned char *bytes;
    size_t length;
    const struct nn_reader *reader;
    enum nn_status status;
    NN_TRY(nn_bytes_open(path, &input, error));
    NN_TRY(nn_bytes_peek(input, &bytes, &length, error));
    if (length == 0) {
        status = nn_fail(error, NN_DAMAGED, "the file is empty");
        goto out;
    }
    reader = find_reader(path, bytes, length);
    if (!reader) {
        status = refuse_format(error);
        goto out;
    }
    NN_TRY(check_keys(reader, options, error));
    NN_TRY(reader->read(path, input, options, samples, error));
out:
    nn_bytes_close(input);
    return status;
}

static enum nn_status read_folder(const char *path, const struct nn_read_options *options,
                                  struct nn_samples **samples, struct nn_error *error)
{
    struct nn_folder folder = {.entries = NULL};
    const struct nn_reader *reader = NULL;
    enum nn_status status;
    NN_TRY(nn_folder_list(path, &folder, error));
    for (size_t i = 0; i < nn_reader_count && !reader; i++)
        if (nn_readers[i]->probe_folder && nn_readers[i]->probe_folder(&folder))
            reader = nn_readers[i];
    if (!reader) {
        status = nn_fail(error, NN_DAMAGED,
                         "the folder holds neither pictures nor the files of CIFAR-10");
        goto out;
    }
    NN_TRY(check_keys(reader, options, error));
    NN_TRY(reader->read_folder(path, &folder, options, samples, error));
out:
    nn_folder_clear(&folder);
    return status;
}

enum nn_status nn_data_load(const char *path, const struct nn_read_options *options,
                            struct nn_dataset **dataset, struct nn_error *error)
{
    struct nn_samples *samples = NULL;
    enum nn_status status;
    NN_TRY(nn_path_is_folder(path) ? read_folder(path, options, &samples, error)
                                   : read_file(path, options, &samples, error));
    NN_TRY(finish(samples, path, options, error));
    status = nn_dataset_new(samples, dataset, error);
    samples = NULL;
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    nn_samples_free(samples);
    return status;
}
