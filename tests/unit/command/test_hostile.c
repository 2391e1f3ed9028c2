/* Names from files and users reach no output raw: text, JSON, CSV, screens, completions, hints,
 * errors, help. */
#include "base/file.h"
#include "base/text.h"
#include "command/complete.h"
#include "command/job.h"
#include "session.h"
#include "view/draw.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES 500
#define SIX   6 /* names a data set */

static struct nn_test_session test;

static void start(void)
{
    nn_test_start(&test);
}

static void end(void)
{
    nn_test_end(&test);
}

TestSuite(hostile, .init = start, .fini = end, .timeout = 120);

/* ---- names ---- */

static unsigned below(unsigned count)
{
    static unsigned long long state = 11;
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(state >> 33) % count;
}

/* Sequences that move the cursor, set the title or ask for an answer; C1 as bytes and as UTF-8;
 * texts that run backwards; overlong, cut and forbidden UTF-8; wide and combining characters. */
static void make_name(char out[200])
{
    static const char *const pieces[] = {
        "\033[31m",
        "\033[2J",
        "\033]0;owned\007",
        "\033[6n",
        "\033P$q\033\\",
        "\233",
        "\xc2\x9b[31m",
        "\xc2\x90",
        "\xe2\x80\xae",
        "\xe2\x81\xa6",
        "\xe2\x80\x8f",
        "\xff\xfe",
        "\xc0\xaf",
        "\xe0\x80\xaf",
        "\xed\xa0\x80",
        "\xf4\x90\x80\x80",
        "\xe6\xbc",
        "\xe6\xbc\xa2",
        "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
        "\r",
        "\b\b",
        "\t",
        "\177",
        "\xf0\x9f\x99\x82",
        "\xe2\x80\x8d",
        "\xef\xbb\xbf",
        "%s%n",
        "a",
        "name of a thing",
        "\016",
        "=1+1"};
    out[0] = '\0';
    for (unsigned i = 0, count = 1 + below(6); i < count; i++)
        strcat(out, pieces[below(sizeof pieces / sizeof *pieces)]);
    char tail[8];
    snprintf(tail, sizeof tail, "%u", below(10000)); /* so that no two are the same */
    strcat(out, tail);
}

/* ---- what must not be seen ---- */

/* The length of an SGR sequence, the only one that pictures may have. */
static size_t sgr_length(const char *text)
{
    size_t length = 2;
    if (text[0] != '\033' || text[1] != '[')
        return 0;
    while ((text[length] >= '0' && text[length] <= '9') || text[length] == ';')
        length++;
    return text[length] == 'm' ? length + 1 : 0;
}

static void check(const char *what, const char *text, bool colored)
{
    for (size_t i = 0, length = strlen(text); i < length;) {
        uint32_t point;
        size_t used = nn_utf8_decode(text + i, length - i, &point);
        size_t sgr = colored ? sgr_length(text + i) : 0;
        cr_assert(used > 0, "%s: invalid UTF-8 at byte %zu", what, i);
        bool control =
            (point < 0x20 && point != '\n' && sgr == 0) || (point >= 0x7f && point <= 0x9f);
        bool format = (point >= 0x200b && point <= 0x200f) ||
                      (point >= 0x2028 && point <= 0x202e) ||
                      (point >= 0x2060 && point <= 0x206f) || point == 0xfeff;
        cr_assert(!control && !format, "%s: U+%04X at byte %zu", what, (unsigned)point, i);
        i += sgr > 0 ? sgr : used;
    }
}

static void check_result(const struct nn_result *result)
{
    static const struct nn_medium media[] = {{.depth = NN_DEPTH_256},
                                             {.depth = NN_DEPTH_MONO, .ascii = true}};
    for (int i = 0; i < 4; i++) {
        struct nn_buffer out;
        nn_buffer_init(&out, 0);
        if (i < 2)
            nn_result_text(result, 80, media[i], i == 0, &out, NULL);
        else if (i == 2)
            nn_result_json(result, &out, NULL);
        else
            nn_result_csv(result, &out, NULL);
        check(result->command, nn_buffer_string(&out), i == 0);
        nn_buffer_clear(&out);
    }
}

static void check_screens(void)
{
    struct nn_scene scene;
    nn_session_scene(test.session, &scene);
    for (size_t i = 0; i < 2 * nn_screen_count; i++) {
        struct nn_medium medium = {.depth = NN_DEPTH_256, .plain = i >= nn_screen_count};
        const struct nn_screen *screen = nn_screens[i % nn_screen_count];
        struct nn_canvas canvas;
        struct nn_buffer out;
        cr_assert(nn_canvas_init(&canvas, 110, 40, medium, NULL) == NN_OK);
        nn_buffer_init(&out, 0);
        nn_scene_draw(&scene, screen, &canvas, 0);
        if (medium.plain)
            nn_canvas_print_panes(&canvas, &out);
        else
            nn_canvas_print(&canvas, true, false, &out);
        check(screen->name, nn_buffer_string(&out), !medium.plain);
        nn_buffer_clear(&out);
        nn_canvas_clear(&canvas);
    }
}

