/* Records of a CSV text: libcsv, fed line by line so that every field knows its line, with the
 * limits that libcsv lacks. The text comes from a input and is never held as a whole.
 *
 * A byte order mark is stepped over; NUL bytes are refused. Lines end with LF, CR LF or CR; blank
 * lines are skipped; blanks around bare fields are dropped; fields in double quotes may hold
 * delimiters, line ends and doubled quotes. Quotes that do not pair are refused (libcsv alone would
 * swallow the rest of the file). Where blanks divide the fields, a run of them counts as one, and
 * those around a line do not count.
 *
 * Limits:  1 MiB a field, 1 000 000 fields and 256 MiB a record (NN_LIMIT).
 * Errors:  NN_DAMAGED with line and field; what the callback returns; NN_CANCELLED.
 * Threads: reentrant.
 */
#ifndef NN_DATA_RECORDS_H
#define NN_DATA_RECORDS_H

#include "base/bytes.h"
#include "base/status.h"
#include "engine/cancel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nn_csv_field {
    uint32_t begin, length; /* in the record's text; a NUL follows */
    uint32_t line;          /* lines below the record's first */
};

struct nn_csv_record {
    size_t number; /* from 0 */
    size_t line;   /* of the text, from 1, where the record begins */
    size_t count;  /* fields, at least 1 */
    const char *text;
    const struct nn_csv_field *fields;
};

static inline const char *nn_csv_text(const struct nn_csv_record *record, size_t i)
{
    return record->text + record->fields[i].begin;
}
static inline size_t nn_csv_line(const struct nn_csv_record *record, size_t i)
{
    return record->line + record->fields[i].line;
}

struct nn_csv_text {
    struct nn_bytes *input; /* is rewound before */
    char delimiter;
    size_t skip;  /* lines above the table, which are no records of it */
    bool comma;   /* decimals have a comma: in fields of digits, signs, points and commas alone both
                     are exchanged, so that the callback sees 1.5 for 1,5 and 1,000 for 1.000 */
    size_t limit; /* stop after that many records; 0 = read all */
    struct nn_progress *progress; /* may be NULL */
    double progress_from, progress_to;
};

/* Calls `take` for each record until it fails. The record is borrowed for the call. */
typedef enum nn_status nn_csv_take(void *context, const struct nn_csv_record *record,
                                   struct nn_error *error);
enum nn_status nn_csv_walk(const struct nn_csv_text *text, nn_csv_take *take, void *context,
                           struct nn_error *error);

/* Exchanges points and commas if the text has nothing but digits, signs, exponents and them. */
void nn_csv_exchange(char *text, size_t length);

/* nn_fail with the place of a cell before the message: row 17, column 3 ("age"): ... Also sets line
 * and column of the error. `name` of the column is visible text, or NULL. */
enum nn_status nn_csv_fail(struct nn_error *error, enum nn_status code, size_t line, size_t column,
                           const char *name, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

#endif
