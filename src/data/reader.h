/* Reader: one file format of data. One file in readers/ with one `const struct nn_reader`.
 *
 * Errors: NN_DAMAGED with file, line and column (CSV) or byte offset; NN_ARGUMENT when an option
 * does not fit (label column unknown). Allocation stays within a small multiple of the file.
 */
#ifndef NN_DATA_READER_H
#define NN_DATA_READER_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/file.h"
#include "data/dataset.h"
#include "engine/cancel.h"

struct nn_read_options {
    const char *labels;     /* labels=FILE, or NULL */
    const char *label;      /* NAME, INDEX (from 1), first, last, none; NULL = auto: a column named
                               label,     class, target, species or diagnosis, else last */
    enum nn_task task;      /* NN_TASK_NONE = auto: text or few whole numbers are classes */
    int header;             /* -1 auto, 0 no, 1 yes */
    char delimiter;         /* 0 = auto among tab ; , | and blanks */
    bool comma;             /* decimals are written with a comma */
    const char *columns;    /* those to use: 1-8,12,age; NULL = all */
    const char *categories; /* those whose values are categories though they may be numbers */
    enum nn_missing missing;
    char *const *known; /* inputs of the model that the samples may be for: if a table has all of
                           them, it is read as the model's was; NULL = none */
    size_t known_count;
    bool known_alone; /* other columns are left out; else a table that has others is not for it */
    struct nn_image_rule images; /* resize= and color= */
    bool images_known;           /* they are those of the model that the samples may be for */
    const char *array; /* of an archive of arrays, that of the samples; NULL = by its name */
    enum nn_layout layout;
    struct nn_shape shape; /* rank 0 = as it comes */
    int split;             /* -1, or NN_SPLIT_TRAIN/TEST */
    struct nn_progress *progress;
};

struct nn_reader {
    const char *name; /* "csv" */
    const char *summary;
    const char *extensions; /* ".csv .tsv .txt" */
    const char *keys; /* of label header delimiter decimal columns categories missing resize color
                         array layout: those that it obeys; the others are refused. NULL: none */
    /* True when the first bytes are this format's. NULL: by extension only. */
    bool (*probe)(const unsigned char *bytes, size_t length);
    /* Reads the samples from the input. `path` is for messages and for companions (labels file).
     */
    enum nn_status (*read)(const char *path, struct nn_bytes *input,
                           const struct nn_read_options *options, struct nn_samples **samples,
                           struct nn_error *error);
    /* Formats that come as a folder of files: whether it is one, and reading it. NULL: none. */
    bool (*probe_folder)(const struct nn_folder *folder);
    enum nn_status (*read_folder)(const char *path, const struct nn_folder *folder,
                                  const struct nn_read_options *options,
                                  struct nn_samples **samples, struct nn_error *error);
};
extern const struct nn_reader *const nn_readers[];
extern const size_t nn_reader_count;

/* "SUMMARY; files .csv .tsv; keys label= header=", for help and the man page. */
void nn_reader_describe(const struct nn_reader *reader, struct nn_buffer *out);

/* Reads any supported file, by magic bytes, then by extension, or folder. */
enum nn_status nn_data_load(const char *path, const struct nn_read_options *options,
                            struct nn_dataset **dataset, struct nn_error *error);

#endif
