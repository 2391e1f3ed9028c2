#include "session.h"

#include "base/file.h"
#include "base/mem.h"
#include "command/job.h"

#include <criterion/criterion.h>
#include <string.h>

static struct nn_test_session test;

static void start(void)
{
    nn_test_start(&test);
}

static void end(void)
{
    nn_test_end(&test);
}

TestSuite(session, .init = start, .fini = end);

static const char *output(void)
{
    return nn_buffer_string(&test.out);
}

Test(session, builds_trains_and_evaluates)
{
    nn_test_run(&test, "data demo iris; net new; add dense 16 relu; add dense 3 softmax", NN_OK);
    nn_test_run(&test, "compile loss=categorical_crossentropy optimizer=adam lr=0.02", NN_OK);
    nn_test_run(&test,
                "train epochs=30 batch=16; evaluate; assert test.accuracy >= 0.9 && epoch == 30",
                NN_OK);
    cr_assert(test.epochs == 30 && test.results == 1);
    cr_assert(strstr(output(), "epoch 30 of 30, row 30"), "%s", output());
}

Test(session, wrong_words_are_syntax_errors_and_change_nothing)
{
    static const struct {
        const char *line, *message, *hint;
        size_t column;
    } cases[] = {
        {"trian epochs=3", "unknown command `trian`", "`train`", 1},
        {"data laod x.csv", "unknown command `data laod`", "load", 6},
        {"data", "not a whole command", "load", 1},
        {"train epoch=3", "epoch", "epochs", 7},
        {"train epochs=many", "epochs=many", "", 7},
        {"train", "epochs is missing", "", 1},
        {"train epochs=0", "epochs=0", "", 7},
        {"train 1 2", "one value too many", "", 9},
        {"epochs=3", "a command must come before", "", 1},
        {"echo $nope", "variable `nope` is not defined", "let nope=", 6},
        {"set colour never", "no setting `colour`", "color", 5},
        {"set threads lots", "threads=lots", "", 5},
        {"net new input=8; add dens 16", "dens", "dense", 22},
        {"net new input=8; add dense units=x", "units=x", "", 28},
        {"net new input=8; add dense 1; compile loss=mes", "unknown loss `mes`", "mse", 39},
        {"net new input=8; add dense 1; compile loss=mse optimizer=adm", "unknown optimizer `adm`",
         "adam", 48},
        {"net new input=8; add dense 1; compile loss=mse momentum=0.9", "momentum", "", 48},
        {"help trian", "no help for `trian`", "train", 6},
        {"assert", "needs an expression", "", 1},
        {"assert epoch >> 3", "a name or a number", "", 15},
        {"assert epoch 3", "is missing", "", 14},
        {"assert nothing > 3", "nothing is known", "", 8},
        {"let 1x=3", "no name for a variable", "", 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_error error = nn_test_run(&test, cases[i].line, NN_SYNTAX);
        cr_assert(strstr(error.message, cases[i].message), "`%s`: %s", cases[i].line,
                  error.message);
        cr_assert(strstr(error.hint, cases[i].hint), "`%s`: %s: hint %s", cases[i].line,
                  error.message, error.hint);
        cr_assert(test.session->failed.column == cases[i].column, "`%s`: column %zu, not %zu",
                  cases[i].line, test.session->failed.column, cases[i].column);
        nn_test_run(&test, "net new input=8", NN_OK);
    }
}

Test(session, reports_have_place_line_caret_and_hint)
{
    struct nn_error error = {0};
    struct nn_buffer report;
    const char *script = "let a=1\n\n  echo é; trian epochs=3\n";
    nn_buffer_init(&report, 0);
    cr_assert(nn_session_run_script(test.session, script, strlen(script), "x/a.nns", false,
                                    &error) == NN_SYNTAX);
    nn_session_report(test.session, &error, &report);
    cr_assert_str_eq(nn_buffer_string(&report), "x/a.nns:3:12: error: unknown command `trian`\n"
                                                "    echo é; trian epochs=3\n"
                                                "            ^\n"
                                                "hint: did you mean `train`?\n");
    nn_buffer_clear(&report);
}

Test(session, goes_on_after_errors_when_told)
{
    const char *script =
        "echo one\nwrong\necho 'two; echo 2\necho three; wrong; echo no\necho four";
    struct nn_error error = {0};
    cr_assert(nn_session_run_script(test.session, script, strlen(script), "s", true, &error) ==
              NN_SYNTAX);
    cr_assert_str_eq(output(), "one\nthree\nfour\n");
    cr_assert(error.line == 2, "line %zu", error.line);
    cr_assert_str_eq(nn_buffer_string(&test.warnings), "2:1 unknown command `wrong`\n"
                                                       "3:6 the quote ' is not closed on its line\n"
                                                       "4:13 unknown command `wrong`\n");
}

Test(session, errors_of_sourced_scripts_keep_their_place)
{
    nn_test_write("inner.nns", "echo in\nwrong\n");
    struct nn_error error = nn_test_run(&test, "source inner.nns", NN_SYNTAX);
    cr_assert_str_eq(error.file, "inner.nns");
    cr_assert(error.line == 2 && error.column == 1);
    nn_test_write("loop.nns", "source loop.nns\n");
    nn_test_run(&test, "source loop.nns", NN_LIMIT);
    nn_test_run(&test, "source missing.nns", NN_DAMAGED);
}

Test(session, variables)
{
    nn_test_run(&test, "let n=3; let m=$n$n; echo $m ${n}x '$n'", NN_OK);
    cr_assert_str_eq(output(), "33 3x $n\n");
    nn_test_run(&test, "let n=4; echo $n", NN_OK);
    cr_assert(strstr(output(), "\n4\n"), "%s", output());
}

Test(session, text_from_outside_is_made_visible)
{
    nn_test_run(&test,
                "echo '\xc2\x9b"
                "31m'",
                NN_OK);
    cr_assert(!strstr(output(), "\xc2\x9b"), "%s", output());
    struct nn_error error = nn_test_run(&test,
                                        "'\xc2\x9b"
                                        "31m'",
                                        NN_SYNTAX);
    cr_assert(!strstr(error.message, "\xc2\x9b"), "%s", error.message);
}

Test(session, records_what_succeeded)
{
    unsigned char *text;
    size_t length;
    nn_test_run(&test, "record r.nns; net new input=4; add dense 3", NN_OK);
    nn_test_run(&test, "wrong", NN_SYNTAX);
    nn_test_run(&test, "  echo   'a b'  # why", NN_OK);
    nn_test_run(&test, "record off; echo gone", NN_OK);
    cr_assert(nn_file_read("r.nns", 0, &text, &length, NULL) == NN_OK);
    cr_assert_str_eq((char *)text, "net new input=4\nadd dense 3\necho   'a b'\n");
    nn_free(text);
}

Test(session, states_are_told_with_their_remedy)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"train epochs=1", "no data"},
        {"data info", "no data"},
        {"compile loss=mse", "no net"},
        {"add dense 3", "no input"},
        {"save x.safetensors", "no net"},
        {"loss", "no curve"},
        {"export x.csv", "no result"},
        {"evaluate", "no data"},
        {"stop", "nothing runs"},
        {"pause", "nothing runs"},
        {"data demo iris; train epochs=1", "no net"},
        {"add dense 3 softmax; train epochs=1", "not compiled"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_error error = nn_test_run(&test, cases[i].line, NN_STATE);
        cr_assert(strstr(error.message, cases[i].message), "`%s`: %s", cases[i].line,
                  error.message);
    }
}

