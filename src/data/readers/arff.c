/* ARFF, Weka's format: attributes with their types, then the rows. The rows go on as a table to the
 * reader of CSV, line by line as they stand here, so that its errors name the lines of this file;
 * what the header knows more goes with it: which columns are categories, and in which order the
 * classes come.
 *
 * Nominal, numeric, integer, real and string attributes; ? is a missing cell; names and values may
 * be quoted. Refused: sparse rows, relational attributes, dates (unless columns= leaves them out).
 * Source: https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/.
 */
#include "base/buffer.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "data/labels.h"
#include "data/reader.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

extern const struct nn_reader nn_reader_csv;

enum kind { NUMERIC, NOMINAL, TEXT };

struct attribute {
    char *name;
    enum kind kind;
    char **values; /* of a nominal one, as declared */
    size_t value_count;
    struct nn_labels known; /* the same, sorted */
};

struct arff {
    const char *text;
    size_t length, at;
    size_t line; /* that `at` stands in, from 1 */
    struct attribute *attributes;
    size_t count, capacity;
    struct nn_buffer word;  /* the last one that was read */
    struct nn_buffer table; /* the rows as CSV */
};

static enum nn_status fail_here(const struct arff *arff, struct nn_error *error, const char *what)
{
    nn_fail(error, NN_DAMAGED, "%s", what);
    nn_fail_at(error, NULL, arff->line, 0);
    return NN_DAMAGED;
}

/* ---- characters ---- */

static int peek(const struct arff *arff)
{
    return arff->at < arff->length ? (unsigned char)arff->text[arff->at] : -1;
}

static bool at_line_end(const struct arff *arff)
{
    int c = peek(arff);
    return c < 0 || c == '\n' || c == '\r' || c == '%';
}

static void skip_blanks(struct arff *arff)
{
    while (peek(arff) == ' ' || peek(arff) == '\t')
        arff->at++;
}

static bool accept(struct arff *arff, char c)
{
    skip_blanks(arff);
    if (peek(arff) != c)
        return false;
    arff->at++;
    return true;
}

/* Steps behind the end of the line, whatever it still holds. */
static void skip_line(struct arff *arff)
{
    while (arff->at < arff->length && arff->text[arff->at] != '\n' && arff->text[arff->at] != '\r')
        arff->at++;
    if (arff->at + 1 < arff->length && arff->text[arff->at] == '\r' &&
        arff->text[arff->at + 1] == '\n')
        arff->at++;
    if (arff->at < arff->length)
        arff->at++;
    arff->line++;
}

/* Reads a word, quoted or up to a blank or one of the stops, into arff->word. */
static enum nn_status read_word(struct arff *arff, const char *stops, bool *quoted,
                                struct nn_error *error)
{
    skip_blanks(arff);
    int quote = peek(arff);
    *quoted = quote == '\'' || quote == '"';
    arff->word.length = 0;
    nn_buffer_append(&arff->word, "", 0);
    if (*quoted)
        arff->at++;
    for (;; arff->at++) {
        int c = peek(arff);
        bool ends = c < 0 || c == '\n' || c == '\r';
        if (*quoted && ends)
            return fail_here(arff, error, "a quote is not closed on its line");
        if (*quoted ? c == quote : ends || c == ' ' || c == '\t' || strchr(stops, c))
            break;
        if (c == 0)
            return fail_here(arff, error, "a NUL byte: this is not a text file");
        if (*quoted && c == '\\' && arff->at + 1 < arff->length &&
            strchr("\\'\"%", arff->text[arff->at + 1]) && arff->text[arff->at + 1])
            c = arff->text[++arff->at];
        nn_buffer_char(&arff->word, (char)c);
        if (arff->word.length > nn_limit(NN_LIMIT_FIELD))
            return fail_here(arff, error, "a value is longer than the limit");
    }
    arff->at += *quoted;
    return nn_buffer_check(&arff->word, error);
}

/* ---- the header ---- */

static void clear(struct arff *arff)
{
    for (size_t i = 0; i < arff->count; i++) {
        struct attribute *attribute = &arff->attributes[i];
        nn_free(attribute->name);
        nn_names_free(attribute->values, attribute->value_count);
        nn_labels_clear(&attribute->known);
    }
    nn_free(arff->attributes);
    nn_buffer_clear(&arff->word);
    nn_buffer_clear(&arff->table);
}

