/* A small terminal of the xterm kind: takes the bytes of a program and keeps the screen that a
 * person would see. Only what ncurses sends for xterm-256color, screen and vt100 is understood.
 *
 * Ownership: vt_init / vt_clear.
 */
#ifndef NN_TESTS_PTY_VT_H
#define NN_TESTS_PTY_VT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

struct vt_cell {
    wchar_t point;              /* 0: the right half of the wide character before */
    wchar_t combining;          /* 0: none */
    int foreground, background; /* 256-colour number, RGB + 256, or -1 */
    bool bold, dim, reverse;
};

struct vt {
    int columns, rows, column, row, top, bottom, saved_row, saved_column;
    struct vt_cell *cells, style;
    bool wrap; /* the cursor stands behind the last column */
    bool alternate, cursor_visible, paste, mouse;
    size_t colors;  /* colour attributes received */
    size_t unknown; /* sequences that were not understood */
    /* parser */
    int state;
    char sequence[128];
    size_t length;
    unsigned char utf8[4];
    size_t utf8_length, utf8_needed;
};

void vt_init(struct vt *vt, int columns, int rows);
void vt_clear(struct vt *vt);
void vt_resize(struct vt *vt, int columns, int rows); /* keeps nothing: the program draws anew */
void vt_feed(struct vt *vt, const char *bytes, size_t length);
/* One row as UTF-8 without blanks at its end; valid until the next call. */
const char *vt_row(const struct vt *vt, int row);
/* The first row at or below `from` that holds the text, -1 if none. */
int vt_find(const struct vt *vt, int from, const char *text);
/* The cell where a text begins (row and byte offset are found as by vt_find); NULL if none. */
const struct vt_cell *vt_cell_of(const struct vt *vt, const char *text);

#endif
