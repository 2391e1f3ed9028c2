/* Keys: one table for dispatch, footer, help and man page. A key becomes a command of the command
 * language or an action of the interface.
 */
#ifndef NN_TUI_KEYS_H
#define NN_TUI_KEYS_H

#include "tui/decoder.h"

/* Where a key is valid. */
enum nn_key_context {
    NN_KEYS_SCREEN = 1, /* the screen has the focus */
    NN_KEYS_EMPTY = 2,  /* the prompt has the focus, and nothing is typed */
    NN_KEYS_TYPING = 4, /* the prompt has the focus, with text */
    NN_KEYS_ALWAYS = 7
};

/* On which screens a key is of use: the footer shows it there. Bit = the screen's number. */
enum nn_key_screens {
    NN_ON_NET = 1 << 1,
    NN_ON_TRAIN = 1 << 2,
    NN_ON_LAYERS = 1 << 3,
    NN_ON_EXPLAIN = 1 << 4,
    NN_ON_DATA = 1 << 5,
    NN_ON_DIAGNOSE = 1 << 6,
    NN_ON_RUNS = 1 << 7,
    NN_ON_ALL = 0xfe
};

enum nn_action {
    NN_ACTION_COMMAND, /* run `command` */
    NN_ACTION_FOCUS,   /* screen <-> prompt */
    NN_ACTION_MAP,     /* another map or unit (command); on Explain another explanation */
    NN_ACTION_FIND,    /* the next sample of the chosen cell of the confusion matrix */
    NN_ACTION_MEND,    /* types the command that mends the chosen finding */
    NN_ACTION_AXIS,    /* linear or logarithmic */
    NN_ACTION_SMOOTH,  /* the next smoothing */
    NN_ACTION_SPLIT,   /* the next split that has samples */
    NN_ACTION_QUIT,    /* asks when something would be lost */
    NN_ACTION_END,     /* does not ask */
    NN_ACTION_HELP,
    NN_ACTION_LOG_UP,
    NN_ACTION_LOG_DOWN,
    NN_ACTION_REDRAW,
    NN_ACTION_SUSPEND,
    NN_ACTION_INTERRUPT
};

struct nn_binding {
    enum nn_key key;
    const char *text; /* of CHARACTER and CONTROL keys; NULL otherwise */
    int number;       /* of FUNCTION keys */
    unsigned contexts;
    enum nn_action action;
    const char *command;
    const char *shown; /* "n p" in footer and help; NULL: a second key of an entry above */
    const char *label; /* one or two words for the footer; NULL: only in the help */
    unsigned screens;  /* where the footer shows it */
    const char *help;
    bool only; /* valid on these screens alone; stands before a key of the same name that is not */
};
extern const struct nn_binding nn_bindings[];
extern const size_t nn_binding_count;

/* The binding of a key in a context on the screen of that number, or NULL. */
const struct nn_binding *nn_key_find(const struct nn_event *event, unsigned context, int screen);

#endif
