/* Trainings are kept with their curves, logs come back as they were written. */
#include "unit/command/session.h"

#include "command/job.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define IRIS                                                                                       \
    "data demo iris; add dense 8 relu; add dense 3 softmax; compile "                              \
    "loss=categorical_crossentropy lr=0.02"

Test(runs, every_training_is_kept)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, "runs", NN_STATE);
    nn_test_run(&test, IRIS, NN_OK);
    nn_test_run(&test, "train 4 batch=16", NN_OK);
    nn_test_run(&test, "set lr 0.001; train 3", NN_OK);
    const struct nn_runs *runs = &test.session->runs;
    cr_assert_eq(runs->count, 2u);
    cr_assert_str_eq(runs->items[0]->name, "r1");
    cr_assert_str_eq(runs->items[1]->optimizer, "adam");
    cr_assert_eq(runs->items[0]->history.epochs, 4u);
    cr_assert_eq(runs->items[1]->history.epochs, 3u);
    cr_assert_eq(runs->items[1]->first_epoch, 4u);
    cr_assert_eq(runs->items[0]->batch, 16u);
    cr_assert_float_eq(runs->items[0]->lr, 0.02, 1e-12);
    cr_assert_float_eq(runs->items[1]->lr, 0.001, 1e-12);
    const struct nn_history *all = &test.session->history;
    cr_assert_eq(all->epochs, 7u);
    cr_assert_float_eq(nn_run_last(&runs->items[0]->history, "loss"),
                       all->rows[3 * all->columns + (size_t)nn_history_column(all, "loss")], 0);
    cr_assert_float_eq(nn_run_last(&runs->items[1]->history, "loss"), nn_run_last(all, "loss"), 0);
    cr_assert(nn_run_lowest(&runs->items[1]->history, "loss") <=
              nn_run_last(&runs->items[1]->history, "loss"));
    nn_test_run(&test, "runs; runs curves; runs curves accuracy out=a.csv", NN_OK);
    nn_test_run(&test, "runs curves nothing", NN_ARGUMENT);
    nn_test_end(&test);
}

Test(runs, what_diverged_says_so)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test,
                "data demo iris; data scale none; net new; add dense 8 relu; add dense 3; "
                "compile loss=mse optimizer=sgd lr=1000000",
                NN_OK);
    nn_session_run_line(test.session, "train 50", NULL, 1, NULL);
    cr_assert_eq(test.session->runs.count, 1u);
    cr_assert_str_eq(test.session->runs.items[0]->note, "diverged");
    cr_assert(!test.session->runs.items[0]->running);
    nn_test_end(&test);
}

Test(runs, a_failed_start_leaves_none)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, IRIS, NN_OK);
    nn_test_run(&test, "train 3 patience=2", NN_ARGUMENT);
    nn_test_run(&test, "train 3 log=x.txt", NN_ARGUMENT);
    cr_assert_eq(test.session->runs.count, 0u);
    nn_test_end(&test);
}

/* What a log gives is what was trained, to the last digit. */
Test(runs, logs_come_back)
{
    static const char *const logs[] = {"l.csv", "l.jsonl"};
    struct nn_test_session test;
    char command[96];
    nn_test_start(&test);
    nn_test_run(&test, IRIS, NN_OK);
    for (size_t k = 0; k < 2; k++) {
        nn_test_run(&test, "net init; runs forget", NN_OK);
        snprintf(command, sizeof command, "train 5 validation=0.2 log=%s; runs load %s", logs[k],
                 logs[k]);
        nn_test_run(&test, command, NN_OK);
        const struct nn_runs *runs = &test.session->runs;
        cr_assert_eq(runs->count, 2u);
        const struct nn_history *a = &runs->items[0]->history, *b = &runs->items[1]->history;
        cr_assert_str_eq(runs->items[1]->name, logs[k]);
        cr_assert_eq(a->columns, b->columns);
        cr_assert_eq(b->epochs, 5u);
        for (size_t i = 0; i < a->epochs; i++)
            for (size_t c = 0; c < a->columns; c++) {
                size_t other = (size_t)nn_history_column(b, a->names[c]);
                cr_assert_eq(a->rows[i * a->columns + c], b->rows[i * b->columns + other]);
            }
    }
    nn_test_end(&test);
}

