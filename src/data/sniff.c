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

/* Behind the line at `at`. */
static size_t next_line(const unsigned char *bytes, size_t length, size_t at)
{
    while (at < length && bytes[at] != '\n' && bytes[at] != '\r')
        at++;
    return at + (at < length) + (at + 1 < length && bytes[at] == '\r' && bytes[at + 1] == '\n');
}

/* Where line number `skip`, from 0, begins. */
static size_t line_begin(const unsigned char *bytes, size_t length, size_t skip)
{
    size_t at = starts_with(bytes, length, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (skip-- > 0)
        at = next_line(bytes, length, at);
    return at;
}

enum nn_status nn_sniff_preamble(struct nn_csv_text *text, struct nn_error *error)
{
    const unsigned char *bytes;
    size_t length, at, skip = 0;
    char named = '\0';
    enum nn_status status = nn_bytes_peek(text->input, &bytes, &length, error);
    if (status != NN_OK)
        return status;
    at = line_begin(bytes, length, 0);
    if (starts_with(bytes + at, length - at, "sep=", 4) && length - at > 5 &&
        (bytes[at + 5] == '\n' || bytes[at + 5] == '\r')) {
        named = (char)bytes[at + 4];
        at = line_begin(bytes, length, ++skip);
    }
    text->skip = skip;
    for (size_t lines = skip; at < length && strchr("#\r\n", bytes[at]) && bytes[at];) {
        lines++;
        skip = bytes[at] == '#' ? lines : skip;
        at = next_line(bytes, length, at);
    }
    /* If all lines begin so, it is how the values look. */
    if (at < length)
        text->skip = skip;
    if (!text->delimiter)
        text->delimiter = named;
    return NN_OK;
}

/* Delimiters on the line at *at outside of quotes, of blanks only runs between fields; moves *at to
 * the next line that has text. */
static size_t count_delimiters(const unsigned char *bytes, size_t length, size_t *at,
                               char delimiter)
{
    size_t count = 0;
    bool quoted = false, begun = false, gap = false;
    for (; *at < length; ++*at) {
        unsigned char c = bytes[*at];
        bool blank = !quoted && (c == ' ' || c == '\t');
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '\n' || c == '\r'))
            break;
        else if (!quoted && delimiter != ' ' && c == (unsigned char)delimiter)
            count++;
        count += delimiter == ' ' && gap && !blank;
        begun = begun || !blank;
        gap = blank && begun;
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

/* Whether blanks divide a table: they cut all lines alike, at least two and more than the best
 * delimiter does, and the second holds a number. Else they are within texts. */
static bool blanks_divide(const unsigned char *bytes, size_t length, size_t best)
{
    size_t at = 0, lines = 0, second = 0;
    bool number = false;
    for (; at < length && lines < SAMPLE_LINES; lines++) {
        if (lines == 1)
            second = at;
        count_delimiters(bytes, length, &at, ' ');
    }
    if (lines < 2 || lines <= best || lines_cut_alike(bytes, length, ' ') < lines)
        return false;
    size_t end = next_line(bytes, length, second);
    for (size_t from = second, to; from < end && !number; from = to + 1) {
        double value;
        for (to = from; to < end && !strchr(" \t\r\n", bytes[to]);)
            to++;
        number = nn_number_parse((const char *)bytes + from, to - from, &value);
    }
    return number;
}

enum nn_status nn_sniff_delimiter(struct nn_csv_text *text, struct nn_error *error)
{
    /* In this order: commas may be decimal commas in files that semicolons or tabs divide. */
    static const char candidates[] = {'\t', ';', ',', '|'};
    const unsigned char *bytes;
    size_t length, most = 0;
    enum nn_status status = nn_bytes_peek(text->input, &bytes, &length, error);
    if (status != NN_OK)
        return status;
    char best = text->comma ? ';' : ',';
    size_t from = line_begin(bytes, length, text->skip);
    bytes += from;
    length = smaller(length - from, SAMPLE_BYTES);
    for (size_t k = 0; k < sizeof candidates; k++) {
        size_t lines = lines_cut_alike(bytes, length, candidates[k]);
        if (lines > most && !(text->comma && candidates[k] == ',')) {
            best = candidates[k];
            most = lines;
        }
    }
    text->delimiter = blanks_divide(bytes, length, most) ? ' ' : best;
    return NN_OK;
}

enum nn_status nn_sniff_comment(const struct nn_csv_text *text, bool *header,
                                struct nn_error *error)
{
    const unsigned char *bytes;
    size_t length;
    enum nn_status status = nn_bytes_peek(text->input, &bytes, &length, error);
    *header = false;
    if (status != NN_OK || text->skip == 0)
        return status;
    size_t at = line_begin(bytes, length, text->skip - 1);
    bool comment = at < length && bytes[at] == '#';
    size_t above = count_delimiters(bytes, length, &at, text->delimiter);
    *header =
        comment && above > 0 && above == count_delimiters(bytes, length, &at, text->delimiter);
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
    bool tail; /* some last field is not empty */
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
    header->tail = header->tail || record->fields[record->count - 1].length > 0;
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

enum nn_status nn_sniff_records(const struct nn_csv_text *text, struct nn_sniffed *sniffed,
                                struct nn_error *error)
{
    struct header seen = {.columns = 0};
    struct nn_csv_text sample = *text;
    sample.limit = SAMPLE_RECORDS;
    sample.progress = NULL;
    enum nn_status status = nn_csv_walk(&sample, look_at_record, &seen, error);
    if (status == NN_OK)
        *sniffed = (struct nn_sniffed){.header = judge_header(&seen),
                                       .open_tail = seen.columns > 1 && !seen.tail};
    nn_free(seen.first);
    nn_free(seen.below);
    return status;
}
