/* The prompt: what is typed, edited, completed, pasted and remembered. */
#include "pty/run.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(prompt, .fini = finish, .timeout = 120);

Test(prompt, runs_commands)
{
    begin_plain();
    command("data demo iris");
    see("150");
    pty_send(&pty, ":echo from a colon\r"); /* the habit of vi */
    see("from a colon");
    see_prompt(" >");
}

Test(prompt, errors_have_caret_and_suggestion)
{
    begin_plain();
    command("dta demo iris");
    see("did you mean `data`?");
    see("unknown command");
    command("data demo iris");
    command("data split tets=0.3");
    see("did you mean test?");
    int row = vt_find(&pty.vt, 0, "^");
    cr_assert_geq(row, 1, "no caret:%s", pty_screen(&pty));
    const char *caret = strchr(vt_row(&pty.vt, row), '^');
    int column = (int)(caret - vt_row(&pty.vt, row));
    const char *above = vt_row(&pty.vt, row - 1);
    cr_assert(strncmp(above + column, "tets", 4) == 0, "the caret is elsewhere:%s",
              pty_screen(&pty));
    const struct vt_cell *cell = vt_cell_of(&pty.vt, "did you mean");
    cr_assert(cell && cell->foreground >= 0, "the error has no colour");
}

Test(prompt, edits)
{
    begin_plain();
    pty_send(&pty, "echo abd");
    see_prompt(" > echo abd");
    pty_send(&pty, "\033[D\033OD\033[Dx"); /* Left in both modes */
    see_prompt(" > echo xabd");
    pty_send(&pty, "\001> \005!");
    see_prompt(" > > echo xabd!");
    pty_send(&pty, "\025");
    see_prompt(" >");
    pty_send(&pty, "one two\033b\033[3~"); /* Alt-b, Delete */
    see_prompt(" > one wo");
}

Test(prompt, wide_characters)
{
    begin_plain();
    pty_send(&pty, "abé漢");
    see_prompt(" > abé漢");
    see_cursor(3 + 5);
    pty_send(&pty, "\033[D");
    see_cursor(3 + 3);
    pty_send(&pty, "\033[D\177"); /* left of é, and the b goes */
    see_prompt(" > aé漢");
    see_cursor(3 + 1);
}

Test(prompt, combining_characters)
{
    begin_plain();
    pty_send(&pty, "e\xcc\x81x"); /* e, combining acute */
    see_prompt(" > e\xcc\x81x");
    see_cursor(3 + 2);
}

Test(prompt, long_lines_scroll)
{
    char line[200];
    begin_plain();
    memset(line, 'a', 150);
    strcpy(line + 150, "END");
    pty_send(&pty, line);
    see("aEND");
    cr_assert_lt(pty.vt.column, 80, "the cursor left the screen");
    see("‹");
    pty_send(&pty, "\001");
    see("›");
    see_cursor(3);
}

Test(prompt, searches_history)
{
    begin_plain();
    command("echo café");
    command("echo tea");
    pty_send(&pty, "\022");
    see("i-search");
    pty_send(&pty, "é");
    see("echo café");
    pty_send(&pty, "\005");
    see_prompt(" > echo café");
    pty_send(&pty, "\r");
    see_prompt(" >");
}

/* What stands in the file of the history; only its owner may read it. */
static void expect_history(const char *expected)
{
    char path[128], text[256] = "";
    struct stat info;
    snprintf(path, sizeof path, "%s/nnscope/history", pty.home);
    FILE *file = fopen(path, "r");
    cr_assert(file, "there is no %s", path);
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    cr_assert_str_eq(text, expected);
    cr_assert_eq(stat(path, &info), 0);
    cr_assert_eq(info.st_mode & 077, 0, "others may read %s", path);
}

