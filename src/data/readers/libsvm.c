/* libsvm (svmlight): a label and INDEX:VALUE pairs a line, ascending; features that are not named
 * are 0. Indices count from 1, or from 0 in a file that has a 0.
 *
 * The samples are dense. A file so sparse that they would take more than 48 MiB and more than 32
 * times its bytes is refused before they are allocated.
 * Source: LIBSVM's README; svmlight (qid:N is stepped over, a # begins a comment).
 */
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "data/labels.h"
#include "data/reader.h"
#include "data/records.h"

#include <math.h>
#include <string.h>

#define FREE_SIZE ((size_t)48 << 20)
enum { MOST_RATIO = 32 };

struct sparse {
    const struct nn_read_options *options;
    struct nn_csv_text text;
    struct nn_labels labels;
    bool labelled;
    size_t rows, filled, bytes;
    size_t least, most; /* indices */
    size_t width;
    struct nn_samples *samples;
};

/* "12:0.5"; the value is finite as a float. */
static bool parse_pair(const char *text, size_t length, size_t *index, double *value)
{
    const char *colon = memchr(text, ':', length);
    int64_t number;
    if (!colon || colon == text || !nn_number_parse_int(text, (size_t)(colon - text), &number) ||
        number < 0 || (uint64_t)number > nn_limit(NN_LIMIT_COLUMNS))
        return false;
    *index = (size_t)number;
    return nn_number_parse(colon + 1, length - (size_t)(colon + 1 - text), value) &&
           isfinite((float)*value);
}

static bool is_comment(const struct nn_csv_record *record, size_t i)
{
    return *nn_csv_text(record, i) == '#';
}

typedef void take_pair(struct sparse *sparse, size_t index, double value);

/* Calls `take` for the pairs of a line. */
static enum nn_status each_pair(struct sparse *sparse, const struct nn_csv_record *record,
                                take_pair *take, struct nn_error *error)
{
    size_t before = 0, index = 0;
    double value = 0;
    bool first = true;
    for (size_t i = 1; i < record->count && !is_comment(record, i); i++) {
        const char *text = nn_csv_text(record, i);
        if (nn_text_starts(text, "qid:"))
            continue;
        if (!parse_pair(text, record->fields[i].length, &index, &value))
            return nn_csv_fail(error, NN_DAMAGED, record->line, i + 1, NULL,
                               "\"%s\" is not INDEX:VALUE with an index of at most %zu and a "
                               "finite value",
                               NN_VISIBLE(text), nn_limit(NN_LIMIT_COLUMNS));
        if (!first && index <= before)
            return nn_csv_fail(error, NN_DAMAGED, record->line, i + 1, NULL,
                               "index %zu follows %zu; they must ascend", index, before);
        take(sparse, index, value);
        before = index;
        first = false;
    }
    return NN_OK;
}

static void survey_pair(struct sparse *sparse, size_t index, double value)
{
    (void)value;
    sparse->least = index < sparse->least ? index : sparse->least;
    sparse->most = index > sparse->most ? index : sparse->most;
}

static enum nn_status survey_line(void *context, const struct nn_csv_record *record,
                                  struct nn_error *error)
{
    struct sparse *sparse = context;
    const char *label = nn_csv_text(record, 0);
    double number;
    enum nn_status status = NN_OK;
    if (is_comment(record, 0))
        return NN_OK;
    if (!nn_number_parse(label, record->fields[0].length, &number))
        return nn_csv_fail(error, NN_DAMAGED, record->line, 1, NULL,
                           strchr(label, ',')   ? "\"%s\": several labels are not supported"
                           : strchr(label, ':') ? "\"%s\": the line has no label"
                                                : "the label \"%s\" is not a number",
                           NN_VISIBLE(label));
    if (sparse->labelled)
        status =
            nn_labels_add(&sparse->labels, label, record->fields[0].length, record->line, 1, error);
    sparse->rows++;
    return status == NN_OK ? each_pair(sparse, record, survey_pair, error) : status;
}

static void fill_pair(struct sparse *sparse, size_t index, double value)
{
    size_t at = index - sparse->least;
    if (index >= sparse->least && at < sparse->width)
        ((float *)sparse->samples->values)[sparse->filled * sparse->width + at] = (float)value;
}

static enum nn_status fill_line(void *context, const struct nn_csv_record *record,
                                struct nn_error *error)
{
    struct sparse *sparse = context;
    if (is_comment(record, 0))
        return NN_OK;
    if (sparse->filled == sparse->rows)
        return nn_fail(error, NN_DAMAGED, "the file changed while it was read");
    enum nn_status status = each_pair(sparse, record, fill_pair, error);
    if (sparse->labelled)
        nn_labels_set(&sparse->labels, sparse->samples, sparse->filled, nn_csv_text(record, 0),
                      record->fields[0].length);
    sparse->filled++;
    return status;
}

