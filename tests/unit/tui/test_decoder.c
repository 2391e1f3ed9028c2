#include "tui/decoder.h"
#include "tui/keys.h"
#include "view/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Events as one line of text: "c:a c:é up f1 paste:[...] alt:b esc ctrl:3". */
static void append(char *out, size_t size, const struct nn_event *event)
{
    static const char *const names[] = {"none",    "c:",     "ctrl:",    "alt:",   "esc",
                                        "up",      "down",   "left",     "right",  "home",
                                        "end",     "pageup", "pagedown", "insert", "delete",
                                        "backtab", "f",      "mouse",    "paste:", "unknown"};
    size_t length = strlen(out);
    snprintf(out + length, size - length, "%s%s", length ? " " : "", names[event->key]);
    length = strlen(out);
    if (event->key == NN_KEY_FUNCTION)
        snprintf(out + length, size - length, "%d", event->number);
    else if (event->key == NN_KEY_CONTROL)
        snprintf(out + length, size - length, "%d", event->text[0]);
    else if (event->key == NN_KEY_CHARACTER || event->key == NN_KEY_ALT ||
             event->key == NN_KEY_PASTE)
        snprintf(out + length, size - length, "%s", event->text);
}

static void decode(const char *bytes, size_t length, char *out, size_t size)
{
    struct nn_decoder decoder;
    struct nn_event event;
    nn_decoder_init(&decoder);
    out[0] = '\0';
    for (size_t i = 0; i < length; i++)
        if (nn_decoder_feed(&decoder, (unsigned char)bytes[i], &event))
            append(out, size, &event);
    while (nn_decoder_timeout(&decoder, &event))
        append(out, size, &event);
    nn_decoder_clear(&decoder);
}

static const struct {
    const char *bytes, *events;
} table[] = {
    {"a", "c:a"},
    {"abé漢", "c:a c:b c:é c:漢"},
    {"\033", "esc"},
    {"\033b", "alt:b"},
    {"\033é", "alt:é"},
    {"\033[A\033[B\033[C\033[D", "up down right left"},
    {"\033OA\033OP", "up f1"},
    {"\033[1;5C", "right"},
    {"\033[5~\033[6~\033[3~", "pageup pagedown delete"},
    {"\033[15~\033[24~", "f5 f12"},
    {"\033[Z", "backtab"},
    {"\x03\t\r\x7f", "ctrl:3 ctrl:9 ctrl:13 ctrl:127"},
    {"\033[200~hello\nworld\033[201~x", "paste:hello\nworld c:x"},
    {"\033[200~a\033[Ab\033[201~", "paste:a\033[Ab"},
    {"\033[99x", "unknown"},
    {"\033\033[A", "esc up"},
    {"\033[1\033[A", "unknown up"},
    {"\xff", "unknown"},
    {"\xc3(", "c:("},
    {"\xe6\xbc"
     "a",
     "c:a"},
    {"\033[<0;10;20M", "mouse"},
    {"\033[?2026;2$y", "unknown"},
};

Test(decoder, table_of_sequences)
{
    char out[512];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        decode(table[i].bytes, strlen(table[i].bytes), out, sizeof out);
        cr_expect_str_eq(out, table[i].events, "case %zu: %s, expected %s", i, out,
                         table[i].events);
    }
}

/* Any bytes: never more events than bytes, and what is reported as a character is valid UTF-8. */
Test(decoder, any_bytes)
{
    struct nn_decoder decoder;
    nn_decoder_init(&decoder);
    unsigned state = 1;
    size_t events = 0, bytes = 200000;
    for (size_t i = 0; i < bytes; i++) {
        state = state * 1664525u + 1013904223u;
        unsigned char byte = (unsigned char)(state >> 24);
        if ((state >> 8) % 5 == 0)
            byte = (unsigned char)"\033[O~201;5A"[(state >> 12) % 10];
        struct nn_event event;
        if (nn_decoder_feed(&decoder, byte, &event)) {
            events++;
            cr_assert(event.key != NN_KEY_NONE);
            cr_assert(event.text != NULL);
        }
    }
    cr_assert(events > 1000 && events <= bytes);
    nn_decoder_clear(&decoder);
}

Test(decoder, the_mouse)
{
    static const struct {
        const char *bytes;
        enum nn_key key;
        int number, column, row;
        bool released;
    } cases[] = {{"\033[<0;12;3M", NN_KEY_MOUSE, 0, 11, 2, false},
                 {"\033[<0;12;3m", NN_KEY_MOUSE, 0, 11, 2, true},
                 {"\033[<65;500;200M", NN_KEY_MOUSE, 65, 499, 199, false},
                 {"\033[<0;0;3M", NN_KEY_UNKNOWN, 0, -1, 2, false},
                 {"\033[<0;12M", NN_KEY_UNKNOWN, 0, 11, -1, false},
                 {"\033[<A", NN_KEY_UNKNOWN, 0, -1, -1, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_decoder decoder;
        struct nn_event event = {0};
        bool done = false;
        nn_decoder_init(&decoder);
        for (const char *c = cases[i].bytes; *c; c++) {
            cr_assert(!done);
            done = nn_decoder_feed(&decoder, (unsigned char)*c, &event);
        }
        cr_assert(done && event.key == cases[i].key, "%zu", i);
        if (event.key == NN_KEY_MOUSE)
            cr_assert(event.number == cases[i].number && event.column == cases[i].column &&
                          event.row == cases[i].row && event.released == cases[i].released,
                      "%zu", i);
        nn_decoder_clear(&decoder);
    }
}

Test(decoder, a_paste_is_bounded)
{
    struct nn_decoder decoder;
    struct nn_event event;
    nn_decoder_init(&decoder);
    for (const char *c = "\033[200~"; *c; c++)
        cr_assert(!nn_decoder_feed(&decoder, (unsigned char)*c, &event));
    for (size_t i = 0; i < 3 * NN_PASTE_LIMIT; i++)
        cr_assert(!nn_decoder_feed(&decoder, 'x', &event));
    bool done = false;
    for (const char *c = "\033[201~"; *c; c++)
        done = nn_decoder_feed(&decoder, (unsigned char)*c, &event);
    cr_assert(done);
    cr_assert_eq(event.key, NN_KEY_PASTE);
    cr_assert_eq(event.length, NN_PASTE_LIMIT);
    nn_decoder_clear(&decoder);
}

Test(keys, every_binding_is_found_and_explained)
{
    for (size_t i = 0; i < nn_binding_count; i++) {
        const struct nn_binding *binding = &nn_bindings[i];
        struct nn_event event = {.key = binding->key,
                                 .text = binding->text ? binding->text : "",
                                 .number = binding->number};
        bool found = false;
        for (unsigned context = 1; context <= 4; context *= 2)
            for (int place = 1; place <= NN_PLACE_SAMPLES; place++)
                found |= nn_key_find(&event, context, place) == binding;
        cr_assert(found, "%zu is hidden by another key", i);
        cr_assert_eq(binding->shown != NULL, binding->help != NULL);
        cr_assert_eq(binding->action == NN_ACTION_COMMAND || binding->action == NN_ACTION_MAP,
                     binding->command != NULL);
        if (!binding->only)
            cr_assert_eq(binding->label != NULL, binding->screens != 0, "%s", binding->shown);
        else
            cr_assert(binding->screens != 0, "%zu is on no screen", i);
    }
}
