/* Keys while the screen has the focus, and the help. */
#include "pty/run.h"

#include <stdio.h>
#include <string.h>

TestSuite(keys, .fini = finish, .timeout = 120);

static void begin_trained(void)
{
    begin_plain();
    build_digits();
    pty_send(&pty, "train epochs=1\r");
    see("1 epoch done");
}

static void focus_screen(void)
{
    pty_send(&pty, "\t");
    see(": prompt");
}

Test(keys, help_lists_them)
{
    begin_plain();
    pty_send(&pty, "?");
    see("═ keys ·");
    see("next, previous sample");
    see("Ctrl-D");
    see("`help` lists the commands");
    pty_send(&pty, "?");
    see_gone("next, previous sample");
    pty_send(&pty, "ec\033OP"); /* F1 also while typing */
    see("next, previous sample");
    pty_send(&pty, "\033OP");
    see_gone("next, previous sample");
    pty_send(&pty, "ho x\r");
    see("> echo x");
}

/* Typing searches keys and commands; Enter does the key, or types the command. */
Test(keys, help_is_searched)
{
    begin_plain();
    pty_send(&pty, "?");
    see("type to search");
    pty_send(&pty, "confusion");
    see("search: confusion");
    see_gone("next, previous sample");
    for (int i = 0; i < 9; i++)
        pty_send(&pty, "\177");
    see("type to search");
    pty_send(&pty, "screens net");
    see("search: screens net  (1)");
    pty_send(&pty, "\177\177\177\177\177\177\177\177\177\177\177from learn");
    see("diagnose");
    pty_send(&pty, "\033OP?evaluate\r");
    see_gone("search:");
    see("> evaluate");
    pty_send(&pty, "\003");
    command("data demo iris");
    focus_screen();
    pty_send(&pty, "?next split\r");
    see("> select split=");
}

Test(keys, footer_is_about_the_screen)
{
    begin_plain();
    see("Ctrl-D quit");
    focus_screen();
    see("j k layer");
    pty_send(&pty, "5");
    see("n p sample");
    see("c matrix");
    pty_send(&pty, "4");
    see("s i g explain");
    pty_send(&pty, ":");
    see_gone("s i g explain");
    pty_send(&pty, "echo ");
    see("echo [TEXT"); /* its arguments */
}

Test(keys, become_commands)
{
    begin_trained();
    focus_screen();
    pty_send(&pty, "5");
    see("sample 0");
    pty_send(&pty, "n");
    see("> select sample=+1");
    see("test sample 1");
    pty_send(&pty, "t");
    see("> select split=train");
    see("train sample 0");
    pty_send(&pty, "1");
    see("▸1 conv1"); /* the cursor begins at a layer worth seeing */
    pty_send(&pty, "\033[B");
    see("▸2 relu1");
    pty_send(&pty, "k");
    see("▸1 conv1");
}

/* One map large, with its cursor, what that sees, and what drives the map. */
Test(keys, a_map_is_looked_at_closely)
{
    begin_trained();
    focus_screen();
    pty_send(&pty, "3l\r");
    see("> set zoom on");
    see("map 1 of 8");
    pty_send(&pty, "lj");
    see("> select y=+1");
    see("at 1,1");
    see("sees   3×3 from 0,0");
    pty_send(&pty, "u");
    see("> examples conv1 1");
    see("highest samples");
    pty_send(&pty, "m");
    see("> actmax layer=conv1 unit=1");
    see("┌─ looks for");
    see("[3 Layers]");
    pty_send(&pty, "]g");
    see("> set scale own");
    see("map 2 of 8");
    see("what drives it");
    pty_send(&pty, "f");
    see("> set freeze on");
    see("frozen ep. ");
    pty_send(&pty, "\033");
    see("> set zoom off");
    see("own 0-5 of 8");
}

/* The maps keep to the cursor's sample. */
Test(keys, explanations_follow_the_sample)
{
    begin_trained();
    command("saliency sample=3");
    command("gradcam sample=3");
    see("[4 Explain]");
    focus_screen();
    pty_send(&pty, "n");
    see("test 4");
    see("gradcam");
    see("saliency");
    pty_settle(&pty);
    pty_send(&pty, "nnp");
    see("test 5");
    pty_settle(&pty);
    see("gradcam");
    see("saliency");
    pty_send(&pty, "l"); /* another explanation in the focus */
    see("╔═ gradcam");
    pty_send(&pty, "l");
    see("╔═ saliency");
}

/* Another class, explained in the same ways; and over the input. */
Test(keys, explanations_of_the_next_class)
{
    begin_trained();
    command("saliency sample=3 target=4");
    see("logit of class 4");
    focus_screen();
    pty_send(&pty, "+");
    see("> set target 5");
    see("logit of class 5");
    pty_send(&pty, "-");
    see("logit of class 4");
    pty_send(&pty, "o");
    see("> set overlay on");
}

/* A key that moves on while a long explanation runs waits for it, and the cursor is not called
 * back. */
Test(keys, a_key_during_a_long_explanation)
{
    begin_trained();
    command("smoothgrad sample=3 samples=4000");
    focus_screen();
    pty_send(&pty, "n");
    see("test 4");
    see("smoothgrad");
    pty_settle(&pty);
    see("test 4");
    pty_send(&pty, "nnnp"); /* those in between are given up */
    see("test 6");
    see("smoothgrad");
    pty_settle(&pty);
    see("test 6");
}

Test(keys, quit_asks_when_something_would_be_lost)
{
    begin_trained();
    focus_screen();
    pty_send(&pty, "q");
    see("not saved");
    pty_send(&pty, "1");
    see("[1 Net]");
    pty_send(&pty, "q"); /* asks anew */
    see("not saved");
    pty_send(&pty, "q");
    see_exit(0);
    see_restored();
}

Test(keys, long_answers_begin_at_their_beginning)
{
    begin_plain();
    command("help train");
    see("> help train");
    see("more lines below: PgDn");
    pty_send(&pty, "\033[6~\033[6~\033[6~\033[6~\033[6~");
    see("more lines above: PgUp");
    pty_send(&pty, "\033[5~");
    see("more lines below: PgDn");
    command("echo short");
    see_gone("PgDn");
}

/* The confusion matrix: the arrows choose a cell, Enter goes to its samples. */
Test(keys, cells_lead_to_their_samples)
{
    begin(&(struct pty_options){.columns = 120, .rows = 36});
    build_digits();
    pty_send(&pty, "train epochs=1\r");
    see("1 epoch done");
    focus_screen();
    pty_send(&pty, "5c");
    see("recall");
    see("> confusion");
    pty_send(&pty, "jl");
    see("> select predicted=+1");
    pty_send(&pty, "\r");
    see("> data find actual=1 predicted=1");
    see("with true class 1, predicted 1");
    pty_send(&pty, "e");
    see("predicted otherwise");
}

Test(keys, redraw)
{
    begin_plain();
    vt_resize(&pty.vt, 80, 24); /* something else has written over the screen */
    pty_send(&pty, "\014");
    see("No data yet");
    see_prompt(" >");
}
