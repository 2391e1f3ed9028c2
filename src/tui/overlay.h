/* Overlays: what lies above the screen and takes the keys while it does: the searchable help, and
 * the choices at the start.
 *
 * Threads: main thread.
 */
#ifndef NN_TUI_OVERLAY_H
#define NN_TUI_OVERLAY_H

#include "tui/decoder.h"

#include <stdbool.h>
#include <stddef.h>

struct nn_tui;
struct nn_binding;
struct nn_command;

struct nn_help_panel {
    bool open;
    char filter[48]; /* what is searched for */
    size_t chosen;   /* among the entries that it leaves */
};

/* help.c: keys and commands, searched by typing; Enter does the key or types the command. */
void nn_help_open(struct nn_tui *tui);
void nn_help_draw(struct nn_tui *tui, int bottom);
void nn_help_event(struct nn_tui *tui, const struct nn_event *event);

/* start.c: three ways to begin, while there is neither data nor a net. */
bool nn_start_shown(const struct nn_tui *tui);
void nn_start_draw(struct nn_tui *tui, int bottom);
/* True when the event was for it; any other key ends it. */
bool nn_start_event(struct nn_tui *tui, const struct nn_event *event);

#endif