Test(session, shapes_that_do_not_fit_are_named)
{
    nn_test_run(&test, "data demo iris; net new input=5; add dense 3 softmax", NN_OK);
    nn_test_run(&test, "compile loss=categorical_crossentropy", NN_OK);
    struct nn_error error = nn_test_run(&test, "train epochs=1", NN_SHAPE);
    cr_assert(strstr(error.message, "5") && strstr(error.message, "4"), "%s", error.message);
    nn_test_run(&test, "net new; add dense 4 softmax; compile loss=categorical_crossentropy",
                NN_OK);
    error = nn_test_run(&test, "train epochs=1", NN_SHAPE);
    cr_assert(strstr(error.message, "3 classes"), "%s", error.message);
}

Test(session, assertions_that_fail_tell_the_value)
{
    struct nn_error error =
        nn_test_run(&test, "net new input=3; add dense 2; assert params > 8", NN_ASSERTION);
    cr_assert(strstr(error.message, "params is 8"), "%s", error.message);
    nn_test_run(&test, "assert params==8 && params!=7 || params<0", NN_OK);
    nn_test_run(&test, "assert params<0 || params>=8", NN_OK);
}

Test(session, a_training_in_the_background_keeps_its_net)
{
    struct nn_error error;
    bool ended;
    test.session->interactive = true;
    nn_test_run(&test, "data demo iris; add dense 8 relu; add dense 3 softmax", NN_OK);
    nn_test_run(&test, "compile loss=categorical_crossentropy", NN_OK);
    nn_test_run(&test, "train epochs=1000000", NN_OK);
    error = nn_test_run(&test, "add dense 3", NN_STATE);
    cr_assert(strstr(error.message, "train runs"), "%s", error.message);
    nn_test_run(&test, "net new input=3", NN_STATE);
    nn_test_run(&test, "data demo wine", NN_STATE);
    nn_test_run(&test, "train epochs=1", NN_STATE);
    nn_test_run(&test, "set threads 2", NN_STATE);
    nn_test_run(&test, "evaluate; predict sample=0; net show; weights dense1", NN_OK);
    nn_test_run(&test, "save a.safetensors", NN_OK);
    nn_test_run(&test, "pause", NN_OK);
    cr_assert(nn_job_paused(test.session));
    nn_test_run(&test, "evaluate; save b.safetensors; step 2; resume", NN_OK);
    cr_assert(!nn_job_paused(test.session));
    for (int i = 0; i < 3; i++)
        cr_assert(nn_job_poll(test.session, &ended, NULL) == NN_OK && !ended);
    nn_test_run(&test, "stop", NN_OK);
    cr_assert(!test.session->job && test.session->unsaved);
    nn_test_run(&test, "train epochs=1; evaluate", NN_OK);
}

Test(session, an_interrupt_stops_the_training_and_the_script)
{
    nn_test_run(&test, "data demo iris; add dense 8 relu; add dense 3 softmax", NN_OK);
    nn_test_run(&test, "compile loss=categorical_crossentropy", NN_OK);
    nn_interrupt(2);
    nn_test_run(&test, "train epochs=1000000; echo no", NN_CANCELLED);
    nn_interrupt(0);
    cr_assert(!strstr(output(), "no\n"), "%s", output());
    nn_test_run(&test, "train epochs=1", NN_OK);
}
