#include "data/records.h"

#include "base/buffer.h"
#include "base/limits.h"
#include "base/mem.h"

#include <csv.h>
#include <stdio.h>
#include <string.h>

enum {
    FIELD_BLOCK = 1 << 16, /* libcsv's buffer grows by this much */
    LINES_A_LOOK = 4096    /* between two looks at the progress */
};

struct walk {
    const struct nn_csv_text *text;
    struct csv_parser parser;
    nn_csv_take *take;
    void *context;
    struct nn_error *error;
    enum nn_status status;   /* of the callbacks: libcsv cannot be stopped inside a line */
    struct nn_buffer buffer; /* the texts of the fields of this record */
    struct nn_csv_field *fields;
    size_t capacity;
    struct nn_csv_record record;
    size_t line;       /* being fed, from 1 */
    size_t field_line; /* where the field that comes next begins */
    size_t offset;     /* of the piece being fed in the text */
    bool inside_line;  /* the last piece ended within a line */
    bool after_cr;     /* or with a CR, whose LF may come now */
    bool done;
    struct nn_buffer squeezed; /* a line whose runs of blanks became one each */
    bool begun, gap, quoted;   /* of that line: it has text, a blank is due, inside quotes */
};

static void *grow_field(void *block, size_t size)
{
    /* libcsv asks for less when it gets none, and gives up at zero. */
    return size > nn_limit(NN_LIMIT_FIELD) + FIELD_BLOCK ? NULL : nn_realloc(block, 1, size);
}

enum nn_status nn_csv_fail(struct nn_error *error, enum nn_status code, size_t line, size_t column,
                           const char *name, const char *format, ...)
{
    char text[sizeof error->message];
    va_list list;
    va_start(list, format);
    if (vsnprintf(text, sizeof text, format, list) < 0)
        text[0] = '\0';
    va_end(list);
    if (name)
        nn_fail(error, code, "row %zu, column %zu (\"%s\"): %s", line, column, name, text);
    else
        nn_fail(error, code, "row %zu, column %zu: %s", line, column, text);
    if (error) {
        error->line = line;
        error->column = column;
    }
    return code;
}

static void fail_here(struct walk *walk, enum nn_status status, const char *text)
{
    walk->status = nn_csv_fail(walk->error, status, walk->field_line, walk->record.count + 1, NULL,
                               "%s", text);
}

/* "a row of more than 1000000 columns" */
static void fail_limit(struct walk *walk, const char *what, enum nn_limit_name limit)
{
    char text[160];
    snprintf(text, sizeof text, "%s of more than %zu %s", what, nn_limit(limit),
             limit == NN_LIMIT_COLUMNS ? "columns" : "bytes");
    fail_here(walk, NN_LIMIT, text);
    nn_limit_hint(walk->error, limit);
}

static bool room_for_field(struct walk *walk)
{
    if (walk->record.count < walk->capacity)
        return true;
    size_t wanted = walk->capacity ? 2 * walk->capacity : 64;
    struct nn_csv_field *fields = nn_realloc(walk->fields, wanted, sizeof *fields);
    if (!fields) {
        walk->status = nn_fail_memory(walk->error, wanted * sizeof *fields);
        return false;
    }
    walk->fields = fields;
    walk->capacity = wanted;
    return true;
}

static void end_field(void *bytes, size_t length, void *context)
{
    struct walk *walk = context;
    if (walk->status != NN_OK || walk->done)
        return;
    if (length > nn_limit(NN_LIMIT_FIELD)) {
        fail_limit(walk, "a field", NN_LIMIT_FIELD);
        return;
    }
    if (walk->record.count == nn_limit(NN_LIMIT_COLUMNS)) {
        fail_limit(walk, "a row", NN_LIMIT_COLUMNS);
        return;
    }
    if (walk->buffer.length + length + 1 > nn_limit(NN_LIMIT_ROW)) {
        fail_limit(walk, "a row", NN_LIMIT_ROW);
        return;
    }
    if (!room_for_field(walk))
        return;
    if (walk->record.count == 0)
        walk->record.line = walk->field_line;
    walk->fields[walk->record.count++] =
        (struct nn_csv_field){.begin = (uint32_t)walk->buffer.length,
                              .length = (uint32_t)length,
                              .line = (uint32_t)(walk->field_line - walk->record.line)};
    nn_buffer_append(&walk->buffer, bytes, length);
    nn_buffer_char(&walk->buffer, '\0');
    walk->status = nn_buffer_check(&walk->buffer, walk->error);
    walk->field_line = walk->line;
}

