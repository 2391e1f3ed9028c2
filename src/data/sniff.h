/* Sniffing a CSV text: encoding, delimiter, header.
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

/* The delimiter among tab, semicolon and comma that cuts the most of the first lines into equally
 * many fields (quotes are respected); comma if none does. Where decimals have a comma, it divides
 * no fields; then the semicolon is the one to fall back to. */
enum nn_status nn_sniff_delimiter(struct nn_bytes *input, bool comma, char *delimiter,
                                  struct nn_error *error);

/* True when the first record is a header: it has text where the cells below are numbers, or it is
 * text throughout and no number is anywhere to compare. */
enum nn_status nn_sniff_header(const struct nn_csv_text *text, bool *header,
                               struct nn_error *error);

/* What a cell holds. Missing: empty, ?, NA, N/A, null, none (in any case). */
enum nn_cell { NN_CELL_MISSING, NN_CELL_NUMBER, NN_CELL_TEXT };
enum nn_cell nn_sniff_cell(const char *text, size_t length, double *number);

#endif
