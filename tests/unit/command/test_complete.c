#include "command/complete.h"
#include "session.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct nn_test_session test;

static void start(void)
{
    nn_test_start(&test);
    nn_test_run(&test,
                "data demo iris; net new; add dense 8 relu; add dense 3 softmax; let width=3",
                NN_OK);
}

static void end(void)
{
    nn_test_end(&test);
}

TestSuite(complete, .init = start, .fini = end);

/* The completions at the end of a line as "START:a b c", at most 200 bytes of them. */
static const char *completions(const char *line)
{
    static char out[240];
    struct nn_completions found = {0};
    cr_assert(nn_complete(test.session, line, strlen(line), &found, NULL) == NN_OK, "%s", line);
    int at = snprintf(out, sizeof out, "%zu:", found.start);
    for (size_t i = 0; i < found.count && at < 200; i++)
        at += snprintf(out + at, sizeof out - (size_t)at, "%s%s%s", i ? " " : "",
                       found.items[i].text, found.items[i].closed ? "" : "~");
    nn_completions_clear(&found);
    return out;
}

Test(complete, what_may_stand_at_the_cursor)
{
    nn_test_write("a file.csv", "x");
    nn_test_write("b.csv", "x");
    cr_assert(system("mkdir sub .hidden") == 0);
    static const struct {
        const char *line, *items;
    } cases[] = {
        {"eva", "0:evaluate"},
        {"da", "0:data"},
        {"data lo", "5:load"},
        {"echo a; eva", "8:evaluate"},
        {"echo a;eva", "7:evaluate"},
        {"data demo i", "10:iris"},
        {"compile lo", "8:loss=~"},
        {"compile loss=cat", "13:categorical_crossentropy"},
        {"compile loss=mse optimizer=sgd mom", "31:momentum=~"},
        {"compile loss=mse optimizer=adam bet", "32:beta1=~ beta2=~"},
        {"add con",
         "4:concat constant conv1d conv2d conv3d convtranspose1d convtranspose2d convtranspose3d"},
        {"add conv2d 8 pad", "13:padding=~"},
        {"add dense 8 sig", "12:sigmoid"},
        {"net remove de", "11:dense1 dense2"},
        {"explain integ", "8:integrated_gradients"},
        {"ig rul", "3:rule=~"},
        {"saliency target=vers", "16:versicolor"},
        {"set form", "4:format"},
        {"set format j", "11:json"},
        {"evaluate split=te", "15:test"},
        {"train epochs=3 shuffle=", "23:no yes"},
        {"train epochs=3 ep", "15:"},
        {"echo $wi", "5:$width"},
        {"source b", "7:b.csv"},
        {"source a", "7:a\\ file.csv"},
        {"source s", "7:sub/~"},
        {"save .h", "5:.hidden/~"},
        {"show tr", "5:train"},
        {"help conv", "5:conv1d conv2d conv3d convtranspose1d convtranspose2d convtranspose3d"},
        {"nothing at", "8:"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_str_eq(completions(cases[i].line), cases[i].items, "`%s`: %s, not %s",
                         cases[i].line, completions(cases[i].line), cases[i].items);
}

Test(complete, survives_every_prefix_of_a_line)
{
    const char *line =
        "data load 'a b' label=\"x;y\" ; add conv2d 8 3 relu from=$n;; ig ${w} sample=all \\";
    char hint[NN_HINT_SIZE];
    for (size_t i = 0; i <= strlen(line); i++) {
        struct nn_completions found = {0};
        cr_assert(nn_complete(test.session, line, i, &found, NULL) == NN_OK);
        cr_assert(found.start <= i);
        nn_completions_clear(&found);
        nn_complete_hint(test.session, line, i, hint);
    }
}

Test(complete, hints_are_the_arguments_of_the_command)
{
    char hint[NN_HINT_SIZE];
    nn_complete_hint(test.session, "train 3 ", 8, hint);
    cr_assert(strstr(hint, "train [EPOCHS] [batch=32]") == hint, "%s", hint);
    nn_complete_hint(test.session, "compile loss=mse optimizer=sgd ", 31, hint);
    cr_assert(strstr(hint, "momentum="), "%s", hint);
    nn_complete_hint(test.session, "tra", 3, hint);
    cr_assert_str_eq(hint, "");
    nn_complete_hint(test.session, "ig sample=3 ", 12, hint);
    cr_assert(strstr(hint, "steps="), "%s", hint);
}

Test(complete, columns_of_the_table)
{
    nn_test_write("t.csv",
                  "age,dose per day,agent,sick\n1,2,3,no\n4,5,6,yes\n7,8,8,no\n2,2,1,yes\n");
    nn_test_run(&test, "data load t.csv", NN_OK);
    cr_assert_str_eq(completions("pdp ag"), "4:age agent");
    cr_assert_str_eq(completions("ice feature=d"), "12:", "names with blanks need quotes");
    nn_test_run(&test, "data demo digits", NN_OK);
    cr_assert_str_eq(completions("pdp a"), "4:");
}