void nn_csv_exchange(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!strchr("0123456789+-eE.,", text[i]) || text[i] == '\0')
            return;
    }
    for (size_t i = 0; i < length; i++)
        text[i] = text[i] == ',' ? '.' : text[i] == '.' ? ',' : text[i];
}

static void exchange_points(struct walk *walk)
{
    for (size_t i = 0; walk->text->comma && i < walk->record.count; i++)
        nn_csv_exchange(walk->buffer.data + walk->fields[i].begin, walk->fields[i].length);
}

static void end_record(int terminator, void *context)
{
    struct walk *walk = context;
    (void)terminator;
    if (walk->status != NN_OK || walk->done)
        return;
    exchange_points(walk);
    walk->record.text = nn_buffer_string(&walk->buffer);
    walk->record.fields = walk->fields;
    walk->status = walk->take(walk->context, &walk->record, walk->error);
    walk->record.number++;
    walk->record.count = 0;
    walk->buffer.length = 0;
    walk->done = walk->text->limit && walk->record.number == walk->text->limit;
}

/* Where the line at `at` ends: behind LF, CR LF or CR. */
static size_t line_end(const unsigned char *bytes, size_t length, size_t at)
{
    while (at < length && bytes[at] != '\n' && bytes[at] != '\r')
        at++;
    if (at + 1 < length && bytes[at] == '\r' && bytes[at + 1] == '\n')
        at++;
    return at < length ? at + 1 : at;
}

/* What libcsv's refusal means. */
static void explain_refusal(struct walk *walk)
{
    int reason = csv_error(&walk->parser);
    bool quoted = walk->parser.quoted;
    if (walk->status != NN_OK)
        return;
    if (reason == CSV_ENOMEM || reason == CSV_ETOOBIG) {
        if (walk->parser.entry_size >= nn_limit(NN_LIMIT_FIELD))
            fail_limit(walk, quoted ? "a quoted field" : "a field", NN_LIMIT_FIELD);
        else
            walk->status = nn_fail_memory(walk->error, FIELD_BLOCK);
        return;
    }
    if (!quoted) {
        fail_here(walk, NN_DAMAGED,
                  "a quote inside a bare field; quote the whole field and double this quote");
        return;
    }
    size_t last = walk->line;
    fail_here(walk, NN_DAMAGED, "text follows the closing quote of a field");
    if (last > walk->field_line) {
        fail_here(walk, NN_DAMAGED,
                  "the quote opened here is not closed properly: text follows the next quote");
        nn_fail_hint(walk->error, "that quote is on line %zu", last);
    }
}

static bool look_around(struct walk *walk)
{
    const struct nn_csv_text *text = walk->text;
    if (nn_cancelled(text->progress)) {
        walk->status = nn_fail(walk->error, NN_CANCELLED, "reading was stopped");
        return false;
    }
    nn_progress_set(text->progress,
                    text->progress_from +
                        (text->progress_to - text->progress_from) * nn_bytes_fraction(text->input));
    return true;
}

/* Runs of blanks outside quotes become one; around a line they go. */
static void squeeze(struct walk *walk, const unsigned char *bytes, size_t length)
{
    walk->squeezed.length = 0;
    for (size_t i = 0; i < length; i++) {
        char c = (char)bytes[i];
        bool ends = !walk->quoted && (c == '\n' || c == '\r');
        bool blank = !walk->quoted && (c == ' ' || c == '\t');
        walk->quoted ^= c == '"';
        if (!blank && !ends && walk->gap)
            nn_buffer_char(&walk->squeezed, ' ');
        if (!blank)
            nn_buffer_char(&walk->squeezed, c);
        walk->begun = !ends && (walk->begun || !blank);
        walk->gap = blank && walk->begun;
    }
}