Test(runs, damaged_logs_are_refused_with_their_place)
{
    static const struct {
        const char *text;
        size_t line, column;
    } cases[] = {{"", 1, 1},
                 {"epoch,loss\n", 2, 1},
                 {"loss,epoch\n1,2\n", 1, 1},
                 {"epoch,loss\n1,0.5\n2\n", 3, 1},
                 {"epoch,loss\n1,0.5\n2,x\n", 3, 2},
                 {"epoch,loss\n1,0.5,7\n", 2, 2},
                 {"epoch,,loss\n1,2,3\n", 1, 2},
                 {"epoch,a\033[2J\n1,2\n", 1, 2},
                 {"epoch,a-name-of-a-column-that-is-much-too-long\n1,2\n", 1, 2}};
    static const char *const objects[] = {"{\"epoch\": 1, \"loss\": 0.5}\n{\"epoch\": 2\n",
                                          "{\"epoch\": 1, \"loss\": \"low\"}\n", "[1, 2]\n", "\n"};
    struct nn_test_session test;
    nn_test_start(&test);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_test_write("x.csv", cases[i].text);
        struct nn_error error = nn_test_run(&test, "runs load x.csv", NN_DAMAGED);
        cr_assert_eq(error.line, cases[i].line, "%zu: %zu", i, error.line);
        cr_assert_eq(error.column, cases[i].column, "%zu: %zu", i, error.column);
    }
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        nn_test_write("x.jsonl", objects[i]);
        nn_test_run(&test, "runs load x.jsonl", NN_DAMAGED);
    }
    nn_test_run(&test, "runs load nothing.csv", NN_DAMAGED);
    nn_test_run(&test, "runs load x.txt", NN_ARGUMENT);
    cr_assert_eq(test.session->runs.count, 0u);
    nn_test_end(&test);
}

Test(runs, the_oldest_goes_when_there_are_too_many)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_write("x.csv", "epoch,loss\n1,0.5\n2,0.25\n");
    nn_test_run(&test, IRIS "; train 1", NN_OK);
    for (int i = 0; i < NN_MAX_RUNS; i++)
        nn_test_run(&test, "runs load x.csv", NN_OK);
    cr_assert_eq(test.session->runs.count, (size_t)NN_MAX_RUNS);
    cr_assert_str_eq(test.session->runs.items[0]->name, "x.csv");
    nn_test_run(&test, "select run=63; runs forget x.csv", NN_OK);
    cr_assert_eq(test.session->runs.count, NN_MAX_RUNS - 1u);
    nn_test_run(&test, "runs forget nobody", NN_ARGUMENT);
    nn_test_run(&test, "runs forget", NN_OK);
    cr_assert_eq(test.session->runs.count, 0u);
    nn_test_run(&test, "select run=+1", NN_STATE);
    nn_test_end(&test);
}

/* The rate of a training that runs changes at a batch boundary, and the history shows it. */
Test(runs, the_rate_changes_while_it_trains)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, "set lr 0.1", NN_STATE);
    test.session->interactive = true;
    nn_test_run(&test, IRIS, NN_OK);
    nn_test_run(&test, "train 1000000", NN_OK);
    nn_test_run(&test, "set lr 0.0005", NN_OK);
    nn_test_run(&test, "set lr -1", NN_SYNTAX);
    while (nn_job_history(test.session)->epochs < 1 ||
           nn_run_last(nn_job_history(test.session), "lr") != 0.0005) {
        bool ended;
        cr_assert(nn_job_poll(test.session, &ended, NULL) == NN_OK && !ended);
    }
    nn_test_run(&test, "runs", NN_OK); /* of a run that is not over */
    nn_test_run(&test, "runs forget r1", NN_STATE);
    nn_test_run(&test, "stop", NN_OK);
    cr_assert_float_eq(test.session->recipe.lr, 0.0005, 0);
    cr_assert_str_eq(test.session->runs.items[0]->note, "stopped");
    cr_assert(test.session->runs.items[0]->history.epochs > 0);
    nn_test_end(&test);
}
