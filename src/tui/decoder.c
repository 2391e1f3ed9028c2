#include "tui/decoder.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define ESC 0x1b

static const char paste_end[] = "\033[201~";

/* CSI and SS3 sequences longer than this are not keys. */
#define UNIT_LIMIT 64

void nn_decoder_init(struct nn_decoder *decoder)
{
    memset(decoder, 0, sizeof *decoder);
    nn_buffer_init(&decoder->unit, 4096);
    nn_buffer_init(&decoder->paste, NN_PASTE_LIMIT + sizeof paste_end);
    nn_buffer_init(&decoder->done, 4096);
}

void nn_decoder_clear(struct nn_decoder *decoder)
{
    nn_buffer_clear(&decoder->unit);
    nn_buffer_clear(&decoder->paste);
    nn_buffer_clear(&decoder->done);
}

static void empty(struct nn_buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
    if (buffer->data)
        buffer->data[0] = '\0';
}

/* Moves the finished unit to `done` and makes it the event's bytes; `skip` leading bytes (the ESC
 * of an Alt key) are not part of the text. */
static bool finish(struct nn_decoder *decoder, enum nn_key key, size_t skip, struct nn_event *event)
{
    empty(&decoder->done);
    nn_buffer_append(&decoder->done, nn_buffer_string(&decoder->unit), decoder->unit.length);
    empty(&decoder->unit);
    *event = (struct nn_event){.key = key};
    event->raw = nn_buffer_string(&decoder->done);
    event->raw_length = decoder->done.length;
    event->text = event->raw + skip;
    event->length = event->raw_length - skip;
    return true;
}

/* ---- escape sequences ---- */

struct sequence {
    char final;    /* last byte */
    int parameter; /* first number; of `~` sequences it names the key */
    enum nn_key key;
    int number;
};

static const struct sequence sequences[] = {
    {'A', 0, NN_KEY_UP, 0},         {'B', 0, NN_KEY_DOWN, 0},       {'C', 0, NN_KEY_RIGHT, 0},
    {'D', 0, NN_KEY_LEFT, 0},       {'H', 0, NN_KEY_HOME, 0},       {'F', 0, NN_KEY_END, 0},
    {'Z', 0, NN_KEY_BACKTAB, 0},    {'P', 0, NN_KEY_FUNCTION, 1},   {'Q', 0, NN_KEY_FUNCTION, 2},
    {'R', 0, NN_KEY_FUNCTION, 3},   {'S', 0, NN_KEY_FUNCTION, 4},   {'~', 1, NN_KEY_HOME, 0},
    {'~', 2, NN_KEY_INSERT, 0},     {'~', 3, NN_KEY_DELETE, 0},     {'~', 4, NN_KEY_END, 0},
    {'~', 5, NN_KEY_PAGE_UP, 0},    {'~', 6, NN_KEY_PAGE_DOWN, 0},  {'~', 7, NN_KEY_HOME, 0},
    {'~', 8, NN_KEY_END, 0},        {'~', 11, NN_KEY_FUNCTION, 1},  {'~', 12, NN_KEY_FUNCTION, 2},
    {'~', 13, NN_KEY_FUNCTION, 3},  {'~', 14, NN_KEY_FUNCTION, 4},  {'~', 15, NN_KEY_FUNCTION, 5},
    {'~', 17, NN_KEY_FUNCTION, 6},  {'~', 18, NN_KEY_FUNCTION, 7},  {'~', 19, NN_KEY_FUNCTION, 8},
    {'~', 20, NN_KEY_FUNCTION, 9},  {'~', 21, NN_KEY_FUNCTION, 10}, {'~', 23, NN_KEY_FUNCTION, 11},
    {'~', 24, NN_KEY_FUNCTION, 12},
};

/* The numbers of "ESC [ 1 ; 5 A": at most three are read, an absent one is 0. */
static void parameters(const char *text, int number[3])
{
    number[0] = number[1] = number[2] = 0;
    for (int i = 0; i < 3; i++) {
        while (*text >= '0' && *text <= '9') {
            if (number[i] < 10000)
                number[i] = number[i] * 10 + (*text - '0');
            text++;
        }
        if (*text != ';')
            return;
        text++;
    }
}

/* "ESC [ < 0 ; 12 ; 3 M", m when the button is let go. */
static bool finish_mouse(struct nn_decoder *decoder, const char *text, char final,
                         struct nn_event *event)
{
    int number[3];
    parameters(text + 3, number);
    bool known = (final == 'M' || final == 'm') && number[1] > 0 && number[2] > 0;
    finish(decoder, known ? NN_KEY_MOUSE : NN_KEY_UNKNOWN, 0, event);
    event->number = number[0];
    event->column = number[1] - 1;
    event->row = number[2] - 1;
    event->released = final == 'm';
    return true;
}

static bool finish_sequence(struct nn_decoder *decoder, struct nn_event *event)
{
    const char *text = nn_buffer_string(&decoder->unit);
    char final = text[decoder->unit.length - 1];
    int number[3];
    if (text[1] == '[' && text[2] == '<')
        return finish_mouse(decoder, text, final, event);
    parameters(text + 2, number);
    if (final == '~' && number[0] == 200) {
        decoder->pasting = true;
        empty(&decoder->unit);
        empty(&decoder->paste);
        return false;
    }
    const struct sequence *found = NULL;
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences && !found; i++)
        if (sequences[i].final == final && (final != '~' || sequences[i].parameter == number[0]))
            found = &sequences[i];
    int modifiers = number[1] > 0 ? number[1] - 1 : 0;
    finish(decoder, found ? found->key : NN_KEY_UNKNOWN, 0, event);
    event->number = found ? found->number : 0;
    event->shift = modifiers & 1;
    event->alt = modifiers & 2;
    event->control = modifiers & 4;
    return true;
}

