#include "base/text.h"

#include "base/random.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

/* wcwidth knows characters only in a UTF-8 locale; false where none is installed. */
static bool use_utf8(void)
{
    bool found = setlocale(LC_CTYPE, "C.UTF-8") || setlocale(LC_CTYPE, "en_US.UTF-8");
    return found && nn_text_locale_utf8();
}

static const char *visible(const char *text)
{
    static char out[400];
    return nn_text_visible(out, sizeof out, text, strlen(text), 0);
}

#define SHOWS(text, expected)                                                                      \
    cr_assert(!strcmp(visible(text), expected), "%s for %s", visible(text), expected)

Test(text, utf8_round_trip_of_every_code_point)
{
    for (uint32_t point = 0; point < 0x120000; point++) {
        char bytes[4];
        uint32_t back = 1;
        size_t size = nn_utf8_encode(point, bytes);
        if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
            cr_assert(size == 0, "%x", point);
            continue;
        }
        cr_assert(size == (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4));
        cr_assert(nn_utf8_decode(bytes, size, &back) == size && back == point, "%x", point);
        if (size > 1) {
            cr_assert(nn_utf8_decode(bytes, size - 1, &back) == 0, "%x truncated", point);
            cr_assert(back == (unsigned char)bytes[0]);
        }
    }
}

Test(text, utf8_refuses_what_is_not_utf8)
{
    static const char *const wrong[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc3(",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xe2\x82",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xff",
    };
    uint32_t point;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_assert(nn_utf8_decode(wrong[i], strlen(wrong[i]), &point) == 0, "%zu", i);
        cr_assert(point == (unsigned char)wrong[i][0], "%zu", i);
    }
    cr_assert(nn_utf8_decode("a", 0, &point) == 0);
}

static void check_escapes(void)
{
    SHOWS("plain text, 42 %", "plain text, 42 %");
    SHOWS("back\\slash", "back\\slash");
    SHOWS("a\nb\tc\rd", "a\\nb\\tc\\rd");
    SHOWS("\033]0;title\a", "\\x1b]0;title\\x07");
    SHOWS("\x7f", "\\x7f");
    SHOWS("\xc2\x9b"
          "31m",
          "\\x9b31m");
    SHOWS("\x9b"
          "31m",
          "\\x9b31m");
    SHOWS("caf\xc3\xa9", "caf\xc3\xa9");
    SHOWS("\xe2\x80\xae"
          "gpj.exe",
          "\\u{202e}gpj.exe");
    SHOWS("\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf\xd8\x9c", "\\u{2066}\\u{200b}\\u{feff}\\u{061c}");
    SHOWS("\xe2\x80\xa8\xee\x80\x80\xf3\xa0\x81\x81", "\\u{2028}\\u{e000}\\u{e0041}");
    SHOWS("x\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81y",
          "x\xcc\x81\xcc\x81\xcc\x81\xcc\x81\\u{0301}\\u{0301}y");
}

Test(text, visible_escapes_in_the_c_locale)
{
    check_escapes();
}

Test(text, visible_escapes_in_utf8)
{
    if (!use_utf8())
        cr_skip_test("no UTF-8 locale");
    check_escapes();
    SHOWS("\xcd\xb8", "\\u{0378}"); /* not assigned */
}

Test(text, visible_takes_a_length_and_nul_bytes)
{
    char out[20];
    cr_assert(!strcmp(nn_text_visible(out, sizeof out, "a\0b", 3, 0), "a\\x00b"));
    cr_assert(!strcmp(nn_text_visible(out, sizeof out, "abc", 2, 0), "ab"));
    cr_assert(!strcmp(nn_text_visible(out, sizeof out, NULL, 0, 0), ""));
    out[0] = 'k';
    nn_text_visible(out, 0, "abc", 3, 0);
    cr_assert(out[0] == 'k');
    cr_assert(!strcmp(NN_VISIBLE("a\033b"), "a\\x1b"
                                            "b"));
    cr_assert(!strcmp(NN_VISIBLE(NULL), ""));
}