static enum nn_status add_value(struct arff *arff, struct attribute *attribute,
                                struct nn_error *error)
{
    size_t count = attribute->value_count;
    const char *value = nn_buffer_string(&arff->word);
    if (count > nn_limit(NN_LIMIT_CLASSES))
        return fail_here(arff, error, "an attribute has more values than limits.classes");
    if ((count & (count - 1)) == 0) {
        char **values = nn_realloc(attribute->values, count ? 2 * count : 1, sizeof *values);
        if (!values)
            return nn_fail_memory(error, 2 * count * sizeof *values);
        attribute->values = values;
    }
    attribute->values[count] = nn_strdup(value);
    if (!attribute->values[count])
        return nn_fail_memory(error, arff->word.length + 1);
    attribute->value_count++;
    enum nn_status status =
        nn_labels_add(&attribute->known, value, arff->word.length, arff->line, arff->count, error);
    if (status == NN_OK && attribute->known.count != attribute->value_count)
        return fail_here(arff, error, "a nominal value is declared twice");
    return status;
}

/* {a, b, 'c d'} */
static enum nn_status read_values(struct arff *arff, struct attribute *attribute,
                                  struct nn_error *error)
{
    bool quoted, more = true;
    enum nn_status status = NN_OK;
    attribute->kind = NOMINAL;
    while (more && status == NN_OK) {
        NN_TRY(read_word(arff, ",}", &quoted, error));
        NN_TRY(add_value(arff, attribute, error));
        more = accept(arff, ',');
    }
    if (!accept(arff, '}'))
        status = fail_here(arff, error, "the values of a nominal attribute end with }");
out:
    return status;
}

static enum nn_status read_type(struct arff *arff, struct attribute *attribute,
                                struct nn_error *error)
{
    bool quoted;
    if (accept(arff, '{'))
        return read_values(arff, attribute, error);
    enum nn_status status = read_word(arff, "%", &quoted, error);
    if (status != NN_OK)
        return status;
    const char *type = nn_buffer_string(&arff->word);
    if (nn_text_is_choice(type, "numeric|real|integer"))
        attribute->kind = NUMERIC;
    else if (nn_text_is_choice(type, "string|date"))
        attribute->kind = TEXT;
    else
        return fail_here(arff, error,
                         "the type of an attribute is numeric, integer, real, string, date or "
                         "{VALUES}");
    return NN_OK;
}

static enum nn_status read_attribute(struct arff *arff, struct nn_error *error)
{
    bool quoted;
    if (arff->count == nn_limit(NN_LIMIT_COLUMNS))
        return fail_here(arff, error, "more attributes than limits.columns");
    if (arff->count == arff->capacity) {
        size_t wanted = arff->capacity ? 2 * arff->capacity : 16;
        struct attribute *grown = nn_realloc(arff->attributes, wanted, sizeof *grown);
        if (!grown)
            return nn_fail_memory(error, wanted * sizeof *grown);
        arff->attributes = grown;
        arff->capacity = wanted;
    }
    struct attribute *attribute = &arff->attributes[arff->count++];
    *attribute = (struct attribute){.name = NULL};
    nn_labels_init(&attribute->known, NULL);
    enum nn_status status;
    NN_TRY(read_word(arff, "{", &quoted, error));
    if (arff->word.length == 0) {
        status = fail_here(arff, error, "an attribute without a name");
        goto out;
    }
    attribute->name = nn_strdup(nn_buffer_string(&arff->word));
    if (!attribute->name)
        NN_TRY(nn_fail_memory(error, arff->word.length + 1));
    NN_TRY(read_type(arff, attribute, error));
    skip_blanks(arff);
    if (!at_line_end(arff))
        status = fail_here(arff, error, "text follows the type of an attribute");
out:
    return status;
}

/* Up to and with the line of @data. */
static enum nn_status read_header(struct arff *arff, struct nn_error *error)
{
    bool quoted, data = false;
    enum nn_status status = NN_OK;
    while (!data && arff->at < arff->length) {
        skip_blanks(arff);
        if (!at_line_end(arff)) {
            NN_TRY(read_word(arff, "%", &quoted, error));
            const char *word = nn_buffer_string(&arff->word);
            data = nn_text_equal_nocase(word, "@data");
            if (nn_text_equal_nocase(word, "@attribute"))
                NN_TRY(read_attribute(arff, error));
            else if (!data && !nn_text_equal_nocase(word, "@relation"))
                NN_TRY(fail_here(arff, error,
                                 "a line of the header begins with @relation, @attribute or "
                                 "@data"));
        }
        skip_line(arff);
    }
    if (!data)
        status = fail_here(arff, error, "the header does not end with @data");
    else if (arff->count == 0)
        status = fail_here(arff, error, "the header has no attributes");
out:
    return status;
}