/* Bytes after an ESC. */
static bool feed_escape(struct nn_decoder *decoder, unsigned char byte, struct nn_event *event)
{
    const char *text = nn_buffer_string(&decoder->unit);
    size_t length = decoder->unit.length;
    if (length == 2) {
        if (byte == '[' || byte == 'O')
            return false;
        if (byte == ESC) { /* ESC ESC: the first stands alone, the second begins anew */
            decoder->unit.length = 1;
            finish(decoder, NN_KEY_ESCAPE, 0, event);
            nn_buffer_char(&decoder->unit, ESC);
            return true;
        }
        if (byte >= 0xc0) /* Alt and a wide character: wait for the rest of it */
            return false;
        return finish(decoder, NN_KEY_ALT, 1, event);
    }
    if ((unsigned char)text[1] >= 0xc0) {
        uint32_t point;
        size_t used = nn_utf8_decode(text + 1, length - 1, &point);
        if (used == length - 1)
            return finish(decoder, NN_KEY_ALT, 1, event);
        return length >= 5 ? finish(decoder, NN_KEY_UNKNOWN, 0, event) : false;
    }
    if (byte == ESC) { /* torn sequence: forget it, begin anew */
        decoder->unit.length--;
        finish(decoder, NN_KEY_UNKNOWN, 0, event);
        nn_buffer_char(&decoder->unit, ESC);
        return true;
    }
    if (text[1] == 'O')
        return finish_sequence(decoder, event);
    if (byte >= 0x40 && byte <= 0x7e && !(byte == '[' && length == 3))
        return finish_sequence(decoder, event);
    if (length == 4 && text[2] == '[') /* the Linux console's ESC [ [ A = F1 */
        return finish(decoder, NN_KEY_UNKNOWN, 0, event);
    if (length > UNIT_LIMIT || byte < 0x20 || byte > 0x7e)
        return finish(decoder, NN_KEY_UNKNOWN, 0, event);
    return false;
}

/* ---- paste ---- */

static bool feed_paste(struct nn_decoder *decoder, unsigned char byte, struct nn_event *event)
{
    struct nn_buffer *paste = &decoder->paste;
    size_t end = sizeof paste_end - 1;
    if (paste->length >= NN_PASTE_LIMIT + end) /* full: keep only room to recognise the end */
        memmove(paste->data + NN_PASTE_LIMIT, paste->data + NN_PASTE_LIMIT + 1,
                --paste->length - NN_PASTE_LIMIT);
    nn_buffer_char(paste, (char)byte);
    if (paste->length < end || memcmp(paste->data + paste->length - end, paste_end, end) != 0)
        return false;
    decoder->pasting = false;
    paste->length -= end;
    if (paste->length > NN_PASTE_LIMIT)
        paste->length = NN_PASTE_LIMIT;
    paste->data[paste->length] = '\0';
    *event = (struct nn_event){.key = NN_KEY_PASTE, .text = paste->data, .length = paste->length};
    event->raw = paste->data;
    return true;
}

/* ---- all together ---- */

static size_t utf8_length(unsigned char first)
{
    return first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
}

bool nn_decoder_feed(struct nn_decoder *decoder, unsigned char byte, struct nn_event *event)
{
    if (decoder->pasting)
        return feed_paste(decoder, byte, event);
    nn_buffer_char(&decoder->unit, (char)byte);
    if (decoder->unit.failed) {
        empty(&decoder->unit);
        return false;
    }
    const char *text = nn_buffer_string(&decoder->unit);
    unsigned char first = (unsigned char)text[0];
    if (first == ESC)
        return decoder->unit.length == 1 ? false : feed_escape(decoder, byte, event);
    if (first < 0x20 || first == 0x7f)
        return finish(decoder, NN_KEY_CONTROL, 0, event);
    if (decoder->unit.length > 1 &&
        (byte & 0xc0) != 0x80) { /* a torn character: drop it, keep the byte */
        empty(&decoder->unit);
        return nn_decoder_feed(decoder, byte, event);
    }
    if (decoder->unit.length < utf8_length(first))
        return false;
    uint32_t point;
    bool valid = nn_utf8_decode(text, decoder->unit.length, &point) == decoder->unit.length;
    return finish(decoder, valid ? NN_KEY_CHARACTER : NN_KEY_UNKNOWN, 0, event);
}

bool nn_decoder_waits(const struct nn_decoder *decoder)
{
    return !decoder->pasting && decoder->unit.length > 0 && decoder->unit.data[0] == ESC;
}

bool nn_decoder_timeout(struct nn_decoder *decoder, struct nn_event *event)
{
    if (!nn_decoder_waits(decoder))
        return false;
    bool alone = decoder->unit.length == 1;
    if (decoder->unit.length == 2) /* ESC [ or ESC O typed by hand */
        return finish(decoder, NN_KEY_ALT, 1, event);
    return finish(decoder, alone ? NN_KEY_ESCAPE : NN_KEY_UNKNOWN, 0, event);
}
