/* Much of everything: sizes and keys at random. `make check-long` has more of it than `make check`;
 * SOAK_KEYS in the environment says how many keys (`make check-soak`: a million). */
#include "pty/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef SOAK_RESIZES
#define SOAK_RESIZES 300
#define SOAK_KEYS    2000
#endif

TestSuite(soak, .fini = finish, .timeout = 14400);

/* The same on every machine (Knuth's MMIX). */
static unsigned below(unsigned count)
{
    static unsigned long long state = 7;
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(state >> 33) % count;
}

static void keep_screen(char *out, size_t capacity)
{
    snprintf(out, capacity, "%s", pty_screen(&pty));
}

/* What the terminal shows after all of it is what a frame drawn from nothing shows. */
Test(soak, any_size_while_it_trains)
{
    static char last[65536], fresh[65536];
    begin_plain();
    train_long();
    pty_send(&pty, "\t");
    for (int i = 0; i < SOAK_RESIZES; i++) {
        unsigned most = i % 16 == 0 ? 500 : 140;
        int columns = 1 + (int)below(most), rows = 1 + (int)below(most * 2 / 5);
        if (i % 8 == 0)
            pty_send_bytes(&pty, &"1234567"[below(7)], 1);
        pty_resize(&pty, columns, rows);
        pty_pump(&pty, i % 32 == 0 ? 0.02 : 0);
    }
    pty_resize(&pty, 100, 30);
    pty_send(&pty, "1");
    see("[1 Net]");
    pty_send(&pty, "x");
    see("idle");
    pty_settle(&pty);
    keep_screen(last, sizeof last);
    pty_resize(&pty, 100, 30); /* an empty terminal */
    pty_send(&pty, "\f");
    see("[1 Net]");
    pty_settle(&pty);
    keep_screen(fresh, sizeof fresh);
    cr_assert_str_eq(last, fresh);
}

/* Keys, sequences, torn sequences, and commands that end soon. */
static void send_something(void)
{
    static const char *const units[] = {
        "\033[A",      "\033[B", "\033[C", "\033[D",        "\033[5~",
        "\033[6~",     "\t",     "\r",     "\033",          "\033[Z",
        "\033OP",      "\033[",  "\300",   "\303\251",      "\346\274\242",
        "\001",        "\005",   "\022",   "\013",          "\025",
        "\027",        "\007",   "?",      "\033[<0;20;9M", "\033[<65;3;3M",
        "\033[<0;9;1M"};
    static const char *const commands[] = {
        "select sample=+1", "select layer=-1", "select map=+1",  "show layers",     "set zoom on",
        "saliency",         "gradcam",         "ablate",         "data show 3",     "set axis log",
        "activations",      "net show",        "confusion",      "nonsense \"",     "set mouse on",
        "set browse on",    "set scale own",   "let a=1",        "echo $a; echo b", "set target 3",
        "examples conv1 1", "set freeze on",   "set freeze off", "set overlay on",  "help train"};
    unsigned kind = below(100);
    char line[64];
    if (kind < 55) {
        char key = (char)(' ' + below(95));
        if (key != 'q' && key != 'Q')
            pty_send_bytes(&pty, &key, 1);
    } else if (kind < 97) {
        pty_send(&pty, units[below(sizeof units / sizeof *units)]);
    } else {
        snprintf(line, sizeof line, "\025%s\r",
                 commands[below(sizeof commands / sizeof *commands)]);
        pty_send(&pty, line);
    }
}

Test(soak, any_keys)
{
    const char *wish = getenv("SOAK_KEYS");
    long keys = wish ? atol(wish) : SOAK_KEYS;
    double first = 0, last = 0;
    begin_plain();
    build_digits();
    command("train 1");
    for (long i = 0; i < keys; i++) {
        send_something();
        if (i % 16 == 0)
            pty_pump(&pty, 0);
        if (i == keys / 4)
            first = pty_memory(&pty, "Rss:");
    }
    pty_settle(&pty);
    last = pty_memory(&pty, "Rss:");
    cr_assert(SANITIZED || last - first < 12e6, "from %.1f to %.1f MB", 1e-6 * first, 1e-6 * last);
    for (int i = 0; i < 2; i++) { /* out of the help, a search, a half-typed key, a line */
        pty_send(&pty, "\033");
        pty_settle(&pty);
        pty_send(&pty, "\007\003");
        pty_settle(&pty);
    }
    pty_send(&pty, "\033OP"); /* whatever has become of the line's editing mode */
    see("keys \u00b7 commands");
}