Test(text, visible_cuts_at_whole_characters)
{
    static const struct {
        const char *text;
        size_t capacity, cells;
        const char *shown;
    } cases[] = {
        {"abcdef", 7, 0, "abcdef"},
        {"abcdef", 6, 0, "ab..."},
        {"abcdef", 4, 0, "..."},
        {"abcdef", 3, 0, ".."},
        {"abcdef", 1, 0, ""},
        {"abcdef", 99, 6, "abcdef"},
        {"abcdef", 99, 5, "ab..."},
        {"abcdef", 99, 3, "..."},
        {"abcdef", 99, 2, ".."},
        {"ab\033cdef", 99, 8, "ab..."}, /* no half escape */
        {"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 8, 0, "\xc3\xa9\xc3\xa9..."},
        {"\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad", 99, 5, "\xe4\xb8\xad..."}, /* two cells each */
        {"\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad", 99, 6, "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad"},
        {"e\xcc\x81"
         "abcd",
         99, 4, "e\xcc\x81..."},
        {"abcde\xcc\x81", 99, 5, "abcde\xcc\x81"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[100];
        memset(out, '?', sizeof out);
        nn_text_visible(out, cases[i].capacity, cases[i].text, strlen(cases[i].text),
                        cases[i].cells);
        cr_assert(!strcmp(out, cases[i].shown), "case %zu: %s", i, out);
    }
}

/* Random bytes with a leaning towards the interesting ones. */
static size_t random_bytes(struct nn_random *random, char *out, size_t capacity)
{
    static const char *const hostile[] = {
        "\033[",        "\xc2\x85",         "\xe2\x80\xae", "\xe2\x81\xa9",
        "\xef\xbb\xbf", "\xf0\x9f\x98\x80", "\xe4\xb8\xad", "\xcc\x81",
        "\xed\xa0\x80", "\xf4\x8f\xbf\xbf", "\\x1b",        "\xe2\x80"};
    size_t length = nn_random_below(random, (uint32_t)capacity - 8), at = 0;
    while (at < length) {
        uint32_t kind = nn_random_below(random, 4);
        if (kind == 0) {
            const char *text = hostile[nn_random_below(random, sizeof hostile / sizeof *hostile)];
            memcpy(out + at, text, strlen(text));
            at += strlen(text);
        } else {
            out[at++] = (char)nn_random_below(random, kind == 1 ? 128 : 256);
        }
    }
    return at;
}

static void check_harmless(const char *out)
{
    size_t length = strlen(out), marks = 0;
    for (size_t at = 0; at < length;) {
        uint32_t point;
        size_t used = nn_utf8_decode(out + at, length - at, &point);
        cr_assert(used > 0, "not UTF-8: %s", out);
        cr_assert(point >= 0x20 && !(point >= 0x7F && point < 0xA0), "control %x", point);
        cr_assert(!(point >= 0x200B && point <= 0x200F) && !(point >= 0x2028 && point <= 0x202E));
        cr_assert(!(point >= 0x2060 && point <= 0x206F) && point != 0xFEFF && point != 0x61C);
        cr_assert(!(point >= 0xE000 && point <= 0xF8FF) && point < 0xE0000);
        marks = nn_text_point_width(point) == 0 ? marks + 1 : 0;
        cr_assert(marks <= 4);
        at += used;
    }
}

static void sweep_random_bytes(uint64_t seed)
{
    struct nn_random random;
    char text[128], out[1024], again[1024], cut[64];
    nn_random_init(&random, seed, NN_STREAM_GENERATE, 0);
    for (int round = 0; round < 100000; round++) {
        size_t length = random_bytes(&random, text, sizeof text);
        size_t capacity = 1 + nn_random_below(&random, sizeof cut);
        size_t cells = nn_random_below(&random, 40);
        nn_text_visible(out, sizeof out, text, length, 0);
        check_harmless(out);
        nn_text_visible(again, sizeof again, out, strlen(out), 0);
        cr_assert(!strcmp(out, again), "not idempotent: %s, %s", out, again);

        nn_text_visible(cut, capacity, text, length, cells);
        check_harmless(cut);
        cr_assert(strlen(cut) < capacity);
        cr_assert(cells == 0 || nn_text_width(cut) <= cells);
    }
}

Test(text, random_bytes_become_harmless_in_the_c_locale)
{
    sweep_random_bytes(1);
}

Test(text, random_bytes_become_harmless_in_utf8)
{
    if (!use_utf8())
        cr_skip_test("no UTF-8 locale");
    sweep_random_bytes(2);
}

static void check_widths(void)
{
    cr_assert(nn_text_point_width('a') == 1 && nn_text_point_width(' ') == 1);
    cr_assert(nn_text_point_width(0xE9) == 1 && nn_text_point_width(0x2580) == 1);
    cr_assert(nn_text_point_width(0x28FF) == 1 && nn_text_point_width(0x2588) == 1);
    cr_assert(nn_text_point_width(0x4E2D) == 2 && nn_text_point_width(0xAC00) == 2);
    cr_assert(nn_text_point_width(0x1F600) == 2 && nn_text_point_width(0xFF21) == 2);
    cr_assert(nn_text_point_width(0x301) == 0 && nn_text_point_width(0x20D0) == 0);
    cr_assert(nn_text_point_width(0) == -1 && nn_text_point_width(0x1F) == -1);
    cr_assert(nn_text_point_width(0x7F) == -1 && nn_text_point_width(0x9F) == -1);
    cr_assert(nn_text_point_width(0x202E) == -1 && nn_text_point_width(0xD800) == -1);
    cr_assert(nn_text_point_width(0x110000) == -1 && nn_text_point_width(0xFFFFFFFF) == -1);
    cr_assert(nn_text_width("") == 0 && nn_text_width("abc") == 3);
    cr_assert(nn_text_width("a\xe4\xb8\xad"
                            "e\xcc\x81") == 4);
    cr_assert(nn_text_width("\n\033\xff") == 2 + 4 + 4);
}

Test(text, width_in_the_c_locale)
{
    cr_assert(!nn_text_locale_utf8());
    check_widths();
}

Test(text, width_in_utf8)
{
    if (!use_utf8())
        cr_skip_test("no UTF-8 locale");
    check_widths();
}

Test(text, distance)
{
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},
        {"", "abc", 3},
        {"kernel", "kernel", 0},
        {"kernal", "kernel", 1},
        {"epohcs", "epochs", 1},
        {"LR", "lr", 0},
        {"kitten", "sitting", 3},
        {"ab", "ba", 1},
        {"dense", "dens", 1},
        {"abcd", "badc", 2},
        {"flaw", "lawn", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(nn_text_distance(cases[i].a, cases[i].b) == cases[i].distance, "%zu", i);
        cr_assert(nn_text_distance(cases[i].b, cases[i].a) == cases[i].distance, "%zu", i);
    }
    char longer[200];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    cr_assert(nn_text_distance(longer, "a") == 199);
}

Test(text, nearest)
{
    static const char *const names[] = {"conv2d",
                                        "dense",
                                        "dropout",
                                        "epochs",
                                        "relu",
                                        "binary_crossentropy",
                                        "categorical_crossentropy",
                                        "lr"};
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"dnese", "dense"},
        {"Dense", "dense"},
        {"epoch", "epochs"},
        {"drop", "dropout"},
        {"crossentropy", "binary_crossentropy"},
        {"categorical", "categorical_crossentropy"},
        {"zzz", NULL},
        {"", NULL},
        {"x", NULL},
        {"ln", "lr"},
        {"en", NULL},
        {"conv3d", "conv2d"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *nearest = nn_text_nearest(cases[i].word, names, sizeof names / sizeof *names);
        bool same = cases[i].nearest ? nearest && !strcmp(nearest, cases[i].nearest) : !nearest;
        cr_assert(same, "%s: %s", cases[i].word, nearest ? nearest : "none");
    }
    cr_assert(!nn_text_nearest("dense", names, 0));
}

Test(text, comparisons)
{
    cr_assert(nn_text_starts("data load", "data") && nn_text_starts("x", ""));
    cr_assert(!nn_text_starts("dat", "data"));
    cr_assert(nn_text_equal_nocase("ReLU", "relu") && nn_text_equal_nocase("", ""));
    cr_assert(!nn_text_equal_nocase("relu", "relu6") && !nn_text_equal_nocase("@", "`"));
}
