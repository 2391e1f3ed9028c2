/* Decoder: turns the bytes of a terminal into events. Pure: no terminal, no clock; unit-testable
 * byte by byte. Input may arrive split at any byte.
 *
 * Only whole units become events: complete UTF-8 characters, control keys, CSI and SS3 keys, SGR
 * mouse reports, whole bracketed pastes. A lone ESC is reported by nn_decoder_timeout, which the
 * event loop calls when nothing followed the ESC for some 50 ms.
 *
 * Ownership: the decoder owns its buffers; an event's text is borrowed until the next call.
 */
#ifndef NN_TUI_DECODER_H
#define NN_TUI_DECODER_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

enum nn_key {
    NN_KEY_NONE,
    NN_KEY_CHARACTER, /* text holds one UTF-8 character */
    NN_KEY_CONTROL, /* byte below 32 or 127 in text[0]: Ctrl-A = 1, Tab = 9, Enter = 13, Backspace =
                       127 */
    NN_KEY_ALT,     /* ESC followed by the character in text */
    NN_KEY_ESCAPE,  /* a lone ESC */
    NN_KEY_UP,
    NN_KEY_DOWN,
    NN_KEY_LEFT,
    NN_KEY_RIGHT,
    NN_KEY_HOME,
    NN_KEY_END,
    NN_KEY_PAGE_UP,
    NN_KEY_PAGE_DOWN,
    NN_KEY_INSERT,
    NN_KEY_DELETE,
    NN_KEY_BACKTAB,
    NN_KEY_FUNCTION, /* number = 1..12 */
    NN_KEY_MOUSE,    /* a button at column, row from 0; number = as SGR 1006 says it */
    NN_KEY_PASTE,    /* text holds the pasted bytes, as they came */
    NN_KEY_UNKNOWN   /* a sequence nobody knows: ignored */
};

struct nn_event {
    enum nn_key key;
    int number;               /* of FUNCTION, MOUSE */
    int column, row;          /* of MOUSE */
    bool released;            /* of MOUSE: the button was let go */
    bool shift, alt, control; /* modifiers of CSI keys */
    const char *text;         /* NUL-terminated */
    size_t length;
    const char *raw; /* the bytes as they came, for readline */
    size_t raw_length;
};

/* More than this in one paste is cut (and the rest swallowed up to its end). */
#define NN_PASTE_LIMIT ((size_t)1 << 20)

struct nn_decoder {
    struct nn_buffer unit;  /* bytes of the unfinished unit */
    struct nn_buffer paste; /* content of the unfinished paste */
    struct nn_buffer done;  /* bytes of the last event */
    bool pasting;
};

void nn_decoder_init(struct nn_decoder *decoder);
void nn_decoder_clear(struct nn_decoder *decoder);
/* Takes one byte; true and *event when it completes a unit. */
bool nn_decoder_feed(struct nn_decoder *decoder, unsigned char byte, struct nn_event *event);
/* True when an ESC waits for what may follow. */
bool nn_decoder_waits(const struct nn_decoder *decoder);
/* Nothing followed: the ESC stands alone (or the torn sequence is unknown). */
bool nn_decoder_timeout(struct nn_decoder *decoder, struct nn_event *event);

#endif
