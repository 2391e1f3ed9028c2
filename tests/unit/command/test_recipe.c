/* Losses, optimizers, schedules, metrics and augmentations as the command language has them: each
 * has help, and every argument refuses what it cannot take, all from its one struct. */
#include "session.h"

#include "command/help.h"
#include "engine/augment.h"
#include "engine/loss.h"
#include "engine/metric.h"
#include "engine/optimizer.h"
#include "engine/schedule.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct nn_test_session test;

static void start(void)
{
    nn_test_start(&test);
    nn_test_run(&test, "net new input=1x6x6; add flatten; add dense 3 softmax", NN_OK);
}

static void end(void)
{
    nn_test_end(&test);
}

TestSuite(recipe, .init = start, .fini = end);

static void check_help(const char *name, const struct nn_arg_spec *args)
{
    struct nn_buffer out;
    struct nn_error error = {0};
    nn_buffer_init(&out, 0);
    cr_assert(nn_help(name, &out, &error) == NN_OK, "%s", error.message);
    cr_assert(out.length > 60, "%s", nn_buffer_string(&out));
    for (const struct nn_arg_spec *spec = args; spec && spec->name; spec++)
        cr_assert(strstr(nn_buffer_string(&out), spec->help ? spec->name : "?") && spec->help,
                  "%s of %s", spec->name, name);
    nn_buffer_clear(&out);
}

/* A value that the spec must refuse, NULL if it takes anything. */
static const char *wrong_value(const struct nn_arg_spec *spec, char text[40])
{
    switch (spec->type) {
    case NN_ARG_INT:
        return "1.5";
    case NN_ARG_REAL:
        if (spec->max > spec->min) {
            snprintf(text, 40, "%.9e", spec->max * 1.001 + 1e-6);
            return text;
        }
        return "much";
    case NN_ARG_BOOL:
    case NN_ARG_CHOICE:
        return "perhaps";
    case NN_ARG_NUMBERS:
        return "1,x";
    default:
        return NULL;
    }
}

/* `line` with each argument set to something wrong; and with the default, which is right. */
static void check_arguments(const char *line, const char *owner, const struct nn_arg_spec *args)
{
    char text[300], value[40];
    check_help(owner, args);
    for (const struct nn_arg_spec *spec = args; spec && spec->name; spec++) {
        const char *wrong = wrong_value(spec, value);
        cr_assert(wrong, "%s of %s takes anything", spec->name, owner);
        snprintf(text, sizeof text, "%s %s=%s", line, spec->name, wrong);
        struct nn_error error = nn_test_run(&test, text, NN_SYNTAX);
        cr_assert(strstr(error.message, spec->name), "%s: %s", text, error.message);
        cr_assert(error.column > 0, "%s", text);
        if (!spec->fallback)
            continue;
        snprintf(text, sizeof text, "%s %s=%s", line, spec->name, spec->fallback);
        nn_test_run(&test, text, NN_OK);
    }
    snprintf(text, sizeof text, "%s nonsense=1", line);
    struct nn_error error = nn_test_run(&test, text, NN_SYNTAX);
    cr_assert(strstr(error.message, "nonsense"), "%s", error.message);
}

Test(recipe, every_loss)
{
    char line[200];
    for (size_t i = 0; i < nn_loss_count; i++) {
        snprintf(line, sizeof line, "compile loss=%s", nn_losses[i]->name);
        check_arguments(line, nn_losses[i]->name, nn_losses[i]->args);
    }
    nn_test_run(&test, "compile loss=nonsense", NN_SYNTAX);
}

Test(recipe, every_optimizer)
{
    char line[200];
    for (size_t i = 0; i < nn_optimizer_count; i++) {
        snprintf(line, sizeof line, "compile loss=mse optimizer=%s", nn_optimizers[i]->name);
        check_arguments(line, nn_optimizers[i]->name, nn_optimizers[i]->args);
    }
    struct nn_error error = nn_test_run(&test, "compile loss=mse optimizer=adan", NN_SYNTAX);
    cr_assert(strstr(error.hint, "adam"), "%s", error.hint);
}

