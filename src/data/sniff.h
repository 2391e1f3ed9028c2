/* Sniffing a CSV text: encoding, lines above the table, delimiter, header.
 *
 * Threads: reentrant. Cost: the first piece of the input and the first 50 records.
 */
#ifndef NN_DATA_SNIFF_H
#define NN_DATA_SNIFF_H

#include "data/records.h"

/* Refuses what is not text: empty files, UTF-16 and UTF-32 (NN_DAMAGED). The walk over the records
 * refuses NUL bytes further on. */
enum nn_status nn_sniff_text(struct nn_bytes *input, struct nn_error *error);

/* True when the first bytes could be text. */
bool nn_sniff_is_text(const unsigned char *bytes, size_t length);

/* The lines above the table: "sep=;", with which Excel names the delimiter, and comments, which
 * begin with #. Sets the text's skip, and its delimiter unless it has one. */
enum nn_status nn_sniff_preamble(struct nn_csv_text *text, struct nn_error *error);

/* The delimiter among tab, semicolon, comma and bar that cuts the most of the first lines into
 * equally many fields (quotes are respected); blanks, if only they cut all of them so and
 * numbers are among them; comma if none does. Where decimals have a comma, it divides no
 * fields; then the semicolon is the one to fall back to. Sets the text's delimiter. */
enum nn_status nn_sniff_delimiter(struct nn_csv_text *text, struct nn_error *error);

struct nn_sniffed {
    bool header;    /* the first record is a header: it has text where the cells below are numbers,
                       or it is text throughout and no number is anywhere to compare */
    bool open_tail; /* every record ends with a delimiter: the last field is always empty */
};

/* What the first records tell. */
enum nn_status nn_sniff_records(const struct nn_csv_text *text, struct nn_sniffed *sniffed,
                                struct nn_error *error);
/* Whether the comment above the table is its header: "#id,age" cut like the first record. */
enum nn_status nn_sniff_comment(const struct nn_csv_text *text, bool *header,
                                struct nn_error *error);

/* What a cell holds. Missing: empty, ?, NA, N/A, null, none (in any case). */
enum nn_cell { NN_CELL_MISSING, NN_CELL_NUMBER, NN_CELL_TEXT };
enum nn_cell nn_sniff_cell(const char *text, size_t length, double *number);

#endif