Test(prompt, history_lasts)
{
    begin_plain();
    command("echo one");
    command("echo two");
    command("echo two"); /* once is enough */
    pty_send(&pty, "\033[A\033[A");
    see_prompt(" > echo one");
    pty_send(&pty, "\033[B");
    see_prompt(" > echo two");
    pty_send(&pty, "\003");
    see_prompt(" >");
    pty_send(&pty, "\004");
    see_exit(0);
    expect_history("echo one\necho two\n");
}

Test(prompt, history_survives_a_crash)
{
    begin_plain();
    command("echo one");
    kill(pty.pid, SIGKILL);
    see_killed(SIGKILL);
    expect_history("echo one\n");
}

Test(prompt, tab_completes)
{
    begin_plain();
    pty_send(&pty, "data dem\t");
    see_prompt(" > data demo");
    pty_send(&pty, "ir\t");
    see_prompt(" > data demo iris");
    pty_send(&pty, "\r");
    see("150");
    pty_send(&pty, "add dense 8 \t");
    see("sigmoid"); /* the choices, above the prompt */
    see("relu");
    pty_send(&pty, "re");
    see_gone("sigmoid");
    pty_send(&pty, "\t");
    see_prompt(" > add dense 8 relu");
}

Test(prompt, hint_shows_arguments)
{
    begin_plain();
    pty_send(&pty, "train ");
    see("train [EPOCHS] [batch=32]");
    pty_send(&pty, "\003");
    see_gone("batch=32");
}

Test(prompt, paste_of_several_lines)
{
    begin_plain();
    build_digits();
    pty_send(&pty, "\033[200~train epochs=2\necho after the training\necho not ent");
    pty_pump(&pty, 0.2); /* a paste in pieces */
    pty_send(&pty, "ered\033[201~");
    see("after the training");
    see_prompt(" > echo not entered");
    pty_send(&pty, "2");
    see_prompt(" > echo not entered2");
    pty_send(&pty, "\003");
    pty_send(&pty, "2");
    see("2 epochs done");
}

Test(prompt, paste_is_harmless)
{
    begin_plain();
    pty_send(&pty, "\033[200~echo a\033]0;evil\007b\001\tc\033[201~");
    see_prompt(" > echo a]0;evilb c");
    cr_assert_not(pty_received(&pty, "\033]0;evil"), "a pasted escape reached the terminal");
}

Test(prompt, burst)
{
    begin_plain();
    pty_send(&pty, "echo a\recho b\recho c\r");
    see("> echo c");
    see_prompt(" >");
}

/* Every key alone, byte by byte, with the time that a slow line takes. */
Test(prompt, input_split_at_every_byte)
{
    static const char input[] =
        "echo \xc3\xa9\xe6\xbc\xa2x\033[D\033OD\033[1;5D\033[200~p\xc3\xa9\033[201~";
    begin_plain();
    for (size_t i = 0; i + 1 < sizeof input; i++) {
        pty_send_bytes(&pty, input + i, 1);
        pty_pump(&pty, 0.01);
    }
    see_prompt(" > echo péé漢x");
    see_cursor(3 + 7);
}

Test(prompt, lone_escape)
{
    begin_plain();
    pty_send(&pty, "\033");
    see(": prompt"); /* the focus is on the screen: its keys are shown */
    pty_send(&pty, "\033");
    see_gone(": prompt");
    pty_send(&pty, "add dense 8 \t");
    see("sigmoid");
    pty_send(&pty, "\033"); /* closes the choices */
    see_gone("sigmoid");
    pty_send(&pty, "b"); /* not Alt-b */
    see_prompt(" > add dense 8 b");
}

Test(prompt, invalid_bytes_are_shown)
{
    begin_plain();
    pty_send_bytes(&pty, "a\xff\xc3(b", 5);
    pty_settle(&pty);
    cr_assert(strncmp(pty_prompt(&pty), " > a", 4) == 0);
    pty_send(&pty, "\003");
    see_prompt(" >");
    command("echo fine");
}