/* ---- the rows ---- */

static void put_cell(struct arff *arff, const char *cell, size_t length, bool quote)
{
    struct nn_buffer *table = &arff->table;
    if (!quote) {
        nn_buffer_append(table, cell, length);
        return;
    }
    nn_buffer_char(table, '"');
    for (size_t i = 0; i < length; i++) {
        if (cell[i] == '"')
            nn_buffer_char(table, '"');
        nn_buffer_char(table, cell[i]);
    }
    nn_buffer_char(table, '"');
}

/* A number, or a value that the header declares. */
static enum nn_status check_cell(const struct arff *arff, size_t column, struct nn_error *error)
{
    const struct attribute *attribute = &arff->attributes[column];
    const char *value = nn_buffer_string(&arff->word);
    double number;
    bool fits = attribute->kind == NOMINAL
                    ? nn_labels_find(&attribute->known, value) != SIZE_MAX
                    : attribute->kind == TEXT || nn_number_parse(value, arff->word.length, &number);
    if (fits)
        return NN_OK;
    struct nn_visible name = nn_visible_of(attribute->name);
    nn_fail(error, NN_DAMAGED,
            attribute->kind == NOMINAL ? "\"%s\" is no value that the header declares for %s"
                                       : "\"%s\" is no number, as the header says of %s",
            NN_VISIBLE(value), name.text);
    nn_fail_at(error, NULL, arff->line, column + 1);
    return NN_DAMAGED;
}

static enum nn_status read_row(struct arff *arff, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    if (peek(arff) == '{')
        return fail_here(arff, error, "sparse rows, {INDEX VALUE, ...}, are not supported");
    for (size_t i = 0; status == NN_OK; i++) {
        bool quoted;
        status = read_word(arff, ",%", &quoted, error);
        if (status != NN_OK)
            break;
        bool missing = !quoted && strcmp(nn_buffer_string(&arff->word), "?") == 0;
        if (!missing && i < arff->count)
            status = check_cell(arff, i, error);
        if (i > 0)
            nn_buffer_char(&arff->table, ',');
        put_cell(arff, nn_buffer_string(&arff->word), arff->word.length,
                 quoted || strchr(nn_buffer_string(&arff->word), '"'));
        if (!accept(arff, ','))
            break;
    }
    skip_blanks(arff);
    if (status == NN_OK && !at_line_end(arff))
        status = fail_here(arff, error, "a blank inside a value that is not quoted");
    return status;
}

/* The table: names on the first line, then every row on its own line. */
static enum nn_status write_table(struct arff *arff, const struct nn_read_options *options,
                                  struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < arff->count; i++) {
        if (i > 0)
            nn_buffer_char(&arff->table, ',');
        put_cell(arff, arff->attributes[i].name, strlen(arff->attributes[i].name), true);
    }
    nn_buffer_fill(&arff->table, '\n', arff->line - 1);
    while (arff->at < arff->length && status == NN_OK) {
        if (arff->line % 1024 == 0 && nn_cancelled(options->progress))
            return nn_fail(error, NN_CANCELLED, "reading was stopped");
        skip_blanks(arff);
        if (!at_line_end(arff))
            status = read_row(arff, error);
        skip_line(arff);
        nn_buffer_char(&arff->table, '\n');
    }
    return status == NN_OK ? nn_buffer_check(&arff->table, error) : status;
}

/* ---- what the header knows more ---- */

/* categories= of what the header and the user say: numbers and names. */
static enum nn_status list_categories(const struct arff *arff, const char *given,
                                      struct nn_buffer *list, struct nn_error *error)
{
    nn_buffer_text(list, given ? given : "");
    for (size_t i = 0; i < arff->count; i++)
        if (arff->attributes[i].kind == NOMINAL)
            nn_buffer_printf(list, "%s%zu", list->length > 0 ? "," : "", i + 1);
    return nn_buffer_check(list, error);
}

/* The attribute that became the label. */
static const struct attribute *find_label(const struct arff *arff, const char *target)
{
    for (size_t i = 0; target && i < arff->count; i++)
        if (strcmp(NN_VISIBLE(arff->attributes[i].name), target) == 0)
            return &arff->attributes[i];
    return NULL;
}

/* Classes in the order of the header, those without samples too. What the reader of tables made of
 * a name ("01" is the number 1) stays as it is. */
