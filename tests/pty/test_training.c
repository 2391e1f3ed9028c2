/* Training is live, and the prompt usable throughout. */
#include "pty/run.h"

TestSuite(training, .fini = finish, .timeout = 180);

Test(training, is_shown_live)
{
    begin_plain();
    train_long();
    see("[2 Train]");
    size_t before = pty.bytes;
    pty_pump(&pty, 1.5);
    cr_assert_gt(pty.bytes - before, 100, "the screen stands still");
    for (const char *key = "1345"; *key; key++) {
        pty_send_bytes(&pty, key, 1);
        pty_pump(&pty, 0.3);
    }
    see("[5 Data]");
    see("training");
}

/* Over a network no more than 64 KiB a second, however large the screen is. */
Test(training, does_not_flood_a_network)
{
    static const char *const set[] = {"SSH_CONNECTION=1 2 3 4", NULL};
    begin(&(struct pty_options){.columns = 200, .rows = 50, .set = set});
    train_long();
    command("set fps 60");
    pty_send(&pty, "3");
    see("[3 Layers]");
    size_t before = pty.bytes;
    pty_pump(&pty, 3);
    size_t sent = pty.bytes - before;
    cr_assert(sent > 1000 && sent < 3 * 65536 + 32768 + 16384, "%zu bytes in 3 s", sent);
}

Test(training, prompt_works_meanwhile)
{
    begin_plain();
    train_long();
    command("echo while it trains");
    see("while it trains");
    command("saliency sample=3");
    see("[4 Explain]");
    pty_send(&pty, "2");
    see("training");
    command("data demo iris"); /* would change what is trained on */
    see("training");
}

/* What was drawn before the weights moved on says so, and follows them while it trains. */
Test(training, explanations_grow_old_and_follow)
{
    begin_plain();
    train_long();
    command("pause");
    command("saliency 0");
    see("[4 Explain]");
    see_gone("(older)");
    command("step");
    see("(older)");
    command("resume");
    see("saliency (epoch");
    command("stop");
    see("stopped in epoch");
}

Test(training, interrupt_stops_it_and_stays)
{
    begin_plain();
    train_long();
    pty_send(&pty, "\003");
    see("idle");
    see_prompt(" >");
    command("evaluate");
    see("accuracy");
    pty_send(&pty, "\003"); /* nothing runs: nothing happens */
    see("nothing runs");
    command("echo still here");
}

Test(training, pause_step_resume)
{
    begin_plain();
    train_long();
    command("pause");
    see("● paused");
    command("resume");
    see("● training");
    see_gone("● paused");
    pty_send(&pty, "\t");
    see(": prompt");
    pty_send(&pty, " ");
    see("● paused");
    pty_send(&pty, ".");
    pty_send(&pty, "x");
    see("idle");
}

/* Typed too early: it waits. */
Test(training, what_is_typed_ahead_waits)
{
    begin_plain();
    build_digits();
    pty_send(&pty, "train epochs=3; echo first\recho second\recho third\r");
    see("> echo third");
    pty_settle(&pty);
    pty_send(&pty, "\033[5~");
    see("waits: echo second");
    see("> echo second");
}

Test(training, interrupt_ends_a_pasted_sequence)
{
    begin_plain();
    build_digits();
    pty_send(&pty, "\033[200~train epochs=100000\necho not reached\n\033[201~");
    see("/s, ");
    pty_send(&pty, "2");
    pty_send(&pty, "\003");
    see("idle");
    pty_settle(&pty);
    cr_assert_lt(vt_find(&pty.vt, 0, "not reached"), 0, "the rest of the paste ran:%s",
                 pty_screen(&pty));
    command("echo still here");
}

Test(training, interrupt_ends_a_script)
{
    begin(&(struct pty_options){
        .args = (const char *const[]){"-i", "-c",
                                      "data demo iris\nadd dense 8 relu; add dense 3 softmax\n"
                                      "compile loss=categorical_crossentropy\n"
                                      "train epochs=1000000\necho not reached",
                                      NULL}});
    see("/s, ");
    pty_send(&pty, "\003");
    see("idle");
    pty_settle(&pty);
    cr_assert_lt(vt_find(&pty.vt, 0, "> echo"), 0, "the script went on:%s", pty_screen(&pty));
}

Test(training, resize_storm)
{
    begin_plain();
    train_long();
    for (int i = 0; i < 300; i++) {
        pty_resize(&pty, 1 + (i * 37) % 220, 1 + (i * 17) % 60);
        pty_pump(&pty, 0.002);
    }
    pty_resize(&pty, 80, 24);
    see("[2 Train]");
    see("training");
    see_prompt(" >");
}

Test(training, quit_stops_it)
{
    begin_plain();
    train_long();
    pty_send(&pty, "quit\r");
    see_exit(0);
    see_restored();
}

Test(training, quit_while_a_command_waits)
{
    begin_plain();
    build_digits();
    pty_send(&pty, "train epochs=100000; echo not reached\r");
    see("/s, ");
    pty_send(&pty, "quit\r");
    see_exit(0);
    see_restored();
}

Test(training, long_explanation_shows_its_progress)
{
    begin_plain();
    build_digits();
    pty_send(&pty, "ig sample=all steps=2000\r");
    see("explain"); /* in the title row, with the percentage */
    see(" %");
    pty_send(&pty, "\003");
    see("idle");
    command("echo still here");
}
