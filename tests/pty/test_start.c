/* What one sees at the start, and on every kind of terminal. */
#include "pty/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(start, .fini = finish, .timeout = 120);

Test(start, shows_net_screen_and_prompt)
{
    begin_plain();
    see("[1 Net]");
    see("nnscope");
    see("No data yet");
    see("data demo digits");
    see_prompt(" >");
    see_cursor(3);
    cr_assert(pty.vt.alternate, "not on the alternate screen");
    cr_assert(pty.vt.paste, "bracketed paste is off");
    cr_assert_eq(pty.vt.unknown, 0, "%zu sequences that xterm does not know", pty.vt.unknown);
}

Test(start, begins_with_three_choices)
{
    begin_plain();
    see("or choose:");
    see("train a net on handwritten digits now");
    pty_send(&pty, "\033[B\r");
    see("> open"); /* typed, for the file's name */
    see_gone("or choose:");
    pty_send(&pty, "\003");
    command("echo x");
    see_gone("or choose:");
}

Test(start, the_first_choice_trains)
{
    begin_plain();
    see("or choose:");
    pty_send(&pty, "?");
    see("type to search");
    pty_send(&pty, "?"); /* the help does not end it */
    see_gone("type to search");
    see("or choose:");
    pty_send(&pty, "\r");
    see("> train 20 validation=0.1");
    see("[2 Train]");
    see("20 epochs done");
    see_gone("or choose:");
}

Test(start, init_runs_first)
{
    char root[] = "/tmp/nnscope-config-XXXXXX", folder[64], path[96], set[96], remove[96];
    cr_assert(mkdtemp(root) != NULL);
    snprintf(folder, sizeof folder, "%s/nnscope", root);
    cr_assert(mkdir(folder, 0700) == 0);
    snprintf(path, sizeof path, "%s/init.nns", folder);
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL, "%s", path);
    fputs("set smoothing 0.6\nnonsense\nset axis log\n", file);
    fclose(file);
    snprintf(set, sizeof set, "XDG_CONFIG_HOME=%s", root);
    begin(&(struct pty_options){.set = (const char *const[]){set, NULL}});
    see("unknown command `nonsense`");
    command("get axis");
    see("log");
    command("get smoothing");
    see("0.6");
    snprintf(remove, sizeof remove, "rm -rf '%s'", root);
    cr_assert(system(remove) == 0);
}

Test(start, keys_show_the_screens)
{
    static const char *const titles[] = {"[1 Net]",  "[2 Train]",    "[3 Layers]", "[4 Explain]",
                                         "[5 Data]", "[6 Diagnose]", "[7 Runs]"};
    begin_plain();
    for (int i = 7; i-- > 0;) {
        char key[2] = {(char)('1' + i), 0};
        pty_send(&pty, key);
        see(titles[i]);
    }
    see("> show net"); /* a key becomes a command, and shows it */
}

Test(start, no_color_is_obeyed)
{
    begin(&(struct pty_options){.set = (const char *const[]){"NO_COLOR=1", NULL}});
    build_digits();
    pty_send(&pty, "train epochs=1\r");
    see("1 epoch done");
    for (const char *key = "12345"; *key; key++) {
        pty_send_bytes(&pty, key, 1);
        pty_settle(&pty);
    }
    command("nonsense");
    cr_assert_eq(pty.vt.colors, 0, "%zu colours were sent", pty.vt.colors);
}

Test(start, colors_otherwise)
{
    begin_plain();
    command("data demo digits");
    pty_send(&pty, "5");
    see("[5 Data]");
    cr_assert_gt(pty.vt.colors, 0, "no colour at all");
}

Test(start, vt100_works)
{
    begin(&(struct pty_options){.set = (const char *const[]){"TERM=vt100", NULL}});
    see("[1 Net]");
    command("data demo iris");
    pty_send(&pty, "5");
    see("[5 Data]");
    see("setosa");
    cr_assert_eq(pty.vt.colors, 0, "%zu colours were sent", pty.vt.colors);
    command("quit");
    see_exit(0);
    cr_assert(pty_restored(&pty), "the settings of the terminal are not as before");
}

/* Only a message, and nothing that would change the terminal. */
static void refused(const char *set, const char *message)
{
    const char *const list[] = {set, NULL};
    if (!pty_start(&pty, &(struct pty_options){.set = list}))
        cr_skip_test("no pseudo-terminal");
    see_exit(1);
    see(message);
    cr_assert(pty_restored(&pty), "the settings of the terminal are not as before");
    cr_assert_not(memchr(pty.tail, 033, pty.tail_length), "escape sequences were sent");
}

