#include "data/sniff.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

#include <string.h>

enum { SAMPLE_BYTES = 1 << 16, SAMPLE_LINES = 32, SAMPLE_RECORDS = 50, PROBE_BYTES = 4096 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool starts_with(const unsigned char *bytes, size_t length, const char *mark, size_t size)
{
    return length >= size && memcmp(bytes, mark, size) == 0;
}

static bool is_utf16(const unsigned char *bytes, size_t length)
{
    if (starts_with(bytes, length, "\xff\xfe", 2) || starts_with(bytes, length, "\xfe\xff", 2))
        return true;
    /* Without a mark, plain letters still show as every other byte zero. */
    return length >= 4 && ((bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0 && bytes[3] != 0) ||
                           (bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0));
}

enum nn_status nn_sniff_text(struct nn_bytes *input, struct nn_error *error)
{
    const unsigned char *bytes;
    size_t length;
    enum nn_status status = nn_bytes_peek(input, &bytes, &length, error);
    if (status != NN_OK)
        return status;
    if (length == 0)
        return nn_fail(error, NN_DAMAGED, "the file is empty");
    if (is_utf16(bytes, length))
        return nn_fail(error, NN_DAMAGED, "the file is UTF-16 or UTF-32 text; save it as UTF-8");
    return NN_OK;
}

bool nn_sniff_is_text(const unsigned char *bytes, size_t length)
{
    length = smaller(length, PROBE_BYTES);
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] < ' ' && !(bytes[i] >= '\t' && bytes[i] <= '\r'))
            return false;
    }
    return length > 0;
}

/* Delimiters on the line at *at outside of quotes; moves *at to the next line. */
static size_t count_delimiters(const unsigned char *bytes, size_t length, size_t *at,
                               char delimiter)
{
    size_t count = 0;
    bool quoted = false;
    for (; *at < length; ++*at) {
        unsigned char c = bytes[*at];
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '\n' || c == '\r'))
            break;
        else if (!quoted && c == (unsigned char)delimiter)
            count++;
    }
    while (*at < length && (bytes[*at] == '\n' || bytes[*at] == '\r'))
        ++*at;
    return count;
}

/* How many of the first lines `delimiter` cuts into as many fields as the first; 0 if it does not
 * occur there. */
static size_t lines_cut_alike(const unsigned char *bytes, size_t length, char delimiter)
{
    size_t at = 0, lines = 1;
    size_t first = count_delimiters(bytes, length, &at, delimiter);
    if (first == 0)
        return 0;
    for (; at < length && lines < SAMPLE_LINES; lines++) {
        if (count_delimiters(bytes, length, &at, delimiter) != first)
            break;
    }
    return lines;
}

enum nn_status nn_sniff_delimiter(struct nn_bytes *input, bool comma, char *delimiter,
                                  struct nn_error *error)
{
    /* In this order: commas may be decimal commas in files that semicolons or tabs divide. */
    static const char candidates[] = {'\t', ';', ','};
    const unsigned char *bytes;
    size_t length, most = 0, count = sizeof candidates - comma;
    enum nn_status status = nn_bytes_peek(input, &bytes, &length, error);
    if (status != NN_OK)
        return status;
    char best = candidates[count - 1];
    length = smaller(length, SAMPLE_BYTES);
    for (size_t k = 0; k < count; k++) {
        size_t lines = lines_cut_alike(bytes, length, candidates[k]);
        if (lines > most) {
            best = candidates[k];
            most = lines;
        }
    }
    *delimiter = best;
    return NN_OK;
}

enum nn_cell nn_sniff_cell(const char *text, size_t length, double *number)
{
    static const char *const missing[] = {"", "?", "NA", "N/A", "null", "none"};
    if (nn_number_parse(text, length, number))
        return NN_CELL_NUMBER;
    for (size_t i = 0; length <= 4 && i < sizeof missing / sizeof missing[0]; i++) {
        if (nn_text_equal_nocase(text, missing[i]))
            return NN_CELL_MISSING;
    }
    return NN_CELL_TEXT;
}

/* What is known of the first record's columns. */
struct header {
    size_t columns;
    unsigned char *first; /* the kind of each first cell */
    unsigned char *below; /* which kinds were seen below, as bits */
    size_t records;
};

static enum nn_status look_at_record(void *context, const struct nn_csv_record *record,
                                     struct nn_error *error)
{
    struct header *header = context;
    double number;
    if (record->number == 0) {
        header->columns = record->count;
        header->first = nn_calloc(record->count, 1);
        header->below = nn_calloc(record->count, 1);
        if (!header->first || !header->below)
            return nn_fail_memory(error, record->count);
    }
    for (size_t i = 0; i < smaller(record->count, header->columns); i++) {
        enum nn_cell cell =
            nn_sniff_cell(nn_csv_text(record, i), record->fields[i].length, &number);
        if (record->number == 0)
            header->first[i] = (unsigned char)cell;
        else
            header->below[i] = (unsigned char)(header->below[i] | 1U << cell);
    }
    header->records++;
    return NN_OK;
}

static bool judge_header(const struct header *header)
{
    const unsigned numbers = 1U << NN_CELL_NUMBER, texts = 1U << NN_CELL_TEXT;
    size_t text_cells = 0, named_numbers = 0, number_columns = 0;
    for (size_t i = 0; i < header->columns; i++) {
        bool text = header->first[i] == NN_CELL_TEXT;
        text_cells += text;
        named_numbers += text && (header->below[i] & (numbers | texts)) == numbers;
        number_columns += (header->below[i] & numbers) != 0;
    }
    if (named_numbers > 0)
        return true;
    bool all_text = header->columns > 0 && text_cells == header->columns;
    return all_text && (number_columns > 0 || header->columns > 1 || header->records == 1);
}

enum nn_status nn_sniff_header(const struct nn_csv_text *text, bool *header, struct nn_error *error)
{
    struct header seen = {.columns = 0};
    struct nn_csv_text sample = *text;
    sample.limit = SAMPLE_RECORDS;
    sample.progress = NULL;
    enum nn_status status = nn_csv_walk(&sample, look_at_record, &seen, error);
    if (status == NN_OK)
        *header = judge_header(&seen);
    nn_free(seen.first);
    nn_free(seen.below);
    return status;
}
