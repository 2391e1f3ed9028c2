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

/* Where the keys of the screen Layers move in one map, not from map to map: a place of its own
 * beside the screens' numbers. */
#define NN_PLACE_MAP 8
/* And where those of the screen Data move from sample to sample. */
#define NN_PLACE_SAMPLES 9

/* On which screens a key is of use: the footer shows it there. Bit = the screen's number. */
enum nn_key_screens {
    NN_ON_NET = 1 << 1,
    NN_ON_TRAIN = 1 << 2,
    NN_ON_LAYERS = 1 << 3,
    NN_ON_EXPLAIN = 1 << 4,
    NN_ON_DATA = 1 << 5,
    NN_ON_DIAGNOSE = 1 << 6,
    NN_ON_RUNS = 1 << 7,
    NN_ON_MAP = 1 << NN_PLACE_MAP,
    NN_ON_SAMPLES = 1 << NN_PLACE_SAMPLES,
    NN_ON_ALL = 0x3fe
};

enum nn_action {
    NN_ACTION_COMMAND,  /* run `command` */
    NN_ACTION_FOCUS,    /* screen <-> prompt */
    NN_ACTION_MAP,      /* another map or unit (command); on Explain another explanation */
    NN_ACTION_FIND,     /* the next sample of the chosen cell of the confusion matrix */
    NN_ACTION_MEND,     /* types the command that mends the chosen finding */
    NN_ACTION_AXIS,     /* linear or logarithmic */
    NN_ACTION_SMOOTH,   /* the next smoothing */
    NN_ACTION_ZOOM,     /* Layers: one map, or all */
    NN_ACTION_SCALE,    /* Layers: one scale, or own ones */
    NN_ACTION_FREEZE,   /* Layers: as it is now, or as the net learns */
    NN_ACTION_DRIVERS,  /* the samples that drive the unit */
    NN_ACTION_IDEAL,    /* the input that would */
    NN_ACTION_OVERLAY,  /* Explain: maps over the input, or alone */
    NN_ACTION_CLASS_UP, /* Explain: another class */
    NN_ACTION_CLASS_DOWN,
    NN_ACTION_BROWSE, /* Data: one sample, or many */
    NN_ACTION_ABOVE,  /* Data: the sample above, below, a page up, down */
    NN_ACTION_BELOW,
    NN_ACTION_PAGE_UP,
    NN_ACTION_PAGE_DOWN,
    NN_ACTION_SPLIT, /* the next split that has samples */
    NN_ACTION_QUIT,  /* asks when something would be lost */
    NN_ACTION_END,   /* does not ask */
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

/* The binding of a key in a context at that place: the screen's number or NN_PLACE_MAP; or NULL. */
const struct nn_binding *nn_key_find(const struct nn_event *event, unsigned context, int place);

#endif