static void feed(struct walk *walk, const unsigned char *bytes, size_t length)
{
    if (walk->text->delimiter == ' ') {
        squeeze(walk, bytes, length);
        walk->status = nn_buffer_check(&walk->squeezed, walk->error);
        bytes = (const unsigned char *)nn_buffer_string(&walk->squeezed);
        length = walk->squeezed.length;
    }
    if (walk->status != NN_OK)
        return;
    size_t used = csv_parse(&walk->parser, bytes, length, end_field, end_record, walk);
    if (used != length)
        explain_refusal(walk);
}

/* A line, or the part of it that lies in this piece. */
static void feed_line(struct walk *walk, const unsigned char *bytes, size_t length)
{
    bool rest = walk->inside_line || (walk->after_cr && bytes[0] == '\n');
    if (!rest) {
        walk->line++;
        /* A bare row that has not begun yet begins here; the parser knows whether it is inside a
         * quoted field that goes on. */
        if (walk->record.count == 0 && !walk->parser.quoted)
            walk->field_line = walk->line;
    }
    if (walk->line > walk->text->skip)
        feed(walk, bytes, length);
    walk->after_cr = bytes[length - 1] == '\r';
    walk->inside_line = bytes[length - 1] != '\n' && !walk->after_cr;
}

/* Refuses a NUL byte, unless an error stands before it. */
static void check_zero(struct walk *walk, const unsigned char *bytes, const unsigned char *zero)
{
    if (!zero || walk->status != NN_OK || walk->done)
        return;
    walk->status =
        nn_fail(walk->error, NN_DAMAGED, "a NUL byte at byte offset %zu: this is not a text file",
                walk->offset + (size_t)(zero - bytes));
    if (walk->error)
        walk->error->line = walk->line + !walk->inside_line;
}

static void feed_piece(struct walk *walk, const unsigned char *bytes, size_t length)
{
    static const char mark[] = "\xef\xbb\xbf";
    const unsigned char *zero = memchr(bytes, 0, length);
    size_t end = zero ? (size_t)(zero - bytes) : length, at = 0;
    if (walk->offset == 0 && length >= 3 && memcmp(bytes, mark, 3) == 0)
        at = 3;
    while (at < end && walk->status == NN_OK && !walk->done) {
        if (walk->line % LINES_A_LOOK == 0 && !look_around(walk))
            return;
        /* The LF of a CR LF that the pieces divide is no line of its own. */
        size_t stop = walk->after_cr && bytes[at] == '\n' ? at + 1 : line_end(bytes, end, at);
        feed_line(walk, bytes + at, stop - at);
        at = stop;
    }
    check_zero(walk, bytes, zero);
    walk->offset += length;
}

static void feed_all(struct walk *walk)
{
    struct nn_bytes *input = walk->text->input;
    walk->status = nn_bytes_rewind(input, walk->error);
    while (walk->status == NN_OK && !walk->done) {
        const unsigned char *bytes;
        size_t length;
        walk->status = nn_bytes_next(input, &bytes, &length, walk->error);
        if (walk->status != NN_OK || length == 0 || !look_around(walk))
            return;
        feed_piece(walk, bytes, length);
    }
}

static void finish(struct walk *walk)
{
    if (walk->status != NN_OK || walk->done)
        return;
    if (csv_fini(&walk->parser, end_field, end_record, walk) != 0)
        fail_here(walk, NN_DAMAGED, "the quote opened here is never closed");
}

enum nn_status nn_csv_walk(const struct nn_csv_text *text, nn_csv_take *take, void *context,
                           struct nn_error *error)
{
    struct walk walk = {.text = text, .take = take, .context = context, .error = error};
    nn_buffer_init(&walk.buffer, nn_limit(NN_LIMIT_ROW) + 64);
    nn_buffer_init(&walk.squeezed, 0);
    csv_init(&walk.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
    csv_set_delim(&walk.parser, (unsigned char)text->delimiter);
    csv_set_blk_size(&walk.parser, FIELD_BLOCK);
    csv_set_realloc_func(&walk.parser, grow_field);
    csv_set_free_func(&walk.parser, nn_free);
    feed_all(&walk);
    finish(&walk);
    csv_free(&walk.parser);
    nn_buffer_clear(&walk.buffer);
    nn_buffer_clear(&walk.squeezed);
    nn_free(walk.fields);
    return walk.status;
}