/* Descriptions and hints are shown as they are; a completed word becomes part of the line, which
 * the prompt shows in readline's notation. */
static void check_completion(const char *line)
{
    struct nn_completions found = {0};
    char hint[NN_HINT_SIZE];
    if (nn_complete(test.session, line, strlen(line), &found, NULL) == NN_OK)
        for (size_t i = 0; i < found.count; i++)
            check("completion", found.items[i].help ? found.items[i].help : "", false);
    nn_completions_clear(&found);
    nn_complete_hint(test.session, line, strlen(line), hint);
    check("hint", hint, false);
}

/* Runs it, whatever comes of it. */
static void run(const char *line)
{
    struct nn_error error = {0};
    struct nn_buffer report;
    test.out.length = 0;
    enum nn_status status = nn_session_run_line(test.session, line, NULL, 1, &error);
    check("message", nn_buffer_string(&test.out), false);
    if (status == NN_OK)
        return;
    check("error", error.message, false);
    check("hint of an error", error.hint, false);
    check("file of an error", error.file, false);
    nn_buffer_init(&report, 0);
    nn_session_report(test.session, &error, &report);
    check("report", nn_buffer_string(&report), false);
    nn_buffer_clear(&report);
}

static void run_with(const char *format, const char *name)
{
    char line[600];
    snprintf(line, sizeof line, format, name);
    run(line);
    check_completion(line);
}

/* ---- tests ---- */

static void write_table(char names[SIX][200])
{
    struct nn_buffer table;
    nn_buffer_init(&table, 0);
    nn_buffer_printf(&table, "\"%s\",\"%s\",\"%s\",class\n", names[0], names[1], names[2]);
    for (int i = 0; i < 12; i++)
        nn_buffer_printf(&table, "%d,%d,%d,\"%s\"\n", i, i * i % 5, i % 2, names[3 + i % 3]);
    cr_assert(!table.failed &&
              nn_save_bytes("table.csv", nn_buffer_string(&table), table.length, NULL) == NN_OK);
    nn_buffer_clear(&table);
}

/* Names of columns and classes. What is no UTF-8 may be refused; the refusal is looked at, too. */
Test(hostile, columns_and_classes)
{
    static const char *const commands[] = {"data info",
                                           "data show 0",
                                           "net new; add dense 3 softmax name=d",
                                           "compile loss=categorical_crossentropy",
                                           "train 1",
                                           "confusion",
                                           "predict sample=0",
                                           "saliency sample=0",
                                           "evaluate",
                                           "actmax unit=0 steps=2",
                                           "examples d 0 k=2",
                                           "net show",
                                           "diagnose"};
    static const char *const lines[] = {"set target ",
                                        "saliency target=", "data find actual=", "actmax ", "ale "};
    int loaded = 0;
    for (int i = 0; i < NAMES; i += SIX) {
        char names[SIX][200];
        for (int k = 0; k < SIX; k++)
            make_name(names[k]);
        write_table(names);
        struct nn_dataset *before = test.session->dataset;
        run("data load table.csv label=class");
        loaded += test.session->dataset != before;
        for (size_t k = 0; k < sizeof commands / sizeof *commands; k++)
            run(commands[k]);
        for (size_t k = 0; k < test.session->result_count; k++)
            check_result(test.session->results[k]);
        check_screens();
        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
            check_completion(lines[k]);
    }
    cr_assert_gt(loaded, 10, "nearly all tables were refused");
}

/* Names of files, layers, commands, settings, variables. */
Test(hostile, words_of_commands)
{
    static const char *const formats[] = {
        "data load '%s.csv'", "open '%s.safetensors'", "source '%s'",         "'%s' 1",
        "add '%s'",           "add dense 3 name='%s'", "set '%s' 1",          "help '%s'",
        "net set '%s' x=1",   "saliency target='%s'",  "let a='%s'; echo $a", "show '%s'",
        "activations '%s'",   "select layer='%s'",     "set target '%s'",     "echo '%s'"};
    run("data demo iris; net new; add dense 3 softmax");
    for (int i = 0; i < NAMES; i++) {
        char name[200], path[240];
        make_name(name);
        snprintf(path, sizeof path, "%s.csv", name);
        if (i % 10 == 0)
            nn_save_bytes(path, "a,b\n1,x\n", 8, NULL);
        size_t count = sizeof formats / sizeof *formats;
        run_with(formats[i % (int)count], name);
        run_with(formats[(i + 5) % (int)count], name);
    }
    check_completion("data load ");
    check_completion("open ");
    check_screens();
}
