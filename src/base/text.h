/* Text: UTF-8, the width of text in terminal cells, and making outside strings safe to show.
 *
 * Everything that comes from outside (file names, headers, class names, metadata, script text in an
 * error) passes nn_text_visible before it reaches a message, a canvas or standard output.
 *
 * Threads: reentrant. Width is wcwidth's in a UTF-8 LC_CTYPE and that of a small table otherwise.
 */
#ifndef NN_BASE_TEXT_H
#define NN_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes one code point from `length` bytes. Returns the bytes used (1..4) and the code point, or
 * 0 for an invalid, overlong, surrogate or truncated sequence (then *point is the first byte). */
size_t nn_utf8_decode(const char *text, size_t length, uint32_t *point);
/* Encodes into at most 4 bytes; returns their number, 0 for an invalid code point. */
size_t nn_utf8_encode(uint32_t point, char out[4]);

/* Cells that one code point takes: 0 (combining), 1 or 2; -1 for controls and unprintables. */
int nn_text_point_width(uint32_t point);
/* Cells that a string takes; invalid bytes count as nn_text_visible would show them. */
size_t nn_text_width(const char *text);

/* Writes a form of `text` that is safe on any terminal into `out` (capacity bytes incl. NUL):
 * C0, DEL and C1 controls as \n \t \r \xHH, bidi controls and other format characters as \u{HHHH},
 * invalid UTF-8 as \xHH, a backslash as it is, at most 4 combining marks in a row. Cuts at a whole
 * character and ends with "..." when it does not fit or would take more than max_cells cells
 * (0 = no limit). Returns `out`. */
char *nn_text_visible(char *out, size_t capacity, const char *text, size_t length,
                      size_t max_cells);
/* The same for a NUL-terminated string without limit on cells, for use inside one statement: */
struct nn_visible {
    char text[200];
};
struct nn_visible nn_visible_of(const char *text);
#define NN_VISIBLE(string) (nn_visible_of(string).text)

/* Edit distance (Damerau-Levenshtein, insensitive to ASCII case) between two short strings, and the
 * candidate nearest to `word` among `count` strings, or NULL if none is near (distance 1 from 2, 2
 * from 5 letters on; or it begins with `word` of at least 3 letters; or `word` of at least 5 is all
 * that follows its first `_`: crossentropy, binary_crossentropy). */
size_t nn_text_distance(const char *a, const char *b);
const char *nn_text_nearest(const char *word, const char *const *candidates, size_t count);

bool nn_text_starts(const char *text, const char *prefix);
bool nn_text_equal_nocase(const char *a, const char *b); /* ASCII only */
/* True when the locale's character set is UTF-8. */
bool nn_text_locale_utf8(void);

/* Whether the word is one of "a|b|c", in upper or lower case; false for NULL. */
bool nn_text_is_choice(const char *word, const char *choices);

#endif
