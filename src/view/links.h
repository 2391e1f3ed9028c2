/* Links: places of a canvas that stand for a command, so that a mouse can click on them; and the
 * panes of a plain canvas, which are printed one after the other.
 *
 * Ownership: the canvas' own; nn_canvas_erase forgets them. Without memory there are none.
 */
#ifndef NN_VIEW_LINKS_H
#define NN_VIEW_LINKS_H

#include "view/canvas.h"

#define NN_LINK_TEXT 96

struct nn_link {
    struct nn_box box;
    size_t height, width; /* of the picture there: y= and x= of the place follow; 0: none */
    char command[NN_LINK_TEXT - 32];
};

/* A click into the box means that command. Commands that do not fit are left out. */
void nn_canvas_link(struct nn_canvas *canvas, struct nn_box box, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A click on a picture of that many values chooses one: "select y=3 x=7". */
void nn_canvas_link_picture(struct nn_canvas *canvas, struct nn_box box, size_t height,
                            size_t width);
/* The link at a cell, the one drawn last; NULL if there is none. */
const struct nn_link *nn_canvas_link_at(const struct nn_canvas *canvas, int column, int row);
/* What it means there. */
void nn_link_command(const struct nn_link *link, int column, int row, char out[NN_LINK_TEXT]);

struct nn_canvas_pane {
    struct nn_box box;
    char title[120];
};
void nn_canvas_note_pane(struct nn_canvas *canvas, struct nn_box inside, const char *title);

#endif