/* How many features, and whether they are not too many for the file. */
static enum nn_status decide_width(struct sparse *sparse, struct nn_error *error)
{
    const struct nn_read_options *options = sparse->options;
    size_t wanted = options->shape.rank ? nn_shape_size(&options->shape) : 0, cells;
    if (sparse->rows == 0)
        return nn_fail(error, NN_DAMAGED, "the file has no lines with a label");
    sparse->least = sparse->least == 0 ? 0 : 1;
    sparse->width = sparse->most + 1 - sparse->least;
    /* The last features of a file may all be 0: shape= says how many there are. */
    if (wanted > sparse->width)
        sparse->width = wanted;
    if (sparse->most < sparse->least && !wanted)
        return nn_fail(error, NN_DAMAGED, "no line has a feature");
    if (!nn_size_mul(sparse->rows, sparse->width, &cells) ||
        !nn_size_mul(cells, sizeof(float), &cells) ||
        (cells > FREE_SIZE && cells / MOST_RATIO > sparse->bytes)) {
        nn_fail(error, NN_LIMIT, "%zu samples of %zu features, nearly all of them 0", sparse->rows,
                sparse->width);
        nn_fail_hint(error, "samples are dense here; fewer features are needed");
        return NN_LIMIT;
    }
    return NN_OK;
}

static enum nn_status allocate(struct sparse *sparse, struct nn_error *error)
{
    enum nn_status status = nn_samples_new(&sparse->samples, error);
    if (status != NN_OK)
        return status;
    struct nn_samples *samples = sparse->samples;
    samples->count = sparse->rows;
    samples->shape = nn_shape_make(1, &sparse->width);
    samples->storage = NN_STORAGE_FLOAT;
    samples->values = nn_calloc_aligned(sparse->rows * sparse->width, sizeof(float));
    if (!samples->values)
        return nn_fail_memory(error, sparse->rows * sparse->width * sizeof(float));
    return sparse->labelled
               ? nn_labels_decide(&sparse->labels, sparse->options->task, samples, error)
               : NN_OK;
}

static enum nn_status measure(struct nn_bytes *input, size_t *bytes, struct nn_error *error)
{
    const unsigned char *piece;
    size_t length = 1;
    enum nn_status status = nn_bytes_rewind(input, error);
    for (*bytes = 0; status == NN_OK && length > 0; *bytes += length)
        status = nn_bytes_next(input, &piece, &length, error);
    return status;
}

static enum nn_status read_libsvm(const char *path, struct nn_bytes *input,
                                  const struct nn_read_options *options,
                                  struct nn_samples **samples, struct nn_error *error)
{
    struct sparse sparse = {.options = options, .least = SIZE_MAX};
    struct nn_csv_text *text = &sparse.text;
    bool none = options->label && strcmp(options->label, "none") == 0;
    enum nn_status status;
    nn_labels_init(&sparse.labels, NULL);
    sparse.labelled = !none && !options->labels;
    *text = (struct nn_csv_text){
        .input = input, .delimiter = ' ', .progress = options->progress, .progress_to = 0.5};
    if (options->label && !none) {
        status = nn_fail(error, NN_ARGUMENT, "label= can only be none: the label comes first");
        goto out;
    }
    NN_TRY(measure(input, &sparse.bytes, error));
    NN_TRY(nn_csv_walk(text, survey_line, &sparse, error));
    NN_TRY(decide_width(&sparse, error));
    NN_TRY(allocate(&sparse, error));
    text->progress_from = 0.5;
    text->progress_to = 1;
    NN_TRY(nn_csv_walk(text, fill_line, &sparse, error));
    if (sparse.filled != sparse.rows)
        NN_TRY(nn_fail(error, NN_DAMAGED, "the file changed while it was read"));
    if (options->labels)
        NN_TRY(nn_labels_read(options->labels, options->task, sparse.samples, error));
    *samples = sparse.samples;
    sparse.samples = NULL;
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    nn_labels_clear(&sparse.labels);
    nn_samples_free(sparse.samples);
    return status;
}

static size_t skip(const char *text, const char *which)
{
    return strspn(text, which);
}

/* "+1 1:0.5 3:2": a number, then a pair, on the first line. */
static bool probe_libsvm(const unsigned char *bytes, size_t length)
{
    char line[128];
    size_t end = length < sizeof line - 1 ? length : sizeof line - 1, at;
    memcpy(line, bytes, end);
    line[end] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    at = skip(line, "+-.0123456789eE");
    size_t gap = skip(line + at, " \t");
    if (at == 0 || gap == 0)
        return false;
    at += gap;
    size_t digits = skip(line + at, "0123456789");
    return digits > 0 && line[at + digits] == ':' &&
           skip(line + at + digits + 1, "+-.0123456789") > 0;
}

const struct nn_reader nn_reader_libsvm = {
    .name = "libsvm",
    .summary = "sparse text of LIBSVM and svmlight: label index:value ...; shape=N for more "
               "features than the file names",
    .extensions = ".libsvm .svm .svmlight",
    .keys = "label",
    .probe = probe_libsvm,
    .read = read_libsvm,
};