Test(recipe, every_schedule)
{
    char line[200];
    for (size_t i = 0; i < nn_schedule_count; i++) {
        snprintf(line, sizeof line, "compile loss=mse schedule=%s", nn_schedules[i]->name);
        check_arguments(line, nn_schedules[i]->name, nn_schedules[i]->args);
    }
    struct nn_error error = nn_test_run(&test, "compile loss=mse schedule=cosin", NN_SYNTAX);
    cr_assert(strstr(error.hint, "cosine"), "%s", error.hint);
}

Test(recipe, every_metric)
{
    char line[200] = "compile loss=mse metrics=mse";
    for (size_t i = 0; i < 16; i++)
        strcat(line, ",mse");
    nn_test_run(&test, line, NN_LIMIT);
    for (size_t i = 0; i < nn_metric_count; i++) {
        snprintf(line, sizeof line, "compile loss=mse metrics=%s", nn_metrics[i]->name);
        check_arguments(line, nn_metrics[i]->name, nn_metrics[i]->args);
    }
    struct nn_error error = nn_test_run(&test, "compile loss=mse metrics=f2", NN_SYNTAX);
    cr_assert(strstr(error.hint, "f1"), "%s", error.hint);
}

Test(recipe, every_augmentation)
{
    char line[200];
    for (size_t i = 0; i < nn_augmentation_count; i++) {
        check_arguments("data augment", nn_augmentations[i]->name, nn_augmentations[i]->args);
        snprintf(line, sizeof line, "data augment %s", nn_augmentations[i]->name);
        nn_test_run(&test, line, NN_OK);
        snprintf(line, sizeof line, "data augment %s %s", nn_augmentations[i]->name,
                 nn_augmentations[i]->name);
        nn_test_run(&test, line, NN_SYNTAX);
    }
    cr_assert(nn_augment_any(&test.session->augment));
    nn_test_run(&test, "data augment none", NN_OK);
    cr_assert(!nn_augment_any(&test.session->augment));
    nn_test_run(&test, "data augment flip; data demo iris", NN_OK);
    cr_assert(!nn_augment_any(&test.session->augment), "other data begin without");
    nn_test_run(&test, "data augment flip", NN_ARGUMENT);
    nn_test_run(&test, "data augment noise; data scale none", NN_OK);
    cr_assert(nn_augment_any(&test.session->augment), "and the same data keep it");
    nn_test_run(&test, "data augment noise none", NN_SYNTAX);
    cr_assert(nn_augment_any(&test.session->augment));
}

/* The regularizers are keys of compile for every loss. */
Test(recipe, regularizers)
{
    for (const char *const *key = (const char *const[]){"l1", "l2", "max_norm", NULL}; *key;
         key++) {
        char line[100];
        snprintf(line, sizeof line, "compile loss=mse %s=-1", *key);
        nn_test_run(&test, line, NN_SYNTAX);
        snprintf(line, sizeof line, "compile loss=mse %s=0.5", *key);
        nn_test_run(&test, line, NN_OK);
    }
}

static double number(const struct nn_result *result, size_t row, size_t column)
{
    return result->cells[row * result->column_count + column].number;
}

/* Precision, recall and F1 of each class are those of the metrics, one at a time. */
Test(recipe, evaluation_by_class)
{
    nn_test_run(
        &test,
        "data demo iris; net new; add dense 3 softmax; compile "
        "loss=categorical_crossentropy metrics=f1,precision,recall; train 3; evaluate by=class",
        NN_OK);
    const struct nn_result *result = nn_session_last_result(test.session);
    cr_assert(result->kind == NN_RESULT_TABLE && result->rows == 3);
    double sums[3] = {0};
    for (size_t row = 0; row < 3; row++)
        for (size_t k = 0; k < 3; k++)
            sums[k] += number(result, row, 3 + k) / 3.0;
    nn_test_run(&test, "evaluate", NN_OK);
    result = nn_session_last_result(test.session);
    for (size_t k = 0; k < 3; k++) {
        static const size_t column[] = {4, 5, 3}; /* precision, recall, f1 */
        double difference = sums[k] - number(result, 0, column[k]);
        cr_assert(difference < 1e-9 && difference > -1e-9, "%zu", k);
    }
}