Test(start, dumb_is_refused)
{
    refused("TERM=dumb", "cannot move the cursor");
}

Test(start, unset_is_refused)
{
    refused("TERM", "TERM is not set");
}

Test(start, unknown_is_refused)
{
    refused("TERM=no-such-terminal", "no-such-terminal is unknown");
}

Test(start, c_locale_is_ascii)
{
    begin(&(struct pty_options){.set = (const char *const[]){"LC_ALL=C", NULL}});
    build_digits();
    pty_send(&pty, "train epochs=1\r");
    see("1 epoch done");
    for (const char *key = "12345"; *key; key++) {
        pty_send_bytes(&pty, key, 1);
        pty_settle(&pty);
        for (const char *at = pty_screen(&pty); *at; at++)
            cr_assert((unsigned char)*at < 0x80, "not ASCII:%s", pty_screen(&pty));
    }
}

Test(start, script_plays_then_stays)
{
    begin(&(struct pty_options){
        .args =
            (const char *const[]){"-i", "-c",
                                  "data demo iris\nadd dense 8 relu; add dense 3 softmax\n"
                                  "compile loss=categorical_crossentropy\ntrain epochs=3\nevaluate",
                                  NULL}});
    see("> evaluate");
    see("accuracy");
    pty_settle(&pty);
    command("echo still here");
    see("still here");
}

Test(start, script_stops_at_its_first_error)
{
    begin(&(struct pty_options){
        .args =
            (const char *const[]){"-i", "-c", "data demo iris\nnonsense\necho not reached", NULL}});
    see("unknown command");
    see("the script ends here");
    pty_settle(&pty);
    cr_assert_lt(vt_find(&pty.vt, 0, "not reached"), 0, "the script went on:%s", pty_screen(&pty));
    command("echo still here");
}

Test(start, script_goes_on_if_told_so)
{
    begin(&(struct pty_options){
        .args = (const char *const[]){"-i", "-k", "-c", "nonsense\necho reached", NULL}});
    see("reached");
}

Test(start, tour_plays_to_its_end)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tour.nns", getenv("NNSCOPE_DATA"));
    begin(&(struct pty_options){
        .columns = 120, .rows = 36, .args = (const char *const[]){"-i", "-f", path, NULL}});
    see("[2 Train]"); /* the net learns before one's eyes */
    see("training");
    for (int i = 0; i < 2000 && vt_find(&pty.vt, 0, "The end.") < 0; i++) {
        pty_send(&pty, "\r"); /* goes on at once */
        pty_pump(&pty, 0.1);
    }
    see("The end.");
    see("[7 Runs]"); /* of two trainings */
    see("r2");
    pty_send(&pty, "6");
    see("class_balance");
    pty_send(&pty, "4");
    see("[4 Explain]");
    see("actmax");
    see("saliency");
    command("echo still here");
}

Test(start, idle_sends_nothing_and_sleeps)
{
    begin_plain();
    build_digits();
    pty_pump(&pty, 0.5);
    double cpu = pty_cpu(&pty);
    size_t bytes = pty_pump(&pty, 1.5);
    cr_assert_eq(bytes, 0, "%zu bytes while idle", bytes);
    cr_assert_lt(pty_cpu(&pty) - cpu, 0.005, "%g s of processor time while idle",
                 pty_cpu(&pty) - cpu);
}

Test(start, every_size)
{
    begin_plain();
    build_digits();
    pty_send(&pty, "train epochs=1\r");
    see("1 epoch done");
    static const int sizes[][2] = {{1, 1},    {2, 2},     {5, 1},   {20, 6}, {19, 5},
                                   {200, 50}, {80, 2},    {60, 16}, {3, 40}, {300, 3},
                                   {79, 7},   {500, 150}, {40, 12}, {1, 30}, {132, 43}};
    for (size_t i = 0; i < 4 * sizeof sizes / sizeof *sizes; i++) {
        char key[2] = {(char)('1' + i % 5), 0};
        pty_resize(&pty, sizes[i % 15][0], sizes[i % 15][1]);
        pty_send(&pty, key);
        pty_pump(&pty, 0.01);
    }
    pty_resize(&pty, 80, 24);
    pty_send(&pty, "1");
    see("[1 Net]");
    see("parameters");
    see_prompt(" >");
}