static enum nn_status order_classes(const struct attribute *label, struct nn_samples *samples,
                                    struct nn_error *error)
{
    size_t count = label->value_count;
    size_t *map = nn_calloc(samples->class_count, sizeof *map);
    char **names = nn_calloc(count, sizeof *names);
    bool all = map && names;
    for (size_t i = 0; all && i < count; i++) {
        names[i] = nn_strdup(NN_VISIBLE(label->values[i]));
        all = names[i] != NULL;
    }
    if (!all) {
        nn_names_free(names, count);
        nn_free(map);
        return nn_fail_memory(error, count * sizeof *names);
    }
    for (size_t k = 0; k < samples->class_count && all; k++) {
        size_t at = 0;
        while (at < count && strcmp(names[at], samples->classes[k]) != 0)
            at++;
        map[k] = at;
        all = at < count;
    }
    for (size_t i = 0; all && i < samples->count; i++)
        samples->labels[i] = (int32_t)map[samples->labels[i]];
    nn_free(map);
    nn_names_free(all ? samples->classes : names, all ? samples->class_count : count);
    if (all) {
        samples->classes = names;
        samples->class_count = count;
    }
    return NN_OK;
}

/* What the label is, the header knows and its values need not show: then the table is read again.
 */
static enum nn_task other_task(const struct attribute *label, enum nn_task is)
{
    if (label && label->kind == NOMINAL && is == NN_TASK_REGRESSION)
        return NN_TASK_CLASSIFICATION;
    if (label && label->kind == NUMERIC && is == NN_TASK_CLASSIFICATION)
        return NN_TASK_REGRESSION;
    return NN_TASK_NONE;
}

static enum nn_status read_table(const struct arff *arff, const char *path,
                                 const struct nn_read_options *options, struct nn_samples **samples,
                                 struct nn_error *error)
{
    struct nn_read_options table = *options;
    struct nn_samples *read = NULL;
    struct nn_buffer list;
    struct nn_bytes *input = NULL;
    const struct attribute *label;
    enum nn_status status;
    nn_buffer_init(&list, 0);
    NN_TRY(list_categories(arff, options->categories, &list, error));
    table.header = 1;
    table.delimiter = ',';
    table.categories = list.length > 0 ? nn_buffer_string(&list) : NULL;
    NN_TRY(nn_bytes_memory(arff->table.data, arff->table.length, &input, error));
    NN_TRY(nn_reader_csv.read(path, input, &table, &read, error));
    label = find_label(arff, read->target_name);
    if (table.task == NN_TASK_NONE && (table.task = other_task(label, read->task))) {
        nn_samples_free(read);
        read = NULL;
        NN_TRY(nn_reader_csv.read(path, input, &table, &read, error));
    }
    if (label && label->kind == NOMINAL && read->labels)
        NN_TRY(order_classes(label, read, error));
    *samples = read;
    read = NULL;
out:
    nn_samples_free(read);
    nn_bytes_close(input);
    nn_buffer_clear(&list);
    return status;
}

static enum nn_status read_arff(const char *path, struct nn_bytes *input,
                                const struct nn_read_options *options, struct nn_samples **samples,
                                struct nn_error *error)
{
    struct arff arff = {.line = 1};
    struct nn_samples *read = NULL;
    unsigned char *bytes = NULL;
    enum nn_status status;
    nn_buffer_init(&arff.word, 0);
    nn_buffer_init(&arff.table, SIZE_MAX);
    NN_TRY(nn_bytes_all(input, 0, &bytes, &arff.length, error));
    arff.text = (const char *)bytes;
    if (arff.length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        arff.at = 3;
    NN_TRY(read_header(&arff, error));
    NN_TRY(write_table(&arff, options, error));
    nn_free(bytes);
    bytes = NULL;
    NN_TRY(read_table(&arff, path, options, &read, error));
    *samples = read;
    read = NULL;
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    clear(&arff);
    nn_free(bytes);
    nn_samples_free(read);
    return status;
}

/* The first line that is no comment begins with @relation or @attribute. */
static bool probe_arff(const unsigned char *bytes, size_t length)
{
    struct arff arff = {.text = (const char *)bytes, .length = length, .line = 1};
    static const char *const words[] = {"@relation", "@attribute"};
    while (arff.at < length) {
        skip_blanks(&arff);
        if (!at_line_end(&arff))
            break;
        skip_line(&arff);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t size = strlen(words[i]);
        if (length - arff.at > size && strncasecmp(arff.text + arff.at, words[i], size) == 0)
            return true;
    }
    return false;
}

const struct nn_reader nn_reader_arff = {
    .name = "arff",
    .summary = "Weka's tables, whose header names the columns, their types and the classes",
    .extensions = ".arff",
    .keys = "label columns categories missing",
    .probe = probe_arff,
    .read = read_arff,
};
