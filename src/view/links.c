#include "view/links.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MOST_LINKS 512
#define MOST_PANES 24

static struct nn_link *add(struct nn_canvas *canvas, struct nn_box box)
{
    if (!canvas->links)
        canvas->links = nn_calloc(MOST_LINKS, sizeof *canvas->links);
    if (!canvas->links || canvas->link_count == MOST_LINKS || box.columns < 1 || box.rows < 1)
        return NULL;
    struct nn_link *link = &canvas->links[canvas->link_count++];
    *link = (struct nn_link){.box = box};
    return link;
}

void nn_canvas_link(struct nn_canvas *canvas, struct nn_box box, const char *format, ...)
{
    struct nn_link *link = add(canvas, box);
    va_list arguments;

    if (!link)
        return;
    va_start(arguments, format);
    int length = vsnprintf(link->command, sizeof link->command, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof link->command)
        canvas->link_count--;
}

void nn_canvas_link_picture(struct nn_canvas *canvas, struct nn_box box, size_t height,
                            size_t width)
{
    struct nn_link *link = add(canvas, box);

    if (!link)
        return;
    link->height = height;
    link->width = width;
    snprintf(link->command, sizeof link->command, "select");
}

static bool holds(const struct nn_box *box, int column, int row)
{
    return column >= box->column && column < box->column + box->columns && row >= box->row &&
           row < box->row + box->rows;
}

const struct nn_link *nn_canvas_link_at(const struct nn_canvas *canvas, int column, int row)
{
    for (size_t i = canvas->link_count; i-- > 0;)
        if (holds(&canvas->links[i].box, column, row))
            return &canvas->links[i];
    return NULL;
}

void nn_link_command(const struct nn_link *link, int column, int row, char out[NN_LINK_TEXT])
{
    const struct nn_box *box = &link->box;

    if (link->height == 0 || link->width == 0 || !holds(box, column, row))
        snprintf(out, NN_LINK_TEXT, "%s", link->command);
    else
        snprintf(out, NN_LINK_TEXT, "%s y=%zu x=%zu", link->command,
                 (size_t)(2 * (row - box->row) + 1) * link->height / (size_t)(2 * box->rows),
                 (size_t)(2 * (column - box->column) + 1) * link->width /
                     (size_t)(2 * box->columns));
}

void nn_canvas_note_pane(struct nn_canvas *canvas, struct nn_box inside, const char *title)
{
    if (!canvas->panes)
        canvas->panes = nn_calloc(MOST_PANES, sizeof *canvas->panes);
    if (!canvas->panes || canvas->pane_count == MOST_PANES)
        return;
    struct nn_canvas_pane *pane = &canvas->panes[canvas->pane_count++];
    pane->box = inside;
    snprintf(pane->title, sizeof pane->title, "%s", title ? title : "");
}
